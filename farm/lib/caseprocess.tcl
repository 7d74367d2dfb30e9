# SPDX-License-Identifier: Apache-2.0
#
# caseprocess.tcl: the process that runs cases for children.tcl, one after the other.
#
#   child   -> parent   result<TAB>VERDICT<TAB>SUB<TAB>WHY<TAB>MARGIN<TAB>CUT    when the case is over
#                       next                                                     if it takes one more; else it ends
#   parent  -> child    a line: that case's file                                 or the end of the pipe: there is none
#
# To start a process and to load what a case needs takes a tenth of a case's time, so it is done once for many.  Only
# where a case was well: what one that was not may have left in its process is nothing to the next.  When the pipe ends
# while a case runs, the parent is dead or has given it up, and the emulator goes with this process.
#
#   ::acre::caseprocess::run FILE        -> 0; runs the case in FILE and those it is given after it
#   ::acre::caseprocess::waits OUTPUT    -> 1 if a child that has said OUTPUT since it got its case waits for the next
#   ::acre::caseprocess::line FILE       -> FILE as one line for a child that waits; path LINE gives it back

namespace eval ::acre::caseprocess {
    variable NEXT next
    # Verdicts after which it takes one more.
    variable WELL {PASS SKIP}
    # Whether a case runs; the file of the next one.
    variable busy 1
    variable next ""
}

proc ::acre::caseprocess::run {file} {
    variable busy
    variable next
    ::acre::process::guard
    fconfigure stdin -blocking 0
    fileevent stdin readable ::acre::caseprocess::Given
    while {$file ne "" && [One $file]} {
        set busy 0
        vwait ::acre::caseprocess::next
        set busy 1
        set file $next
    }
    return 0
}

# Runs one case; 1 if the next one may follow.
proc ::acre::caseprocess::One {file} {
    variable NEXT
    variable WELL
    set result [::acre::case::run [::acre::casefile::read $file]]
    puts [join [list result {*}[lmap key {verdict sub why margin cut} {
        string map {\t " " \n " "} [dict get $result $key]
    }]] \t]
    if {[dict get $result verdict] ni $WELL} {
        return 0
    }
    puts $NEXT
    flush stdout
    return 1
}

proc ::acre::caseprocess::Given {} {
    variable busy
    variable next
    if {[gets stdin line] >= 0} {
        set next [path $line]
    } elseif {[eof stdin] && $busy} {
        ::acre::process::Interrupted 15
    } elseif {[eof stdin]} {
        set next ""
    }
}

proc ::acre::caseprocess::line {file} {
    return [string map {\\ \\\\ \n \\n} $file]
}
proc ::acre::caseprocess::path {line} {
    return [string map {\\\\ \\ \\n \n} $line]
}

proc ::acre::caseprocess::waits {output} {
    variable NEXT
    return [regexp "(^|\n)result\t\[^\n\]*\n$NEXT\n\$" $output]
}
