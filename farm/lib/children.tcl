# SPDX-License-Identifier: Apache-2.0
#
# children.tcl: runs the waiting cases of runner.tcl on this machine, in child processes.
#
#   ::acre::children::loop          returns when each has its result, or the run is to end.  Raises an error where
#                                   results, or a case's directory, cannot be written
#   ::acre::children::end           no child is left, nor what it has started
#   ::acre::children::weight CASE   -> bytes of the host's memory that the case may take
#
# A child is `{*}$caseCommand CASEFILE`, in a session of its own, with a pipe from here as standard input: when this
# process dies, however it dies, the child sees the end of that pipe and stops its emulator.  A child says one line
# "result<TAB>FIELDS" and ends, or waits for one more case (caseprocess.tcl).  What ends without such a line is ERROR.
#
# Slots are bounded by the number of jobs and by memory; the longest cases start first.

::acre::paths::use caseprocess

namespace eval ::acre::children {
    # Resident memory of an emulator beside the guest's: QEMU touches little of its sparse RAM, Bochs all of it.
    variable overheadMib {qemu 192 bochs 96}
    # Children that wait for a case: channel -> pid.
    variable spare [dict create]
}

# Bytes of the host's memory that a case may take.
proc ::acre::children::weight {case} {
    variable overheadMib
    set bytes [expr {[dict get $overheadMib [dict get $case emulator]] << 20}]
    return [expr {[dict get $case emulator] eq "bochs" ? $bytes + [dict get $case memory] : $bytes}]
}

# The child's last word, or ERROR with what it said instead.
proc ::acre::children::Finished {case status} {
    set seconds [dict get $case seconds]
    set lines [split [string trim [dict get $case output]] \n]
    set result [lsearch -inline $lines "result\t*"]
    if {$result ne ""} {
        lassign [split $result \t] - verdict sub why margin cut
        ::acre::runner::record $case $verdict $sub $why $seconds $margin $cut
    } else {
        set last [regsub {^acre: } [lindex $lines end] ""]
        ::acre::runner::record $case ERROR farm "the case's process ended with status $status and no result;\
            it said [expr {$last eq "" ? "nothing" : "'$last'"}]" $seconds
    }
}

proc ::acre::children::Readable {channel} {
    variable running
    variable spare
    variable wake
    set text [read $channel]
    if {![info exists running($channel)]} {
        # It was to say nothing while it waits.
        Dismiss $channel
        return
    }
    dict append running($channel) output $text
    if {[eof $channel]} {
        Ended $channel
    } elseif {[::acre::caseprocess::waits [dict get $running($channel) output]]} {
        dict set spare $channel [dict get $running($channel) pid]
        Finished [Taken $channel] 0
    } else {
        return
    }
    set wake done
}

# The case of a child, which has it no more, with the seconds that it took.
proc ::acre::children::Taken {channel} {
    variable running
    set case $running($channel)
    unset running($channel)
    return [dict set case seconds [expr {([clock milliseconds] - [dict get $case started]) / 1000.0}]]
}

proc ::acre::children::Ended {channel} {
    set case [Taken $channel]
    fconfigure $channel -blocking 1
    set status 0
    if {[catch {close $channel} - details]} {
        set status [lindex [dict get $details -errorcode] end]
    }
    if {[dict get $case output] eq "" && [dict get $case handed]} {
        # It may have ended before it heard of the case: a new child tells.
        Start $case 1
    } else {
        Finished $case $status
    }
}

# The end of a child's pipe: one that waits hears that there is nothing more for it.  Its own end is not waited for.
proc ::acre::children::Dismiss {channel} {
    variable spare
    dict unset spare $channel
    catch {
        fconfigure $channel -blocking 0
        close $channel
    }
}

# Gives the case to a child that waits, if there is one and it is not to be ANEW, or to a new one.
proc ::acre::children::Start {case {anew 0}} {
    variable running
    if {[catch {::acre::casefile::prepare $case} file]} {
        ::acre::runner::fail "[dict get $case dir]: $file"
        return
    }
    set child [expr {$anew ? "" : [Spare $file]}]
    set handed [expr {$child ne ""}]
    if {!$handed && [catch {New $file} child]} {
        ::acre::runner::record $case ERROR start $child 0
        return
    }
    lassign $child channel pid
    set running($channel) [dict merge $case \
        [dict create pid $pid started [clock milliseconds] output "" handed $handed]]
}

# A child that waited and has the case in FILE now -> {channel pid}, or "".
proc ::acre::children::Spare {file} {
    variable spare
    foreach {channel pid} $spare {
        dict unset spare $channel
        if {![catch {puts $channel [::acre::caseprocess::line $file]}]} {
            return [list $channel $pid]
        }
        # It is gone.
        Dismiss $channel
    }
    return ""
}

proc ::acre::children::New {file} {
    set channel [open |[list setsid {*}[::acre::runner::option command] $file 2>@1] r+]
    fconfigure $channel -blocking 0 -buffering none -translation auto
    fileevent $channel readable [list ::acre::children::Readable $channel]
    return [list $channel [pid $channel]]
}

# Starts the first queued case that fits; 0 when none does.
proc ::acre::children::Next {} {
    variable running
    if {[array size running] >= [::acre::runner::option jobs]} {
        return 0
    }
    set used 0
    foreach key [array names running] {
        incr used [weight $running($key)]
    }
    set index 0
    foreach case [::acre::runner::waiting] {
        if {$used == 0 || $used + [weight $case] <= [::acre::runner::option memory]} {
            ::acre::runner::begun $index
            Start $case
            return 1
        }
        incr index
    }
    return 0
}

# A child past all its own clocks is given up: the farm's fault, never the guest's.
proc ::acre::children::Overdue {} {
    variable running
    set patience [::acre::runner::option patience]
    foreach channel [array names running] {
        if {[clock milliseconds] - [dict get $running($channel) started] > 1000 * $patience} {
            set case [Taken $channel]
            fileevent $channel readable {}
            ::acre::family::finish [list [dict get $case pid]]
            catch {close $channel}
            ::acre::runner::record $case ERROR farm "the case's process did not end within $patience s" \
                [dict get $case seconds]
        }
    }
}

# Starts what fits, waits for the next event, until nothing is left or the keeper has been told to end.
proc ::acre::children::loop {} {
    variable running
    variable wake
    array unset running
    while {1} {
        set why [::acre::runner::ending]
        if {$why ne ""} {
            ::acre::runner::stopped $why
            return
        }
        while {[::acre::runner::ending] eq "" && [Next]} {}
        if {[::acre::runner::ending] ne ""} continue
        if {[array size running] == 0} {
            return
        }
        set timer [after 250 [list set ::acre::children::wake tick]]
        vwait ::acre::children::wake
        after cancel $timer
        Overdue
        ::acre::progress::show [lmap key [array names running] {dict get $running($key) name}]
    }
}

# Ends every child with all its descendants: whatever descends from this process, known or not.
proc ::acre::children::end {} {
    variable running
    variable spare
    foreach channel [dict keys $spare] {
        Dismiss $channel
    }
    ::acre::family::finish [::acre::family::children [pid]]
    foreach channel [array names running] {
        Dismiss $channel
    }
    array unset running
}
