#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2086 # flags are a list of words
# Programs that use their address space in every way: each runs on this host's Linux and under acre run, and must say
# the same.  And memory that ends: the program is killed, the machine ends as it should.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
: "${CC_FOR_BUILD:=cc}"
acre=$top_builddir/acre

# compare NAME EMULATOR MEMORY FLAGS: one point.
compare() {
	desc="$1 ($4) under $2 with $3: as on this host"
	if [ "$2" = bochs ] && ! command -v bochs >/dev/null 2>&1; then
		skip "$desc" "needs bochs (Debian package bochs)"
		return
	fi
	if ! $CC_FOR_BUILD -O2 -Wall -Wextra $4 -o "$tmp/$1" "$srcdir/user/$1.c" >"$tmp/cc" 2>&1; then
		fail "$desc"
		tap_show "$tmp/cc"
		return
	fi
	"$tmp/$1" </dev/null >"$tmp/host.out" 2>&1
	echo "exit $?" >>"$tmp/host.out"
	timeout 240 "$acre" run --emulator "$2" --memory "$3" "$tmp/$1" </dev/null >"$tmp/acre.out" 2>"$tmp/acre.err"
	echo "exit $?" >>"$tmp/acre.out"
	if cmp -s "$tmp/host.out" "$tmp/acre.out"; then pass "$desc"; else
		fail "$desc"
		diff "$tmp/host.out" "$tmp/acre.out" | sed 's/^/# /' | head -n 40
		tap_show "$tmp/acre.err"
	fi
}

# Takes and writes all memory there is.
eater() {
	cat >"$tmp/eater.c" <<'END'
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
    for (;;) {
        char *p = mmap(0, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            return 1;
        memset(p, 1, 1 << 20);
        if (write(1, ".", 1) != 1)
            return 2;
    }
}
END
	$CC_FOR_BUILD -O2 -static -o "$tmp/eater" "$tmp/eater.c" || return
	timeout 100 "$acre" run --memory "$1" "$tmp/eater" </dev/null >"$tmp/eaten" 2>"$tmp/eater.err"
	is "$1 of memory eaten: the program is killed" $? 137
	eaten=$(wc -c <"$tmp/eaten")
	ok "after $eaten MiB, at least $2" test "$eaten" -ge "$2"
	ok "and that is said" grep -q "out of memory" "$tmp/eater.err"
}

plan 12
compare memory-calls qemu 512M "-static -no-pie"
compare memory-calls qemu 40M "-static -no-pie"
compare memory-calls qemu 512M "-pie -fpie"
compare memory-calls bochs 64M "-static -no-pie"
compare memory-faults qemu 512M "-static -no-pie"
compare memory-faults bochs 64M "-pie -fpie"
eater 16M 8
eater 64M 56
