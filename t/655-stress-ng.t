#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Debian's stress-ng, which looks at what it has done (--verify).  It starts each of its stressors with fork, which
# Acre has not: t/user/forkless.c is preloaded, so that the stressor runs in the one process there is.  Its futex
# stressor needs two processes at a time; those with threads (mutex, malloc's) wait on futexes, too.  Its pthread
# stressor is no test here: it may leave a thread that has not begun, which reads its argument from a stack frame that
# is gone; what follows in the same process then makes it fault, on this host as well.  Status, failures and the
# operations counted are as on this host.
. "${srcdir:-.}/tap.sh"
need qemu-system-x86_64 qemu-system-x86
need stress-ng stress-ng
: "${CC_FOR_BUILD:=cc}"

rows() {
	cat <<'END'
--vm 1 --vm-bytes 1m --vm-ops 30
--mmap 1 --mmap-bytes 1m --mmap-ops 2
--brk 1 --brk-ops 100
--stack 1 --stack-ops 1
--malloc 1 --malloc-bytes 1m --malloc-ops 1000
--malloc 1 --malloc-bytes 1m --malloc-ops 1000 --malloc-pthreads 3
--mremap 1 --mremap-bytes 256k --mremap-ops 4
--shm 1 --shm-objs 4 --shm-bytes 1m --shm-ops 4
--mutex 1 --mutex-ops 50
--memfd 1 --memfd-ops 4 --memfd-bytes 2m
--mprotect 1 --mprotect-ops 3
--madvise 1 --madvise-ops 3
--mincore 1 --mincore-ops 3
END
}

# What stress-ng said, but for times, numbers of processes and what depends on the machine.
essence() {
	sed -n 's/^stress-ng: metrc: *\[[0-9]*\] \([a-z]* *[0-9][0-9]*\) .*/\1/p;/ fail: /p;/ error: /p' "$1" |
		sed 's/\[[0-9]*\]//;s/  */ /g'
}

options="--verify --seed 1 --metrics-brief --temp-path"
plan "$(rows | wc -l)"
if ! $CC_FOR_BUILD -O2 -Wall -Wextra -fno-stack-protector -shared -fPIC -o "$tmp/forkless.so" \
	"$srcdir/user/forkless.c" 2>"$tmp/cc"; then
	tap_show "$tmp/cc"
	exit 1
fi
rows | sed "s|^|stress-ng $options /tmp |" >"$tmp/commands"
timeout 580 "$top_builddir/acre" run --timeout 560 --env LD_PRELOAD=/lib/forkless.so \
	--file "$tmp/forkless.so:/lib/forkless.so" --commands "$tmp/commands" --out "$tmp/guest" \
	</dev/null 2>"$tmp/err"
rows >"$tmp/rows"
number=0
while IFS= read -r row; do
	number=$((number + 1))
	name=$(printf %02d $number)
	# shellcheck disable=SC2086 # options and a row are lists of words
	LD_PRELOAD=$tmp/forkless.so timeout -k 1 60 stress-ng $options "$tmp" $row </dev/null >"$tmp/host.out" 2>&1
	{ echo "status $?"; essence "$tmp/host.out"; } >"$tmp/host"
	{ echo "status $(cat "$tmp/guest/$name.status")"; essence "$tmp/guest/$name.out"; } >"$tmp/acre" 2>&1
	if cmp -s "$tmp/host" "$tmp/acre" && grep -q '^[a-z]* [1-9]' "$tmp/acre"; then pass "stress-ng $row"; else
		fail "stress-ng $row"
		diff "$tmp/host" "$tmp/acre" | sed 's/^/# /' | head -n 20
		tail -n 5 "$tmp/err" | sed 's/^/# /'
	fi
done <"$tmp/rows"
