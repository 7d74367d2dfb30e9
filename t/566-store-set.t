#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What is set through the store takes effect in the program that runs; who may not set, or sets what cannot be, changes
# nothing; a client that leaves in the middle of a frame leaves the next one a working store.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set found [boots::plan {qemu bochs} 0 28]
set key [string repeat 6b 32]
set program [store::program watched -pthread]
set image [store::image watched --set console=tty --set cols=80 --set rows=24 --set meta=write --set metakey=$key \
    $program]
set closed [store::image closed --set console=pipe $program]

foreach emulator $found {
    store::start $emulator $image
    tap::is [store::line begun] begun "$emulator: the program runs"
    tap::ok [meta::ready 20000] "$emulator: and the store answers"

    tap::is [store::answer map "mapped*"] "mapped 0" "$emulator: memory that is writable and executable can be had"
    tap::is [store::change $key config.wxorx true] ok "$emulator: wxorx is set"
    tap::is [store::get config.wxorx.value] 1 "$emulator: and reads so"
    tap::is [store::answer map "mapped*"] "mapped 13" "$emulator: now it cannot, EACCES"
    tap::is [store::change $key config.wxorx false] ok "$emulator: and is set back"
    tap::is [store::answer map "mapped*"] "mapped 0" "$emulator: then it can"

    tap::is [store::change $key config.trace true] ok "$emulator: calls are said from now on"
    tap::like [store::answer "calls 1" "# call*getppid*"] "# call 1 getppid() = 0" "$emulator: this one, too"
    tap::is [store::change $key config.trace false] ok "$emulator: and no more"
    store::tell "calls 1\ncalls 1\ncalls 2\n"
    set said {}
    while {[set line [store::line *]] ne "called 2"} { lappend said $line }
    tap::is [lsearch -inline $said "# call*getppid*"] "" "$emulator: as can be heard"

    tap::is [store::answer size "size *told*"] "size 80 24, told 0" "$emulator: the terminal's size"
    tap::is [store::change $key config.cols 132] ok "$emulator: other columns"
    tap::is [store::answer size "size *told*"] "size 132 24, told 1" "$emulator: are there, and the program was told"
    tap::is [store::change $key config.rows 50] ok "$emulator: other rows"
    tap::is [store::answer size "size *told*"] "size 132 50, told 2" "$emulator: too"
    tap::is [list [store::change $key config.rows 9999] [store::change $key config.rows 0]] {ok ok} \
        "$emulator: the ends of the range"

    set refused {}
    foreach {path value} {config.rows 10000 config.rows -1 config.rows true config.wxorx 2 config.nonesuch 1
            config.seed 7 config.console {"pipe"} program.execs 0 config.rows {"24"}} {
        lappend refused [expr {[store::change $key $path $value] ne "ok"}]
    }
    tap::is [lsort -unique $refused] 1 "$emulator: what cannot be is refused"
    tap::is [store::change [string repeat 6a 32] config.wxorx true] wrong-key \
        "$emulator: a wrong key is refused"
    tap::is [store::answer map "mapped*"] "mapped 0" "$emulator: and has changed nothing"
    tap::is [store::answer size "size *told*"] "size 132 0, told 4" "$emulator: none of all that has"

    # In the middle of a frame; under QEMU by a client that is gone, another one comes.
    meta::send [string range [meta::frame {{"id":9,"op":"get","path":"program.execs"}}] 0 30]
    if {$emulator eq "qemu"} {
        after 500
        meta::disconnect
    }
    tap::ok [meta::ready 20000] "$emulator: half a frame, and the next one is answered"
    tap::is [store::get program.execs] 1 "$emulator: and those that follow"
    set log [store::get log 3]
    tap::ok [regexp {config.rows: 9999, was 50} $log] "$emulator: the log says what was set" $log
    store::tell "quit 0\n"
    tap::like [store::end] "*\n# status 0\n# exit 0\n" "$emulator: it ends well, and no frame is lost"

    store::start $emulator $closed
    store::line begun
    meta::ready 20000
    tap::is [store::change $key config.wxorx true] read-only "$emulator: meta=read: nothing can be set"
    tap::is [store::get config.cols.when] boot "$emulator: without a terminal its size is not live"
    store::kill
}
tap::done
