# SPDX-License-Identifier: Apache-2.0
#
# emulators.tcl: the same map under both emulators: what the two kernels say of it, frame by frame.
#
#   ::acre::emulators::judge CASES RESULTS   -> {changed words}: dict name -> result of the cases that fail for this,
#                                               and a line for a person, "" if nothing was compared
#   ::acre::emulators::compare ONE OTHER     -> list of findings; ONE and OTHER are dicts emulator, entries and quirks
#                                               as served, usable {{base limit} ...} as the kernel reported them
#
# Each case was held against the oracle before this, and where both are well this must follow.  It is another witness
# all the same: it uses nothing of the oracle and none of its rules but one, that a frame is judged by its own bytes.
# So the kernels must agree on every frame whose bytes have the same types in both served maps; those maps differ where
# one emulator backs what the other does not.
#
#   served under qemu    [== 1 ==============)
#   served under bochs   [== 1 =======)
#   compared             [============)       frames within, all of them
#
# Quirk words that drop or count entries speak of the list as served: where the two lists are not equally long, such a
# map is not compared.

::acre::paths::use interval map mapdiff

namespace eval ::acre::emulators {
    variable FRAME 4096
    # What the report says of usable memory, a run a line.
    variable line {^# usable (0x[0-9a-f]+) (0x[0-9a-f]+)\r?$}
}

proc ::acre::emulators::judge {cases results} {
    set changed [dict create]
    set maps 0
    set frames 0
    dict for {pair both} [Pairs $cases $results] {
        lassign $both one other
        set accounts [lmap case $both {Account $case}]
        if {"" in $accounts || ![Comparable {*}$accounts]} continue
        incr maps
        incr frames [Count [dict get [lindex $accounts 0] usable]]
        set findings [compare {*}$accounts]
        if {$findings ne ""} {
            foreach case $both {
                set name [dict get $case name]
                dict set changed $name [Failed [dict get $results $name] $findings]
            }
        }
    }
    set words [expr {$maps ? "$maps maps under both emulators: the kernels [expr {[dict size $changed] ?
        "differ on [expr {[dict size $changed] / 2}] of them" : "agree on each of $frames usable frames"}]" : ""}]
    return [list $changed $words]
}

# dict name without its emulator -> {case case} of those that are well under both.
proc ::acre::emulators::Pairs {cases results} {
    set pairs [dict create]
    foreach case $cases {
        if {[dict get $case map] eq "" || [dict get $case regex] ne "" || [dict get $case expect] ne "boots"
                || [dict get $results [dict get $case name] verdict] ne "PASS"} continue
        dict lappend pairs [regsub {,emu=[a-z]+} [dict get $case name] ""] $case
    }
    return [dict filter $pairs script {name both} {expr {[llength $both] == 2}}]
}

# What CASE's kernel said and was told, or "" if its directory does not say.
proc ::acre::emulators::Account {case} {
    variable line
    set dir [dict get $case dir]
    if {[catch {
        set map [::acre::map::read [file join $dir served.map]]
        set in [open [file join $dir serial.log] rb]
        set text [read $in]
        close $in
    }]} {
        return ""
    }
    set usable [lmap {- base limit} [regexp -all -inline -line $line $text] {list [expr {$base}] [expr {$limit}]}]
    if {$usable eq ""} {
        return ""
    }
    return [dict create emulator [dict get $case emulator] entries [dict get $map entries] \
        quirks [dict get $map quirks] usable $usable]
}

proc ::acre::emulators::Comparable {one other} {
    return [expr {[dict get $one quirks] eq ""
        || [llength [dict get $one entries]] == [llength [dict get $other entries]]}]
}

proc ::acre::emulators::compare {one other} {
    variable FRAME
    # Frames with a byte that the two BIOSes spoke of otherwise.
    set apart [lmap range [::acre::mapdiff::ranges [dict get $one entries] [dict get $other entries]] {
        lassign $range base limit
        list [expr {$base / $FRAME * $FRAME}] [expr {($limit + $FRAME - 1) / $FRAME * $FRAME}]
    }]
    set findings {}
    foreach {a b} [list $one $other $other $one] {
        set only [::acre::interval::subtract [dict get $a usable] [concat [dict get $b usable] $apart]]
        foreach range $only {
            lappend findings [format "emulators: 0x%llx 0x%llx is usable under %s, not under %s" {*}$range \
                [dict get $a emulator] [dict get $b emulator]]
        }
    }
    return $findings
}

proc ::acre::emulators::Count {ranges} {
    variable FRAME
    return [expr {[::acre::interval::size $ranges] / $FRAME}]
}

# RESULT, failed; its result.txt says so, too.
proc ::acre::emulators::Failed {result findings} {
    set why [regsub {^emulators: } [lindex $findings 0] ""]
    if {[llength $findings] > 1} {
        append why " (and [expr {[llength $findings] - 1}] more in result.txt)"
    }
    set result [dict replace $result verdict FAIL sub emulators why $why]
    ::acre::casefile::correct $result $findings
    return $result
}
