#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The one file of patterns: every pattern is a whole line, and a log is understood the same however it is chopped,
# from one read down to single bytes through a terminal.

source [file join $::env(srcdir) tap.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
log_user 0
tap::plan 7
::acre::paths::use patterns tap

set report "# acre 1 (stage2)
# mark stage1 12
TAP version 13
1..2
ok 1 - machine: facts
  ---
  phys-bits: 40
  ...
not ok 2 - it holds
# e820 0x0 0x9fc00 1 0x1
# usable 0x1000 0x9f000
# ledger free 158
# mapping 0xffffffff80000000 0xffffffff80007000 0x100000 4k r-x
# panic: what=none
# frame 0 0xffffffff80000010 main+0x10
# refused: no
# exit 1
"

proc fed {chunks} {
    set held ""
    set lines {}
    foreach chunk $chunks {
        lappend lines {*}[::acre::patterns::feed held $chunk]
    }
    return [list $lines $held]
}

set loose [lmap {name form} [array get ::acre::patterns::pattern] {
    if {[string match {^*\\r\?\\n$} $form]} continue
    set name
}]
tap::is $loose {} "every pattern is anchored at both ends of a line"

set whole [fed [list $report]]
tap::is [llength [lindex $whole 0]] 17 "one read gives all lines"
tap::is [fed [split $report ""]] $whole "single bytes give the same lines"
set differing {}
for {set at 1} {$at < [string length $report]} {incr at} {
    if {[fed [list [string range $report 0 $at-1] [string range $report $at end]]] ne $whole} {
        lappend differing $at
    }
}
tap::is $differing {} "a cut at any byte gives the same lines"
tap::is [fed [list "ok 1 - a\nok 2 - the pro"]] [list [list "ok 1 - a\n"] "ok 2 - the pro"] \
    "a line without its end is kept back"

# A slow guest: a process that writes a byte at a time to a terminal, read by Expect as the drivers do.
set log [file join [tap::tmp] log]
set writer [file join [tap::tmp] writer.tcl]
set channel [open $log wb]
puts -nonewline $channel $report
close $channel
set channel [open $writer w]
puts $channel {
    fconfigure stdout -translation binary -buffering none
    set in [open [lindex $argv 0] rb]
    while {[set byte [read $in 1]] ne ""} {
        puts -nonewline $byte
    }
}
close $channel
set got {}
set held ""
set reads 0
set over 0
proc take {} {
    incr ::reads
    lappend ::got {*}[::acre::patterns::feed ::held $::expect_out(buffer)]
}
spawn -noecho [info nameofexecutable] $writer $log
expect_background -i $spawn_id -re $::acre::patterns::ANYTHING take eof {
    take
    set over 1
}
after 20000 {set over 2}
vwait over
catch {wait}
tap::is [join $got ""] [string map {\n \r\n} $report] "all comes through a terminal, lines ending as terminals end them"
tap::note "$reads reads"
tap::is [::acre::tap::parse [join $got ""]] [::acre::tap::parse $report] "and it is understood as the log is"
tap::done
