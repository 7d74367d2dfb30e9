# SPDX-License-Identifier: Apache-2.0
#
# failcase.tcl: the cases in which an allocation of the kernel's is refused on purpose (option fail= of the image,
# src/kernel/fail.h): the K-th alone, or it and all after it.
#
#   ::acre::failcase::expand VALUE             -> what @fail:FIRST-LAST or @fail:FIRST-LAST/STEP stands for on the axis
#                                              `image`: fail=K and fail=K- for each K; {VALUE} for anything else
#   ::acre::failcase::wanted CASE              -> whether it is such a case
#   ::acre::failcase::verdict CASE RESULT TAP  -> RESULT, verdict.tcl's, as it is to be read in such a case
#
# A kernel that is refused memory may do without, or say by name that it cannot.  So PASS is also
#   points   a self-check is not ok, and its YAML says that of its own allocations some were refused; a point that lost
#            none must be ok, those of the ledger above all: what a check has left behind after a refusal shows there
#   lacking  a refusal, or a panic whose words are about memory that lacks; not one about anything else, nor a fault
#   beyond   there are fewer than K allocations, and all is as in any other case
# A reset, a hang and silence are never well.

namespace eval ::acre::failcase {
    # What the kernel says that cannot go on without memory.
    variable LACKING {
        {*no memory to keep the memory map:*}
        {*heap: it cannot be made: no memory*}
        {physical heap: frames from 0x* cannot be added: no memory*}
        {* of the program's files cannot be mapped: *}
    }
    variable RANGE {^@fail:(\d{1,9})-(\d{1,9})(?:/(\d{1,9}))?$}
}

proc ::acre::failcase::expand {value} {
    variable RANGE
    if {![regexp $RANGE $value - first last step] || [string trimleft $step 0] ne $step} {
        return [list $value]
    }
    scan "$first $last" "%d %d" first last
    if {$step eq ""} {
        set step 1
    }
    set values {}
    for {set k $first} {$k <= $last} {incr k $step} {
        lappend values fail=$k fail=$k-
    }
    return $values
}

proc ::acre::failcase::wanted {case} {
    return [expr {[dict exists $case set] && [regexp {(?:^|\+)fail=} [dict get $case set]]}]
}

# The words of a panic line.
proc ::acre::failcase::What {panic} {
    regexp {^what="(.*)" rip=} $panic - panic
    return $panic
}

proc ::acre::failcase::Is_lack {text} {
    variable LACKING
    foreach pattern $LACKING {
        if {[string match $pattern $text]} {
            return 1
        }
    }
    return 0
}

# The points that are not ok although nothing was refused to them.
proc ::acre::failcase::Unexplained {tap} {
    return [lmap point [dict get $tap points] {
        if {[dict get $point ok] || [dict exists $point yaml $::layout::PROTO_REFUSED_KEY]} continue
        dict get $point desc
    }]
}

proc ::acre::failcase::verdict {case result tap} {
    set sub [dict get $result sub]
    set allocation [dict get $tap failing]
    if {$allocation eq ""} {
        if {[dict get $result verdict] eq "PASS"} {
            lassign [dict get $tap allocations] count
            return [dict replace $result sub beyond why "there are $count allocations; none was refused"]
        }
        return $result
    }
    set said [expr {$sub eq "panic" ? [What [dict get $tap panic]] : [dict get $tap refused]}]
    if {$sub in {panic refused} && [Is_lack $said]} {
        return [dict replace $result verdict PASS sub lacking why "allocation $allocation: $said"]
    }
    if {$sub eq "points" && [dict get $result verdict] eq "FAIL"} {
        set wrong [Unexplained $tap]
        if {$wrong eq ""} {
            return [dict replace $result verdict PASS why "allocation $allocation: [dict get $result why]"]
        }
        return [dict replace $result why "not ok, and nothing was refused there: [join $wrong {; }]"]
    }
    return $result
}
