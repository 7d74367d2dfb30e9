#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The manual: made as info, HTML and PDF of the texts, whole, with every link leading somewhere; installed and taken
# away.
. "${srcdir:-.}/tap.sh"
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL
need pandoc pandoc
need makeinfo texinfo
variable() { sed -n "s/^$1 = //p" "$top_builddir/Makefile"; }
[ -n "$(variable PANDOC)" ] && [ -n "$(variable TEXI2ANY)" ] || skip_all "pandoc or texinfo came after configure"
plan 22

cd "$top_builddir" || exit 99
ok "make info" "$MAKE" -s info
ok "make html" "$MAKE" -s html
info=doc/acre.info html=doc/acre.html
said=$(LC_ALL=C.UTF-8 "$(variable TEXI2ANY)" --info --no-split -o "$tmp/again" doc/acre.texi 2>&1)
is "makeinfo has nothing to say" "$said" ""

# Chapters, in order; texts of help; a table; a picture in words.
sed -n 's/^- \[\([^]]*\)\](.*/\1/p' "$top_srcdir/doc/manual.md" >"$tmp/chapters"
sed -n 's/^File: acre.info,  Node: \([^,]*\),.*Up: Top$/\1/p' "$info" | grep -v '^Commands$' >"$tmp/nodes"
ok "its chapters are those of doc/manual.md" diff "$tmp/chapters" "$tmp/nodes"
for text in "$top_srcdir"/doc/help/*.txt; do
	for manual in "$info" "$html"; do
		line=$(sed -n '1s/.* - //p' "$text")
		sed -e "s/’/'/g" -e 's/&amp;/\&/g' -e 's/&lt;/</g' -e 's/&gt;/>/g' -e "s/&#39;/'/g" "$manual" |
			grep -qF -e "$line" || echo "$manual: ${text##*/}"
	done
done >"$tmp/missing"
is "every help text is in it" "$(cat "$tmp/missing")" ""
like "a table, in columns" "$(grep -E '^[^ ]*LAYOUT_MBR_BASE[^ ]* +[^ ]*0x7c00[^ ]* +where the BIOS' "$info")" "*puts*"
like "a picture, in words" "$(tr -s '\n ' ' ' <"$info")" "*The hops of a boot, one below the other*"

# Links within; nothing that a page would have to fetch.
grep -oE '(id|name)="[^"]*"' "$html" | sed -e 's/^[a-z]*="//' -e 's/"$//' | sort >"$tmp/ids"
is "no anchor is there twice" "$(uniq -d "$tmp/ids")" ""
grep -oE 'href="#[^"]*"' "$html" | sed -e 's/^href="#//' -e 's/"$//' | sort -u >"$tmp/targets"
is "every link within leads to an anchor" "$(comm -13 "$tmp/ids" "$tmp/targets")" ""
ok "and there are hundreds" test "$(wc -l <"$tmp/targets")" -gt 200
is "nothing is fetched" "$(grep -oE '(src|href)="[^"]{0,60}' "$html" | grep -vE '="(data:|#)')" ""
is "five pictures are in the page" "$(grep -oE '<img[^>]{0,20} src="data:image/svg' "$html" | wc -l)" 5
sed -n 's/^[*] \(.*\)::.*/\1/p' "$info" | sort -u >"$tmp/menus"
sed -n 's/^File: acre.info,  Node: \([^,]*\),.*/\1/p' "$info" | grep -vx Top | sort >"$tmp/nodes"
ok "there are as many nodes" test "$(wc -l <"$tmp/nodes")" -gt 150
is "and every one is in a menu" "$(comm -13 "$tmp/menus" "$tmp/nodes")" ""

# The same texts give the same bytes; what is wrong is no manual.
manual() { sh "$top_srcdir/tools/manual" "$@"; }
TZ=Pacific/Auckland LC_ALL=C manual html "$top_srcdir" "$(variable PACKAGE_VERSION)" >"$tmp/again.html"
ok "it is the same wherever it is made" cmp "$tmp/again.html" "$html"
not_ok "without pandoc it fails" env PANDOC=no-such-pandoc sh "$top_srcdir/tools/manual" texi "$top_srcdir" 1
mkdir "$tmp/top" && cp -R "$top_srcdir"/*.md "$top_srcdir/doc" "$tmp/top"
echo 'See [this](boot.md#no-such-heading).' >>"$tmp/top/doc/farm.md"
manual html "$tmp/top" 1 >/dev/null 2>"$tmp/said"
like "a link to a heading that is not there is an error" "$(cat "$tmp/said")" \
	"*doc/farm.md: a link to boot.md#no-such-heading*"

# Installed where the GNU standards say, and taken away.
stage=$tmp/stage
ok "make install-info, install-html" "$MAKE" -s install-info install-html DESTDIR="$stage" prefix=/usr
is "they are there" "$(cd "$stage" && find . -type f ! -name dir | sort | tr '\n' ' ')" \
	"./usr/share/doc/acre/acre.html ./usr/share/info/acre.info "
if install-info --version >/dev/null 2>&1; then
	like "the list of manuals has it" "$(cat "$stage/usr/share/info/dir")" "*[*] Acre: (acre).*"
else
	skip "the list of manuals has it" "needs install-info (Debian package install-info)"
fi
"$MAKE" -s uninstall DESTDIR="$stage" prefix=/usr >"$tmp/said" 2>&1
is "make uninstall takes them away" \
	"$(find "$stage" -type f ! -name dir; grep -s 'Acre:' "$stage/usr/share/info/dir")" ""

if [ -n "$(variable CHROMIUM)" ]; then
	"$MAKE" -s pdf >"$tmp/said" 2>&1
	ok "make pdf: $(grep -ac '/Type /Page$' doc/acre.pdf) pages" test "$(grep -ac '/Type /Page$' doc/acre.pdf)" -gt 50
else
	skip "make pdf" "needs chromium (Debian package chromium)"
fi
