#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre map stats: figures of maps made here, whose answers are known, and of the bundled real ones.

source [file join [file dirname [info script]] tap.tcl]
::acre::paths::use interval mapstats map
tap::plan 21

set plain {{0 0x9f000 1} {0x9f000 0xa0000 2} {0x100000 0x200000 1} {0x300000 0x300200 4} {0x400000 0x500000 1}}
set plain [lmap entry $plain {lmap number $entry {expr {$number + 0}}}]
set wild [list [list 1048576 [expr {(1 << 64) + 4096}] 20] {0 655361 1}]
set stats [::acre::mapstats::of [list $plain $wild]]
tap::is [dict get $stats maps] 2 "maps are counted"
tap::is [dict get $stats overlapping] 0 "none overlaps"
tap::is [dict get $stats unsorted] 1 "one does not ascend"
tap::is [dict get $stats wrapping] 1 "one passes 2^64"
tap::is [dict get $stats types] {1 4 2 1 4 1 20 1} "entries of each type"
tap::is [lindex [dict get $stats entries] 0] 2 "fewest entries"
tap::is [lindex [dict get $stats entries] end] 5 "most entries"
tap::is [lindex [dict get $stats holes] end] 2 "holes are what no entry speaks of, from 1 MiB up"
tap::is [lrange [dict get $stats hole-size] 0 1] {1048064 1048064} "the smaller hole begins where a short entry ends"
tap::is [lindex [dict get $stats hole-size] end] 1048576 "the larger one is between two entries"
tap::is [lsort -unique [dict get $stats size-1]] 1048576 "usable entries from 1 MiB up, by size"
tap::is [lsort -unique [dict get $stats size-2]] 0 "what there is none of has zeros"
tap::is [lindex [dict get $stats size-4] 5] 512 "ACPI NVS by size"
tap::is [lindex [dict get $stats usable] end] [expr {0x9f000 + 0x200000}] "usable bytes in a map"
tap::is [lrange [dict get $stats low-limit] 0 0] 651264 "the end of usable memory below 1 MiB"
tap::is [dict get $stats unaligned-1] {1 8} "usable ends within a frame"
tap::is [dict get $stats unaligned-other] {1 6} "other ends within a frame"
set over [::acre::mapstats::of {{{0 4096 1} {8192 8192 2} {0 1 2}}}]
tap::is [dict get $over overlapping] 1 "two entries that share a byte overlap, an empty one overlaps none"
tap::is [::acre::mapstats::deciles {30 9 200 1}] {1 1 1 1 9 9 9 30 30 30 200} "deciles go by value, not by spelling"

set acre [file join $::env(top_builddir) acre]
set said [exec $acre map stats --tsv]
set real [llength [::acre::map::find real]]
tap::is [lindex [split $said \n] 0] "maps\t$real" "acre map stats counts the bundled real maps"
tap::like [exec $acre map stats real] "$real maps; *entries in a map *size of usable *ends within a frame*" \
    "and has words for a person"
tap::done
