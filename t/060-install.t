#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What make install puts somewhere works from there, also when the whole of it was moved, and make uninstall leaves
# no file.
. "${srcdir:-.}/tap.sh"
need tclsh tcl
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL
AM_UPDATE_INFO_DIR=no # the list of all manuals; t/072 looks at it
export AM_UPDATE_INFO_DIR
plan 22

cd "$top_builddir" || exit 99
stage=$tmp/stage
ok "make install into a staging directory" "$MAKE" -s install DESTDIR="$stage" prefix=/usr
# unpacked LINES...: what of share/acre no line names; a line is a path below share, which may have a star.
unpacked() {
	for path in "$stage"/usr/share/acre/*; do
		for line; do
			# shellcheck disable=SC2254 # a pattern
			case acre/${path##*/} in $line) continue 2 ;; esac
		done
		echo "${path##*/}"
	done
}
debian=$(sed -n 's|^usr/share/\(acre/[^ ]*\).*|\1|p' "$top_srcdir"/debian/*.install)
rpm=$(sed -n 's|^%{_datadir}/\(acre/.*\)|\1|p' "$top_srcdir/rpm/acre.spec.in")
# shellcheck disable=SC2086 # lines without blanks, which name nothing in this directory
is "all of share/acre is in the Debian packages" "$(unpacked $debian)" ""
# shellcheck disable=SC2086
is "and in the RPM packages" "$(unpacked $rpm)" ""
ok "its files are readable by all" test -z "$(find "$stage" -type f ! -perm -444)"
mv "$stage/usr" "$tmp/moved"
acre=$tmp/moved/bin/acre
cd "$tmp" || exit 99
# Nothing of the trees may be needed.
run() { env -i PATH="$PATH" HOME="$tmp" "$acre" "$@"; }
ok "acre help from there" run help
is "acre version says configure's number" "$(run --version)" "acre $(cat "$top_builddir/gen/version")"
ok "acre image from there" run image -o "$tmp/disk.img" --set a=b
is "its option is in the image" "$(run image --get --from "$tmp/disk.img")" "a=b"
ok "acre map check finds the bundled maps and they are good" run map check zoo
# A command's text is its name's, a format's NAME-format's.
for text in "$tmp/moved/share/acre/help"/*.txt; do
	name=$(basename "$text" .txt)
	case $name in
	acre) echo man1/acre.1 ;;
	*-format) echo "man5/acre-${name%-format}.5" ;;
	*) echo "man1/acre-$name.1" ;;
	esac
done | sort >"$tmp/wanted"
(cd "$tmp/moved/share/man" && find . -type f | sed 's|^[.]/||' | sort) >"$tmp/pages"
is "each help text has its man page, and there are no others" "$(cat "$tmp/pages")" "$(cat "$tmp/wanted")"
like "those of files' formats too" "$(tr '\n' ' ' <"$tmp/pages")" \
	"*man5/acre-groups.5 man5/acre-map.5 man5/acre-nightly.5 man5/acre-profile.5 man5/acre-results.5*"
sed -e 's|.*/||' -e 's/[.]\([15]\)$/(\1)/' "$tmp/pages" | grep -vxF 'acre(1)' | while IFS= read -r page; do
	sed 's/[\]-/-/g' "$tmp/moved/share/man/man1/acre.1" | grep -qF "See $page." || echo "$page"
done >"$tmp/unnamed"
is "acre(1) names all others" "$(cat "$tmp/unnamed")" ""
for script in bash-completion/completions/acre zsh/site-functions/_acre; do
	ok "completion: share/$script has the commands" grep -q '^c|image|' "$tmp/moved/share/$script"
done
if ! [ -d /dev/fd ]; then
	skip "and finds the maps that are installed" "needs /dev/fd, for bash; it is a link into /proc"
elif command -v bash >/dev/null 2>&1; then
	completion() {
		PATH=$tmp/moved/bin:$PATH bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _acre; echo "${COMPREPLY[*]}"' \
			"$tmp/moved/share/bash-completion/completions/acre" "$@"
	}
	is "and finds the maps that are installed" "$(completion acre map draw linux-snb-bad-p)" linux-snb-bad-pages
else
	skip "and finds the maps that are installed" "needs bash (Debian package bash)"
fi
if command -v gdb >/dev/null 2>&1; then
	share=$tmp/moved/share/acre
	is "gdb works with what is installed" \
		"$(gdb -batch -nx -x "$share/gdb/acre-gdb.py" -ex 'acre tag 0xffff810000000000' "$share/acre.elf" 2>&1)" \
		"tuple 0x02"
else
	skip "gdb works with what is installed" "needs gdb (Debian package gdb)"
fi
expect=$(echo 'puts [catch {package require Expect}]' | tclsh)
if command -v qemu-system-x86_64 >/dev/null 2>&1 && [ "$expect" = 0 ]; then
	like "the farm boots what is installed, with its program" \
		"$(run farm --memory 64M --emulator qemu --program chain --out "$tmp/farm" 2>&1 | tail -n 1)" "1 passed, 0 failed"
else
	skip "the farm boots what is installed" "needs Expect and QEMU (Debian packages tcl-expect, qemu-system-x86)"
fi
is "it leaves no compiled files" "$(find "$tmp/moved/share/acre" -name '__pycache__')" ""
maps=$(find "$top_srcdir/farm/maps" -name '*.map' | wc -l)
is "all $maps maps are installed" "$(find "$tmp/moved/share/acre/maps" -name '*.map' | wc -l)" "$maps"

mv "$tmp/moved" "$stage/usr"
ok "make uninstall" "$MAKE" -s -C "$top_builddir" uninstall DESTDIR="$stage" prefix=/usr
is "no file is left" "$(find "$stage" -type f)" ""
is "nor a directory of Acre's own" "$(find "$stage" -type d -name acre)" ""
