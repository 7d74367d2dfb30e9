#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# From file to file within the kernel, and signals read from a descriptor: each program runs on this host's Linux and
# under acre run, and must say the same and end in the same way.
. "${srcdir:-.}/tap.sh"
. "$srcdir/programs.sh"

runs() {
	cat <<'END'
between qemu -pie -fpie -pthread:
between qemu -static -no-pie -pthread:
between bochs -static -no-pie -pthread:
END
}

plan "$(runs | wc -l)"
compare_all
