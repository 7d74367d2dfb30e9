# SPDX-License-Identifier: Apache-2.0
#
# slurmcluster.tcl: a true Slurm cluster of two nodes on this machine, for a test: munged, slurmctld and two slurmd, all
# in the test's own directory, on free ports, with a key of their own.  Needs Expect, and tap.tcl first.
#
#   cluster::start DIR     all of it; SLURM_CONF is set for Slurm's commands.  Returns "" when both nodes are up, else
#                          what went wrong
#   cluster::node NAME     starts the slurmd of n1 or n2 (again)
#   cluster::lose NAME     the machine of n1 or n2 dies: its slurmd, its steps and what they run are killed; or the one
#                          of slurmctld
#   cluster::steps NAME    -> {pid start} of the processes that run on n1 or n2
#   cluster::states        -> what the nodes are, as "n1 idle n2 idle"
#   cluster::stop          ends all that was started here
#
# All are started in the foreground, each in a session of its own, and watched by a guardian: when the test dies they
# do, too.  Nothing needs root: the cluster runs its jobs as who started it.

::acre::paths::use process family

namespace eval cluster {
    variable dir ""
    # Name -> {pid channel of its guardian}.
    variable daemons [dict create]
    # Where Debian has daemons, for who has no such PATH.
    variable sbin {/usr/sbin /sbin}
}

proc cluster::program {name} {
    variable sbin
    foreach path [concat [lindex [auto_execok $name] 0] [lmap place $sbin {file join $place $name}]] {
        if {[file executable $path]} {
            return $path
        }
    }
    return ""
}

proc cluster::start {where} {
    variable dir $where
    foreach name {munge state spool log} {
        file mkdir $dir/$name
        # munged wants everybody to come to its socket and nobody else to write beside it.
        file attributes $dir/$name -permissions 0755
    }
    file attributes $dir -permissions 0755
    set key [open $dir/munge/key wb 0600]
    set random [open /dev/urandom rb]
    puts -nonewline $key [read $random 1024]
    close $random
    close $key
    Configure [Ports 3]
    set ::env(SLURM_CONF) $dir/slurm.conf
    Daemon munged --foreground --key-file=$dir/munge/key --socket=$dir/munge/socket --pid-file=$dir/munge/pid \
        --log-file=$dir/log/munged.log --seed-file=$dir/munge/seed
    if {![until {[file exists $::cluster::dir/munge/socket]} 30]} {
        return "munged does not come up: [Words munged]"
    }
    Daemon slurmctld -D -f $dir/slurm.conf
    node n1
    node n2
    if {![until {[cluster::states] eq "n1 idle n2 idle"} 90]} {
        return "the nodes are '[states]'; slurmctld: [Words slurmctld]; n1: [Words n1]; n2: [Words n2]"
    }
    return ""
}

# Numbers of ports that nobody uses.
proc cluster::Ports {count} {
    set sockets {}
    for {set i 0} {$i < $count} {incr i} {
        lappend sockets [socket -server none -myaddr 127.0.0.1 0]
    }
    return [lmap socket $sockets {
        set port [lindex [fconfigure $socket -sockname] 2]
        close $socket
        set port
    }]
}

# Two machines of two processors each, on this one.  A node that says nothing for two seconds is down, as soon as the
# controller asks; in a true cluster these are minutes.
proc cluster::Configure {ports} {
    variable dir
    lassign $ports controller one two
    set host [lindex [split [info hostname] .] 0]
    set user [exec id -un]
    set out [open $dir/slurm.conf w]
    puts $out "ClusterName=acre
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=$controller
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
CredType=cred/munge
SlurmUser=$user
SlurmdUser=$user
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool/%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/%n.pid
SlurmctldLogFile=$dir/log/controller.log
SlurmdLogFile=$dir/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdTimeout=2
MessageTimeout=2
TCPTimeout=1
KillWait=2
ReturnToService=2
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$one CPUs=2 RealMemory=1000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$two CPUs=2 RealMemory=1000
PartitionName=all Nodes=n1,n2 Default=YES State=UP MaxTime=INFINITE"
    close $out
}

proc cluster::Daemon {name args} {
    Start $name [program $name] {*}$args
}
proc cluster::node {name} {
    variable dir
    Start $name [program slurmd] -D -f $dir/slurm.conf -N $name
}

# Its words go to a file of its name.
proc cluster::Start {name args} {
    variable dir
    variable daemons
    set pid [exec setsid {*}$args </dev/null >$dir/log/$name.out 2>@1 &]
    set guardian [::acre::process::guardian]
    puts $guardian $pid
    dict set daemons $name [list $pid $guardian]
}

proc cluster::Words {name} {
    variable dir
    set in [open $dir/log/$name.out]
    set lines [split [string trim [read $in]] \n]
    close $in
    return [join [lrange $lines end-2 end] " / "]
}

proc cluster::states {} {
    if {[catch {exec timeout 10 sinfo --noheader --Node "--format=%N %t" 2>/dev/null} said]} {
        return ""
    }
    return [string trim [regsub -all {\s+} $said " "]]
}

# A step's script lies in its node's spool directory, and its command line says so; above it is Slurm's own process.
proc cluster::steps {name} {
    variable dir
    set pids {}
    foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
        if {[catch {open $file rb} in]} continue
        if {![catch {read $in} words] && [string first $dir/spool/$name/ $words] >= 0} {
            set pid [lindex [file split $file] 2]
            lappend pids $pid {*}[lindex [::acre::family::Stat $pid] 1]
        }
        close $in
    }
    return [::acre::family::alive [::acre::family::of [lsearch -all -inline -not -exact [lsort -unique $pids] 1]]]
}

proc cluster::lose {name} {
    variable daemons
    lassign [dict get $daemons $name] pid guardian
    # What was started while the others were looked for is found by the next look; what was killed takes a moment.
    ::acre::family::signal KILL $pid
    until {[Kill $name] eq ""} 10
    ::acre::process::dismiss $guardian
    dict unset daemons $name
}

# Kills what runs on n1 or n2 -> what that was.
proc cluster::Kill {name} {
    set steps [steps $name]
    ::acre::family::signal KILL $steps
    return $steps
}

proc cluster::stop {} {
    variable daemons
    catch {exec timeout 10 scancel --quiet --user=[exec id -un] 2>/dev/null}
    until {[cluster::steps n1] eq "" && [cluster::steps n2] eq ""} 10
    Kill n1
    Kill n2
    foreach {name daemon} [lreverse $daemons] {
        lassign [list $name $daemon] daemon name
        lassign $daemon pid guardian
        ::acre::family::signal TERM $pid
        if {![until {[::acre::family::alive [::acre::family::of $pid]] eq ""} 30]} {
            ::acre::family::signal KILL $pid
        }
        ::acre::process::dismiss $guardian
    }
    set daemons [dict create]
}
