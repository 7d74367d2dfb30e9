# SPDX-License-Identifier: Apache-2.0
#
# stream.tcl: finds in what comes over COM1 where a program's output ends (doc/serial.md).
#
#   ::acre::stream::next BYTES NEXT -> {OUTPUT EVENT REST STATUS}: the first of BYTES that are surely the program's
#       output; EVENT is "program" if then its end and the start of the program NEXT ("": none may follow) have come,
#       which are taken away, and STATUS is its; else "".  REST are the bytes that are left; more may have to come
#       before they can be told apart.
#   ::acre::stream::last REST       -> the status in REST if it is exactly the end of the last program, or ""
#
# A program may print what looks like an end.  Only what is followed by nothing at all, or by the very program that is
# to come, is one.

if {![namespace exists ::layout]} {
    source [::acre::paths::get layout]
}

namespace eval ::acre::stream {
    variable STATUS "\n$::layout::PROTO_STATUS"
    variable EXIT $::layout::PROTO_EXIT
    variable PROGRAM $::layout::PROTO_PROGRAM
    variable DIGITS {^\d{1,3}\n$}
    variable SOME_DIGITS {^\d{0,3}$}
}

# Whether TEXT is a beginning of PREFIX, or PREFIX and then what the pattern MORE matches.
proc ::acre::stream::Begins {text prefix more} {
    set length [string length $prefix]
    if {[string length $text] <= $length} {
        return [string equal -length [string length $text] $text $prefix]
    }
    return [expr {[string equal -length $length $text $prefix] && [regexp $more [string range $text $length end]]}]
}

# What BYTES, which begin with a line's end, are: "end" (of the last program), "program" (end of one, start of NEXT),
# "open" (more has to come) or "" (output).
proc ::acre::stream::Kind {bytes next} {
    variable STATUS
    variable EXIT
    variable PROGRAM
    variable SOME_DIGITS
    if {[Begins $bytes $STATUS $SOME_DIGITS]} {
        return open
    }
    set length [string length $STATUS]
    if {![string equal -length $length $bytes $STATUS]} {
        return ""
    }
    if {![regexp {^(\d{1,3})\n(.*)$} [string range $bytes $length end] - status rest]} {
        return ""
    }
    set start $PROGRAM$next\n
    if {$next ne "" && [string equal -length [string length $start] $rest $start]} {
        return program
    } elseif {$next ne "" && [string length $rest] < [string length $start] && [Begins $rest $start {^$}]} {
        return open
    } elseif {[Begins $rest $EXIT {^\d{0,3}$|^\d{1,3}\n$}]} {
        return open
    }
    return ""
}

proc ::acre::stream::next {bytes next} {
    variable STATUS
    variable PROGRAM
    set from 0
    while {[set at [Candidate $bytes $from]] >= 0} {
        set rest [string range $bytes $at end]
        switch -- [Kind $rest $next] {
            open { return [list [string range $bytes 0 $at-1] "" $rest ""] }
            program {
                regexp {^\n[^\n]*\m(\d{1,3})\n} $rest first status
                set length [expr {[string length $first] + [string length $PROGRAM$next\n]}]
                return [list [string range $bytes 0 $at-1] program [string range $rest $length end] $status]
            }
        }
        set from [expr {$at + 1}]
    }
    return [list $bytes "" "" ""]
}

# Where from FROM on a line's end stands that may begin an end, or -1.
proc ::acre::stream::Candidate {bytes from} {
    variable STATUS
    set at [string first $STATUS $bytes $from]
    if {$at < 0} {
        set at [string last \n $bytes]
        if {$at < $from || [string length $bytes] - $at >= [string length $STATUS]} {
            return -1
        }
    }
    return $at
}

proc ::acre::stream::last {rest} {
    variable STATUS
    variable EXIT
    if {[regexp "^${STATUS}(\\d{1,3})\n${EXIT}(\\d{1,3})\n\$" $rest - status code] && $status == $code && $code < 256} {
        return $status
    }
    return ""
}
