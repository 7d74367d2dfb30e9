# SPDX-License-Identifier: Apache-2.0
#
# listen.tcl: starts the emulator of a run and listens to it: to the guest's serial port, which comes through a named
# pipe, and to what the emulator itself writes on its terminal.  Part of drive.tcl's namespace, and loaded by it.

namespace eval ::acre::drive {}

# launch HANDLE: starts run(argv) in the case's directory, on a pty of its own and in a process group of its own.
proc ::acre::drive::launch {handle} {
    upvar #0 $handle run
    set home [pwd]
    cd $run(dir)
    try {
        set run(pid) [spawn -noecho -nottyinit {*}$run(argv)]
    } on error why {
        return -code error -errorcode {ACRE EMULATOR} "cannot start [lindex $run(argv) 0]: $why"
    } finally {
        cd $home
    }
    set run(spawn) $spawn_id
    catch {puts $run(guardian) $run(pid)}
    if {[dict get $run(case) on-start] ne ""} {
        {*}[dict get $run(case) on-start] $run(argv)
    }
    match_max -i $spawn_id 65536
    expect_background -i $spawn_id \
        -re $::acre::patterns::ANYTHING [list ::acre::drive::Safely $handle ::acre::drive::Screen] \
        eof [list ::acre::drive::Safely $handle ::acre::drive::Eof]
}

# serial HANDLE CHANNEL: what comes out of it is the guest's serial port.
proc ::acre::drive::serial {handle channel} {
    upvar #0 $handle run
    set run(serial) $channel
    Listen $handle
}

# console HANDLE INPUT LOG: there is a console: INPUT leads to the serial port, LOG is what comes from COM3.
proc ::acre::drive::console {handle input log} {
    upvar #0 $handle run
    set run(com3) $log
    fileevent $log readable [list ::acre::drive::Safely $handle ::acre::drive::Com3]
    Tell $handle input [list $input [list ::acre::drive::Safely $handle]]
}

proc ::acre::drive::Com3 {handle} {
    upvar #0 $handle run
    set chunk [read $run(com3)]
    if {$chunk ne ""} {
        Heard $handle
        Tell $handle log $chunk
    }
}

# Calls the console.  With the input it gets a prefix for events of its own, so that their errors are this run's too.
proc ::acre::drive::Tell {handle what argument} {
    upvar #0 $handle run
    if {[dict get $run(case) console] ne ""} {
        {*}[dict get $run(case) console] $what $argument
    }
}

proc ::acre::drive::Listen {handle} {
    upvar #0 $handle run
    if {[info exists run(serial)] && $run(serial) in [chan names]} {
        fileevent $run(serial) readable [list ::acre::drive::Safely $handle ::acre::drive::Heed]
    }
}

# The emulator writes byte by byte.  To wake up for each would cost it more than the byte itself, so after a look there
# is a rest, in which the pipe keeps what comes.
proc ::acre::drive::Heed {handle} {
    variable REST
    upvar #0 $handle run
    fileevent $run(serial) readable {}
    Serial $handle $run(serial)
    after $REST [list ::acre::drive::Listen $handle]
}

# What the port has now, where the driver reads it.
proc ::acre::drive::hear {handle} {
    Serial $handle [set ${handle}(serial)]
}

proc ::acre::drive::Serial {handle channel} {
    upvar #0 $handle run
    if {$channel eq "" || [set chunk [read $channel]] eq ""} {
        return
    }
    Heard $handle
    incr run(bytes) [string length $chunk]
    if {[catch {puts -nonewline $run(log) $chunk} why]} {
        End $handle emulator-error "cannot write [file join $run(dir) serial.log]: $why"
    }
    Echo $handle $chunk
    Tell $handle output $chunk
    if {[dict get $run(case) on-output] ne ""} {
        {*}[dict get $run(case) on-output] $chunk
    }
    set most [dict get $run(case) most]
    if {$most && $run(bytes) > $most} {
        End $handle timeout "still talking after [::acre::machine::size $most]; [::acre::hang::Last $handle]"
    }
    if {[dict get $run(case) expect] ne ""} {
        Expected $handle [::acre::patterns::feed run(held) $chunk]
    }
}

proc ::acre::drive::Echo {handle chunk} {
    upvar #0 $handle run
    if {[dict get $run(case) echo] && [catch {puts -nonewline stdout $chunk; flush stdout} why]} {
        End $handle emulator-error "cannot go on without standard output: $why"
    }
}

# The guest is alive: the silence clock starts again.
proc ::acre::drive::Heard {handle} {
    upvar #0 $handle run
    set now [Seconds]
    if {$run(first) eq ""} {
        set run(first) [expr {$now - $run(start)}]
    } else {
        set run(longest) [expr {max($run(longest), $now - $run(last))}]
    }
    set run(last) $now
    set run(sample) ""
}

proc ::acre::drive::Expected {handle lines} {
    upvar #0 $handle run
    foreach line $lines {
        if {[regexp -- [dict get $run(case) expect] $line]} {
            End $handle expect "it said '[string trim $line]'"
        }
    }
}

# prompted HANDLE: the guest is quiet, so a line that it did not end, as a prompt, counts too.
proc ::acre::drive::prompted {handle} {
    upvar #0 $handle run
    if {$run(held) ne ""} {
        Expected $handle [list $run(held)]
    }
}

# What the emulator itself writes; kept for its last words.
proc ::acre::drive::Screen {handle} {
    upvar #0 $handle run
    set text $::expect_out(buffer)
    catch {puts -nonewline $run(errors) $text}
    append run(screen) $text
    $run(driver)::screen $handle
}

# The emulator is gone.
proc ::acre::drive::Eof {handle} {
    upvar #0 $handle run
    if {$run(gone)} {
        return
    }
    append run(screen) $::expect_out(buffer)
    catch {puts -nonewline $run(errors) $::expect_out(buffer)}
    catch {close -i $run(spawn)}
    set run(status) [Status [wait -i $run(spawn)]]
    Serial $handle $run(serial)
    if {[info exists run(com3)]} {
        Com3 $handle
    }
    set run(gone) 1
    if {$run(end) eq ""} {
        $run(driver)::ended $handle
    }
}

# Expect's answer of wait -> exit status, or the name of the signal.
proc ::acre::drive::Status {answer} {
    if {[lindex $answer 4] eq "CHILDKILLED"} {
        return [lindex $answer 5]
    }
    return [lindex $answer 3]
}
