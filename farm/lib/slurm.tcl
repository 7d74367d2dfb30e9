# SPDX-License-Identifier: Apache-2.0
#
# slurm.tcl: Slurm's commands, as a run of the farm needs them.  Nothing else of Slurm is used: no accounting (a task
# that squeue does not know is over), no library, no configuration.
#
#   ::acre::slurm::cpus                   -> processors of the nodes that are up
#   ::acre::slurm::submit SCRIPT COUNT DIR OPTIONS   -> number of the job, an array of tasks 1 to COUNT that run SCRIPT;
#                                         DIR is where each task has a directory by its number, OPTIONS sbatch's
#   ::acre::slurm::tasks JOBS             -> dict {job task} -> dict state node reason of every task that is known yet
#   ::acre::slurm::cancel JOBS            ends them; those that are over are no error.  -> "", or why nobody can know
#   ::acre::slurm::over STATE             -> 1 if a task in this state has ended
#
# All but cancel raise, with the command's own words, {ACRE SLURM AWAY} if the controller has not answered, else
# {ACRE SLURM REFUSED}.

namespace eval ::acre::slurm {
    # Seconds that one command may take; a controller that is away is asked again later.
    variable PATIENCE 40
    # So Slurm's commands say that nobody has answered them.
    variable AWAY {(?i)unable to (contact|establish)|no answer|not responding|timed out|connection refused|zero bytes}
    variable ends {BOOT_FAIL CANCELLED COMPLETED DEADLINE FAILED NODE_FAIL OUT_OF_MEMORY PREEMPTED TIMEOUT}
}

proc ::acre::slurm::Command {args} {
    variable PATIENCE
    variable AWAY
    ::acre::err::need [lindex $args 0]
    if {[catch {exec timeout $PATIENCE {*}$args </dev/null} output options]} {
        set code [dict get $options -errorcode]
        # Words on standard error alone are warnings.
        if {[lindex $code 0] ne "NONE"} {
            set words [string trim [regsub -all {\n?child (process|killed)[^\n]*$} $output ""]]
            if {[lindex $code 0] eq "CHILDSTATUS" && [lindex $code 2] == 124} {
                set words "no answer within $PATIENCE s"
            }
            set word [regsub {^[a-z_]+: (error: )?} [lindex [split $words \n] end] ""]
            if {[regexp $AWAY $word]} {
                return -code error -errorcode {ACRE SLURM AWAY} \
                    "[lindex $args 0]: $word; 'scontrol ping' says which controllers are up"
            }
            return -code error -errorcode {ACRE SLURM REFUSED} "[lindex $args 0]: $word"
        }
    }
    return $output
}

proc ::acre::slurm::cpus {} {
    set nodes [dict create]
    foreach line [split [Command sinfo --noheader --Node --format=%N|%c|%t] \n] {
        lassign [split [string trim $line] |] node cpus state
        if {[string is integer -strict $cpus] && ![regexp {down|drain|drng|fail|maint|unk|\*$} $state]} {
            dict set nodes $node $cpus
        }
    }
    return [::tcl::mathop::+ {*}[dict values $nodes]]
}

proc ::acre::slurm::submit {script count dir options} {
    # A task that has lost its node is not begun again by Slurm: only what it has not done is, by us.
    try {
        set said [Command sbatch --parsable --array=1-$count --no-requeue --job-name=acre-farm --chdir=$dir \
            --output=$dir/%a/task.log {*}$options $script]
    } trap {ACRE SLURM REFUSED} {why details} {
        return -options $details "$why; give sbatch what the cluster asks for with --sbatch=OPTION"
    }
    if {![regexp -line {^(\d+)(?:;.*)?$} $said - job]} {
        return -code error -errorcode {ACRE SLURM REFUSED} "sbatch: no number of a job in '$said'"
    }
    return $job
}

proc ::acre::slurm::tasks {jobs} {
    set known [dict create]
    if {[catch {
        Command squeue --noheader --array --states=all --jobs=[join $jobs ,] --format=%F|%K|%T|%N|%r
    } said options]} {
        # So says squeue of a job that ended so long ago that the controller has forgotten it.
        if {[string match "*nvalid job id*" $said]} {
            return $known
        }
        return -options $options $said
    }
    foreach line [split $said \n] {
        lassign [split [string trim $line] |] job task state node reason
        if {$job in $jobs} {
            dict set known [list $job $task] [dict create state $state node $node reason $reason]
        }
    }
    return $known
}

proc ::acre::slurm::cancel {jobs} {
    if {$jobs eq ""} {
        return ""
    }
    try {
        Command scancel --quiet {*}$jobs
    } trap {ACRE SLURM REFUSED} - {
        # What it says of jobs that are over.
    } trap {ACRE SLURM AWAY} why {
        return $why
    }
    return ""
}

proc ::acre::slurm::over {state} {
    variable ends
    return [expr {$state in $ends}]
}
