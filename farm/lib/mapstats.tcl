# SPDX-License-Identifier: Apache-2.0
#
# mapstats.tcl: what many maps have in common, as figures.
#
#   ::acre::mapstats::of MAPS      -> dict key -> list of numbers; MAPS is a list of entry lists
#   ::acre::mapstats::tsv STATS    -> that as text: a line a key, the values after it, tabs between
#   ::acre::mapstats::table STATS  -> lines for a person
#   ::acre::mapstats::deciles LIST -> 11 values: least, 10 %, ... 90 %, most; all 0 for an empty list
#
#   maps overlapping unsorted wrapping   maps, and those with entries that overlap, that do not ascend, that pass 2^64
#   types          TYPE COUNT ...        entries of each type
#   entries        deciles of entries in a map             usable   of usable bytes in a map
#   low-limit      of the end of usable memory below 1 MiB
#   holes          of gaps in a map from 1 MiB to its highest entry below 4 GiB     hole-size   of their bytes
#   size-T         of the bytes of an entry from 1 MiB up, T = 1, 2, 3, 4 or other
#   unaligned-1 unaligned-other          ends that are not those of a frame, and all ends

namespace eval ::acre::mapstats {
    variable HIGH 0x100000
    variable TOP 0x100000000
    variable FRAME 4096
    variable KINDS {1 2 3 4 other}
}

proc ::acre::mapstats::of {maps} {
    set stats [dict create maps [llength $maps] overlapping 0 unsorted 0 wrapping 0 types {}]
    set lists [dict create]
    foreach entries $maps {
        dict lappend lists entries [llength $entries]
        dict incr stats overlapping [Overlapping $entries]
        dict incr stats unsorted [expr {$entries ne [lsort -dictionary -index 0 $entries]}]
        dict incr stats wrapping [Wraps $entries]
        Usable lists $entries
        Holes lists $entries
        foreach entry $entries {
            Entry lists $entry
            dict set stats types [Counted [dict get $stats types] [lindex $entry 2]]
        }
    }
    dict set stats types [concat {*}[lsort -dictionary -index 0 [Pairs [dict get $stats types]]]]
    return [Whole $stats $lists]
}

proc ::acre::mapstats::Whole {stats lists} {
    variable KINDS
    foreach key [concat entries usable low-limit holes hole-size [lmap kind $KINDS {string cat size- $kind}]] {
        dict set stats $key [deciles [Get $lists $key]]
    }
    foreach kind {1 other} {
        set ends [Get $lists ends-$kind]
        dict set stats unaligned-$kind [list [llength [lsearch -all -exact $ends 1]] [llength $ends]]
    }
    return $stats
}

proc ::acre::mapstats::Get {dict key} {
    return [expr {[dict exists $dict $key] ? [dict get $dict $key] : ""}]
}

proc ::acre::mapstats::Counted {counts key} {
    dict incr counts $key
    return $counts
}

proc ::acre::mapstats::Pairs {dict} {
    return [lmap {key value} $dict {list $key $value}]
}

# Whether any two of ENTRIES share a byte.
proc ::acre::mapstats::Overlapping {entries} {
    set reach 0
    foreach entry [lsort -dictionary -index 0 $entries] {
        lassign $entry base limit
        if {$base < $limit && $base < $reach} {
            return 1
        }
        set reach [expr {max($reach, $limit)}]
    }
    return 0
}

proc ::acre::mapstats::Wraps {entries} {
    foreach entry $entries {
        if {[lindex $entry 1] > 1 << 64} {
            return 1
        }
    }
    return 0
}

proc ::acre::mapstats::Usable {listsVar entries} {
    upvar 1 $listsVar lists
    variable HIGH
    set ranges [lmap entry $entries {
        if {[lindex $entry 2] != 1} continue
        lrange $entry 0 1
    }]
    dict lappend lists usable [::acre::interval::size $ranges]
    set low [::acre::interval::intersect $ranges [list [list 0 [expr {$HIGH + 0}]]]]
    if {$low ne ""} {
        dict lappend lists low-limit [lindex $low 0 1]
    }
}

# What no entry speaks of, between 1 MiB and the highest entry below 4 GiB.
proc ::acre::mapstats::Holes {listsVar entries} {
    upvar 1 $listsVar lists
    variable HIGH
    variable TOP
    set window [list [list [expr {$HIGH + 0}] [expr {$TOP + 0}]]]
    set known [::acre::interval::intersect [lmap entry $entries {lrange $entry 0 1}] $window]
    set holes {}
    if {$known ne ""} {
        set holes [::acre::interval::subtract [list [list [lindex $known 0 0] [lindex $known end 1]]] $known]
    }
    dict lappend lists holes [llength $holes]
    foreach hole $holes {
        dict lappend lists hole-size [expr {[lindex $hole 1] - [lindex $hole 0]}]
    }
}

proc ::acre::mapstats::Entry {listsVar entry} {
    upvar 1 $listsVar lists
    variable HIGH
    variable FRAME
    lassign $entry base limit type
    if {$base >= $HIGH} {
        dict lappend lists size-[expr {$type in {1 2 3 4} ? $type : "other"}] [expr {$limit - $base}]
    }
    foreach end [list $base $limit] {
        dict lappend lists ends-[expr {$type == 1 ? 1 : "other"}] [expr {$end % $FRAME != 0}]
    }
}

proc ::acre::mapstats::deciles {list} {
    set sorted [lsort -dictionary $list]
    set last [expr {[llength $sorted] - 1}]
    set values {}
    for {set i 0} {$i <= 10} {incr i} {
        lappend values [expr {$last < 0 ? 0 : [lindex $sorted [expr {$last * $i / 10}]]}]
    }
    return $values
}

proc ::acre::mapstats::tsv {stats} {
    set text ""
    dict for {key values} $stats {
        append text [join [list $key {*}$values] \t]\n
    }
    return $text
}

# --- for a person --------------------------------------------------------------------------------------------------

proc ::acre::mapstats::table {stats} {
    set lines [list "[dict get $stats maps] maps; [dict get $stats overlapping] with entries that overlap,\
        [dict get $stats unsorted] not in ascending order, [dict get $stats wrapping] beyond 2^64"]
    set types [lmap {type count} [dict get $stats types] {string cat $count " of type " $type}]
    lappend lines "entries: [join $types {, }]" ""
    lappend lines [format "%-22s %9s %9s %9s %9s %9s" "" least "10 %" half "90 %" most]
    foreach {key words} {
        entries "entries in a map" holes "holes in a map" usable "usable in a map" low-limit "usable below 1 MiB"
        hole-size "size of a hole" size-1 "size of usable" size-2 "size of reserved" size-3 "size of ACPI data"
        size-4 "size of ACPI NVS" size-other "size of other types"
    } {
        set five [lmap i {0 1 5 9 10} {lindex [dict get $stats $key] $i}]
        if {$key ni {entries holes}} {
            set five [lmap bytes $five {Size $bytes}]
        }
        lappend lines [format "%-22s %9s %9s %9s %9s %9s" $words {*}$five]
    }
    lappend lines ""
    foreach {kind words} {1 usable other "other types"} {
        lassign [dict get $stats unaligned-$kind] bad all
        lappend lines "ends within a frame, $words: $bad of $all"
    }
    return $lines
}

# Bytes with a unit, rounded down to one decimal.
proc ::acre::mapstats::Size {bytes} {
    set unit 0
    while {$unit < 5 && $bytes >= 1024 << 10 * $unit} {
        incr unit
    }
    if {$unit == 0} {
        return "$bytes B"
    }
    set tenths [expr {$bytes * 10 / (1 << 10 * $unit)}]
    return [format "%d.%d %s" [expr {$tenths / 10}] [expr {$tenths % 10}] [lindex {B KiB MiB GiB TiB PiB} $unit]]
}
