#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The portable code needs nothing: no header but those that every compiler has, no library, also not the compiler's own
# (a 64-bit division in 32 bit would call one); and each header stands alone.
. "${srcdir:-.}/tap.sh"
: "${CC:=gcc}" "${NM:=nm}"
cd "$top_srcdir/src/runtime" || exit 99
plan 6

flags='-std=gnu11 -ffreestanding -fno-pic -fno-stack-protector -mno-mmx -mno-sse -mno-sse2 -Wall -Wextra -Werror -I..'

# objects NAME OPTIONS...: compiles every file into $tmp/NAME.
objects() {
	name=$1
	shift
	mkdir "$tmp/$name" || return 1
	for c in *.c; do
		# shellcheck disable=SC2086 # CC and flags are lists of words
		$CC $flags "$@" -c -o "$tmp/$name/${c%.c}.o" "$c" || return 1
	done
}

# What the objects of $tmp/NAME need and none of them has.
missing() { $NM "$tmp/$1"/*.o | awk '$1 == "U" { needs[$2] = 1 } NF == 3 { has[$3] = 1 }
	END { for (s in needs) if (!(s in has)) print s }'; }

ok "compiles for a 64-bit kernel" objects k -m64 -O2 -mcmodel=kernel -mno-red-zone
is "which then needs no symbol from elsewhere" "$(missing k)" ""
ok "compiles for a 32-bit loader" objects s -m32 -march=i686 -Os
is "which then needs none either, no division above all" "$(missing s)" ""

each_header() {
	for h in *.h; do
		printf '#include "%s"\n#include "%s"\n' "$h" "$h" >"$tmp/alone.c"
		# shellcheck disable=SC2086
		$CC $flags -m32 -I. -c -o "$tmp/alone.o" "$tmp/alone.c" || return 1
	done
}
ok "each header compiles alone, and twice" each_header
is "only the compiler's headers and our own are included" \
	"$(grep -h '^#include' -- *.[ch] |
		grep -vE '<(stdint|stddef|stdbool|stdarg|limits)\.h>|"[a-z0-9_]+\.h"|"x86_64/layout\.h"')" ""
