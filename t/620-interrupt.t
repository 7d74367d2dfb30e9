#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Ctrl-C in a terminal, with a real emulator running: nothing is left and the summary comes; nor does a terminal that
# goes away leave anything.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
set acre [file join $::env(top_builddir) acre]
foreach file [list $acre [::acre::paths::get image]] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
set emulator [expr {[auto_execok qemu-system-x86_64] ne "" ? "qemu" : "bochs"}]
if {$emulator eq "bochs"} {
    tap::need bochs bochs
}
tap::plan 9
set out [file join [tap::tmp] farm]
set env(TERM) xterm
log_user 0
set timeout 60

# farm ARG...: starts acre farm on a terminal of its own.
proc farm {args} {
    global acre out emulator spawn_id text
    set text ""
    spawn -noecho $acre farm --emulator $emulator --out $out {*}$args
}
# All that comes until the end -> exit status.
proc ending {} {
    global spawn_id text
    expect {
        -re {.+} {
            append text $expect_out(buffer)
            exp_continue
        }
        eof {}
        timeout {
            append text "(no end)"
        }
    }
    catch {close}
    return [lindex [wait] 3]
}
# Processes that have to do with the run's directory.
proc left {} {
    global out
    set found {}
    foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
        if {[file dirname $file] ne "/proc/[pid]" && ![catch {set in [open $file rb]}]} {
            if {![catch {read $in} words] && [string first $out $words] >= 0} {
                lappend found [string map {\0 " "} $words]
            }
            close $in
        }
    }
    return $found
}

farm --select ladder/64M ladder/16M
tap::is [ending] 0 "a run on a terminal"
tap::ok [regexp {\[[01]/2\][^\n]*\r\x1b\[K.*2 passed, 0 failed\s*$} $text] \
    "it has a live line that is gone at the end" $text
farm --select ladder/* zoo/*
expect -re {\[[2-9]/[^\n]*}
tap::ok [expr {[left] ne ""}] "processes of a run are found by their directory"
send \003
tap::is [ending] 1 "Ctrl-C ends a run with 1"
tap::like $text "*\nMISSING * cases: planned, no result: the run was stopped (Ctrl-C)*" "... what is missing is told"
tap::like $text "* passed, * failed*" "... and the counts"
after 200
tap::is [left] {} "... and nothing is left running"
farm --select ladder/64M ladder/16M
expect -re {\[[0-9]/[^\n]*}
set runner [exp_pid]
catch {close}
catch {wait -nowait}
set deadline [expr {[clock milliseconds] + 20000}]
while {[left] ne "" && [clock milliseconds] < $deadline} {
    after 100
}
tap::is [left] {} "a terminal that is closed ends a run"
farm --select ladder/64M
tap::is [ending] 0 "... and its directory can be used again"
tap::done
