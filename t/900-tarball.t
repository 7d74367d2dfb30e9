#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tarball is the same, byte for byte, when somebody else makes it of the same sources elsewhere, and when it is made
# from itself; and it brings the manual made.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
need autoconf autoconf
need automake automake
plan 9

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

# Without the tools that make it the tarball's manual is installed as it came; without it, it is named what is missing.
if [ -f "$tmp/again/acre-$version/doc/made/acre.info" ]; then
	bare() (
		rm -rf "$1" && mkdir "$1" && cd "$1" && ../configure ac_cv_prog_PANDOC= ac_cv_prog_TEXI2ANY=
	)
	cd "$tmp/again/acre-$version" || exit 99
	ok "without pandoc and texinfo: configure" bare c
	ok "make install-info, install-html" "$MAKE" -s -C c install-info install-html DESTDIR="$tmp/stage" prefix=/usr
	is "install what it brings" "$(cmp "$tmp/stage/usr/share/info/acre.info" doc/made/acre.info 2>&1
		cmp "$tmp/stage/usr/share/doc/acre/acre.html" doc/made/acre.html 2>&1)" ""
	rm -rf doc/made c/doc
	like "and without that, too, make info says what it needs" "$("$MAKE" -s -C c info 2>&1)" \
		"*acre.info needs Debian packages pandoc and texinfo*"
else
	for point in configure "make install-info, install-html" "install what it brings" "make info says what it needs"; do
		skip "without pandoc and texinfo: $point" "needs pandoc and texinfo (Debian packages of these names)"
	done
fi
