#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The service of acre nightly as it is installed: units that systemd likes, a configuration that can be done, which
# make install does not overwrite and make uninstall does not take away when it was changed.
. "${srcdir:-.}/tap.sh"
need tclsh tcl
: "${MAKE:=make}"
unset MAKEFLAGS MFLAGS MAKELEVEL
plan 16

cd "$top_builddir" || exit 99
stage=$tmp/stage usr=$tmp/stage/usr
install() { "$MAKE" -s "$1" DESTDIR="$stage" prefix=/usr sysconfdir=/etc systemdsystemunitdir=/usr/lib/systemd/system; }
ok "make install" install install
(cd "$stage" && find . -type f | grep -v -e '/share/' | sort) >"$tmp/files"
is "what is installed beside the command" "$(tr '\n' ' ' <"$tmp/files")" "./etc/acre/nightly.conf ./usr/bin/acre \
./usr/lib/systemd/system/acre-nightly.service ./usr/lib/systemd/system/acre-nightly.timer \
./usr/lib/sysusers.d/acre-nightly.conf "

units=$usr/lib/systemd/system conf=$stage/etc/acre/nightly.conf
bindir=$(sed -n 's/^ExecStart=\(.*\)\/acre nightly --config .*$/\1/p' "$units/acre-nightly.service")
like "the service starts acre where configure put it" "$bindir" "/*/bin"
is "and no name is left to be put in" "$(grep '@' "$units"/*)" ""
like "with the configuration where configure put it" \
	"$(sed -n 's/^ExecStart=.* --config //p' "$units/acre-nightly.service")" "/*/acre/nightly.conf"
if command -v systemd-analyze >/dev/null 2>&1; then
	# As on a machine where it is installed: the command where the unit says.
	mkdir -p "$tmp/units"
	cp "$units/acre-nightly.timer" "$tmp/units/"
	sed "s|^ExecStart=[^ ]*|ExecStart=$usr/bin/acre|" "$units/acre-nightly.service" >"$tmp/units/acre-nightly.service"
	verify() { SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no "$@" 2>&1; }
	is "systemd has nothing to say about the units" \
		"$(verify "$tmp/units/acre-nightly.service" "$tmp/units/acre-nightly.timer")" ""
	sed 's/^OnCalendar=.*/OnCalendar=at night/' "$units/acre-nightly.timer" >"$tmp/units/acre-nightly.timer"
	like "and has about a bad one" "$(verify "$tmp/units/acre-nightly.timer")" "*calendar*at night*"
	calendar=$(sed -n 's/^OnCalendar=//p' "$units/acre-nightly.timer")
	like "it comes every night" "$(systemd-analyze calendar --iterations=2 "$calendar" 2>&1)" \
		"*-*-* 02:30*Next elapse: * 02:30:00*#2: * 02:30:00*"
else
	for what in "systemd has nothing to say about the units" "and has about a bad one" "it comes every night"; do
		skip "$what" "needs systemd-analyze (Debian package systemd)"
	done
fi
if command -v systemd-sysusers >/dev/null 2>&1; then
	mkdir -p "$tmp/root/etc"
	systemd-sysusers --root="$tmp/root" "$usr/lib/sysusers.d/acre-nightly.conf" >"$tmp/said" 2>&1
	user=$(sed -n 's/^User=//p' "$units/acre-nightly.service")
	like "systemd-sysusers makes the service's user" "$(cat "$tmp/root/etc/passwd" "$tmp/said")" "$user:*:/var/lib/acre:*"
else
	skip "systemd-sysusers makes the service's user" "needs systemd-sysusers (Debian package systemd)"
fi

check() { env -i PATH="$PATH" HOME="$tmp" "$usr/bin/acre" nightly --check --config "$1"; }
like "the configuration can be done as it is" "$(check "$conf" 2>&1)" "*
  acre farm --group nightly --random 1000 --seed [0-9]* --out /var/lib/acre/nights/[0-9]*"
# Each key of the example, on or commented out, is one that there is; and each key has its line in the manual.
sed -n -e 's/^#\([a-z-]* = .*\)$/\1/' -e '/^[a-z]/p' "$conf" >"$tmp/all.conf"
like "and with every line of it" "$(check "$tmp/all.conf" 2>&1)" "*  build main of https://*--expect 'login: '*
  mail (change): mail -s*"
keys=$("$usr/bin/acre" nightly --check --config /dev/null 2>&1
	echo 'x = y' >"$tmp/x.conf"
	check "$tmp/x.conf" 2>&1 | sed 's/.*the keys are //; s/,//g')
keys=${keys##*
}
for key in $keys; do
	grep -q "^  $key  " "$usr/share/acre/help/nightly-format.txt" || echo "$key"
done >"$tmp/untold"
is "the manual has every key" "$(wc -w <"$tmp/untold") of $(echo "$keys" | wc -w)" "0 of 18"

echo "# mine" >>"$conf"
ok "make install again" install install
is "leaves a configuration that was changed" "$(tail -n 1 "$conf")" "# mine"
ok "make uninstall" install uninstall
is "leaves it, and nothing else" "$(find "$stage" -type f ! -path '*/info/dir')" "$conf"
