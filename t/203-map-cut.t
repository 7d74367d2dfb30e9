#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Cutting a map to the RAM that is there: only usable entries are cut, order is kept, what was cut is said.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map
namespace path ::tap
plan 9

proc cut {entries backed args} {
    set result [::acre::map::cut $entries $backed {*}$args]
    return [list [dict get $result entries] [dict get $result cut]]
}
set top [expr {1 << 40}]

is [cut {{0 100 1} {100 200 2}} {{0 1000}}] {{{0 100 1} {100 200 2}} {}} "all backed: nothing changes"
#   entry    [===================)
#   backed        [====)  [===)
is [cut {{0 100 1}} {{20 40} {60 80}}] {{{20 40 1} {60 80 1}} {{0 20} {40 60} {80 100}}} "one entry, two pieces"
is [cut {{0 100 1} {100 200 1}} {{0 100}}] {{{0 100 1}} {{100 200}}} "an entry vanishes"
is [cut {{50 100 2} {0 100 3} {0 100 4} {0 100 7}} {}] {{{50 100 2} {0 100 3} {0 100 4} {0 100 7}} {}} \
    "only usable entries are cut"
is [cut {{200 300 1} {0 100 1}} {{250 260} {0 50}}] {{{250 260 1} {0 50 1}} {{50 100} {200 250} {260 300}}} \
    "order of the entries is kept"
is [cut {{10 10 1} {20 20 2}} {}] {{{10 10 1} {20 20 2}} {}} "empty entries stay"
is [cut {{0 100 1} {50 150 1}} {{0 80}}] {{{0 80 1} {50 80 1}} {{80 150}}} "overlapping entries, the cut told once"
is [cut [list [list 0 [expr {$top * 2}] 1]] {{0 100}}] \
    [list [list {0 100 1} [list $top [expr {$top * 2}] 1]] [list [list 100 $top]]] \
    "what no CPU of the emulators can address stays as it is"
is [cut {{0 100 1} {200 300 1}} {{0 50}} 250] {{{0 50 1} {250 300 1}} {{50 100} {200 250}}} "a reach of one's own"
done
