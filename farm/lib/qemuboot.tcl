# SPDX-License-Identifier: Apache-2.0
#
# qemuboot.tcl: what QEMU starts: a disk, through its BIOS's boot sector, a CD, or a kernel that it loads itself.
#
#   ::acre::qemuboot::arguments CASE -> QEMU's arguments, of a complete case (drive.tcl)
#   ::acre::qemuboot::cd CASE        -> 1 if the image is a CD's: its name ends in .iso
#
# QEMU's loader is an option ROM, which the BIOS starts as it does a disk's boot sector: after our fake BIOS.  The
# kernel then asks INT 15h by its own boot code.

namespace eval ::acre::qemuboot {}

proc ::acre::qemuboot::cd {case} {
    return [expr {[string match -nocase *.iso [dict get $case image]] && ![dict get $case kernel]}]
}

proc ::acre::qemuboot::arguments {case} {
    set boot [dict get $case boot]
    if {[cd $case]} {
        return [list -drive if=none,id=boot,format=raw,media=cdrom,readonly=on,file=[::acre::qemuargs::escape $boot] \
            -device ide-cd,drive=boot,bootindex=0]
    }
    if {![dict get $case kernel]} {
        return [list {*}[Drives $case] {*}[dict get $case row disk-[dict get $case disk]]]
    }
    set arguments [list -kernel [::acre::qemuargs::escape $boot]]
    foreach key {append initrd} {
        if {[dict get $case $key] ne ""} {
            lappend arguments -$key [dict get $case $key]
        }
    }
    return $arguments
}

# The disk.  Where a boot may be recorded, the answers of the disk pass by what records their time.
proc ::acre::qemuboot::Drives {case} {
    set keep [expr {[dict exists $case own] ? "" : "snapshot=on,"}]
    if {[dict get $case back]} {
        return [list -drive if=none,id=disk,format=qcow2,file=$::acre::qemuargs::OVERLAY \
            -drive if=none,id=boot,driver=blkreplay,image=disk]
    }
    set drive format=raw,${keep}file=[::acre::qemuargs::escape [dict get $case boot]]
    if {[dict get $case rr] eq ""} {
        return [list -drive if=none,id=boot,$drive]
    }
    return [list -drive if=none,id=disk,$drive -drive if=none,id=boot,driver=blkreplay,image=disk]
}
