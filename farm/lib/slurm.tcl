# SPDX-License-Identifier: Apache-2.0
#
# slurm.tcl: Slurm's commands, as a run of the farm needs them.  Nothing else of Slurm is used: no accounting (a task
# that squeue does not know is over), no library, no configuration.
#
#   ::acre::slurm::cpus                   -> processors of the nodes that are up
#   ::acre::slurm::submit SCRIPT COUNT DIR OPTIONS   -> number of the job, an array of tasks 1 to COUNT that run SCRIPT;
#                                         DIR is where each task has a directory by its number, OPTIONS sbatch's
#   ::acre::slurm::tasks JOBS             -> dict {job task} -> dict state node reason of every task that is known yet
#   ::acre::slurm::cancel JOBS            ends them; those that are over are no error
#   ::acre::slurm::over STATE             -> 1 if a task in this state has ended
#
# All but cancel raise {ACRE SLURM} with the command's own words.

namespace eval ::acre::slurm {
    # Seconds that one command may take; a controller that is away is asked again later.
    variable PATIENCE 40
    variable ends {BOOT_FAIL CANCELLED COMPLETED DEADLINE FAILED NODE_FAIL OUT_OF_MEMORY PREEMPTED TIMEOUT}
}

proc ::acre::slurm::Command {args} {
    variable PATIENCE
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
            return -code error -errorcode {ACRE SLURM} "[lindex $args 0]: $word"
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
    set said [Command sbatch --parsable --array=1-$count --no-requeue --job-name=acre-farm --chdir=$dir \
        --output=$dir/%a/task.log {*}$options $script]
    if {![regexp -line {^(\d+)(?:;.*)?$} $said - job]} {
        return -code error -errorcode {ACRE SLURM} "sbatch: no number of a job in '$said'"
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
    if {$jobs ne ""} {
        catch {Command scancel --quiet {*}$jobs}
    }
}

proc ::acre::slurm::over {state} {
    variable ends
    return [expr {$state in $ends}]
}
