# SPDX-License-Identifier: Apache-2.0
#
# reporttext.tcl: a run in plain text, for a terminal or a mail: what changed first, then every failure once for each
# way of failing, then the counts, in a last line of the farm's form: "N passed, N failed[, N skipped][, N known]".
#
#   ::acre::reporttext::lines REPORT -> lines.  REPORT is report.tcl's.
#   ::acre::reporttext::unexpected RUN, known RUN -> the lines about failures that are known (known.tcl)
#   ::acre::reporttext::names CASES  -> the first of their names, and how many more there are
#   ::acre::reporttext::counts CASES -> dict passed failed skipped known, by the cases' states
#   ::acre::reporttext::last COUNTS  -> the last line

::acre::paths::use safetext signature since summary known reportcase reporthistory

namespace eval ::acre::reporttext {
    # Cases of one group, and slow ones, that are told by name.
    variable NAMED 5 SLOW 5
    # kind of change -> its words
    variable words {
        new NEW changed CHANGED fixed FIXED lost "SKIPPED, PASSED BEFORE" still STILL added "NEW CASES"
        gone "GONE CASES"
    }
}

proc ::acre::reporttext::lines {report} {
    set run [dict get $report run]
    set lines [list "[dict get $run name], [clock format [dict get $run when] -format {%Y-%m-%d %H:%M}]"]
    foreach problem [dict get $run problems] {
        lappend lines "PROBLEM $problem"
    }
    lappend lines {*}[::acre::reporthistory::head $report]
    lappend lines {*}[Changes $report] {*}[::acre::reporthistory::figures $report] {*}[Failures $report]
    lappend lines {*}[known $run] {*}[Others $report]
    return [lmap line [concat $lines [list [last [counts [dict get $run cases]]]]] {::acre::safetext::line $line}]
}

# --- what changed --------------------------------------------------------------------------------------------------

proc ::acre::reporttext::Changes {report} {
    variable words
    if {[dict get $report changes] eq ""} {
        return {}
    }
    set before [dict get $report before]
    set changes [dict get $report changes]
    set when [clock format [dict get $before when] -format {%Y-%m-%d %H:%M}]
    set lines [list "" "Since [dict get $before name], $when: [join [lmap {kind name} $words {
        set count [llength [dict get $changes $kind]]
        if {!$count && $kind in {lost added gone}} continue
        string cat $name " " $count
    }] ", "]"]
    foreach kind {new changed fixed lost} {
        lappend lines {*}[Change $kind [dict get $changes $kind]]
    }
    return $lines
}

# What failed in a new way is told with the failures; here are the names.
proc ::acre::reporttext::Change {kind cases} {
    variable words
    if {$cases eq ""} {
        return {}
    }
    return [list "  [dict get $words $kind]: [names $cases]"]
}

proc ::acre::reporttext::names {cases} {
    variable NAMED
    set names [lmap case [lrange $cases 0 $NAMED-1] {dict get $case name}]
    set more [expr {[llength $cases] - $NAMED}]
    return [join $names "  "][expr {$more > 0 ? "  and $more more" : ""}]
}

# --- failures ------------------------------------------------------------------------------------------------------

proc ::acre::reporttext::Failures {report} {
    set lines {}
    foreach group [dict get $report groups] {
        lappend lines {*}[Group $report $group]
    }
    lappend lines {*}[unexpected [dict get $report run]]
    return [expr {$lines eq "" ? {} : [concat [list "" "Failures:"] $lines]}]
}

# What is known to fail, and passes.
proc ::acre::reporttext::unexpected {run} {
    set lines {}
    foreach case [dict values [dict get $run cases]] {
        if {[dict get $case state] eq "unexpected"} {
            set entry [dict get $case entry]
            lappend lines "UNEXPECTED PASS [dict get $case name]" \
                "    known to fail: [dict get $entry reason]; take it out: [dict get $entry where]"
        }
    }
    return $lines
}

# One way of failing: the words of its smallest case, who else fails so, and how to see it again.
proc ::acre::reporttext::Group {report group} {
    set cases [dict get $group cases]
    set case [lindex $cases 0]
    set kind [string trim "[dict get $case verdict] [dict get $case sub]"]
    set count [llength $cases]
    set many [expr {$count > 1 ? "$count cases, 1 signature: " : ""}]
    set lines [list "$kind: [dict get $case why]" "    $many[names $cases]"]
    set age [Age $report $cases]
    if {$age ne ""} {
        lappend lines "    $age"
    }
    lassign [::acre::reportcase::replay $case] command
    return [expr {$command eq "" ? $lines : [concat $lines [list "    replay: $command"]]}]
}

proc ::acre::reporttext::Age {report cases} {
    variable words
    if {[dict get $report changes] eq ""} {
        return ""
    }
    set names [lmap case $cases {dict get $case name}]
    set ages [lmap kind {new changed still} {
        set count 0
        foreach case [dict get $report changes $kind] {
            incr count [expr {[dict get $case name] in $names}]
        }
        if {!$count} continue
        string cat [string tolower [dict get $words $kind]] " " $count
    }]
    set since [::acre::reporthistory::age $report $cases]
    return [join [concat $ages [expr {$since eq "" ? {} : [list $since]}]] ", "]
}

# --- the rest ------------------------------------------------------------------------------------------------------

proc ::acre::reporttext::known {run} {
    if {![dict exists $run known]} {
        return {}
    }
    set lines {}
    foreach entry [dict get $run known] {
        dict with entry {
            set what "$pattern: [expr {$cases == 1 ? "1 case" : "$cases cases"}], until $until: $reason"
            if {$expired} {
                lappend lines "EXPIRED $what; look again, then move its day or take it out: $where"
            } else {
                lappend lines "known: $what[expr {$cases ? "" : " (no case of this run)"}]"
            }
        }
    }
    return [expr {$lines eq "" ? {} : [concat [list ""] $lines]}]
}

proc ::acre::reporttext::Others {report} {
    variable SLOW
    set cases [dict values [dict get $report run cases]]
    set lines {}
    foreach {reason count} [Skips $cases] {
        lappend lines "$count skipped: $reason"
    }
    lappend lines {*}[dict get $report run notes]
    set slow [lrange [lsort -real -decreasing -index 0 [lmap case $cases {
        if {[dict get $case seconds] <= 0} continue
        list [dict get $case seconds] [dict get $case name]
    }]] 0 $SLOW-1]
    if {$slow ne ""} {
        lappend lines "slowest: [join [lmap pair $slow {format "%s %.1f s" [lindex $pair 1] [lindex $pair 0]}] {  }]"
    }
    return [concat [list ""] $lines]
}

# {reason count ...}
proc ::acre::reporttext::Skips {cases} {
    set reasons [dict create]
    foreach case $cases {
        if {[dict get $case state] eq "skip"} {
            dict incr reasons [dict get $case why]
        }
    }
    return $reasons
}

proc ::acre::reporttext::counts {cases} {
    set counts [dict create passed 0 failed 0 skipped 0 known 0]
    set to {good passed skip skipped known known bad failed unexpected failed}
    dict for {name case} $cases {
        dict incr counts [dict get $to [dict get $case state]]
    }
    return $counts
}

proc ::acre::reporttext::last {counts} {
    set known [dict get $counts known]
    return "[::acre::summary::last [dict remove $counts known]][expr {$known ? ", $known known" : ""}]"
}
