#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Two builds in different directories, one in its source tree and one beside it, give the same bytes of acre.img; no
# build path, user or date is in it.
. "${srcdir:-.}/tap.sh"
[ -f "$top_builddir/acre.img" ] || skip_all "there is no acre.img in the build tree"
: "${MAKE:=make}"

plan 6
there=$tmp/another-place-with-a-longer-name/acre
mkdir -p "$there/farm" "$there/.ci"
cd "$top_srcdir" || exit 99

# A copy of the sources that a build of the image reads, without what an earlier build left in them; times are kept.
copy() {
	find boot src tools m4 build-aux doc t farm rpm -type f ! -path 'farm/maps/*' ! -name '*.o' ! -name '*.d' \
		! -name '*.lds' ! -name '*.bin' ! -name '*.elf' ! -name '*.log' ! -name '*.trs' ! -path tools/mkimage \
		! -path 't/scratch/*' -print
	for f in autogen.sh configure configure.ac aclocal.m4 Makefile.am Makefile.in quickstart LICENSE; do echo "$f"; done
}
copy >"$tmp/list"
tar cf - -T "$tmp/list" 2>"$tmp/err" | (cd "$there" && tar xpf -) || tap_show "$tmp/err"

# The same options as this build, whichever directory that was.  A tree built in its sources is compared with one
# beside them.
options=$("$top_builddir/config.status" --config)
if [ "$top_srcdir" = "$top_builddir" ]; then build=$there/b; else build=$there; fi
mkdir -p "$build"
cd "$build" || exit 99
unset MAKEFLAGS MFLAGS MAKELEVEL
umask 027
ok "a second tree configures" sh -c "eval '$there/configure' $options "'"--srcdir=$0"' "$there"
ok "and builds the image" env SOURCE_DATE_EPOCH=1 TZ=Pacific/Auckland "$MAKE" -j2 acre.img acre.syms boot/stage1.elf
ok "acre.img is the same, byte for byte" cmp "$top_builddir/acre.img" "$build/acre.img"
ok "acre.syms is the same" cmp "$top_builddir/acre.syms" "$build/acre.syms"
ok "boot/stage1.elf is the same" cmp "$top_builddir/boot/stage1.elf" "$build/boot/stage1.elf"
leaks() {
	# The paths themselves and their last parts that could only come from here.
	strings -n 6 "$build/acre.img" | grep -e "$there" -e "$top_srcdir" -e "$top_builddir" \
		-e another-place -e "$(uname -n)@"
}
if command -v strings >/dev/null 2>&1; then not_ok "no path or host name of a build is in the image" leaks; else
	skip "no path of a build is in the image" "needs strings (Debian package binutils)"
fi
