# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034 # the tests use what it sets
# For the tests that build packages of the tarball: ". $srcdir/packages.sh" after tap.sh.
#
#   $version, $tarball        the version, and the tarball that make dist made (make check-all makes it first)
#   $offline COMMAND...       runs COMMAND without a network, where that can be had; words, not a function, so that
#                             it may stand behind elsewhere
#   elsewhere COMMAND...      runs COMMAND as another person elsewhere would: later, in another time zone and locale,
#                             with another umask, name and home
#   same DESC DIR DIR FILE... a point: each FILE is the same in both; else diffoscope or cmp says what differs

version=$(sed -n 's/^PACKAGE_VERSION = //p' "$top_builddir/Makefile")
tarball=$top_builddir/acre-$version.tar.gz
[ -f "$tarball" ] || skip_all "there is no $(basename "$tarball"); make check-all makes it"
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL TESTS SLOW SOURCE_DATE_EPOCH
# Those of this build, which configure would take at their word.
unset CC CPP LD OBJCOPY NM
AM_UPDATE_INFO_DIR=no # the list of all manuals is no package's
export AM_UPDATE_INFO_DIR

if unshare -n true 2>/dev/null; then offline="unshare -n"; elif unshare -rn true 2>/dev/null; then
	offline="unshare -rn"
else
	offline=
fi
elsewhere() {
	(
		umask 027
		locale=$(locale -a 2>/dev/null | grep -vxE 'C|POSIX' | tail -n 1)
		export TZ=Pacific/Auckland LC_ALL="${locale:-C}" LANG="${locale:-C}" USER=somebody LOGNAME=somebody HOME=/nonexistent
		if command -v faketime >/dev/null 2>&1; then faketime -f '+400d' "$@"; else "$@"; fi
	)
}
same() {
	same_desc=$1 one=$2 other=$3
	shift 3
	for same_file; do
		cmp -s "$one/$same_file" "$other/$same_file" && continue
		if command -v diffoscope >/dev/null 2>&1; then
			diffoscope --text-color never "$one/$same_file" "$other/$same_file" 2>&1
		else
			cmp "$one/$same_file" "$other/$same_file" 2>&1
		fi
	done >"$tmp/.same"
	is "$same_desc" "$(head -n 30 "$tmp/.same")" ""
}
