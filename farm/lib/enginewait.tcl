# SPDX-License-Identifier: Apache-2.0
#
# enginewait.tcl: what the tasks of a run on a cluster wait for.
#
#   ::acre::enginewait::words TASKS      -> the tasks that run, and that wait, in words for the live line
#   ::acre::enginewait::reasons TASKS    -> Slurm's words for what they wait for, if nothing runs; else ""
#   ::acre::enginewait::hopeless REASONS NOW   -> why they will wait for ever, once that has been so for HOPELESS ms;
#                                        else "".  NOW in ms
#   ::acre::enginewait::begin            a new run
#
# TASKS is engineslurm.tcl's.

namespace eval ::acre::enginewait {
    # squeue(1), "JOB REASON CODES": what only another submission, or another cluster, can mend.
    variable NEVER {BadConstraints PartitionConfig PartitionTimeLimit}
    # An administrator may be changing the partition at this moment.
    variable HOPELESS 60000
    variable since ""
}

proc ::acre::enginewait::begin {} {
    variable since ""
}

proc ::acre::enginewait::words {tasks} {
    set counts [dict create run 0 wait 0]
    dict for {key task} $tasks {
        dict incr counts [expr {[dict get $task state] in {PENDING CONFIGURING} ? "wait" : "run"}]
    }
    return [list "[dict get $counts run] tasks run, [dict get $counts wait] wait"]
}

proc ::acre::enginewait::reasons {tasks} {
    set reasons {}
    dict for {key task} $tasks {
        if {[dict get $task state] ne "PENDING"} {
            return ""
        }
        lappend reasons [dict get $task reason]
    }
    return [lsort -unique $reasons]
}

proc ::acre::enginewait::hopeless {reasons now} {
    variable NEVER
    variable HOPELESS
    variable since
    if {$reasons eq "" || [lsearch -inline -not -regexp $reasons ^([join $NEVER |])\$] ne ""} {
        set since ""
        return ""
    }
    if {$since eq ""} {
        set since $now
    }
    return [expr {$now - $since < $HOPELESS ? "" : "the tasks wait for what the cluster does not have\
        ([join $reasons {, }]); ask for less, by --jobs or --sbatch, or for another partition"}]
}
