#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Hostile programs in ring 3, one after the other in one boot: each ends as its row in t/user/hostile-*.c says, the
# kernel names what it was, and the next one runs.  The kernel compares its ledger after each and panics if a frame is
# missing.  This host's Linux is the reference where the row does not set it apart.  Those that take all memory there is
# have 64 MiB of it, and are left out under Bochs.  The processor without XSAVE is `make check-all`'s.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
: "${CC_FOR_BUILD:=cc}"
acre=$top_builddir/acre hostile=$tmp/hostile
APART_LINUX=1 APART_TCG=2 APART_XSAVE=4 LONG=8 # hostile.h
ILLEGAL=132

$CC_FOR_BUILD -O2 -Wall -Wextra -static -o "$hostile" "$srcdir"/user/hostile*.c || exit 99
"$hostile" --list >"$tmp/rows"
count=$(wc -l <"$tmp/rows")
if whole; then wheres=4; else wheres=3; fi
plan $((count * wheres + 2 * wheres - 1))

# on_linux NAME STATUS APART: whether it ends so there.
on_linux() {
	[ $(($3 & APART_LINUX)) = 0 ] || return 0
	(cd "$tmp" && timeout 20 sh -c '"$0" "$1"; exit $?' "$hostile" "$1" </dev/null >"$tmp/got" 2>&1)
	[ $? = "$2" ]
}
linux() {
	while IFS='|' read -r name status says apart; do
		ok "$name: status $status on this host's Linux" on_linux "$name" "$status" "$apart"
	done <"$tmp/rows"
}

# What the kernel says comes over a port of its own, beside the statuses: the first program that ended by a signal has
# the first report, and so on.  Before the first report stands what is none.
reports() {
	awk -v to="$tmp/$1/report." '/^# (fault|ended)/ { close(to n + 0); n++ } !/: status [0-9]+$/ { print >(to n + 0) }' \
		"$tmp/$1.err"
}
ended() { # WHERE NUMBER STATUS SAYS APART REPORT
	got=$(cat "$tmp/$1/$(printf %03d "$2").status")
	report=
	[ "$got" -lt 128 ] || report=$(cat "$tmp/$1/report.$6")
	case $1 in
	bochs) ;;
	*) [ $(($5 & APART_TCG)) = 0 ] || [ -z "$got" ] || return 0 ;;
	esac
	[ "$1 $(($5 & APART_XSAVE)) $got" != "old $APART_XSAVE $ILLEGAL" ] || return 0
	# shellcheck disable=SC2254 # a pattern
	case $report in $4) [ "$got" = "$3" ] && return ;; esac
	echo "status $got, expected $3 with $4"
	cat "$tmp/$1/$(printf %03d "$2").out"
	echo "$report"
	return 1
}
# How many reports of memory that ended have rows that do not add up to the total, or none, or another total than the
# one before, as free frames have a row too: "bad of all".
sums() {
	awk '/^# (fault|ended)/ { if (open) bad++; open = sum = 0 }
		/out of memory/ { all++; open = 1 }
		open && $2 == "ledger" && $3 == "total" { open = 0; if (sum != $4 || !sum || last && $4 != last) bad++; last = $4 }
		open && $2 == "ledger" { sum += $4 }
		END { print bad + open " of " all + 0 }' "$tmp/$1.err"
}
# guest WHERE LEFT-OUT OPTIONS: all of them in one boot, but those with a bit of LEFT-OUT.
guest() {
	where=$1 out=$2 number=0 report_number=0
	shift 2
	awk -F'|' -v out="$out" -v program="'$hostile'" '!out || int($4 / out) % 2 == 0 { print program, $1 }' "$tmp/rows" \
		>"$tmp/commands"
	timeout 250 "$acre" run --memory 64M "$@" --commands "$tmp/commands" --out "$tmp/$where" >"$tmp/$where.out" \
		2>"$tmp/$where.err" </dev/null
	reports "$where"
	while IFS='|' read -r name status says apart; do
		if [ $((apart & out)) != 0 ]; then
			skip "$where: $name" "too long there"
			continue
		fi
		number=$((number + 1))
		[ "$(cat "$tmp/$where/$(printf %03d $number).status")" -lt 128 ] || report_number=$((report_number + 1))
		ok "$where: $name: status $status" ended "$where" "$number" "$status" "$says" "$apart" "$report_number"
	done <"$tmp/rows"
	is "$where: no panic, no frame lost" "$(grep -e panic -e ledger: "$tmp/$where.err")" ""
	killed=$(awk -F'|' -v out="$out" '$2 == 137 && (!out || int($4 / out) % 2 == 0)' "$tmp/rows" | wc -l)
	is "$where: the ledger's rows add up where memory ended" "$(sums "$where")" "0 of $killed"
}

ok "there are 180 of them at least" [ "$count" -ge 180 ]
linux
guest qemu 0
! whole || guest old 0 --cpu qemu64
if command -v bochs >/dev/null 2>&1; then guest bochs $LONG --emulator bochs; else
	i=0
	while [ $i -le $((count + 1)) ]; do
		skip "bochs" "needs bochs (Debian package bochs)"
		i=$((i + 1))
	done
fi
