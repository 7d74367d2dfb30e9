#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What git has is what the tarball has, and what tests there are is what make check runs.
. "${srcdir:-.}/tap.sh"
need git git
cd "$top_srcdir" || exit 99
git -c safe.directory='*' rev-parse --git-dir >/dev/null 2>&1 && [ -e .git ] || skip_all "not a git checkout"
plan 3
git -c safe.directory='*' ls-files -co --exclude-standard | while IFS= read -r f; do [ ! -f "$f" ] || echo "$f"; done |
	grep -e '^\(boot\|src\|tools\|farm\|t\|doc\|debian\|rpm\|\.ci\)/' -e '\.md$' -e '^REUSE' | sort >"$tmp/git"
sh tools/dist-files . >"$tmp/dist"
comm -23 "$tmp/git" "$tmp/dist" >"$tmp/missing"
is "the tarball misses no file" "$(cat "$tmp/missing")" ""
comm -13 "$tmp/git" "$tmp/dist" | grep -v -e '^\.' >"$tmp/extra"
is "and has none that git does not know" "$(cat "$tmp/extra")" ""

# And every test that is there is run: the lists in the local.mk files are made by hand.
cat ./*/local.mk ./*/*/local.mk >"$tmp/lists" 2>/dev/null
for f in t/[0-9]*.t t/unit/[0-9]*.c; do
	case $f in t/unit/*) f=t/$(basename "$f" .c).t ;; esac
	grep -qF "$f" "$tmp/lists" || echo "$f"
done >"$tmp/unlisted"
is "every test is in a list" "$(cat "$tmp/unlisted")" ""
