#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The audit from outside: a guest is stopped at an address it knows nothing of, is looked at, and goes on to its end.
# With the ok probe, whose registers and bytes are known, under each emulator that is installed.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
::acre::paths::use drive tap verdict
tap::plan 38

# The debug protocol's packets, without an emulator: a pair of pipes.
tap::is [::acre::rsp::packet m7c00,10] {$m7c00,10#f4} "a packet ends in the sum of its bytes"
tap::is [::acre::rsp::packet ""] {$#00} "an empty packet's sum is 0"
lassign [chan pipe] here there
lassign [chan pipe] stub_reads we_write
foreach channel [list $here $there $stub_reads $we_write] {
    fconfigure $channel -blocking 0 -buffering none -translation binary
}
set stops 0
proc stopped {client} { incr ::stops }
set client [::acre::rsp::open $here $we_write stopped {expr 0}]
after 10 {puts -nonewline $there {+$4f}; after 10 {puts -nonewline $there {4b#30}}}
tap::is [::acre::rsp::ask $client ?] 4f4b "an answer may come in pieces"
puts -nonewline $there [::acre::rsp::packet "T05thread:01;"]
after 100 {set waited 1}
vwait waited
tap::is $stops 1 "a stop without a question is reported"
proc bgerror {message} { set ::background $message }
set background ""
puts -nonewline $there {$T05#00}
after 100 {set waited 2}
vwait waited
tap::like $background "*damaged packet*" "a wrong sum is an error"
tap::is [read $stub_reads] {$?#3f} "nothing is sent that was not asked for: a running guest would stop"
::acre::rsp::close $client

# The second instruction of a probe after its far jump: cld, at the start of its code proper.
proc Start {probe} {
    return [format 0x%x [expr {0x7c00 + [string first \xfc [drv::slurp [drv::probe $probe]]]}]]
}
set bytes [drv::slurp [drv::probe ok]]
set at [Start ok]
set kernel 0xffffffff80000123
# So many that their commands are more than a terminal's queue holds.
set MANY {}
for {set i 0} {$i < 1500} {incr i} {
    lappend MANY [expr {0x7c00 + $i % 512}]
}

proc look {handle} {
    set ::seen [dict create registers [::acre::drive::registers $handle] \
        sector [::acre::drive::readphys $handle 0x7c00 512] word [::acre::drive::readphys $handle 0x7dfe 2] \
        odd [::acre::drive::readphys $handle 0x7c01 7] \
        pages [string length [::acre::drive::readphys $handle 0x6000 12288]] \
        tab [::acre::drive::monitor $handle $::tab]]
    set ::many [::acre::drive::monitors $handle [lmap at $::MANY {format "xp /1bx 0x%x" $at}]]
}
# Looks again and again at a guest that was let go the moment before.
proc often {handle} {
    for {set look 0} {$look < 30} {incr look} {
        lappend ::looks [dict get [::acre::drive::registers $handle] cr0]
    }
}
proc fail {handle} { error "no such thing" }

foreach {emulator tool package list} {qemu qemu-system-x86_64 qemu-system-x86 "info mem" bochs bochs bochs "info tab"} {
    if {[auto_execok $tool] eq ""} {
        for {set point 0} {$point < 16} {incr point} {
            tap::skip $emulator "needs $tool (Debian package $package)"
        }
        continue
    }
    set tab $list
    set seen {}
    set run [drv::run ok [dict create emulator $emulator audit-address $at on-audit look]]
    tap::is [list [drv::verdict $run] [dict get $run audited]] {{PASS points} 1} \
        "$emulator: stopped, looked at, and passed"
    tap::is [drv::serial $run] [drv::serial [drv::run ok [dict create emulator $emulator]]] \
        "$emulator: the guest did not notice"
    set registers [dict get $seen registers]
    tap::is [dict get $registers rip] $at "$emulator: RIP is the address asked for"
    tap::is [lsort [dict keys $registers]] {cr0 cr2 cr3 cr4 efer hlt rflags rip rsp} \
        "$emulator: all registers are there"
    tap::is [list [expr {[dict get $registers cr0] & 0x80000001}] [dict get $registers rsp]] [list 0 0x7c00] \
        "$emulator: real mode, and the probe's stack"
    tap::ok [expr {[dict get $seen sector] eq $bytes}] "$emulator: physical memory holds the probe"
    tap::is [binary encode hex [dict get $seen word]] 55aa "$emulator: two bytes"
    tap::ok [expr {[dict get $seen odd] eq [string range $bytes 1 7]}] "$emulator: seven bytes from an odd address"
    tap::is [dict get $seen pages] 12288 "$emulator: three frames at once"
    tap::is [string trim [dict get $seen tab]] [dict get {qemu "PG disabled" bochs "paging off"} $emulator] \
        "$emulator: a monitor command's text comes back"
    tap::is [lmap text $many { regexp {:\s+0x([0-9a-f]+)\s*$} $text - byte; set byte }] \
        [lmap address $MANY { binary encode hex [string index $bytes $address-0x7c00] }] \
        "$emulator: so do those of [llength $MANY] commands, each its own"
    set run [drv::run ok [dict create emulator $emulator audit-address $kernel on-audit look]]
    tap::is [list [drv::verdict $run] [dict get $run audited]] {{PASS points} 0} \
        "$emulator: an address that is never reached"
    set run [drv::run ok [dict create emulator $emulator audit-address $at on-audit fail]]
    tap::is [list [drv::verdict $run] [dict get $run detail]] {{ERROR emulator} {the audit failed: no such thing}} \
        "$emulator: an audit that fails is not the guest's fault"
    set run [drv::run triple [dict create emulator $emulator audit-address $at on-audit look]]
    tap::is [list [drv::verdict $run] [dict get $run audited]] {{CRASH triple-fault} 1} \
        "$emulator: a triple fault after the audit"
    set looks {}
    set run [drv::run spin [dict create emulator $emulator audit-address [Start spin] on-audit often on-resume often]]
    tap::is [list [drv::verdict $run] [llength $looks]] {{HANG spin} 60} \
        "$emulator: a guest may be looked at 30 times while it stands, and 30 times while it runs"
    set run [drv::run halt [dict create emulator $emulator audit-address $kernel on-audit look]]
    tap::is [list [drv::verdict $run] [dict get $run audited]] {{HANG dead-halt} 0} \
        "$emulator: a dead halt before the audit"
}
tap::done
