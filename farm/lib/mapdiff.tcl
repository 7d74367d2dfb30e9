# SPDX-License-Identifier: Apache-2.0
#
# mapdiff.tcl: what two maps say otherwise, byte by byte.
#
#   ::acre::mapdiff::ranges A B      -> {{base limit types-of-A types-of-B} ...}, ascending, none touching another with
#                                       the same types; A and B are entry lists
#   ::acre::mapdiff::lines MAPA MAPB -> {different lines}: whether they differ, and that for a person; of maps as
#                                       map.tcl reads them
#
# The types of a byte are those of all entries that it is in, sorted, each once: {} where no entry speaks of it, {1 2}
# where two overlap.  So the order of entries, and how a range is cut into entries, make no difference; nor do bytes
# from 2^64 up, which there are none of.
#
#   A            [=== 1 ===)   [= 2 =)
#   B            [=== 1 =======)
#   differences            [---) nothing -> 1
#                              [-----) 2 -> nothing
#
# One sweep over all ends of both maps: n log n in the number of entries.

namespace eval ::acre::mapdiff {}

proc ::acre::mapdiff::ranges {a b} {
    set events [concat [Events 0 $a] [Events 1 $b]]
    set open [list [dict create] [dict create]]
    set ranges {}
    set from 0
    foreach event [lsort -dictionary -index 0 $events] {
        lassign $event at side type step
        if {$at > $from} {
            Range ranges $from $at [Types [lindex $open 0]] [Types [lindex $open 1]]
            set from $at
        }
        set counts [lindex $open $side]
        dict incr counts $type $step
        lset open $side $counts
    }
    return $ranges
}

# {address side type +1|-1} for both ends of every entry that has a byte.
proc ::acre::mapdiff::Events {side entries} {
    set events {}
    foreach entry $entries {
        lassign $entry base limit type
        set limit [expr {min($limit, 1 << 64)}]
        if {$base < $limit} {
            lappend events [list $base $side $type 1] [list $limit $side $type -1]
        }
    }
    return $events
}

proc ::acre::mapdiff::Types {counts} {
    return [lsort -integer [dict keys [dict filter $counts script {type count} {expr {$count > 0}}]]]
}

# Adds one range, as part of the last one where nothing changes between them.
proc ::acre::mapdiff::Range {rangesVar base limit a b} {
    upvar 1 $rangesVar ranges
    if {$a eq $b} {
        return
    }
    lassign [lindex $ranges end] lastBase lastLimit lastA lastB
    if {$ranges ne "" && $lastLimit == $base && $lastA eq $a && $lastB eq $b} {
        lset ranges end 1 $limit
    } else {
        lappend ranges [list $base $limit $a $b]
    }
}

# --- for a person --------------------------------------------------------------------------------------------------

proc ::acre::mapdiff::lines {a b} {
    set ranges [ranges [dict get $a entries] [dict get $b entries]]
    set quirks [Quirks $a $b]
    set lines {}
    if {$ranges ne ""} {
        lappend lines {*}[Table $a $b $ranges] "" {*}[Totals $ranges] {*}[Usable $a $b]
    }
    lappend lines {*}$quirks
    if {$lines eq "" && [dict get $a entries] ne [dict get $b entries]} {
        lappend lines "the same memory in other entries ([llength [dict get $a entries]] and\
            [llength [dict get $b entries]], or in another order)"
    }
    return [list [expr {$ranges ne "" || $quirks ne ""}] $lines]
}

proc ::acre::mapdiff::Table {a b ranges} {
    set rows [lmap range $ranges {
        lassign $range base limit typesA typesB
        list [format "  0x%016llx  %-19s  %16s" $base [format 0x%016llx $limit] \
            [::acre::mapshow::exact [expr {$limit - $base}]]] [Said $typesA] [Said $typesB]
    }]
    set width [::tcl::mathfunc::max {*}[lmap row [concat [list [list "" [dict get $a name]]] $rows] {
        string length [lindex $row 1]
    }]]
    set lines [list [format "  %-18s  %-19s  %16s  %-${width}s  %s" base limit size [dict get $a name] \
        [dict get $b name]]]
    foreach row $rows {
        lassign $row range left right
        lappend lines [format "%s  %-${width}s  %s" $range $left $right]
    }
    return $lines
}

proc ::acre::mapdiff::Said {types} {
    return [expr {$types eq "" ? "nothing" : [join [lmap type $types {::acre::mapshow::Named $type}] " + "]}]
}

# A line for each kind of difference, in the order in which they come first.
proc ::acre::mapdiff::Totals {ranges} {
    set sizes [dict create]
    set counts [dict create]
    foreach range $ranges {
        lassign $range base limit a b
        set kind "[Said $a] -> [Said $b]"
        dict incr sizes $kind [expr {$limit - $base}]
        dict incr counts $kind
    }
    return [lmap {kind size} $sizes {
        format "  %-40s %16s in %s" $kind [::acre::mapshow::exact $size] \
            [::acre::mapshow::counted [dict get $counts $kind] range]
    }]
}

# What it comes to for a kernel: whole usable frames of each, by the oracle, for the entries without quirks.
proc ::acre::mapdiff::Usable {a b} {
    set frames [lmap map [list $a $b] {
        dict get [::acre::oracle::judge [dict get $map entries] {}] frames
    }]
    lassign $frames one two
    set change [expr {$two == $one ? "as many" : "[::acre::mapshow::counted [expr {abs($two - $one)}] frame]\
        [expr {$two > $one ? "more" : "less"}]"}]
    return [list [format "  %-40s %16s" "usable frames" \
        "[::acre::mapshow::grouped $one] -> [::acre::mapshow::grouped $two] ($change)"]]
}

proc ::acre::mapdiff::Quirks {a b} {
    set words [lmap map [list $a $b] {lsort [dict get $map quirks]}]
    if {[lindex $words 0] eq [lindex $words 1]} {
        return {}
    }
    lassign [lmap list $words {expr {$list eq "" ? "none" : [join $list {, }]}}] one two
    return [list "  quirks: $one -> $two"]
}
