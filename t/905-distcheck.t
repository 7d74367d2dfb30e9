#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make distcheck: the tarball builds beside a source tree that cannot be written, without git, is checked, installs,
# uninstalls and cleans without a rest.  Its make check is of the tests that need no emulator; the others were run from
# the same files already (t/015), and ACRE_DISTCHECK=all runs them here too.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
plan 2
# shellcheck disable=SC2016 # make's variable
quick='$(unit_TESTS) t/020-include-direction.t t/030-style.t t/040-layout-agree.t t/041-memory-map.t t/050-shell-lint.t'
quick="$quick t/060-install.t t/065-completion.t t/070-acre-usage.t t/201-map-parse.t t/202-map-files.t"
cd "$top_builddir" || exit 99
distcheck() {
	# shellcheck disable=SC2086 # $offline is words
	if [ "${ACRE_DISTCHECK-}" = all ]; then
		$offline "$MAKE" distcheck
	else
		$offline "$MAKE" distcheck TESTS="$quick"
	fi
}
ok "make distcheck, without a network" distcheck
like "it says that the tarball is ready" "$(tail -n 4 "$tmp/.out" | tr '\n' ' ')" "*ready for distribution*"
