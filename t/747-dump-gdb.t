#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# gdb on a dump, as doc/gdb.md says: where the guest stands, its heaps, ledger and tags, and physical memory.  Two
# readers that share no code, gdb with the kernel's debug information and acre ctl with the kernel's own tree, must tell
# the same.  Under each emulator that is installed.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
tap::need gdb gdb
set emulators [tap::emulators]
set acre [file join $::env(top_builddir) acre]
set image [file join [tap::tmp] panic.img]
exec $acre image -o $image --set crash=panic
tap::plan [expr {[llength $emulators] * 8}]

# command WORD... -> what it prints, standard error too.
proc command {args} {
    catch {exec timeout 120 {*}$args 2>@1} said
    return $said
}

# gdb's answers to COMMANDS, each after a mark.
proc gdb {core commands} {
    set words [list gdb -batch -nx -ex "set width 0" -x [::acre::paths::get gdb] \
        [::acre::paths::get elf] -core $core]
    foreach each $commands {
        lappend words -ex {echo \n@@\n} -ex $each
    }
    return [lrange [split [string map [list @@ \x01] [command {*}$words]] \x01] 1 end]
}

# Lines of columns as a dict FIRST -> SECOND; those whose second column is no number are left out.
proc numbers {text} {
    set numbers [dict create]
    foreach line [split $text \n] {
        if {[string is wideinteger -strict [lindex $line 1]]} {
            dict set numbers [lindex $line 0] [lindex $line 1]
        }
    }
    return $numbers
}

proc points {emulator} {
    set core [file join [tap::tmp] $emulator.core]
    set said [command $::acre boot --emulator $emulator --memory 64M --meta --dump $core $::image]
    tap::ok [file exists $core] "$emulator: there is a dump" $said
    set commands {bt "acre ledger" "acre heaps" "acre tags" "x/2xb 0x4000000000000410" "x/2xb 0x4000000004000000"}
    lassign [gdb $core $commands] stack ledger heaps tags inside outside
    tap::like $stack "*cpu_halt_for_ever*machine_end*panic*" "$emulator: the stack leads from the halt to the panic"
    set frames [numbers $ledger]
    set want [dict create]
    foreach line [split [command $::acre ctl -c $core get memory.ledger] \n] {
        dict set want [string map {memory.ledger. {}} [lindex $line 0]] [lindex $line 2]
    }
    tap::ok [expr {[dict size $frames] > 30}] "$emulator: the ledger has its owners"
    tap::is [lsort -stride 2 $frames] [lsort -stride 2 $want] "$emulator: the ledger, as acre ctl reads it"
    tap::ok [expr {![string match *differs* $ledger]}] "$emulator: it is what the page tables say" $ledger
    set backed [lindex [lsearch -inline [split $heaps \n] "backed *"] 3]
    tap::is [command $::acre ctl -c $core get heaps.backed.allocated] $backed "$emulator: a heap, as acre ctl reads it"
    tap::is [string trim $tags] [string trim [command $::acre ctl -c $core tags]] \
        "$emulator: the tags, as acre ctl reads them"
    # The BIOS's list of devices, which is never 0; and the first byte after 64 MiB.
    tap::is [list [regexp {:\s+0x\w\w\s+0x\w\w} $inside] [regexp {:\s+0x00\s+0x00} $inside] \
        [string match "*Cannot access memory*" $outside]] {1 0 1} "$emulator: physical memory, and no more of it"
}

foreach emulator $emulators {
    points $emulator
}
tap::done
