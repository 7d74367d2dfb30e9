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
# Output is passed on byte for byte (stream.tcl finds its end).  What may be the end's beginning is held back; if
# nothing follows, it is shown after a while, because a program may ask ("\n# " is a prompt) and wait.  If the end
# follows then after all, so much was too many.  From a whole status line on it is held for long: it hardly is a prompt.
#
# The console is a terminal if standard input and output both are one.  It is set to pass every key and every byte; a
# guardian puts it back if this process dies.  Two times Ctrl-] in a row end the machine.

::acre::paths::use process stream

namespace eval ::acre::console {
    # Milliseconds until what is held back is shown: to a person, to a program.
    variable SHOWN_AFTER {terminal 40 other 2000}
    # Bytes that are read of standard input at once, and that may wait for the guest.
    variable INPUT_MOST 4096
    variable WAITING_MOST 16384
    variable ESCAPE \x10
    variable ESCAPED_END \x10\x04
    variable LEAVE \x1d
    variable RAW {-icanon -echo -isig -iexten -ixon -icrnl -opost min 1 time 0}
    variable GUARDIAN {trap '' HUP INT TERM QUIT TTOU; read -r word && exit; stty -F "$1" "$2"}
    variable state
}

# Whether standard output, or standard error, is a terminal.
proc ::acre::console::Output_terminal {} {
    return [expr {![catch {exec sh -c {test -t 1} >@stdout}]}]
}

proc ::acre::console::Error_terminal {} {
    return [expr {![catch {exec sh -c {test -t 2} 2>@stderr}]}]
}

# The device of standard input if it is a terminal, and output one too, or "".  A guest's terminal ends its lines with
# CR LF, which has no place in a file.
proc ::acre::console::Terminal {} {
    if {![Output_terminal] || [catch {exec tty <@stdin 2>/dev/null} name]} {
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
    set state(patience) [dict get $SHOWN_AFTER [expr {[Output_terminal] ? {terminal} : {other}}]]
    set state(returns) [expr {$state(terminal) ne "" && [Error_terminal]}]
    fconfigure stdout -translation binary -buffering none
    catch {fconfigure stdin -translation binary -blocking 0 -buffering none}
}

proc ::acre::console::on {what argument} {
    switch -- $what {
        output { Output $argument }
        log { Log $argument }
        end { after cancel $::acre::console::state(timer) }
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

# A line on standard error.  While the terminal passes every byte, a line's end alone is not enough there.
proc ::acre::console::Say {line} {
    variable state
    if {$state(saved) ne "" && $state(returns)} {
        append line \r
    }
    catch {puts stderr $line}
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
        Say "$state(path): status $status"
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
    if {[string length $state(held)] > $state(shown)} {
        variable SHOWN_AFTER
        set long [expr {[llength [split $state(held) \n]] > 2}]
        set state(timer) [after [expr {$long ? [dict get $SHOWN_AFTER other] : $state(patience)}] \
            ::acre::console::Show]
    }
}

# Shows what is held back, and remembers how much.
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
        Say $line
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
