# SPDX-License-Identifier: Apache-2.0
#
# profileview.tcl: what a kernel that is not Acre makes of a memory map, by its own words, against what was served.
#
#   ::acre::profileview::view PROFILE LOG   -> dict entries source: the map as the kernel printed it.  Raises words
#                                              where the log has none that is whole
#   ::acre::profileview::findings PROFILE LOG ENTRIES QUIRKS -> list of findings, "" if it sees what it was told.
#                                              ENTRIES and QUIRKS are the map as served
#
# What `acre map import` can read it reads here, too (mapformats.tcl).  A profile's map-rule says what must be the same:
#
#   entries   each entry, in the BIOS's order: for what prints the BIOS's answers as they come
#   highest   the type of every byte; where entries overlap, the highest type counts, and type 0 is nothing: Linux and
#             its relatives
#   usable    whole frames above 1 MiB that no entry calls anything but usable, as Acre's oracle counts them
#
# Where the BIOS has no E820 map that a kernel may go by (quirks), what it sees is held against the oracle's usable
# frames above 1 MiB, under any rule.
#
# Where a log's beginning may be lost (map-cut), what lies below the first entry seen is not compared.
#
# A kernel that asks for 20 bytes an entry does not see the attributes of ACPI 3.0; of those known here all do.

::acre::paths::use interval quirks oracle map mapimport mapdiff

namespace eval ::acre::profileview {
    # Findings that are told one by one.
    variable MOST 12
    variable ONE_MIB 0x100000
    variable UNITS {K 1024 M 1048576 G 1073741824 T 1099511627776}
    variable HEADING "BIOS-provided physical RAM map:"
}

# The lines between the profile's marks: after the first line that map-from matches, up to the next that map-to matches.
proc ::acre::profileview::Part {profile log} {
    set lines [split [string map {\r ""} $log] \n]
    if {[dict get $profile map-from] ne ""} {
        set at [lsearch -regexp $lines [dict get $profile map-from]]
        if {$at < 0 && ![dict get $profile map-cut]} {
            error "its map does not begin: no line matches '[dict get $profile map-from]'"
        }
        set lines [lrange $lines $at+1 end]
    }
    if {[dict get $profile map-to] ne ""} {
        set at [lsearch -regexp $lines [dict get $profile map-to]]
        if {$at >= 0} {
            set lines [lrange $lines 0 $at-1]
        }
    }
    return [join $lines \n]
}

proc ::acre::profileview::view {profile log} {
    variable HEADING
    # With a heading before it a map may begin where it likes: an odd one has no low memory.
    set read [::acre::mapimport::log $HEADING\n[Part $profile $log] "its log"]
    if {[dict get $read source] ni [dict get $profile map]} {
        error "its map is one of [dict get $read source], not of [join [dict get $profile map] { or }]"
    }
    return [dict filter $read key entries source]
}

proc ::acre::profileview::findings {profile log entries quirks} {
    variable MOST
    # The words about attributes change nothing for who does not ask for them.
    set quirks [lmap quirk $quirks {
        if {[lindex [::acre::quirks::split $quirk] 0] eq "acpi-attr0-clear"} continue
        set quirk
    }]
    set delivered [::acre::oracle::delivered $entries $quirks]
    set findings {}
    if {[dict get $profile map] ne ""} {
        if {[catch {view $profile $log} seen]} {
            lappend findings "view: $seen"
        } else {
            lappend findings {*}[Seen $profile $seen $entries $quirks $delivered]
        }
    }
    if {[dict get $profile total] ne "" && $delivered ne ""} {
        lappend findings {*}[Total $profile $log $delivered]
    }
    if {[llength $findings] > $MOST} {
        set findings [concat [lrange $findings 0 $MOST-1] [list "view: and [expr {[llength $findings] - $MOST}] more"]]
    }
    return $findings
}

proc ::acre::profileview::Seen {profile seen entries quirks delivered} {
    set rule [dict get $profile map-rule]
    set own [dict get $seen entries]
    if {$delivered eq ""} {
        return [Usable $own [dict get [::acre::oracle::judge $entries $quirks] usable] 0]
    }
    switch $rule {
        entries { return [Entries $own $delivered] }
        highest { return [Highest $own $delivered] }
    }
    return [Usable $own [::acre::oracle::whole $delivered] \
        [expr {[dict get $profile map-cut] ? [lindex $own 0 0] : 0}]]
}

# Each entry in its place.
proc ::acre::profileview::Entries {own due} {
    set findings {}
    if {[llength $own] != [llength $due]} {
        lappend findings "view: it sees [llength $own] entries of the [llength $due] served"
    }
    set number 0
    foreach one $own other $due {
        incr number
        if {$one ne "" && $other ne "" && [Wrapped $one] ne [Wrapped $other]} {
            lappend findings "view: entry $number was [Entry $other], it sees [Entry $one]"
        }
    }
    return $findings
}

# A BIOS gives base and length, which is taken mod 2^64.
proc ::acre::profileview::Wrapped {entry} {
    lassign $entry base limit type
    return [list [expr {$base + 0}] [expr {($limit - $base) & 0xffffffffffffffff}] [expr {$type + 0}]]
}

proc ::acre::profileview::Entry {entry} {
    return [format "0x%llx 0x%llx %lld" {*}$entry]
}

proc ::acre::profileview::Highest {own due} {
    set findings {}
    foreach range [::acre::mapdiff::ranges $due $own] {
        lassign $range base limit served seen
        if {[Kind $served] != [Kind $seen]} {
            lappend findings [format "view: 0x%llx 0x%llx was served as %s, it sees %s" $base $limit \
                [Type $served] [Type $seen]]
        }
    }
    return $findings
}

# The highest of the types of a byte.
proc ::acre::profileview::Kind {types} {
    return [expr {$types eq "" ? 0 : [lindex $types end]}]
}

proc ::acre::profileview::Type {types} {
    return [expr {[Kind $types] ? "type [Kind $types]" : "nothing"}]
}

# Usable frames above 1 MiB and FROM of the entries OWN against the ranges DUE.
proc ::acre::profileview::Usable {own due from} {
    variable ONE_MIB
    set below [list [list 0 [expr {max($from, $ONE_MIB)}]]]
    set own [::acre::interval::subtract [::acre::oracle::whole $own] $below]
    set due [::acre::interval::subtract $due $below]
    set findings {}
    foreach {a b what} [list $own $due "it sees 0x%llx 0x%llx as usable, which it is not" \
            $due $own "0x%llx 0x%llx is usable, it does not see that"] {
        foreach range [::acre::interval::subtract $a $b] {
            lappend findings "view: [format $what {*}$range]"
        }
    }
    return $findings
}

# The kernel's total, in KiB or with a unit, against the usable frames of the addresses that it counts.
proc ::acre::profileview::Total {profile log delivered} {
    variable UNITS
    if {![regexp -line -- [dict get $profile total] $log - number unit] || ![regexp {^\d+(?:\.\d+)?$} $number]} {
        return [list "total: it does not say its total of memory"]
    }
    set unit [expr {$unit eq "" ? "K" : $unit}]
    set counted [lmap range [split [dict get $profile counted]] {split $range -}]
    set types [dict get $profile total-types]
    set memory [::acre::oracle::whole [lmap entry $delivered {
        lassign $entry base limit type
        list $base $limit [expr {$type in $types ? 1 : $type == 1 ? 2 : $type}]
    }]]
    set due [::acre::interval::size [::acre::interval::intersect $memory $counted]]
    set scale [dict get $UNITS $unit]
    # A rounded number stands for all that its last digit may hide, and for what was cut before that: Memtest86+ 6.10
    # goes to whole MiB first, and says 1.96 GB of 1.97003 GiB (real/acer-aspire-a315-59-16g).
    set digits [string length [lindex [split $number .] 1]]
    set least [expr {$unit eq "K" ? 0 : $scale / 10.0 ** $digits + $scale / 1024.0}]
    if {abs([scan $number %f] * $scale - $due) <= $least} {
        return {}
    }
    return [list "total: it has $number ${unit}iB of memory, by the map there are [expr {$due / 1024}] KiB"]
}
