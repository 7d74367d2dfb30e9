#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Threads, futexes, signals and what no program may do: each program runs on this host's Linux and under acre run, and
# must say the same and end in the same way.
. "${srcdir:-.}/tap.sh"
. "$srcdir/programs.sh"

runs() {
	cat <<'END'
threads qemu -pie -fpie -pthread: x
threads qemu -static -no-pie -pthread:
threads bochs -static -no-pie -pthread:
futex qemu -pie -fpie -pthread:
futex bochs -static -no-pie -pthread:
signals qemu -pie -fpie -pthread:
signals qemu -static -no-pie -pthread:
signals bochs -static -no-pie -pthread:
faults qemu -static -no-pie:
faults bochs -static -no-pie:
sigreturn qemu -static -no-pie:
sigreturn bochs -static -no-pie:
END
}

plan "$(runs | wc -l)"
compare_all
