#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The oracle against a model that knows no intervals: it asks of each frame, at each byte where something could change,
# whether some entry calls the byte usable and none calls it something else. ACRE_SEED=N repeats a run.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use oracle
namespace path ::tap

# Small machines, so that asking every frame is cheap: 21 address bits are 512 frames.
set bits 21
set rounds 400
set seed [expr {[info exists ::env(ACRE_SEED)] ? $::env(ACRE_SEED) : 20261123}]
expr {srand($seed)}

proc below {n} {
    return [expr {int(rand() * $n)}]
}

# A border somewhere in [0, 2.25 MiB): often a frame's, often one beside it, often one used before.
proc border {usedVar} {
    upvar 1 $usedVar used
    set at [expr {[below 576] * 4096}]
    switch [below 5] {
        0 { incr at [below 4096] }
        1 { set at [expr {max(0, $at + [below 3] - 1)}] }
        2 { if {[llength $used]} { set at [lindex $used [below [llength $used]]] } }
        3 { set at [expr {$at & ~0xffff}] }
    }
    lappend used $at
    return $at
}

proc random_map {} {
    set used {}
    set entries {}
    for {set n [expr {1 + [below 9]}]} {$n > 0} {incr n -1} {
        set a [border used]
        set b [border used]
        set type [lindex {1 1 1 1 1 1 2 2 3 5 0 99} [below 12]]
        if {$type != 1} {
            # A long one would leave nothing to compare.
            set b [expr {$a + (abs($b - $a) >> [below 8])}]
        }
        lappend entries [list [expr {min($a, $b)}] [expr {max($a, $b)}] $type]
    }
    return $entries
}

# 1 if every byte of frame F is usable by the entries.
proc frame_is_usable {f entries} {
    set base [expr {$f * 4096}]
    set points $base
    foreach entry $entries {
        foreach edge [lrange $entry 0 1] {
            if {$edge > $base && $edge < $base + 4096} {
                lappend points $edge
            }
        }
    }
    foreach point $points {
        set usable 0
        foreach entry $entries {
            lassign $entry from to type
            if {$from <= $point && $point < $to} {
                if {$type != 1} {
                    return 0
                }
                set usable 1
            }
        }
        if {!$usable} {
            return 0
        }
    }
    return 1
}

# Numbers of the frames that count, on a machine whose EBDA starts at 0x9fc00.
proc model {entries} {
    set frames {}
    for {set f 1} {$f < 512} {incr f} {
        if {($f < 0x9f || $f >= 0x100) && [frame_is_usable $f $entries]} {
            lappend frames $f
        }
    }
    return $frames
}

proc frames_of {runs} {
    set frames {}
    foreach run $runs {
        for {set at [lindex $run 0]} {$at < [lindex $run 1]} {incr at 4096} {
            lappend frames [expr {$at / 4096}]
        }
    }
    return $frames
}

plan 5
set wrong {}
set unordered {}
set miscounted {}
set most 0
set none 0
for {set round 0} {$round < $rounds} {incr round} {
    set entries [random_map]
    set want [model $entries]
    set verdict [::acre::oracle::judge $entries {} [list phys-bits $bits]]
    set got [frames_of [dict get $verdict usable]]
    if {$got ne $want} {
        lappend wrong $entries
    }
    set high [lsearch -all -inline -not -glob [lmap f $want { expr {$f >= 0x100} }] 0]
    if {[dict get $verdict frames] != [llength $want] || [dict get $verdict frames-above-1m] != [llength $high]} {
        lappend miscounted $entries
    }
    set shuffled [lsort -command {apply {{a b} { expr {rand() < 0.5 ? -1 : 1} }}} $entries]
    if {[dict get [::acre::oracle::judge $shuffled {} [list phys-bits $bits]] usable] ne [dict get $verdict usable]} {
        lappend unordered $entries
    }
    set most [expr {max($most, [llength [dict get $verdict usable]])}]
    incr none [expr {$want eq ""}]
}
is [lindex $wrong 0] "" "$rounds random maps (seed $seed): every frame as the model says"
is [lindex $miscounted 0] "" "counts agree with the frames"
is [lindex $unordered 0] "" "the order of the entries does not matter"
ok [expr {$most >= 3}] "some maps have several runs (the most: $most)"
ok [expr {$none < $rounds / 2}] "most maps have usable frames ($none have none)"
done
