#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What of the kernel leaves memory after the self-checks (src/kernel/kernel.lds.S) is referred to by nothing that stays:
# the linker says so, of code, of constants and of variables.
. "${srcdir:-.}/tap.sh"
: "${CC:=gcc}" "${LD:=ld}" "${NM:=nm}"
script=$top_builddir/src/kernel/kernel.lds
[ -f "$script" ] || skip_all "needs $script (make)"
plan 8
mkdir "$tmp/kernel" "$tmp/runtime"

# object NAME TEXT: a kernel object of that name.
object() {
	printf '%s\n' "$2" >"$tmp/source.c"
	# shellcheck disable=SC2086 # CC is a list of words
	$CC -m64 -ffreestanding -fno-pic -mcmodel=kernel -O1 -c -o "$tmp/$1.k.o" "$tmp/source.c"
}

# links NAME...: whether the objects make a kernel.
links() {
	for name; do
		shift
		set -- "$@" "$tmp/$name.k.o"
	done
	$LD -m elf_x86_64 -nostdlib -static -z max-page-size=0x1000 -e 0 -T "$script" -o "$tmp/kernel.elf" "$@" \
		2>"$tmp/err"
}

# refused NAME: whether the linker refuses that one with the check's object, for its reference.
refused() {
	! links kernel/checks_x "$1" && grep -q 'prohibited cross reference' "$tmp/err"
}

object kernel/checks_x 'int variable = 1; const int constant = 2; int function(void) { return 3; }'
object kernel/main 'int function(void); int kernel_main(void) { return function(); }'
object runtime/code 'int function(void); int code(void) { return function(); }'
object runtime/pointer 'int function(void); int (*const pointer)(void) = function;'
object runtime/constant 'extern const int constant; int code(void) { return constant; }'
object runtime/variable 'extern int variable; int code(void) { return variable; }'
object kernel/mychecks 'int function(void); int mine(void) { return function(); }'

ok "main.c may call a check" links kernel/main kernel/checks_x
ok "the check lies in memory that leaves" sh -c "$NM -n '$tmp/kernel.elf' | awk '
	\$3 == \"checks_text_base\" { inside = 1 } \$3 == \"checks_text_limit\" { inside = 0 }
	\$3 == \"function\" { found = inside } END { exit !found }'"
ok "a call from code that stays is refused" refused runtime/code
ok "a pointer in constants that stay is refused" refused runtime/pointer
ok "a constant of a check's is refused to code that stays" refused runtime/constant
ok "a variable of a check's is refused to code that stays" refused runtime/variable
ok "a file whose name only ends like a check's stays" refused kernel/mychecks

# The kernel of this build: the most of its checks are in that place.
ok "so lie the self-checks of acre.elf" sh -c "$NM -n '$top_builddir/acre.elf' | awk '
	\$3 == \"checks_text_base\" { inside = 1 } \$3 == \"checks_text_limit\" { inside = 0 }
	\$3 ~ /^(checks_run|ledger_counted|general_sizes|bench_heaps|crash_divide)\$/ { found += inside }
	END { exit found != 5 }'"
