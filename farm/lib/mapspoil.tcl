# SPDX-License-Identifier: Apache-2.0
#
# mapspoil.tcl: what no BIOS should say, made of what one might.
#
#   ::acre::mapspoil::kinds            -> the names of all kinds
#   ::acre::mapspoil::draw             -> one to three of them, in the order in which they are to be done
#   ::acre::mapspoil::spoil KIND MAP   -> the map spoilt so; entries or quirks change, with numbers of prng.tcl's stream

namespace eval ::acre::mapspoil {
    # kind -> what it does.  Order and repetition come last: they must find the others' entries.
    variable table {
        overlap    "an entry of another type over a part of one, or over several"
        wrap       "an entry that ends at 2^64 or beyond"
        types      "types that no kernel knows"
        split      "entries cut in two within a frame, so that only both together make it whole"
        crumbs     "many entries of less than a frame"
        empty      "entries of length 0, of any type"
        many       "hundreds of entries, sometimes more than a kernel's table has"
        nothing    "no usable memory at all"
        twice      "entries that come again"
        reversed   "from the highest down"
        shuffled   "in any order"
        quirks     "a BIOS that does one to three things wrong, by quirk words"
    }
    # How often each is drawn; `nothing` leaves little to compare.
    variable odds {overlap 5 wrap 3 types 3 split 3 crumbs 3 empty 3 many 1 nothing 1 twice 3 reversed 2 shuffled 4
        quirks 6}
    variable PLACE_MOST 0xffffffffff000000
    variable oddTypes {0 8 10 11 12 13 15 255 4026531839 4026531840 2147483648 4294967295}
}

proc ::acre::mapspoil::kinds {} {
    variable table
    return [dict keys $table]
}

proc ::acre::mapspoil::draw {} {
    variable odds
    set bag [concat {*}[lmap {kind count} $odds {lrepeat $count $kind}]]
    set drawn {}
    for {set n [::acre::prng::pick {1 1 1 2 2 3}]} {$n > 0} {incr n -1} {
        lappend drawn [::acre::prng::pick $bag]
    }
    return [lmap kind [kinds] {
        if {$kind ni $drawn} continue
        set kind
    }]
}

proc ::acre::mapspoil::spoil {kind map} {
    if {$kind eq "quirks"} {
        return [Quirks $map]
    }
    dict set map entries [[string totitle $kind] [dict get $map entries]]
    return $map
}

# An address in or near what ENTRIES speak of: an end of one of them, or somewhere inside; often not a frame's; with
# room for more up to 2^64.
proc ::acre::mapspoil::Place {entries} {
    variable PLACE_MOST
    lassign [::acre::prng::pick $entries] base limit
    set at [::acre::prng::pick [list $base $limit [expr {$base + [::acre::prng::below [expr {$limit - $base + 1}]]}]]]
    set at [::acre::prng::pick [list $at $at [expr {$at & ~4095}] [expr {$at - 1}] [expr {$at + 1}]]]
    return [expr {min($PLACE_MOST, max(0, $at))}]
}

# Puts ENTRY anywhere into ENTRIES.
proc ::acre::mapspoil::Put {entries entry} {
    return [linsert $entries [::acre::prng::below [expr {[llength $entries] + 1}]] $entry]
}

proc ::acre::mapspoil::Overlap {entries} {
    for {set n [::acre::prng::between 1 6]} {$n > 0} {incr n -1} {
        set a [Place $entries]
        set b [expr {[::acre::prng::chance 1 2] ? [Place $entries] : $a + [::acre::prng::log 1 0x4000000]}]
        set type [::acre::prng::pick {1 1 2 2 3 4 5 7 20}]
        set entries [Put $entries [list [expr {min($a, $b)}] [expr {max($a, $b)}] $type]]
    }
    return $entries
}

proc ::acre::mapspoil::Wrap {entries} {
    set top [expr {1 << 64}]
    for {set n [::acre::prng::between 1 3]} {$n > 0} {incr n -1} {
        set base [expr {[::acre::prng::chance 1 3] ? [Place $entries] : $top - [::acre::prng::log 1 [expr {1 << 40}]]}]
        set limit [expr {$top + [::acre::prng::pick [list 0 1 4096 [::acre::prng::log 1 [expr {1 << 62}]]]]}]
        # A usable one that begins low is all memory; another one none, which is `nothing`.
        set type [expr {$base < 1 << 41 ? 1 : [::acre::prng::pick {1 1 2 3 20}]}]
        set entries [Put $entries [list $base [expr {min($limit, $base + $top - 1)}] $type]]
    }
    return $entries
}

proc ::acre::mapspoil::Types {entries} {
    variable oddTypes
    for {set n [::acre::prng::between 1 4]} {$n > 0} {incr n -1} {
        set at [::acre::prng::below [llength $entries]]
        if {[lindex $entries $at 2] == 1} {
            set base [Place $entries]
            set limit [expr {$base + [::acre::prng::log 1 0x100000]}]
            set entries [Put $entries [list $base $limit [::acre::prng::pick $oddTypes]]]
        } else {
            lset entries $at 2 [::acre::prng::pick $oddTypes]
        }
    }
    return $entries
}

proc ::acre::mapspoil::Split {entries} {
    for {set n [::acre::prng::between 1 8]} {$n > 0} {incr n -1} {
        set at [::acre::prng::below [llength $entries]]
        lassign [lindex $entries $at] base limit type
        # The second part must have a base that a BIOS can say.
        set most [expr {min($limit, 1 << 64) - 1}]
        if {$most <= $base} continue
        set cut [::acre::prng::between [expr {$base + 1}] $most]
        set entries [lreplace $entries $at $at [list $base $cut $type] [list $cut $limit $type]]
    }
    return $entries
}

proc ::acre::mapspoil::Crumbs {entries} {
    set base [Place $entries]
    for {set n [::acre::prng::between 5 60]} {$n > 0} {incr n -1} {
        set limit [expr {$base + [::acre::prng::log 1 4095]}]
        lappend entries [list $base $limit [::acre::prng::pick {1 1 1 2 3}]]
        set base [expr {$limit + [::acre::prng::pick {0 0 1 4095 4096}]}]
    }
    return $entries
}

proc ::acre::mapspoil::Empty {entries} {
    for {set n [::acre::prng::between 1 8]} {$n > 0} {incr n -1} {
        set at [Place $entries]
        set entries [Put $entries [list $at $at [::acre::prng::pick {0 1 1 2 3 4 5 20}]]]
    }
    return $entries
}

# Islands of few frames, touching or apart, in the first usable entry from 1 MiB on.
proc ::acre::mapspoil::Many {entries} {
    set most [::acre::prng::pick {200 500 1000 1100}]
    set base [expr {0x100000 + [::acre::prng::below 0x100000]}]
    for {set n [llength $entries]} {$n < $most} {incr n} {
        set limit [expr {$base + [::acre::prng::log 1 16384]}]
        lappend entries [list $base $limit [::acre::prng::pick {1 1 2 20}]]
        set base [expr {$limit + [::acre::prng::pick {0 1 4096}]}]
    }
    return $entries
}

proc ::acre::mapspoil::Nothing {entries} {
    return [lmap entry $entries {lreplace $entry 2 2 [::acre::prng::pick {2 2 3 4 5 7 20}]}]
}

proc ::acre::mapspoil::Twice {entries} {
    for {set n [::acre::prng::between 1 6]} {$n > 0} {incr n -1} {
        set entries [Put $entries [::acre::prng::pick $entries]]
    }
    return $entries
}

proc ::acre::mapspoil::Reversed {entries} {
    return [lreverse $entries]
}

proc ::acre::mapspoil::Shuffled {entries} {
    return [::acre::prng::shuffle $entries]
}

# One to three quirk words that can be acted together.
proc ::acre::mapspoil::Quirks {map} {
    set words [dict get $map quirks]
    foreach word [lrange [::acre::prng::shuffle [::acre::quirks::words]] 0 [::acre::prng::below 3]] {
        set quirk [Quirk $word [llength [dict get $map entries]]]
        if {[::acre::quirks::conflict [list {*}$words $quirk]] eq ""} {
            lappend words $quirk
        }
    }
    dict set map quirks $words
    return $map
}

# WORD with an argument, if it takes one.
proc ::acre::mapspoil::Quirk {word entries} {
    if {$word eq "ebda"} {
        return ebda:[format 0x%x [::acre::prng::pick [list 0 0x8000 0x9000 0x9f80 0x9fc0 0x9fff 0xa000 0xffff \
            [::acre::prng::between 0x7f00 0xa100]]]]
    }
    if {$word eq "acpi-attr0-clear" && [::acre::prng::chance 3 4]} {
        return acpi-attr0-clear:[::acre::prng::between 1 $entries]
    }
    return $word
}
