# SPDX-License-Identifier: Apache-2.0
#
# matrixlimits.tcl: what the values of a matrix's axes may be, and which of them cannot meet whoever asks for it: a disk
# that a machine lacks, RAM that it cannot have, quirks without a map that could have them, a kernel that is not Acre
# where only Acre can be, or under an emulator that cannot start it.
#
#   ::acre::matrixlimits::fault AXIS VALUE        -> what is wrong with VALUE, or ""
#   ::acre::matrixlimits::clauses VALUES SUBJECTS -> list of dicts axis -> values that cannot meet
#     VALUES    dict axis -> list of values, map and emu among them; an axis that is not there has its default
#     SUBJECTS  as plan.tcl has them

::acre::paths::use profilematrix

namespace eval ::acre::matrixlimits {
    variable defaults {machine pc disk ide cpu {{}} ram {{}} program {{}} store {{}} quirks {{}} fill {{}}
        image {{}} profile {{}}}
}

proc ::acre::matrixlimits::fault {axis value} {
    switch $axis {
        map - cpu { return [expr {[regexp {[[:cntrl:]]} $value] ? "'$value' has a control character" : ""}] }
        emu { return [Among $value emulator {qemu bochs}] }
        machine { return [Among $value machine [lmap name [dict keys [::acre::machine::rows]] {
            regsub {^[a-z]+-} $name ""
        }]] }
        disk { return [Among $value disk [concat {*}[lmap row [dict values [::acre::machine::rows]] {
            ::acre::machine::disks $row
        }]]] }
        ram { return [expr {[catch {::acre::plan::bytes $value} why] ? $why : ""}] }
        program { return [Among $value program [::acre::programcase::names]] }
        store { return [Among $value "way to have a store" {served}] }
        quirks { return [::acre::quirks::conflict [split $value +]] }
        image { return [::acre::imagecase::fault $value] }
        profile { return [::acre::profilematrix::fault $value] }
        fill { return [::acre::quirks::fault fill:$value] }
    }
}

proc ::acre::matrixlimits::Among {value what known} {
    if {$value in $known} {
        return ""
    }
    return "no such $what: '$value'; there are [join [lsort -unique $known] {, }]"
}

proc ::acre::matrixlimits::clauses {values subjects} {
    variable defaults
    set all [dict merge $defaults $values]
    set subjects [lmap subject $subjects {
        if {[dict get $subject subject] ni [dict get $all map]} continue
        set subject
    }]
    set clauses [concat [Disks $all] [Memories $all $subjects] [Quirks $all $subjects] [Stores $all] \
        [::acre::profilematrix::clauses $all $subjects]]
    # What an axis that is not there has goes without saying.
    return [lmap clause $clauses {
        dict filter $clause script {axis list} {dict exists $values $axis}
    }]
}

# Machines that an emulator lacks, disks that a machine lacks.
proc ::acre::matrixlimits::Disks {all} {
    set clauses {}
    foreach emulator [dict get $all emu] {
        foreach machine [dict get $all machine] {
            set lacking [lmap disk [dict get $all disk] {
                if {[::acre::plan::Has $emulator $machine $disk]} continue
                set disk
            }]
            if {$lacking ne ""} {
                lappend clauses [dict create emu [list $emulator] machine [list $machine] disk $lacking]
            }
        }
    }
    return $clauses
}

# Maps and rungs with which a machine would have more or less RAM than it can.
proc ::acre::matrixlimits::Memories {all subjects} {
    set clauses {}
    foreach emulator [dict get $all emu] {
        # A rung that both have is there twice.
        set own [concat {*}[lmap subject $subjects {
            if {$emulator ni [dict get $subject emulators]} continue
            list [dict get $subject subject]
        }]]
        set others [lmap subject $subjects {
            if {[dict get $subject subject] in $own} continue
            dict get $subject subject
        }]
        if {$others ne ""} {
            lappend clauses [dict create emu [list $emulator] map $others]
        }
        foreach machine [dict get $all machine] {
            if {![dict exists [::acre::machine::rows] $emulator-$machine]} continue
            foreach ram [dict get $all ram] {
                set unfit [Unfit $emulator $machine $ram $subjects]
                if {$unfit ne ""} {
                    lappend clauses [dict create emu [list $emulator] machine [list $machine] ram [list $ram] \
                        map $unfit]
                }
            }
        }
    }
    return $clauses
}

proc ::acre::matrixlimits::Unfit {emulator machine ram subjects} {
    return [lmap subject $subjects {
        if {[::acre::plan::Holds $emulator $machine [::acre::plan::memory $emulator $ram $subject]]} continue
        dict get $subject subject
    }]
}

# Quirks need a map that is served, that has none which contradict them, and on which a kernel is to boot: one that it
# must refuse has its own words for it.
proc ::acre::matrixlimits::Quirks {all subjects} {
    set lists [lmap value [dict get $all quirks] {list $value [split $value +]}]
    set fills [lmap value [dict get $all fill] {list $value [expr {$value eq "" ? {} : [list fill:$value]}]}]
    set clauses {}
    foreach subject $subjects {
        set name [dict get $subject subject]
        foreach {axis pairs} [list quirks $lists fill $fills] {
            set bad [lmap pair $pairs {
                if {[Acts $subject [lindex $pair 1]]} continue
                lindex $pair 0
            }]
            dict lappend unfit [list $axis $bad] $name
        }
    }
    dict for {key maps} $unfit {
        lassign $key axis bad
        if {$bad ne ""} {
            lappend clauses [dict create $axis $bad map $maps]
        }
    }
    return [concat $clauses [Twice $lists $fills]]
}

# Two axes that say what RAM is filled with.
proc ::acre::matrixlimits::Twice {lists fills} {
    set one [lmap pair $lists {if {![::acre::quirks::has [lindex $pair 1] fill]} continue; lindex $pair 0}]
    set other [lmap pair $fills {if {[lindex $pair 1] eq ""} continue; lindex $pair 0}]
    if {$one eq "" || $other eq ""} {
        return {}
    }
    return [list [dict create quirks $one fill $other]]
}

# A program between the report and the end, at which the store is asked, makes two times of them.
proc ::acre::matrixlimits::Stores {all} {
    set programs [lsearch -all -inline -not -exact [dict get $all program] ""]
    set stores [lsearch -all -inline -not -exact [dict get $all store] ""]
    if {$programs eq "" || $stores eq ""} {
        return {}
    }
    return [list [dict create program $programs store $stores]]
}

# Whether the map of SUBJECT can be served with QUIRKS beside its own.
proc ::acre::matrixlimits::Acts {subject quirks} {
    if {$quirks eq ""} {
        return 1
    }
    # A random map has no file before its case runs.
    if {[dict get $subject map] eq "" || [dict get $subject make] ne ""} {
        return 0
    }
    set about [::acre::plan::About [dict get $subject map]]
    return [expr {([dict get $about expect] eq "boots" || ![::acre::quirks::changing $quirks])
        && [::acre::quirks::conflict [concat [dict get $about quirks] $quirks]] eq ""
        && [::acre::quirks::beyond $quirks [dict get $about count]] eq ""}]
}
