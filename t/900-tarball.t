#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tarball is the same, byte for byte, when somebody else makes it of the same sources elsewhere, and when it is made
# from itself.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
need autoconf autoconf
need automake automake
plan 5

name=$(basename "$tarball")
is "its members have no owner, one time, and no odd modes" \
	"$(tar tvf "$tarball" --numeric-owner | awk '{ print $1, $2, $4, $5 }' | sort -u |
		awk '{ $1 = substr($1, 1, 1) == "d" ? "d" : $1; print }' | sort -u | awk '{ print $1, $2 }' | uniq | tr '\n' ';')" \
	"-rw-r--r-- 0/0;-rwxr-xr-x 0/0;d 0/0;"

# The sources once more, with other modes and times, in another order on the disk, made from nothing.
there=$tmp/another/place/with/a/longer/name
mkdir -p "$there"
cd "$top_srcdir" || exit 99
date=$(sh tools/source-date .)
{
	sh tools/dist-files .
	for f in Makefile.am configure.ac autogen.sh quickstart LICENSE m4/*.m4; do echo "$f"; done
} | sort -r >"$tmp/list"
tar cf - -T "$tmp/list" | (cd "$there" && umask 077 && tar xmf - --no-same-permissions --no-same-owner)
cd "$there" || exit 99
ok "the sources elsewhere: configure and make dist" \
	elsewhere sh -c "./autogen.sh && mkdir b && cd b && ../configure && SOURCE_DATE_EPOCH=$date $MAKE dist"
same "give the same tarball" "$top_builddir" "$there/b" "$name"

mkdir "$tmp/again" && tar xf "$tarball" -C "$tmp/again"
cd "$tmp/again/acre-$version" || exit 99
ok "the tarball's own: configure and make dist" sh -c "mkdir b && cd b && ../configure && $MAKE dist"
same "give the same tarball" "$top_builddir" "$PWD/b" "$name"
