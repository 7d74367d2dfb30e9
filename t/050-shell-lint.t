#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The lint of shell scripts: shellcheck has nothing to say about any of the project.
. "${srcdir:-.}/tap.sh"
need shellcheck shellcheck
plan 1
cd "$top_srcdir" || exit 99
{
	sh tools/dist-files .
	echo autogen.sh
	echo quickstart
} | while IFS= read -r f; do
	case $f in
	*.asm | *.c | *.h | *.map | *.tcl) continue ;;
	doc/completion/acre.bash.in | t/tap.sh) echo "$f" ;;
	*) head -n 1 "$f" | grep -qE '^#!(/bin/(ba)?sh|/usr/bin/env (ba)?sh)' && echo "$f" ;;
	esac
done | grep -v '^tools/acre.in$' >"$tmp/scripts"
tr '\n' '\0' <"$tmp/scripts" | xargs -0 shellcheck >"$tmp/found" 2>&1
is "shellcheck finds nothing in $(wc -l <"$tmp/scripts") scripts" "$(cat "$tmp/found")" ""
