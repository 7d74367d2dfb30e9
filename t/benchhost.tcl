# SPDX-License-Identifier: Apache-2.0
#
# For t/bench: the figures of the host, counted by callgrind over the programs t/benches/NAME.c (t/benches/bench.h says
# what one is).  A figure is a row of `figures`:
#
#   NAME UNIT BAR MEASURE ?PEER?     VALUE is MEASURE, or MEASURE / PEER
#
# MEASURE and PEER are {PROGRAM WHAT ?ARGUMENT...?}; a word NAME=VALUE among the arguments goes to the program's
# environment, but PRELOAD=LIBRARY means LD_PRELOAD with the library that the compiler would link; where there is none
# the figure is skipped, and the package named.  A word X.trace is a file of t/benches.  WHAT is the name of a function
# that MEASURED made: instructions a call on average, the wrapper's own not counted, and A+B is the sum of two; or a
# name that the program gives to bench_value; `most` is what the dearest of the parts cost that the program made with
# bench_part_start and bench_part_end.  A program runs once for each list of arguments.

namespace eval bench {
    variable figures {
        idheap-one-alloc        instructions 60  {idheap-one alloc half}
        idheap-one-free         instructions 40  {idheap-one free half}
        idheap-bottom-alloc     instructions 60  {idheap-one alloc bottom}
        idheap-bottom-free      instructions 40  {idheap-one free bottom}
        idheap-span-alloc       instructions 400 {idheap-span alloc}
        idheap-span-free        instructions 200 {idheap-span free}
        idheap-span-most        instructions 5000 {idheap-span most 40000}
        objcache-64-alloc       instructions 25  {objcache alloc}
        objcache-64-free        instructions 20  {objcache free}
        store-get               instructions 5000 {store request get}
        store-tree              instructions 2000000 {store request tree}
        store-tree-bytes        bytes 65536 {store bytes tree}
        general-random-glibc    times 0.5 {general acre_alloc+acre_free acre random} \
                                {general malloc_alloc+malloc_free malloc random}
        general-random-jemalloc times 1 {general acre_alloc+acre_free acre random} \
                                {general malloc_alloc+malloc_free malloc random PRELOAD=libjemalloc.so}
        general-random-mimalloc times 1 {general acre_alloc+acre_free acre random} \
                                {general malloc_alloc+malloc_free malloc random PRELOAD=libmimalloc.so}
        general-recorded-glibc  times 0.5 {general acre_alloc+acre_free acre pod2man.trace} \
                                {general malloc_alloc+malloc_free malloc pod2man.trace}
        general-recorded-jemalloc times 1 {general acre_alloc+acre_free acre pod2man.trace} \
                                {general malloc_alloc+malloc_free malloc pod2man.trace PRELOAD=libjemalloc.so}
        general-recorded-mimalloc times 1 {general acre_alloc+acre_free acre pod2man.trace} \
                                {general malloc_alloc+malloc_free malloc pod2man.trace PRELOAD=libmimalloc.so}
    }
    variable results {}
    variable packages {libjemalloc.so libjemalloc-dev libmimalloc.so libmimalloc-dev}
}

proc bench::host {} {
    variable figures
    ::acre::err::need valgrind
    foreach row [split $figures \n] {
        if {[string trim $row] eq ""} continue
        lassign $row name unit bar measure peer
        try {
            set value [measure {*}$measure]
            if {$peer ne ""} {
                set value [expr {$value / [measure {*}$peer]}]
            }
            figure $name [format [expr {$bar < 10 ? "%.3f" : "%.1f"}] $value] $unit $bar
        } trap {ACRE NEED} missing {
            puts [join [list $name - $unit $bar "skipped: $missing"] \t]
        }
    }
}

proc bench::measure {program what args} {
    set result [result $program $args]
    if {[dict exists $result value $what]} {
        return [dict get $result value $what]
    }
    set sum 0
    foreach one [split $what +] {
        set wrapper [average $program $result measured_${one}_empty]
        set sum [expr {$sum + [average $program $result measured_$one] - $wrapper}]
    }
    return $sum
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
    set env [lmap word [lsearch -all -inline $words *=*] {Preload $word}]
    set arguments [lmap word [lsearch -all -inline -not $words *=*] {
        expr {[string match *.trace $word] ? [file join $::env(srcdir) benches $word] : $word}
    }]
    file delete $out
    set command [list env {*}$env valgrind --tool=callgrind --callgrind-out-file=$out --combine-dumps=yes \
        --instr-atstart=no --toggle-collect=measured_* -q $binary {*}$arguments]
    if {[catch {exec {*}$command 2>@1} said]} {
        fail "$program $words: $said"
    }
    set result [dict create cost [costs $out] value {} calls {}]
    dict set result value most [dearest $out]
    foreach {- kind name value} [regexp -all -inline -line {^(calls|value) (\S+) (\d+)$} $said] {
        dict set result $kind $name $value
    }
    return $result
}

# PRELOAD=LIBRARY as the dynamic linker wants it; any other word is as it was.
proc bench::Preload {word} {
    variable packages
    if {![regexp {^PRELOAD=(.*)$} $word - library]} {
        return $word
    }
    set compiler [expr {[info exists ::env(CC_FOR_BUILD)] ? $::env(CC_FOR_BUILD) : "cc"}]
    set path [exec {*}$compiler -print-file-name=$library]
    if {$path eq $library} {
        return -code error -errorcode [list ACRE NEED $library] \
            "$library is missing (Debian package [dict get $packages $library])"
    }
    return LD_PRELOAD=$path
}

# Callgrind's profile -> what the dearest of the parts cost that the program asked for; the last one is not.
proc bench::dearest {path} {
    set most 0
    set asked false
    set channel [open $path]
    while {[gets $channel line] >= 0} {
        if {[regexp {^desc: Trigger: (.*)} $line - trigger]} {
            set asked [expr {$trigger eq "Client Request"}]
        } elseif {$asked && [regexp {^totals: (\d+)} $line - cost]} {
            set most [expr {max($most, $cost)}]
        }
    }
    close $channel
    return $most
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
