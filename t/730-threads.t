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
thread-exit qemu -pie -fpie -pthread:
thread-exit bochs -no-pie -pthread:
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

# Nobody could let a stopped program go on: it ends, and says so.
stopped() {
	timeout 60 "$acre" run sh -c 'echo before; kill -STOP $$; echo after' </dev/null >"$tmp/stopped" 2>"$tmp/stopped.err"
	is "a program that stops itself ends, as a shell says it of a stopped job" $? $((128 + 19))
	is "at once" "$(cat "$tmp/stopped")" before
	like "and a line says why" "$(cat "$tmp/stopped.err")" "*stopped by SIGSTOP (19): nobody is there to let it go on*"
}

plan $(($(runs | wc -l) + 3))
compare_all
stopped
