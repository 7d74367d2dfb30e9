#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# An allocation that is refused (option fail=), one alone, or it and all after it: the kernel does without, or says by
# name that it cannot.  What is well:
#
#   pass          every point is ok
#   named point   a point is not ok, and its YAML says that allocations of its were refused; all others are ok
#   refusal, or a panic for want of memory, in words; a fault's panic, or one about anything else, is none
#
# A sample of the allocations until the first self-check, and one of those of the self-checks; under Bochs one of all.
# `acre farm --matrix allocations` (t/945) tries all.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

set SAMPLES(qemu) 6
set SAMPLES(bochs) 2
set emulators [boots::plan {qemu bochs} 0 6]
set image [boots::image]
set lacking {
    {panic: what="no memory to keep the memory map: * bytes" *}
    {panic: what="* heap: it cannot be made: no memory*" *}
    {panic: what="physical heap: frames from 0x* cannot be added: no memory*" *}
}

proc said {result start} {
    regexp "(?:^|\n)${start}(\[^\n]*)" [dict get $result serial] - text
    return [expr {[info exists text] ? $text : ""}]
}

# The points that are not ok and do not say that they were refused anything.
proc unexplained {result} {
    set bad {}
    foreach {- name yaml} [regexp -all -inline {\nnot ok \d+ - ([^\n]*)((?:\n  [^\n]*)*)} [dict get $result serial]] {
        if {![regexp "\n  $::layout::PROTO_REFUSED_KEY: \[1-9]\\d*" $yaml]} {
            lappend bad $name
        }
    }
    return $bad
}

# How a boot with fail= ended: pass, named, lacking; anything else is a fault.
proc verdict {result option} {
    set end [boots::end $result]
    if {[said $result $::layout::PROTO_FAILING] ne [string trimright $option -]} {
        return "allocation $option was not refused: $end"
    }
    foreach pattern $::lacking {
        if {[string match $pattern $end]} {
            return lacking
        }
    }
    if {[string match "failed: not ok *" $end]} {
        set bad [unexplained $result]
        return [expr {$bad eq "" && [regexp "\n${::layout::PROTO_EXIT}$::layout::PROTO_EXIT_FAILED\n$" \
            [dict get $result serial]] ? "named" : "$end; nothing was refused in: [join $bad {; }]"}]
    }
    return $end
}

proc job {emulator option} {
    return [boots::$emulator [boots::save [boots::options $::image fail=$option]]]
}

# Boots with each option -> list of "OPTION: how", of those that are not well; counts the ways in ::ways.
proc faults {emulator options} {
    set jobs {}
    foreach option $options {
        dict set jobs $option [job $emulator $option]
    }
    set results [boots::run $jobs]
    set ::ways {}
    return [lmap option $options {
        set how [verdict [dict get $results $option] $option]
        if {$how in {pass named lacking}} {
            dict incr ::ways $how
            continue
        }
        set how "$option: $how"
    }]
}

# COUNT of the numbers from FIRST to LAST, once and for ever.
proc options {first last count} {
    set numbers {}
    for {set k $first} {$k <= $last} {incr k} {
        lappend numbers $k
    }
    set numbers [tap::sample $numbers $count]
    return [concat $numbers [lmap number $numbers {string cat $number -}]]
}

# How many allocations there are until the first self-check: fail=K refuses one there, or it does not.
proc first_check {emulator count} {
    set low 0
    set high $count
    while {$high - $low > 1} {
        set middle [expr {($low + $high) / 2}]
        set result [dict get [boots::run [dict create one [job $emulator $middle]]] one]
        set refused [string first "\n$::layout::PROTO_FAILING" [dict get $result serial]]
        set checks [string first "\n$::layout::PROTO_TAP_VERSION" [dict get $result serial]]
        if {$checks < 0 || $refused < $checks} {
            set low $middle
        } else {
            set high $middle
        }
    }
    return $low
}

foreach emulator $emulators {
    set results [boots::run [dict create none [job $emulator 0] plain [boots::$emulator [boots::save $image]]]]
    lassign [said [dict get $results none] $::layout::PROTO_ALLOCATIONS] count refused
    tap::is [boots::end [dict get $results none]],$refused pass,0 "$emulator: fail=0 counts $count allocations"
    tap::is [said [dict get $results plain] $::layout::PROTO_ALLOCATIONS] "" "$emulator: without fail= nothing is said"
    set beyond [dict get [boots::run [dict create one [job $emulator [expr {$count + 1}]]]] one]
    tap::is [boots::end $beyond],[said $beyond $::layout::PROTO_ALLOCATIONS] "pass,$count 0" \
        "$emulator: fail=[expr {$count + 1}] refuses none"

    # Both parts by themselves where boots are cheap.
    set options {}
    set last 0
    if {$emulator eq "qemu"} {
        set last [first_check $emulator $count]
        tap::ok [expr {$last > 10 && $last < $count}] "$emulator: $last of them before the first self-check"
    } else {
        tap::skip "$emulator: some of them before the first self-check" "under QEMU it is looked for"
    }
    foreach {first most} [list 1 $last [expr {$last + 1}] $count] {
        lappend options {*}[options $first $most $SAMPLES($emulator)]
    }
    set wrong [faults $emulator $options]
    tap::ok [expr {$wrong eq "" && [dict exists $ways named]}] \
        "$emulator: a sample of $count allocations is refused, once and for ever" [join $wrong \n]
    tap::note "ways: $ways"
    set stated [boots::Read [file join [::acre::paths::get matrices] allocations.matrix]]
    tap::ok [expr {[regexp -line {^image = @fail:1-(\d+)$} $stated - most] && $most >= $count}] \
        "$emulator: farm/allocations.matrix goes beyond the last" "$count allocations; the matrix: $most"
}
tap::done
