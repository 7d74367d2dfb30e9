# SPDX-License-Identifier: Apache-2.0
#
# signature.tcl: which failures are one: the same verdict, the same kind, the same words but for their numbers.
#
#   ::acre::signature::of CASE        -> the signature; CASE has verdict, sub and why as in results.tsv
#   ::acre::signature::groups CASES   -> list of dicts signature, cases; the largest group first, and in a group the
#                                        case with the least memory first

namespace eval ::acre::signature {}

proc ::acre::signature::of {case} {
    set words [regsub { \(and \d+ more in audit\.txt\)$} [dict get $case why] ""]
    regsub -all {\m0x[0-9a-f]+\M} $words 0x* words
    regsub -all {\m\d+(\.\d+)?\M} $words * words
    return "[string trim "[dict get $case verdict] [dict get $case sub]"]: $words"
}

proc ::acre::signature::groups {cases} {
    set groups [dict create]
    foreach case $cases {
        dict lappend groups [of $case] $case
    }
    set list {}
    dict for {signature members} $groups {
        lappend list [dict create signature $signature cases [lsort -command ::acre::signature::Smaller $members]]
    }
    return [lsort -command {apply {{a b} {
        expr {[llength [dict get $b cases]] - [llength [dict get $a cases]]}
    }}} $list]
}

proc ::acre::signature::Smaller {a b} {
    set first [Memory $a]
    set second [Memory $b]
    if {$first == $second} {
        return [string compare [dict get $a name] [dict get $b name]]
    }
    return [expr {$first < $second ? -1 : 1}]
}

# Bytes of RAM; what nobody knows counts as most.
proc ::acre::signature::Memory {case} {
    set memory [expr {[dict exists $case memory] ? [dict get $case memory] : ""}]
    return [expr {[regexp {^[1-9]\d*$} $memory] ? $memory : 1 << 64}]
}
