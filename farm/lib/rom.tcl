# SPDX-License-Identifier: Apache-2.0
#
# Option ROMs that serve a memory map: the template farm/fakebios/fakebios.asm, filled in.  No assembler is needed here:
# the template ends in a directory that says where its fields are and which bit is which quirk, and the map table takes
# the directory's place.
#
#   template  [header|fields|code        |directory]
#   ROM       [header|fields|code        |table          |zeros up to a multiple of 2 KiB]
#
# Mistakes in what was asked for are raised with errorcode {ACRE ROM} and one line that names them.

namespace eval ::acre::rom {
    variable dir [file dirname [file normalize [info script]]]
    # POST looks for ROMs every 2 KiB; the header counts in 512 bytes; the code reaches 64 KiB of its segment.
    variable unit 2048
    variable headerUnit 512
    variable romMax 65536
    # Where the template says the directory is; the only offset known here.
    variable directoryAt 28
}

foreach module {quirks} {
    if {![namespace exists ::acre::$module]} {
        source [file join $::acre::rom::dir $module.tcl]
    }
}

# Writes to OUTFILE the option ROM that serves ENTRIES ({{base limit type} ...}; the length served is limit - base
# mod 2^64) and acts QUIRKS (words of quirks.tcl with their arguments).  TEMPLATE is the path of fakebios.bin.
# Returns the ROM's size in bytes.
proc ::acre::rom::make {entries quirks outfile {template ""}} {
    if {$template eq ""} {
        set template [::acre::paths::get fakebios]
    }
    set rom [bytes $entries $quirks [ReadBinary $template]]
    if {[catch {WriteBinary $outfile $rom} why]} {
        Refuse "cannot write option ROM '$outfile': $why; free some space there or name another directory"
    }
    return [string length $rom]
}

# The ROM's bytes, from the template's bytes.
proc ::acre::rom::bytes {entries quirks template} {
    set directory [Directory $template]
    set rom [string range $template 0 [dict get $directory code-end]-1]
    if {[::acre::quirks::conflict $quirks] ne ""} {
        Refuse [::acre::quirks::conflict $quirks]
    }
    foreach {field format value} [Fields $entries $quirks $directory] {
        set rom [Patch $rom [dict get $directory $field] $format $value]
    }
    append rom [Table $entries]
    return [Seal $rom $directory [llength $entries]]
}

# What E801 answers for ENTRIES: {KiB from 1 MiB to 16 MiB, blocks of 64 KiB from 16 MiB}, each as far as usable memory
# goes without a gap.
proc ::acre::rom::e801 {entries} {
    set low [expr {([UsableRun $entries 0x100000] >> 10) - 0x400}]
    set high [expr {([UsableRun $entries 0x1000000] >> 16) - 0x100}]
    return [list [expr {min($low, 0x3c00)}] [expr {min($high, 0xffff)}]]
}

# What AH=88h answers: KiB from 1 MiB without a gap, at most 63 MiB.
proc ::acre::rom::e88 {entries} {
    return [expr {min(([UsableRun $entries 0x100000] >> 10) - 0x400, 0xfc00)}]
}

# Where usable memory that starts at BASE ends; BASE if it does not start there.
#
#   usable        [========)[=====)     [====)
#   anything else                 [==)
#   BASE          ^ limit   ^ limit     ^ not reached        stop: first byte at or above BASE that is not usable
proc ::acre::rom::UsableRun {entries base} {
    set stop [expr {1 << 64}]
    set usable {}
    foreach entry $entries {
        lassign $entry first limit type
        set limit [expr {min($limit, 1 << 64)}]
        if {$type == 1} {
            lappend usable $first $limit
        } elseif {$limit > $base && $limit > $first} {
            set stop [expr {min($stop, max($first, $base))}]
        }
    }
    set end $base
    for {set before -1} {$before != $end} {} {
        set before $end
        foreach {first limit} $usable {
            if {$first <= $end && $limit > $end} {
                set end $limit
            }
        }
    }
    return [expr {min($end, $stop)}]
}

# {field format value ...}: all fields but size and checksum.
proc ::acre::rom::Fields {entries quirks directory} {
    lassign [e801 $entries] low high
    set bits 0
    set arguments {acpi-attr0-clear 0 ebda 0 fill 0}
    foreach quirk $quirks {
        lassign [::acre::quirks::split $quirk] word argument
        set bits [expr {$bits | 1 << [dict get $directory "quirk $word"]}]
        if {$argument ne ""} {
            dict set arguments $word $argument
        }
    }
    if {[::acre::quirks::has $quirks acpi-attr0-clear]} {
        # Attributes are only seen in entries of 24 bytes.
        set bits [expr {$bits | 1 << [dict get $directory "quirk size-24"]}]
        CheckEntryNumber [dict get $arguments acpi-attr0-clear] [llength $entries]
    }
    return [list quirks i $bits count s [llength $entries] attr0-entry s [dict get $arguments acpi-attr0-clear] \
        ebda s [dict get $arguments ebda] fill s [dict get $arguments fill] \
        e801-low s $low e801-high s $high 88 s [e88 $entries]]
}

proc ::acre::rom::CheckEntryNumber {number count} {
    if {$number > $count} {
        Refuse "quirk names an entry that the map does not have: 'acpi-attr0-clear:$number', the map has $count"
    }
}

# The map as the ROM holds it: base and length of 64 bits, type of 32 bits, little-endian.
proc ::acre::rom::Table {entries} {
    set table ""
    foreach entry $entries {
        lassign $entry base limit type
        if {$base < 0 || $base >> 64 || $type < 0 || $type >> 32} {
            Refuse "map entry does not fit E820's fields: '$entry'; base below 2^64, type below 2^32"
        }
        append table [binary format wwi $base [expr {($limit - $base) & ((1 << 64) - 1)}] $type]
    }
    return $table
}

# Pads ROM, sets its size byte, makes all bytes sum to 0 mod 256.
proc ::acre::rom::Seal {rom directory count} {
    variable unit
    variable headerUnit
    variable romMax
    set size [expr {([string length $rom] + $unit - 1) / $unit * $unit}]
    if {$size > $romMax} {
        set most [expr {($romMax - [dict get $directory code-end]) / [dict get $directory entry-bytes]}]
        Refuse "map has too many entries for the fake BIOS: $count, at most $most; serve a shorter map"
    }
    append rom [string repeat \0 [expr {$size - [string length $rom]}]]
    set rom [Patch $rom [dict get $directory size] c [expr {$size / $headerUnit}]]
    return [Patch $rom [dict get $directory checksum] c [expr {-[Sum $rom]}]]
}

# Sum of all bytes mod 256.
proc ::acre::rom::Sum {bytes} {
    binary scan $bytes cu* list
    return [expr {[::tcl::mathop::+ {*}$list] & 0xff}]
}

proc ::acre::rom::Patch {bytes at format value} {
    set new [binary format $format $value]
    return [string replace $bytes $at [expr {$at + [string length $new] - 1}] $new]
}

# The template's directory: dict name -> value, and code-end -> where the directory, later the table, begins.
proc ::acre::rom::Directory {template} {
    variable directoryAt
    if {[binary scan $template su@${directoryAt}su magic at] != 2 || $magic != 0xaa55
        || $at >= [string length $template]} {
        Refuse "fake BIOS template is damaged: no option ROM header in it; run 'make'"
    }
    set directory [dict create code-end $at]
    while {[binary scan $template @${at}su value] == 1} {
        set end [string first \0 $template $at+2]
        set name [string range $template $at+2 $end-1]
        if {$end < 0 || $name eq ""} {
            break
        }
        dict set directory $name $value
        set at [expr {$end + 1}]
    }
    return $directory
}

proc ::acre::rom::ReadBinary {path} {
    if {[catch {open $path rb} channel]} {
        Refuse "cannot read fake BIOS template '$path': $channel; run 'make'"
    }
    set bytes [read $channel]
    close $channel
    return $bytes
}

proc ::acre::rom::WriteBinary {path bytes} {
    set channel [open $path wb]
    try {
        puts -nonewline $channel $bytes
    } finally {
        close $channel
    }
}

proc ::acre::rom::Refuse {message} {
    return -level 2 -code error -errorcode {ACRE ROM} $message
}
