#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# A panic with COM2: after its lines on COM1 and before the machine's end the last store goes out, in four frames, for
# each kind of panic: the ledger, whose rows are all usable frames; the heaps; the log, whose last lines are the
# panic's; the registers, which are those of the panic's line.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] meta.tcl]

# crash= kinds, and whether an exception brings the panic
set kinds {panic 0 null 1 write-text 1 divide 1 double-fault 1 stack-overflow 1 double-free 0 tagged-double-free 0}
set emulators [boots::plan {qemu bochs} 0 [expr {[llength $kinds] / 2 * 6}]]
set boots::LIMIT 120

# Frames until the guest has ended, parsed.
proc frames {} {
    set found {}
    while {[set json [meta::next 60000]] ne ""} {
        lappend found [meta::parse $json]
    }
    return $found
}

foreach emulator $emulators {
    foreach {kind exception} $kinds {
        set name "$emulator, crash=$kind"
        meta::start $emulator [boots::save [boots::options [boots::image] crash=$kind]] \
            memory [expr {$emulator eq "qemu" ? "64M" : 32}]
        meta::connected 60000
        set frames [frames]
        set result [meta::finish]
        set serial [dict get $result serial]
        tap::like [boots::end $result] "panic: what=*" "$name: a panic, and the exit line"
        set paths [lmap frame $frames {expr {[dict exists [lindex $frame 1] post-mortem] ?
            [lindex [meta::at $frame post-mortem] 1] : [continue]}}]
        if {![tap::is $paths {memory.ledger heaps log registers} "$name: four frames"]} {
            foreach what {ledger heaps log registers} {
                tap::ok 0 "$name: $what"
            }
            continue
        }
        foreach frame $frames path $paths {
            set mortem($path) [meta::plain [meta::at $frame value]]
        }
        set rows [dict values $mortem(memory.ledger)]
        regexp -line {^  usable-frames: (\d+)$} $serial - usable
        tap::ok [expr {[tcl::mathop::+ {*}[lrange $rows 0 end-1]] == $usable && [lindex $rows end] == $usable}] \
            "$name: the ledger's rows are all usable frames" $rows
        tap::ok [expr {[dict get $mortem(heaps) general objects] > 0 && [dict get $mortem(heaps) backed held] > 0}] \
            "$name: the heaps are there" $mortem(heaps)
        regexp -line "^${::layout::PROTO_PANIC}.*rip=(0x\[0-9a-f]+).*$" $serial line rip
        tap::ok [expr {$line in [dict get $mortem(log) lines]}] "$name: the log has the panic's line" \
            [lrange [dict get $mortem(log) lines] end-5 end]
        set known [dict get $mortem(registers) [expr {$exception ? "rip" : "rbp"}]]
        tap::ok [expr {$exception ? $known == $rip : $known != 0}] "$name: the registers are the panic's" \
            $mortem(registers)
    }
}
tap::done
