#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Importing maps from boot logs in all their forms.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map mapimport
namespace path ::tap
plan 39

# Entries as a short text: base-limit:type in hex.
proc short {entries} {
    return [lmap entry $entries { format %llx-%llx:%lld {*}$entry }]
}
proc import {text} {
    return [short [dict get [::acre::mapimport::log $text] entries]]
}
proc from {text} {
    return [dict get [::acre::mapimport::log $text] source]
}

set new {[    0.000000] BIOS-provided physical RAM map:
[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
[    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x0000000003ffffff] usable
[    0.000000] NX (Execute Disable) protection: active
[    0.000000] DMI: Acme Corp. Rocket/R-1, BIOS 1.0 01/01/2001
[    0.000000] e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
[    0.000000] e820: last_pfn = 0x4000 max_arch_pfn = 0x400000000
}
set want {0-9fc00:1 9fc00-a0000:2 100000-4000000:1}
is [import $new] $want "Linux since 3.5: inclusive ends"
is [dict get [::acre::mapimport::log $new] title] "Acme Corp. Rocket/R-1, BIOS 1.0 01/01/2001" \
    "the title is the DMI line"
is [import [string map {"\n" "\r\n"} $new]] $want "DOS line ends"
is [import [regsub -all -line {^\[    0.000000\] } $new "Nov  3 10:00:00 host kernel: \[    0.000000\] "]] $want \
    "with a syslog prefix"
is [import [regsub -all -line {^\[    0.000000\] } $new ""]] $want "without time stamps"
is [import [regsub -all -line {^\[} $new "<6>\["]] $want "with a level in front"
is [import [regsub -all -line {^\[    0.000000\] } $new "<6>"]] $want "with only a level in front"
is [import [string map {"BIOS-provided" "e820: BIOS-provided"} $new]] $want "heading of Linux 3.5 to 4.x"

is [import { BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)
 BIOS-e820: 000000000009fc00 - 00000000000a0000 (reserved)
 BIOS-e820: 0000000000100000 - 0000000004000000 (usable)}] $want "Linux up to 3.4: exclusive ends"
is [import { BIOS-e820: 000000000009fc00 @ 0000000000000000 (usable)
 BIOS-e820: 0000000000000400 @ 000000000009fc00 (reserved)
 BIOS-e820: 03f00000 @ 00100000 (usable)}] $want "Linux 2.2: length @ base"
is [import "BIOS-e820: \[mem 0xfffffffffff00000-0xffffffffffffffff\] reserved"] fffffffffff00000-10000000000000000:2 \
    "an inclusive end of 2^64-1"

# types
set types {usable 1 reserved 2 {ACPI data} 3 {ACPI NVS} 4 unusable 5 {type 20} 20 {persistent (type 7)} 7
    {persistent (type 12)} 12 {soft reserved} 4026531839 {type 2954887168} 2954887168}
foreach {name number} $types {
    is [import "BIOS-e820: \[mem 0x0000000000001000-0x0000000000001fff\] $name"] 1000-2000:$number "type: $name"
}
is [import "BIOS-e820: 0000000000001000 - 0000000000002000 (ACPI NVS)\nBIOS-e820: 0000000000002000 -\
 0000000000003000 type 9"] \
    {1000-2000:4 2000-3000:9} "types of the old format"

# other kernels
is [import {SMAP type=01 base=0000000000000000 len=000000000009fc00
SMAP type=02 base=000000000009fc00 len=0000000000000400
SMAP type=01, xattr=01, base=0x0000000000100000, len=0x0000000003f00000}] $want "FreeBSD: lengths; types are hex"
is [import {SMAP type=14 base=0000000000001000 len=0000000000001000}] 1000-2000:20 "FreeBSD: type 0x14 is 20"
set xen {(XEN) Xen-e820 RAM map:
(XEN)  0000000000000000 - 000000000009fc00 (usable)
(XEN)  000000000009fc00 - 00000000000a0000 (reserved)
(XEN)  0000000000100000 - 0000000004000000 (usable)
(XEN) System RAM: 63MB (65148kB)
}
is [import $xen] $want "Xen's own list"
is [import "(XEN) EFI RAM map:\n(XEN)  \[0000000000000000, 000000000009fbff\] (usable)\n"] 0-9fc00:1 \
    "Xen's own list, since 4.14"
is [import "\[    0.0\] Xen: \[mem 0x0000000000000000-0x000000000009ffff\] usable"] 0-a0000:1 "a Xen guest's list"
is [from "$xen$new"] BIOS-e820 "what Linux calls the BIOS's goes before what Xen says"
is [import {TAP version 13
# e820 0x0 0x9fc00 1 0x1
# e820 0x9fc00 0x400 2 0x1
# e820 0x100000 0x3f00000 1 0x1
# usable 0x1000 0x9f000}] $want "Acre's own serial log"

is [import "# e820 0x1000 0x1000 018 0x1\n# e820 0x2000 0x1000 0000000000007"] {1000-2000:18 2000-3000:7} \
    "a type is decimal, zeros in front or not"

# choices
set log [::acre::mapimport::log "${new}BIOS-provided physical RAM map:\nBIOS-e820: \[mem 0x0-0xfff\] usable\n\
 user-defined RAM map:\n user: \[mem 0x0000000000000000-0x0000000000000fff\] usable\n"]
is [list [short [dict get $log entries]] [dict get $log left]] [list $want {{BIOS-e820 of boot 2} {user of boot 2}}] \
    "of two boots the first; what is left out is said"

# mistakes
raises {::acre::mapimport::log "hello\nworld\n"} {ACRE MAP} "no memory map found; *" "no map in the log"
raises {::acre::mapimport::log ""} {ACRE MAP} "no memory map found; *" "an empty log"
raises {::acre::mapimport::log "x\nBIOS-e820: \[mem 0x0000000000000000-0x0000000000"} {ACRE MAP} \
    "line 2: not a range: '*'; was the line pasted whole?" "a line cut off"
raises {::acre::mapimport::log "BIOS-e820: 0000000000002000 - 0000000000001000 (usable)"} {ACRE MAP} \
    "line 1: limit is below base: '0x1000'; *" "limit below base"
raises {::acre::mapimport::log "BIOS-e820: \[mem 0x0000000000000000-0x0000000000000fff\] cheese"} {ACRE MAP} \
    "line 1: memory type unknown: 'cheese'; *" "an unknown type"
foreach line {"SMAP type=100000000 base=0 len=1000" "# e820 0x0 0x1000 4294967296 0x1"} {
    raises {::acre::mapimport::log $line} {ACRE MAP} "line 1: memory type does not fit in 32 bits: '4294967296'; *" \
        "a type that is too large: [lindex $line 0]"
}
raises {::acre::mapimport::log "SMAP type=01 base=x"} {ACRE MAP} "line 1: not a range: *" "a torn SMAP line"

done
