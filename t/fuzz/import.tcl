# SPDX-License-Identifier: Apache-2.0
#
# What import.c calls: `acre map import` of some bytes, with files kept in variables, and what must be true of its end.
#
#   ::fuzz::one BYTES    -> how it ended, a few words; raises an error that says what is wrong
#
# A refusal must be one of ours by its code and by its words: mapimport turns any error of a line into an {ACRE MAP}
# one, so a mistake in its own code would look like a bad log.  What is imported must be a map that `acre map check`
# takes, and must come out the same when it is shown again as a log, in three formats.

namespace eval ::fuzz {
    variable shown "" written ""
    # What may follow "FILE:LINE: ", or "FILE: " of what is no map once it was read.
    variable refusals {
        "no memory map found up to here; *"
        "no memory map found after this heading; *"
        "another * map, which differs from the one of line *; say which: --map * or --map *"
        "the map begins at 0x*, without low memory: its first lines are missing; *"
        "the map of line * has * of * entries: lines are missing"
        "entry * comes after * of them: lines of the map are missing"
        "range and number of pages disagree: '*'; was the line pasted whole?"
        "memory type unknown: '*'; it is none of EFI's; was the line pasted whole?"
        "limit is below base: '0x*'; was the line pasted whole?"
        "range does not fit in 64 bits: '0x*'; was the line pasted whole?"
        "memory type does not fit in 32 bits: '*'; was the line pasted whole?"
        "too many entries: '*'; a map has at most *"
        "not a range: '*'; was the line pasted whole?"
        "memory type unknown: '*'; Linux says *"
    }
}
::acre::paths::use err cmd_map

# No files and no words: the command's own code in between stays as it is.
proc ::acre::map::Load {file} { return $::fuzz::shown }
proc ::acre::map::write {map file} { set ::fuzz::written $map }
proc ::acre::cmdmap::puts {args} {}

proc ::fuzz::import {bytes} {
    variable shown $bytes
    variable written ""
    ::acre::cmdmap::Import {} log
    return $written
}

proc ::fuzz::refused {message options} {
    variable refusals
    if {[lrange [dict get $options -errorcode] 0 1] ne {ACRE MAP}} {
        error "not an error of ours: [dict get $options -errorcode] $message"
    }
    if {![regexp {^log:(?:[1-9]\d*:)? (.*)$} $message -> words]} {
        error "neither file nor line: $message"
    }
    foreach pattern $refusals {
        if {[string match $pattern $words]} {
            return "refused: $pattern"
        }
    }
    error "words that nobody knows: $message"
}

# `acre map check` of the map's text.  A log of a machine without usable memory makes a map that boots nothing: that is
# the one thing the check may say, and once the map says it too, it is content.
proc ::fuzz::checked {map} {
    variable shown [encoding convertto utf-8 [::acre::map::text $map]]
    lassign [::acre::cmdmap::CheckOne log] problems status
    if {$status == 1 && [llength $problems] == 1 &&
        [regexp {^log: expectation does not fit the entries: 'boots'; by the rules a kernel refuses: (.*)$} \
            [lindex $problems 0] -> why]} {
        set shown [regsub -line {^# expect: boots$} $shown "# expect: refuses: $why"]
        lassign [::acre::cmdmap::CheckOne log] problems status
        return [list $problems "no kernel boots it"]
    }
    return [list $problems "a kernel boots it"]
}

# The entries as Acre's own serial log shows them; as GRUB does; as Linux does where it can (it has no empty ranges).
proc ::fuzz::logs {entries} {
    set acre [list "TAP version 13"]
    set linux [list "BIOS-provided physical RAM map:"]
    set grub {}
    foreach entry $entries {
        lassign $entry base limit type
        lappend acre [format "# e820 0x%llx 0x%llx %lld 0x1" $base [expr {$limit - $base}] $type]
        lappend grub [format "base_addr = 0x%llx, length = 0x%llx, type = 0x%llx" $base [expr {$limit - $base}] $type]
        if {$limit > $base} {
            lappend linux [format {BIOS-e820: [mem 0x%016llx-0x%016llx] type %lld} $base [expr {$limit - 1}] $type]
        }
    }
    set low [lsearch -inline -glob [lmap entry $entries { expr {[lindex $entry 0] < 0x100000} }] 1]
    # Without a heading a map without low memory is one that was cut.
    return [list [join $acre \n] $entries [join $grub \n] [expr {$low eq "" ? "" : $entries}] [join $linux \n] \
        [lmap entry $entries {
        lassign $entry base limit
        expr {$limit > $base ? $entry : [continue]}
    }]]
}

proc ::fuzz::one {bytes} {
    if {[catch {import $bytes} map options]} {
        return [refused $map $options]
    }
    lassign [checked $map] problems end
    if {[llength $problems]} {
        error "acre map check says: [lindex $problems 0]"
    }
    # As the file has them: numbers, however the log wrote them.
    set entries [dict get [::acre::map::parse $::fuzz::shown log] map entries]
    foreach {text want} [logs $entries] {
        if {[llength $want] && [dict get [import $text] entries] ne $want} {
            error "shown again: [dict get [import $text] entries]; it was $want"
        }
    }
    return "imported, $end"
}
