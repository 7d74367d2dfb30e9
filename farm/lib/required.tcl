# SPDX-License-Identifier: Apache-2.0
#
# required.tcl: which self-checks a report must have.  A kernel that leaves a list of checks out and plans one less for
# each is in order by its own count; so the farm knows by itself what has to be proved: at least so many points for each
# row of the layout, by the word that a point's name starts with.

namespace eval ::acre::required {
    variable POINTS {
        "machine:" 1 "stage1:" 1 "stage2:" 1 "stage3:" 1 "low memory:" 8 "hand-off:" 1
        "PAGES_BASE:" 2 "KERNEL_BASE:" 8 "KMEM_LIMIT:" 1 "KMEM_BASE:" 3 "user half:" 6 "null:" 1
        "regions:" 1 "physical heap:" 3 "page tables:" 1 "heap metadata:" 1
        "virtual_page heap:" 1 "heaps:" 1 "pages heap:" 1 "backed heap:" 2 "general heap:" 1 "object cache:" 1
        "tagged heap:" 2 "values:" 2 "pressure:" 3 "ledger:" 3
    }
}

# findings POINTS -> list of findings; POINTS as tap.tcl gives them (dicts with desc).
proc ::acre::required::findings {points} {
    variable POINTS
    set findings {}
    foreach {word least} $POINTS {
        set count 0
        foreach point $points {
            incr count [string equal -length [string length $word] $word [dict get $point desc]]
        }
        if {$count < $least} {
            lappend findings "points \"$word\": expected $least or more, got $count"
        }
    }
    return $findings
}
