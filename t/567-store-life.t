#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The store beside a program's life: watched through a chain of programs, read when there is no memory left, asked after
# the program's end, by one client after the other; and when all is over no frame is lost.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set found [boots::plan {qemu bochs} 0 19]
set program [store::program watched -pthread]
set image [store::image watched --set console=pipe --set hold=1 $program]

proc answer {guest command pattern} {
    store::tell $guest "$command\n"
    return [store::line $guest $pattern]
}

# Values of events that have come by now, and that come within a second after the last one.
proc events {connection} {
    set values {}
    while {[set json [store::event $connection 1]] ne ""} {
        lappend values [dict get [json::json2dict $json] value]
    }
    return $values
}

proc ascending {list} {
    return [expr {$list eq [lsort -integer -unique $list]}]
}

foreach emulator $found {
    set guest [store::guest $emulator $image]
    tap::is [store::line $guest begun] begun "$emulator: the program runs"
    set c [store::connect $guest]
    tap::like [store::ask $c {{"op":"watch","path":"program.execs","interval":20}}] "*\"watch\":*" "$emulator: a watch"
    tap::like [store::ask $c {{"op":"watch","path":"program.execs","above":15}}] "*\"watch\":*" "$emulator: a limit"
    tap::is [answer $guest "exec 20" ran] ran "$emulator: twenty programs, one after the other"
    set values [events $c]
    tap::ok [expr {[ascending [lsort -integer -unique $values]] && [lindex [lsort -integer $values] end] == 21}] \
        "$emulator: the watch saw them, up to the last" $values
    tap::ok [expr {[llength $values] >= 2}] "$emulator: some of them at least"
    tap::like [store::ask $c {{"op":"unwatch"}}] "*\"ok\":*" "$emulator: no more watches"
    tap::is [events $c] {} "$emulator: no more events"

    if {$emulator eq "qemu"} {
        store::leave $c
        set c [store::connect $guest]
    }
    tap::is [store::get $c program.execs] 21 "$emulator: another client reads the same counter"
    tap::is [store::get $c program.argv.1] 0 "$emulator: and the last one's arguments"

    set free [store::get $c memory.ledger.free]
    tap::like [answer $guest eat "ate *"] "ate *" "$emulator: the program takes all memory"
    set left [store::get $c memory.ledger.free]
    tap::ok [expr {$left < 200 && $free > 1000}] "$emulator: the store is read: $left frames of $free are free"
    set mappings [store::get $c program.mappings 4]
    set own 0
    foreach row $mappings { incr own [dict get $row frames own] }
    set user 0
    dict for {owner frames} [store::get $c memory.ledger] {
        if {$owner in {user-anonymous user-stack user-heap user-program}} { incr user $frames }
    }
    tap::is $own $user "$emulator: the mappings' own frames are the ledger's"
    set depth [store::ask $c {{"op":"get","path":"","depth":3}} 120]
    tap::ok [expr {[string match "*\"id\":*,\"ok\":*" $depth] && [string length $depth] < 65536}] \
        "$emulator: the whole tree, three deep: [string length $depth] bytes"
    tap::is [answer $guest spit spat] spat "$emulator: it gives it back"
    tap::ok [expr {[store::get $c memory.ledger.free] > $free - 40}] "$emulator: and it is free again"

    store::tell $guest "quit 3\n"
    tap::is [store::line $guest "# status 3"] "# status 3" "$emulator: the program ends"
    tap::is [list [store::get $c program.argv] [store::get $c program.execs]] {{} 21} \
        "$emulator: the store is there after it"
    store::ask $c {{"op":"bye"}}
    tap::like [store::end $guest] "*# exit 3\n" "$emulator: until the client says bye; no frame is lost"
}
tap::done
