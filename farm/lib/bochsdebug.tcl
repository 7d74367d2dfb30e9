# SPDX-License-Identifier: Apache-2.0
#
# bochsdebug.tcl: Bochs's debugger, at whose prompt a guest is looked at (bochs.tcl starts it).
#
# A prompt does not end in a line end, so each command is followed by a sum (calc), whose answer shows that the
# command's own is complete.  Prompts are numbered, <bochs:1> and on, one for each line that was read at one; so the
# guest stands when the number is that of the next line.
#
# A guest that runs is stopped by INT, which the debugger heeds even while the CPU is halted.  But `c` forgets an INT
# that came before it was carried out, and one that comes while a line is read takes letters away; so INT is only sent
# some time after the echo of the last `c`.  Seen with Bochs 2.7 and readline 8.2: one `c` in ten that was followed by
# INT at once.

namespace eval ::acre::bochs {
    # What the marker sums are counted up from.
    variable marker 44000
    # Commands that are sent at once.  A terminal's queue takes 4096 bytes and drops the rest.
    variable BATCH 32
    # Milliseconds: until a `c` that was read is carried out, between two INTs, and that a guest gets which comes to
    # stand by itself.
    variable CARRIED_OUT 30
    variable AGAIN 2000
    variable BY_ITSELF 5000
}

# What comes on Bochs's screen.
proc ::acre::bochs::screen {handle} {
    upvar #0 $handle run
    set new [string range $run(screen) $run(screened) end]
    set run(screened) [string length $run(screen)]
    Prompts $handle $new
    if {$run(marker) ne ""} {
        # Hundreds of lines may come in answer to one command: they are not looked at one by one.
        append run(answer) $new
        Answered $handle
        return
    }
    foreach line [::acre::patterns::feed run(screenheld) $new] {
        if {[::acre::patterns::match bochs-breakpoint $line]} {
            after 0 [list ::acre::drive::Safely $handle ::acre::bochs::Stopped]
        }
    }
}

# The last prompt that came, and when a `c` was read there, 0 if none was.
proc ::acre::bochs::Prompts {handle new} {
    upvar #0 $handle run
    append run(heard) $new
    foreach {- number line} [regexp -all -inline {<bochs:(\d+)> (c\r?\n)?} $run(heard)] {
        set run(prompt) $number
        set run(taken) [expr {$line ne "" ? [clock milliseconds] : 0}]
    }
    set run(heard) [string range $run(heard) end-63 end]
}

proc ::acre::bochs::Stands {handle} {
    upvar #0 $handle run
    return [expr {$run(prompt) == $run(lines) + 1}]
}

proc ::acre::bochs::Send {handle args} {
    upvar #0 $handle run
    incr run(lines) [llength $args]
    exp_send -i $run(spawn) -- "[join $args \n]\n"
}

# Whether an INT would be heeded now: `c` is read, and carried out, too.
proc ::acre::bochs::Heeds {handle} {
    variable CARRIED_OUT
    upvar #0 $handle run
    return [expr {$run(lines) == 0 || ($run(taken) && [clock milliseconds] - $run(taken) >= $CARRIED_OUT)}]
}

# Waits until the guest stands; from DELAY milliseconds on it is told to.  One that comes to stand by itself is seen at
# its prompt.
proc ::acre::bochs::Stand {handle delay} {
    variable AGAIN
    upvar #0 $handle run
    set next $delay
    for {set ms 0} {$ms < $delay + 1000 * $::acre::drive::PATIENCE && !$run(gone) && ![Stands $handle]} {incr ms 10} {
        if {$ms >= $next && [Heeds $handle]} {
            catch {exec kill -INT $run(pid)}
            set next [expr {$ms + $AGAIN}]
        }
        if {$ms < $delay} {
            ::acre::drive::until $handle prompt 0.01
        } else {
            after 10 [list set ${handle}(stopping) $ms]
            vwait ${handle}(stopping)
        }
    }
}

# Whether the marker's sum is the last whole line that came, and the next prompt, too: a guest that is not seen to stand
# is taken for one that runs.  If so, the answer is what stands before that line.
proc ::acre::bochs::Answered {handle} {
    upvar #0 $handle run
    set end [string last \n $run(answer)]
    set start [string last \n $run(answer) [expr {$end - 1}]]
    set line [regsub -all {<bochs:\d+> } [string range $run(answer) $start+1 $end] {}]
    if {[::acre::patterns::match bochs-calc $line value] && $value eq $run(marker) && [Stands $handle]} {
        set run(answer) [string range $run(answer) 0 $start]
        set run(marker) ""
    }
}

# monitor HANDLE COMMAND -> its text; the guest must stand.
proc ::acre::bochs::monitor {handle command} {
    return [lindex [monitors $handle [list $command]] 0]
}

# monitors HANDLE COMMANDS -> their texts; one wait for as many as a terminal's queue has room for.
proc ::acre::bochs::monitors {handle commands} {
    variable BATCH
    set texts {}
    while {$commands ne ""} {
        lappend texts {*}[Batch $handle [lrange $commands 0 $BATCH-1]]
        set commands [lrange $commands $BATCH end]
    }
    return $texts
}

proc ::acre::bochs::Batch {handle commands} {
    variable marker
    upvar #0 $handle run
    set first [expr {$run(lines) + 1}]
    set run(answer) ""
    set run(marker) [incr marker]
    Send $handle {*}$commands "calc $marker"
    set timer [after [expr {$::acre::drive::PATIENCE * 1000}] [list set ${handle}(marker) none]]
    while {$run(marker) eq $marker && !$run(gone)} {
        vwait ${handle}(marker)
    }
    after cancel $timer
    if {$run(marker) eq ""} {
        set texts [Texts $run(answer) $first [concat $commands [list "calc $marker"]]]
        if {[llength $texts] == [llength $commands]} {
            return $texts
        }
    }
    set run(marker) ""
    return -code error -errorcode {ACRE EMULATOR} "Bochs's debugger did not answer '[join $commands {', '}]'"
}

# The texts in an ANSWER to COMMANDS, the last of which is the marker's sum and has none.  The N-th was read at prompt
# FIRST + N - 1, so its text ends where the next prompt stands; fewer, if one is missing.  The terminal's echo is no
# answer; of the first prompt a part may have come, and gone, before.
proc ::acre::bochs::Texts {answer first commands} {
    set echo [concat {*}[lmap command $commands {list $command\n ""}]]
    set answer [string map {\r ""} $answer]
    return [lmap command [lrange $commands 0 end-1] {
        set end [string first "<bochs:[incr first]> " $answer]
        if {$end < 0} break
        set text [string range $answer 0 $end-1]
        set answer [string range $answer $end end]
        string map $echo [regsub {^[<bochs:]*\d*>? } $text {}]
    }]
}

# The guest stands at the audit address.
proc ::acre::bochs::Stopped {handle} {
    variable BY_ITSELF
    upvar #0 $handle run
    if {$run(end) ne "" || $run(gone) || $run(audited)} {
        return
    }
    Stand $handle $BY_ITSELF
    ::acre::drive::audit $handle
    Go $handle
    ::acre::drive::resumed $handle
}

proc ::acre::bochs::Go {handle} {
    upvar #0 $handle run
    if {!$run(gone)} {
        Send $handle c
    }
}

# registers HANDLE: of a standing guest; a running one is stopped for the moment.
proc ::acre::bochs::registers {handle} {
    set running [expr {![Stands $handle]}]
    Stand $handle 0
    set registers [Parse [join [monitors $handle {r creg}] ""]]
    dict set registers hlt [Halted $handle [dict get $registers rip] $running]
    if {$running} {
        Go $handle
    }
    return $registers
}

# The CPU in the debugger's own words; the guest stands from then on.  After a reset, its own or a triple fault's, the
# debugger stands by itself.
proc ::acre::bochs::state {handle} {
    variable BY_ITSELF
    upvar #0 $handle run
    Stand $handle [expr {$run(end) in {reset triple-fault} ? $BY_ITSELF : 0}]
    return [join [monitors $handle {r sreg creg}] ""]
}

proc ::acre::bochs::Parse {text} {
    set registers {}
    foreach {name form} {
        rip {rip: ([0-9a-f_]+)} rsp {rsp: ([0-9a-f_]+)} rflags {eflags 0x([0-9a-f]+)} cr0 {CR0=0x([0-9a-f]+)}
        cr2 {laddr=0x([0-9a-f]+)} cr3 {CR3=0x([0-9a-f]+)} cr4 {CR4=0x([0-9a-f]+)} efer {EFER=0x([0-9a-f]+)}
    } {
        if {![regexp $form $text - value]} {
            return -code error -errorcode {ACRE EMULATOR} "Bochs's registers have no $name"
        }
        dict set registers $name [format 0x%llx 0x[string map {_ {}} $value]]
    }
    return $registers
}

# Whether the CPU stands in a HLT: Bochs does not say so, but the instruction before RIP is one.
proc ::acre::bochs::Halted {handle rip running} {
    upvar #0 $handle run
    if {!$running || $rip == 0} {
        return 0
    }
    set text [monitor $handle [format "x /1bx cs:0x%llx" [expr {$rip - 1}]]]
    return [regexp {:\s+0xf4\s*$} [string trim $text]]
}

# readphys through the debugger's dump of physical memory, 512 quadwords at a time.
proc ::acre::bochs::readphys {handle address length} {
    set bytes ""
    for {set at 0} {$at < $length} {incr at 4096} {
        set count [expr {(min(4096, $length - $at) + 7) / 8}]
        set text [monitor $handle [format "xp /%dgx 0x%llx" $count [expr {$address + $at}]]]
        set words [regexp -all -inline {\t0x[0-9a-f]+} $text]
        if {[llength $words] != $count} {
            return -code error -errorcode {ACRE EMULATOR} \
                "no memory at physical [format 0x%llx [expr {$address + $at}]]"
        }
        append bytes [binary format w* $words]
    }
    return [string range $bytes 0 $length-1]
}
