#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Programs without a library in 1 MiB of RAM, of which the BIOS leaves 508 KiB: one that says hello, one that takes
# pages until there are none.  And the reports of memory that is both writable and executable: two lines a program.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
: "${CC_FOR_BUILD:=cc}"
acre=$top_builddir/acre

# make NAME FLAG...: a static program without a library.
make() {
	out=$tmp/$1
	shift
	$CC_FOR_BUILD -Os -static -nostdlib -fno-stack-protector -fno-builtin "$@" -o "$out" "$tmp/pages.c"
}

# Maps COUNT pages with the rights PROT and writes to each, a dot a page; says hello.
cat >"$tmp/pages.c" <<'END'
static long call(long number, long a, long b, long c, long d)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = -1, r9 __asm__("r9") = 0;
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

void _start(void)
{
    for (long i = 0; i < COUNT; i++) {
        long page = call(9, 0, 4096, PROT, 0x22);

        if (page < 0 && page > -4096)
            call(231, 1, 0, 0, 0);
        *(volatile char *)page = 1;
        call(1, 1, (long)".", 1, 0);
    }
    call(1, 1, (long)"hello\n", 6, 0);
    call(231, 0, 0, 0, 0);
}
END

# run MEMORY EMULATOR NAME
run() {
	timeout 100 "$acre" run --memory "$1" --emulator "$2" "$tmp/$3" </dev/null >"$tmp/out" 2>"$tmp/err"
	status=$?
}

plan 15
make hello -DCOUNT=0 -DPROT=3
for emulator in qemu bochs; do
	if ! command -v bochs >/dev/null 2>&1 && [ $emulator = bochs ]; then
		skip "hello in 1 MiB under bochs" "needs bochs (Debian package bochs)"
		skip "and is all there is to see" "needs bochs (Debian package bochs)"
		continue
	fi
	run 1M $emulator hello
	is "hello in 1 MiB under $emulator" "$status $(cat "$tmp/out")" "0 hello"
	is "and is all there is to see" "$(cat "$tmp/err")" ""
done
make eater -DCOUNT=100000 -DPROT=3
run 1M qemu eater
is "a program takes all of 1 MiB: it is killed" $status 137
ok "after some pages, $(wc -c <"$tmp/out")" test "$(wc -c <"$tmp/out")" -ge 8
is "and that is said first" "$(head -n 1 "$tmp/err")" "# ended by SIGKILL (9): out of memory"
is "and then who has the frames, nothing else" \
	"$(sed -e 1d -e 's/^# ledger [a-z0-9-]* [1-9][0-9]*$/row/' "$tmp/err" | sort -u)" row
is "which is the ledger, to the frame" \
	"$(awk '$2 == "ledger" && $3 == "total" { print sum == $4 } $2 == "ledger" { sum += $4 }' "$tmp/err")" 1
make jit -DCOUNT=5 -DPROT=7
run 2M qemu jit
is "five mappings writable and executable" "$status $(cat "$tmp/out")" "0 .....hello"
is "are two lines" "$(wc -l <"$tmp/err")" 2
like "one for the first" "$(head -n 1 "$tmp/err")" "# warning: writable and executable: 0x*..0x*"
is "one for the others" "$(tail -n 1 "$tmp/err")" "# warning: writable and executable: 4 more"
make jit1 -DCOUNT=1 -DPROT=7
run 2M qemu jit1
is "one mapping" "$status $(cat "$tmp/out")" "0 .hello"
is "is one line" "$(wc -l <"$tmp/err")" 1
