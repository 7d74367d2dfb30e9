#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Boots on real, odd and broken maps under both emulators, each judged by the whole farm: report, oracle, audit from
# outside.  One point a case of the group `check`; a case of an emulator that is missing is skipped by name.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
# A check is not worth its name with fewer.
set least 40
set acre [file join $::env(top_builddir) acre]
foreach file [list $acre [::acre::paths::get image]] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
if {[auto_execok qemu-system-x86_64] eq "" && [auto_execok bochs] eq ""} {
    tap::skip_all "needs qemu-system-x86_64 (Debian package qemu-system-x86) or bochs (Debian package bochs)"
}

set names [lmap line [split [exec $acre farm --group check --list] \n] {lindex [split $line \t] 0}]
tap::plan [expr {[llength $names] + 3}]
tap::ok [expr {[llength $names] >= $least}] "the group has at least $least cases"
set out [file join [tap::tmp] farm]
set failed [catch {exec $acre farm --group check --out $out 2>@1} words options]
set results [dict create]
if {![catch {open [file join $out results.tsv]} in]} {
    foreach line [split [string trim [read $in]] \n] {
        set fields [split $line \t]
        dict set results [lindex $fields 0] $fields
    }
    close $in
}

# What helps to understand a failure, before the directory goes.
proc explain {fields} {
    lassign $fields name verdict sub why seconds margin dir
    tap::note "$verdict $sub: $why"
    foreach file {result.txt stderr.log serial.log} {
        if {![catch {open [file join $dir $file] rb} in]} {
            tap::note "$file: [join [lrange [split [string trim [read $in]] \n] end-15 end] "\n  "]"
            close $in
        }
    }
}
foreach name $names {
    if {![dict exists $results $name]} {
        tap::ok 0 $name "no result"
        continue
    }
    set fields [dict get $results $name]
    switch -- [lindex $fields 1] {
        PASS {tap::ok 1 $name}
        SKIP {tap::skip $name [lindex $fields 3]}
        default {
            tap::ok 0 $name
            explain $fields
        }
    }
}
tap::like [lindex [split [string trim [regsub {child process exited abnormally$} $words ""]] \n] end] \
    "* passed, * failed*" "the run ends with its counts"
set red [lsearch -all -inline -index 1 -not -regexp [dict values $results] {^(PASS|SKIP)$}]
tap::is $failed [expr {$red ne ""}] "its exit status is good if, and only if, nothing failed"
tap::done
