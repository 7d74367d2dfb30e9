#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What `backed` calls RAM is what the emulator's own firmware calls usable, above 1 MiB: so it is really RAM, and none
# of it
# is the firmware's.  On both sides of each place where a machine splits its memory.

source [file join $::env(srcdir) drivers.tcl]
drv::need qemu
set bochs [expr {[auto_execok bochs] ne ""}]
set cases {
    qemu pc 1M qemu pc 2M qemu pc 64M qemu pc 3583M qemu pc 3584M qemu pc 5G qemu pc 1000G
    qemu q35 2M qemu q35 64M qemu q35 2815M qemu q35 2816M qemu q35 5G
    qemu isapc 1M qemu isapc 64M qemu isapc 3583M qemu isapc 3584M qemu isapc 5G
    bochs pc 1M bochs pc 2M bochs pc 64M bochs pc 1G
}
tap::plan [expr {[llength $cases] / 3 * 2}]

# The usable entries that the dump sector printed, as {base limit} pairs.
proc usable {run} {
    set found {}
    foreach {- base length} [regexp -all -inline -nocase {\me820 ([0-9a-f]+) ([0-9a-f]+) 0*1 } [drv::serial $run]] {
        lappend found [list [expr {"0x$base"}] [expr {"0x$base" + "0x$length"}]]
    }
    return $found
}

foreach {emulator machine size} $cases {
    set desc "$emulator $machine $size"
    if {$emulator eq "bochs" && !$bochs} {
        tap::skip $desc "needs bochs (Debian package bochs)"
        tap::skip $desc "needs bochs (Debian package bochs)"
        continue
    }
    set case [dict create emulator $emulator machine $machine memory [::acre::machine::bytes $size]]
    set usable [usable [drv::boot [::acre::paths::product farm/fakebios/e820dump.bin] $case]]
    set backed [::acre::drive::backed $case]
    set outside [lmap range [lrange $backed 1 end] {
        lassign $range base limit
        if {[lsearch -glob [lmap entry $usable {
            expr {[lindex $entry 0] <= $base && $limit <= [lindex $entry 1]}
        }] 1] >= 0} continue
        format 0x%llx-0x%llx $base $limit
    }]
    tap::ok [expr {$usable ne "" && $outside eq ""}] "$desc: all that is called backed is usable" \
        "outside: $outside; usable: $usable; backed: $backed"
    set lost 0
    foreach entry $usable {
        lassign $entry base limit
        if {$base >= 0x100000} {
            incr lost [expr {$limit - $base}]
        }
    }
    foreach range [lrange $backed 1 end] {
        incr lost [expr {[lindex $range 0] - [lindex $range 1]}]
    }
    tap::ok [expr {$lost >= 0 && $lost <= 0x40000}] "$desc: and no more than 256 KiB is left out" \
        "left out: $lost bytes"
}
tap::done
