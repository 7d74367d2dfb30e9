# SPDX-License-Identifier: Apache-2.0
#
# ledger-report.tcl: reports of boots that never were, for tests of pictures.
#
#   reports::text ?KEY VALUE...? -> a whole report.  Keys, with a small machine as what is there without them:
#     e820     {base length type}         usable  {base limit}      mapping  {base limit phys flags ?owner?}, 4 KiB each
#     ledger   owner frames ...; without it: what the other keys make, by the kernel's rule
#     sections {name base limit ...} of the image's self-check; "" for none
#     after    lines behind the exit line's place, such as a panic
#   reports::big -> the values of e820, usable and mapping for 1 TiB in four pieces
#   reports::model ?KEY VALUE...? -> the model of that report

::acre::paths::use patterns tap ledgermap

namespace eval ::reports {
    # 640 KiB, of which 13 frames from 0x38000 are the kernel's.
    variable small {
        e820 {{0 0x9fc00 1} {0x9fc00 0x400 2} {0xf0000 0x10000 2}}
        usable {{0x1000 0x9f000}}
        mapping {
            {0xffff800000000000 0xffff800000001000 0x43000 rw-}
            {0xffff800040000000 0xffff800040001000 0x44000 rw-}
            {0xffffffff80000000 0xffffffff80003000 0x38000 r-x}
            {0xffffffff80003000 0xffffffff80004000 0x3b000 r--}
            {0xffffffff80004000 0xffffffff80006000 0x3c000 rw-}
            {0xffffffff80007000 0xffffffff80009000 0x3e000 rw-}
            {0xffffffffc0000000 0xffffffffc0003000 0x40000 rw-}
        }
        ledger {free 145 kernel-text 3 kernel-rodata 1 kernel-data 1 kernel-bss 1 page-tables 3 stacks 2 heap 1
            heap-metadata 1 boot-leftovers 0 total 158}
        sections {
            text 0xffffffff80000000 0xffffffff80003000 rodata 0xffffffff80003000 0xffffffff80004000
            data 0xffffffff80004000 0xffffffff80005000 bss 0xffffffff80005000 0xffffffff80006000
            stack 0xffffffff80007000 0xffffffff80009000
        }
        after {}
    }
}

proc ::reports::text {args} {
    variable small
    set report [dict merge $small $args]
    dict with report {}
    set lines [list "# acre, a test" "TAP version 13" 1..1 "ok 1 - KERNEL_BASE: sections"]
    if {$sections ne ""} {
        lappend lines "  ---" {*}[lmap {name base limit} $sections {format "  %s: %s..%s" $name $base $limit}] "  ..."
    }
    foreach entry $e820 {
        lappend lines "# e820 [format "0x%llx 0x%llx %d" {*}$entry] 0x1"
    }
    foreach run $usable {
        lappend lines "# usable [format "0x%llx 0x%llx" {*}$run]"
    }
    foreach {owner frames} $ledger {
        lappend lines "# ledger $owner $frames"
    }
    foreach run $mapping {
        set line [format "0x%llx 0x%llx 0x%llx 4k %s" {*}[lrange $run 0 3]]
        lappend lines [string trim "# mapping $line [lindex $run 4]"]
    }
    return "[join [concat $lines $after [list "# exit 0"]] \n]\n"
}

proc ::reports::model {args} {
    return [::acre::ledgermap::model [::acre::tap::parse [text {*}$args]]]
}

# One page of each kind of memory at the far ends of a terabyte; the sum is as the ledger of the small one.
proc ::reports::big {} {
    variable small
    set mapping [lmap run [dict get $small mapping] {
        lassign $run base limit phys flags
        # What is in the small machine at 0x43000 and above lies far up here.
        list $base $limit [expr {$phys >= 0x43000 ? $phys + 0xff00000000 : $phys + 0x100000}] $flags
    }]
    set frames [expr {(0x9f000 - 0x1000 + 0xbff00000 + 0xff40000000) / 4096}]
    return [list mapping $mapping usable {{0x1000 0x9f000} {0x100000 0xc0000000} {0x100000000 0x10040000000}} \
        e820 {{0 0x9fc00 1} {0x9fc00 0x400 2} {0x100000 0xbff00000 1} {0xfffc0000 0x40000 2}
            {0x100000000 0xff40000000 1}} \
        ledger [dict replace [dict get $small ledger] total $frames free [expr {$frames - 13}]]]
}
