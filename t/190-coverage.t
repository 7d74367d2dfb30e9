#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The unit tests reach all of src/runtime: every line, every branch, every condition for itself (doc/coverage.md).
. "${srcdir:-.}/tap.sh"
need tclsh tcl
[ -n "${COVERAGE_CC-}" ] || skip_all "needs clang-19 (Debian packages clang-19 llvm-19 libclang-rt-19-dev)"
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL
plan 5

"$MAKE" -s -C "$top_builddir" coverage >"$tmp/out" 2>&1 </dev/null
is "make coverage ends well" $? 0
grep -E '^(src/|not well|acre:|make:)' "$tmp/out" | sed 's/^/# /'
for figure in lines branches MC/DC; do
	like "all $figure" "$(grep "^$figure " "$tmp/out")" "$figure *100.00 %*"
done
like "and nothing else is wrong" "$(grep ' passed, ' "$tmp/out")" "* passed, 0 failed"
