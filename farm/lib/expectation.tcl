# SPDX-License-Identifier: Apache-2.0
#
# expectation.tcl: what a correct kernel does in a case, where not the map's file alone says it: on a CPU without long
# mode it refuses, and with quirks beside the map's it does what the oracle says.
#
#   ::acre::expectation::of CASE -> dict expect reason.  CASE as plan.tcl makes it, with what the map's file says

namespace eval ::acre::expectation {
    variable NO_LONG_MODE "no long mode (64 bit)"
    # 2 MiB: with so many usable frames below 4 GiB Acre comes up with all its checks.  What it does with fewer depends
    # on its size, which is not the oracle's to know.
    variable ENOUGH 512
}

proc ::acre::expectation::of {case} {
    variable NO_LONG_MODE
    if {[dict get $case regex] eq "" && ![long_mode [dict get $case emulator] [dict get $case machine] \
            [dict get $case cpu]]} {
        return [dict create expect refuses reason $NO_LONG_MODE]
    }
    set quirks [split [dict get $case quirks] +]
    if {![::acre::quirks::changing $quirks]} {
        return [dict filter $case key expect reason]
    }
    return [Judged $case $quirks]
}

# Whether the model CPU of that machine can run long mode; the machine's file knows those that cannot.
proc ::acre::expectation::long_mode {emulator machine cpu} {
    set row [dict get [::acre::machine::rows] $emulator-$machine]
    if {[dict exists $row cpu-32bit]} {
        foreach pattern [dict get $row cpu-32bit] {
            if {[string match $pattern $cpu]} {
                return 0
            }
        }
    }
    return 1
}

proc ::acre::expectation::Judged {case quirks} {
    variable ENOUGH
    ::acre::paths::use oracle
    set map [::acre::map::read [dict get $case map]]
    set entries [dict get [::acre::map::cut [dict get $map entries] [::acre::machine::backed $case]] entries]
    set judged [::acre::oracle::judge $entries [concat [dict get $map quirks] $quirks]]
    if {[dict get $judged usable] eq [dict get [::acre::oracle::judge $entries [dict get $map quirks]] usable]} {
        return [dict filter $case key expect reason]
    }
    set frames [dict get $judged frames-below-4g]
    if {$frames && $frames < $ENOUGH && [dict get $judged outcome] eq "boots"} {
        return -code error -errorcode {ACRE PLAN} "[dict get $case name]: with these quirks $frames usable frames are\
            left below 4 GiB, and nobody can say beforehand whether that is enough; take another map or more RAM"
    }
    return [dict create expect [dict get $judged outcome] reason [dict get $judged why]]
}
