#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# storefake.tcl MANNER: plays a store's server on standard input and output, in a manner in which no server of ours
# should: t/741 sees what acre ctl makes of it.  It answers every request with {"id":N,"ok":{"op":OP,"n":COUNT}}:
#
#   good       as it should be
#   stale      first come the half frame, the answer and the event of an earlier client
#   garbage    random bytes before, between and after the frames, from a seed that is printed to standard error
#   bytes      a byte at a time
#   sum        the first answer has a wrong sum, the second a wrong length; then comes the right one
#   other      the first answer is to another request
#   half       half an answer, then nothing
#   hangup     half an answer, then the end
#   silent     nothing at all
#   mute       the end at once
#   json       good frames with what is no JSON, then with no object; then the answer
#   flood      bytes without a line's end, for ever
#   error      {"id":N,"error":"no-path","text":"..."}
#   tree       a tree as acre top looks at it (STATIC below), which counts on at each request; STOREFAKE_LOOKS: after so
#              many looks at its ledger it ends
#   slow       a long answer in pieces, in more time than one may be silent
#   panics     says the last of the store (a post-mortem) and ends, at the request "watch", or after 3 s
#   naps       the same tree; after two looks at its ledger it sleeps for 6 s
#   panicking  the same tree; after two looks at its ledger it panics
#   events     three events at the request "watch", with 2 lost before the third; then the end

set top [file dirname [file dirname [file normalize [info script]]]]
namespace eval ::acre {}
source [file join $top farm lib storeframe.tcl]
fconfigure stdin -translation binary -blocking 0 -buffering none
fconfigure stdout -translation binary -buffering none

proc say {bytes} {
    puts -nonewline stdout $bytes
}
proc frame {json} {
    return [::acre::storeframe::make $json]
}
proc noise {} {
    set bytes ""
    set count [expr {int(rand() * 400)}]
    while {[string length $bytes] < $count} {
        append bytes [expr {rand() < 0.1 ? "\$0001" : [format %c [expr {int(rand() * 256)}]]}]
    }
    # A run of garbage that is no line of its own ends with the frame that follows it.
    return $bytes[expr {rand() < 0.5 ? "\n" : ""}]
}

# Each manner: says what it says to request COUNT, whose number and operation these are; GOOD is the right frame.
proc play_good {good id op count} {
    say $good
}
proc play_stale {good id op count} {
    if {$count == 1} {
        say "alf of it\"\}\n[frame {{"id":1,"ok":"stale"}}][frame {{"watch":1,"value":"stale"}}]\$00010:0000"
    }
    say \n$good
}
proc play_garbage {good id op count} {
    say [noise]$good[noise]
}
proc play_bytes {good id op count} {
    foreach byte [split $good ""] {
        say $byte
        after 1
    }
}
proc play_sum {good id op count} {
    say [string replace $good 7 14 [expr {[string range $good 7 14] eq "00000000" ? "00000001" : "00000000"}]]
    say [string replace $good 1 5 00005]$good
}
proc play_other {good id op count} {
    say [frame "\{\"id\":[expr {$id + 1}],\"ok\":\"another's\"\}"]$good
}
proc play_half {good id op count} {
    say [string range $good 0 end-8]
}
proc play_hangup {good id op count} {
    say [string range $good 0 end-8]
    exit
}
proc play_silent {good id op count} {}
proc play_json {good id op count} {
    say [frame "\{\"id\":$id,\"ok\""][frame 5][frame {[1,2]}][frame ""]$good
}
proc play_flood {good id op count} {
    while {1} {
        say [string repeat x 65536]
    }
}
proc play_error {good id op count} {
    say [frame "\{\"id\":$id,\"error\":\"no-path\",\"text\":\"no 'x' in the store; see list\"\}"]
}
proc play_slow {good id op count} {
    set long [frame "\{\"id\":$id,\"ok\":\"[string repeat x 3020]\"\}"]
    for {set at 0} {$at < [string length $long]} {incr at 500} {
        say [string range $long $at [expr {$at + 499}]]
        after 1000
    }
}
proc play_panics {good id op count} {
    say $good
    if {$op ne "watch"} {
        return
    }
    panic
}
proc panic {} {
    say [frame {{"post-mortem":"memory.ledger","value":{"free":5}}}]
    say [frame {{"post-mortem":"log","value":["the end"]}}]
    exit
}
# What there is: path and JSON; between two @ stands an expression, in which n is the number of the request for it.
set tree {
    memory.ledger {{"free":@10000-51*n@,"kernel-text":100,"heap-general":@n@,"user-heap":@2000+50*n@,
        "files":0,"total":12100}}
    heaps {{"physical":{"objects":12345,"allocated":50565120,"failures":0},
        "tags":{"symbol":{"objects":@n@,"allocated":@n*48@,"held":4096,"peak-held":9999,"failures":2},
        "tuple":{"objects":0,"allocated":0,"failures":0}}}}
    program {{"name":"fake","thread-count":3,"path":"/bin/fake"}}
    program.mappings {[
        {"base":"0x400000","limit":"0x402000","access":"r-x","kind":"file","file":"/usr/lib/a/very/long/path/to/fake",
            "frames":{"4k":2,"2m":0,"own":0}},
        {"base":"0x7ffff7c00000","limit":"0x7ffff8000000","access":"rw-","kind":"anonymous","file":"",
            "frames":{"4k":0,"2m":1,"own":512}}]}
    program.page-faults {{"read-absent":10,"write-absent":@1000*n@,"execute-absent":0}}
    program.faults {{"divide":0,"page":1010,"opcode":1}}
    program.calls {{"read":@100000+1000*n@,"write":5,"brk":0}}
    program.call-ticks {{"read":@300000+3000*n@,"write":0,"brk":0}}
}
proc play_tree {good id op count} {
    global tree asked
    if {![regexp {"path":"([^"]*)"} $::request - path] || ![dict exists $tree $path]} {
        play_error $good $id $op $count
        return
    }
    set n [incr asked($path)]
    set json [regsub -all {\s+(["\{])} [string trim [dict get $tree $path]] {\1}]
    while {[regexp {@([^@]*)@} $json all expression]} {
        set json [string map [list $all [expr [string map [list n $n] $expression]]] $json]
    }
    say [frame "\{\"id\":$id,\"ok\":$json\}"]
    if {$path eq "memory.ledger" && [info exists ::env(STOREFAKE_LOOKS)] && $n >= $::env(STOREFAKE_LOOKS)} {
        exit
    }
}
proc play_naps {good id op count} {
    play_tree $good $id $op $count
    if {[string match *memory.ledger* $::request] && $::asked(memory.ledger) == 2} {
        after 6000
    }
}
proc play_panicking {good id op count} {
    if {[info exists ::asked(memory.ledger)] && $::asked(memory.ledger) == 2} {
        panic
    }
    play_tree $good $id $op $count
}
proc play_events {good id op count} {
    if {$op ne "watch"} {
        say $good
        return
    }
    say [frame "\{\"id\":$id,\"ok\":\{\"watch\":3\}\}"]
    foreach {value lost} {1 0 2 0 7 2} {
        say [frame "\{\"watch\":3,\"value\":$value,\"lost\":$lost\}"]
        say [frame "\{\"watch\":4,\"value\":\"another's\",\"lost\":0\}"]
    }
    after 200 exit
}

proc hear {manner} {
    append ::held [read stdin]
    foreach json [::acre::storeframe::take ::held] {
        set ::request $json
        if {[info exists ::env(STOREFAKE_LOG)]} {
            set log [open $::env(STOREFAKE_LOG) a]
            puts $log $json
            close $log
        }
        if {[regexp {^\{"id":(\d+),"op":"([a-z-]+)"} $json - id op]} {
            incr ::count
            play_$manner [frame "\{\"id\":$id,\"ok\":\{\"op\":\"$op\",\"n\":$::count\}\}"] $id $op $::count
        }
    }
    if {[eof stdin]} {
        exit
    }
}

lassign $argv manner
set held ""
set count 0
set seed [expr {[info exists env(ACRE_SEED)] ? $env(ACRE_SEED) : [clock clicks] % 1000000 + 1}]
expr {srand($seed)}
if {$manner eq "garbage"} {
    puts stderr "ACRE_SEED=$seed"
} elseif {$manner eq "mute"} {
    exit
} elseif {$manner eq "panics"} {
    after 3000 panic
}
fileevent stdin readable [list hear $manner]
vwait forever
