#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What each quirk word changes in what a correct kernel sees: most change nothing, and that is the point of them.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use oracle
namespace path ::tap

# An ISA hole at 15 MiB, RAM to 64 MiB and a bit that 64 KiB blocks cannot say, more beyond a gap.
set map {{0 0x9fc00 1} {0x100000 0xf00000 1} {0xf00000 0x1000000 2} {0x1000000 0x4008000 1} {0x5000000 0x6000000 1}}

# Verdict in short: source, entries seen, frames below and from 1 MiB up.
proc judged {entries quirks {facts {}}} {
    set verdict [::acre::oracle::judge $entries $quirks $facts]
    set low [expr {[dict get $verdict frames] - [dict get $verdict frames-above-1m]}]
    set high [dict get $verdict frames-above-1m]
    return [list [dict get $verdict map-source] [dict get $verdict entries-seen] $low $high]
}
set plain {e820 5 158 19976}
set harmless {carry-on-last no-smap-on-carry never-zero-ebx repeat-last size-24 ecx-ignored-20 overlong-write
    needs-old-buffer needs-eax-high-zero ebx-random clobber-esi clobber-edi clobber-ebp clobber-edx clobber-es
    clobber-fs interrupts-on interrupts-off df-set a20-off-after stack-512 e801-unsupported e801-cxdx 88-unsupported
    fill:0xa5a5}
# By E801: 14 MiB from 1 MiB up, 768 blocks from 16 MiB up; by 88h: 14 MiB.
set e801 [list e801 0 158 [expr {(14 << 8) + (48 << 8)}]]
set e88 [list 88 0 158 [expr {14 << 8}]]
set changing [list \
    {} $plain \
    {e820-unsupported} $e801 \
    {e820-empty} $e801 \
    {short-entry} $e801 \
    {smap-lost-after-3} $e801 \
    {e820-unsupported e801-cxdx} $e801 \
    {e820-unsupported size-24 acpi-attr0-clear} $e801 \
    {e820-unsupported e801-unsupported} $e88 \
    {e820-empty e801-unsupported df-set} $e88 \
    {e820-unsupported e801-unsupported 88-unsupported} {none 0 0 0} \
    {e820-unsupported 88-unsupported} $e801 \
    {carry-with-last} {e820 4 158 15880} \
    {acpi-attr0-clear} $plain \
    {acpi-attr0-clear:1} {e820 5 0 19976} \
    {acpi-attr0-clear:4} {e820 5 158 7680} \
    {acpi-attr0-clear:3} $plain \
    {acpi-attr0-clear:4 acpi-attr0-clear:5} {e820 5 158 3584} \
    {acpi-attr0-clear:4 ecx-ignored-20} $plain]
plan [expr {[llength $harmless] + [llength $changing] / 2 + 22}]

foreach quirk $harmless {
    is [judged $map $quirk] $plain "$quirk changes nothing"
}
foreach {quirks want} $changing {
    is [judged $map $quirks] $want "[expr {$quirks eq "" ? "no quirk" : $quirks}]: [lindex $want 0]"
}

# --- entries and attributes ------------------------------------------------------------------------------------------
is [judged [lrange $map 0 2] smap-lost-after-3] {e820 3 158 3584} "smap-lost-after-3 never shows in three entries"
is [judged [lrange $map 0 2] {smap-lost-after-3 repeat-last}] {e801 0 158 3584} \
    "but a fourth call, for a repeated entry, meets it"
is [judged [lrange $map 0 2] {smap-lost-after-3 carry-on-last}] {e820 3 158 3584} \
    "a fourth call that has carry does not"
is [judged [lrange $map 0 0] carry-with-last] {88 0 158 0} "carry with the only entry: no entry at all"
is [judged {{0 0x9fc00 1} {0x100000 0x200000 1} {0x180000 0x200000 2}} acpi-attr0-clear:3] {e820 3 158 256} \
    "a reservation with attribute bit 0 clear is ignored like any entry"
is [judged {{0x100000 0x200000 1} {0x180000 0x200000 2}} acpi-attr0-clear:1] {e820 2 0 128} \
    "if ignoring leaves nothing usable, no attribute is believed"
is [judged {} {}] {88 0 158 0} "no entries: 88h says 0 KiB, INT 12h still speaks"
set many [lrepeat [expr {$::layout::LAYOUT_E820_MAX + 1}] {0x100000 0x200000 1}]
is [judged $many e820-unsupported] {e801 0 158 256} "too many entries do not matter if E820 does not answer"
is [judged $many carry-with-last] [list e820 $::layout::LAYOUT_E820_MAX 0 256] "one too many, but carry takes the last"

# --- E801 and 88h ----------------------------------------------------------------------------------------------------
foreach {name entries want} {
    {contiguous across 16 MiB}  {{0x100000 0x4000000 1}}                            {15360 768 64512}
    {split inside}              {{0x100000 0x800000 1} {0x800000 0x4000000 1}}      {15360 768 64512}
    {a hole at 8 MiB}           {{0x100000 0x4000000 1} {0x800000 0x900000 2}}      {7168 768 7168}
    {nothing at 1 MiB}          {{0x200000 0x4000000 1}}                            {0 768 0}
    {nothing at 16 MiB}         {{0x100000 0x1000000 1} {0x1100000 0x2000000 1}}    {15360 0 15360}
    {odd end}                   {{0x100000 0x100bff 1}}                             {2 0 2}
    {odd end above}             {{0x1000000 0x101ffff 1}}                           {0 1 0}
    {63 MiB cap of 88h}         {{0x100000 0x8000000 1}}                            {15360 1792 64512}
    {cap of BX}                 {{0x100000 0x200000000 1}}                          {15360 65535 64512}
    {starts below}              {{0 0x4000000 1}}                                   {15360 768 64512}
} {
    is [concat [::acre::oracle::e801 $entries] [::acre::oracle::e88 $entries]] $want "AX, BX and 88h: $name"
}
is [judged {{0 0x9fc00 1}} e820-unsupported {base-memory-kib 512}] {88 0 127 0} "low memory is what INT 12h says"
is [judged {{0 0x9fc00 1}} e820-unsupported {base-memory-kib 640}] {88 0 158 0} "and ends at the EBDA"
is [dict get [::acre::oracle::judge {{0 0xa0000 1}} ebda:0x9000] low-limit] 589824 \
    "ebda: the pointer it pokes is believed"
done
