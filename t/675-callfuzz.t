#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Random system calls, t/user/callfuzz*.c: 100,000 and more in programs one after the other in one boot.  A program may
# end by a signal: what it did to itself; the kernel may not panic, stop or lose a frame, and the next program runs.
# ACRE_SEED=N starts from another seed.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
# shellcheck source=t/callfuzz.sh
. "$srcdir/callfuzz.sh"
SEEDS=7 CALLS=20000 CALLS_MIN=100000 # some of the programs end early
BOCHS_SEEDS=1 BOCHS_CALLS=4000 BOCHS_MIN=4000
HOST_CALLS=20000

# on_host SEED: it ends, well or by a signal, and has printed what it made.
on_host() {
	timeout -s KILL 20 sh -c '"$0" "$1" "$2"; exit $?' "$callfuzz" "$1" $HOST_CALLS </dev/null >"$tmp/host.out" 2>&1
	status=$?
	echo "seed $1: status $status, $(callfuzz_made "$tmp/host.out") calls"
	[ $status -ne 137 ] && [ "$(callfuzz_made "$tmp/host.out")" -ge 1000 ]
}

plan 6
seed=${ACRE_SEED:-1000}
echo "# seeds from $seed on"
callfuzz_build || exit 99
ok "host: seed $seed runs on this host's Linux" on_host "$seed"
ok "qemu: the machine ends as it should" callfuzz_boot "$tmp/qemu" "$seed" $SEEDS $CALLS --emulator qemu
made=$(callfuzz_made "$tmp"/qemu/*.out)
ok "qemu: $made calls, $CALLS_MIN at least" [ "$made" -ge $CALLS_MIN ]
if command -v bochs >/dev/null 2>&1; then
	ok "bochs: the machine ends as it should" callfuzz_boot "$tmp/bochs" "$seed" $BOCHS_SEEDS $BOCHS_CALLS --emulator bochs
	made=$(callfuzz_made "$tmp"/bochs/*.out)
	ok "bochs: $made calls, $BOCHS_MIN at least" [ "$made" -ge $BOCHS_MIN ]
else
	skip "bochs" "needs bochs (Debian package bochs)"
	skip "bochs" "needs bochs (Debian package bochs)"
fi
not_ok "a program that is not ended well is seen" callfuzz_boot "$tmp/cut" "$seed" 1 1000000000 --timeout 2
