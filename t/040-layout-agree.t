#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2086 # headers and names are lists of words
# Every name of layout.h, protocol.h and image.h has the same value in C of both widths, NASM, Tcl and the manual's
# table. Each consumer's value is taken from what that consumer makes of it: bytes out of its compiler, assembler or
# interpreter.
. "${srcdir:-.}/tap.sh"

headers="$top_srcdir/src/x86_64/layout.h $top_srcdir/src/x86_64/protocol.h $top_srcdir/src/x86_64/image.h"
gen="$top_srcdir/tools/layout-gen"
: "${CC:=gcc}" "${CPP:=$CC -E}" "${NASM:=nasm}" "${OBJCOPY:=objcopy}"
export CPP

sh "$gen" names $headers >"$tmp/names"
numbers=$(awk '$2 == "number" { print $1 }' "$tmp/names")
texts=$(awk '$2 == "text" { print $1 }' "$tmp/names")

# Bytes on standard input -> "NAME VALUE" lines: the numbers as 16 hex digits each, then the NUL-ended texts.
decode() {
	cat >"$tmp/bytes"
	count=$(echo "$numbers" | wc -l)
	{
		head -c $((count * 8)) "$tmp/bytes" | od -An -v -t x8 -w8 | tr -d ' '
		tail -c +$((count * 8 + 1)) "$tmp/bytes" | tr '\0' '\n' | head -n "$(echo "$texts" | wc -l)"
	} >"$tmp/values"
	{ echo "$numbers"; echo "$texts"; } | paste -d ' ' - "$tmp/values"
}

c_table() {
	{
		for h in $headers; do echo "#include \"$h\""; done
		echo '__attribute__((section(".table"))) const struct {'
		for n in $numbers; do echo "unsigned long long v_$n;"; done
		for n in $texts; do echo "char t_${n}[sizeof $n];"; done
		echo '} __attribute__((packed)) table = {'
		for n in $numbers $texts; do echo "$n,"; done
		echo '};'
	} >"$tmp/table.c"
	# shellcheck disable=SC2086
	$CC $1 -std=gnu11 -ffreestanding -fno-pic -c "$tmp/table.c" -o "$tmp/table$1.o" &&
		$OBJCOPY -O binary -j .table --set-section-flags .table=alloc "$tmp/table$1.o" "$tmp/table$1.bin" &&
		decode <"$tmp/table$1.bin"
}

nasm_table() {
	{
		echo '%include "layout.inc"'
		for n in $numbers; do echo "dq $n"; done
		for n in $texts; do echo "db $n, 0"; done
	} >"$tmp/table.asm"
	$NASM -I"$top_builddir/gen/" -f bin -o "$tmp/table.bin" "$tmp/table.asm" && decode <"$tmp/table.bin"
}

tcl_table() {
	cat >"$tmp/table.tcl" <<'END'
source [lindex $argv 0]
set file [open [lindex $argv 1]]
foreach kind {number text} {
	seek $file 0
	while {[gets $file line] >= 0} {
		if {[lindex $line 1] ne $kind} continue
		set value [set ::layout::[lindex $line 0]]
		if {$kind eq "number"} { set value [format %016llx $value] }
		puts "[lindex $line 0] $value"
	}
}
END
	tclsh "$tmp/table.tcl" "$top_builddir/gen/layout.tcl" "$tmp/names"
}

# The manual's values are decimal, hex or quoted text between backquotes; hex is padded, decimal goes through printf.
md_table() {
	sh "$gen" names $headers >"$tmp/names"
	awk -F '`' 'FILENAME == ARGV[1] { split($0, w, " "); kind[w[1]] = w[2]; next }
	/^\| `[A-Z0-9_]+` \| / && $2 in kind { print kind[$2], $2, $4 }' \
		"$tmp/names" "$top_srcdir/doc/memory-map.md" >"$tmp/md"
	for kind in number text; do
		grep "^$kind " "$tmp/md" | while read -r _ name value; do
			if [ $kind = number ]; then printf '%s %016x\n' "$name" "$value"; else echo "$name $value"; fi
		done
	done | sed 's/^\([A-Z0-9_]*\) "\(.*\)"$/\1 \2/'
}

plan 9
ok "the headers define at least 80 names" test "$(wc -l <"$tmp/names")" -ge 80
c_table -m64 >"$tmp/c64" 2>"$tmp/err" || tap_show "$tmp/err"
is "C -m64 gives every name a value" "$(awk 'NF >= 2' "$tmp/c64" | wc -l)" "$(wc -l <"$tmp/names")"

compare() {
	"$2" "$3" >"$tmp/other" 2>"$tmp/err" || tap_show "$tmp/err"
	ok "$1 agrees with C -m64" diff "$tmp/c64" "$tmp/other"
}
compare "C -m32" c_table -m32
compare "NASM" nasm_table ""
if command -v tclsh >/dev/null 2>&1; then
	compare "Tcl" tcl_table ""
else
	skip "Tcl agrees" "needs tclsh (Debian package tcl)"
fi
compare "the table in doc/memory-map.md" md_table ""

# The comparison must be able to fail: the same with one value changed.
sed 's/%define LAYOUT_PAGES_BASE .*/%define LAYOUT_PAGES_BASE 0xffffffffc0001000/' \
	"$top_builddir/gen/layout.inc" >"$tmp/layout.inc"
mkdir "$tmp/gen"
mv "$tmp/layout.inc" "$tmp/gen/"
(top_builddir=$tmp && nasm_table) >"$tmp/other"
not_ok "one changed value is noticed" diff "$tmp/c64" "$tmp/other"

# A header that breaks the rules is refused by file and line.
printf '#define LAYOUT_X (1 << 3) /* no shifts */\n#define LAYOUT_Y 0x10\n' >"$tmp/bad.h"
sh "$gen" nasm "$tmp/bad.h" >"$tmp/out" 2>"$tmp/err"
is "a header that breaks the rules is refused" "$(cut -d: -f1-4 "$tmp/err" | sed "s|$tmp/||" | tr '\n' ';')" \
	"layout-gen: bad.h:1: a value is a number, a name, a text, or a sum in parentheses;$(
	)layout-gen: bad.h:2: a define needs a comment on its line;"

ok "layout_check.c compiles in both widths" sh -c "
	for w in -m64 -m32; do
		$CC \$w -std=gnu11 -ffreestanding -Wall -Werror -I'$top_srcdir/src/runtime' -I'$top_srcdir/src/x86_64' \
			-c '$top_srcdir/src/x86_64/layout_check.c' -o '$tmp/check.o' || exit 1
	done"
