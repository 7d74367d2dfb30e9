#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the fuzzers found worth keeping is replayed: every file of t/fuzz/corpus/NAME through NAME's harness, built as
# the unit tests are.  Nothing may break, and each corpus must still reach as many different outcomes as it was
# collected for: one that lost its way (a harness that reads its bytes in another order, say) shows there.
. "${srcdir:-.}/tap.sh"
corpora=$srcdir/fuzz/corpus

# least NAME: how many different outcomes its corpus reaches at least.
least() {
	case $1 in
	elf) echo 18 ;;
	general) echo 25 ;;
	idheap) echo 28 ;;
	import) echo 14 ;;
	newc) echo 25 ;;
	region) echo 21 ;;
	store) echo 20 ;;
	value) echo 21 ;;
	*) echo 1000 ;; # a new harness says here what it reaches
	esac
}
names=$(cd "$srcdir/fuzz" && for f in *.c; do [ "$f" = driver.c ] || echo "${f%.c}"; done)
# shellcheck disable=SC2086 # names without blanks
set -- $names
plan $(($# * 2 + 2))

for name; do
	program=$top_builddir/fuzz/$name-replay
	if [ "$name" = import ] && [ ! -x "$program" ]; then
		skip "$name: replays its corpus" "needs tcl.h (Debian package tcl-dev)"
		skip "$name: reaches its outcomes" "needs tcl.h (Debian package tcl-dev)"
		continue
	fi
	ok "$name: replays its corpus" "$program" "$corpora/$name"
	last=$(tail -n 1 "$tmp/.out")
	outcomes=$(echo "$last" | sed -n 's/^.* inputs, \([0-9]*\) outcomes$/\1/p')
	ok "$name: $last, of $(least "$name") outcomes at least" test "${outcomes:-0}" -ge "$(least "$name")"
done

is "no input is larger than 4 KiB, so that a person can look at it" "$(find "$corpora" -type f -size +4096c)" ""
size=$(find "$corpora" -type f -exec cat {} + | wc -c)
ok "all corpora together have less than 1 MiB" test "$size" -lt 1048576
