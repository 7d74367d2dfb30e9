# SPDX-License-Identifier: Apache-2.0
#
# profiletable.tcl: a run with several kernels: who is to blame, and the same map on all kernels as one row of a table.
#
#   ::acre::profiletable::judge CASES RESULTS     -> dict name -> result, of the cases whose fault is the farm's
#   ::acre::profiletable::show CASES RESULTS OUT  writes OUT/kernels.tsv and says what is in it; nothing where no case
#                                                 has a profile
#
# Profiles with `control = yes` print the BIOS's answers as they come.  Where every control that saw a map under an
# emulator saw something else than the farm meant to serve, the fault is the farm's: what a kernel made of it is ERROR
# then.

::acre::paths::use profile profilecase profilelabel

namespace eval ::acre::profiletable {
    variable FILE kernels.tsv
}

proc ::acre::profiletable::judge {cases results} {
    set controls [dict create]
    set others {}
    foreach case $cases {
        if {![::acre::profilecase::is $case]} continue
        if {[dict get [::acre::profile::read [dict get $case profile]] control]} {
            dict lappend controls [Place $case] [dict get $results [dict get $case name]]
        } else {
            lappend others $case
        }
    }
    set changed [dict create]
    foreach case $others {
        set result [dict get $results [dict get $case name]]
        if {[dict get $result verdict] ni {FAIL CRASH HANG} || ![dict exists $controls [Place $case]]} continue
        set seen [dict get $controls [Place $case]]
        if {[lsearch -exact [lmap one $seen {dict get $one sub}] view] >= 0
                && [lsearch -exact -not [lmap one $seen {dict get $one sub}] view] < 0} {
            dict set changed [dict get $case name] [dict replace $result verdict ERROR sub farm \
                why "not the kernel: [dict get [lindex $seen 0] name] sees another map than was served, too"]
        }
    }
    return $changed
}

# The case without its kernel.
proc ::acre::profiletable::Place {case} {
    return [regsub {,profile=[^,]+} [dict get $case name] ""]
}

proc ::acre::profiletable::show {cases results out} {
    variable FILE
    set rows [dict create]
    set kernels {}
    foreach case $cases {
        if {![::acre::profilecase::is $case]} continue
        regexp {,profile=([^,]+)} [dict get $case name] - kernel
        if {$kernel ni $kernels} {
            lappend kernels $kernel
        }
        dict set rows [Place $case] $kernel [dict get $results [dict get $case name]]
    }
    if {$kernels eq ""} {
        return
    }
    set lines [list [join [list map label {*}$kernels] \t]]
    dict for {place of} $rows {
        lappend lines [join [list $place [Label $of] {*}[lmap kernel $kernels {Cell $of $kernel}]] \t]
    }
    set channel [open [file join $out $FILE] w]
    puts $channel [join $lines \n]
    close $channel
    puts [Words $rows $kernels [file join $out $FILE]]
}

proc ::acre::profiletable::Cell {of kernel} {
    if {![dict exists $of $kernel]} {
        return -
    }
    set result [dict get $of $kernel]
    set verdict [dict get $result verdict]
    return [expr {$verdict eq "PASS" ? "." : [string trimright "$verdict [dict get $result sub]"]}]
}

# The label of a row's map, from what was served in any of its cases.
proc ::acre::profiletable::Label {of} {
    foreach result [dict values $of] {
        if {![catch {::acre::map::read [file join [dict get $result dir] served.map]} map]} {
            return [lindex [::acre::profilelabel::of [dict get $map entries] [dict get $map quirks]] 0]
        }
    }
    return own
}

# One line a kernel: how many maps it was shown, and what came of them.
proc ::acre::profiletable::Words {rows kernels file} {
    set lines {}
    foreach kernel $kernels {
        set counts [dict create]
        dict for {place of} $rows {
            if {[dict exists $of $kernel]} {
                dict incr counts [Cell $of $kernel]
            }
        }
        set shown [::tcl::mathop::+ {*}[dict values $counts]]
        set well [expr {[dict exists $counts .] ? [dict get $counts .] : 0}]
        set others [lmap {what count} [dict remove $counts .] {string cat $count " " $what}]
        lappend lines "$kernel: $shown maps, $well as they were served[expr {$others eq "" ? ""
            : "; [join [lsort $others] {, }]"}]"
    }
    lappend lines "a row a map, a column a kernel: $file"
    return [join $lines \n]
}
