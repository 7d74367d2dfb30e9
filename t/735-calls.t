#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Calls that not every program makes: from file to file within the kernel, signals read from a descriptor, times of user
# and system.  Each program runs on this host's Linux and under acre run, and must say the same and end in the same way.
. "${srcdir:-.}/tap.sh"
. "$srcdir/programs.sh"

runs() {
	cat <<'END'
between qemu -pie -fpie -pthread:
between qemu -static -no-pie -pthread:
between bochs -static -no-pie -pthread:
times qemu -pie -fpie -pthread:
END
}

plan "$(runs | wc -l)"
compare_all
