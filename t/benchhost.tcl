# SPDX-License-Identifier: Apache-2.0
#
# For t/bench: the figures of the host, counted by callgrind over the programs t/benches/NAME.c (t/benches/bench.h says
# what one is).  A figure is a row of `figures`:
#
#   NAME UNIT BAR MEASURE ?PEER?     VALUE is MEASURE, or MEASURE / PEER
#
# MEASURE and PEER are {PROGRAM WHAT ?ARGUMENT...?}; a word NAME=VALUE among the arguments goes to the program's
# environment.  WHAT is the name of a function that MEASURED made: instructions a call on average, the wrapper's own not
# counted; or a name that the program gives to bench_value.  A program runs once for each list of arguments.

namespace eval bench {
    variable figures {
        idheap-one-alloc        instructions 60  {idheap-one alloc half}
        idheap-one-free         instructions 40  {idheap-one free half}
        idheap-bottom-alloc     instructions 60  {idheap-one alloc bottom}
        idheap-bottom-free      instructions 40  {idheap-one free bottom}
        idheap-span-alloc       instructions 400 {idheap-span alloc}
        idheap-span-free        instructions 200 {idheap-span free}
    }
    variable results {}
}

proc bench::host {} {
    variable figures
    ::acre::err::need valgrind
    foreach row [split $figures \n] {
        if {[string trim $row] eq ""} continue
        lassign $row name unit bar measure peer
        set value [measure {*}$measure]
        if {$peer ne ""} {
            set value [expr {$value / [measure {*}$peer]}]
        }
        figure $name [format [expr {$bar < 10 ? "%.3f" : "%.1f"}] $value] $unit $bar
    }
}

proc bench::measure {program what args} {
    set result [result $program $args]
    if {[dict exists $result value $what]} {
        return [dict get $result value $what]
    }
    return [expr {[average $program $result measured_$what] - [average $program $result measured_${what}_empty]}]
}

proc bench::average {program result function} {
    if {![dict exists $result cost $function] || ![dict exists $result calls $function]} {
        fail "$program did not call $function"
    }
    return [expr {double([dict get $result cost $function]) / [dict get $result calls $function]}]
}

# What a run of the program said and cost -> dict calls {FUNCTION N} value {NAME N} cost {FUNCTION N}
proc bench::result {program words} {
    variable results
    if {![dict exists $results $program $words]} {
        dict set results $program $words [run_counted $program $words]
    }
    return [dict get $results $program $words]
}

proc bench::run_counted {program words} {
    set binary [file join $::env(top_builddir) t benches $program.bench]
    set out [file join [tap::tmp] callgrind.out]
    set env [lsearch -all -inline $words *=*]
    set arguments [lsearch -all -inline -not $words *=*]
    set command [list env {*}$env valgrind --tool=callgrind --callgrind-out-file=$out --instr-atstart=no \
        --toggle-collect=measured_* -q $binary {*}$arguments]
    if {[catch {exec {*}$command 2>@1} said]} {
        fail "$program $words: $said"
    }
    set result [dict create cost [costs $out] value {} calls {}]
    foreach {- kind name value} [regexp -all -inline -line {^(calls|value) (\S+) (\d+)$} $said] {
        dict set result $kind $name $value
    }
    return $result
}

# Callgrind's profile -> dict of the measured functions and what they cost with all they call.  In it "fn=(ID) NAME"
# (the name only the first time) starts a function's lines; each that starts with a number or + - * is a place and a
# cost, the one after "calls=" that of the call.
proc bench::costs {path} {
    set costs {}
    set channel [open $path]
    while {[gets $channel line] >= 0} {
        if {[regexp {^fn=(\(\d+\))( .*)?$} $line - id name]} {
            if {$name ne ""} {
                set names($id) [string trim $name]
            }
            set function $names($id)
        } elseif {[regexp {^c?fn=(\(\d+\)) (.*)$} $line - id name]} {
            set names($id) $name
        } elseif {[regexp {^[-+*0-9]\S* (\d+)$} $line - cost] && [string match measured_* $function]} {
            dict incr costs $function $cost
        }
    }
    close $channel
    return $costs
}
