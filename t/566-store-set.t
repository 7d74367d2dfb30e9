#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What is set through the store takes effect in the program that runs; who may not set, or sets what cannot be, changes
# nothing; a client that leaves in the middle of a frame leaves the next one a working store.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set found [boots::plan {qemu bochs} 0 23]
set key [string repeat k 32]
set hex [binary encode hex $key]
set program [store::program watched -pthread]
set image [store::image watched --set console=tty --set cols=80 --set rows=24 --set meta=write --set metakey=$hex \
    $program]
set closed [store::image closed --set console=pipe $program]

proc answer {guest command pattern} {
    store::tell $guest "$command\n"
    return [string trim [store::line $guest $pattern]]
}

foreach emulator $found {
    set guest [store::guest $emulator $image]
    tap::is [string trim [store::line $guest begun*]] begun "$emulator: the program runs"
    set c [store::connect $guest]

    tap::is [answer $guest map "mapped*"] "mapped 0" "$emulator: memory that is writable and executable can be had"
    tap::is [store::change $c $key config.wxorx true] ok "$emulator: wxorx is set"
    tap::is [store::get $c config.wxorx.value] true "$emulator: and reads so"
    tap::is [answer $guest map "mapped*"] "mapped 13" "$emulator: now it cannot, EACCES"
    tap::is [store::change $c $key config.wxorx false] ok "$emulator: and is set back"
    tap::is [answer $guest map "mapped*"] "mapped 0" "$emulator: then it can"

    tap::is [answer $guest size "size *told*"] "size 80 24, told 0" "$emulator: the terminal's size"
    tap::is [store::change $c $key config.cols 132] ok "$emulator: other columns"
    tap::is [answer $guest size "size *told*"] "size 132 24, told 1" "$emulator: are there, and the program was told"
    tap::is [store::change $c $key config.rows 50] ok "$emulator: other rows"
    tap::is [answer $guest size "size *told*"] "size 132 50, told 2" "$emulator: too"
    tap::is [list [store::change $c $key config.rows 9999] [store::change $c $key config.rows 0]] {ok ok} \
        "$emulator: the ends of the range"

    set refused {}
    foreach {path value} {config.rows 10000 config.rows -1 config.rows true config.wxorx 2 config.nonesuch 1
            config.seed 7 config.console \\"pipe\\" program.execs 0 config.rows \\"24\\"} {
        lappend refused [string match "error: *" [store::change $c $key $path [string map {\\ ""} $value]]]
    }
    tap::is [lsort -unique $refused] 1 "$emulator: what cannot be is refused"
    tap::is [store::change $c [string repeat x 32] config.wxorx true] "error: wrong-key" \
        "$emulator: a wrong key is refused"
    tap::is [answer $guest map "mapped*"] "mapped 0" "$emulator: and has changed nothing"
    tap::is [answer $guest size "size *told*"] "size 132 0, told 4" "$emulator: none of all that has"

    # In the middle of a frame.
    store::send $c [string range [store::frame {{"id":9,"op":"get","path":"program.execs"}}] 0 30]
    if {$emulator eq "qemu"} {
        after 500
        store::leave $c
        set c [store::connect $guest]
    }
    store::send $c [store::frame {{"id":1,"op":"ping"}}]
    set replies {}
    while {[set json [store::next $c 5]] ne ""} { lappend replies $json }
    tap::ok [string match "*\"id\":1,\"ok\":*" $replies] "$emulator: half a frame, and the next is answered" $replies
    tap::is [store::get $c program.execs] 1 "$emulator: and those that follow"
    tap::ok [regexp {set|config} [store::get $c log 3]] "$emulator: the log says what was set" [store::get $c log 3]
    store::tell $guest "quit 0\n"
    tap::like [store::end $guest] "*\n# status 0\n# exit 0\n" "$emulator: it ends well, and no frame is lost"

    set guest [store::guest $emulator $closed]
    store::line $guest begun
    set c [store::connect $guest]
    tap::is [store::change $c $key config.wxorx true] "error: read-only" "$emulator: meta=read: nothing can be set"
    tap::is [store::get $c config.cols.when] boot "$emulator: without a terminal its size is not live"
    store::kill $guest
}
tap::done
