# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034
# TAP 13 for tests in sh: ". ${srcdir:-.}/tap.sh".  The plan comes first and a test that stops early is red.
#
#   plan N                    N points follow
#   skip_all WHY              the whole file skips, and ends
#   need TOOL PACKAGE         skip_all unless TOOL is there
#   ok DESC COMMAND...        a point: COMMAND succeeds; what it printed is shown if it does not
#   not_ok DESC COMMAND...    a point: COMMAND fails
#   is DESC GOT WANT          a point: the texts are equal
#   like DESC GOT PATTERN     a point: GOT matches the shell PATTERN
#   pass DESC, fail DESC, skip DESC WHY
#   whole                     whether all is to be tried, as `make check-all` does, or samples are enough
#   $tmp                      a directory of the test's own, removed at the end
# The directories top_srcdir, top_builddir, srcdir, builddir are set; the working directory is the build tree's t/.

set -u
: "${srcdir:=$(cd "$(dirname "$0")" && pwd)}"
: "${top_srcdir:=$(cd "$srcdir/.." && pwd)}"
: "${builddir:=$PWD}"
: "${top_builddir:=$(cd "$builddir/.." && pwd)}"
export srcdir builddir top_srcdir top_builddir
LC_ALL=C
export LC_ALL
tap_n=0
tap_plan=none
tmp=$(mktemp -d) || exit 99

tap_end() {
	status=$?
	chmod -R u+w "$tmp" 2>/dev/null
	rm -rf "$tmp"
	if [ "$tap_plan" = none ]; then
		echo "Bail out! no plan"
		exit 99
	fi
	[ "$tap_n" = "$tap_plan" ] || echo "# planned $tap_plan points, had $tap_n (status $status)"
	exit 0
}
trap tap_end EXIT
trap 'exit 1' HUP INT TERM

plan() {
	tap_plan=$1
	echo "TAP version 13"
	echo "1..$1"
}
skip_all() {
	tap_plan=0
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit 0
}
whole() { [ -n "${ACRE_TEST_WHOLE-}" ]; }
need() { command -v "$1" >/dev/null 2>&1 || skip_all "needs $1 (Debian package $2)"; }
pass() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1"
}
fail() {
	tap_n=$((tap_n + 1))
	echo "not ok $tap_n - $1"
}
skip() {
	tap_n=$((tap_n + 1))
	echo "ok $tap_n - $1 # SKIP $2"
}
# Why a command failed stands where it ended.
tap_show() { tail -n 40 "$1" | sed 's/^/# /'; }
ok() {
	tap_desc=$1
	shift
	if "$@" >"$tmp/.out" 2>&1; then pass "$tap_desc"; else
		fail "$tap_desc"
		tap_show "$tmp/.out"
	fi
}
not_ok() {
	tap_desc=$1
	shift
	if "$@" >"$tmp/.out" 2>&1; then
		fail "$tap_desc"
		tap_show "$tmp/.out"
	else pass "$tap_desc"; fi
}
is() {
	if [ "$2" = "$3" ]; then pass "$1"; else
		fail "$1"
		printf 'got:  %s\nwant: %s\n' "$2" "$3" >"$tmp/.out"
		tap_show "$tmp/.out"
	fi
}
like() {
	# shellcheck disable=SC2254 # the third word is a pattern
	case $2 in
	$3) pass "$1" ;;
	*)
		fail "$1"
		printf 'got:  %s\nlike: %s\n' "$2" "$3" >"$tmp/.out"
		tap_show "$tmp/.out"
		;;
	esac
}
