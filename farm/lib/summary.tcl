# SPDX-License-Identifier: Apache-2.0
#
# summary.tcl: the end of a run in words: each way of failing once and how to see it again, what is known to fail, the
# counts, in a last line that never changes its form: "N passed, N failed[, N skipped][, N known]".

namespace eval ::acre::summary {}

# text RUN SECONDS -> the lines but for the last; RUN is known.tcl's, its cases with what plan and results say of them.
proc ::acre::summary::text {run seconds} {
    set cases [dict values [dict get $run cases]]
    set lines [Failures $cases]
    lappend lines {*}[::acre::reporttext::unexpected $run]
    dict for {why number} [Reasons $cases MISSING] {
        lappend lines "MISSING $number cases: $why; --resume runs them"
    }
    if {$lines ne ""} {
        set lines [linsert $lines 0 "" "Failures:"]
    }
    lappend lines {*}[::acre::reporttext::known $run] "" {*}[Skips $cases] {*}[Flaky $cases] {*}[Notes $cases $seconds]
    return [join $lines \n]
}

# Each way of failing once, by its smallest case.
proc ::acre::summary::Failures {cases} {
    set lines {}
    foreach group [::acre::signature::groups [lmap case $cases {
        if {[dict get $case state] ne "bad" || [dict get $case verdict] eq "MISSING"} continue
        set case
    }]] {
        set same [dict get $group cases]
        set case [lindex $same 0]
        lappend lines [::acre::progress::line $case]
        if {[llength $same] > 1} {
            lappend lines "    [llength $same] cases, 1 signature: [::acre::reporttext::names $same]"
        }
        lappend lines "    replay: [replay $case]"
    }
    return $lines
}

# last COUNTS -> the last line.
proc ::acre::summary::last {count} {
    dict with count {
        return "$passed passed, $failed failed[expr {$skipped ? ", $skipped skipped" : ""}]"
    }
}

# replay RESULT -> a command for the shell that shows the case again.
proc ::acre::summary::replay {result} {
    set script [file join [dict get $result dir] replay.sh]
    if {[file exists $script]} {
        return "sh [Quoted $script]"
    }
    return "acre farm --case [Quoted [file join [dict get $result dir] case]]"
}

proc ::acre::summary::Quoted {word} {
    if {[regexp {^[A-Za-z0-9_./=,@+:-]+$} $word]} {
        return $word
    }
    return '[string map {' '\\''} $word]'
}

# dict reason -> how many cases have VERDICT for it.
proc ::acre::summary::Reasons {cases verdict} {
    set reasons [dict create]
    foreach case $cases {
        if {[dict get $case verdict] eq $verdict} {
            dict incr reasons [dict get $case why]
        }
    }
    return $reasons
}

proc ::acre::summary::Skips {cases} {
    set lines {}
    dict for {reason number} [Reasons $cases SKIP] {
        lappend lines "$number skipped: $reason"
    }
    return $lines
}

# Failures that do not come each time: each is one too many.
proc ::acre::summary::Flaky {cases} {
    set flaky [lsearch -all -inline -exact [lmap case $cases {dict get $case sub}] flaky]
    return [expr {$flaky eq "" ? {} : [list "[llength $flaky] flaky, where none may be (doc/farm.md, section 3)"]}]
}

# What a reader should know of a run that went well: the time, maps cut to the emulators' RAM, the tightest clock.
proc ::acre::summary::Notes {cases seconds} {
    set cut 0
    set margin 0
    foreach case $cases {
        incr cut [expr {[dict get $case cut] > 0}]
        if {[dict get $case margin] > $margin} {
            set margin [dict get $case margin]
            set tight [dict get $case name]
        }
    }
    set lines [list [format "%d cases in %.1f s" [llength $cases] $seconds]]
    if {$cut} {
        lappend lines "$cut maps were cut to the RAM their emulator has: cut.txt in the case's directory says what"
    }
    if {$margin > 0} {
        lappend lines [format "tightest clock: %.0f %% of its limit (%s)" [expr {$margin * 100}] $tight]
    }
    return $lines
}
