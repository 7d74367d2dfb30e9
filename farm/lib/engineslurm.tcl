# SPDX-License-Identifier: Apache-2.0
#
# engineslurm.tcl: a run on the machines of a Slurm cluster, as a loop for runner.tcl.
#
#   ::acre::engineslurm::loop OPTIONS   OPTIONS: out (the run's directory), jobs (cases at once in a task), shards
#                                       (number of tasks, "" for as many as suit), sbatch (options), scratch (a
#                                       directory on the nodes, or ""), command (the acre command), resume
#
# The waiting cases are cut into shards (shard.tcl) and submitted as one array of tasks.  Below OUT/shards each task has
# a directory of its own, ROUND/N, with its cases, its words (task.log) and its results; OUT must be on a file system
# that all machines share.  Slurm says where and when a task runs and when it is over; what has come of it, its files
# say.  So a result counts from the moment it is written, whatever becomes of the task.
#
#   waiting --cut, sbatch--> task --a line in its results.tsv--> taken: moved to OUT, one result of the run
#                             \--over, and a case has no line--> waiting, until it was tried often enough, or sbatch
#                                                                has refused it often enough: MISSING
#
# A task that was taken for lost may go on where nobody sees it.  It writes into its own directory only, whose name is
# never used again, so it disturbs nobody.

::acre::paths::use shard shardtake slurm engineround enginewait

namespace eval ::acre::engineslurm {
    # A case is submitted so often at most.
    variable TRIES 4
    # ms until what sbatch has refused is submitted again; after the last it is given up.  A controller that does not
    # answer is asked again as after the first, without end.
    variable RETRY {5000 15000 45000}
    # ms between looks at the files, and at the queue at first and later.
    variable LOOK 500
    variable ASK {1000 5000}
    # ms until the files of a task that is over must be seen here: it said it was done, or it did not.
    variable GRACE {COMPLETED 30000 other 2000}
    # ms that cancelled tasks get to write down what they have.
    variable FAREWELL 15000
    # ms until somebody is told what the tasks wait for.
    variable BORED 30000
    # {job task} -> dict dir cases at state since node; since is when it was seen to be over, 0 before.
    variable tasks [dict create]
    variable tries [dict create]
    variable pool {}
    # How often sbatch has refused the pool, and when it is asked again (ms).
    variable refused 0
    variable again 0
}

proc ::acre::engineslurm::loop {options} {
    variable tasks [dict create]
    variable tries [dict create]
    variable pool {}
    variable refused 0
    variable again 0
    variable said [dict create]
    ::acre::enginewait::begin
    ::acre::engineround::begin $options
    set pool [::acre::engineround::left $options [::acre::runner::waiting]]
    try {
        Submit $options
        set begun [clock milliseconds]
        set asked $begun
        set why ""
        while {[dict size $tasks] || $pool ne ""} {
            if {$why eq ""} {
                set why [::acre::runner::ending]
            }
            if {$why ne ""} {
                ::acre::runner::stopped $why
                return
            }
            Wait
            set now [clock milliseconds]
            if {$now - $asked >= [Pause [expr {$now - $begun}]]} {
                Ask
                set asked [clock milliseconds]
                set why [Idle [expr {$asked - $begun}]]
            }
            Read $options
            Close
            Again $options
            ::acre::progress::show [::acre::enginewait::words $tasks]
        }
    } finally {
        Cancel $options
    }
}

proc ::acre::engineslurm::Wait {} {
    variable LOOK
    after $LOOK {set ::acre::engineslurm::waited 1}
    vwait ::acre::engineslurm::waited
}

# ms from one question to the next: a long run need not be asked after so often.
proc ::acre::engineslurm::Pause {elapsed} {
    variable ASK
    return [lindex $ASK [expr {$elapsed > 60000}]]
}

# The pool becomes one more array of tasks.
proc ::acre::engineslurm::Submit {options} {
    variable pool
    variable tasks
    variable tries
    if {$pool eq ""} {
        return
    }
    lassign [::acre::engineround::submit $options $pool] job dir shards
    set number 0
    foreach cases $shards {
        set named [dict create]
        foreach case $cases {
            dict set named [dict get $case name] $case
            dict incr tries [dict get $case name]
        }
        dict set tasks [list $job [incr number]] [dict create dir $dir/$number cases $named at 0 state PENDING \
            since 0 node "" reason ""]
    }
    set pool {}
}

# Once more; a controller that is away now may be back later.
proc ::acre::engineslurm::Again {options} {
    variable refused
    variable again
    variable RETRY
    if {[clock milliseconds] < $again} {
        return
    }
    try {
        Submit $options
        set refused 0
    } trap {ACRE SLURM AWAY} why {
        set again [expr {[clock milliseconds] + [lindex $RETRY 0]}]
        Once $why "$why; it is tried again"
    } trap {ACRE SLURM} why {
        if {$refused == [llength $RETRY]} {
            Abandon $why
            return
        }
        set again [expr {[clock milliseconds] + [lindex $RETRY $refused]}]
        incr refused
        Once $why "$why; it is tried again"
    }
}

# What waits in the pool will have no result.
proc ::acre::engineslurm::Abandon {why} {
    variable pool
    variable refused 0
    foreach case $pool {
        ::acre::runner::record $case MISSING "" "not submitted again: $why" 0
    }
    set pool {}
}

# What the queue says of the tasks.
proc ::acre::engineslurm::Ask {} {
    variable tasks
    set jobs [lsort -unique -integer [lmap key [dict keys $tasks] {lindex $key 0}]]
    if {$jobs eq ""} {
        return
    }
    if {[catch {::acre::slurm::tasks $jobs} known]} {
        Once $known "$known; the tasks' results are still read"
        return
    }
    foreach key [dict keys $tasks] {
        set seen [expr {[dict exists $known $key] ? [dict get $known $key] : {state GONE}}]
        dict set tasks $key [dict merge [dict get $tasks $key] [dict filter $seen script {name value} {
            expr {$value ne ""}
        }]]
        if {![dict exists $known $key] || [::acre::slurm::over [dict get $seen state]]} {
            if {![dict get $tasks $key since]} {
                dict set tasks $key since [clock milliseconds]
            }
        }
    }
}

# Takes every result that has come.  Files are opened anew each time: so one of another machine is seen as it is.
proc ::acre::engineslurm::Read {options} {
    variable tasks
    foreach key [dict keys $tasks] {
        set task [dict get $tasks $key]
        foreach result [::acre::shardtake::lines [dict get $task dir]/results.tsv at [dict get $task at]] {
            set name [dict get $result name]
            if {[dict get $result verdict] eq "MISSING" || ![dict exists $task cases $name]} continue
            set case [dict get $task cases $name]
            dict unset task cases $name
            ::acre::runner::take $case [::acre::shardtake::take $result [dict get $task dir]/$name \
                [dict get $case dir] 0]
        }
        dict set task at $at
        dict set tasks $key $task
    }
}

# Tasks that are over leave; what they have not done goes back, or is given up.
proc ::acre::engineslurm::Close {} {
    variable tasks
    variable GRACE
    foreach key [dict keys $tasks] {
        set task [dict get $tasks $key]
        set left [dict values [dict get $task cases]]
        set grace [dict get $GRACE [expr {[dict get $task state] eq "COMPLETED" ? "COMPLETED" : "other"}]]
        # One that has said all it was asked for is of no more concern, whatever the queue thinks of it.
        if {$left eq "" || ([dict get $task since] && [clock milliseconds] - [dict get $task since] >= $grace)} {
            dict unset tasks $key
            if {$left ne ""} {
                Lost $key $task $left
            }
        }
    }
}

proc ::acre::engineslurm::Lost {key task left} {
    variable pool
    variable tries
    variable TRIES
    set why "task [join $key _] ended [dict get $task state]"
    if {[dict get $task node] ne ""} {
        append why " on [dict get $task node]"
    }
    set log [dict get $task dir]/task.log
    set word [::acre::engineround::last_word $log]
    append why [expr {$word eq "" ? "" : ": $word"}]
    if {[dict get $task state] in {FAILED COMPLETED} && ![file exists $log]} {
        append why " without a word in $log; --out must be a directory that all nodes share"
    }
    set again [lmap case $left {
        if {[dict get $tries [dict get $case name]] >= $TRIES} {
            ::acre::runner::record $case MISSING "" "no result in $TRIES tasks; the last: $why" 0
            continue
        }
        set case
    }]
    ::acre::progress::note "$why; [llength $again] of its cases are submitted again"
    lappend pool {*}$again
}

# Where nothing runs for long, says why -> why it never will, or "".
proc ::acre::engineslurm::Idle {elapsed} {
    variable tasks
    variable BORED
    set reasons [::acre::enginewait::reasons $tasks]
    if {$elapsed > $BORED && $reasons ne ""} {
        set words [join $reasons ", "]
        Once $words "all tasks wait: $words"
    }
    return [::acre::enginewait::hopeless $reasons $elapsed]
}

# Says WORDS, unless they were said of KEY.
proc ::acre::engineslurm::Once {key words} {
    variable said
    if {![dict exists $said $key]} {
        dict set said $key 1
        ::acre::progress::note $words
    }
}

# Ends what is left of the jobs and takes what they still write.  Where that is not to be known, their numbers stay for
# who comes next.
proc ::acre::engineslurm::Cancel {options} {
    variable tasks
    variable FAREWELL
    if {[dict size $tasks]} {
        set jobs [lsort -unique -integer [lmap key [dict keys $tasks] {lindex $key 0}]]
        set why [::acre::slurm::cancel $jobs]
        if {$why ne ""} {
            ::acre::progress::note "$why; tasks may still run: --resume ends them, or 'scancel $jobs'"
            Read $options
            return
        }
        set deadline [expr {[clock milliseconds] + $FAREWELL}]
        while {[dict size [dict filter $tasks script {key task} {expr {![dict get $task since]}}]]
                && [clock milliseconds] < $deadline} {
            Wait
            Ask
        }
        Read $options
    }
    ::acre::engineround::end $options
}
