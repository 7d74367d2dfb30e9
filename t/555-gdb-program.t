#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# gdb on a program in a guest, as doc/gdb.md says it: a fixed one by its own symbols, and one that runs anywhere
# together with the kernel.
. "${srcdir:-.}/tap.sh"
need gdb gdb
need qemu-system-x86_64 qemu-system-x86
: "${CC_FOR_BUILD:=cc}"
acre=$top_builddir/acre

cat >"$tmp/prog.c" <<'END'
#include <stdio.h>
static int square(int n)
{
    return n * n;
}
int main(int argc, char **argv)
{
    int sum = 0;
    for (int i = 1; i <= 3; i++)
        sum += square(i);
    printf("%s %d %d\n", argv[1], argc, sum);
    return sum;
}
END

# session PROGRAM GDB-ARGUMENTS: the program under acre run, which waits for gdb; what gdb said is in $tmp/said.
session() {
	program=$1
	shift
	rm -f "$tmp/s"
	timeout 120 "$acre" run --gdb="$tmp/s" --set aslr=0 "$program" word >"$tmp/out" 2>"$tmp/err" &
	pid=$!
	tries=0
	while [ $tries -lt 300 ] && ! { [ -S "$tmp/s" ] && grep -q 'waits for gdb' "$tmp/err"; }; do
		sleep 0.1
		tries=$((tries + 1))
	done
	timeout 100 gdb -nx -batch -ex 'set confirm off' "$@" -ex delete -ex detach </dev/null >"$tmp/said" 2>&1
	wait $pid
	status=$?
}

plan 9
if ! $CC_FOR_BUILD -g -O0 -static -no-pie -o "$tmp/fixed" "$tmp/prog.c" 2>"$tmp/cc" ||
	! $CC_FOR_BUILD -g -O0 -pie -fpie -o "$tmp/moved" "$tmp/prog.c" 2>>"$tmp/cc"; then
	tap_show "$tmp/cc"
fi

session "$tmp/fixed" -ex "target remote $tmp/s" -ex 'hbreak main' -ex continue -ex next -ex 'print argv[1]' \
	-ex 'break square' -ex continue -ex backtrace -ex finish "$tmp/fixed"
said=$(cat "$tmp/said")
like "a program at fixed addresses stops in main" "$said" "*Breakpoint 1*main *prog.c:*"
like "with its arguments" "$said" "*\$1 = 0x*\"word\"*"
like "and in a function that it calls" "$said" "*Breakpoint 2*square (n=1)*#1 *main (argc=2*"
like "whose result is seen" "$said" "*Value returned is *= 1*"
is "then it goes on, and ends as without gdb" "$status $(cat "$tmp/out")" "14 word 2 14"

base=$(awk '$2 == "LAYOUT_PIE_BASE" { print $3 }' "$top_builddir/gen/layout.inc")
session "$tmp/moved" -x "$srcdir/../tools/gdb/acre-gdb.py" "$top_builddir/acre.elf" -ex "target remote $tmp/s" \
	-ex "add-symbol-file $tmp/moved -o $base" -ex 'hbreak square' -ex continue -ex backtrace \
	-ex 'hbreak sys_exit_group' -ex 'delete 1' -ex continue -ex 'print current->tid' -ex 'acre ledger'
said=$(cat "$tmp/said")
like "one that runs anywhere stops where its symbols were laid" "$said" "*Breakpoint 1*square (n=*#1 *main (argc=2*"
like "the kernel stops in its call" "$said" "*Breakpoint 2*sys_exit_group*\$1 = 1*"
like "and its ledger tells what the program has" "$said" "*user-stack *user-program *"
is "then it goes on, and ends as without gdb" "$status $(cat "$tmp/out")" "14 word 2 14"
