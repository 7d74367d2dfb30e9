#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The examples of doc/store.md, as they stand there, against the store's server on this machine (t/unit/storehost): a
# frame by hand, one made by a shell, and the client in Python with its key.
. "${srcdir:-.}/tap.sh"
need socat socat
need python3 python3
host=$top_builddir/t/unit/storehost
[ -x "$host" ] || skip_all "needs $host (make check)"
plan 9
doc=$top_srcdir/doc/store.md
cd "$top_builddir" || exit 99

# indented FROM TO: the lines of code from the one that starts so to the one that starts so.
indented() { awk -v from="    $1" -v to="    $2" 'index($0, from) == 1 { on = 1 } on { print substr($0, 5) }
	on && index($0, to) == 1 { exit }' "$doc"; }
pong='{"id":1,"ok":{"protocol":1,"request":1024,"reply":65536,"watches":8,"write":false}}'

indented "printf '\$" "printf '\$" >"$tmp/by-hand"
ok "a frame by hand stands in the manual" test -s "$tmp/by-hand"
like "and is answered" "$(sh "$tmp/by-hand" 2>&1)" "\$00053:*:$pong"
indented 'frame() {' 'frame ' >"$tmp/by-shell"
like "a shell makes one" "$(sh "$tmp/by-shell" 2>&1)" '$*:{"id":2,"ok":{"free":*,"kernel-text":2000,*"bios":2048000}}'

awk '/^```$/ { on = 0 } on { print } /^```python$/ { on = 1 }' "$doc" >"$tmp/store.py"
key=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
# run PROGRAM ARGUMENT...: what Python says to a server of its own.
run() {
	rm -f "$tmp/store.sock"
	socat UNIX-LISTEN:"$tmp/store.sock" EXEC:"$host --key $key" 2>"$tmp/socat" &
	server=$!
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		[ -S "$tmp/store.sock" ] && break
		sleep 0.2
	done
	timeout 20 python3 "$@" >"$tmp/said" 2>&1
	status=$?
	kill "$server" 2>/dev/null
	wait "$server" 2>/dev/null
	return $status
}
ok "the client in Python ends well" run "$tmp/store.py" "$tmp/store.sock" "$key"
is "and says what it is to say" "$(cat "$tmp/said")" "{'general': 32000, 'bios': 2048000}
{'cols': 'object', 'quiet': 'object', 'scheduler': 'object', 'memory': 'object', 'machine': 'object', 'full': 'object'}
{'old': 80, 'value': 132}
True 0"
not_ok "with another key it does not" run "$tmp/store.py" "$tmp/store.sock" "$(echo $key | tr 0 1)"
like "but says why" "$(tail -n 1 "$tmp/said")" "ValueError: wrong-key: *"

# What the manual has of ops and errors is what the server has.
words() { sed -n "$1" "$2" | sort -u; }
words 's/^    {"\([a-z]*\)", *\(store_\)*op_.*/\1/p' "$top_srcdir/src/runtime/storeop.c" >"$tmp/ops"
awk '/^\| op /, /^$/' "$doc" | words 's/^| `\([a-z]*\)`.*/\1/p' - >"$tmp/ops-told"
is "its table has every op" "$(cat "$tmp/ops-told")" "$(cat "$tmp/ops")"
cat "$top_srcdir"/src/runtime/store*.c | grep -o 'error([&]*request, "[a-z-]*"' | grep -o '"[a-z-]*"' | tr -d '"' |
	sort -u >"$tmp/errors"
awk '/^\| error /, /^$/' "$doc" | grep -o '^| `.*` |' | grep -o '`[a-z-]*`' | tr -d '`' | sort -u >"$tmp/errors-told"
is "and every error" "$(cat "$tmp/errors-told")" "$(cat "$tmp/errors")"
