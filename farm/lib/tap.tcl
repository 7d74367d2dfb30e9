# SPDX-License-Identifier: Apache-2.0
#
# tap.tcl: reads what a guest said on its serial port, strictly.
#
#   ::acre::tap::start            -> a READER of nothing; READERVAR is the name of a variable that holds one
#   ::acre::tap::more READERVAR CHUNK   reads on: a report may come in any pieces
#   ::acre::tap::whole READERVAR  -> what parse makes of all the chunks
#   ::acre::tap::parse TEXT -> dict
#     version  1 if the version line was there          plan    the plan's number, or ""
#     skip     why, of "1..0 # SKIP why"
#     points   list of dicts n ok desc yaml directive   facts   yaml of the point "machine: facts"
#     marks    dict name -> TSC                         e820    list of {base length type attributes}
#     usable   list of {base limit}                     ledger  dict owner -> frames
#     mappings list of {base limit phys size flags ?owner?}   exit    the exit line's number, or ""
#     refused  the refusal's text, or ""                panic   the panic's text, or ""     frames  list of texts
#     failing  the number of the allocation that was refused first, or ""
#     allocations {COUNT REFUSED}, or ""
#     program  the path of the program that ran, or ""  output  what it printed        status  its status, or ""
#     problems list of "line N: what", in order         torn    the first of them, or ""
#
# Nothing is guessed: a line that is neither TAP nor a comment, a number out of order, missing or double, a plan that is
# missing, double or late, text after the exit line, a last line without its end: each is a problem, by its line.  A
# refusal or a panic needs no plan, because the guest ended before or within its report.

::acre::paths::use tapforms

namespace eval ::acre::tap {}

proc ::acre::tap::parse {text} {
    set reader [start]
    more reader $text
    return [whole reader]
}

# state: where a line may stand: start, version (seen), body, yaml.  A program's output is told from lines by what comes
# after it, so from a program's line on the text is kept for the end.
proc ::acre::tap::start {} {
    set tap [dict create version 0 plan "" skip "" points {} facts {} marks {} e820 {} usable {} ledger {} mappings {} \
        exit "" refused "" panic "" frames {} failing "" \
        allocations "" program "" output "" status "" problems {} torn ""]
    return [dict create tap $tap state start number 0 held "" text ""]
}

proc ::acre::tap::more {readerVar chunk} {
    upvar 1 $readerVar reader
    dict with reader {
        if {$text ne ""} {
            append text $chunk
            return
        }
        set lines [::acre::patterns::feed held $chunk]
        set at [lsearch -glob $lines $::layout::PROTO_PROGRAM*]
        if {$at >= 0} {
            set text [join [lrange $lines $at end] ""]$held
            set held ""
            set lines [lrange $lines 0 $at-1]
        }
        Lines tap state number $lines
    }
}

proc ::acre::tap::whole {readerVar} {
    upvar 1 $readerVar reader
    dict with reader {
        set rest [Program tap $text$held]
        Lines tap state number [::acre::patterns::lines $rest]
        Whole tap $state $number
        dict set tap torn [lindex [dict get $tap problems] 0]
    }
    return [dict get $reader tap]
}

proc ::acre::tap::Lines {tapvar stateVar numberVar lines} {
    upvar 1 $tapvar tap $stateVar state $numberVar number
    foreach line $lines {
        set state [Line tap $state [incr number] $line]
    }
}

# Takes a program and its output out of the text (doc/serial.md); what has no such end is left for Line to find.
proc ::acre::tap::Program {tapvar text} {
    upvar 1 $tapvar tap
    foreach name {PROGRAM STATUS EXIT} {
        set $name [set ::layout::PROTO_$name]
    }
    if {[regexp -indices "(?:^|\n)${PROGRAM}(\[^\n]+)\n" $text whole path]} {
        set from [expr {[lindex $whole 1] + 1}]
        if {[regexp -indices "\n${STATUS}(\\d+)\n${EXIT}\\d+\n\$" [string range $text $from end] end status]} {
            dict set tap program [string range $text {*}$path]
            dict set tap output [string range $text $from [expr {$from + [lindex $end 0] - 1}]]
            dict set tap status [string range $text {*}[lmap at $status {expr {$from + $at}}]]
            set exit [expr {$from + [lindex $status 1] + 2}]
            return [string range $text 0 $from-1][string range $text $exit end]
        }
    }
    return $text
}

proc ::acre::tap::Problem {tapvar number what} {
    upvar 1 $tapvar tap
    dict lappend tap problems "line $number: $what"
}

# A line as a person can read it in a message: short, control characters shown.
proc ::acre::tap::Shown {line} {
    set line [string trimright $line \r\n]
    if {[string length $line] > 60} {
        set line [string range $line 0 59]...
    }
    return '[regsub -all {[^\x20-\x7e]} $line ?]'
}

# Takes one line; returns the state after it.
proc ::acre::tap::Line {tapvar state number line} {
    upvar 1 $tapvar tap
    if {[dict get $tap exit] ne ""} {
        Problem tap $number "text after the exit line: [Shown $line]"
        return $state
    }
    if {[string index $line end] ne "\n"} {
        Problem tap $number "the line is cut off: [Shown $line]"
        return $state
    }
    if {[string match "#*" $line]} {
        if {$state eq "yaml"} {
            Problem tap $number "a comment inside a YAML block: [Shown $line]"
        }
        Comment tap $number $line
        return $state
    }
    if {$state eq "yaml" || [string match "  *" $line]} {
        return [Yaml tap $state $number $line]
    }
    return [Report tap $state $number $line]
}

# A line of a YAML block, which belongs to the last point.
proc ::acre::tap::Yaml {tapvar state number line} {
    upvar 1 $tapvar tap
    set points [dict get $tap points]
    if {$state ne "yaml"} {
        if {$state eq "body" && $points ne "" && ![dict exists [lindex $points end] yaml]
                && [::acre::patterns::match yaml-open $line]} {
            lset points end [dict replace [lindex $points end] yaml {}]
            dict set tap points $points
            return yaml
        }
        Problem tap $number "a YAML line that belongs to no point: [Shown $line]"
        return $state
    }
    if {[::acre::patterns::match yaml-end $line]} {
        return body
    }
    if {![::acre::patterns::match yaml-key $line key value]} {
        Problem tap $number "not a 'key: value' line: [Shown $line]"
        return [expr {[string match "  *" $line] ? $state : [Report tap body $number $line]}]
    }
    set point [lindex $points end]
    if {[dict exists $point yaml $key]} {
        Problem tap $number "key '$key' is twice in one YAML block"
    }
    dict set point yaml $key $value
    lset points end $point
    dict set tap points $points
    return yaml
}

# A version, plan or point line.
proc ::acre::tap::Report {tapvar state number line} {
    upvar 1 $tapvar tap
    if {[::acre::patterns::match version $line]} {
        if {$state ne "start"} {
            Problem tap $number "a second or late version line"
        }
        dict set tap version 1
        return [expr {$state eq "start" ? "version" : $state}]
    }
    if {[::acre::patterns::match plan $line count skip]} {
        return [Plan tap $state $number $count $skip]
    }
    if {[::acre::patterns::match point $line not n desc directive why]} {
        return [Point tap $state $number $n [expr {$not eq ""}] $desc $directive $why]
    }
    Problem tap $number "neither TAP nor a comment: [Shown $line]"
    return $state
}

proc ::acre::tap::Plan {tapvar state number count skip} {
    upvar 2 $tapvar tap
    if {[dict get $tap plan] ne ""} {
        Problem tap $number "a second plan: 1..$count"
        return $state
    }
    if {$state ne "version"} {
        Problem tap $number "the plan does not follow the version line"
    }
    dict set tap plan [scan $count %lld]
    dict set tap skip $skip
    return body
}

proc ::acre::tap::Point {tapvar state number n ok desc directive why} {
    upvar 2 $tapvar tap
    set n [scan $n %lld]
    set expected [expr {[llength [dict get $tap points]] + 1}]
    if {[dict get $tap plan] eq ""} {
        Problem tap $number "point $n comes before the plan"
    } elseif {$n > [dict get $tap plan]} {
        Problem tap $number "point $n is above the plan 1..[dict get $tap plan]"
    }
    if {$n != $expected} {
        set before [lsearch -index 1 [dict get $tap points] $n]
        Problem tap $number [expr {$before >= 0 ? "point $n is there twice" : "point $n where $expected was due"}]
    }
    dict lappend tap points [dict create n $n ok $ok desc $desc directive [string trim "$directive $why"]]
    return body
}

# What only the end shows.
proc ::acre::tap::Whole {tapvar state number} {
    upvar 1 $tapvar tap
    set points [lmap point [dict get $tap points] {dict merge {yaml {}} $point}]
    dict set tap points $points
    foreach point $points {
        if {[dict get $point desc] eq "machine: facts"} {
            dict set tap facts [dict get $point yaml]
        }
    }
    if {[dict get $tap panic] ne "" || [dict get $tap refused] ne ""} {
        # The report may have been cut by the panic, in the middle of a YAML block too; the exit line may not.
    } elseif {!$number} {
        Problem tap 0 "no output at all"
    } elseif {![dict get $tap version]} {
        Problem tap $number "no version line"
    } elseif {[dict get $tap plan] eq ""} {
        Problem tap $number "no plan"
    } elseif {$state eq "yaml"} {
        Problem tap $number "the last YAML block does not end"
    } elseif {[llength $points] < [dict get $tap plan]} {
        Problem tap $number "[llength $points] points of the plan's [dict get $tap plan]"
    }
    if {[dict get $tap exit] eq ""} {
        Problem tap $number "no exit line"
    }
}
