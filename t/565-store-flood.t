#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# A program keeps its speed while the store is asked for more than it answers: it counts in ring 3 for so many ticks,
# alone, under a flood of requests, under a flood of random bytes.  Under -icount a tick is an instruction, so its count
# says what share of the processor it had, whatever the host does meanwhile.  And nothing is lost: 10,000 requests have
# 10,000 replies, in order.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set KEEPS 0.90
set TICKS(qemu) 300000000
set TICKS(bochs) 20000000
set FLOODED(qemu) 100000000
set FLOODED(bochs) 20000000
set PERIODS 50
set PERIOD 20000 ;# Bochs's ticks in 20 ms
set EVERY_MS(qemu) 6
set EVERY_MS(bochs) 10
set REQUESTS(qemu) 10000
set REQUESTS(bochs) 200
set found [boots::plan {qemu bochs} 0 16]
set program [store::program watched -pthread]
set image [store::image watched --set console=pipe $program]

proc counted {ticks} {
    store::tell "count $ticks\n"
    return [lindex [store::line "counted *" 240] 1]
}

# Sends BYTES again and again, a KiB every few ms, which is several times what the port takes: not as much as the
# connection takes, for that is megabytes, which are nobody's any more when the flood is over.
proc flood {emulator bytes} {
    set ::sent_bytes 0
    flood_on $::EVERY_MS($emulator) $bytes 0
}
proc flood_on {ms bytes at} {
    set piece [string range $bytes $at $at+1023]
    meta::send $piece
    incr ::sent_bytes [string length $piece]
    set at [expr {$at + [string length $piece]}]
    set ::flooding [after $ms [list flood_on $ms $bytes [expr {$at < [string length $bytes] ? $at : 0}]]]
}
# Ends with a whole block.
proc flood_end {bytes} {
    after cancel $::flooding
    meta::send [string range $bytes [expr {$::sent_bytes % [string length $bytes]}] end]
}

proc share {flooded alone} {
    return [format %.1f [expr {100.0 * $flooded / $alone}]]
}

# Reads until nothing has come for some time.
proc drain {} {
    while {[meta::next 3000] ne ""} {}
}

proc random_bytes {count} {
    expr {srand(4711)}
    set bytes ""
    for {set i 0} {$i < $count} {incr i} {
        append bytes [binary format c [expr {int(rand() * 256)}]]
    }
    return $bytes
}

# The program's ticks in all events that have come, and what lies between them.
proc heard {} {
    set ticks {}
    while {[set event [meta::event 500]] ne ""} {
        lappend ticks [dict get [meta::plain [meta::at $event value]] all]
    }
    return $ticks
}
proc steps {ticks} {
    return [lmap from [lrange $ticks 0 end-1] to [lrange $ticks 1 end] { expr {$to - $from} }]
}

set random [random_bytes 8192]
foreach emulator $found {
    store::start $emulator $image icount 1
    tap::is [store::line begun] begun "$emulator: the program runs"
    set alone [counted $FLOODED($emulator)]
    tap::ok [expr {$alone > 1000}] "$emulator: and counts, alone, to $alone"

    # All requests at once; replies are read all the while, since the event loop runs.
    tap::ok [meta::ready 20000] "$emulator: and the store answers"
    set requests $REQUESTS($emulator)
    for {set i 10001; set all ""} {$i <= 10000 + $requests} {incr i} {
        append all [meta::frame "{\"id\":1$i,\"op\":\"get\",\"path\":\"program.execs\"}"]
    }
    store::tell "count $TICKS($emulator)\n"
    meta::send $all
    for {set i 10001; set wrong ""} {$i <= 10000 + $requests && $wrong eq ""} {incr i} {
        set reply [meta::next 240000]
        if {$reply ne "{\"id\":1$i,\"ok\":1}"} { set wrong "$i: $reply" }
    }
    tap::is $wrong "" "$emulator: $requests requests while it counts: $requests replies, in order"
    tap::like [store::line "counted *" 240] "counted *" "$emulator: and it has counted"
    tap::is [meta::bad] {} "$emulator: not a byte between the frames"
    tap::is [store::get store.garbage] 0 "$emulator: nor on the way in"

    set block [string range $all 0 8191]
    set block [string range $block 0 [string last \n $block]]
    flood $emulator $block
    set flooded [counted $FLOODED($emulator)]
    flood_end $block
    tap::note "$emulator: $::sent_bytes bytes of requests were sent meanwhile: it has [share $flooded $alone] %"
    tap::ok [expr {$flooded >= $KEEPS * $alone}] "$emulator: a flood of requests leaves it 90 % of its speed" \
        "$flooded of $alone"
    drain
    tap::ok [expr {[store::get store.requests] > $requests + 500}] "$emulator: which was one"
    tap::is [meta::bad] {} "$emulator: and no reply was torn"

    flood $emulator $random
    set flooded [counted $FLOODED($emulator)]
    flood_end $random
    tap::note "$emulator: $::sent_bytes random bytes were sent meanwhile: it has [share $flooded $alone] %"
    tap::ok [expr {$flooded >= $KEEPS * $alone}] "$emulator: so does a flood of random bytes" "$flooded of $alone"
    drain
    meta::send \n
    meta::ready 120000
    tap::is [store::get program.execs] 1 "$emulator: after which a request is answered"
    set garbage [store::get store.garbage]
    tap::ok [expr {$garbage > 0}] "$emulator: and the garbage was counted" $garbage

    # A watch of what always changes, while the program never enters the kernel.  Under -icount time flies while QEMU's
    # guest idles, so that nobody could read as many events as there are then.
    if {$emulator eq "bochs"} {
        meta::ok watch path {"program.ticks"} depth 1 interval 20
        set before [store::get store 1]
        counted [expr {$PERIODS * $PERIOD}]
        set after [store::get store 1]
        meta::ok unwatch
        set steps [steps [heard]]
        set due [lsearch -all -inline -not -exact [lmap step $steps {
            expr {$step >= 0.9 * $PERIOD && $step <= 1.2 * $PERIOD ? $step : ""}
        }] ""]
        tap::ok [expr {[llength $due] >= 0.9 * $PERIODS}] \
            "$emulator: a watch of 20 ms is given every 20 ms while it counts" "ticks from one to the next: $steps"
        tap::is [dict get $after lost] [dict get $before lost] "$emulator: none is lost"
    } else {
        tap::skip "$emulator: a watch is given in time" "under Bochs it is looked at"
        tap::skip "$emulator: and no event is lost" "under Bochs it is looked at"
    }

    store::tell "quit 0\n"
    tap::like [store::end] "*\n# status 0\n# exit 0\n" "$emulator: it ends well, and no frame is lost"
}
tap::done
