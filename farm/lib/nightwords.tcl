# SPDX-License-Identifier: Apache-2.0
#
# nightwords.tcl: what a night says when it is over, on standard output and in the mail.
#
#   ::acre::nightwords::ended WORK REPORT STATUS -> dict status lines subject quiet; quiet is 1 if nothing changed since
#                                               the last whole night that somebody must see
#   ::acre::nightwords::failed WORK WHY -> the same for a night that came to no results
# WORK is nightly.tcl's.

::acre::paths::use reporttext reporthistory since safetext

namespace eval ::acre::nightwords {
    # Lines of the log that a failed night shows.
    variable LAST 15
}

proc ::acre::nightwords::ended {work report status} {
    dict with work {}
    set lines [::acre::reporttext::lines $report]
    set lines [linsert $lines 1 "pages: [file join $path report index.html]"]
    set said [Said $report]
    set counts [::acre::reporttext::counts [dict get $report run cases]]
    set subject "acre nightly $night: [expr {$said eq "" ? "nothing changed" : $said}]; [::acre::reporttext::last \
        $counts]"
    set before [expr {[dict get $report history before] eq "" ? "" : [dict get $report history before status]}]
    return [dict create status $status lines $lines subject $subject quiet [expr {$said eq "" && $status == $before}]]
}

# What changed, in some words.
proc ::acre::nightwords::Said {report} {
    set changes [dict get $report changes]
    set said {}
    foreach {kind words} {new "new failures" changed "fail in another way" fixed fixed lost "skipped now"} {
        set count [expr {$changes eq "" ? 0 : [llength [dict get $changes $kind]]}]
        if {$count} {
            lappend said "$count $words"
        }
    }
    if {$changes eq ""} {
        lappend said "the first night"
    }
    set figures [::acre::reporthistory::Counts $report]
    foreach {kind words} {over "above their bars" worse worse better better} {
        if {[dict get $figures $kind]} {
            lappend said "[dict get $figures $kind] figures $words"
        }
    }
    return [join $said ", "]
}

proc ::acre::nightwords::failed {work why} {
    variable LAST
    dict with work {}
    set why [::acre::safetext::line $why]
    set lines [list "$night: no results: $why"]
    if {[file exists $log]} {
        set in [open $log]
        set text [split [string trimright [read $in]] \n]
        close $in
        lappend lines "the end of $log:" {*}[lmap line [lrange $text end-[expr {$LAST - 1}] end] {
            string cat "  " [::acre::safetext::line $line]
        }]
    }
    return [dict create status 2 lines $lines subject "acre nightly $night: no results: $why" quiet 0]
}
