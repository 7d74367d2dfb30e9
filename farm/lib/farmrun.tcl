# SPDX-License-Identifier: Apache-2.0
#
# farmrun.tcl: a run of `acre farm` from the plan to the last line: the directory, what can be kept or must be skipped,
# the probes, the runner, the summary.

namespace eval ::acre::farmrun {
    # One process at a time works in a directory; its number stands in this file.
    variable lock ""
    # Who removes that file if this process dies.
    variable guardian ""
    # The directory of this run's own for scratch, if it has one, and who removes it if this process dies.
    variable scratch ""
    variable scratchGuardian ""
}

# run CASES OPTIONS -> exit status.  OPTIONS: out jobs resume failed (1: --retry-failed) retries known command (the case
# command) tty; and, of engine.tcl, loop (of the runner, where nothing runs here), part (1: a part of a plan, whose maps
# are compared where all of it is) and scratch (a directory in which each case runs before it goes to out; "" for none).
proc ::acre::farmrun::run {cases options} {
    variable lock
    variable guardian
    set out [file normalize [dict get $options out]]
    if {[dict get $options failed]} {
        set cases [::acre::resume::planned $cases $out]
    }
    Directory $out [expr {[dict get $options resume] || [dict get $options failed]}]
    try {
        set cases [Prepare [::acre::profileplan::disks $cases $out] $out]
        ::acre::plan::write $cases [file join $out plan.tsv]
        set done [Known cases $out $options]
        ::acre::keeper::start
        set begun [clock milliseconds]
        set scratch [Scratch $options]
        set slots [Slots $options $out $cases $scratch]
        set results [::acre::runner::run [expr {$scratch eq "" ? $cases : [Placed $cases $scratch]}] $done $slots]
        if {![dict get $options part]} {
            set results [Judged $cases $results $out]
        }
        set results [Steady $cases $results $done $slots $options]
        ::acre::profiletable::show $cases $results $out
        return [::acre::farmend::say $cases $results [expr {([clock milliseconds] - $begun) / 1000.0}] \
            [dict get $options known]]
    } finally {
        # Where the whole directory was taken away there is another reason to tell.
        catch {file delete $lock}
        ::acre::process::dismiss $guardian
        Tidy
    }
}

# The results with what only all of them together tell.
proc ::acre::farmrun::Judged {cases results out} {
    lassign [::acre::emulators::judge $cases $results] changed words
    set results [dict merge $results $changed]
    set changed [dict merge $changed [::acre::profiletable::judge $cases $results]]
    ::acre::runner::add [file join $out results.tsv] [dict values $changed]
    if {$words ne ""} {
        puts $words
    }
    return [dict merge $results $changed]
}

# The results with what booting failures again tells, where they ran: on a cluster the tasks have done so.
proc ::acre::farmrun::Steady {cases results done slots options} {
    if {[dict exists $options loop]} {
        return $results
    }
    set slots [dict replace [dict remove $slots on-result] times [dict get $options retries]]
    set changed [::acre::flaky::judge $cases [dict remove $results {*}[dict keys $done]] $slots]
    ::acre::runner::add [file join [dict get $slots out] results.tsv] [dict values $changed]
    return [dict merge $results $changed]
}

# A directory of this run's own below the one for scratch, which nothing is left of, or "".
proc ::acre::farmrun::Scratch {options} {
    variable scratch ""
    variable scratchGuardian
    if {[dict get $options scratch] ne ""} {
        set dir [file join [file normalize [dict get $options scratch]] acre-farm-[info hostname]-[pid]]
        if {[catch {file mkdir $dir} why]} {
            ::acre::err::bad "cannot make the directory $dir: [Reason $why]; name another with --scratch"
        }
        set scratch $dir
        set scratchGuardian [::acre::process::guardian $dir]
    }
    return $scratch
}

proc ::acre::farmrun::Tidy {} {
    variable scratch
    variable scratchGuardian
    if {$scratch ne ""} {
        catch {file delete -force $scratch}
        ::acre::process::dismiss $scratchGuardian
        set scratch ""
    }
}

# Makes OUT, or takes it over: what another run is working in is left alone, old results are put aside.
proc ::acre::farmrun::Directory {out again} {
    variable lock
    variable guardian
    if {[catch {file mkdir $out} why]} {
        ::acre::err::bad "cannot make the directory $out: [Reason $why]; name another with --out"
    }
    set file [file join $out lock]
    if {[file isfile $file]} {
        set in [open $file r]
        set pid [string trim [read $in]]
        close $in
        if {[string is integer -strict $pid] && [file exists /proc/$pid]} {
            ::acre::err::bad "$out is in use by process $pid; wait for it or name another directory with --out"
        }
        file delete $file
    }
    if {[catch {
        set channel [open $file {WRONLY CREAT EXCL}]
        puts $channel [::acre::keeper::process]
        close $channel
        if {!$again && [file exists [file join $out results.tsv]]} {
            file rename -force [file join $out results.tsv] [file join $out results-before.tsv]
        }
    } why]} {
        ::acre::err::bad "cannot write in $out: [Reason $why]; name another directory with --out"
    }
    set lock $file
    set guardian [::acre::process::guardian $lock]
}

# The system's own words out of Tcl's message.
proc ::acre::farmrun::Reason {message} {
    return [string trim [lindex [split $message :] end]]
}

# hashes CASES -> dict name -> hash of all that the case's result depends on.
proc ::acre::farmrun::hashes {cases} {
    set images [lsort -unique [lmap case $cases {dict get $case image}]]
    set files [lsort [concat $images [list [::acre::paths::get fakebios] [::acre::programcase::file]] \
        [::acre::profileplan::files $cases] [glob -directory [::acre::paths::get lib] *.tcl] \
        [glob -directory [::acre::paths::get machines] *.tcl]]]
    set programs [dict map {emulator program} $::acre::farm::emulators {lindex [auto_execok $program] 0}]
    return [::acre::resume::hashes $cases $files $programs]
}

# Every case gets its directory and its hash.
proc ::acre::farmrun::Prepare {cases out} {
    set hashes [hashes $cases]
    return [Placed [lmap case $cases {
        dict set case hash [dict get $hashes [dict get $case name]]
    }] $out]
}

# The cases, each with its directory below DIR.
proc ::acre::farmrun::Placed {cases dir} {
    return [lmap case $cases {
        dict set case dir [file join $dir [dict get $case name]]
        if {[dict exists $case text]} {
            dict set case map [file join [dict get $case dir] [file tail [dict get $case map]]]
        }
        set case
    }]
}

# Results that need no run: kept ones, and those of kernels and emulators that are missing or broken.  The others'
# clocks get the scale that the probe found.  Where nothing runs here the emulators are of no concern.
proc ::acre::farmrun::Known {casesVar out options} {
    upvar 1 $casesVar cases
    set done [dict create]
    if {[dict get $options failed]} {
        set done [::acre::resume::well [file join $out results.tsv]]
    } elseif {[dict get $options resume]} {
        set hashes [dict create {*}[concat {*}[lmap case $cases {list [dict get $case name] [dict get $case hash]}]]]
        set done [::acre::resume::kept [file join $out results.tsv] $hashes]
    }
    set left {}
    foreach case $cases {
        if {[dict exists $done [dict get $case name]]} continue
        if {[dict exists $case lacking]} {
            dict set done [dict get $case name] [Unrun $case [dict create verdict SKIP why [dict get $case lacking]]]
        } elseif {![dict exists $options loop]} {
            lappend left [dict get $case emulator]
        }
    }
    foreach emulator [lsort -unique $left] {
        set state [Emulator $emulator [file join $out probe-$emulator]]
        set cases [lmap case $cases {
            if {[dict get $case emulator] eq $emulator} {
                dict set case scale [expr {[dict get $case scale] * [dict get $state scale]}]
                if {[dict get $state verdict] ne "" && ![dict exists $done [dict get $case name]]} {
                    dict set done [dict get $case name] [Unrun $case $state]
                }
            }
            set case
        }]
    }
    return $done
}

# What can be said of an emulator before the run: dict verdict ("" when it works), why, scale.
proc ::acre::farmrun::Emulator {emulator dir} {
    if {[catch {::acre::err::need [dict get $::acre::farm::emulators $emulator]} why]} {
        return [dict create verdict SKIP why $why scale 1]
    }
    set probe [::acre::probe::run $emulator $dir]
    return [dict create verdict [expr {[dict get $probe why] eq "" ? "" : "ERROR"}] why [dict get $probe why] \
        scale [dict get $probe scale]]
}

proc ::acre::farmrun::Unrun {case state} {
    return [dict create name [dict get $case name] verdict [dict get $state verdict] sub "" why [dict get $state why] \
        seconds 0 margin 0 dir [dict get $case dir] hash [dict get $case hash] cut 0]
}

# The runner's options.  A case is given up for the farm's fault a good while after its own last clock.
proc ::acre::farmrun::Slots {options out cases scratch} {
    set scale [::tcl::mathfunc::max {*}[lmap case $cases {dict get $case scale}]]
    set more [dict filter $options key loop]
    if {$scratch ne ""} {
        dict set more on-result [list ::acre::shardtake::home $scratch $out]
    }
    return [dict create {*}$more out $out jobs [dict get $options jobs] memory [Memory] \
        command [dict get $options command] \
        tty [dict get $options tty] patience [expr {$scale * [dict get $::acre::case::limits total] + 30}]]
}

# Bytes that the children may take: what is available now, without a reserve for others; in a task of a cluster no more
# than it was given.
proc ::acre::farmrun::Memory {} {
    set in [open /proc/meminfo r]
    set text [read $in]
    close $in
    regexp -line {^MemAvailable: +(\d+) kB} $text - kib
    set most [expr {max(0, $kib * 1024 - $::acre::farm::hostReserve)}]
    if {[info exists ::env(SLURM_MEM_PER_NODE)] && [string is integer -strict $::env(SLURM_MEM_PER_NODE)]} {
        return [expr {min($most, $::env(SLURM_MEM_PER_NODE) << 20)}]
    }
    return $most
}
