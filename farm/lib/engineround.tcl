# SPDX-License-Identifier: Apache-2.0
#
# engineround.tcl: the files of a run on a cluster: what is submitted, and what a run that was cut short has left.
#
#   ::acre::engineround::begin OPTIONS         ends the jobs of a run in this directory that was killed.  Raises
#                                              {ACRE SLURM AWAY} if it cannot
#   ::acre::engineround::left OPTIONS CASES    -> those of CASES that have no result; with resume, what tasks of an
#                                              earlier run have written and nobody has taken is taken first
#   ::acre::engineround::submit OPTIONS CASES  -> {job dir shards}: the array's number, where its tasks' directories
#                                              are (by number, from 1), the cases of each.  Raises as slurm.tcl does,
#                                              and nothing is left of the round
#   ::acre::engineround::last_word FILE        -> the last line of a task's words, if it says how the task came to its
#                                              end; a case's result does not
#   ::acre::engineround::end OPTIONS           no job is left
#
# OPTIONS are engineslurm.tcl's.  OUT/shards/jobs has the numbers of the jobs, while there are any.

namespace eval ::acre::engineround {
    # So many tasks for each that can run at once: machines differ, and so does what they are given.
    variable WAVES 3
    # A task that is shorter than so many seconds is not worth its start.
    variable WORTH 20
    variable MOST 1000
    # Of this run: the first part of the names of its rounds, and how many there were.
    variable run ""
    variable count 0
}

proc ::acre::engineround::begin {options} {
    variable count 0
    variable run [clock seconds]
    set shards [file join [dict get $options out] shards]
    while {[glob -nocomplain -directory $shards $run.*] ne ""} {
        incr run
    }
    set file [file join $shards jobs]
    if {[file exists $file]} {
        set in [open $file]
        set jobs [lsearch -all -inline -regexp [split [read $in]] {^\d+$}]
        close $in
        set why [::acre::slurm::cancel $jobs]
        if {$why ne ""} {
            return -code error -errorcode {ACRE SLURM AWAY} "the run in [dict get $options out] has left jobs ([join \
                $jobs ", "]), which must end first: $why"
        }
    }
    if {![dict get $options resume]} {
        file delete -force $shards
    }
    file mkdir $shards
}

proc ::acre::engineround::left {options cases} {
    set results [dict create]
    if {[dict get $options resume]} {
        foreach file [glob -nocomplain -directory [file join [dict get $options out] shards] */*/results.tsv] {
            dict for {name result} [::acre::resume::last $file] {
                dict set results $name [list $result [file dirname $file]]
            }
        }
    }
    return [lmap case $cases {
        set name [dict get $case name]
        if {[dict exists $results $name]} {
            lassign [dict get $results $name] result dir
            if {[dict get $result verdict] eq "PASS" && [dict get $result hash] eq [dict get $case hash]
                    && [file isdirectory [file join $dir $name]]} {
                ::acre::runner::take $case [::acre::shardtake::take $result [file join $dir $name] \
                    [dict get $case dir] 0]
                continue
            }
        }
        set case
    }]
}

proc ::acre::engineround::submit {options cases} {
    variable run
    variable count
    set out [dict get $options out]
    set expected [::acre::shard::expected $cases \
        [list [file join $out results-before.tsv] [file join $out results.tsv]]]
    set shards [::acre::shard::cut $cases $expected [Number $options [dict values $expected]]]
    set dir [file join $out shards $run.[incr count]]
    set number 0
    set need 0
    foreach shard $shards {
        file mkdir [file join $dir [incr number]]
        ::acre::shard::write $shard [file join $dir $number cases]
        set need [expr {max($need, [::acre::shard::need $shard [dict get $options jobs]])}]
    }
    Script $options [file join $dir task.sh]
    set words [list --cpus-per-task=[dict get $options jobs] --mem=[expr {($need >> 20) + 1}]M]
    lappend words {*}[dict get $options sbatch]
    if {[catch {::acre::slurm::submit $dir/task.sh $number $dir $words} job details]} {
        # Where the answer alone was lost the tasks will find nothing to do.
        file delete -force $dir
        return -options $details $job
    }
    set list [open [file join $out shards jobs] a]
    puts $list $job
    close $list
    return [list $job $dir $shards]
}

# How many tasks suit cases of so many SECONDS each.
proc ::acre::engineround::Number {options seconds} {
    variable WAVES
    variable WORTH
    variable MOST
    if {[dict get $options shards] ne ""} {
        return [dict get $options shards]
    }
    set slots [expr {max(1, [::acre::slurm::cpus] / [dict get $options jobs])}]
    set worth [expr {int(ceil([::tcl::mathop::+ {*}$seconds]) / $WORTH) + 1}]
    return [expr {min($MOST, $WAVES * $slots, $worth)}]
}

# What a task runs.  A case that is not well is no failure of the task.
proc ::acre::engineround::Script {options file} {
    set words [list {*}[dict get $options command] farm --jobs [dict get $options jobs]]
    if {[dict get $options scratch] ne ""} {
        lappend words --scratch [dict get $options scratch]
    }
    set dir [::acre::rundir::shell [list [file dirname $file]]]
    ::acre::casefile::save $file [encoding convertto [encoding system] "#!/bin/sh
# A task of acre farm --engine slurm.
cd $dir/\"\$SLURM_ARRAY_TASK_ID\" || exit 2
[::acre::rundir::shell $words] --shard \"\$PWD/cases\"
test \$? -le 1
"]
}

proc ::acre::engineround::last_word {file} {
    if {[catch {open $file} in]} {
        return ""
    }
    set lines [split [string trim [read $in]] \n]
    close $in
    set line [lindex $lines end]
    return [expr {[regexp {^[A-Z]+ +\S+ [0-9.]+ s} $line] ? "" : [string range $line 0 199]}]
}

proc ::acre::engineround::end {options} {
    file delete [file join [dict get $options out] shards jobs]
}
