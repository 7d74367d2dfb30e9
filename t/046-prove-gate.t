#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The gate of make prove: Frama-C ends with 0 whatever is open, so what its output says is read, and read strictly.
. "${srcdir:-.}/tap.sh"
prove=$top_srcdir/tools/prove
plan 10

count() { printf '%b' "$1" | sh "$prove" --count; }
is "all proved" "$(count '[wp] Proved goals:   41 / 41\n')" "41 / 41"
is "two runs are summed" "$(count '[wp] Proved goals:   41 / 41\n[wp] Proved goals:  2 / 2\n')" "43 / 43"
not_ok "one open goal is a failure" count '[wp] Proved goals:   40 / 41\n'
not_ok "also in the first of two runs" count '[wp] Proved goals:   40 / 41\n[wp] Proved goals:   2 / 2\n'
not_ok "no goal at all is a failure" count '[wp] Proved goals:    0 / 0\n'
not_ok "no numbers are a failure" count '[kernel] Parsing range.c (with preprocessing)\n'
not_ok "an abort after the numbers is a failure" count \
	'[wp] Proved goals:   41 / 41\n[kernel] Plug-in wp aborted: invalid user input.\n'

printf '/* an axiom in prose */\n/*@ ensures \\result; */\nint f(void);\n' >"$tmp/good.h"
printf '/*@ axiomatic A { axiom a: \\false; } */\n' >"$tmp/bad.h"
printf '/*@ admit \\false; */\n' >"$tmp/worse.h"
printf 'module M\n  axiom a: false\nend\n' >"$tmp/bad.mlw"
printf 'module M\n  meta "remove_for_" axiom N.a\nend\n' >"$tmp/good.mlw"
ok "annotations that assume nothing pass, prose beside them does not matter" \
	sh "$prove" --clean "$tmp/good.h" "$tmp/good.mlw"
is "axioms and admits are found" \
	"$(for f in bad.h worse.h bad.mlw; do sh "$prove" --clean "$tmp/$f" >/dev/null && echo "$f"; done)" ""
ok "nothing in the sources and proofs is assumed so" sh -c "find '$top_srcdir/src' '$top_srcdir/t/proofs' \
	-name '*.[ch]' -o -name '*.mlw' | xargs sh '$prove' --clean"
