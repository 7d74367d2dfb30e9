#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs of Debian's packages do real work: each on this host's Linux and under acre run, and they must print the
# same, to the byte, and end with the same status.  t/programs/ has a file a group: a command a row, behind the name of
# the package that its program is of ("!file" brings what a program opens by itself).  A group is one boot, and one
# working directory: what a command leaves there the next ones read.  `make check` takes one of the groups under QEMU,
# by the seed, and `make check-all` all.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
acre=$top_builddir/acre
PATH=/usr/sbin:/usr/bin:/sbin:/bin
rows() { sed '/^[#!]/d;/^$/d' "$srcdir/programs/$1"; }

# The input, in $tmp/desk: made here, the same every time.
make_input() {
	mkdir -p "$tmp/desk/tree/sub/deep" "$tmp/desk/out" && cd "$tmp/desk" || exit 99
	seq 1 20000 | awk '{ s = (s * 16807 + NR) % 2147483647
		printf "%d line %d %s\n", s % 1000, NR, s % 7 ? "apple" : "pear" }' >words.txt
	sed '7s/line/lime/;$d;100,110s/ p.*/&s/' words.txt >other.txt
	sed -n '1,9s/line/a b/p' words.txt >small.txt
	diff -u words.txt other.txt >change.diff
	head -c 300000 "$top_builddir/acre.elf" >blob.bin
	seq 1 500 | awk 'BEGIN { printf "[" } { printf "%s{\"n\":%d,\"name\":\"row %d\"}", (NR > 1 ? "," : ""), $1, $1 }
		END { print "]" }' >data.json
	cp words.txt tree/sub/w
	echo "deep down" >tree/sub/deep/hi
	ln tree/sub/w tree/sub/same
	ln -s sub/w tree/link
	cp "$srcdir"/programs/*.* .
	find tree/sub/deep | cpio -o -H newc >hand.cpio 2>/dev/null
	find . -exec touch -h -d @1000000000 {} +
	cd "$OLDPWD" || exit 99
}

# Whether this host has the program of a command: its first word.
has() { command -v "${1%% *}" >/dev/null 2>&1; }

on_host() {
	cp -a "$tmp/desk" "$tmp/host" && cd "$tmp/host" || exit 99
	number=0
	while IFS= read -r line; do
		number=$((number + 1))
		eval "env -i PATH=$PATH HOME=/root LANG=C.UTF-8 LC_ALL=C TERM=dumb $line" </dev/null >"$tmp/hosts/$number.out" 2>&1
		echo $? >"$tmp/hosts/$number.status"
	done <"$tmp/commands"
	cd "$OLDPWD" || exit 99
	rm -rf "$tmp/host"
}
in_guest() {
	set --
	while read -r word path; do
		[ "$word" = "!file" ] || continue
		for path in $path; do
			[ ! -e "$path" ] || set -- "$@" --file "$path"
		done
	done <"$srcdir/programs/$group"
	timeout 600 "$acre" run --emulator "$emulator" --env LC_ALL=C --env LANG=C.UTF-8 --env TERM=dumb --env HOME=/root \
		--cwd /desk --file "$tmp/desk:/desk" "$@" --commands "$tmp/commands" --out "$tmp/guest" 2>"$tmp/err" </dev/null
}

# The essence of an output: all of it, but of the group figures each number is N.
essence() {
	case $group in
	figures) sed 's/0x[0-9a-f]*/N/g;s/[0-9][0-9.]*/N/g;s/  */ /g' "$1" ;;
	*) cat "$1" ;;
	esac
}

# One point: what the guest's command $number printed, with its status.
compare() {
	guest=$(find "$tmp/guest" -name "$number.out" -o -name "0$number.out" -o -name "00$number.out")
	essence "$tmp/hosts/$number.out" >"$tmp/want"
	[ -z "$guest" ] || essence "$guest" >"$tmp/got"
	if [ -n "$guest" ] && cmp -s "$tmp/want" "$tmp/got" &&
		cmp -s "$tmp/hosts/$number.status" "${guest%out}status"; then
		pass "$1"
	else
		fail "$1"
		tap_show "$tmp/err"
		[ -z "$guest" ] || { diff -a "$tmp/want" "$tmp/got"
			diff "$tmp/hosts/$number.status" "${guest%out}status"; } | cut -c 1-200 | head -n 20 | sed 's/^/# /'
	fi
}

# run_group GROUP EMULATOR: a point for each row, after one boot with those that this host has.
run_group() {
	group=$1 emulator=$2
	rm -rf "$tmp/hosts" "$tmp/guest"
	mkdir "$tmp/hosts"
	rows "$group" >"$tmp/rows"
	while IFS= read -r row; do
		! has "${row#*: }" || printf '%s\n' "${row#*: }"
	done <"$tmp/rows" >"$tmp/commands"
	on_host
	[ "$emulator" = bochs ] && ! command -v bochs >/dev/null 2>&1 || in_guest
	number=0
	while IFS= read -r row; do
		if ! has "${row#*: }"; then
			skip "$row ($emulator)" "Debian package ${row%%:*}"
			continue
		fi
		number=$((number + 1))
		if [ ! -d "$tmp/guest" ] && [ "$emulator" = bochs ] && ! command -v bochs >/dev/null 2>&1; then
			skip "$row ($emulator)" "needs bochs (Debian package bochs)"
		else compare "$row ($emulator)"; fi
	done <"$tmp/rows"
}

seed=${ACRE_SEED-$(date +%s)}
groups="coreutils text archives busybox languages figures"
if [ -n "${ACRE_GROUPS-}" ]; then groups=$ACRE_GROUPS; elif ! whole; then
	# shellcheck disable=SC2086 # a list
	set -- $groups
	shift $((seed % $#))
	groups=$1
fi
count=0
for group in $groups bochs; do count=$((count + $(rows "$group" | wc -l))); done
plan "$count"
echo "# ACRE_SEED=$seed: $groups"
make_input
for each in $groups; do run_group "$each" qemu; done
run_group bochs bochs
