#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Importing maps from boot logs in all their forms.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map mapimport
namespace path ::tap
plan 81

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
is [import "BIOS-provided physical RAM map:\nBIOS-e820: \[mem 0xfffffffffff00000-0xffffffffffffffff\] reserved"] \
    fffffffffff00000-10000000000000000:2 "an inclusive end of 2^64-1"

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

# EFI's lists: what is the loader's or the boot services' is free once a kernel runs.
set efi {0-1000:1 1000-9f000:1 9f000-a0000:2 100000-4000000:1 4000000-4001000:3 4001000-4002000:4 4002000-4003000:2}
is [import {[    0.0] efi: mem00: [Boot Data          |   |WB|UC] range=[0x0000000000000000-0x0000000000000fff] (0MB)
[    0.0] efi: mem01: [Conventional Memory|   |WB|UC] range=[0x0000000000001000-0x000000000009efff] (0MB)
[    0.0] efi: mem02: [Reserved|attr=0x000000000000000f] range=[0x000000000009f000-0x000000000009ffff] (0MB)
[    0.0] efi: mem03: [Loader Data  |   |WB] range=[0x0000000000100000-0x0000000003ffffff] (63MB)
[    0.0] efi: mem04: [ACPI Reclaim |   |WB] range=[0x0000000004000000-0x0000000004000fff] (0MB)
[    0.0] efi: mem05: [ACPI Mem NVS |   |WB] range=[0x0000000004001000-0x0000000004001fff] (0MB)
[    0.0] efi: mem06: [type=99|   |WB] range=[0x0000000004002000-0x0000000004002fff] (0MB)}] $efi \
    "Linux's efi: mem lines, with names and last bytes"
is [import {EFI: mem00: type=4, attr=0xf, range=[0x0000000000000000-0x0000000000001000) (0MB)
EFI: mem01: type=7, attr=0xf, range=[0x0000000000001000-0x000000000009f000) (0MB)
EFI: mem02: type=6, attr=0x800000000000000f, range=[0x000000000009f000-0x00000000000a0000) (0MB)}] \
    {0-1000:1 1000-9f000:1 9f000-a0000:2} "... with numbers and limits"
is [from "efi: mem00: \[Boot Data|WB\] range=\[0x0000000000000000-0x0000000000000fff\] (0MB)\n$new"] BIOS-e820 \
    "what an EFI machine's kernel calls E820 goes before that"
is [import {(XEN)  0000000000000-000000009ffff type=7 attr=000000000000000f
(XEN)  0000000100000-0000003ffffff type=2 attr=000000000000000f
(XEN)  00000fee00000-00000fee00fff type=11 attr=8000000000000001}] {0-a0000:1 100000-4000000:1 fee00000-fee01000:2} \
    "Xen's list of what EFI says"
is [import {Type       Start            End              # Pages          Attributes
BS_Code    0000000000000000-0000000000000FFF 0000000000000001 000000000000000F
Available  0000000000001000-000000000009EFFF 000000000000009E 000000000000000F
RT_Data    000000000009F000-000000000009FFFF 0000000000000001 800000000000000F
LoaderCode 0000000000100000-0000000003FFFFFF 0000000000003F00 000000000000000F
ACPI_Recl  0000000004000000-0000000004000FFF 0000000000000001 000000000000000F
ACPI_NVS   0000000004001000-0000000004001FFF 0000000000000001 000000000000000F
MMIO       0000000004002000-0000000004002FFF 0000000000000001 8000000000000001

  Reserved  :              0 Pages (0 Bytes)}] $efi "the UEFI shell's memmap"
is [import {                   Type     Physical      Virtual   #Pages Attr
       BootServicesCode 000000000000          0x0 00000001 UC WC WT WB
     ConventionalMemory 000000001000          0x0 0000009e UC WC WT WB
    RuntimeServicesData 00000009f000          0x0 00000001 UC RUNTIME
             LoaderData 000000100000          0x0 00003f00 UC
      ACPIReclaimMemory 000004000000          0x0 00000001 UC
          ACPIMemoryNVS 000004001000          0x0 00000001 UC
         MemoryMappedIO 000004002000          0x0 00000001 RUNTIME}] $efi "FreeBSD's list of what EFI says"

# BSDs and loaders
is [import {SMAP type=01 base=00000000 00000000 len=00000000 0009fc00
SMAP type=02 base=00000000 0009fc00 len=00000000 00000400
SMAP type=01 base=00000000 00100000 len=00000000 03f00000}] $want "FreeBSD 4: two groups of digits"
is [import {SMAP type=01 base=0000000000000000 len=000000000009fc00 attr=01}] 0-9fc00:1 \
    "FreeBSD's loader, with attributes"
is [import {NetBSD 9.3 (DEBUG)
BIOS MEMORY MAP (3 ENTRIES):
    addr 0x0  size 0x9fc00  type 0x1
    addr 0x9fc00  size 0x400  type 0x2
WARNING: skipping something
    addr 0x100000  size 0x3f00000  type 0x1
com0 at isa0 addr 0x3f8}] $want "NetBSD: as many as it says, with other lines between and after"
is [import {boot> machine memory
Region 0: type 1 at 0x0 for 639KB
Region 1: type 2 at 0x9fc00 for 1KB
Region 2: type 1 at 0x100000 for 64512KB
Low ram: 639KB  High ram: 64512KB
Total free memory: 65151KB}] $want "OpenBSD's loader: KiB"
is [import {grub> lsmmap
base_addr = 0x0, length = 0x9fc00, available RAM
base_addr = 0x9fc00, length = 0x400, reserved RAM
base_addr = 0x100000, length = 0x3f00000, available RAM}] $want "GRUB's lsmmap"
is [import {base_addr = 0x0, length = 0x1000, ACPI reclaimable RAM
base_addr = 0x1000, length = 0x1000, ACPI non-volatile storage RAM
base_addr = 0x2000, length = 0x1000, faulty RAM (BadRAM)
base_addr = 0x3000, length = 0x1000, type = 0x14
base_addr = 0x4000, length = 0x1000, persistent RAM (legacy)}] \
    {0-1000:3 1000-2000:4 2000-3000:5 3000-4000:20 4000-5000:12} "... other types; a number is hex"
is [import {base_addr = 0x0, length = 0x1000, available RAM
base_addr = 0x0, length = 0x1000, available RAM
base_addr = 0x1000, length = 0x1000, available RAM}] {0-1000:1 0-1000:1 1000-2000:1} "... the BIOS's repetitions stay"
is [import {(XEN)  0000000000000000 - 000000000009fc00 (usable)
(XEN)  000000000009fc00 - 00000000000a0000 (reserved)
(XEN)  0000000000100000 - 0000000004000000 (usable)
(XEN)  ffff82d080000000 - ffff82d0c0000000 hypervisor}] $want "Xen's own list without its heading"
foreach {name log} {
    "E801" { BIOS-e801: 0000000000000000 - 000000000009fc00 (usable)
 BIOS-e801: 0000000000100000 - 0000000004000000 (usable)}
    "AH=88h" { BIOS-88: 000000000009fc00 @ 0000000000000000 (usable)
 BIOS-88: 0000000003f00000 @ 0000000000100000 (usable)}
    "memmap= of a user" {user-defined physical RAM map:
 user: [mem 0x0000000000000000-0x000000000009fbff] usable
 user: [mem 0x0000000000100000-0x0000000003ffffff] usable}
} {
    is [import $log] {0-9fc00:1 100000-4000000:1} "Linux: $name, where there is nothing better"
}

# choices
proc left {text} {
    return [dict get [::acre::mapimport::log $text] left]
}
set other [string map {0x0000000003ffffff 0x0000000007ffffff} $new]
set user "user-defined RAM map:\n user: \[mem 0x0000000000000000-0x0000000000000fff\] usable\n"
set log [::acre::mapimport::log "x\n$new$user$new"]
is [list [short [dict get $log entries]] [dict get $log line] [dict get $log left]] \
    [list $want 3 {{map 2 (user, line 11)} {map 3 (BIOS-e820, line 13)}}] \
    "of two boots that say the same the first; what is left out is said, with its line"
raises {::acre::mapimport::log "$new$other" x.log} {ACRE MAP} \
    "x.log:10: another BIOS-e820 map, which differs from the one of line 2; say which: --map 1 or --map 2" \
    "two boots that say otherwise: a person must choose"
is [short [dict get [::acre::mapimport::log "$new$other" x.log 2] entries]] [string map {4000000 8000000} $want] \
    "... the second"
raises {::acre::mapimport::log "$new$other" x.log 3} {ACRE MAP} "x.log:16: no map 3: there are 2" \
    "... there is no third"
set smap "SMAP type=01 base=0000000000000000 len=000000000009fc00\nSMAP type=02 base=00000000000f0000\
    len=0000000000010000\n"
is [left "${smap}rebooting\n$smap"] {{map 2 (SMAP, line 4)}} \
    "without a heading: a map begins where the first entry comes again"
set lines "Region 0: type 1 at 0x0 for 639KB\nRegion 1: type 1 at 0x100000 for 64512KB\n"
is [left $lines$lines] {{map 2 (OpenBSD, line 3)}} "... or the first number"
set lines [join [lsearch -all -inline [split $new \n] *BIOS-e820:*] \n]\n
is [left $lines$lines] {{map 2 (BIOS-e820, line 4)}} "... or, of Linux, the first line, though the lines touch"

# mistakes
raises {::acre::mapimport::log "hello\nworld\n" my.log} {ACRE MAP} "my.log:2: no memory map found up to here; *" \
    "no map in the log"
raises {::acre::mapimport::log ""} {ACRE MAP} "log:1: no memory map found up to here; *" "an empty log"
raises {::acre::mapimport::log "x\nBIOS-provided physical RAM map:\n"} {ACRE MAP} \
    "log:2: no memory map found after this heading; was the log pasted whole?" "a heading and nothing after it"
set whole [split [string trim $new] \n]
foreach {line pattern why} {
    "BIOS-e820: \[mem 0x0000000000000000-0x0000000000" "not a range: '*'; was the line pasted whole?" "in its range"
    "BIOS-e820: \[mem 0x0000000000000000-0x000000000009fbff\] usab" "memory type unknown: 'usab'; *whole?" "in its type"
    "BIOS-e820: \[mem 0x0000000000000000-0x000000000009fbff\]" "memory type unknown: ''; *whole?" "before its type"
    " BIOS-e820: 0000000000000000 - 000000000009fc00 (usable" "memory type unknown: '(usable'; *whole?" \
        "in its parenthesis"
    "SMAP type=01 base=x" "not a range: *" "of FreeBSD"
    "SMAP type=01 base=0000000000000000 len=000000000009fc" "not a range: *whole?" "of FreeBSD, in its length"
    "efi: mem00: \[Boot Data|WB\] range=\[0x0000000000000000-0x000000000" "not a range: *whole?" "of EFI, in its range"
    "efi: mem00: \[Boot D" "not a range: *whole?" "of EFI, in its type"
    "efi: mem00: \[Cheese|WB\] range=\[0x0-0xfff\] (0MB)" "memory type unknown: 'Cheese'; *" "of EFI, with another type"
    "Region 0: type 1 at 0x0 for 639" "not a range: *whole?" "of OpenBSD"
    "base_addr = 0x0, length = 0x9fc" "not a range: *whole?" "of GRUB"
    "base_addr = 0x0, length = 0x9fc00, available" "memory type unknown: 'available'; *whole?" "of GRUB, in its type"
    "Available  0000000000001000-000000000009E" "not a range: *whole?" "of the UEFI shell"
    "Available  0000000000001000-000000000009EFFF 0000000000000001 000000000000000F" \
        "range and number of pages disagree: *" "of the UEFI shell, at odds with itself"
    "ConventionalMemory 000000001000          0x0 000" "not a range: *whole?" "of FreeBSD's EFI list"
} {
    raises [list ::acre::mapimport::log "x\n$line"] {ACRE MAP} "log:2: $pattern" "a line cut off: $why"
}
raises {::acre::mapimport::log "BIOS MEMORY MAP (3 ENTRIES):\n    addr 0x0  size 0x9fc"} {ACRE MAP} \
    "log:2: not a range: *whole?" "a line cut off: of NetBSD"
raises {::acre::mapimport::log "BIOS MEMORY MAP (3 ENTRIES):\n addr 0x0  size 0x9fc00  type 0x1\nx\n"} {ACRE MAP} \
    "log:2: the map of line 1 has 1 of 3 entries: lines are missing" "a map cut off: fewer lines than promised"
raises {::acre::mapimport::log "Region 0: type 1 at 0x0 for 639KB\nRegion 2: type 1 at 0x100000 for 64512KB"} \
    {ACRE MAP} "log:2: entry 2 comes after 1 of them: lines of the map are missing" "a map with a gap, by its numbers"
raises {::acre::mapimport::log "efi: mem07: \[Reserved|WB\] range=\[0x0-0xfff\] (0MB)"} {ACRE MAP} \
    "log:1: entry 7 comes after 0 of them: lines of the map are missing" "a map without its beginning, by its numbers"
raises {::acre::mapimport::log "x\n BIOS-e820: 0000000000100000 - 0000000004000000 (usable)"} {ACRE MAP} \
    "log:2: the map begins at 0x100000, without low memory: its first lines are missing; *" \
    "a map without its beginning, by its addresses"
raises {::acre::mapimport::log "BIOS-e820: 0000000000002000 - 0000000000001000 (usable)"} {ACRE MAP} \
    "log:1: limit is below base: '0x1000'; *" "limit below base"
raises {::acre::mapimport::log "BIOS-e820: \[mem 0x0000000000000000-0x0000000000000fff\] cheese"} {ACRE MAP} \
    "log:1: memory type unknown: 'cheese'; *" "an unknown type"
foreach line {"SMAP type=100000000 base=0000000000000000 len=0000000000001000" "# e820 0x0 0x1000 4294967296 0x1"} {
    raises [list ::acre::mapimport::log $line] {ACRE MAP} \
        "log:1: memory type does not fit in 32 bits: '4294967296'; *" "a type that is too large: [lindex $line 0]"
}
done
