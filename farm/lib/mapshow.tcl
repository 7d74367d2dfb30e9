# SPDX-License-Identifier: Apache-2.0
#
# Maps as text: the table of one map, the list of many, and what a map file says that the oracle does not.

namespace eval ::acre::mapshow {
    variable dir [file dirname [file normalize [info script]]]
    # ACPI specification table 15.4.
    variable typeNames {0 "type 0" 1 usable 2 reserved 3 "ACPI data" 4 "ACPI NVS" 5 bad 6 disabled 7 persistent}
}

foreach module {interval map oracle mapdraw} {
    if {![namespace exists ::acre::$module]} {
        source [file join $::acre::mapshow::dir $module.tcl]
    }
}

# The table of MAP, what it adds up to and what the oracle says of it, as lines.
proc ::acre::mapshow::lines {map} {
    set entries [dict get $map entries]
    return [concat [Head $map] [list ""] [Table $entries] [list ""] [Totals $entries] [Verdict $map]]
}

proc ::acre::mapshow::Head {map} {
    set lines [list [dict get $map name]]
    foreach key {title source class reason} {
        if {[dict get $map $key] ne ""} {
            lappend lines [format "  %-9s %s" $key [dict get $map $key]]
        }
    }
    foreach header [dict get $map extra] {
        lappend lines [format "  %-9s %s" {*}$header]
    }
    lappend lines [format "  %-9s %s" expects [Expectation $map]]
    if {[dict get $map ram] ne ""} {
        lappend lines [format "  %-9s %s" ram "[dict get $map ram] MiB"]
    }
    foreach quirk [dict get $map quirks] {
        lappend lines [format "  %-9s %s: %s" quirk $quirk \
            [::acre::quirks::meaning [lindex [::acre::quirks::split $quirk] 0]]]
    }
    return $lines
}

proc ::acre::mapshow::Expectation {map} {
    if {[dict get $map expect] eq "refuses"} {
        return "refuses: [dict get $map why]"
    }
    return boots
}

proc ::acre::mapshow::Table {entries} {
    set lines [list [format "  %4s  %-18s  %-19s  %16s  %s" "" base limit size type]]
    set number 0
    foreach entry $entries {
        lassign $entry base limit type
        lappend lines [format "  %4d  0x%016llx  %-19s  %16s  %s" [incr number] $base [format 0x%016llx $limit] \
            [exact [expr {$limit - $base}]] [Named $type]]
    }
    return $lines
}

# A type's number with its name: "1 usable".
proc ::acre::mapshow::Named {type} {
    variable typeNames
    if {$type > 0 && [dict exists $typeNames $type]} {
        return "$type [dict get $typeNames $type]"
    }
    return $type
}

proc ::acre::mapshow::Totals {entries} {
    set lines {}
    set list {}
    dict for {kind ranges} [::acre::mapdraw::layers $entries] {
        set list [linsert $list 0 $kind $ranges]
    }
    dict for {kind ranges} $list {
        set name [lindex [::acre::mapdraw::Look $kind] 0]
        lappend lines [format "  %-11s %16s in %s" $name [exact [::acre::interval::size $ranges]] \
            [counted [llength $ranges] range]]
    }
    return $lines
}

# What the oracle says of MAP as its file has it: uncut, on QEMU's pc with 40 address bits and the EBDA at 0x9fc00.
proc ::acre::mapshow::Verdict {map} {
    set verdict [::acre::oracle::judge [dict get $map entries] [dict get $map quirks]]
    dict with verdict {}
    if {$outcome eq "refuses"} {
        return [list "" "  oracle      refuses: $why"]
    }
    set from [dict get {e820 "E820" e801 "E801 (no E820 answer)" 88 "INT 15h AH=88h (no E820, no E801)"} ${map-source}]
    return [list "" "  oracle      boots: [counted $frames {usable frame}] ([exact [expr {$frames << 12}]]), by $from" \
        "              [grouped [expr {$frames - ${frames-above-1m}}]] below 1 MiB,\
        [grouped ${frames-above-1m}] from 1 MiB up"]
}

# One line for MAP in a list of many.
proc ::acre::mapshow::row {map} {
    set verdict [::acre::oracle::judge [dict get $map entries] {}]
    set about [dict get $map title]
    if {[string length $about] > 24} {
        set about "[string range $about 0 20]..."
    }
    return [format "%-40s %4d entries %6s  %s" [dict get $map name] [llength [dict get $map entries]] \
        [::acre::mapdraw::human [expr {[dict get $verdict frames] << 12}]] $about]
}

# What is inconsistent in MAP: list of sentences, {} if nothing.
proc ::acre::mapshow::faults {map} {
    set faults {}
    set file [dict get $map file]
    set plain [::acre::oracle::judge [dict get $map entries] {}]
    set pages [dict get $map pages]
    if {$pages ne "" && $pages != [dict get $plain frames-above-1m]} {
        lappend faults "$file: pages-above-1m does not fit the entries: '$pages'; they make\
            [dict get $plain frames-above-1m]"
    }
    set verdict [::acre::oracle::judge [dict get $map entries] [dict get $map quirks]]
    if {[dict get $verdict outcome] ne [dict get $map expect]} {
        set says [dict get $verdict outcome]
        if {$says eq "refuses"} {
            append says ": [dict get $verdict why]"
        }
        lappend faults "$file: expectation does not fit the entries: '[Expectation $map]'; by the rules a kernel\
            $says"
    }
    return $faults
}

# BYTES exactly, in the largest unit that has no fraction: "639 KiB".
proc ::acre::mapshow::exact {bytes} {
    set unit bytes
    foreach next {KiB MiB GiB TiB PiB} {
        if {$bytes == 0 || $bytes & 1023} {
            break
        }
        set bytes [expr {$bytes >> 10}]
        set unit $next
    }
    return "[grouped $bytes] $unit"
}

# NUMBER with a comma every three digits.
proc ::acre::mapshow::grouped {number} {
    while {[regsub {^([0-9]+)([0-9]{3})} $number {\1,\2} number]} {}
    return $number
}

# "1 range", "7 ranges".
proc ::acre::mapshow::counted {number what} {
    return "[grouped $number] $what[expr {$number == 1 ? "" : "s"}]"
}
