#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The kernel's numbers against map and oracle: every one of them, spoilt by one, is found.  Each number in a made-up
# guest's log gets one added and one taken away, and the comparison or the audit must see it.

source [file join [file dirname [info script]] tap.tcl]
tap::plan 20
source [::acre::paths::get layout]
::acre::paths::use interval quirks oracle patterns tap pagewalk listing physmem audit compare
source [file join $::env(srcdir) farm-guest.tcl]

set entries {{0 0x9fc00 1} {0x9fc00 0xa0000 2} {0x100000 0x3000000 1} {0x2000000 0x2345678 3} {0x3000000 0x4000000 2}}
set good [guest::make $entries {}]

# Everything found when the log is SERIAL.
proc findings {serial} {
    global good entries
    set guest [dict replace $good serial $serial]
    guest::stop $guest
    set report [::acre::compare::report [::acre::tap::parse $serial]]
    set oracle [::acre::oracle::judge $entries {} {}]
    set served [lmap entry $entries {
        lassign $entry base limit type
        list [expr {$base + 0}] [expr {$limit - $base}] $type
    }]
    return [concat [::acre::compare::judge $report $oracle $served] [guest::audit $guest $entries]]
}
proc replaced {from to} {
    global good
    set serial [dict get $good serial]
    if {[string first $from $serial] < 0} {
        error "not in the log: $from"
    }
    return [join [findings [string map [list $from $to] $serial]] \n]
}
# Every number in the lines that start with PREFIX, changed by DELTA: the changes that nobody saw.
proc unseen {prefix delta} {
    global good
    set blind {}
    set changes 0
    foreach line [split [dict get $good serial] \n] {
        if {![string match $prefix* $line]} continue
        set number {(?:0x[0-9a-f]+|\m\d+\M)}
        foreach where [regexp -all -inline -indices -start [string length $prefix] $number $line] {
            lassign $where from to
            set number [string range $line $from $to]
            set other [expr {$number + $delta}]
            if {$other < 0} continue
            set other [expr {[string match 0x* $number] ? [format 0x%llx $other] : $other}]
            incr changes
            set spoilt [string replace $line $from $to $other]
            set serial [string map [list "\n$line\n" "\n$spoilt\n"] [dict get $good serial]]
            if {[findings $serial] eq ""} {
                lappend blind "$line: $number as $other"
            }
        }
    }
    return [expr {$changes ? $blind : "no number in any line '$prefix'"}]
}

tap::is [findings [dict get $good serial]] {} "a true log has no finding"
foreach prefix [list $::layout::PROTO_USABLE "# ledger " "# mapping " "  usable-frames: " "  usable-frames-above-1m: " \
        "  low-limit: "] {
    foreach delta {1 -1} {
        tap::is [unseen $prefix $delta] {} "every number in '[string trim $prefix]' lines, changed by $delta, is found"
    }
}
# The last number of an entry is its attribute word, which the map does not have.
set blind [concat [unseen $::layout::PROTO_E820 1] [unseen $::layout::PROTO_E820 -1]]
set blind [lsearch -all -inline -not $blind "*: 0x1 as *"]
tap::is $blind {} "every number of an entry is found, but for its attributes"
tap::like [replaced "# e820 0x9fc00 0x400 2 0x1\n" ""] "*e820 entries: expected 5, got 4*" "an entry left out"
tap::like [replaced "# usable 0x100000 0x2000000\n" ""] "*usable run: expected 0x100000 0x2000000, got nothing*" \
    "a usable run left out"
tap::like [replaced "# usable 0x100000 0x2000000\n" "# usable 0x100000 0x2000000\n# usable 0x100000 0x2000000\n"] \
    "*usable run: expected ascending order, each once*" "a usable run twice"
tap::like [replaced "map-source: e820" "map-source: e801"] "*map-source: expected e820, got e801*" \
    "another source of the map"
tap::like [replaced "  usable-frames-above-1m: " "  something-else: "] \
    "*usable-frames-above-1m: expected *, got nothing*" "a figure that is not there"
tap::like [join [::acre::compare::ladder {usable {{0x1000 0x9f000} {0x100000 0x3fe0000}}} 0x4000000] \n] "" \
    "64 MiB of which firmware keeps 128 KiB"
tap::done
