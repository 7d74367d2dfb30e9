# SPDX-License-Identifier: Apache-2.0
#
# family.tcl: processes and their descendants, by number only, from /proc.
#
# A process is named by {pid start-time}, so that a number that was given to a stranger meanwhile is never hit.

namespace eval ::acre::family {
    # How long those get that are told to finish (ms).
    variable graceMs 1500
}

# children PID -> the processes that PID started and that still run.
proc ::acre::family::children {pid} {
    return [lmap member [alive [of $pid]] {
        if {[lindex $member 0] == $pid || [lindex [Stat [lindex $member 0]] 1] != $pid} continue
        lindex $member 0
    }]
}

# of PIDS -> list of {pid start} for these processes and all that descend from them.
proc ::acre::family::of {pids} {
    set children [dict create]
    foreach dir [glob -nocomplain -directory /proc -type d {[0-9]*}] {
        set stat [Stat [file tail $dir]]
        if {$stat ne ""} {
            dict lappend children [lindex $stat 1] [file tail $dir]
        }
    }
    set family {}
    while {$pids ne ""} {
        set pids [lassign $pids pid]
        set stat [Stat $pid]
        if {$stat ne ""} {
            lappend family [list $pid [lindex $stat 2]]
        }
        if {[dict exists $children $pid]} {
            lappend pids {*}[dict get $children $pid]
        }
    }
    return $family
}

# alive FAMILY -> those of it that still run (a zombie does not).
proc ::acre::family::alive {family} {
    return [lmap member $family {
        lassign $member pid start
        lassign [Stat $pid] state - now
        if {$now ne $start || $state in {"" Z X}} continue
        set member
    }]
}

# signal NAME MEMBERS: sends it to each; members are pids or {pid start}.  One that is gone is no error.
proc ::acre::family::signal {name members} {
    foreach member $members {
        catch {exec kill -$name [lindex $member 0] 2>@1}
    }
}

# finish PIDS: TERM to these, so that they end what they started themselves; KILL after the grace to whatever is left of
# the family, which was counted before: one of it may have a session of its own.
proc ::acre::family::finish {pids} {
    variable graceMs
    if {$pids eq ""} {
        return
    }
    set family [of $pids]
    signal TERM $pids
    set deadline [expr {[clock milliseconds] + $graceMs}]
    while {[alive $family] ne "" && [clock milliseconds] < $deadline} {
        after 20
        set family [lsort -unique [concat $family [of $pids]]]
    }
    signal KILL [alive $family]
}

# {state ppid start} of a process, or "".  The command name may hold anything, so fields count from its last ")".
proc ::acre::family::Stat {pid} {
    if {[catch {open /proc/$pid/stat r} channel]} {
        return ""
    }
    set got [catch {read $channel} text]
    close $channel
    if {$got || ![regexp {^.*\) (.*)$} $text - rest]} {
        return ""
    }
    return [list [lindex $rest 0] [lindex $rest 1] [lindex $rest 19]]
}
