#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2086 # flags are a list of words
# Programs that use their address space in every way: each runs on this host's Linux and under acre run, and must say
# the same; the runtime library with its tagged regions is one of them.  And memory that ends: the program is killed,
# the machine ends as it should.
. "${srcdir:-.}/tap.sh"
. "$srcdir/programs.sh"

runs() {
	cat <<'END'
memory-calls qemu,512M -static -no-pie:
memory-calls qemu,40M -static -no-pie:
memory-calls qemu,512M -pie -fpie:
memory-calls bochs,64M -static -no-pie:
memory-faults qemu,512M -static -no-pie:
memory-faults bochs,64M -pie -fpie:
tagged qemu -static -no-pie -lruntime-host:
tagged qemu,64M -pie -fpie -lruntime-host:
tagged bochs,64M -static -no-pie -lruntime-host:
END
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
	ok "with the ledger: the program's own memory is most of it" awk '$3 == "user-anonymous" { own = $4 }
		$3 == "total" { total = $4 } END { exit !(own > total / 2 && own <= total) }' "$tmp/eater.err"
}

# Touches a byte of every 2 MiB of 8 GiB, and finds them again: as much as 40 MiB hold in small pages.  With "small" it
# asks for these.
sparse() {
	cat >"$tmp/sparse.c" <<'END'
#include <stdio.h>
#include <sys/mman.h>
#define STEP (2ul << 20)
#define COUNT 3500ul
int main(int argc, char **argv)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    unsigned char *p = mmap(0, COUNT * STEP, PROT_READ | PROT_WRITE, flags, -1, 0);
    unsigned long wrong = 0;

    (void)argv;
    if (p == MAP_FAILED || (argc > 1 && madvise(p, COUNT * STEP, MADV_NOHUGEPAGE) != 0))
        return 1;
    for (unsigned long i = 0; i < COUNT; i++)
        p[i * STEP + i % STEP] = (unsigned char)(i | 1);
    for (unsigned long i = 0; i < COUNT; i++)
        wrong += p[i * STEP + i % STEP] != (unsigned char)(i | 1) || p[i * STEP + (i + 4096) % STEP];
    printf("%lu touched, %lu wrong\n", COUNT, wrong);
    return 0;
}
END
	$CC_FOR_BUILD -O2 -static -o "$tmp/sparse" "$tmp/sparse.c" || return
	is "memory touched here and there, in small pages" \
		"$(timeout 100 "$acre" run --memory 40M "$tmp/sparse" small 2>&1)" "3500 touched, 0 wrong"
	is "likewise where large pages may be: they make way" \
		"$(timeout 100 "$acre" run --memory 40M "$tmp/sparse" 2>&1)" "3500 touched, 0 wrong"
}

plan 19
compare_all
sparse
eater 16M 8
eater 64M 56
