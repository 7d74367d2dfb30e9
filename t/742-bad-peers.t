#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre ctl against peers that behave badly (t/storefake.tcl): what can be answered is, what cannot ends with one line
# and status 2 in the time that was given; frames are found among random bytes, and JSON that is none is refused.

source [file join $::env(srcdir) ctltools.tcl]
ctl::need
::acre::paths::use storeframe storejson
set seed [expr {[info exists env(ACRE_SEED)] ? $env(ACRE_SEED) : [clock microseconds] % 1000000 + 1}]
expr {srand($seed)}
tap::plan 45
tap::note "ACRE_SEED=$seed"

# ---- Peers
foreach manner {good stale garbage bytes sum other json} {
    set socket [ctl::fake $manner ACRE_SEED=$seed]
    set got [ctl::run ctl -c $socket --json ping]
    tap::is [list [dict get $got status] [dict get $got out]] {0 {{"op":"ping","n":1}}} \
        "a peer in the manner '$manner' is understood"
}
foreach {manner pattern} {
    half "no answer from * within 1 s: *" silent "no answer from * within 1 s: *" hangup "the guest at * went away"
    mute "the guest at * went away" flood "what comes from * are no frames of the store's*"
} {
    set socket [ctl::fake $manner]
    set began [clock milliseconds]
    ctl::refuses 2 $pattern "the manner '$manner' is named" ctl -c $socket --timeout 1 ping
    tap::ok [expr {[clock milliseconds] - $began < 20000}] "and does not take long"
}
set socket [ctl::fake error]
ctl::refuses 1 "no 'x' in the store; see list" "what the server refuses is said in its words, status 1" \
    ctl -c $socket get x
set socket [ctl::fake slow]
set got [ctl::run ctl -c $socket --json --timeout 5 ping]
tap::is [list [dict get $got status] [string length [dict get $got out]]] [list 0 3022] \
    "who goes on speaking is not cut off: more seconds in all than may be silent"

# Two events, of which the second tells of two that were lost; another watch's do not count.
set socket [ctl::fake events]
set got [ctl::run ctl -c $socket watch --count 3 a.b]
tap::is [list [dict get $got status] [dict get $got out]] [list 0 "1\n2\n7"] "events: those of the watch"
tap::is [dict get $got err] "acre: 2 lost: the reader was too slow" "and how many were lost"
set got [ctl::run ctl -c $socket watch a.b]
tap::is [list [dict get $got status] [dict get $got out]] [list 2 "1\n2\n7"] "a guest that ends ends its watches"
tap::like [dict get $got err] "*acre: the guest at $socket went away" "and that is said"
set got [ctl::run ctl -c [ctl::fake panics] watch a.b]
tap::like [list [dict get $got status] [dict get $got err]] "2 {acre: the guest panicked}" "a guest that panics"
set got [ctl::run ctl -c [ctl::fake panics] post-mortem]
tap::is [list [dict get $got status] [dict get $got out]] [list 0 "memory.ledger.free = 5\nlog.0 = the end"] \
    "post-mortem: what it sends then"
ctl::refuses 2 "the guest at * went away, without a panic" "and if it just ends" ctl -c [ctl::fake mute] post-mortem

# Another client has the port: its turn does not come.
set socket [ctl::host]
set holder [open |[list socat - UNIX-CONNECT:$socket] r+]
after 300
ctl::refuses 2 "no answer from $socket within 0.5 s: *another acre ctl or acre top has the port*" \
    "a port that is taken" ctl -c $socket --timeout 0.5 ping
exec kill {*}[pid $holder]
catch {close $holder}
set got [ctl::run ctl -c $socket ping]
tap::is [dict get $got status] 0 "is free again"
ctl::refuses 2 "no socket $socket.not*" "no socket" ctl -c $socket.not ping
ctl::refuses 2 "* is no memory dump*" "a file that is neither socket nor dump" ctl -c [info script] ping
ctl::refuses 2 "* is no socket*" "a directory" ctl -c [tap::tmp] ping

# ---- Frames: cut anywhere, among anything, each good one comes out once and in its order.
proc noise {most} {
    set bytes ""
    for {set i [expr {int(rand() * $most)}]} {$i > 0} {incr i -1} {
        append bytes [expr {rand() < 0.1 ? "\$" : rand() < 0.1 ? "\n" : [format %c [expr {int(rand() * 256)}]]}]
    }
    return $bytes
}
set wrong 0
for {set round 0} {$round < 200} {incr round} {
    set want {}
    set stream ""
    for {set i 0} {$i < 6} {incr i} {
        set json "{\"round\":$round,\"i\":$i,\"\$\":\"[string repeat x [expr {int(rand() * 60)}]]\"}"
        lappend want $json
        # What stands before a frame on its line is passed over; a frame that was cut ends at the line's end.
        append stream [noise 40] [::acre::storeframe::make $json]
        if {rand() < 0.3} {
            append stream [string range [::acre::storeframe::make $json] 0 end-[expr {2 + int(rand() * 20)}]]\n
        }
    }
    set got {}
    set held ""
    while {$stream ne ""} {
        set count [expr {1 + int(rand() * 50)}]
        append held [string range $stream 0 $count-1]
        set stream [string range $stream $count end]
        lappend got {*}[::acre::storeframe::take held]
    }
    incr wrong [expr {$got ne $want}]
}
tap::is $wrong 0 "200 streams of frames among noise, in pieces"
set held [string repeat x 200000]
::acre::storeframe::take held
tap::ok [expr {[string length $held] <= $::acre::storeframe::MOST}] "bytes without a line's end do not pile up"
set held [string map {{"a"} {"b"}} [::acre::storeframe::make {{"a":1}}]]
tap::is [::acre::storeframe::take held] {} "a frame with a changed byte is none"

# ---- JSON
foreach {text why} {
    {}            "nothing"             {[1,]}        "a comma too many"     {{"a":}}      "no value"
    {1 2}         "two values"          {"abc}        "no end of a text"     {{a:1}}       "a name without quotes"
    {tru}         "half a word"         {01}          "a leading zero"       {{"a" 1}}     "no colon"
} {
    tap::raises {::acre::storejson::parse $text} {ACRE JSON} "this is no JSON*" "JSON: $why"
}
set text {{"a":[1,-2,{"b":"x\"y\\z\u000a"},[]],"c":{},"d":true,"e":null,"f":1.5e3}}
tap::is [::acre::storejson::text [::acre::storejson::parse $text]] $text "JSON: there and back"
tap::raises {::acre::storejson::parse [string repeat \[ 100][string repeat \] 100]} {ACRE JSON} "*" "JSON: too deep"
ctl::stop
tap::done
