#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# 1 MiB of random bytes on COM2 beside a program that waits (Bochs, whose port takes its time for each: 32 KiB), 32 KiB
# to a guest that holds at its end without a program; clients that leave in the middle of a frame, frames that are too
# long, wrong or cut.  After each the next request is answered; in the end the ledger is what it was, and the guest ends
# as it would have.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set BYTES(qemu,program) [expr {1 << 20}]
set BYTES(qemu,alone) [expr {1 << 15}]
set BYTES(bochs,program) [expr {1 << 15}]
set BYTES(bochs,alone) [expr {1 << 15}]
set PIECE 16384
set found [boots::plan {qemu bochs} 0 15]
set images [dict create \
    alone [store::image alone --set hold=1] \
    program [store::image watched --set console=pipe [store::program watched -pthread]]]

# COUNT bytes, the same in every run.
proc random_bytes {count} {
    expr {srand(20261126)}
    set bytes ""
    for {set i 0} {$i < $count / 3} {incr i} {
        append bytes [string range [binary format i [expr {int(rand() * (1 << 24))}]] 0 2]
    }
    return $bytes
}

proc flood {bytes} {
    for {set at 0} {$at < [string length $bytes]} {incr at $::PIECE} {
        meta::send [string range $bytes $at [expr {$at + $::PIECE - 1}]]
    }
    meta::send \n
}

# Names of WRONG frames after which a right one was not answered.
proc deaf {} {
    set request "{\"id\":7,\"op\":\"ping\"}"
    set frame [meta::frame $request]
    set wrong [dict create \
        half [string range $frame 0 [expr {[string length $frame] / 2}]] \
        "half, and again" [string repeat [string range $frame 0 12] 100] \
        sum [meta::frame "$request "]x \
        "no end" [string trimright $frame \n] \
        long [meta::frame "{\"id\":7,\"op\":\"ping\",\"path\":\"[string repeat x 3000]\"}"] \
        deep [meta::frame "[string repeat \[ 3000]"] \
        zeros [string repeat \0 5000] \
        text [meta::frame "no JSON"]]
    set deaf {}
    dict for {name bytes} $wrong {
        meta::send $bytes\n
        if {![meta::ready 60000]} { lappend deaf $name }
    }
    return $deaf
}

foreach emulator $found {
    foreach kind [dict keys $images] {
        set name "$emulator, $kind"
        store::start $emulator [dict get $images $kind] limit 500
        if {$kind eq "program"} {
            tap::is [store::line begun] begun "$name: the program runs"
        }
        tap::ok [meta::ready 60000] "$name: the store answers"
        set ledger [store::get memory.ledger]
        set bytes $BYTES($emulator,$kind)
        flood [random_bytes $bytes]
        tap::ok [meta::ready 240000] "$name: after $bytes random bytes it does"
        tap::ok [expr {[store::get store.garbage] > 0}] "$name: they were counted" [store::get store.garbage]
        tap::is [deaf] {} "$name: and after every wrong frame"
        if {$emulator eq "qemu"} {
            set left 0
            foreach last {0 4 14 17 40} {
                meta::send [string range [meta::frame "{\"id\":1,\"op\":\"get\",\"path\":\"boot\"}"] 0 $last]
                meta::disconnect
                incr left [meta::ready 20000]
            }
            tap::is $left 5 "$name: five clients left in the middle of a frame, each next one is answered"
        } else {
            tap::skip "$name: clients that leave in the middle of a frame" "Bochs connects once"
        }
        tap::is [store::get memory.ledger] $ledger "$name: no frame has moved"
        if {$kind eq "program"} {
            store::tell "quit 0\n"
        } else {
            meta::ok bye
        }
        tap::like [store::end] "*# exit 0\n" "$name: it ends well"
    }
}
tap::done
