#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The oracle against what others counted: every map's pages-above-1m, and every map's expectation.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map oracle
namespace path ::tap

set files [::acre::map::find [file join [::acre::paths::get maps] zoo]]
plan [expr {2 * [llength $files] + 3}]

foreach file $files {
    set map [::acre::map::read $file]
    set plain [::acre::oracle::judge [dict get $map entries] {}]
    is [dict get $plain frames-above-1m] [dict get $map pages] "[dict get $map name]: frames from 1 MiB up"
    set verdict [::acre::oracle::judge [dict get $map entries] [dict get $map quirks]]
    set want [dict get $map expect]
    if {$want eq "refuses"} {
        append want ": [dict get $map why]"
    }
    set got [dict get $verdict outcome]
    if {$got eq "refuses"} {
        append got ": [dict get $verdict why]"
    }
    is $got $want "[dict get $map name]: $want"
}

# Real machines ran: each must boot, with all the memory but the last odd pages.
set refused {}
set count 0
foreach file [::acre::map::find [file join [::acre::paths::get maps] real]] {
    set map [::acre::map::read $file]
    incr count
    if {[dict get [::acre::oracle::judge [dict get $map entries] {} {needed-frames 1000}] outcome] ne "boots"} {
        lappend refused $file
    }
}
is $refused {} "every real map boots"
ok [expr {$count >= 469}] "there are $count of them"
# The host kernel of this one said how much there was: 2 TiB less what its firmware kept.
set map [::acre::map::read [file join [::acre::paths::get maps] real dell-poweredge-xe9680-2t.map]]
set verdict [::acre::oracle::judge [dict get $map entries] {} {phys-bits 46}]
ok [expr {abs([dict get $verdict frames] - (1 << 29)) < 1 << 20}] "2 TiB are 2 TiB with 46 address bits" \
    "frames: [dict get $verdict frames]"
done
