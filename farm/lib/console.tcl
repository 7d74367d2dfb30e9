# SPDX-License-Identifier: Apache-2.0
#
# console.tcl: the terminal of a person, or whatever standard input and output are, as the console of a guest's program
# (doc/serial.md, "When the image carries a program").  There is one console.
#
#   ::acre::console::options         -> the options that the image has to carry: console, and cols, rows of a terminal
#   ::acre::console::open VERBOSE    what is said before the program starts goes to standard error if VERBOSE
#   ::acre::console::on WHAT ARGUMENT   what drive.tcl calls, as a CASE's `console`
#   ::acre::console::close           lets the terminal be as it was, prints what was held back
#   ::acre::console::result          -> dict: program (its path, or ""), status (or ""), panic (the line, or "")
#
# Output is passed on byte for byte, but for the end of a line and the exit line at the very end.  So what looks like
# their beginning is held back until more comes.  A line's end that stays alone is shown after a while, because a
# program may ask something and wait; if the exit line follows then after all, one line's end was too many.
#
# A terminal is set to pass every key; its own settings for output stay.  A guardian puts it back if this process dies.
# Two times Ctrl-] in a row end the machine.

::acre::paths::use process

namespace eval ::acre::console {
    # What may be the beginning of the end.
    variable TAIL {\n(?:#(?: (?:e(?:x(?:i(?:t(?: (?:\d{1,3}\n?)?)?)?)?)?)?)?)?$}
    variable TAIL_MOST 16
    variable END {^\n# exit (\d{1,3})\n$}
    # Milliseconds until a held back line's end is shown: to a person, to a program.
    variable SHOWN_AFTER {terminal 20 other 2000}
    # Bytes that are read of standard input at once, and that may wait for the guest.
    variable INPUT_MOST 4096
    variable WAITING_MOST 16384
    variable ESCAPE \x10
    variable ESCAPED_END \x10\x04
    variable LEAVE \x1d
    variable RAW {-icanon -echo -isig -iexten -ixon -icrnl min 1 time 0}
    variable GUARDIAN {trap '' HUP INT TERM QUIT TTOU; read -r word && exit; stty -F "$1" "$2"}
    variable state
}

# The device of standard input if it is a terminal, or "".
proc ::acre::console::Terminal {} {
    if {[catch {exec tty <@stdin 2>/dev/null} name]} {
        return ""
    }
    return $name
}

proc ::acre::console::options {} {
    set terminal [Terminal]
    if {$terminal eq ""} {
        return {console pipe}
    }
    set options {console tty}
    if {![catch {exec stty -F $terminal size} size] && [scan $size "%d %d" rows cols] == 2 && $rows && $cols} {
        lappend options cols $cols rows $rows
    }
    return $options
}

proc ::acre::console::open {verbose} {
    variable state
    variable SHOWN_AFTER
    array set state {
        program "" before "" held "" shown 0 timer "" channel "" guard "" left 0 ended 0 log "" panic "" saved ""
        guardian ""
    }
    set state(verbose) $verbose
    set state(terminal) [Terminal]
    set tty [expr {![catch {exec sh -c {test -t 1} >@stdout}]}]
    set state(patience) [dict get $SHOWN_AFTER [expr {$tty ? {terminal} : {other}}]]
    fconfigure stdout -translation binary -buffering none
    catch {fconfigure stdin -translation binary -blocking 0 -buffering none}
}

proc ::acre::console::on {what argument} {
    switch -- $what {
        output { Output $argument }
        log { Log $argument }
        input { lassign $argument ::acre::console::state(channel) ::acre::console::state(guard) }
    }
}

# Lines up to PROTO_PROGRAM, then the program's bytes.
proc ::acre::console::Output {chunk} {
    variable state
    if {$state(program) ne ""} {
        Pass $chunk
        return
    }
    append state(before) $chunk
    while {[set at [string first \n $state(before)]] >= 0} {
        set line [string range $state(before) 0 $at-1]
        set state(before) [string range $state(before) $at+1 end]
        if {$state(verbose)} {
            puts stderr [string trimright $line \r]
        }
        if {[string match "${::layout::PROTO_PROGRAM}*" $line]} {
            set state(program) [string trimright [string range $line [string length $::layout::PROTO_PROGRAM] end] \r]
            Start
            Pass $state(before)
            return
        }
    }
}

proc ::acre::console::Pass {chunk} {
    variable state
    variable TAIL
    variable TAIL_MOST
    after cancel $state(timer)
    set bytes $state(held)$chunk
    set near [expr {max(0, [string length $bytes] - $TAIL_MOST)}]
    if {[regexp -start $near -indices -- $TAIL $bytes span]} {
        set at [lindex $span 0]
    } else {
        set at [string length $bytes]
    }
    set state(held) [string range $bytes $at end]
    if {$at > 0} {
        Print [string range $bytes $state(shown) $at-1]
        set state(shown) 0
    }
    if {$state(held) eq "\n" && !$state(shown)} {
        set state(timer) [after $state(patience) ::acre::console::Show]
    }
}

# Shows the line's end that is held back, and remembers it.
proc ::acre::console::Show {} {
    variable state
    catch {Print $state(held)}
    set state(shown) [string length $state(held)]
}

proc ::acre::console::Print {bytes} {
    if {$bytes ne "" && [catch {puts -nonewline stdout $bytes; flush stdout} why]} {
        return -code error -errorcode {ACRE EMULATOR} "cannot go on without standard output: $why"
    }
}

# What the kernel says meanwhile.
proc ::acre::console::Log {chunk} {
    variable state
    append state(log) $chunk
    while {[set at [string first \n $state(log)]] >= 0} {
        set line [string trimright [string range $state(log) 0 $at-1] \r]
        set state(log) [string range $state(log) $at+1 end]
        if {$state(panic) eq "" && [string match "${::layout::PROTO_PANIC}*" $line]} {
            set state(panic) [string range $line [string length $::layout::PROTO_PANIC] end]
        }
        catch {puts stderr $line}
    }
}

# The program begins: now it may read.
proc ::acre::console::Start {} {
    variable state
    variable RAW
    variable GUARDIAN
    if {$state(terminal) ne ""} {
        set state(saved) [exec stty -F $state(terminal) -g]
        ::acre::process::guard
        set command [list /bin/sh -c $GUARDIAN guardian $state(terminal) $state(saved) >/dev/null 2>/dev/null]
        set state(guardian) [::open |$command w]
        fconfigure $state(guardian) -buffering line
        exec stty -F $state(terminal) {*}$RAW
    }
    Watch
}

proc ::acre::console::Watch {} {
    variable state
    if {$state(channel) eq "" || $state(ended)} {
        return
    }
    if {[catch {fileevent stdin readable [concat $state(guard) ::acre::console::Input]}]} {
        # No standard input at all is an empty one.
        End_of_input
    }
}

# Bytes from standard input to the guest; a rest while it does not take them.
proc ::acre::console::Input {handle} {
    variable state
    variable INPUT_MOST
    variable WAITING_MOST
    if {[catch {read stdin $INPUT_MOST} bytes]} {
        set bytes ""
    }
    if {$bytes ne ""} {
        Send [expr {$state(saved) eq "" ? [Escape $bytes] : [Leave $bytes]}]
    } elseif {[catch {eof stdin} end] || $end} {
        End_of_input
        return
    }
    if {[chan pending output $state(channel)] > $WAITING_MOST} {
        fileevent stdin readable {}
        Later
    }
}

proc ::acre::console::Later {} {
    variable state
    variable WAITING_MOST
    if {$state(channel) ni [chan names]} {
        return
    }
    if {[chan pending output $state(channel)] > $WAITING_MOST / 2} {
        after 10 ::acre::console::Later
    } else {
        Watch
    }
}

proc ::acre::console::Send {bytes} {
    variable state
    catch {puts -nonewline $state(channel) $bytes}
}

proc ::acre::console::Escape {bytes} {
    variable ESCAPE
    return [string map [list $ESCAPE $ESCAPE$ESCAPE] $bytes]
}

proc ::acre::console::End_of_input {} {
    variable state
    variable ESCAPED_END
    catch {fileevent stdin readable {}}
    if {!$state(ended)} {
        set state(ended) 1
        Send [expr {$state(saved) eq "" ? $ESCAPED_END : "\x04"}]
    }
}

# A terminal's keys: two of LEAVE in a row end everything, one goes to the guest with the key after it.
proc ::acre::console::Leave {bytes} {
    variable state
    variable LEAVE
    if {$state(left)} {
        set bytes $LEAVE$bytes
        set state(left) 0
    }
    if {[string first $LEAVE$LEAVE $bytes] >= 0} {
        return -code error -errorcode {ACRE LEFT} "left"
    }
    if {[string index $bytes end] eq $LEAVE} {
        set state(left) 1
        set bytes [string range $bytes 0 end-1]
    }
    return $bytes
}

proc ::acre::console::close {} {
    variable state
    variable END
    after cancel $state(timer)
    catch {fileevent stdin readable {}}
    if {$state(saved) ne ""} {
        catch {exec stty -F $state(terminal) $state(saved)}
        ::acre::process::dismiss $state(guardian)
        set state(saved) ""
    }
    if {![regexp $END $state(held)]} {
        catch {Print [string range $state(held) $state(shown) end]}
        set state(held) ""
    }
    if {$state(log) ne ""} {
        Log \n
    }
}

proc ::acre::console::result {} {
    variable state
    variable END
    set status ""
    regexp $END $state(held) - status
    if {$status > 255} {
        set status ""
    }
    return [dict create program $state(program) status $status panic $state(panic)]
}
