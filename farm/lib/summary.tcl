# SPDX-License-Identifier: Apache-2.0
#
# summary.tcl: the end of a run in words: what failed and how to see it again, then the counts, in a last line that
# never changes its form: "N passed, N failed[, N skipped]".

namespace eval ::acre::summary {}

# text CASES RESULTS SECONDS -> the lines; CASES is the plan, RESULTS dict name -> result (runner.tcl's columns).
proc ::acre::summary::text {cases results seconds} {
    set count [counts $cases $results]
    set lines {}
    foreach case $cases {
        set result [dict get $results [dict get $case name]]
        if {[dict get $result verdict] ni {PASS SKIP MISSING}} {
            lappend lines [::acre::progress::line $result] "    replay: [replay $result]"
        }
    }
    dict for {why number} [Reasons $cases $results MISSING] {
        lappend lines "MISSING $number cases: $why; --resume runs them"
    }
    if {$lines ne ""} {
        set lines [linsert $lines 0 "" "Failures:"]
    }
    lappend lines "" {*}[Skips $cases $results] {*}[Notes $cases $results $seconds] [last $count]
    return [join $lines \n]
}

# counts CASES RESULTS -> dict passed failed skipped, of the whole plan; what has no result failed.
proc ::acre::summary::counts {cases results} {
    set count [dict create passed 0 failed 0 skipped 0]
    foreach case $cases {
        set name [dict get $case name]
        set verdict [expr {[dict exists $results $name] ? [dict get $results $name verdict] : "MISSING"}]
        dict incr count [expr {$verdict eq "PASS" ? "passed" : $verdict eq "SKIP" ? "skipped" : "failed"}]
    }
    return $count
}

# last COUNTS -> the last line.
proc ::acre::summary::last {count} {
    dict with count {
        return "$passed passed, $failed failed[expr {$skipped ? ", $skipped skipped" : ""}]"
    }
}

# status COUNTS -> exit status: 1 if anything failed, 2 if nothing was tested at all, else 0.
proc ::acre::summary::status {count} {
    if {[dict get $count failed]} {
        return 1
    }
    return [expr {[dict get $count passed] ? 0 : 2}]
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
proc ::acre::summary::Reasons {cases results verdict} {
    set reasons [dict create]
    foreach case $cases {
        set result [dict get $results [dict get $case name]]
        if {[dict get $result verdict] eq $verdict} {
            dict incr reasons [dict get $result why]
        }
    }
    return $reasons
}

proc ::acre::summary::Skips {cases results} {
    set lines {}
    dict for {reason number} [Reasons $cases $results SKIP] {
        lappend lines "$number skipped: $reason"
    }
    return $lines
}

# What a reader should know of a run that went well: the time, maps cut to the emulators' RAM, the tightest clock.
proc ::acre::summary::Notes {cases results seconds} {
    set cut 0
    set margin 0
    foreach case $cases {
        set result [dict get $results [dict get $case name]]
        incr cut [expr {[dict get $result cut] > 0}]
        if {[dict get $result margin] > $margin} {
            set margin [dict get $result margin]
            set tight [dict get $result name]
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
