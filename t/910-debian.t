#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The Debian packages: built of the tarball without a network, liked by lintian, whole, the same byte for byte when they
# are built elsewhere, and their tests (debian/tests) are green with what is in them.
. "${srcdir:-.}/tap.sh"
. "$srcdir/packages.sh"
need dpkg-buildpackage dpkg-dev
need dh debhelper
mkdir "$tmp/needs" && tar xf "$tarball" -C "$tmp/needs" --strip-components=1
missing=$(cd "$tmp/needs" && dpkg-checkbuilddeps 2>&1) || skip_all "${missing#*: }"
plan 12

# build DIR [COMMAND...]: unpacks the tarball there and builds the packages of it.
build() {
	dir=$1
	shift
	mkdir -p "$dir" && cp "$tarball" "$dir/acre_$version.orig.tar.gz" && tar xf "$tarball" -C "$dir" || return 1
	# shellcheck disable=SC2086 # words
	(cd "$dir/acre-$version" && "$@" $offline dpkg-buildpackage -us -uc)
}
one=$tmp/one other=$tmp/another-place-with-a-longer-name
ok "dpkg-buildpackage, with its tests" build "$one"
cd "$one" || exit 99
is "makes four packages" "$(find . -name '*.deb' | sed 's/_.*//' | sort | tr '\n' ' ')" \
	"./acre ./acre-doc ./acre-kernel ./acre-nightly "
if command -v lintian >/dev/null 2>&1; then
	lintian --fail-on none --display-info --display-experimental --pedantic --allow-root \
		./*.changes >"$tmp/lintian" 2>&1
	is "lintian has nothing to say" "$(cat "$tmp/lintian")" ""
else
	skip "lintian has nothing to say" "needs lintian (Debian package lintian)"
fi

for deb in *.deb; do
	dpkg-deb -x "$deb" root
	dpkg-deb -c "$deb" | awk '$1 !~ /^d/ { print $6 }'
done | sort >files
is "no file is in two packages" "$(uniq -d files)" ""
ok "make install beside them" "$MAKE" -s -C "$top_builddir" install DESTDIR="$tmp/stage" prefix=/usr \
	zshcompdir=/usr/share/zsh/vendor-completions sysconfdir=/etc systemdsystemunitdir=/lib/systemd/system
(cd "$tmp/stage" && find . -type f | sort) >installed
sed -e 's/[.]gz$//' files | sort | comm -13 - installed >missing
is "what make install installs is in them" "$(cat missing)" ""
like "the kernel keeps its symbols" "$(nm root/usr/share/acre/acre.elf 2>/dev/null | head -n 1)" "*[0-9a-f]* *"
is "nothing is left out of the maps" "$(find root/usr/share/acre/maps -name '*.map' | wc -l)" \
	"$(find "$top_srcdir/farm/maps" -name '*.map' | wc -l)"

DEB_BUILD_OPTIONS=nocheck
export DEB_BUILD_OPTIONS
ok "they build elsewhere, too" build "$other" elsewhere
# shellcheck disable=SC2046 # names without blanks
same "and are the same" "$one" "$other" $(cd "$one" && echo ./*.deb ./*.dsc ./*.debian.tar.xz)

# As autopkgtest runs them, but from an unpacked tree; PATH finds that tree's command.
emulators() { command -v qemu-system-x86_64 >/dev/null 2>&1 && command -v bochs >/dev/null 2>&1; }
for name in command farm; do
	if ! emulators; then
		skip "debian/tests/$name" "needs qemu-system-x86_64 and bochs (Debian packages qemu-system-x86, bochs)"
		continue
	fi
	mkdir -p "$tmp/test-$name"
	ok "debian/tests/$name" env PATH="$one/root/usr/bin:$PATH" MANPATH="$one/root/usr/share/man" \
		AUTOPKGTEST_TMP="$tmp/test-$name" AUTOPKGTEST_ARTIFACTS="$tmp/test-$name" \
		sh "$one/acre-$version/debian/tests/$name"
done
