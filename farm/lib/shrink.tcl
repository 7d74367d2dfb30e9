# SPDX-License-Identifier: Apache-2.0
#
# shrink.tcl: the smallest thing that still fails, by trying smaller ones.  It knows nothing of emulators: what fails is
# said by a command that it is given, so it can be tested without a boot.
#
#   ::acre::shrink::run START TEST SAY -> the smallest candidate that was found
#
# A candidate is a dict:
#   own      1: the emulator's own map, nothing of which can be changed     entries quirks   as in a map
#   memory   bytes of RAM        machine cpu disk program                  as in a case
# TEST CANDIDATES -> index of the first of them that still fails, -1 if none does.  It may raise anything to end the
# search; the best so far stands in ::acre::shrink::best.  SAY WORDS is called whenever a smaller one was found.
#
# The passes, again and again until none of them finds anything: what is not the default, quirks, entries, RAM, and the
# numbers of each entry.  Each takes only what is smaller by its own measure and leaves the others' alone, so it ends.
# Lists are cut by halves, quarters, ... single elements: in the end no single element can be left out (1-minimal).
# Nothing that was tried and did not fail is tried again.

namespace eval ::acre::shrink {
    variable best {}
    # Candidates that did not fail.
    variable known
    # What a case has when nobody asks for anything else.
    variable defaults {program "" machine pc disk ide cpu ""}
    variable passes {Defaults Quirks Entries Memory Numbers}
    variable MIB 1048576
    # Addresses that stand for "low" and "high" in most maps.
    variable landmarks {0x0 0x1000 0x100000 0x200000 0x100000000}
}

proc ::acre::shrink::run {start test say} {
    variable best $start
    variable passes
    variable known [dict create]
    set before ""
    while {$before ne $best} {
        set before $best
        foreach pass $passes {
            $pass $test $say
        }
    }
    return $best
}

# Takes the first of CANDIDATES that still fails; its index, or -1.
proc ::acre::shrink::Take {candidates test say words} {
    variable best
    variable known
    set open {}
    set places {}
    set place -1
    foreach candidate $candidates {
        incr place
        if {![dict exists $known $candidate] && $candidate ne $best && $candidate ni $open} {
            lappend open $candidate
            lappend places $place
        }
    }
    if {$open eq ""} {
        return -1
    }
    set index [{*}$test $open]
    foreach candidate [expr {$index < 0 ? $open : [lrange $open 0 $index-1]}] {
        dict set known $candidate ""
    }
    if {$index < 0} {
        return -1
    }
    set best [lindex $open $index]
    {*}$say $words
    return [lindex $places $index]
}

proc ::acre::shrink::Defaults {test say} {
    variable best
    variable defaults
    dict for {key value} $defaults {
        if {[dict get $best $key] ne $value} {
            Take [list [dict replace $best $key $value]] $test $say \
                "without $key [dict get $best $key]"
        }
    }
}

proc ::acre::shrink::Quirks {test say} {
    List quirks $test $say
}

proc ::acre::shrink::Entries {test say} {
    List entries $test $say
}

# Leaves out pieces of the list KEY, half of it first, then smaller ones; single elements until none can go.
proc ::acre::shrink::List {key test say} {
    variable best
    set size [llength [dict get $best $key]]
    while {$size > 0} {
        set found [Sweep $key $size $test $say]
        # What was left out may have held another element.
        if {$size > 1 || !$found} {
            set size [expr {$size / 2}]
        }
    }
}

# Once over the list in pieces of SIZE; whether anything went.
proc ::acre::shrink::Sweep {key size test say} {
    variable best
    set found 0
    set at 0
    while {[dict get $best own] == 0 && $at < [llength [dict get $best $key]]} {
        set list [dict get $best $key]
        set candidates {}
        for {set from $at} {$from < [llength $list]} {incr from $size} {
            lappend candidates [dict replace $best $key [lreplace $list $from [expr {$from + $size - 1}]]]
        }
        set index [Take $candidates $test $say "fewer $key"]
        if {$index < 0} break
        set found 1
        # What stood before did not fail without that piece.
        set at [expr {$at + $index * $size}]
    }
    return $found
}

# The least RAM: powers of two MiB, then the MiB between.
proc ::acre::shrink::Memory {test say} {
    variable best
    variable MIB
    set sizes {}
    for {set size $MIB} {$size < [dict get $best memory]} {incr size $size} {
        lappend sizes $size
    }
    Take [lmap size $sizes {dict replace $best memory $size}] $test $say "less RAM"
}

# Simpler numbers, entry by entry, until an entry has none.
proc ::acre::shrink::Numbers {test say} {
    variable best
    for {set i 0} {[dict get $best own] == 0 && $i < [llength [dict get $best entries]]} {incr i} {
        set index 0
        set before $best
        while {$index >= 0} {
            set entries [dict get $best entries]
            set candidates [lmap entry [simpler_entries [lindex $entries $i]] {
                dict replace $best entries [lreplace $entries $i $i $entry]
            }]
            set index [Take $candidates $test $say "entry [expr {$i + 1}] simpler"]
        }
        # Another entry may have been needed for the numbers that this one had.
        if {$best ne $before} {
            Entries $test $say
        }
    }
}

# simpler_entries ENTRY -> entries that cost less, the cheapest first: moved as a whole, or with another end.
proc ::acre::shrink::simpler_entries {entry} {
    lassign $entry base limit type
    set length [expr {$limit - $base}]
    set all {}
    foreach number [Simpler $base] {
        lappend all [list $number [expr {$number + $length}] $type] [list $number $limit $type]
    }
    foreach number [Simpler $limit] {
        lappend all [list $base $number $type]
    }
    # The plain kind of memory that is not free.
    if {$type > 2} {
        lappend all [list $base $limit 2]
    }
    set cost [entry_cost $entry]
    set priced {}
    foreach one [lsort -unique $all] {
        lassign $one base limit
        if {$limit >= $base && $limit - $base < 1 << 64 && $base < 1 << 64 && [entry_cost $one] < $cost} {
            lappend priced [list [entry_cost $one] $one]
        }
    }
    return [lmap pair [lsort -integer -index 0 $priced] {lindex $pair 1}]
}

# entry_cost ENTRY: how much there is to read in it.
proc ::acre::shrink::entry_cost {entry} {
    lassign $entry base limit type
    return [expr {[cost $base] + [cost $limit] + ($type > 2)}]
}

# cost N: hex digits, those before the trailing zeros twice more.
proc ::acre::shrink::cost {number} {
    if {$number == 0} {
        return 0
    }
    set digits [format %llx $number]
    return [expr {[string length $digits] + 2 * [string length [string trimright $digits 0]]}]
}

# Numbers that cost less than NUMBER: its leading digits, its last digits, it shifted down, and landmarks.
proc ::acre::shrink::Simpler {number} {
    variable landmarks
    set all [lmap landmark $landmarks {expr {$landmark + 0}}]
    set length [string length [format %llx $number]]
    for {set k 1} {$k < $length} {incr k} {
        set unit [expr {1 << 4 * $k}]
        set down [expr {$number / $unit * $unit}]
        lappend all $down [expr {$down + $unit}] [expr {$number % $unit}] [expr {$number >> 4 * $k}]
    }
    set cost [cost $number]
    return [lmap one [lsort -unique $all] {
        if {[cost $one] >= $cost} continue
        set one
    }]
}
