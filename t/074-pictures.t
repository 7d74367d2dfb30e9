#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual's pictures are what doc/boot.md and the layout headers say; a table that cannot be drawn is an error.
. "${srcdir:-.}/tap.sh"
need tclsh tcl
plan 8
: "${CC:=gcc}" "${CPP:=$CC -E}"
export CPP
cd "$top_srcdir" || exit 99
sh tools/layout-gen tcl src/x86_64/layout.h >"$tmp/layout.tcl"
mkdir "$tmp/drawn"
ok "the pictures are drawn" tclsh tools/pictures . "$tmp/layout.tcl" "$tmp/drawn"
for picture in "$tmp"/drawn/*.svg; do
	cmp "$picture" "doc/pictures/$(basename "$picture")"
done >"$tmp/differ" 2>&1
is "and are those of doc/pictures (make update-doc renews them)" "$(cat "$tmp/differ")" ""
if command -v xmllint >/dev/null 2>&1; then
	ok "they are XML" xmllint --noout doc/pictures/*.svg
else
	skip "they are XML" "needs xmllint (Debian package libxml2-utils)"
fi

# drawn SED-PROGRAM LAYOUT: what is said of a doc/boot.md that was changed so.
mkdir -p "$tmp/top/doc" && ln -s "$PWD/farm" "$tmp/top/farm"
drawn() {
	sed "$1" doc/boot.md >"$tmp/top/doc/boot.md"
	tclsh tools/pictures "$tmp/top" "$2" "$tmp" 2>&1
}
like "a name that the layout does not have" "$(drawn 's/^| `BOUNCE` |/| `BOUNCY` |/' "$tmp/layout.tcl")" \
	"pictures: the layout has no LAYOUT_BOUNCY_BASE"
like "ranges that go down" "$(drawn '/^| `IVT` |/{h;d;};/^| `MBR` |/G' "$tmp/layout.tcl")" \
	"pictures: IVT begins below 0x*"
like "an owner without a colour" "$(drawn 's/^| `UNUSED` | nobody/| `UNUSED` | somebody/' "$tmp/layout.tcl")" \
	"pictures: 'somebody*"
like "a table that is not there" "$(drawn 's/picture: virtual-stages/picture: others/' "$tmp/layout.tcl")" \
	"pictures: doc/boot.md has no table 'virtual-stages'"
sed 's/0x6c00/0x6a00/' "$tmp/layout.tcl" >"$tmp/moved.tcl"
drawn '' "$tmp/moved.tcl" >"$tmp/said"
not_ok "another layout is another picture" cmp "$tmp/physical-stages.svg" doc/pictures/physical-stages.svg
