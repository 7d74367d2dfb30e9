# SPDX-License-Identifier: Apache-2.0
#
# flaky.tcl: which failures of a run come each time, and which do not.
#
#   ::acre::flaky::judge CASES RESULTS OPTIONS -> dict name -> result of the cases whose failure does not come each time
#     CASES, RESULTS  the plan and what came of it in this run
#     OPTIONS         the runner's, and times: how often a failed case is booted again (0: never)
#
# Nothing is booted again to become green: whatever comes, a case that has failed once stays red.  What the boots here
# say is only whether the failure is steady.  One that is not gets the kind `flaky`, and is decided under counted
# instructions (replay.tcl), where chance has the least part: a failure that shows there is the verdict; one that does
# not show there depends on time, and its first verdict stands.  Bochs counts always; what is flaky there is so by the
# host's or the farm's doing.
#
# A broken kernel fails in hundreds of cases in one way.  SHOWN of those with one signature are booted again; only if
# one of them is flaky are the others.  FAIL emulators is a failure of two cases side by side, each of them well, and
# MISSING has not been run.

::acre::paths::use signature

namespace eval ::acre::flaky {
    variable SHOWN 3
    variable FAILED {FAIL CRASH HANG ERROR}
}

proc ::acre::flaky::judge {cases results options} {
    set changed [dict create]
    if {![dict get $options times] || [::acre::keeper::told] ne ""} {
        return $changed
    }
    set out [file join [dict get $options out] again]
    file delete -force $out
    dict set options out $out
    set silent $::acre::progress::silent
    ::acre::progress::silence
    try {
        set passes [Passes [Failed $cases $results] $options]
        set counted [Counted [dict keys $passes] $cases $options]
        if {[::acre::keeper::told] ne ""} {
            return {}
        }
        dict for {name number} $passes {
            dict set changed $name [Flaky [dict get $results $name] $number [dict get $options times] \
                [expr {[dict exists $counted $name] ? [dict get $counted $name] : ""}]]
        }
    } finally {
        set ::acre::progress::silent $silent
        file delete -force $out
    }
    return $changed
}

# The cases to be booted again, in groups of one signature.
proc ::acre::flaky::Failed {cases results} {
    variable FAILED
    set failed [lmap case $cases {
        if {![dict exists $results [dict get $case name]]} continue
        set result [dict get $results [dict get $case name]]
        if {[dict get $result verdict] ni $FAILED || [dict get $result sub] eq "emulators"
                || ![file isfile [file join [dict get $case dir] case]]} continue
        dict merge $case $result
    }]
    return [lmap group [::acre::signature::groups $failed] {dict get $group cases}]
}

# dict name -> how often it passed, of those that did once.
proc ::acre::flaky::Passes {groups options} {
    variable SHOWN
    set passes [Boots [concat {*}[lmap group $groups {lrange $group 0 $SHOWN-1}]] $options]
    set rest [concat {*}[lmap group $groups {
        if {[lsearch -exact [lmap case [lrange $group 0 $SHOWN-1] {dict exists $passes [dict get $case name]}] 1] < 0} {
            continue
        }
        lrange $group $SHOWN end
    }]]
    return [dict merge $passes [Boots $rest $options]]
}

# Boots each of CASES as often as the options say -> dict name -> passes, where there are any.
proc ::acre::flaky::Boots {cases options} {
    set times [dict get $options times]
    set passes [dict create]
    set tries [concat {*}[lmap case $cases {
        set list {}
        for {set i 1} {$i <= $times} {incr i} {
            lappend list [Try $case $i $options]
        }
        set list
    }]]
    foreach {name result} [Run $tries $options] {
        if {[dict get $result verdict] eq "PASS"} {
            dict incr passes [regsub {/[0-9]+$} $name ""]
        }
    }
    return $passes
}

proc ::acre::flaky::Run {tries options} {
    if {$tries eq ""} {
        return {}
    }
    file mkdir [dict get $options out]
    return [::acre::runner::run $tries {} $options]
}

# CASE as a case of its own, number N.  Its map may stand in its directory, which stays.
proc ::acre::flaky::Try {case n options} {
    set name [dict get $case name]/$n
    return [dict replace [dict remove $case text] name $name dir [file join [dict get $options out] $name]]
}

# What the cases NAMES, those under QEMU, come to under counted instructions: dict name -> result.
proc ::acre::flaky::Counted {names cases options} {
    set slower $::acre::qemuargs::SLOWER
    dict set options patience [expr {[dict get $options patience] * $slower}]
    set tries [lmap case $cases {
        if {[dict get $case name] ni $names || [dict get $case emulator] ne "qemu"} continue
        dict replace [Try $case 0 $options] icount 1 rr record scale [expr {[dict get $case scale] * $slower}]
    }]
    set counted [dict create]
    foreach {name result} [Run $tries $options] {
        dict set counted [regsub {/0$} $name ""] $result
    }
    return $counted
}

# RESULT as that of a flaky case; its result.txt says so, too.
proc ::acre::flaky::Flaky {result passed times counted} {
    set words "once [string trim "[dict get $result verdict] [dict get $result sub]"]: [dict get $result why]; then\
        it passed $passed of $times times"
    if {$counted ne ""} {
        append words "; under counted instructions: [string trim "[dict get $counted verdict] [dict get $counted sub]"]"
        if {[dict get $counted verdict] in {FAIL CRASH HANG}} {
            append words ": [dict get $counted why]"
            dict set result verdict [dict get $counted verdict]
        }
    }
    set result [dict replace $result sub flaky why $words]
    ::acre::casefile::correct $result {}
    return $result
}
