#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs that start, replace themselves and end: each runs on this host's Linux and under acre run, and must say the
# same and end in the same way.
. "${srcdir:-.}/tap.sh"
. "$srcdir/programs.sh"
need qemu-system-x86_64 qemu-system-x86

# NAME EMULATOR FLAGS: ARGUMENTS, a line a run.  All kinds of links; Bochs for one of each kind of work.
runs() {
	cat <<'END'
exec-stack qemu -static -no-pie: a 'b c' ''
exec-stack qemu -static-pie:
exec-stack qemu -no-pie: a
exec-stack qemu -pie -fpie: a b c d e f g h
exec-stack bochs -pie -fpie: a
exec-errors qemu -static -no-pie:
exec-errors bochs -static -no-pie:
exec-chain qemu -static -no-pie: 0 1000
exec-chain qemu -pie -fpie: 0 100
exec-chain bochs -static -no-pie: 0 20
exec-self qemu -static -no-pie:
vdso qemu -static -no-pie:
vdso bochs -pie -fpie:
END
}

# Where the parts of a program lie: exec-place prints them.
place() {
	timeout 60 "$acre" run --from "$top_builddir/acre.img" --set "$1" "$tmp/exec-place" 2>"$tmp/place.err"
}
places() {
	$CC_FOR_BUILD -O2 -Wall -Wextra -pie -fpie -o "$tmp/exec-place" "$srcdir/user/exec-place.c" || return
	place seed=1 >"$tmp/one"
	place seed=1 >"$tmp/same"
	place seed=2 >"$tmp/two"
	place aslr=0 >"$tmp/off"
	for part in stack heap mmap program vdso; do
		off=$(sed -n "s/^$part //p" "$tmp/off")
		case $part in
		stack) want=$(value LAYOUT_USER_STACK_LIMIT) ;;
		heap) want=$(value LAYOUT_USER_HEAP_BASE) ;;
		mmap) want=$(value LAYOUT_MMAP_BASE) ;;
		program) want=$(value LAYOUT_PIE_BASE) ;;
		vdso) want=$(value LAYOUT_VDSO_BASE) ;;
		esac
		is "without ASLR $part is where the layout has it" "$off" "$(printf '0x%x' "$want")"
		not_ok "with another seed $part is elsewhere" cmp -s "$(part_of one)" "$(part_of two)"
	done
	ok "the same seed gives the same places" cmp "$tmp/one" "$tmp/same"
}
value() { awk -v name="$1" '$2 == name { print $3 }' "$top_builddir/gen/layout.inc"; }
part_of() {
	sed -n "s/^$part //p" "$tmp/$1" >"$tmp/part.$1"
	echo "$tmp/part.$1"
}

# Malformed files: each is refused with a line that says why, and the next program runs.
kinds() {
	$CC_FOR_BUILD -O2 -Wall -Wextra -static -o "$tmp/exec-kinds" "$srcdir/user/exec-kinds.c" || return
	timeout 60 "$acre" run "$tmp/exec-kinds" >"$tmp/kinds.out" 2>"$tmp/kinds.err"
	is "malformed files: the good one runs after all" $? 42
	like "each of them is refused" "$(cat "$tmp/kinds.out")" "42 of 42 kinds refused*cut off: 0 not refused"
	is "with a line that says why" "$(grep -c '^# exec: /tmp/acre-kind: ..*: 0x' "$tmp/kinds.err")" \
		$((42 + (12288 + 96) / 97))
}

# A program whose one segment is written and executed.
wxorx() {
	printf '%s\n' 'void _start(void) { __asm__ volatile("syscall" : : "a"(60l), "D"(42l)); __builtin_unreachable(); }' \
		>"$tmp/rwx.c"
	$CC_FOR_BUILD -static -nostdlib -Wl,-N -Wl,--no-warn-rwx-segments -o "$tmp/rwx" "$tmp/rwx.c" 2>"$tmp/cc" ||
		tap_show "$tmp/cc"
	timeout 60 "$acre" run "$tmp/rwx" 2>"$tmp/rwx.err"
	is "a segment both written and executed runs" $? 42
	timeout 60 "$acre" run --set wxorx=1 "$tmp/rwx" 2>"$tmp/rwx.err"
	is "with wxorx=1 it does not" $? 126
	like "and a line says why" "$(cat "$tmp/rwx.err")" "*rwx: segment both writable and executable: 0x*"
}

# Programs one after the other in one boot: what one sets or breaks is not there for the next.
commands() {
	cat >"$tmp/commands" <<-'END'
		sh -c 'umask 0; cd /tmp; echo kept >file; ulimit -n 20; exec 0<&- 2<&-; exit 3'
		sh -c 'umask; pwd; read line </tmp/file; echo $line; ulimit -n'
		sh -c 'kill -SEGV $$'
		sh -c 'trap "" TERM; kill -TERM $$; exit 4'
		sh -c 'kill -TERM $$'
	END
	i=0
	while [ $i -lt 100 ]; do
		echo true
		i=$((i + 1))
	done >>"$tmp/commands"
	echo "echo the last" >>"$tmp/commands"
	timeout 120 "$acre" run --commands "$tmp/commands" >"$tmp/commands.out" 2>"$tmp/commands.err"
	is "106 programs in one boot: the status is the last one's" $? 0
	is "each begins as the first one does, with the files that there are" "$(cat "$tmp/commands.out")" \
		"$(printf '%s\n' 0022 / kept 1024 'the last')"
	is "each has its status" "$(sed -n 's/^.*: status //p' "$tmp/commands.err" | tr '\n' ' ')" "3 139 4 143 "
}

plan $(($(runs | wc -l) + 20))
compare_all
places
kinds
wxorx
commands
