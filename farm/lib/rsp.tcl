# SPDX-License-Identifier: Apache-2.0
#
# rsp.tcl: a client of the GDB remote serial protocol, as much of it as stopping a guest at an address needs.
#
#   ::acre::rsp::open IN OUT STOPPED GONE -> client   channels, not blocking, binary; STOPPED: a command prefix that
#                                            is called (with the client) whenever the guest stops; GONE: a script
#                                            whose truth ends a wait
#   ::acre::rsp::send CLIENT TEXT          a packet whose answer, if it is no stop, is not of interest
#   ::acre::rsp::ask CLIENT TEXT           -> the answer; raises ACRE EMULATOR if none comes
#   ::acre::rsp::memory CLIENT ADDR LEN    -> binary string of LEN bytes of physical memory (QEMU's extension)
#   ::acre::rsp::close CLIENT
#
# A packet is $TEXT#SUM, SUM two hexadecimal digits of the bytes' sum.  The protocol's acknowledgements are left out:
# QEMU takes the next packet for one, and any byte that comes while the guest runs, a + too, would stop the guest.

namespace eval ::acre::rsp {
    variable count 0
    variable PATIENCE 10000
    # Bytes that one m packet may ask for: QEMU's packets hold 4096 characters.
    variable CHUNK 2048
}

proc ::acre::rsp::open {channel out stopped gone} {
    variable count
    set client ::acre::rsp::client[incr count]
    upvar #0 $client c
    array set c [list channel $channel out $out stopped $stopped gone $gone in "" answer "" waiting 0 physical 0]
    fileevent $channel readable [list ::acre::rsp::Readable $client]
    return $client
}

proc ::acre::rsp::close {client} {
    upvar #0 $client c
    if {[info exists c(channel)]} {
        fileevent $c(channel) readable ""
        unset c
    }
}

proc ::acre::rsp::packet {text} {
    binary scan $text cu* bytes
    return [format {$%s#%02x} $text [expr {[::tcl::mathop::+ {*}$bytes] & 0xff}]]
}

proc ::acre::rsp::send {client text} {
    upvar #0 $client c
    puts -nonewline $c(out) [packet $text]
}

proc ::acre::rsp::ask {client text} {
    variable PATIENCE
    upvar #0 $client c
    set c(waiting) 1
    set c(answer) ""
    send $client $text
    set timer [after $PATIENCE [list set ${client}(waiting) 2]]
    while {$c(waiting) == 1 && ![eval $c(gone)]} {
        vwait ${client}(waiting)
    }
    after cancel $timer
    if {$c(waiting) != 0} {
        return -code error -errorcode {ACRE EMULATOR} "the debug stub did not answer '$text'"
    }
    return $c(answer)
}

# Takes packets out of what has come.  A pipe damages none, so a wrong sum is a fault of ours or of the stub's.
proc ::acre::rsp::Readable {client} {
    upvar #0 $client c
    append c(in) [read $c(channel)]
    while {[regexp -indices {\$([^#]*)#([0-9a-f]{2})} $c(in) all text sum]} {
        set packet [string range $c(in) {*}$text]
        if {[packet $packet] ne [string range $c(in) {*}$all]} {
            return -code error -errorcode {ACRE EMULATOR} "the debug stub sent a damaged packet: '$packet'"
        }
        set c(in) [string range $c(in) [lindex $all 1]+1 end]
        Take $client $packet
        if {![info exists c(in)]} {
            return
        }
    }
}

proc ::acre::rsp::Take {client packet} {
    upvar #0 $client c
    if {$c(waiting) == 1} {
        set c(answer) $packet
        set c(waiting) 0
    } elseif {[string match {[TS]*} $packet]} {
        set c(physical) 0
        {*}$c(stopped) $client
    }
}

proc ::acre::rsp::memory {client address length} {
    variable CHUNK
    upvar #0 $client c
    if {!$c(physical)} {
        if {[ask $client Qqemu.PhyMemMode:1] ne "OK"} {
            return -code error -errorcode {ACRE EMULATOR} "the debug stub cannot read physical memory"
        }
        set c(physical) 1
    }
    set bytes ""
    for {set at 0} {$at < $length} {incr at $CHUNK} {
        set text [format m%llx,%llx [expr {$address + $at}] [expr {min($CHUNK, $length - $at)}]]
        set hex [ask $client $text]
        if {[string match {E[0-9][0-9]} $hex]} {
            return -code error -errorcode {ACRE EMULATOR} \
                "no memory at physical [format 0x%llx [expr {$address + $at}]]"
        }
        append bytes [binary decode hex $hex]
    }
    return $bytes
}
