#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The RPM packages: built of the tarball (rpmbuild -ta) without a network, liked by rpmlint, whole, and the same byte
# for byte when somebody else builds them in a directory of the same name: rpm writes that name into the source package
# (the spec as it was expanded) and the source package's sum into the others.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
need rpmbuild rpm
plan 8

# build DIR [COMMAND...]: builds the packages and puts them into DIR, with their own database: what this host has is not
# in it, so the build's needs are not asked.
build() {
	dir=$1 top=$tmp/top
	shift
	mkdir -p "$top" && cd "$top" || return 1
	# shellcheck disable=SC2086 # words
	"$@" $offline rpmbuild -ta --nodeps --define "_topdir $top" --define "_tmppath $top/tmp" --define "_dbpath $top/db" \
		${check:+"$check"} "$tarball" && cd "$tmp" && mv "$top" "$dir"
}
one=$tmp/one other=$tmp/other check=
ok "rpmbuild -ta, with its tests" build "$one"
cd "$one" || exit 99
mkdir -p root
find . -name '*.rpm' | sort >list
is "makes four packages and their source" \
	"$(sed -e 's|.*/||' -e 's/-[0-9].*\.\([a-z]*\)\.rpm/ \1/' list | sort | tr '\n' ';')" \
	"acre noarch;acre src;acre-doc noarch;acre-kernel noarch;acre-nightly noarch;"
grep noarch list | while IFS= read -r rpm; do
	(cd root && rpm2cpio "../$rpm" | cpio -idm --quiet)
	rpm -qpl --dbpath "$one/db" "$rpm"
done | sort >files
is "no file but a directory or licence is in two packages" "$(uniq -d files | grep -v -x /usr/share/acre)" ""
ok "make install beside them" "$MAKE" -s -C "$top_builddir" install DESTDIR="$tmp/stage" prefix=/usr \
	sysconfdir=/etc systemdsystemunitdir=/usr/lib/systemd/system
(cd "$tmp/stage" && find . -type f | sed 's/^[.]//' | sort) >installed
sed -e 's/[.]gz$//' files | sort | comm -13 - installed >missing
is "what make install installs is in them" "$(cat missing)" ""
if command -v rpmlint >/dev/null 2>&1; then
	tr '\n' '\0' <list | xargs -0 rpmlint --rpmlintrc "$top_srcdir/rpm/acre.rpmlintrc" >"$tmp/rpmlint" 2>&1
	is "rpmlint has nothing to say" "$(grep -E ': [EW]: ' "$tmp/rpmlint")" ""
else
	skip "rpmlint has nothing to say" "needs rpmlint (Debian package rpmlint)"
fi
check=--nocheck
ok "they build for somebody else, too" build "$other" elsewhere
# shellcheck disable=SC2046 # names without blanks
same "and are the same" "$one" "$other" $(cat "$one/list")
