#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Quirk fill: what memory holds when the boot sector starts.  The guest is stopped at its first instruction and memory
# is read from outside, under each emulator that is installed.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
::acre::paths::use drive map rom
set points 15
tap::plan [expr {2 * $points}]

# A hole, an odd end, something that is not free, 4 MiB at the end that no entry has.
set entries {
    {0x0 0x9fc00 1} {0x9fc00 0xa0000 2} {0x100000 0x800000 1} {0x900000 0xa00001 1} {0xa01000 0xb00000 3}
    {0xc00000 0x1c00000 1} {0x100000000 0x140000000 1}
}
# Places and whether they are filled.  Bochs's BIOS has its stack below 0x90000 when it boots.
set all_places {
    0x500 1 0x6000 1 0x8000 1 0x8f000 1 0x90000 0 0x100000 1 0x7ffffc 1 0x800000 0 0x8ffffc 0 0x900000 1 0x9ffffc 1
    0xa00000 0 0xa01000 0 0xc00000 1 0x1bffffc 1 0x1c00000 0
}
proc look {handle} {
    set ::seen {}
    foreach {place filled} $::places {
        lappend ::seen $place [binary encode hex [::acre::drive::readphys $handle $place 4]]
    }
    set ::sector [::acre::drive::readphys $handle 0x7c00 512]
    set ::cr0 [dict get [::acre::drive::registers $handle] cr0]
}
proc booted {emulator quirks {memory 32M}} {
    set rom [file join [tap::tmp] fill.rom]
    ::acre::rom::make $::entries $quirks $rom
    set ::seen {}
    return [drv::boot [drv::probe ok] [dict create emulator $emulator memory [::acre::machine::bytes $memory] rom $rom \
        audit-address 0x7c00 on-audit look]]
}

foreach {emulator tool package} {qemu qemu-system-x86_64 qemu-system-x86 bochs bochs bochs} {
    if {[auto_execok $tool] eq ""} {
        for {set point 0} {$point < $points} {incr point} {
            tap::skip $emulator "needs $tool (Debian package $package)"
        }
        continue
    }
    set places $all_places
    foreach word {a5a5 00ff} {
        set run [booted $emulator fill:0x$word]
        set bytes [string range $word 2 3][string range $word 0 1]
        set wrong {}
        foreach {place filled} $places {
            if {([dict get $seen $place] eq "$bytes$bytes") != $filled} {
                lappend wrong $place [dict get $seen $place]
            }
        }
        tap::is $wrong "" "$emulator, $word: what is usable is filled, and nothing else"
        tap::is [expr {$sector eq [drv::slurp [drv::probe ok]]}] 1 "... the boot sector is there"
        tap::is [expr {$cr0 & 0x80000001}] 0 "... in real mode"
        tap::is [dict get $run end] exit "... and runs to its end"
    }
    # What goes with it, and what it does not touch.
    set run [booted $emulator {fill:0x1234 ebda:0x9000 clobber-es df-set}]
    tap::is [dict get $seen 0x100000] 34123412 "$emulator: with other quirks"
    tap::is [dict get $run end] exit "... to the end"
    set run [booted $emulator clobber-es]
    tap::is [dict get $seen 0x100000] 00000000 "$emulator: without the word memory is as the emulator made it"
    # 4 GiB at once: the budget, and an entry that reaches beyond.
    set keep $entries
    set entries {{0x0 0x9fc00 1} {0x100000 0xb0000000 1}}
    set places {0x100000 1 0x8000000 1 0x8020000 1 0x8100000 0 0x20000000 0}
    set run [booted $emulator fill:0xa5a5 640M]
    tap::is $seen {0x100000 a5a5a5a5 0x8000000 a5a5a5a5 0x8020000 a5a5a5a5 0x8100000 00000000 0x20000000 00000000} \
        "$emulator: 128 MiB of all together"
    tap::is [dict get $run end] exit "... to the end"
    set places {0x9fc00 0}
    set entries {{0x0 0x2000000 1}}
    set run [booted $emulator fill:0xa5a5]
    tap::ok [expr {[dict get $seen 0x9fc00] ne "a5a5a5a5"}] "$emulator: an entry through the EBDA leaves it alone" $seen
    tap::is [dict get $run end] exit "... to the end"
    set entries $keep
}
tap::done
