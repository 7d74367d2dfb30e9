# SPDX-License-Identifier: Apache-2.0
#
# hang.tcl: the three clocks of a running case, and what kind of hang it is when one of them runs out.
#
# A guest that is quiet is looked at: twice halted with interrupts off means that nothing can wake it, so the case ends
# after about a second instead of at its limit.  At the silence limit the CPU tells a spin (it runs) from a wait (halted
# with interrupts on).  Registers are looked at only while the guest is quiet, so a good run pays nothing.

namespace eval ::acre::hang {
    variable IF 0x200
    # Looks at the CPU that decide between a spin and a wait, and seconds between them.  Who waits is found running when
    # a timer's interrupt has just woken him, so most of them count.
    variable LOOKS 5
    variable BETWEEN 0.05
}

# tick HANDLE: looks at the clocks, and comes back until the run is over.
proc ::acre::hang::tick {handle} {
    upvar #0 $handle run
    if {$run(end) ne "" || $run(gone)} {
        return
    }
    set run(ticker) [after [expr {int($::acre::drive::TICK * 1000)}] [list ::acre::hang::tick $handle]]
    if {$run(auditing) || $run(busy)} {
        return
    }
    set run(busy) 1
    try {
        Clocks $handle [::acre::drive::Seconds]
    } trap {ACRE EMULATOR} why {
        # An emulator that ends while it is asked tells more by its end.
        if {!$run(gone)} {
            ::acre::drive::End $handle emulator-error $why
        }
    } finally {
        set run(busy) 0
    }
}

proc ::acre::hang::Clocks {handle now} {
    upvar #0 $handle run
    set quiet [expr {$now - $run(last)}]
    if {$now - $run(start) > $run(total)} {
        Over $handle timeout "not finished within its total of [Shown $run(total)] s"
    } elseif {$run(first) eq "" && $now - $run(start) > $run(first-byte)} {
        Over $handle first-byte "no byte within [Shown $run(first-byte)] s"
    } elseif {$run(first) ne "" && $quiet > $run(silence)} {
        Silent $handle $quiet
    } elseif {$quiet > $::acre::drive::QUIET && $now - $run(sampled) > $::acre::drive::SAMPLE} {
        ::acre::drive::prompted $handle
        Halted $handle $now
    }
}

# A limit as a person says it: scaled ones have many digits.
proc ::acre::hang::Shown {seconds} {
    return [format %.4g $seconds]
}

# Where the CPU stands, in a few words; the emulator may be past telling.
proc ::acre::hang::Where {registers} {
    if {$registers eq ""} {
        return "the emulator does not say where"
    }
    return "rip [dict get $registers rip], cr3 [dict get $registers cr3]"
}

proc ::acre::hang::Over {handle end what} {
    upvar #0 $handle run
    catch {set run(registers) [$run(driver)::registers $handle]}
    if {!$run(gone)} {
        ::acre::drive::End $handle $end "$what; [Where $run(registers)]; [Last $handle]"
    }
}

# The last thing that the guest said.
proc ::acre::hang::Last {handle} {
    upvar #0 $handle run
    if {![file size [file join $run(dir) serial.log]]} {
        return "nothing was said"
    }
    set line [lindex [split [string trimright [Tail $handle]] \n] end]
    return "last line '[regsub -all {[^\x20-\x7e]} [string range $line end-79 end] ?]'"
}

# The last bytes that it said.
proc ::acre::hang::Tail {handle} {
    upvar #0 $handle run
    set channel [open [file join $run(dir) serial.log] rb]
    seek $channel [expr {max(0, [file size [file join $run(dir) serial.log]] - 200)}]
    set tail [read $channel]
    close $channel
    return $tail
}

# Two looks in a row, with no byte between them, that show a CPU which nothing will wake.
proc ::acre::hang::Halted {handle now} {
    variable IF
    upvar #0 $handle run
    # Who has a debugger there looks for himself, also at a guest that stands.
    if {[dict get $run(case) gdb] ne "" || ![$run(driver)::suspicious $handle]} {
        return
    }
    set registers [$run(driver)::registers $handle]
    set run(sampled) $now
    set dead [expr {[dict get $registers hlt] && !([dict get $registers rflags] & $IF)}]
    if {$dead && $run(sample) eq "dead"} {
        set run(registers) $registers
        ::acre::drive::End $handle dead-halt "halted with interrupts off; [Where $registers]; [Last $handle]"
    }
    set run(sample) [expr {$dead ? "dead" : ""}]
}

proc ::acre::hang::Silent {handle quiet} {
    variable LOOKS
    variable BETWEEN
    upvar #0 $handle run
    set running 0
    set rips {}
    for {set look 0} {$look < $LOOKS} {incr look} {
        set run(registers) [$run(driver)::registers $handle]
        incr running [expr {![dict get $run(registers) hlt]}]
        lappend rips [dict get $run(registers) rip]
        ::acre::drive::pause $BETWEEN
    }
    set where "[Where $run(registers)]; [Last $handle]"
    if {2 * $running > $LOOKS} {
        set at [join [lsort -unique $rips] " "]
        ::acre::drive::End $handle spin "silent for [Shown $run(silence)] s and running, at $at; $where"
    } else {
        ::acre::drive::End $handle silence "silent for [Shown $run(silence)] s, halted until an interrupt; $where"
    }
}
