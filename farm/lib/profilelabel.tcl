# SPDX-License-Identifier: Apache-2.0
#
# profilelabel.tcl: how far a memory map keeps to the rules, by which it is fair or not to blame a kernel.
#
#   ::acre::profilelabel::of ENTRIES QUIRKS -> {LABEL WHY}: the worst label that a rule gives, and why; legal has no why
#
#   legal   every BIOS may say so: ranges that ascend, do not overlap and have known types
#   odd     BIOSes were seen to say so: entries that overlap, come out of order, are empty or have other types; memory
#           missing where all machines have it; any quirk word
#   lie     no machine can be like that: nothing usable, usable memory where none can be, ranges beyond 2^64
#
# Only what a kernel makes of a legal or an odd map is a finding.

::acre::paths::use interval quirks oracle

namespace eval ::acre::profilelabel {
    # Types that the ACPI specification has a meaning for.
    variable KNOWN {1 2 3 4 5 6 7}
    # What is not memory on any PC: the adapters' and the firmware's own addresses; what no CPU of the farm's
    # can address.
    variable NEVER {{0xa0000 0x100000} {0x10000000000 0x10000000000000000}}
    # Usable memory that every machine has, in bytes: below 640 KiB, and from 1 MiB.
    variable LOW 0x80000
    variable EXTENDED 0x100000
}

proc ::acre::profilelabel::of {entries quirks} {
    set why [Lie $entries $quirks]
    if {$why ne ""} {
        return [list lie $why]
    }
    set why [Odd $entries $quirks]
    return [expr {$why eq "" ? {legal ""} : [list odd $why]}]
}

proc ::acre::profilelabel::Lie {entries quirks} {
    variable NEVER
    if {[::acre::interval::size [::acre::oracle::whole $entries]] == 0} {
        return "nothing is usable"
    }
    set usable {}
    foreach entry $entries {
        lassign $entry base limit type
        if {$limit > 1 << 64} {
            return "a range ends beyond 2^64"
        }
        if {$type == 1} {
            lappend usable [list $base $limit]
        }
    }
    set never [lindex [::acre::interval::intersect $usable $NEVER] 0]
    return [expr {$never eq "" ? "" : [format "0x%llx cannot be usable memory" [lindex $never 0]]}]
}

proc ::acre::profilelabel::Odd {entries quirks} {
    variable KNOWN
    if {$quirks ne ""} {
        return "the BIOS acts [join $quirks {, }]"
    }
    set before 0
    foreach entry $entries {
        lassign $entry base limit type
        if {$limit <= $base} {
            return [format "the entry at 0x%llx is empty" $base]
        }
        if {$base < $before} {
            return [format "the entry at 0x%llx overlaps another or is out of order" $base]
        }
        if {$type ni $KNOWN} {
            return "type $type is unknown"
        }
        set before $limit
    }
    return [Missing $entries]
}

proc ::acre::profilelabel::Missing {entries} {
    variable LOW
    variable EXTENDED
    set usable [::acre::oracle::whole $entries]
    set low [::acre::interval::intersect $usable [list [list 0 $LOW]]]
    if {[::acre::interval::size $low] < $LOW} {
        return "low memory is missing"
    }
    foreach range $usable {
        if {[lindex $range 0] <= $EXTENDED && $EXTENDED < [lindex $range 1]} {
            return ""
        }
    }
    return "there is no memory at 1 MiB"
}
