#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm on a true Slurm cluster of two nodes on this machine, one of which dies in mid-run: nothing is lost.  Then
# with a true emulator and results that are copied, and Ctrl-C.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
source [file join $::env(srcdir) slurmcluster.tcl]
tap::need setsid util-linux
foreach {program package} {munged munge slurmctld slurm-wlm slurmd slurm-wlm sbatch slurm-wlm} {
    if {[cluster::program $program] eq ""} {
        tap::skip_all "needs $program (Debian packages slurm-wlm and munge)"
    }
}
tap::plan 16

proc jobs {} {
    return [exec squeue --noheader --format=%i]
}

tap::is [cluster::start $tmp/slurm] "" "a cluster of two nodes comes up"

# --- a node dies ------------------------------------------------------------------------------------------------------

# In the order of their names: two results come, then each of four shards waits at the gate.
set maps [maps $tmp/maps fail-1 hang-1 hold-1 hold-2 hold-3 hold-4 pass-1 pass-2 pass-3 pass-4 pass-5 pass-6]
set plan [list --maps $maps --emulator qemu --timeout-scale 10]
gate
gate all
farm {*}$plan --jobs 2 --out $tmp/local
gate
set channel [begun {*}[command {*}$plan --engine slurm --shards 4 --out $tmp/out]]
until {[llength [glob -nocomplain $::tmp/out/shards/*/*/boot@hold-*/case]] == 4
    && [file exists $::tmp/out/results.tsv] && [dict size [results $::tmp/out]] == 2} 90
set running [exec squeue --noheader --array --states=RUNNING --format=%N]
tap::is [lsort $running] {n1 n1 n2 n2} "four tasks run on both nodes"
set steps [cluster::steps n2]
set before [dict size [results $tmp/out]]
cluster::lose n2
gate all
tap::ok [expr {[llength $steps] >= 4 && [cluster::steps n2] eq ""}] "one node dies, with [llength $steps] processes"
lassign [ended $channel] status output
tap::is $before 2 "... in mid-run, after 2 of 12 results"
tap::like $output "*acre: task *_* ended NODE_FAIL on n2*; * of its cases are submitted again*" \
    "Slurm says that it is lost, and its cases are submitted again"
tap::is [lines $tmp/out] [lines $tmp/local] "nothing is lost: the results are those of a run on this machine"
tap::is $status/[lindex [split $output \n] end] "1/10 passed, 2 failed" "... and so are status and count"
cluster::node n2
tap::ok [until {[cluster::states] eq "n1 idle n2 idle"} 30] "the node comes back" [cluster::states]

# --- a true emulator, and results that are copied ---------------------------------------------------------------------

file mkdir $tmp/disk
set acre [file join $::env(top_builddir) acre]
set real [list --select ladder/1M ladder/16M ladder/64M --emulator qemu]
if {[auto_execok qemu-system-x86_64] eq ""} {
    foreach point {results scratch} {
        tap::skip "a true emulator ($point)" "needs qemu-system-x86_64 (Debian package qemu-system-x86)"
    }
} else {
    lassign [ended [begun $acre farm {*}$real --out $tmp/here]] - here
    lassign [ended [begun $acre farm {*}$real --engine slurm --shards 3 --scratch $tmp/disk --out $tmp/there]] \
        status output
    tap::is $status/[lindex [split $output \n] end]/[lines $tmp/there] "0/3 passed, 0 failed/[lines $tmp/here]" \
        "QEMU boots on the nodes, in --scratch"
    tap::is [glob -nocomplain $tmp/disk/*] {} "... where nothing stays"
}

# --- Ctrl-C -----------------------------------------------------------------------------------------------------------

gate
set channel [begun {*}[command {*}$plan --engine slurm --shards 2 --out $tmp/stop]]
until {[file exists $::tmp/stop/results.tsv] && [dict size [results $::tmp/stop]] >= 2} 90
exec kill -INT [pid $channel]
lassign [ended $channel] status output
tap::like $status/$output "1/*MISSING * cases: planned, no result: the run was stopped (Ctrl-C)*" "Ctrl-C ends a run"
tap::ok [until {[jobs] eq "" && [cluster::steps n1] eq "" && [cluster::steps n2] eq ""} 30] \
    "... leaves no job and no process" "[jobs] [cluster::steps n1] [cluster::steps n2]"
gate all
lassign [farm {*}$plan --resume --jobs 2 --out $tmp/stop] status output
tap::is $status/[lindex [split $output \n] end] "1/10 passed, 2 failed" "... and a directory that --resume goes on with"

# --- what Slurm itself says -------------------------------------------------------------------------------------------

set slurm [list {*}$plan --engine slurm --shards 2 --out $tmp/said]
tap::like [farm {*}$slurm --sbatch=--partition=none] "2 {acre: sbatch: *nvalid partition name*; give sbatch what*}" \
    "sbatch refuses what the cluster does not have, in its own words"
cluster::lose slurmctld
tap::like [farm {*}$slurm] "2 {acre: sbatch: *Unable to contact slurm controller*; 'scontrol ping' says*}" \
    "a controller that is not there is told at once"

cluster::stop
set left {}
foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
    if {[lindex [file split $file] 2] != [pid] && ![catch {open $file rb} in]} {
        if {![catch {read $in} words] && [string first $tmp $words] >= 0} {
            lappend left [string map {\0 " "} $words]
        }
        close $in
    }
}
tap::is $left {} "all that was started has ended"
tap::done
