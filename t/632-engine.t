#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --engine slurm, with a driver that starts no emulator (farm-double.tcl) on a cluster that is a script
# (slurm-double): tasks that are lost, controllers that are away, Ctrl-C, a waiting side that is killed.  t/634 has the
# true Slurm.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
::acre::paths::use casefile family shard
tap::need setsid util-linux
tap::plan 50
set ::env(DOUBLE_EAGER) 1
file mkdir $tmp/bin
foreach name {sbatch squeue scancel sinfo} {
    file link -symbolic $tmp/bin/$name [file join $::env(srcdir) slurm-double]
}
set ::env(PATH) $tmp/bin:$::env(PATH)

# cluster LINE...: a new one; LINE is {FILE TEXT} of what it is told.
proc cluster {args} {
    set ::env(FAKE) $::tmp/fake[incr ::clusters]
    file mkdir $::env(FAKE)
    foreach line $args {
        tell {*}$line
    }
}
proc tell {file {text ""}} {
    set out [open $::env(FAKE)/$file w]
    puts $out $text
    close $out
}
# The calls of one command.
proc calls {name} {
    if {[catch {open $::env(FAKE)/calls} in]} {
        return {}
    }
    set lines [lsearch -all -inline [split [string trim [read $in]] \n] "$name *"]
    close $in
    return $lines
}
# Processes of tasks that still run; of all jobs, or of one.
proc tasks {{job *}} {
    set running {}
    foreach file [glob -nocomplain $::env(FAKE)/$job.*] {
        set in [open $file]
        set word [string trim [read $in]]
        close $in
        if {[string is integer -strict $word] && [file exists /proc/$word]} {
            lappend running $word
        }
    }
    return $running
}
# In the order of their names; so the first of every shard but the last are quick, then all wait at the gate.
set maps [maps $tmp/maps die-1 fail-1 hang-1 hold-1 hold-2 pass-1 pass-2 refuse-1]
set plan [list --maps $maps --timeout-scale 10]
gate
gate all
set slurm [concat $plan --engine slurm]
lassign [farm {*}$plan --out $tmp/local] - local
set last [lindex [split $local \n] end]

gate
cluster {forsake "* PENDING"}
set channel [begun {*}[command {*}$slurm --shards 3 --out $tmp/plain]]
until {[llength [calls squeue]] >= 8} 60
gate all
lassign [ended $channel] status output
tap::is $status/[lindex [split $output \n] end] 1/$last "a run in three tasks ends as one here"
tap::is [lines $tmp/plain] [lines $tmp/local] "its result lines are the same"
tap::is [llength [calls sbatch]]/[llength [calls scancel]] 1/0 "... by one array, which nobody had to end"
tap::like [calls sbatch] "* --array=1-3 --no-requeue *--cpus-per-task=1 --mem=*" "which asks for a processor a task"
tap::is [file exists $tmp/plain/shards/jobs]/[llength [glob $tmp/plain/shards/*/*/task.log]] 0/3 \
    "what the tasks said is kept, no number of a job is"
tap::is [regexp -all {acre: all tasks wait: Resources} $output] 1 "what all tasks wait for, for long, is told once"
tap::like $output "*4 maps under both emulators: the kernels agree*" "the two emulators are compared at the end"

cluster
lassign [farm {*}$slurm --jobs 2 --sbatch=--partition=big --sbatch=--time=9 --sbatch -p other --out $tmp/opt] \
    status output
tap::is [lindex [split $output \n] end] $last "options for sbatch"
tap::like [calls sbatch] "*--cpus-per-task=2 *--partition=big --time=9 -p other /*task.sh*" "... are given to it"
tap::like [calls sbatch] "*--array=1-1 *" "a plan of a few seconds is one task"

# Lost tasks.
cluster {lose "1.2 NODE_FAIL\n2.1 PREEMPTED"}
lassign [farm {*}$slurm --shards 3 --out $tmp/lost] status output
tap::is [lines $tmp/lost]/$status [lines $tmp/local]/1 "two tasks are lost, and nothing else"
tap::like $output "*acre: task 1_2 ended NODE_FAIL on n2; 5 of its cases are submitted again*" "... which is told"
tap::is [llength [calls sbatch]] 3 "... and what they had is submitted again"
cluster {lose "* NODE_FAIL"}
lassign [farm {*}$slurm --shards 2 --out $tmp/none] status output
tap::is $status/[lindex [split $output \n] end] "1/0 passed, 16 failed" "where every task is lost the run ends red"
tap::is [lsort -unique [dict values [results $tmp/none]]]/[llength [calls sbatch]] MISSING/4 "... after four times"
tap::like $output "*MISSING * cases: no result in 4 tasks; the last: task 4_* ended NODE_FAIL on n*; --resume *" \
    "... and says what became of them"
gate
cluster {forsake "1.* NODE_FAIL"}
set channel [begun {*}[command {*}$slurm --shards 2 --out $tmp/ghost]]
until {[llength [calls sbatch]] == 2} 60
set ghosts [llength [tasks 1]]
gate all
lassign [ended $channel] status output
until {[tasks] eq ""} 20
tap::is [lines $tmp/ghost] [lines $tmp/local] "tasks that were given up and go on do no harm"
tap::is $ghosts/[llength [calls sbatch]] 2/2 "... they were given up"

# What will never run is not waited for.
cluster {lose "* PENDING"} {reason PartitionConfig}
lassign [farm {*}$slurm --shards 2 --jobs 64 --out $tmp/never] status output
tap::is $status/[lindex [split $output \n] end] "1/0 passed, 16 failed" \
    "tasks that the cluster can never run end the run"
tap::like $output "*MISSING * cases: planned, no result: the tasks wait for what the cluster does not have\
    (PartitionConfig); ask for less, by --jobs or --sbatch*" "... with Slurm's word, and what to do"
tap::is [llength [calls scancel]] 1 "... and are cancelled"

# A controller that is away, or forgets.
gate
cluster
set channel [begun {*}[command {*}$slurm --shards 2 --out $tmp/away]]
until {[file exists $::env(FAKE)/1.2]} 60
tell away
set asked [llength [calls squeue]]
until {[llength [calls squeue]] >= $asked + 3} 60
file delete $::env(FAKE)/away
gate all
lassign [ended $channel] status output
tap::is [lines $tmp/away]/[llength [calls sbatch]] [lines $tmp/local]/1 "a controller that is away for a while"
tap::is [regexp -all {acre: squeue: Unable to contact slurm controller[^\n]*still read} $output] 1 \
    "... is told, once"
cluster forgotten {lose "1.* FAILED"}
set channel [begun {*}[command {*}$slurm --shards 2 --out $tmp/forgot]]
until {[llength [calls sbatch]] == 2} 60
file delete $::env(FAKE)/forgotten
lassign [ended $channel] status output
tap::is [lines $tmp/forgot] [lines $tmp/local] "jobs that the controller has forgotten are over"
tap::like $output "*acre: task 1_2 ended GONE; * of its cases are submitted again*" "... and what they had is not lost"
cluster refuse
lassign [farm {*}$slurm --out $tmp/refused] status output
tap::is $status/$output "2/acre: sbatch: Batch job submission failed: Invalid account; give sbatch what the cluster\
    asks for with --sbatch=OPTION" "sbatch's own words where it refuses, and what to do"
tap::is [glob -nocomplain $tmp/refused/shards/*] {} "... and nothing is left of what it refused"
cluster away
lassign [farm {*}$slurm --shards 2 --out $tmp/gone] status output
tap::like $status/$output "2/acre: sbatch: *Unable to contact slurm controller*; 'scontrol ping' says *" \
    "nobody there at the start"
# What is submitted again is refused: for good, or twice.
cluster {lose "1.* NODE_FAIL"} {refuse "2 99"}
lassign [farm {*}$slurm --shards 2 --out $tmp/never] status output
tap::is $status/[lindex [split $output \n] end]/[llength [calls sbatch]] "1/0 passed, 16 failed/5" \
    "sbatch that refuses for good what is submitted again ends the run, red"
tap::like $output "*acre: sbatch: *Invalid account; *; it is tried again*\nMISSING 16 cases: not submitted again:\
    sbatch: *Invalid account; *--sbatch=OPTION; --resume runs them*" "... says why"
tap::is [llength [glob $tmp/never/shards/*.*]] 1 "... and leaves nothing of what was refused"
cluster {lose "1.* NODE_FAIL"} {refuse "2 3"}
lassign [farm {*}$slurm --shards 2 --out $tmp/twice] status output
tap::is [lines $tmp/twice]/[llength [calls sbatch]] [lines $tmp/local]/4 "one that refuses twice has lost nothing"
# Nodes that do not see --out.
cluster {lose "* FAILED"}
lassign [farm {*}$slurm --shards 1 --out $tmp/blind] status output
tap::like $status/$output "1/*: no result in 4 tasks; the last: task 4_1 ended FAILED on n1 without a word in\
    $tmp/blind/shards/*/1/task.log; --out must be a directory that all nodes share; --resume *" \
    "tasks that cannot write in --out: what it must be is told"

# Ctrl-C.  In each of two shards three quick cases come before those that wait.
gate
set slurm [list --maps $maps --emulator qemu --timeout-scale 10 --engine slurm --shards 2]
cluster
set channel [begun {*}[command {*}$slurm --out $tmp/stop]]
tap::ok [until {[file exists $tmp/stop/results.tsv] && [dict size [results $tmp/stop]] >= 3} 60] "results come"
exec kill -INT [pid $channel]
lassign [ended $channel] status output
tap::is $status/[llength [calls scancel]] 1/1 "Ctrl-C ends the run, and its job"
tap::like $output "*MISSING 5 cases: planned, no result: the run was stopped (Ctrl-C); --resume runs them*" \
    "... says so"
tap::ok [until {[tasks] eq ""} 20] "... leaves no task"
gate all
lassign [farm {*}$slurm --resume --out $tmp/stop] status output
set lines [split [exec cat {*}[glob $tmp/stop/shards/*/*/cases]] \n]
tap::is [llength [lsearch -all -inline $lines {*name boot@pass-*}]] 4 \
    "--resume runs what there was no result of"
tap::is $status/[lindex [split $output \n] end] "1/5 passed, 3 failed" "... and then all is there"

# The controller is away when the run is to end.
gate
cluster
set channel [begun {*}[command {*}$slurm --out $tmp/leave]]
until {[file exists $tmp/leave/results.tsv] && [dict size [results $tmp/leave]] >= 3} 60
tell away
exec kill -INT [pid $channel]
lassign [ended $channel] status output
tap::like $status/$output "1/*acre: scancel: Unable to contact *; tasks may still run: --resume ends them, or 'scancel\
    1'*MISSING 5 cases:*" "Ctrl-C ends a run whose controller is away, and says what it leaves"
tap::like [farm {*}$slurm --resume --out $tmp/leave] "2 *acre: the run in $tmp/leave has left jobs (1), which must end\
    first: scancel: Unable to contact *" "--resume does not begin beside it"
tap::is [llength [tasks 1]] 2 "... for it still runs"
file delete $::env(FAKE)/away
set channel [begun {*}[command {*}$slurm --resume --out $tmp/leave]]
until {[llength [calls sbatch]] == 2} 60
tap::ok [until {[tasks 1] eq ""} 20] "as soon as the controller answers --resume ends it"
gate all
lassign [ended $channel] status output
tap::is $status/[lindex [split $output \n] end]/[file exists $tmp/leave/shards/jobs] "1/5 passed, 3 failed/0" \
    "... and all is there"

# A waiting side that is killed.  Its tasks do one more case each when it is gone.
gate
cluster
set channel [begun {*}[command {*}$slurm --out $tmp/kill]]
until {[file exists $tmp/kill/results.tsv] && [dict size [results $tmp/kill]] >= 3} 60
exec kill -KILL {*}[::acre::family::children [pid $channel]] [pid $channel]
catch {ended $channel}
tap::is [llength [tasks]] 2 "a waiting side is killed, its tasks go on"
gate hold-1
proc done {} {
    set text [exec cat {*}[glob $::tmp/kill/shards/*/*/results.tsv]]
    return [lmap {- name} [regexp -all -inline -line {^(boot@\S+)\tPASS} $text] {set name}]
}
tap::ok [until {"boot@hold-1,emu=qemu" in [done]} 60] "... which nobody sees"
set done [done]
set channel [begun {*}[command {*}$slurm --resume --out $tmp/kill]]
until {[llength [calls sbatch]] == 2} 60
gate all
lassign [ended $channel] status output
tap::is $status/[lindex [split $output \n] end] "1/5 passed, 3 failed" "--resume goes on"
tap::is [lindex [calls scancel] 0] "scancel --quiet 1" "... having ended what still ran"
tap::ok [until {[tasks] eq ""} 20] "... so that no task is left"
set second [lindex [lsort [glob -type d $tmp/kill/shards/*]] end]
set again [lmap case [concat {*}[lmap file [glob $second/*/cases] {::acre::shard::read $file}]] {dict get $case name}]
tap::is [lmap name $done {expr {$name in $again}}] [lmap name $done {expr 0}] \
    "... and what they had done, seen or not, is not done again"
tap::done
