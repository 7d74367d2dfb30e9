# SPDX-License-Identifier: Apache-2.0
#
# nightly.tcl: a night, from the lock to the mail.
#
#   ::acre::nightly::run CONF SAY -> exit status; CONF is nightconf.tcl's, SAY a command that takes a line of progress.
#       0 all is well, 1 something is red or a figure above its bar, 2 the night did not come to whole results, or the
#       mail command failed
#   ::acre::nightly::farm CONF ACRE PATH WHEN -> the farm's command line, for sh; PATH is the night's directory
#
# What happens, happens in this order, so that a night that is killed anywhere leaves a history that is true: the night
# is put down as running, built, run, measured; then its results are put down, the reports written, the night put down
# as ended, old directories removed, the mail sent.

::acre::paths::use nightconf nightdir nightbuild nightfigures nightwords history report reporthtml known reportread \
    summary

namespace eval ::acre::nightly {
    # Seconds between the word to end and the end by force, of a farm at its limit.
    variable PATIENCE 300
}

proc ::acre::nightly::run {conf say} {
    set dir [dict get $conf directory]
    set lock [::acre::nightdir::lock $dir]
    try {
        set file [file join $dir history.sqlite]
        foreach night [::acre::history::killed $file] {
            {*}$say "$night did not come to its end; its results until then are in the history"
            Rescue $file $dir $night
        }
        set when [clock seconds]
        lassign [::acre::nightdir::make $dir $when [Names $file]] night path
        ::acre::nightdir::Told $lock $night
        ::acre::history::begin $file [dict create night $night began $when version [::acre::paths::get version] \
            seed [::acre::nightconf::seed $conf $when]]
        set work [dict create conf $conf say $say file $file night $night path $path lock $lock when $when \
            log [file join $path night.log]]
        set end [Guarded $work]
        ::acre::nightdir::latest $dir $night
        Trim $work
        return [Tell $work $end]
    } finally {
        close $lock
    }
}

# The nights there were, the newest first.
proc ::acre::nightly::Names {file} {
    if {![file exists $file]} {
        return {}
    }
    return [lmap row [::acre::history::nights $file] {dict get $row night}]
}

# What a night that was killed had of results.
proc ::acre::nightly::Rescue {file dir night} {
    if {[catch {::acre::reportread::run [file join $dir nights $night]} run]} return
    set cases [dict filter [dict get $run cases] script {name case} {
        expr {[dict get $case verdict] ne "MISSING"}
    }]
    ::acre::history::results $file $night $cases
}

# Whatever goes wrong, the history says so -> dict status lines subject quiet
proc ::acre::nightly::Guarded {work} {
    if {[catch {Night $work} end options]} {
        if {[lindex [dict get $options -errorcode] 0] ni {ACRE POSIX}} {
            set end "internal error: $end"
        }
        ::acre::history::note [dict get $work file] [dict get $work night] [dict create state failed status 2 \
            ended [clock seconds] why $end]
        return [::acre::nightwords::failed $work $end]
    }
    return $end
}

proc ::acre::nightly::Night {work} {
    dict with work {}
    set acre [Acre $work]
    {*}$say "$night: booting"
    set began [clock seconds]
    set stopped [Farm $work $acre]
    set run [::acre::reportread::run $path]
    set figures [::acre::nightfigures::farm $run [expr {[clock seconds] - $began}]]
    lassign [Figures $work] measured notes
    lappend figures {*}$measured
    set known [dict get $conf known]
    set today [clock format $when -format %Y-%m-%d]
    set judged [::acre::known::judge $run [expr {$known eq "" ? {} : [::acre::known::read $known]}] $today]
    ::acre::history::results $file $night [dict get $judged cases]
    ::acre::history::figures $file $night $figures
    set report [::acre::report::make $path "" $known $today $file]
    if {$stopped ne ""} {
        lappend notes $stopped
    }
    dict set report run notes [concat [dict get $report run notes] $notes]
    set status [::acre::report::status $report]
    Reports $work $report $today
    set counts [::acre::reporttext::counts [dict get $report run cases]]
    ::acre::history::note $file $night [dict merge $counts [dict create state [expr {$stopped eq "" ? "ended" :
        "stopped"}] status $status ended [clock seconds] why [join $notes "; "]]]
    return [::acre::nightwords::ended $work $report $status]
}

# The command that this night is run by: that of the revision, or this one.
proc ::acre::nightly::Acre {work} {
    dict with work {}
    if {[dict get $conf repository] eq ""} {
        return [file normalize $::argv0]
    }
    set built [::acre::nightbuild::fetch $conf $lock $log]
    set before [::acre::history::earlier $file $night whole]
    dict set built commits [expr {$before eq "" ? "" :
        [::acre::nightbuild::commits $conf [dict get $before revision] [dict get $built revision]]}]
    ::acre::history::note $file $night $built
    {*}$say "$night: building [string range [dict get $built revision] 0 11], \"[dict get $built title]\""
    return [::acre::nightbuild::build $conf $lock $log]
}

proc ::acre::nightly::farm {conf acre path when} {
    set words [list $acre farm]
    foreach {key option} {group --group matrix --matrix select --select} {
        set values [dict get $conf $key]
        if {$values ne ""} {
            lappend words $option {*}$values
        }
    }
    foreach {key option} {random --random jobs --jobs image --image} {
        if {[dict get $conf $key] ne ""} {
            lappend words $option [dict get $conf $key]
        }
    }
    if {[dict get $conf random] ne ""} {
        lappend words --seed [::acre::nightconf::seed $conf $when]
    }
    lappend words --out $path
    return "[join [lmap word $words {::acre::summary::Quoted $word}]] [dict get $conf options]"
}

# Runs the farm -> "", or why it was stopped.  Raises if it came to nothing.
proc ::acre::nightly::Farm {work acre} {
    variable PATIENCE
    dict with work {}
    set line [string trim [farm $conf $acre $path $when]]
    set command [list sh -c "exec $line"]
    set limit [dict get $conf limit]
    if {$limit ne ""} {
        set seconds [expr {max(1, int(ceil($limit * 3600)))}]
        set command [list timeout --foreground -s TERM -k $PATIENCE $seconds {*}$command]
    }
    set from [expr {[file exists $log] ? [file size $log] : 0}]
    set out [open $log a]
    puts $out "+ $line"
    close $out
    set status 0
    if {[catch {exec {*}$command <@ $lock >>$log 2>>$log} why options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : 2}]
    }
    if {![file exists [file join $path results.tsv]] || $status == 2} {
        return -code error -errorcode {ACRE NIGHT} "acre farm: [::acre::nightbuild::Last $log $from $why]"
    }
    return [expr {$status in {0 1} ? "" : $status == 124 ? "the farm was stopped after $limit hours"
        : "the farm ended with status $status"}]
}

# What make bench measures -> {FIGURES NOTES}
proc ::acre::nightly::Figures {work} {
    dict with work {}
    set figures {}
    set notes {}
    foreach part [dict get $conf figures] {
        {*}$say "$night: measuring, $part"
        set to [file join $path bench-$part.tsv]
        set from [file size $log]
        catch {
            exec env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C [file join [dict get $conf directory] build] bench \
                BENCH=$part <@ $lock >$to 2>>$log
        } why
        set in [open $to]
        lassign [::acre::nightfigures::parse $part [read $in]] found skipped
        close $in
        lappend figures {*}$found
        lappend notes {*}$skipped
        if {$found eq ""} {
            lappend notes "no figures of $part: [::acre::nightbuild::Last $log $from $why]"
        }
    }
    return [list $figures $notes]
}

proc ::acre::nightly::Reports {work report today} {
    dict with work {}
    {*}$say "$night: writing the report"
    set command [list [info nameofexecutable] [file normalize $::argv0] report $path --today $today --history $file]
    if {[dict get $conf known] ne ""} {
        lappend command --known [dict get $conf known]
    }
    ::acre::reporthtml::write [file join $path report] $report [concat $command --pages]
    if {![catch {::acre::err::package tdom}]} {
        ::acre::paths::use junit
        ::acre::junit::write [file join $path junit.xml] $report $::acre::junit::SIZE
    }
}

proc ::acre::nightly::Trim {work} {
    dict with work {}
    set good [::acre::history::earlier $file $night good]
    set keep [dict get $conf keep]
    foreach old [::acre::nightdir::trim [dict get $conf directory] $keep [Names $file] [expr {$good eq "" ?
            "" : [dict get $good night]}]] {
        {*}$say "$night: removed the directory of $old; its results stay in the history"
    }
}

# Prints what the night came to, and mails it -> exit status
proc ::acre::nightly::Tell {work end} {
    dict with work {}
    set text "[join [dict get $end lines] \n]\n"
    set out [open [file join $path summary.txt] w]
    fconfigure $out -encoding utf-8
    puts -nonewline $out $text
    close $out
    puts -nonewline $text
    set when [dict get $conf mail-when]
    if {[dict get $conf mail] eq "" || ($when eq "red" && [dict get $end status] == 0)
            || ($when eq "change" && [dict get $end quiet])} {
        return [dict get $end status]
    }
    return [Mail $work $end $text]
}

proc ::acre::nightly::Mail {work end text} {
    dict with work {}
    set names [list ACRE_NIGHT=$night ACRE_STATUS=[dict get $end status] ACRE_SUBJECT=[dict get $end subject] \
        ACRE_DIRECTORY=$path]
    if {[catch {
        set channel [open |[list env {*}$names timeout 300 sh -c [dict get $conf mail] 2>@1] r+]
        fconfigure $channel -encoding utf-8
        catch {
            puts -nonewline $channel $text
            chan close $channel write
        }
        set said [read $channel]
        close $channel
    } why]} {
        set said [lindex [split [string trim [expr {[info exists said] && $said ne "" ? $said : $why}]] \n] end]
        puts stderr "acre: nightly: the mail command failed: [::acre::safetext::line $said]"
        ::acre::history::note $file $night [dict create why "the mail command failed: $said"]
        return 2
    }
    return [dict get $end status]
}
