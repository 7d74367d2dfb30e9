#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# The fake BIOS where POST puts it: maps served by a real option ROM reach a boot sector entry by entry, the same under
# every emulator, from floppy and from disk, and so do the E801 and 88h figures.

source [file join $::env(srcdir) fakebios.tcl]

# What e820dump must print for ENTRIES, continuation values apart (they are the BIOS's own): list of "BASE LENGTH TYPE".
proc wanted {entries} {
    set lines {}
    foreach entry $entries {
        lassign $entry base limit type
        set length [expr {($limit - $base) & 0xffffffffffffffff}]
        lappend lines [format "%016llX %016llX %08X" $base $length $type]
    }
    return $lines
}

# The same from what it printed, and what is odd about a line: size, signature, carry, or EBX 0 anywhere but at the end.
proc got {log} {
    set lines {}
    set odd {}
    foreach line [lsearch -all -inline -regexp [split $log \n] {^e820 }] {
        lassign $line - base length type attributes ecx ebx eax carry
        if {$ebx eq "00000000"} {
            lappend odd "end after [llength $lines]"
        }
        lappend lines "$base $length $type"
        if {[list $attributes $ecx $eax $carry] ne {FFFFFFFF 00000014 534D4150 0}} {
            lappend odd $line
        }
    }
    return [list $lines $odd]
}

proc first_difference {got want} {
    foreach g $got w $want {
        if {$g ne $w} {
            return "of [llength $want] entries, got [llength $got]; first difference:\ngot:  $g\nwant: $w"
        }
    }
}

proc check {what log entries low high kib} {
    lassign [got $log] lines odd
    set want [wanted $entries]
    tap::ok [expr {$lines eq $want}] "$what: [llength $entries] entries as in the map" [first_difference $lines $want]
    tap::is $odd [list "end after [expr {[llength $entries] - 1}]"] \
        "$what: 20 bytes each, signature, no carry, EBX 0 last"
    set tail [format "e801 %04X %04X %04X %04X 0\n88 %04X 0\ne820dump end\n" $low $high $low $high $kib]
    tap::like $log *\n$tail "$what: E801 and 88h follow from the map"
}

set tmp [tap::tmp]
fb::image [fb::product e820dump.bin] $tmp/dump.img

# The largest ROM: as many one-page entries as there is room for.
proc largest {} {
    set directory [::acre::rom::Directory [fb::template]]
    set entries {}
    for {set i 0} {$i < (65536 - [dict get $directory code-end]) / [dict get $directory entry-bytes]} {incr i} {
        lappend entries [list [expr {0x100000 + $i * 0x2000}] [expr {0x101000 + $i * 0x2000}] [expr {$i % 7 + 1}]]
    }
    return $entries
}

# name, drive, KiB of E801's AX, blocks of its BX, KiB of 88h (worked out by hand from the map)
set cases {
    bochs-bios-own-64m floppy 0x3c00 0x2ff 0xfbc0
    bochs-bios-own-64m disk 0x3c00 0x2ff 0xfbc0
    limine-413-312-entries disk 0x3c00 0x300 0xfc00
    c-1000-entries floppy 0x3c00 0x100 0x7c04
    c-wrap-64bit-usable floppy 0x3c00 0x700 0xfc00
    c-length-max floppy 0x3c00 0xffff 0xfc00
    xen-83ac5ab54b-640k-1m-ram disk 0x3c00 0x300 0xfc00
    linux-isa-hole-e801 floppy 0x3800 0x300 0x3800
}
fb::plan [expr {3 * ([llength $cases] / 5 + 1)}]

foreach emulator [fb::emulators] {
    foreach {name drive low high kib} $cases {
        ::acre::rom::WriteBinary $tmp/map.rom [fb::rom [fb::map $name] {}]
        set log [fb::boot $emulator $drive $tmp/dump.img $tmp/map.rom]
        check "$emulator, $name, $drive" $log [fb::map $name] $low $high $kib
    }
    ::acre::rom::WriteBinary $tmp/map.rom [fb::rom [largest] {}]
    check "$emulator, 64 KiB ROM, floppy" [fb::boot $emulator floppy $tmp/dump.img $tmp/map.rom] [largest] 4 0 4
}
tap::done
