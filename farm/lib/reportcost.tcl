# SPDX-License-Identifier: Apache-2.0
#
# reportcost.tcl: what boots cost under Bochs, whose time-stamp counter counts instructions.
#
#   ::acre::reportcost::of REPORT -> dict mark -> dict median (of all cases), change (median of the differences to the
#                                    same cases of the run before; "" without any), compared (how many)

::acre::paths::use reportcase

namespace eval ::acre::reportcost {}

proc ::acre::reportcost::of {report} {
    set all [dict create]
    set differences [dict create]
    set before [dict get $report before]
    dict for {name case} [dict get $report run cases] {
        if {[dict get $case emulator] ne "bochs" || [dict get $case verdict] ne "PASS"} continue
        set old [expr {$before ne "" && [dict exists $before cases $name]
            ? [::acre::reportcase::marks [dict get $before cases $name]] : ""}]
        dict for {mark number} [::acre::reportcase::marks $case] {
            dict lappend all $mark $number
            if {[dict exists $old $mark]} {
                dict lappend differences $mark [expr {$number - [dict get $old $mark]}]
            }
        }
    }
    return [dict map {mark numbers} $all {
        set found [expr {[dict exists $differences $mark] ? [dict get $differences $mark] : ""}]
        dict create median [Median $numbers] change [Median $found] compared [llength $found]
    }]
}

proc ::acre::reportcost::Median {numbers} {
    return [lindex [lsort -integer $numbers] [expr {[llength $numbers] / 2}]]
}
