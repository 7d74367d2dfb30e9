#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a person should not have to say in a review: licence lines, line lengths, words that may not stay, layout copies.
. "${srcdir:-.}/tap.sh"
plan 9

cd "$top_srcdir" || exit 99
{
	sh tools/dist-files .
	for f in Makefile.am configure.ac autogen.sh quickstart .gitignore m4/*.m4; do echo "$f"; done
} >"$tmp/every"
grep -v '^t/fuzz/corpus/' "$tmp/every" >"$tmp/all" # bytes, of no style
# Files whose licence REUSE.toml states, by its patterns: data, texts, lists of a format without comments.
sed -n 's/^    "\(.*\)",$/\1/p' REUSE.toml |
	sed -e 's/[.]/[.]/g' -e 's/\*\*/.*/g' -e 's/^/^/' -e 's/$/$/' >"$tmp/stated"
grep -v -f "$tmp/stated" "$tmp/all" >"$tmp/sources"

# each AWK-PROGRAM FILE-LIST: runs it over the files, as lines "FILE:LINE: ..."
each() { tr '\n' '\0' <"$2" | xargs -0 awk "$1"; }

tr '\n' '\0' <"$tmp/sources" | xargs -0 grep -L 'SPDX-License-Identifier: Apache-2.0' >"$tmp/found"
is "every source file has a licence line" "$(cat "$tmp/found")" ""
while IFS= read -r pattern; do grep -q "$pattern" "$tmp/every" || echo "$pattern"; done <"$tmp/stated" >"$tmp/found"
is "what REUSE.toml states is about files that there are" "$(cat "$tmp/found")" ""

each 'length($0) > 120 && !(FILENAME ~ /[.]md$/ && /^[|]/) { print FILENAME ":" FNR ": " length($0) " columns" }' \
	"$tmp/sources" >"$tmp/found"
is "no line is longer than 120 columns" "$(cat "$tmp/found")" ""

each '/[ \t]$/ { print FILENAME ":" FNR ": blanks at the end" }' "$tmp/sources" >"$tmp/found"
is "no line ends in blanks" "$(cat "$tmp/found")" ""

# Written so that this file does not find itself.
work=/wor'k/' later='TODO''[:] later' marks='(^|[^X])X''XX([^X]|$)'
grep -v '^\.' "$tmp/all" | tr '\n' '\0' |
	xargs -0 grep -nE -e "(^|[^a-zA-Z.])$work" -e "$later" -e "$marks" >"$tmp/found"
is "no path of somebody's machine, no mark of unfinished work" "$(cat "$tmp/found")" ""

# Layout values stand in the layout headers.  In boot/ and linker scripts no literal may equal one, and any other
# literal of four digits or more needs a comment that says what it is, on its line or on the one before.  BIOS
# function numbers in EAX/AX and masks of whole digits say it themselves.
literals() {
	sh tools/layout-gen nasm src/x86_64/layout.h |
		awk '$1 == "%define" && $2 ~ /_(BASE|LIMIT)$/ { print $3 }' >"$tmp/values"
	awk '
	FILENAME == ARGV[1] { if (length($0) > 5) known[$0] = 1; next }
	FNR == 1 { comment = 0; before = 0 }
	{
		code = $0; said = 0
		if (comment) { if (!sub(/^.*\*\//, "", code)) { before = 1; next } comment = 0; said = 1 }
		if (FILENAME ~ /\.(c|h|S)$/) {
			while (sub(/\/\*([^*]|\*[^\/])*\*\//, "", code)) said = 1
			if (sub(/\/\*.*$/, "", code)) { comment = 1; said = 1 }
		} else if (sub(/;.*$/, "", code)) said = 1
		gsub(/"[^"]*"/, "", code)
		rest = code
		while (match(rest, /0x[0-9a-fA-F][0-9a-fA-F][0-9a-fA-F][0-9a-fA-F]+/)) {
			literal = tolower(substr(rest, RSTART, RLENGTH))
			lead = substr(rest, 1, RSTART - 1); rest = substr(rest, RSTART + RLENGTH)
			if (literal in known) print FILENAME ":" FNR ": " literal " is a layout value; use its name"
			else if (literal ~ /^0x0*[f0]+$/ || lead ~ /(\.eax|->eax|\<ax,|[ \t]ax,) *=? *$/) continue
			else if (!said && !before) print FILENAME ":" FNR ": " literal " needs a comment that says what it is"
		}
		before = said
	}' "$tmp/values" "$@"
}
# shellcheck disable=SC2046 # names without blanks
literals $(find boot src -name '*.lds.S' -o -path 'boot/*.asm' -o -path 'boot/*.[ch]') >"$tmp/found"
is "no layout value is retyped in boot/ or a linker script" "$(cat "$tmp/found")" ""

printf 'x:  mov ax, 0x7c00\n    dd 0x12345678\n    dd 0x12345678 ; magic\n    mov cx, 0xffff\n' >"$tmp/bad.asm"
is "a retyped one and an unexplained one are found" "$(literals "$tmp/bad.asm" | wc -l)" 2

# The version stands in configure.ac only.
version=$(sed -n 's/^AC_INIT(\[acre\], \[\(.*\)\])$/\1/p' configure.ac)
pattern=$(echo "$version" | sed 's/\./[.]/g')
grep -v -e '\.map$' -e '^NEWS' -e '^debian/changelog$' -e '^t/' "$tmp/all" | tr '\n' '\0' |
	xargs -0 grep -lE "(^|[^0-9.])$pattern([^0-9.]|\$)" >"$tmp/found"
is "the version number stands in configure.ac only" "$(cat "$tmp/found")" configure.ac
# News and the packages' changelog are about versions: their newest is this one.
is "NEWS.md and debian/changelog begin with it" \
	"$(sed -n 's/^## \([0-9.]*\).*/\1/p' NEWS.md | head -n 1) $(sed -n '1s/.*(\([0-9.]*\)-.*/\1/p' debian/changelog)" \
	"$version $version"
