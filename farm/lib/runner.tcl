# SPDX-License-Identifier: Apache-2.0
#
# runner.tcl: runs a plan, several cases at once, each in a process of its own.
#
# A child is `{*}$caseCommand CASEFILE`, in a session of its own, with a pipe from here as standard input: when this
# process dies, however it dies, the child sees the end of that pipe and stops its emulator.  A child says one line
# "result<TAB>FIELDS" and ends.  What ends without such a line is ERROR; what never got to run is MISSING.
#
# Results go to OUT/results.tsv as they come, one line each, appended and flushed: a run that is cut short keeps what it
# has.  Slots are bounded by the number of jobs and by memory; the longest cases start first.
#
# Options of run (a dict): out (directory), jobs, memory (bytes that the children may take), command (the case command,
# a list), tty (1: one live line), patience (seconds after which a child is given up; 0: from its clocks).  And, where
# somebody else has part in it: loop (a command that gets results of the cases in its way, by `waiting`, `take` and
# `stopped`; Loop, below, runs them here), on-result (a command that is given each result before it is written, and
# returns it as it is to be written).

namespace eval ::acre::runner {
    variable columns {name verdict sub why seconds margin dir hash cut}
    # Resident memory of an emulator beside the guest's: QEMU touches little of its sparse RAM, Bochs all of it.
    variable overheadMib {qemu 192 bochs 96}
    # How long children may take to clean up when they are told to end (ms).
    variable graceMs 1500
}

# run CASES DONE OPTIONS -> dict name -> result (a dict with the columns above).
#   CASES  the plan, each with dir and hash; DONE  dict name -> result of those that need no run
# Raises {ACRE OUT} when results cannot be written, or what the loop raises with ACRE: the run is stopped, no child is
# left.
proc ::acre::runner::run {cases done options} {
    variable state
    set state [dict create queue [Longest $cases $done] options $options results $done stopped ""]
    variable running
    array unset running
    set problem [catch {
        variable channel [open [file join [dict get $options out] results.tsv] a]
        ::acre::progress::start [llength $cases] [dict get $options jobs] [dict get $options tty]
        dict for {name result} $done {
            if {[dict get $result verdict] ne "PASS"} {
                Append $result
            }
            ::acre::progress::done $result 0
        }
        {*}[expr {[dict exists $options loop] ? [dict get $options loop] : "::acre::runner::Loop"}]
        End
        Missing $cases
        close $channel
    } message details]
    ::acre::progress::finish
    if {$problem} {
        End
        if {[lindex [dict get $details -errorcode] 0] eq "ACRE"} {
            return -options $details $message
        }
        return -code error -errorcode {ACRE OUT} \
            "cannot write results: $message; make room or name another directory with --out"
    }
    return [dict get $state results]
}

# The cases to run, the longest first, ties in the plan's order.
proc ::acre::runner::Longest {cases done} {
    set open [lmap case $cases {
        if {[dict exists $done [dict get $case name]]} continue
        set case
    }]
    return [lsort -decreasing -command {apply {{a b} {
        set a [dict get $a cost]
        set b [dict get $b cost]
        expr {$a < $b ? -1 : $a > $b}
    }}} $open]
}

# Starts what fits, waits for the next event, until nothing is left or the keeper has been told to end.
proc ::acre::runner::Loop {} {
    variable state
    variable running
    variable wake
    while {1} {
        set told [::acre::keeper::told]
        if {$told ne ""} {
            dict set state stopped "the run was stopped ($told)"
            return
        }
        if {[dict exists $state failure]} {
            error [dict get $state failure]
        }
        while {![dict exists $state failure] && [::acre::keeper::told] eq "" && [Next]} {}
        if {[dict exists $state failure]} continue
        if {[array size running] == 0} {
            return
        }
        set timer [after 250 [list set ::acre::runner::wake tick]]
        vwait ::acre::runner::wake
        after cancel $timer
        Overdue
        ::acre::progress::show [lmap key [array names running] {dict get $running($key) name}]
    }
}

# Starts the first queued case that fits; 0 when none does.
proc ::acre::runner::Next {} {
    variable state
    variable running
    set options [dict get $state options]
    if {[array size running] >= [dict get $options jobs]} {
        return 0
    }
    set used 0
    foreach key [array names running] {
        incr used [Weight $running($key)]
    }
    set index 0
    foreach case [dict get $state queue] {
        if {$used == 0 || $used + [Weight $case] <= [dict get $options memory]} {
            dict set state queue [lreplace [dict get $state queue] $index $index]
            Start $case
            return 1
        }
        incr index
    }
    return 0
}

# Bytes of the host's memory that a case may take.
proc ::acre::runner::Weight {case} {
    variable overheadMib
    set bytes [expr {[dict get $overheadMib [dict get $case emulator]] << 20}]
    return [expr {[dict get $case emulator] eq "bochs" ? $bytes + [dict get $case memory] : $bytes}]
}

proc ::acre::runner::Start {case} {
    variable state
    variable running
    set options [dict get $state options]
    if {[catch {::acre::casefile::prepare $case} file]} {
        dict set state failure "[dict get $case dir]: $file"
        return
    }
    set command [list setsid {*}[dict get $options command] $file 2>@1]
    if {[catch {open |$command r+} channel]} {
        Record $case ERROR start $channel 0
        return
    }
    fconfigure $channel -blocking 0 -buffering none -translation auto
    set running($channel) [dict merge $case [dict create pid [pid $channel] started [clock milliseconds] output ""]]
    fileevent $channel readable [list ::acre::runner::Readable $channel]
}

proc ::acre::runner::Readable {channel} {
    variable running
    variable wake
    dict append running($channel) output [read $channel]
    if {![eof $channel]} {
        return
    }
    set case $running($channel)
    unset running($channel)
    fconfigure $channel -blocking 1
    set status 0
    if {[catch {close $channel} - details]} {
        set status [lindex [dict get $details -errorcode] end]
    }
    set seconds [expr {([clock milliseconds] - [dict get $case started]) / 1000.0}]
    Finished $case $status $seconds
    set wake done
}

# The child's last word, or ERROR with what it said instead.
proc ::acre::runner::Finished {case status seconds} {
    set lines [split [string trim [dict get $case output]] \n]
    set result [lsearch -inline $lines "result\t*"]
    if {$result ne ""} {
        lassign [split $result \t] - verdict sub why margin cut
        Record $case $verdict $sub $why $seconds $margin $cut
    } else {
        set last [regsub {^acre: } [lindex $lines end] ""]
        Record $case ERROR farm "the case's process ended with status $status and no result;\
            it said [expr {$last eq "" ? "nothing" : "'$last'"}]" $seconds
    }
}

# Takes one result.
proc ::acre::runner::Record {case verdict sub why seconds {margin 0} {cut 0}} {
    variable state
    set result [dict create name [dict get $case name] verdict $verdict sub $sub why [string map {\t " " \n " "} $why] \
        seconds [format %.2f $seconds] margin $margin dir [dict get $case dir] hash [dict get $case hash] cut $cut]
    take $case $result
}

# take CASE RESULT: one result more, whoever has it.
proc ::acre::runner::take {case result} {
    variable state
    if {[dict exists $state options on-result]} {
        set result [{*}[dict get $state options on-result] $result]
    }
    dict set state results [dict get $case name] $result
    Append $result
    ::acre::progress::done $result [dict get $case cost]
}

# waiting -> the cases that have no result and are not begun, the longest first.
proc ::acre::runner::waiting {} {
    variable state
    return [dict get $state queue]
}

# ending -> why the loop must return; "" while it need not.
proc ::acre::runner::ending {} {
    variable state
    set told [::acre::keeper::told]
    if {$told ne ""} {
        return "the run was stopped ($told)"
    }
    return [expr {[dict exists $state failure] ? [dict get $state failure] : ""}]
}

# stopped WHY: what is planned and has no result when the loop returns is MISSING for that.
proc ::acre::runner::stopped {why} {
    variable state
    dict set state stopped $why
}

# add FILE RESULTS: adds what was found once the run was over; of a name's lines the last counts.
proc ::acre::runner::add {file results} {
    set out [open $file a]
    foreach result $results {
        puts $out [Fields $result]
    }
    close $out
}

# A result as it stands in the file.
proc ::acre::runner::Fields {result} {
    variable columns
    return [join [lmap column $columns {string map {\t " " \n " "} [dict get $result $column]}] \t]
}

# Writes one result; a full disk stops the run.
proc ::acre::runner::Append {result} {
    variable state
    variable channel
    if {[catch {
        puts $channel [Fields $result]
        flush $channel
    } message]} {
        dict set state failure "results.tsv: $message"
    }
}

# A child past all its own clocks is given up: the farm's fault, never the guest's.
proc ::acre::runner::Overdue {} {
    variable state
    variable running
    foreach channel [array names running] {
        set case $running($channel)
        set patience [dict get $state options patience]
        set seconds [expr {([clock milliseconds] - [dict get $case started]) / 1000.0}]
        if {$seconds > $patience} {
            unset running($channel)
            fileevent $channel readable {}
            Kill [list [dict get $case pid]]
            catch {close $channel}
            Record $case ERROR farm "the case's process did not end within $patience s" $seconds
        }
    }
}

# Ends every child with all its descendants: whatever descends from this process, known or not.
proc ::acre::runner::End {} {
    variable running
    Kill [::acre::family::children [pid]]
    foreach channel [array names running] {
        catch {
            fconfigure $channel -blocking 0
            close $channel
        }
    }
    array unset running
}

# TERM to the children, so that they end their emulators themselves; KILL after the grace to whatever is left of the
# family, which was counted before: an emulator may have a session of its own.
proc ::acre::runner::Kill {pids} {
    variable graceMs
    if {$pids eq ""} {
        return
    }
    set family [::acre::family::of $pids]
    ::acre::family::signal TERM $pids
    set deadline [expr {[clock milliseconds] + $graceMs}]
    while {[::acre::family::alive $family] ne "" && [clock milliseconds] < $deadline} {
        after 20
        set family [lsort -unique [concat $family [::acre::family::of $pids]]]
    }
    ::acre::family::signal KILL [::acre::family::alive $family]
}

# What is planned and has no result is MISSING and red.
proc ::acre::runner::Missing {cases} {
    variable state
    foreach case $cases {
        if {![dict exists $state results [dict get $case name] verdict]} {
            Record $case MISSING "" "planned, no result: [dict get $state stopped]" 0
        }
    }
    if {[dict exists $state failure]} {
        error [dict get $state failure]
    }
}
