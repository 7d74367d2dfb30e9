# SPDX-License-Identifier: Apache-2.0
#
# farmend.tcl: the end of a run: what is known to fail is told apart, the summary is said, the exit status found.
#
#   ::acre::farmend::say CASES RESULTS SECONDS KNOWN -> exit status.  KNOWN: the file of known failures, or ""

::acre::paths::use known reportread reporttext

namespace eval ::acre::farmend {}

proc ::acre::farmend::say {cases results seconds known} {
    set entries [expr {$known eq "" ? {} : [::acre::known::read $known]}]
    set today [clock format [clock seconds] -format %Y-%m-%d]
    set run [::acre::known::judge [dict create cases [Cases $cases $results]] $entries $today]
    puts [::acre::summary::text $run $seconds]
    set counts [::acre::reporttext::counts [dict get $run cases]]
    puts [::acre::reporttext::last $counts]
    return [::acre::known::status $run $counts]
}

# As the reports have them.
proc ::acre::farmend::Cases {cases results} {
    set all [dict create]
    foreach case $cases {
        set name [dict get $case name]
        dict set all $name [dict merge $case [dict get $results $name] \
            [dict create subject [lindex [::acre::reportread::Parts $name] 0]]]
    }
    return $all
}
