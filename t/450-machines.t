#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Every machine boots from every disk that it says it has, from its least to its most memory; under icount a run is
# the same to the last tick.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
::acre::paths::use drive tap verdict
set tools {qemu qemu-system-x86_64 bochs bochs}

# {what CASE keys}
set cases {}
dict for {name row} [::acre::machine::rows] {
    set base [dict create emulator [dict get $row emulator] machine [lindex [split $name -] 1]]
    foreach disk [::acre::machine::disks $row] {
        lappend cases [list "$name from $disk" [dict merge $base [dict create disk $disk]]]
    }
    foreach word {least most} key {memory-min memory-max} {
        lappend cases [list "$name with its $word memory" [dict merge $base [dict create memory [dict get $row $key]]]]
    }
}
foreach cpu {max core2duo qemu64,-nx} {
    lappend cases [list "qemu-pc with CPU $cpu" [dict create cpu $cpu]]
}
lappend cases [list "bochs-pc with another CPU" {emulator bochs cpu corei7_sandy_bridge_2600k}]
tap::plan [expr {[llength $cases] + 4}]

foreach case $cases {
    lassign $case desc keys
    set tool [dict get $tools [dict get [dict merge {emulator qemu} $keys] emulator]]
    if {[auto_execok $tool] eq ""} {
        tap::skip $desc "needs $tool"
        continue
    }
    set run [drv::run ok $keys]
    tap::is [drv::verdict $run] {PASS points} $desc
}

if {[auto_execok qemu-system-x86_64] eq ""} {
    foreach point {1 2 3 4} {
        tap::skip "icount and kvm" "needs qemu-system-x86_64 (Debian package qemu-system-x86)"
    }
    tap::done
}
# Prints the time-stamp counter, eight times four bits from the lowest up, as letters from A, and leaves by the exit
# port.
set code "bafb03 b003 ee 0f31 89c3 b90800 88d8 240f 0441 baf803 ee 66c1eb04 e2f0 b010 baf400 ee fa f4 ebfc"
set code [string map {"0f31 89c3" "0f31 6689c3"} $code]
# From a floppy: QEMU reads a hard disk in a thread of its own, so there the BIOS waits for as long as the host needs.
set first [drv::boot [drv::sector $code ""] {icount 1 disk floppy}]
set second [drv::boot [drv::sector $code ""] {icount 1 disk floppy}]
tap::is [dict get $first end] exit "a sector that prints the time-stamp counter"
tap::is [string length [drv::serial $first]] 8 "prints eight letters"
tap::is [drv::serial $second] [drv::serial $first] "under icount it is the same each time"
set dir [file join [tap::tmp] kvm]
file mkdir $dir
set trouble [::acre::qemu::kvm_trouble $dir]
tap::ok [expr {$trouble eq "" || [string length $trouble] > 10}] "kvm works, or its probe says why not"
tap::note "kvm: [expr {$trouble eq "" ? "works" : $trouble}]"
tap::done
