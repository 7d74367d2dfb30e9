# SPDX-License-Identifier: Apache-2.0
#
# verdict.tcl: the one place that says what the end of a case means.
#
#   ::acre::verdict::of RUN TAP EXPECT -> dict verdict sub why
#     RUN     what ::acre::drive::run returned, or "" if the case was planned and never ran
#     TAP     what ::acre::tap::parse made of its serial log
#     EXPECT  boots | "refuses: TEXT" (the refusal must contain TEXT) | seen (a foreign image: its expected text came) |
#             program (it runs a program, without self-checks; what that says is not judged here)
#
# A pass needs proof from every side: full plan, every point ok, the exit line, and the emulator's own end.  Silence,
# a plan
# without points and an unreadable status prove nothing.  The host's or the emulator's trouble is ERROR, never the
# guest's.

namespace eval ::acre::verdict {
    # Verdict word -> exit status of a command that ends with it.
    variable STATUS {PASS 0 SKIP 0 FAIL 1 CRASH 1 HANG 1 ERROR 2 MISSING 1}
    # End of a run -> verdict.  Ends that are not here (exit, expect) need the report.
    variable ENDS {
        triple-fault CRASH reset CRASH
        dead-halt HANG spin HANG silence HANG first-byte HANG timeout HANG
        emulator-error ERROR
    }
}

# The exit status that goes with a verdict word.
proc ::acre::verdict::status {word} {
    variable STATUS
    return [dict get $STATUS $word]
}

# The exit status of a whole run: the worst of its words; an empty list is a failure, because nothing was proved.
proc ::acre::verdict::worst {words} {
    if {![llength $words]} {
        return 1
    }
    return [::tcl::mathfunc::max {*}[lmap word $words {status $word}]]
}

proc ::acre::verdict::Is {verdict sub why} {
    # The guest's own words may stand in it, and they go to a terminal.
    return [dict create verdict $verdict sub $sub why [regsub -all {[\x00-\x1f\x7f-\x9f]} $why ?]]
}

proc ::acre::verdict::of {run tap expect} {
    variable ENDS
    if {$run eq ""} {
        return [Is MISSING no-result "planned, but no result came"]
    }
    set end [dict get $run end]
    if {$end eq "emulator-error"} {
        return [Is ERROR emulator [dict get $run detail]]
    }
    if {[dict get $tap panic] ne ""} {
        return [Is CRASH panic [dict get $tap panic]]
    }
    if {[dict exists $ENDS $end]} {
        return [Is [dict get $ENDS $end] $end [dict get $run detail]]
    }
    if {$expect eq "seen"} {
        return [Foreign $run]
    }
    if {$end ne "exit"} {
        return [Is CRASH $end [dict get $run detail]]
    }
    return [Report $run $tap $expect]
}

# A foreign image: only its expected text counts.
proc ::acre::verdict::Foreign {run} {
    if {[dict get $run end] eq "expect"} {
        return [Is PASS expect "the expected text came"]
    }
    return [Is CRASH no-text "the emulator ended ([dict get $run detail]) before the expected text came"]
}

# The guest ended the emulator itself.
proc ::acre::verdict::Report {run tap expect} {
    set code [dict get $tap exit]
    set torn [Torn $tap $expect]
    if {$torn ne ""} {
        return [Is CRASH torn $torn]
    }
    if {[dict get $run guest-exit] ni [list $code [expr {$code % 128}] any]} {
        return [Is CRASH exit "the guest said exit $code, but [dict get $run detail]"]
    }
    if {[dict get $tap refused] ne "" || $code == $::layout::PROTO_EXIT_REFUSED} {
        return [Refusal $tap $expect]
    }
    if {[string match "refuses:*" $expect]} {
        set text [string trim [string range $expect 8 end]]
        return [Is FAIL not-refused "it should have refused ($text), but it booted"]
    }
    return [expr {$expect eq "program" ? [Program $tap] : [Points $tap $code]}]
}

# What is wrong with the text; a program without self-checks before it makes no report.
proc ::acre::verdict::Torn {tap expect} {
    if {$expect ne "program"} {
        return [dict get $tap torn]
    }
    return [lindex [lsearch -all -inline -not -glob [dict get $tap problems] "line *: no version line"] 0]
}

proc ::acre::verdict::Program {tap} {
    if {[dict get $tap program] eq "" || [dict get $tap plan] ne ""} {
        return [Is FAIL no-program "a program was to run, and nothing else; that is not what the guest says"]
    }
    return [Is PASS program "[dict get $tap program] ran, status [dict get $tap status]"]
}

proc ::acre::verdict::Refusal {tap expect} {
    set said [dict get $tap refused]
    if {$said eq "" || [dict get $tap exit] != $::layout::PROTO_EXIT_REFUSED} {
        return [Is CRASH exit "refusal '$said' and exit [dict get $tap exit] do not agree"]
    }
    if {![string match "refuses:*" $expect]} {
        return [Is FAIL refused "it refused: $said"]
    }
    set text [string trim [string range $expect 8 end]]
    if {$text ne "" && [string first $text $said] < 0} {
        return [Is FAIL refused "it refused with '$said', not with '$text'"]
    }
    return [Is PASS refused "it refused, as expected: $said"]
}

proc ::acre::verdict::Points {tap code} {
    if {[dict get $tap plan] in {"" 0}} {
        if {[dict get $tap skip] ne "" && $code == $::layout::PROTO_EXIT_OK} {
            return [Is SKIP guest [dict get $tap skip]]
        }
        return [Is FAIL empty "the plan has no point: nothing was proved"]
    }
    set bad [lmap point [dict get $tap points] {
        if {[dict get $point ok]} continue
        string cat [dict get $point n] " - " [dict get $point desc]
    }]
    if {[llength $bad]} {
        return [Is FAIL points "not ok: [join $bad {; }]"]
    }
    if {$code != $::layout::PROTO_EXIT_OK} {
        return [Is FAIL exit "every point is ok, but the guest's exit is $code"]
    }
    return [Is PASS points "[dict get $tap plan] of [dict get $tap plan] points"]
}
