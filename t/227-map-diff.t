#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What two maps differ in: against a model that asks of every byte, and as people see it.  ACRE_SEED=N repeats a run.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map mapshow mapdiff
namespace path ::tap
set acre [file join $::env(top_builddir) acre]
if {![file exists $acre]} {
    skip_all "needs the acre command in the build tree: make"
}
plan 20

set low {{0 654336 1} {654336 655360 2}}
proc diff {a b} { return [::acre::mapdiff::ranges $a $b] }
is [diff $low $low] {} "a map and itself"
is [diff $low [lreverse $low]] {} "the order of entries makes no difference"
is [diff $low {{0 4096 1} {4096 654336 1} {654336 655360 2} {8192 8192 7}}] {} "nor do cuts and empty entries"
is [diff {{0 10 1}} {{5 20 1}}] {{0 5 1 {}} {10 20 {} 1}} "what only one speaks of"
is [diff {{0 10 1}} {{0 10 1} {4 6 2}}] {{4 6 1 {1 2}}} "an overlap is both types"
is [diff {{0 10 2} {10 20 2}} {{0 20 1}}] {{0 20 2 1}} "touching ranges of the same types are one"
is [diff [list [list 0 [expr {(1 << 64) + 5}] 1]] [list [list 0 [expr {1 << 64}] 1]]] {} "bytes from 2^64 up are none"

# A model: every byte of a small space.
set seed [expr {[info exists ::env(ACRE_SEED)] ? $::env(ACRE_SEED) : 20261126}]
expr {srand($seed)}
proc below {n} { return [expr {int(rand() * $n)}] }
proc some {} {
    set entries {}
    for {set n [below 6]} {$n > 0} {incr n -1} {
        set base [below 40]
        lappend entries [list $base [expr {$base + [below 15]}] [lindex {1 1 2 3 20} [below 5]]]
    }
    return $entries
}
proc types_at {byte entries} {
    return [lsort -unique -integer [concat {*}[lmap entry $entries {
        lassign $entry base limit type
        expr {$base <= $byte && $byte < $limit ? $type : ""}
    }]]]
}
set wrong ""
set untidy ""
set differing 0
for {set round 0} {$round < 400} {incr round} {
    set a [some]
    set b [some]
    set ranges [diff $a $b]
    incr differing [expr {$ranges ne ""}]
    set said [dict create]
    set last {-1 -1 x x}
    foreach range $ranges {
        lassign $range base limit one two
        if {$base >= $limit || $base < [lindex $last 1] || $one eq $two
                || ($base == [lindex $last 1] && [list $one $two] eq [lrange $last 2 3])} {
            set untidy [list $a $b]
        }
        set last $range
        for {set byte $base} {$byte < $limit} {incr byte} {
            dict set said $byte [list $one $two]
        }
    }
    for {set byte 0} {$byte < 60} {incr byte} {
        set want [list [types_at $byte $a] [types_at $byte $b]]
        set got [expr {[dict exists $said $byte] ? [dict get $said $byte] : "same"}]
        if {$got ne [expr {[lindex $want 0] eq [lindex $want 1] ? "same" : $want}]} {
            set wrong [list $a $b $byte]
        }
    }
}
is $wrong "" "400 pairs of random maps (seed $seed): every byte as the model says"
is $untidy "" "... in ascending ranges, as few as there can be"
ok [expr {$differing > 300 && $differing < 400}] "... most of them differ ($differing)"

# The command.
set dir [tmp]
proc run {args} {
    global acre dir
    set status 0
    if {[catch {exec $acre map diff {*}$args >$dir/out 2>$dir/err} message options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status {*}[lmap name {out err} {
        set channel [open $dir/$name]
        set text [read $channel]
        close $channel
        set text
    }]]
}
proc spit {file text} {
    set channel [open $file w]
    puts -nonewline $channel $text
    close $channel
    return $file
}
set ::env(LC_ALL) C
set old [spit $dir/old.map "0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x4000000 1\n"]
set new [spit $dir/new.map "0x0 0x9f000 1\n0x9f000 0xa0000 2\n0x100000 0x4000000 1\n0x3000000 0x3001000 20\n"]
set cut [spit $dir/cut.map "0x100000 0x4000000 1\n0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n"]
set odd [spit $dir/odd.map "# quirk: df-set, size-24\n0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x4000000 1\n"]
is [run $old $old] {0 {} {}} "a map and itself: 0, and nothing is said"
is [run $old $new] {1 {  base                limit                            size  old       new
  0x000000000009f000  0x000000000009fc00              3 KiB  1 usable  2 reserved
  0x0000000003000000  0x0000000003001000              4 KiB  1 usable  1 usable + 20

  1 usable -> 2 reserved                              3 KiB in 1 range
  1 usable -> 1 usable + 20                           4 KiB in 1 range
  usable frames                            16,286 -> 16,285 (1 frame less)
} {}} "two maps: 1, the ranges, the sums, the frames"
is [run $old $cut] [list 0 "the same memory in other entries (3 and 3, or in another order)\n" ""] \
    "other entries of the same memory: 0, but it is said"
is [run $old $odd] [list 1 "  quirks: none -> df-set, size-24\n" ""] "other quirks are a difference"
is [run -q $old $new] [list 1 "$old and $new differ\n" ""] "-q: one line"
is [run -q $old $cut] {0 {} {}} "-q: no line where they do not differ"
is [run -q linux-snb-bad-pages linux-snb-bad-pages] {0 {} {}} "bundled maps by their names"
lassign [run $old] status out err
ok [expr {$status == 2 && $out eq "" && [string match "acre: map diff: 1 maps; name two*" $err]}] \
    "one map is wrong usage" $err
lassign [run $old $dir/none] status out err
ok [expr {$status == 2 && $out eq "" && [string match "acre: *none: no such map file*" $err]}] "no such map: 2" $err
lassign [run $old [spit $dir/bad.map "0x0 0x1000\n"]] status out err
ok [expr {$status == 2 && $out eq "" && [string match "acre: *bad.map:1: *" $err]}] "a bad map: 2, file and line" $err
done
