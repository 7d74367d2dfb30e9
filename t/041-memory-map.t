#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables in doc/memory-map.md are what the layout headers say, comments included.
. "${srcdir:-.}/tap.sh"
plan 1
: "${CC:=gcc}" "${CPP:=$CC -E}"
export CPP
cd "$top_srcdir/src/x86_64" || exit 99
sh "$top_srcdir/tools/layout-gen" md layout.h protocol.h image.h >"$tmp/want"
echo >>"$tmp/want"
awk '/layout-gen: end/ { on = 0 } on { print } /layout-gen: begin/ { on = 1 }' \
	"$top_srcdir/doc/memory-map.md" >"$tmp/got"
ok "the tables agree with the headers (make update-doc renews them)" diff "$tmp/want" "$tmp/got"
