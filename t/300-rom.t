#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# rom.tcl without an emulator: form of the ROM, figures derived from the map, words, refusals.

source [file join $::env(srcdir) fakebios.tcl]

# usable memory as seen by E801 {KiB, 64 KiB blocks} and by AH=88h, for maps whose right answer is plain to see
set figures {
    "nothing"                        {}                                               {0 0} 0
    "RAM to 640 KiB only"            {{0 0xa0000 1}}                                  {0 0} 0
    "1 MiB less a byte"              {{0x100000 0x1fffff 1}}                          {0x3ff 0} 0x3ff
    "to 16 MiB exactly"              {{0x100000 0x1000000 1}}                         {0x3c00 0} 0x3c00
    "to 64 MiB"                      {{0x100000 0x4000000 1}}                         {0x3c00 0x300} 0xfc00
    "hole at 15 MiB"                 {{0x100000 0xf00000 1} {0x1000000 0x4000000 1}}  {0x3800 0x300} 0x3800
    "reserved cuts, in any order"    {{0x300000 0x400000 2} {0x100000 0x4000000 1}}   {0x800 0x300} 0x800
    "reserved cuts at 16 MiB"        {{0x100000 0x4000000 1} {0xfff000 0x1000001 9}}  {0x3bfc 0} 0x3bfc
    "empty reserved cuts nothing"    {{0x100000 0x4000000 1} {0x300000 0x300000 2}}   {0x3c00 0x300} 0xfc00
    "pieces out of order touch"      {{0x200000 0x4000000 1} {0x100000 0x200000 1}}   {0x3c00 0x300} 0xfc00
    "does not start at 1 MiB"        {{0x101000 0x4000000 1}}                         {0 0x300} 0
    "starts below 1 MiB"             {{0 0x4000000 1}}                                {0x3c00 0x300} 0xfc00
    "5 GiB is more than a word"      {{0x100000 0x140000000 1}}                       {0x3c00 0xffff} 0xfc00
    "4 GiB less 64 KiB"              {{0x100000 0xffff0000 1}}                        {0x3c00 0xfeff} 0xfc00
    "wraps past 2^64"                {{0x100000 0x10000000000100001 1}}               {0x3c00 0xffff} 0xfc00
    "reserved past 2^64 wraps not"   {{0x100000 0x4000000 1} {0xfffffffffffff000 0x10000000000200000 2}}
        {0x3c00 0x300} 0xfc00
}
set refused {
    {carry-on-last repeat-last}       {*'carry-on-last' and 'repeat-last' (a list has one ending); drop one}
    {carry-with-last carry-on-last}   {*'carry-on-last' and 'carry-with-last'*}
    {short-entry size-24}             {*'short-entry' and 'size-24'*}
    {acpi-attr0-clear:1 short-entry}  {*'short-entry' and 'acpi-attr0-clear'*}
    {acpi-attr0-clear:1 acpi-attr0-clear:2} {*'acpi-attr0-clear:1' and 'acpi-attr0-clear:2'*}
    {ecx-ignored-20 overlong-write}   {*'ecx-ignored-20' and 'overlong-write'*}
    {interrupts-on interrupts-off}    {*'interrupts-on' and 'interrupts-off'*}
    {e801-cxdx e801-unsupported}      {*'e801-unsupported' and 'e801-cxdx'*}
    {e820-unsupported e820-empty}     {*'e820-unsupported' and 'e820-empty'*}
    {ebx-random e820-unsupported}     {*'e820-unsupported' and 'ebx-random'*}
    {size-24 e820-empty}              {*'e820-empty' and 'size-24'*}
    acpi-attr0-clear:3                {*'acpi-attr0-clear:3', the map has 2}
    no-such-word                      {unknown quirk word: 'no-such-word'*}
    ebda                              {*not a 16-bit word: 'ebda'*}
    ebda:0x12345                      {*not a 16-bit word: 'ebda:0x12345'*}
}
tap::plan [expr {2 * [llength $figures] / 4 + [llength $refused] / 2 + 21}]

set two {{0x0 0x9fc00 1} {0xfffffffffff00000 0x10000000000100000 0xfedcba98}}
set template [fb::template]
set directory [::acre::rom::Directory $template]
set rom [fb::rom $two {ebda:0xabc acpi-attr0-clear:2}]

# --- form
binary scan $rom sucu magic units
tap::is [format %x $magic] aa55 "signature of an option ROM"
tap::is [string length $rom] [expr {$units * 512}] "size byte counts units of 512 bytes"
tap::is [expr {[string length $rom] % 2048}] 0 "whole units of 2 KiB"
tap::is [::acre::rom::Sum $rom] 0 "all bytes sum to 0 mod 256"
tap::is [string range $rom 24 27] \0\0\0\0 "no PCI structure and no PnP header"
set table [dict get $directory code-end]
binary scan $rom @${table}wwiwwi b0 l0 t0 b1 l1 t1
tap::is [format "%x %x %x %x %x %x" $b0 $l0 $t0 $b1 $l1 [expr {$t1 & 0xffffffff}]] \
    "0 9fc00 1 fffffffffff00000 200000 fedcba98" "table: base, length mod 2^64, type"
tap::is [string trim [string range $rom $table+40 end] \0] "" "zeros after the table"
foreach {field value} {count 2 attr0-entry 2 ebda 0xabc e801-low 0 e801-high 0 88 0} {
    binary scan $rom @[dict get $directory $field]su got
    tap::is $got [expr {$value}] "field $field"
}
set fixed [dict get $directory 88]
tap::ok [expr {[string range $rom $fixed+2 $table-1] eq [string range $template $fixed+2 $table-1]}] \
    "the code is the template's"
tap::is [lsort [lmap key [dict keys $directory "quirk *"] {lindex $key 1}]] [lsort [::acre::quirks::words]] \
    "the ROM's words are those of quirks.tcl"

# --- continuation values of ebx-random: a bijection that does not give 0 to an index in use
set source [::acre::rom::ReadBinary [file join $::env(top_srcdir) farm fakebios fakebios.asm]]
foreach name {FACTOR INVERSE ADD} {
    set $name [lindex [regexp -inline "%define RANDOM_$name (0x\[0-9a-f\]+)" $source] 1]
}
tap::is [expr {$FACTOR * $INVERSE & 0xffffffff}] 1 "ebx-random: the inverse undoes the factor"
tap::ok [expr {(-$ADD * $INVERSE & 0xffffffff) > 65536}] "ebx-random: no index in use gives 0"

# --- how many entries
set most [expr {(65536 - $table) / [dict get $directory entry-bytes]}]
tap::ok [expr {$most >= 1025}] "room for 1025 entries and more" "$most"
tap::is [string length [fb::rom [lrepeat $most {0 1 1}] {}]] 65536 "$most entries fill 64 KiB"
tap::raises {fb::rom [lrepeat [expr {$most + 1}] {0 1 1}] {}} {ACRE ROM} "*[expr {$most + 1}], at most $most*" \
    "one more is refused with both numbers"

foreach {what entries e801 e88} $figures {
    tap::is [::acre::rom::e801 $entries] [lmap value $e801 {expr {$value}}] "E801, $what"
    tap::is [::acre::rom::e88 $entries] [expr {$e88}] "88h, $what"
}
foreach {quirks pattern} $refused {
    tap::raises {fb::rom $two $quirks} {ACRE ROM} $pattern "refused: $quirks"
}
tap::raises {::acre::rom::make $two {} [tap::tmp]/none/x.rom} {ACRE ROM} "cannot write option ROM '*none/x.rom'*" \
    "unwritable file"
tap::done
