#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each allocation of the kernel's boot and self-checks is refused, alone and with all after it: farm/allocations.matrix,
# which must have numbers beyond the last.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
plan 3
"$top_builddir/acre" farm --matrix allocations --out "$tmp/out" >"$tmp/said" 2>&1
status=$?
sed -n '/^ *PASS /!p' "$tmp/said" >"$tmp/rest"
ok "every case is well: $(tail -n 1 "$tmp/said")" sh -c '[ "$1" = 0 ] || { cat "$2"; exit 1; }' sh $status "$tmp/rest"
ways() { awk -F '\t' -v kind="$1" '$2 == "PASS" && $3 == kind { n++ } END { print n + 0 }' "$tmp/out/results.tsv"; }
points=$(ways points) lacking=$(ways lacking) beyond=$(ways beyond)
ok "kernels that do without or name what they cannot check ($points), or why they cannot go on ($lacking)" \
	test "$points" -gt 0 -a "$lacking" -gt 0
ok "the last numbers are beyond the last allocation ($beyond)" test "$beyond" -gt 1
