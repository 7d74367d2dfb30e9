#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Layers look down only: layout < runtime < x86_64 < kernel < unix; boot sees the layout, the hand-off and named files.
# Beside them host: what the runtime needs in a host process.  It sees layout, runtime and the system's headers.
. "${srcdir:-.}/tap.sh"

# The headers that boot/ may see beside its own and those of src/runtime.
boot_sees="layout.h protocol.h image.h handoff.h address.h com1.h uart.h cpu.h pagetable.h"
# What a freestanding compiler has; nothing else stands between angle brackets in guest code.
freestanding="stdarg.h stdbool.h stddef.h stdint.h stdalign.h stdnoreturn.h limits.h"

# check_tree TOP: prints a line for every include that breaks a rule.
check_tree() {
	(cd "$1" && find boot src -name '*.[chS]' | LC_ALL=C sort |
		xargs awk -v boot_sees="$boot_sees" -v freestanding="$freestanding" '
	function layer_of(path,   part) {
		if (path ~ /^src\/x86_64\/(layout|protocol|image)\.h$/) return "layout"
		split(path, part, "/")
		return part[1] == "src" ? part[2] : part[1]
	}
	function bad(why) { print FILENAME ":" FNR ": " why }
	BEGIN {
		sees["runtime"] = " runtime layout "
		sees["x86_64"] = " layout runtime x86_64 "
		sees["kernel"] = " layout runtime x86_64 kernel "
		sees["unix"] = " layout runtime x86_64 kernel unix "
		sees["boot"] = " layout runtime boot "
		sees["host"] = " layout runtime host "
		for (i = 1; i < ARGC; i++) {
			name = ARGV[i]; sub(/.*\//, "", name)
			if (ARGV[i] !~ /\.h$/) continue
			if (name in home) print ARGV[i] ": same name as " home[name] "; includes are flat"
			home[name] = ARGV[i]
		}
	}
	FNR == 1 { layer = layer_of(FILENAME) }
	/^[ \t]*#[ \t]*include/ {
		name = $0
		sub(/^[^"<]*["<]/, "", name); sub(/[">].*$/, "", name)
		if ($0 ~ /</) {
			if (layer == "host") next
			if (index(" " freestanding " ", " " name " ") == 0) bad("<" name "> is not a header of a freestanding compiler")
			next
		}
		sub(/.*\//, "", name)
		if (!(name in home)) { bad("\"" name "\" is nowhere in boot/ or src/"); next }
		target = layer_of(home[name])
		if (layer == "layout") bad("a layout header includes nothing, not " name)
		else if (layer == "boot" && index(" " boot_sees " ", " " name " ")) next
		else if (index(sees[layer], " " target " ") == 0) bad(layer " may not see " home[name])
	}')
}

plan 4
check_tree "$top_srcdir" >"$tmp/found"
is "no include looks up" "$(cat "$tmp/found")" ""

# The check can fail: a tree with one of each.
mkdir -p "$tmp/bad/src/runtime" "$tmp/bad/src/kernel" "$tmp/bad/src/x86_64" "$tmp/bad/src/host" "$tmp/bad/boot"
echo '#include "console.h"' >"$tmp/bad/src/runtime/range.c"
echo '#include <stdio.h>' >"$tmp/bad/src/kernel/console.h"
echo '#include "console.h"' >"$tmp/bad/boot/main.c"
echo '#include "range.h"' >"$tmp/bad/src/x86_64/layout.h"
printf '#include <stdio.h>\n#include "console.h"\n' >"$tmp/bad/src/host/pages.c"
: >"$tmp/bad/src/runtime/range.h"
check_tree "$tmp/bad" >"$tmp/found"
is "a tree with five mistakes has five found" "$(wc -l <"$tmp/found")" 5
like "a runtime file that sees the kernel is named" "$(cat "$tmp/found")" \
	"*src/runtime/range.c:1: runtime may not see src/kernel/console.h*"

# Which sources are linked where: stage2 takes nothing of the kernel; the host library nothing of it either, but what of
# src/unix is portable.
lists() {
	cat "$top_srcdir"/*/local.mk "$top_srcdir"/*/*/local.mk 2>/dev/null | awk '
	/\\$/ { sub(/\\$/, ""); line = line $0; next }
	{ line = line $0; split(line, w, /[ \t]+/)
	  if (w[1] == "stage2_C" && line ~ /src\/(kernel|unix)\//) print "stage2_C: " line
	  if (w[1] == "runtime_C" && line ~ /(boot|src\/kernel)\//) print "runtime_C: " line
	  line = "" }'
}
is "the lists of sources keep to the layers" "$(lists)" ""
