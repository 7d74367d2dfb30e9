#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre ctl and acre top beside a program that runs in a guest, under both emulators; the manual's table of paths is what
# the kernel says; a guest that holds goes on at bye; nothing is left.

source [file join $::env(srcdir) ctltools.tcl]
ctl::need
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need qemu-system-x86_64 qemu-system-x86
if {![file exists [::acre::paths::get image]]} {
    tap::skip_all "there is no acre.img in the build tree"
}
set dir [tap::tmp]
set channel [open $dir/key w]
puts $channel secret
close $channel
tap::plan [expr {2 * 15 + 1 + 4}]

proc ctl {args} {
    set got [ctl::run ctl --timeout 20 {*}$args]
    return [expr {[dict get $got status] ? $got : [dict get $got out]}]
}
# The rows of a view of acre top.
proc view {name} {
    return [lrange [split [dict get [ctl::run top --timeout 20 --once --interval 0.3 --view $name] out] \n] 3 end-1]
}
# The table of doc/ctl.md.
proc table {} {
    regexp {<!-- store-table: begin -->\n(.*)<!-- store-table: end -->} \
        [drv::slurp [file join $::env(top_srcdir) doc ctl.md]] - table
    return [string trimright $table]
}

foreach emulator {qemu bochs} {
    if {[auto_execok [expr {$emulator eq "qemu" ? "qemu-system-x86_64" : "bochs"}]] eq ""} {
        for {set i 0} {$i < [expr {$emulator eq "qemu" ? 16 : 15}]} {incr i} {
            tap::skip "a guest under $emulator" "needs $emulator"
        }
        continue
    }
    set guest [ctl::start run --emulator $emulator --memory 32M --meta --meta-key $dir/key sleep 1000]
    tap::ok [ctl::wait {[dict get [ctl::run ctl --timeout 2 get program.name] out] eq "sleep"} 60] \
        "$emulator: the guest is found, and answers" [ctl::said $guest err]
    tap::is [ctl get program.argv] "program.argv.0 = sleep\nprogram.argv.1 = 1000" "$emulator: its program"
    set frames 0
    foreach line [split [ctl get memory.ledger] \n] {
        lassign $line path - count
        set ledger($path) $count
        incr frames [expr {$path eq "memory.ledger.total" ? 0 : $count}]
    }
    tap::is $frames $ledger(memory.ledger.total) "$emulator: the ledger's frames add up"
    tap::ok [regexp {^0x0e +view } [lindex [split [ctl tags] \n] end]] "$emulator: the table of tags"
    tap::is [ctl set --key $dir/key config.call-times on] "config.call-times = true (was false)" \
        "$emulator: a row is set"
    tap::is [ctl get config.call-times.value] true "$emulator: and has its value"
    ctl::refuses 1 "the key *ctltools.tcl is not the one in the guest's image" "$emulator: not with another key" \
        ctl --timeout 20 set --key [file join $::env(srcdir) ctltools.tcl] config.call-times off
    ctl::refuses 1 "there is no \"x\" in \"memory\"*" "$emulator: no such path" ctl --timeout 20 get memory.x
    set seen [split [ctl watch --interval 50 --count 3 store.sent] \n]
    tap::ok [expr {[llength $seen] == 3 && [lindex $seen 0] < [lindex $seen 2]}] "$emulator: a watch" $seen
    tap::is [ctl get store.watches] 0 "$emulator: and none is left"
    tap::ok [regexp {free +[0-9,]+ +[0-9.]+M } [join [view ledger] \n]] "$emulator: top: the ledger" [view ledger]
    tap::ok [regexp {tagged.tuple +[0-9,]+ } [join [view heaps] \n]] "$emulator: top: the heaps" [view heaps]
    tap::ok [regexp {r-x +file +[0-9]+ .*sleep} [join [view mappings] \n]] "$emulator: top: the mappings" \
        [view mappings]
    tap::ok [regexp {mmap +[0-9]+ } [join [view calls] \n]] "$emulator: top: the calls" [view calls]
    if {$emulator eq "qemu"} {
        set made [exec [info nameofexecutable] [file join $::env(top_srcdir) tools store-table] << [ctl schema]]
        tap::ok [expr {$made eq [table]}] "doc/ctl.md has the table of paths that the kernel serves" \
            "make it anew: acre ctl schema | tools/store-table\n$made"
    }
    ctl::kill $guest TERM
    ctl::ended $guest
    tap::ok [ctl::wait {[glob -nocomplain $dir/acre/*] eq "" && [ctl::naming $dir/acre/] eq ""} 10] \
        "$emulator: killed, nothing is left" [concat [glob -nocomplain $dir/acre/*] [ctl::naming $dir/acre/]]
}

# A guest without a program that holds: it waits until bye, then all is well.
set guest [ctl::start boot --memory 32M --hold [::acre::paths::get image]]
tap::ok [ctl::wait {[dict get [ctl::run ctl --timeout 2 ping] status] == 0} 60] \
    "--hold: a guest without a program answers"
tap::ok [ctl::wait {[ctl get config.hold.value] eq "true"} 5] "it holds"
tap::is [ctl bye] "" "bye"
tap::is [ctl::ended $guest 60] 0 "and it ends well"
ctl::stop
tap::done
