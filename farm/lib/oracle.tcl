# SPDX-License-Identifier: Apache-2.0
#
# The oracle: what a correct kernel must make of a memory map.
#
# Written from the rules (ACPI specification chapter 15, the INT 15h interfaces, doc/maps.md) and from nothing else; it
# shares no code and no thought with the kernel, so that two mistakes have to meet before a wrong number passes.
#
# The way from the map to the verdict:
#   1. answer   what the three BIOS calls say, given the map and the quirks (E820, else E801, else AH=88h)
#   2. usable   bytes some entry calls usable minus bytes any entry calls something else, ends saturating at 2^64,
#               then shrunk inwards to frames, then clipped to [0x1000, low-limit) and [1 MiB, 2^phys-bits)
#   3. verdict  enough frames below 4 GiB: boots; else refuses, and why
#
# FACTS (a dict; what is missing has the default): phys-bits (40), ebda-pointer (word at 0x40e, a segment: what the
# quirk ebda says, else 0x9fc0), base-memory-kib (word at 0x413, INT 12h: 639), needed-frames (frames the kernel needs
# below 4 GiB: 1).

namespace eval ::acre::oracle {
    variable dir [file dirname [file normalize [info script]]]
    variable defaults {phys-bits 40 ebda-pointer 0x9fc0 base-memory-kib 639 needed-frames 1}
    # Type 1 of ACPI table 15.4; each other number is something that is not free memory.
    variable usableType 1
    # E801: AX counts KiB from 1 MiB to 16 MiB, BX counts 64 KiB blocks from 16 MiB, both are words.
    variable e801Low [expr {1 << 20}]
    variable e801High [expr {16 << 20}]
    variable e801LowMax 0x3c00
    variable e801HighMax 0xffff
    # AH=88h counts KiB from 1 MiB; BIOSes stop at 63 MiB.
    variable e88Max 0xfc00
}

foreach module {quirks interval} {
    if {![namespace exists ::acre::$module]} {
        source [file join $::acre::oracle::dir $module.tcl]
    }
}

# The verdict on a machine whose BIOS has ENTRIES ({{base limit type} ...}, as served) and QUIRKS. Returns a dict:
#   outcome boots|refuses, why TEXT ("" if it boots), map-source e820|e801|88|none, entries-seen N (entries of E820
#   that the kernel accepts; 0 on a fallback), low-limit N, usable {{base limit} ...} (whole frames, ascending),
#   frames N, frames-above-1m N, frames-below-4g N.
proc ::acre::oracle::judge {entries quirks {facts {}}} {
    variable defaults
    set facts [dict merge $defaults [Pointer $quirks] $facts]
    set answer [Answer $entries $quirks $facts]
    set usable [Usable [dict get $answer entries] $facts]
    set below [Frames [::acre::interval::intersect $usable [list [list 0 [Layout PHYS32_LIMIT]]]]]
    set high [::acre::interval::subtract $usable [list [list 0 [Layout HIMEM_BASE]]]]
    set why [dict get $answer why]
    if {$why eq ""} {
        set why [Shortage [Frames $usable] $below [dict get $facts needed-frames]]
    }
    return [dict create outcome [expr {$why eq "" ? "boots" : "refuses"}] why $why \
        map-source [dict get $answer source] entries-seen [dict get $answer seen] low-limit [LowLimit $facts] \
        usable $usable frames [Frames $usable] frames-above-1m [Frames $high] frames-below-4g $below]
}

# What the quirks alone say about the machine: {ebda-pointer WORD} for "ebda:WORD", else {}.
proc ::acre::oracle::Pointer {quirks} {
    foreach quirk $quirks {
        lassign [::acre::quirks::split $quirk] word arg
        if {$word eq "ebda"} {
            return [list ebda-pointer $arg]
        }
    }
    return {}
}

# Why a kernel that needs NEEDED frames below 4 GiB cannot run, or "".
proc ::acre::oracle::Shortage {all below needed} {
    if {$all == 0} {
        return "no usable memory"
    }
    if {$below >= $needed} {
        return ""
    }
    return "too little memory: $below usable frames below 4 GiB, $needed needed"
}

# --- 2. from entries to frames -------------------------------------------------------------------------------------

# The usable frames of ENTRIES as an interval list.
#
#   type 1   [=========================)   [=====)
#   others          [==)          [=========)
#   frames   |  .  |  .  |  .  |  .  |  .  |  .  |
#   usable   [=====)     [=====)                        frame 0, EBDA to 1 MiB, above 2^phys-bits: never
proc ::acre::oracle::Usable {entries facts} {
    set low [list [Layout FRAME_SIZE] [LowLimit $facts]]
    set high [list [Layout HIMEM_BASE] [expr {1 << [dict get $facts phys-bits]}]]
    return [::acre::interval::intersect [whole $entries] [list $low $high]]
}

# whole ENTRIES -> the frames, as an interval list, all of whose bytes some entry calls usable and none anything else,
# wherever they are.
proc ::acre::oracle::whole {entries} {
    variable usableType
    set yes {}
    set no {}
    foreach entry $entries {
        lassign $entry base limit type
        set range [list $base [expr {min($limit, 1 << 64)}]]
        if {$type == $usableType} {
            lappend yes $range
        } else {
            lappend no $range
        }
    }
    return [::acre::interval::trim [::acre::interval::subtract $yes $no] [Layout FRAME_SIZE]]
}

# First byte of low memory that is not free: the frame in which the EBDA starts. The pointer is firmware's word and
# believed only if it points somewhere an EBDA can be.
proc ::acre::oracle::LowLimit {facts} {
    set ebda [expr {[dict get $facts ebda-pointer] << 4}]
    if {$ebda < [Layout EBDA_BASE] || $ebda >= [Layout LOWMEM_LIMIT]} {
        set ebda [Layout EBDA_DEFAULT_BASE]
    }
    return [expr {$ebda / [Layout FRAME_SIZE] * [Layout FRAME_SIZE]}]
}

proc ::acre::oracle::Frames {list} {
    return [expr {[::acre::interval::size $list] / [Layout FRAME_SIZE]}]
}

# --- 1. what the BIOS says -----------------------------------------------------------------------------------------

# dict {source S seen N why TEXT entries LIST}: the entries a correct kernel goes by, and where from.
proc ::acre::oracle::Answer {entries quirks facts} {
    set got [E820 $entries $quirks]
    set count [llength $got]
    if {$count > [Layout E820_MAX]} {
        set why "too many map entries: $count, at most [Layout E820_MAX]"
        return [dict create source e820 seen $count why $why entries {}]
    }
    if {$count > 0} {
        return [dict create source e820 seen $count why "" entries [Attributes $got $quirks $facts]]
    }
    set ranges [E801 $entries $quirks]
    set source e801
    if {![llength $ranges]} {
        set ranges [E88 $entries $quirks]
        set source 88
    }
    if {![llength $ranges]} {
        return [dict create source none seen 0 why "no usable memory" entries {}]
    }
    # INT 12h is the only one to speak of memory below 1 MiB when E820 does not.
    lappend ranges [list 0 [expr {[dict get $facts base-memory-kib] << 10}] 1]
    return [dict create source $source seen 0 why "" entries $ranges]
}

# delivered ENTRIES QUIRKS -> the entries that E820's calls deliver, as served; {} if the whole answer must be rejected.
proc ::acre::oracle::delivered {entries quirks} {
    return [E820 $entries $quirks]
}

# The entries the E820 calls deliver; {} if the whole answer must be rejected.
proc ::acre::oracle::E820 {entries quirks} {
    set has [list ::acre::quirks::has $quirks]
    if {[{*}$has e820-unsupported] || [{*}$has e820-empty] || [{*}$has short-entry]} {
        return {}
    }
    # One call an entry; a BIOS that repeats its last entry is asked once more before that shows. The signature is
    # wrong from the fourth call on, which a list of three or fewer never gets to.
    set calls [expr {[llength $entries] + [{*}$has repeat-last]}]
    if {[{*}$has smap-lost-after-3] && $calls > 3} {
        return {}
    }
    # Carry means that the call returned nothing, so what was written along with it is not an entry.
    if {[{*}$has carry-with-last]} {
        return [lrange $entries 0 end-1]
    }
    return $entries
}

# ACPI 3.0: an entry whose attribute bit 0 is clear is to be ignored. A BIOS that leaves nothing usable that way has
# bogus attributes, and they are ignored instead.
proc ::acre::oracle::Attributes {entries quirks facts} {
    if {[::acre::quirks::has $quirks ecx-ignored-20]} {
        return $entries
    }
    set kept {}
    set number 0
    foreach entry $entries {
        incr number
        if {"acpi-attr0-clear" ni $quirks && "acpi-attr0-clear:$number" ni $quirks} {
            lappend kept $entry
        }
    }
    if {[llength [Usable $kept $facts]]} {
        return $kept
    }
    return $entries
}

# E801's answer as entries; {} if there is none.
proc ::acre::oracle::E801 {entries quirks} {
    variable e801Low
    variable e801High
    if {[::acre::quirks::has $quirks e801-unsupported]} {
        return {}
    }
    # e801-cxdx moves the figures from AX and BX to CX and DX, where they are read just as well.
    lassign [e801 $entries] kib blocks
    if {$kib == 0 && $blocks == 0} {
        return {}
    }
    return [list [list $e801Low [expr {$e801Low + ($kib << 10)}] 1] \
        [list $e801High [expr {$e801High + ($blocks << 16)}] 1]]
}

# The registers E801 returns for ENTRIES: {KiB from 1 MiB, 64 KiB blocks from 16 MiB}.
proc ::acre::oracle::e801 {entries} {
    variable e801Low
    variable e801High
    variable e801LowMax
    variable e801HighMax
    return [list [expr {min([Contiguous $entries $e801Low] >> 10, $e801LowMax)}] \
        [expr {min([Contiguous $entries $e801High] >> 16, $e801HighMax)}]]
}

# AH=88h's answer as entries; {} if the call does not exist.
proc ::acre::oracle::E88 {entries quirks} {
    variable e801Low
    if {[::acre::quirks::has $quirks 88-unsupported]} {
        return {}
    }
    return [list [list $e801Low [expr {$e801Low + ([e88 $entries] << 10)}] 1]]
}

# KiB from 1 MiB that AH=88h returns in AX for ENTRIES.
proc ::acre::oracle::e88 {entries} {
    variable e801Low
    variable e88Max
    return [expr {min([Contiguous $entries $e801Low] >> 10, $e88Max)}]
}

# Bytes usable without a gap from address FROM up.
proc ::acre::oracle::Contiguous {entries from} {
    variable usableType
    set yes {}
    set no {}
    foreach entry $entries {
        lassign $entry base limit type
        lappend [expr {$type == $usableType ? "yes" : "no"}] [list $base [expr {min($limit, 1 << 64)}]]
    }
    foreach piece [::acre::interval::subtract $yes $no] {
        lassign $piece base limit
        if {$base <= $from && $from < $limit} {
            return [expr {$limit - $from}]
        }
    }
    return 0
}

# A value of src/x86_64/layout.h, by its name without LAYOUT_.
proc ::acre::oracle::Layout {name} {
    if {![info exists ::layout::LAYOUT_$name]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
    return [set ::layout::LAYOUT_$name]
}
