# SPDX-License-Identifier: Apache-2.0
#
# What clang measured, as gaps: lines that never ran, branches that never went one way, conditions that never decided
# alone (MC/DC).  For t/coverage and t/191; doc/coverage.md says what is counted.
#
#   coverage::facts LCOV JSON ROOT    -> dict FILE -> dict lines branches conditions; each a dict PLACE -> value
#   coverage::gaps FACTS              -> list of {file line kind text}; kind: line, branch, condition
#   coverage::lines GAPS              -> list of lines that say so to people
#   coverage::unmeasured TEXT ROOT    -> the same, kind decision, from what clang said when it compiled
#   coverage::exceptions FILE         -> list of {file code reason}
#   coverage::excuse GAPS EXCEPTIONS ROOT -> {gaps left over, gaps excused, what is wrong with the exceptions}
#   coverage::figures FACTS GAPS      -> dict lines branches conditions -> {covered count}, GAPS being not covered
#
# A header's inline function is compiled in many places; it is covered as far as all of them together cover it.

namespace eval coverage {
    variable EXCEPTIONS_MAX 5
    variable KINDS {lines line branches branch conditions condition}
}

# The JSON that llvm-cov writes as a Tcl dict: no text in it that we look at has a blank, a colon or a bracket.
proc coverage::json {text} {
    return [lindex [string map {\[ \{ \] \} , { } : { }} $text] 0]
}

proc coverage::Relative {root file} {
    return [string range $file [string length $root]+1 end]
}

# PLACE is {line column line column}.  Counts of one place, compiled in many, are added up.
proc coverage::facts {lcov json root} {
    set facts [Lines $lcov $root]
    foreach file [dict get [lindex [dict get [json $json] data] 0] files] {
        set name [Relative $root [dict get $file filename]]
        foreach branch [dict get $file branches] {
            AddBranch facts $name $branch
        }
        foreach decision [dict get $file mcdc_records] {
            AddDecision facts $name $decision
        }
    }
    return $facts
}

proc coverage::Lines {lcov root} {
    set facts [dict create]
    foreach line [split $lcov \n] {
        if {[regexp {^SF:(.*)} $line - file]} {
            set name [Relative $root $file]
            dict set facts $name {lines {} branches {} conditions {}}
        } elseif {[regexp {^DA:(\d+),(\d+)} $line - number count]} {
            dict set facts $name lines $number $count
        }
    }
    return $facts
}

proc coverage::AddBranch {facts_name file branch} {
    upvar 1 $facts_name facts
    set place [lrange $branch 0 3]
    lassign {0 0} yes no
    if {[dict exists $facts $file branches $place]} {
        lassign [dict get $facts $file branches $place] yes no
    }
    dict set facts $file branches $place [list [expr {$yes + [lindex $branch 4]}] [expr {$no + [lindex $branch 5]}]]
}

# The conditions' list is the one of words; what stands before it differs from version to version.
proc coverage::AddDecision {facts_name file decision} {
    upvar 1 $facts_name facts
    set place [lrange $decision 0 3]
    set conditions [lsearch -inline -regexp [lrange $decision 4 end] {^(true|false)( |$)}]
    if {[dict exists $facts $file conditions $place]} {
        set conditions [lmap a $conditions b [dict get $facts $file conditions $place] {expr {$a || $b}}]
    }
    dict set facts $file conditions $place $conditions
}

proc coverage::gaps {facts} {
    set gaps {}
    dict for {file fact} $facts {
        dict for {number count} [dict get $fact lines] {
            if {$count == 0} {
                lappend gaps [list $file $number line "never runs"]
            }
        }
        dict for {place counts} [dict get $fact branches] {
            foreach count $counts way {true false} {
                if {$count == 0} {
                    lappend gaps [list $file [lindex $place 0] branch "[Where $place] is never $way"]
                }
            }
        }
        dict for {place conditions} [dict get $fact conditions] {
            foreach covered $conditions n [Numbers $conditions] {
                if {!$covered} {
                    set text "condition $n of [llength $conditions] from [Where $place] never decides alone"
                    lappend gaps [list $file [lindex $place 0] condition $text]
                }
            }
        }
    }
    return [lsort -index 0 [lsort -integer -index 1 $gaps]]
}

# A decision within an operand of another is beyond clang; a name for the inner one mends that.
proc coverage::unmeasured {text root} {
    set gaps {}
    foreach {- file line} [regexp -all -inline -line {^(\S+?):(\d+):\d+: warning: unsupported MC/DC} $text] {
        set file [file normalize $file]
        if {[string match $root/src/runtime/* $file]} {
            lappend gaps [list [Relative $root $file] $line decision "clang cannot measure it; name the inner one"]
        }
    }
    return [lsort -unique $gaps]
}

proc coverage::Numbers {list} {
    set n 0
    return [lmap - $list {incr n}]
}

proc coverage::Where {place} {
    lassign $place line column end_line end_column
    return "column $column to [expr {$end_line == $line ? "" : "$end_line:"}]$end_column"
}

# GAPS as lines FILE:LINE: KIND: TEXT.  Lines in a row that never run are one, without their branches and conditions.
proc coverage::lines {gaps} {
    set unreached [dict create]
    foreach gap [lsearch -all -inline -exact -index 2 $gaps line] {
        dict set unreached [lrange $gap 0 1] 1
    }
    set lines {}
    foreach gap $gaps {
        lassign $gap file line kind text
        if {$kind eq "line"} {
            if {[dict exists $unreached [list $file [expr {$line - 1}]]]} continue
            set last $line
            while {[dict exists $unreached [list $file [expr {$last + 1}]]]} {
                incr last
            }
            if {$last > $line} {
                set text "never runs, up to line $last"
            }
        } elseif {$kind ne "decision" && [dict exists $unreached [list $file $line]]} {
            continue
        }
        lappend lines "$file:$line: $kind: $text"
    }
    return $lines
}

proc coverage::figures {facts gaps} {
    variable KINDS
    set figures [dict create]
    foreach {what kind} $KINDS {
        set count 0
        dict for {- fact} $facts {
            dict for {- value} [dict get $fact $what] {
                incr count [expr {$what eq "lines" ? 1 : [llength $value]}]
            }
        }
        set missing [llength [lsearch -all -exact -index 2 $gaps $kind]]
        dict set figures $what [list [expr {$count - $missing}] $count]
    }
    return $figures
}

# Lines FILE | CODE | REASON: CODE is the whole text of a line, without the blanks around it.
proc coverage::exceptions {file} {
    set in [open $file]
    set exceptions {}
    while {[gets $in line] >= 0} {
        if {[regexp {^\s*(#|$)} $line]} continue
        if {![regexp {^(\S+) \| (.+) \| (.+)$} $line - name code reason]} {
            close $in
            return -code error -errorcode {ACRE BAD} "$file: no \"FILE | CODE | REASON\": $line"
        }
        lappend exceptions [list $name $code $reason]
    }
    close $in
    return $exceptions
}

# An exception excuses the gaps of its line, and the lines right after it that therefore never run.
proc coverage::excuse {gaps exceptions root} {
    variable EXCEPTIONS_MAX
    set wrong {}
    set excused {}
    foreach exception $exceptions {
        lassign $exception file code
        set lines [LinesOf $gaps $file $code $root]
        if {[llength $lines] != 1} {
            lappend wrong "$file | $code: [expr {$lines eq "" ? "nothing is uncovered there"
                : "stands at lines [join $lines ", "]; it must be one"}]"
            continue
        }
        set unreached [lmap gap $gaps {
            expr {[lindex $gap 0] eq $file && [lindex $gap 2] eq "line" ? [lindex $gap 1] : [continue]}}]
        for {set line $lines} {$line == $lines || $line in $unreached} {incr line} {
            lappend excused {*}[lsearch -all -inline -glob $gaps [list $file $line *]]
        }
    }
    if {[llength $exceptions] > $EXCEPTIONS_MAX} {
        lappend wrong "[llength $exceptions] exceptions; at most $EXCEPTIONS_MAX may be listed"
    }
    return [list [lmap gap $gaps {expr {$gap in $excused ? [continue] : $gap}}] [lsort -unique $excused] $wrong]
}

# The lines of FILE that have gaps and whose text is CODE.
proc coverage::LinesOf {gaps file code root} {
    set path [file join $root $file]
    if {![file exists $path]} {
        return {}
    }
    set in [open $path]
    set text [split [read $in] \n]
    close $in
    set lines {}
    foreach gap $gaps {
        lassign $gap name line
        if {$name eq $file && [string trim [lindex $text $line-1]] eq $code && $line ni $lines} {
            lappend lines $line
        }
    }
    return $lines
}
