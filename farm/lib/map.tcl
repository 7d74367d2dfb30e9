# SPDX-License-Identifier: Apache-2.0
#
# Reading map files (doc/maps.md describes the format).
#
# A map is a dict:
#   file name        where it came from, and its name: the file's, without .map
#   title source class why reason   texts, "" where the file has none; why is what follows "refuses:"
#   expect           boots or refuses (boots where the file does not say)
#   ram              MiB the guest needs, "" where the file does not say
#   quirks           list of quirk words, arguments included
#   pages            usable frames from 1 MiB up, "" where the file does not say
#   unbacked         dict emulator -> {{base limit} ...} that the file's author found not backed by RAM there
#   extra            {{key value} ...}: headers of any other name, in order
#   entries          {{base limit type} ...} in the BIOS's order; limit = base + length and may exceed 2^64
#
# Mistakes are raised with errorcode {ACRE MAP} as "FILE:LINE: what is wrong: 'value'; what to do".

namespace eval ::acre::map {
    variable dir [file dirname [file normalize [info script]]]
    # More than any firmware is known to give, and four times what Acre's own table holds.
    variable entriesMax 4096
    variable bytesMax [expr {1 << 22}]
    variable checked {expect ram quirk pages-above-1m unbacked-qemu unbacked-bochs}
    variable texts {title source class reason}
}

foreach module {quirks interval mapops} {
    if {![namespace exists ::acre::$module]} {
        source [file join $::acre::map::dir $module.tcl]
    }
}

# The map in FILE. Raises the file's first mistake.
proc ::acre::map::read {file} {
    set result [scan $file]
    if {[llength [dict get $result problems]]} {
        return -code error -errorcode {ACRE MAP} [lindex [dict get $result problems] 0]
    }
    return [dict get $result map]
}

# Reads FILE and goes on after mistakes: dict {map MAP problems {"FILE:LINE: ..." ...}}. The map is worth something
# only if there are no problems.
proc ::acre::map::scan {file} {
    if {[catch {Load $file} bytes]} {
        return [dict create map [Empty $file] problems [list $bytes]]
    }
    return [parse $bytes $file]
}

# As scan, from TEXT (bytes); FILE is only the name that stands in messages.
proc ::acre::map::parse {text file} {
    set state [dict create map [Empty $file] problems {} seen {} line 0]
    if {[set line [BinaryLine $text]]} {
        dict set state line $line
        Problem state "not a text file: it has control or non-UTF-8 bytes; a map is lines '0xBASE 0xLIMIT TYPE'"
        return $state
    }
    # Editors of other systems put a byte order mark in front.
    foreach line [split [string trimleft [encoding convertfrom utf-8 $text] \ufeff] \n] {
        dict incr state line
        Line state [string trimright $line "\r \t"]
    }
    Whole state
    return $state
}

proc ::acre::map::Empty {file} {
    set name [file rootname [file tail $file]]
    return [dict create file $file name $name title "" source "" class "" expect boots why "" reason "" ram "" \
        quirks {} pages "" unbacked {} extra {} entries {}]
}

# Number of the first line of BYTES that cannot be text, or 0.
proc ::acre::map::BinaryLine {bytes} {
    if {[regexp -indices {[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]} $bytes where]} {
        return [llength [split [string range $bytes 0 [lindex $where 0]] \n]]
    }
    set number 0
    foreach line [split $bytes \n] {
        incr number
        # Bytes that are not UTF-8 do not survive the way there and back.
        if {[encoding convertto utf-8 [encoding convertfrom utf-8 $line]] ne $line} {
            return $number
        }
    }
    return 0
}

# Notes a problem at the current line.
proc ::acre::map::Problem {stateVar what} {
    upvar 1 $stateVar state
    dict lappend state problems "[dict get $state map file]:[dict get $state line]: $what"
}

proc ::acre::map::Line {stateVar line} {
    upvar 1 $stateVar state
    if {[string trim $line] eq ""} {
        return
    }
    if {[string index $line 0] ne "#"} {
        Entry state $line
    } elseif {[regexp {^#\s*([A-Za-z][A-Za-z0-9-]*)\s*:\s*(.*)$} $line -> key value]} {
        Header state $key $value
    }
}

proc ::acre::map::Entry {stateVar line} {
    upvar 1 $stateVar state
    variable entriesMax
    set entry [regexp -all -inline {\S+} $line]
    set wrong [EntryFault $entry]
    if {$wrong ne ""} {
        Problem state $wrong
        return
    }
    lassign $entry base limit type
    ::scan $type %lld type
    # A file may have any number of lines: those beyond the most are not kept.
    set count [llength [dict get $state map entries]]
    if {$count < $entriesMax} {
        dict with state map {
            lappend entries [list [expr {$base + 0}] [expr {$limit + 0}] $type]
        }
    } elseif {"too many" ni [dict get $state seen]} {
        dict lappend state seen "too many"
        Problem state "too many entries: '[expr {$count + 1}]'; a map has at most $entriesMax"
    }
}

# What a message may show of a file that could be anything.
proc ::acre::map::Short {value} {
    if {[string length $value] > 48} {
        return "[string range $value 0 44]..."
    }
    return $value
}

# "" if the words of ENTRY are a good entry, else what is wrong with them.
proc ::acre::map::EntryFault {entry} {
    if {[llength $entry] != 3} {
        return "an entry has 3 fields, this line has [llength $entry]: '[Short [join $entry]]';\
            write '0xBASE 0xLIMIT TYPE'"
    }
    lassign $entry base limit type
    foreach {name value} [list base $base limit $limit] {
        if {![regexp {^0x[0-9a-fA-F]{1,32}$} $value]} {
            return "$name is not a hex number: '[Short $value]'; write it like 0x9fc00"
        }
    }
    if {![regexp {^[0-9]{1,10}$} $type] || [::scan $type %lld] > 0xffffffff} {
        return "type is not a number from 0 to 4294967295: '[Short $type]'; 1 is usable ('acre help map-format')"
    }
    if {$base >= 1 << 64} {
        return "base does not fit in 64 bits: '$base'; the BIOS returns 64-bit bases"
    }
    if {$limit < $base} {
        return "limit is below base: '$limit'; the limit is the first byte after the range"
    }
    if {$limit - $base >= 1 << 64} {
        return "length does not fit in 64 bits: '$base $limit'; the BIOS returns 64-bit lengths"
    }
    return ""
}

proc ::acre::map::Header {stateVar key value} {
    upvar 1 $stateVar state
    variable checked
    variable texts
    set value [string trim $value]
    if {$key ni $checked && $key ni $texts} {
        set meant [Meant $key]
        if {$meant ne ""} {
            Problem state "unknown header: '$key'; did you mean '# $meant:'?"
        }
        dict with state map { lappend extra [list $key $value] }
        return
    }
    if {$key in [dict get $state seen] && $key ne "source"} {
        Problem state "header given twice: '$key'; keep one"
        return
    }
    dict lappend state seen $key
    if {$key in $texts} {
        dict set state map $key $value
    } elseif {[set wrong [Checked state $key $value]] ne ""} {
        Problem state $wrong
    }
}

# Puts a checked header's VALUE into the map; returns what is wrong with it, or "".
proc ::acre::map::Checked {stateVar key value} {
    upvar 1 $stateVar state
    switch -glob $key {
        expect { return [Expect state $value] }
        quirk { return [Quirk state $value] }
        unbacked-* { return [Unbacked state [string range $key 9 end] $value] }
    }
    set least [expr {$key eq "ram"}]
    if {![regexp {^[0-9]{1,15}$} $value] || [::scan $value %lld] < $least} {
        return "$key is not a whole number[expr {$least ? " above 0" : ""}]: '$value'; write [expr {$least ?
            "MiB, like '# ram: 68'" : "usable frames, like '# pages-above-1m: 16128'"}]"
    }
    dict set state map [expr {$key eq "ram" ? "ram" : "pages"}] [::scan $value %lld]
    return ""
}

proc ::acre::map::Expect {stateVar value} {
    upvar 1 $stateVar state
    if {$value eq "boots"} {
        return ""
    }
    if {![regexp {^refuses:\s*(\S.*)$} $value -> why]} {
        return "expectation unknown: '$value'; write 'boots' or 'refuses: why'"
    }
    dict set state map expect refuses
    dict set state map why $why
    return ""
}

proc ::acre::map::Quirk {stateVar value} {
    upvar 1 $stateVar state
    if {$value eq ""} {
        return "quirk names no word: ''; write words of 'acre help map-format' or leave the line out"
    }
    if {[catch {::acre::quirks::parse $value} quirks]} {
        return $quirks
    }
    dict set state map quirks $quirks
    return ""
}

proc ::acre::map::Unbacked {stateVar emulator value} {
    upvar 1 $stateVar state
    set list {}
    foreach range [regexp -all -inline {\S+} $value] {
        if {![regexp {^(0x[0-9a-fA-F]{1,17})-(0x[0-9a-fA-F]{1,17})$} $range -> base limit] || $limit <= $base} {
            return "unbacked-$emulator is not a range: '$range'; write '0xBASE-0xLIMIT'"
        }
        lappend list [list [expr {$base + 0}] [expr {$limit + 0}]]
    }
    if {![llength $list]} {
        return "unbacked-$emulator names no range: ''; write '0xBASE-0xLIMIT' or leave the line out"
    }
    dict set state map unbacked $emulator $list
    return ""
}

# What can only be said once all lines are read.
proc ::acre::map::Whole {stateVar} {
    upvar 1 $stateVar state
    set quirks [dict get $state map quirks]
    # A BIOS that gives no entry at all is a case worth testing, but only if it is meant.
    if {![llength [dict get $state map entries]] && ![llength [dict get $state problems]]
        && "e820-unsupported" ni $quirks && "e820-empty" ni $quirks} {
        Problem state "no entries: 'empty'; a map is lines '0xBASE 0xLIMIT TYPE'"
    }
    set conflict [::acre::quirks::conflict $quirks]
    if {$conflict ne ""} {
        Problem state $conflict
    }
    set count [llength [dict get $state map entries]]
    foreach quirk $quirks {
        if {[::acre::quirks::beyond [list $quirk] $count] ne ""} {
            Problem state "quirk names an entry that is not there: '$quirk'; the map has $count"
        }
    }
}
