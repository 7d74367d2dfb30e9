# SPDX-License-Identifier: Apache-2.0
#
# dumptake.tcl: the memory of a guest at its end, as an ELF core (dumpcore.tcl): for a CASE with a `dump`, the path of
# the file.  Part of a run of drive.tcl.
#
# Such a guest has no way to end its emulator: QEMU has no exit port and Bochs no Shutdown port.  So after its last line
# it halts for ever, is found by the clocks of hang.tcl, and stands there with all that it had.  A halt after an exit
# line is then the end that it would have been.
#
# QEMU's RAM is the file itself, from the start: shared, sparse, and complete the moment the guest stands.  Bochs's
# debugger writes only what stands at linear addresses, so a page of 2 MiB is led over the whole of its RAM: an entry of
# the page directory that frame 0 is made into for that time.  What frame 0 and the PML4 held is read before, and put
# into the dump as it was.

::acre::paths::use dumpcore

namespace eval ::acre::dumptake {
    variable PIECE 0x200000
    variable FILE dump.bin
    # Entry of the PML4 that leads to the window; of the page directory that is the window.
    variable SLOT 255
    variable WINDOW 1
}

# part CASE -> path of the file that becomes the dump.
proc ::acre::dumptake::part {case} {
    return [dict get $case dump].part[pid]
}

# prepare HANDLE: makes that file, as large as the RAM and without a block.  Raises {ACRE CASE}.
proc ::acre::dumptake::prepare {handle} {
    upvar #0 $handle run
    set part [part $run(case)]
    lappend run(files) $part
    if {[catch {
        set channel [open $part wb]
        chan truncate $channel [dict get $run(case) memory]
        close $channel
    } why]} {
        return -code error -errorcode {ACRE CASE} "cannot write the dump: [string trim [lindex [split $why :] end]]"
    }
}

# settle HANDLE: what the end means that hang.tcl found.
proc ::acre::dumptake::settle {handle} {
    upvar #0 $handle run
    if {$run(end) ne "dead-halt"} {
        return
    }
    set last [lindex [::acre::patterns::lines [::acre::hang::Tail $handle]] end]
    if {[::acre::patterns::match exit $last code]} {
        set run(end) exit
        set run(guest-exit) $code
        set run(detail) "the guest said exit $code and halted"
    }
}

# take HANDLE: the dump, after the end and before the emulator is gone.  What goes wrong is in run(dumped), which is
# "ok" when all is well.
proc ::acre::dumptake::take {handle} {
    upvar #0 $handle run
    settle $handle
    if {$run(gone)} {
        set run(dumped) "the emulator was gone"
        return
    }
    set part [part $run(case)]
    try {
        set registers [::acre::dumpcore::registers [$run(driver)::state $handle]]
        if {[dict get $run(case) emulator] eq "bochs"} {
            Copy $handle $part $registers
        }
        ::acre::dumpcore::finish $part $run(case) [Fault $handle $registers]
        file rename -force -- $part [dict get $run(case) dump]
        set run(dumped) ok
    } trap {ACRE EMULATOR} why {
        set run(dumped) $why
    } trap POSIX why {
        set run(dumped) $why
    }
}

# The registers as a triple fault found them: Bochs has reset the CPU since.
proc ::acre::dumptake::Fault {handle registers} {
    upvar #0 $handle run
    if {$run(end) ne "triple-fault" || $run(registers) eq ""} {
        return $registers
    }
    return [dict merge $registers [dict map {name number} $run(registers) {expr {$number + 0}}]]
}

# Bochs: all of RAM into the file PART.
proc ::acre::dumptake::Copy {handle part registers} {
    variable PIECE
    set memory [dict get [set ${handle}(case)] memory]
    set paged [expr {([dict get $registers cr0] & $::acre::dumpcore::CR0_PG) != 0}]
    if {$paged && !([dict get $registers efer] & $::acre::dumpcore::EFER_LMA)} {
        return -code error -errorcode {ACRE EMULATOR} "Bochs's debugger cannot read all memory of a guest that is in\
            32-bit paging"
    }
    set kept [expr {$paged ? [Open $handle $registers] : {}}]
    set out [open $part rb+]
    try {
        for {set at 0} {$at < $memory} {incr at $PIECE} {
            Sparse $out $at [Piece $handle $at [expr {min($PIECE, $memory - $at)}] $paged]
        }
        # The bytes that the window changed.
        foreach {phys bytes} $kept {
            seek $out $phys
            puts -nonewline $out $bytes
        }
    } finally {
        close $out
    }
}

# Makes frame 0 a page-directory-pointer table whose first entry is itself as page directory -> {PHYS BYTES ...} as it
# was before.
proc ::acre::dumptake::Open {handle registers} {
    variable SLOT
    set entry [expr {([dict get $registers cr3] & $::acre::pagewalk::ADDRESS_MASK) + 8 * $SLOT}]
    set kept [list 0 [::acre::bochs::readphys $handle 0 4096] $entry [::acre::bochs::readphys $handle $entry 8]]
    Put $handle $entry 3
    Put $handle 0 3
    return $kept
}

# A quadword of physical memory: the debugger takes four bytes at a time.
proc ::acre::dumptake::Put {handle phys value} {
    foreach {at half} [list $phys [expr {$value & 0xffffffff}] [expr {$phys + 4}] [expr {$value >> 32}]] {
        ::acre::bochs::monitor $handle [format "setpmem 0x%llx 4 0x%llx" $at $half]
    }
}

# BYTES of physical memory from PHYS on, which is a multiple of PIECE.
proc ::acre::dumptake::Piece {handle phys bytes paged} {
    variable FILE
    variable SLOT
    variable WINDOW
    variable PIECE
    set linear $phys
    if {$paged} {
        Put $handle [expr {8 * $WINDOW}] [expr {$phys | 0x83}]
        set linear [expr {($SLOT << 39) + $WINDOW * $PIECE}]
    }
    ::acre::bochs::monitor $handle [format {writemem "%s" 0x%llx 0x%llx} $FILE $linear $bytes]
    set path [file join [set ${handle}(dir)] $FILE]
    set in [open $path rb]
    set read [read $in]
    close $in
    file delete -- $path
    if {[string length $read] != $bytes} {
        return -code error -errorcode {ACRE EMULATOR} [format "Bochs's debugger wrote %d of %d bytes from physical\
            0x%llx on" [string length $read] $bytes $phys]
    }
    return $read
}

# Writes the frames that are not zero.
proc ::acre::dumptake::Sparse {out at bytes} {
    set zeros [string repeat \0 4096]
    for {set from 0} {$from < [string length $bytes]} {incr from 4096} {
        set frame [string range $bytes $from [expr {$from + 4095}]]
        if {$frame ne $zeros} {
            seek $out [expr {$at + $from}]
            puts -nonewline $out $frame
        }
    }
}
