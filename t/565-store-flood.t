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
set TICKS(bochs) 60000000
set REQUESTS(qemu) 10000
set REQUESTS(bochs) 300
set found [boots::plan {qemu bochs} 0 13]
set program [store::program watched -pthread]
set image [store::image watched --set console=pipe $program]

proc counted {guest ticks} {
    store::tell $guest "count $ticks\n"
    return [lindex [store::line $guest "counted *" 240] 1]
}

# Sends BYTES again and again, a piece whenever the port takes one, and throws away what comes, until `flooding` is 0.
proc flood {connection bytes} {
    upvar #0 $connection c
    set ::flooding 1
    set ::flooded 0
    fileevent $c(channel) writable [list flood_more $c(channel) $bytes]
}
proc flood_more {channel bytes} {
    if {[fblocked $channel] || [chan pending output $channel] > 65536} return
    puts -nonewline $channel $bytes
    incr ::flooded [string length $bytes]
}
proc flood_end {connection} {
    upvar #0 $connection c
    fileevent $c(channel) writable {}
}

# As many frames as there came within some time, from the start of a whole one.
proc frames {connection} {
    upvar #0 $connection c
    set count 0
    while {[store::next $connection 2] ne ""} { incr count }
    return $count
}

proc random_bytes {count} {
    expr {srand(4711)}
    set bytes ""
    for {set i 0} {$i < $count} {incr i} {
        append bytes [binary format c [expr {int(rand() * 256)}]]
    }
    return $bytes
}

foreach emulator $found {
    set guest [store::guest $emulator $image icount 1]
    tap::is [store::line $guest begun] begun "$emulator: the program runs"
    set alone [counted $guest $TICKS($emulator)]
    tap::ok [expr {$alone > 1000}] "$emulator: and counts, alone, to" $alone

    # All requests at once; replies are read all the while, since the event loop runs.
    set c [store::connect $guest]
    set requests $REQUESTS($emulator)
    for {set i 1; set all ""} {$i <= $requests} {incr i} {
        append all [store::frame "{\"id\":$i,\"op\":\"get\",\"path\":\"program.execs\"}"]
    }
    store::tell $guest "count $TICKS($emulator)\n"
    store::send $c $all
    for {set i 1; set wrong ""} {$i <= $requests && $wrong eq ""} {incr i} {
        set reply [store::next $c 240]
        if {$reply ne "{\"id\":$i,\"ok\":1}"} { set wrong "$i: $reply" }
    }
    tap::is $wrong "" "$emulator: $requests requests while it counts: $requests replies, in order"
    tap::like [store::line $guest "counted *" 240] "counted *" "$emulator: and it has counted"
    tap::is [store::garbage $c] 0 "$emulator: not a byte between the frames"
    tap::is [store::get $c store.garbage] 0 "$emulator: nor on the way in"

    set block [string range $all 0 8191]
    set block [string range $block 0 [string last \n $block]]
    flood $c $block
    set flooded [counted $guest $TICKS($emulator)]
    flood_end $c
    tap::note "$emulator: $::flooded bytes of requests were sent meanwhile"
    tap::ok [expr {$flooded >= $KEEPS * $alone}] "$emulator: a flood of requests leaves it 90 % of its speed" \
        "$flooded of $alone"
    tap::ok [expr {$::flooded > 100000 || $emulator eq "bochs"}] "$emulator: which was one"
    store::ask $c {{"op":"ping"}} 240
    tap::is [store::garbage $c] 0 "$emulator: and no reply was torn"

    flood $c [random_bytes 8192]
    set flooded [counted $guest $TICKS($emulator)]
    flood_end $c
    tap::note "$emulator: $::flooded random bytes were sent meanwhile"
    tap::ok [expr {$flooded >= $KEEPS * $alone}] "$emulator: so does a flood of random bytes" "$flooded of $alone"
    while {[store::next $c 3] ne ""} {}
    store::send $c \n
    tap::is [store::get $c program.execs] 1 "$emulator: after which a request is answered"
    tap::ok [expr {[store::get $c store.garbage] > 0}] "$emulator: and the garbage was counted"
    store::tell $guest "quit 0\n"
    tap::like [store::end $guest] "*\n# status 0\n# exit 0\n" "$emulator: it ends well, and no frame is lost"
}
tap::done
