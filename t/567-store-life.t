#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The store beside a program's life: watched through a chain of programs, read when there is no memory left, asked after
# the program's end, by one client after the other; and when all is over no frame is lost.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set found [boots::plan {qemu bochs} 0 20]
set program [store::program watched -pthread]
set image [store::image watched --set console=pipe --set hold=1 $program]

# Values of events that have come by now, and that come within a second after the last one.
proc events {} {
    set values {}
    while {[set event [meta::event 1000]] ne ""} {
        lappend values [meta::plain [meta::at $event value]]
    }
    return $values
}

proc ascending {list} {
    return [expr {$list eq [lsort -integer -unique $list]}]
}

foreach emulator $found {
    store::start $emulator $image
    tap::is [store::line begun] begun "$emulator: the program runs"
    tap::ok [meta::ready 20000] "$emulator: and the store answers"
    tap::like [meta::ok watch path {"program.execs"} interval 20] "object {watch *}" "$emulator: a watch"
    tap::like [meta::ok watch path {"program.execs"} above 15] "object {watch *}" "$emulator: a limit"
    tap::is [store::answer "exec 20" ran] ran "$emulator: twenty programs, one after the other"
    set values [events]
    tap::ok [expr {[ascending [lsort -integer -unique $values]] && [lindex [lsort -integer $values] end] == 21}] \
        "$emulator: the watch saw them, up to the last" $values
    tap::ok [expr {[llength $values] >= 2}] "$emulator: some of them at least"
    tap::ok [expr {[lindex [meta::ok unwatch] 0] ne "refused"}] "$emulator: no more watches"
    tap::is [events] {} "$emulator: no more events"

    if {$emulator eq "qemu"} {
        meta::disconnect
        meta::ready 20000
    }
    tap::is [store::get program.execs] 21 "$emulator: another client reads the same counter"
    tap::is [store::get program.argv.1] 0 "$emulator: and the last one's arguments"

    set free [store::get memory.ledger.free]
    tap::like [store::answer eat "ate *"] "ate *" "$emulator: the program takes all memory"
    set left [store::get memory.ledger.free]
    tap::ok [expr {$left < 200 && $free > 1000}] "$emulator: the store is read: $left frames of $free are free"
    set mappings [store::get program.mappings 4]
    set own 0
    foreach row $mappings { incr own [dict get $row frames own] }
    set user 0
    dict for {owner frames} [store::get memory.ledger] {
        if {$owner in {user-anonymous user-stack user-heap user-program}} { incr user $frames }
    }
    tap::is $own $user "$emulator: the mappings' own frames are the ledger's"
    set tree [store::get "" 3]
    tap::ok [expr {[dict exists $tree program calls getppid] && [dict exists $tree config wxorx]}] \
        "$emulator: the whole tree, three deep" [string range $tree 0 200]
    tap::is [store::answer spit spat] spat "$emulator: it gives it back"
    tap::ok [expr {[store::get memory.ledger.free] > $free - 40}] "$emulator: and it is free again"

    store::tell "quit 3\n"
    tap::is [store::line "# status 3"] "# status 3" "$emulator: the program ends"
    tap::is [list [store::get program.argv] [store::get program.execs]] {{} 21} \
        "$emulator: the store is there after it"
    meta::ok bye
    tap::like [store::end] "*# exit 3\n" "$emulator: until the client says bye; no frame is lost"
}
tap::done
