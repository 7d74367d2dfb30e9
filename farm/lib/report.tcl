# SPDX-License-Identifier: Apache-2.0
#
# report.tcl: everything that the reports say of a run, put together once.
#
#   ::acre::report::make DIR SINCE KNOWN TODAY ?HISTORY? -> dict
#     run      reportread.tcl's, judged by known.tcl       before   the run to compare with, or ""
#     changes  since.tcl's, "" without a run before        groups   signature.tcl's, of the cases that are red
#     history  reporthistory.tcl's facts, if HISTORY is named
#     SINCE: a run's directory or "".  KNOWN: a file or "".  TODAY: YYYY-MM-DD.  HISTORY: a file of history.tcl's, in
#     which DIR's own name is a night; then the run before is the last whole night of it, if SINCE names none.
#   ::acre::report::status REPORT -> exit status: 1 if a case is red or a known failure's day has passed or a figure
#     is above its bar, 2 if the results are not whole or nothing was tested, else 0

::acre::paths::use reportread known since signature reporttext reporthistory

namespace eval ::acre::report {}

proc ::acre::report::make {dir since known today {history ""}} {
    set entries [expr {$known eq "" ? {} : [::acre::known::read $known]}]
    set run [::acre::known::judge [::acre::reportread::run $dir] $entries $today]
    set report [dict create run $run before "" changes ""]
    if {$since ne ""} {
        set before [::acre::reportread::run $since]
        if {[dict get $before dir] eq [dict get $run dir]} {
            return -code error -errorcode {ACRE USAGE} \
                "report: --since names the same run: '$since'; name an earlier one"
        }
        dict set report before $before
    }
    if {$history ne ""} {
        set report [With $report $history]
    }
    if {[dict get $report before] ne ""} {
        dict set report changes [::acre::since::changes $run [dict get $report before]]
    }
    dict set report groups [::acre::signature::groups [lmap case [dict values [dict get $run cases]] {
        if {[dict get $case state] ne "bad"} continue
        set case
    }]]
    return $report
}

proc ::acre::report::With {report file} {
    set facts [::acre::reporthistory::facts $file [dict get $report run name] [dict get $report run]]
    if {[dict get $report before] eq "" && [dict get $facts before] ne ""} {
        dict set report before [::acre::history::run $file [dict get $facts before night]]
    }
    return [dict replace $report history $facts]
}

proc ::acre::report::status {report} {
    set run [dict get $report run]
    set counts [::acre::reporttext::counts [dict get $run cases]]
    if {[dict get $run problems] ne ""} {
        return 2
    }
    set status [::acre::known::status $run $counts]
    return [expr {$status == 0 && [::acre::reporthistory::over $report] ? 1 : $status}]
}
