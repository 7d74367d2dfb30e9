# SPDX-License-Identifier: Apache-2.0
#
# console.tcl: the terminal of a person, or whatever standard input and output are, as the console of a guest's programs
# (doc/serial.md, "When the image carries a program").  There is one console.
#
#   ::acre::console::options         -> the options that the image has to carry: console, and cols, rows of a terminal
#   ::acre::console::open SAID       SAID is a dict: verbose (what is said before a program starts goes to standard
#                                    error), next (the programs that may follow the first one, in order), out (a
#                                    directory for NN.out and NN.status of each program, or ""), names (1: each status
#                                    that is not 0 is said, with the program's path)
#   ::acre::console::on WHAT ARGUMENT   what drive.tcl calls, as a CASE's `console`
#   ::acre::console::close           lets the terminal be as it was, prints what was held back
#   ::acre::console::result          -> dict: programs (how many have started), status (the last one's, or "" if it did
#                                    not end or the machine did not), panic (the line, or "")
#
# Output is passed on byte for byte (stream.tcl finds its end).  A line's end that may be the end's beginning is held
# back; one that stays alone is shown after a while, because a program may ask something and wait.  If the end follows
# then after all, one line's end was too many.
#
# A terminal is set to pass every key; its own settings for output stay.  A guardian puts it back if this process dies.
# Two times Ctrl-] in a row end the machine.

::acre::paths::use process stream

namespace eval ::acre::console {
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

proc ::acre::console::open {said} {
    variable state
    variable SHOWN_AFTER
    array set state {
        before "" held "" shown 0 timer "" channel "" guard "" left 0 ended 0 log "" panic "" saved ""
        guardian "" started 0 path "" status "" over 0 file ""
    }
    array set state $said
    set state(digits) [string length [expr {[llength $state(next)] + 1}]]
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
    if {$state(started)} {
        Pass $chunk
        return
    }
    append state(before) $chunk
    while {[set at [string first \n $state(before)]] >= 0} {
        set line [string trimright [string range $state(before) 0 $at-1] \r]
        set state(before) [string range $state(before) $at+1 end]
        if {$state(verbose)} {
            puts stderr $line
        }
        if {[string match "${::layout::PROTO_PROGRAM}*" $line]} {
            Started [string range $line [string length $::layout::PROTO_PROGRAM] end]
            Start
            Pass $state(before)
            return
        }
    }
}

# A program has started.
proc ::acre::console::Started {path} {
    variable state
    incr state(started)
    set state(path) $path
    if {$state(out) ne ""} {
        set state(file) [::open [Out out] wb]
    }
}

# The name of a file of the program's that has this extension.
proc ::acre::console::Out {extension} {
    variable state
    return [file join $state(out) [format %0*d.%s $state(digits) $state(started) $extension]]
}

# It has ended.
proc ::acre::console::Ended {status} {
    variable state
    set state(status) $status
    if {$state(file) ne ""} {
        ::close $state(file)
        set state(file) ""
        set channel [::open [Out status] w]
        puts $channel $status
        ::close $channel
    }
    if {$state(names) && $status} {
        catch {puts stderr "$state(path): status $status"}
    }
}

proc ::acre::console::Pass {chunk} {
    variable state
    after cancel $state(timer)
    append state(held) $chunk
    while {1} {
        lassign [::acre::stream::next $state(held) [lindex $state(next) 0]] bytes event state(held) status
        Print [string range $bytes $state(shown) end]
        set state(shown) [expr {max(0, $state(shown) - [string length $bytes])}]
        if {$event ne "program"} break
        set state(shown) 0
        Ended $status
        set state(next) [lassign $state(next) path]
        Started $path
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
    variable state
    if {$bytes eq ""} {
        return
    }
    set channel [expr {$state(file) ne "" ? $state(file) : "stdout"}]
    if {[catch {puts -nonewline $channel $bytes; flush $channel} why]} {
        set what [expr {$channel eq "stdout" ? "standard output" : [Out out]}]
        return -code error -errorcode {ACRE EMULATOR} "cannot go on without $what: $why"
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
    after cancel $state(timer)
    catch {fileevent stdin readable {}}
    if {$state(saved) ne ""} {
        catch {exec stty -F $state(terminal) $state(saved)}
        ::acre::process::dismiss $state(guardian)
        set state(saved) ""
    }
    set end [::acre::stream::last $state(held)]
    if {$end ne ""} {
        Ended $end
        set state(over) 1
    } else {
        catch {Print [string range $state(held) $state(shown) end]}
    }
    if {$state(file) ne ""} {
        ::close $state(file)
    }
    if {$state(log) ne ""} {
        Log \n
    }
}

proc ::acre::console::result {} {
    variable state
    return [dict create programs $state(started) status [expr {$state(over) ? $state(status) : ""}] \
        panic $state(panic)]
}
