# SPDX-License-Identifier: Apache-2.0
#
# runner.tcl: a run of a plan: which cases wait, and their results as they come.
#
# The cases run elsewhere: here, in child processes (children.tcl), or wherever the option loop gets their results from.
# What never got to run is MISSING.
#
# Results go to OUT/results.tsv as they come, one line each, appended and flushed: a run that is cut short keeps what it
# has.
#
# Options of run (a dict): out (directory), jobs, memory (bytes that the children may take), command (the case command,
# a list), tty (1: one live line), patience (seconds after which a child is given up).  And, where somebody else has
# part in it: loop (a command that gets results of the cases in its way, by the words below, in place of children.tcl),
# on-result (a command that is given each result before it is written, and returns it as it is to be written).

::acre::paths::use children

namespace eval ::acre::runner {
    variable columns {name verdict sub why seconds margin dir hash cut}
}

# run CASES DONE OPTIONS -> dict name -> result (a dict with the columns above).
#   CASES  the plan, each with dir and hash; DONE  dict name -> result of those that need no run
# Raises {ACRE OUT} when results cannot be written, or what the loop raises with ACRE: the run is stopped, no child is
# left.
proc ::acre::runner::run {cases done options} {
    variable state
    set state [dict create queue [Longest $cases $done] options $options results $done stopped ""]
    set problem [catch {
        variable channel [Open [file join [dict get $options out] results.tsv]]
        ::acre::progress::start [llength $cases] [dict get $options jobs] [dict get $options tty]
        dict for {name result} $done {
            if {[dict get $result verdict] ne "PASS"} {
                Append $result
            }
            ::acre::progress::done $result 0
        }
        {*}[expr {[dict exists $options loop] ? [dict get $options loop] : "::acre::children::loop"}]
        ::acre::children::end
        Missing $cases
        close $channel
    } message details]
    ::acre::progress::finish
    if {$problem} {
        ::acre::children::end
        if {[lindex [dict get $details -errorcode] 0] eq "ACRE"} {
            return -options $details $message
        }
        return -code error -errorcode {ACRE OUT} \
            "cannot write results: $message; make room or name another directory with --out"
    }
    return [dict get $state results]
}

# The file, to add lines to.  Where its last line was cut short, the next one is one of its own.
proc ::acre::runner::Open {file} {
    set channel [open $file a+]
    fconfigure $channel -translation lf
    if {[tell $channel] > 0} {
        seek $channel -1 end
        if {[read $channel 1] ne "\n"} {
            seek $channel 0 end
            puts $channel ""
        }
    }
    return $channel
}

# The cases to run, the longest first, ties in the plan's order.
proc ::acre::runner::Longest {cases done} {
    set open [lmap case $cases {
        if {[dict exists $done [dict get $case name]]} continue
        set case
    }]
    return [lsort -decreasing -command {apply {{a b} {
        set a [dict get $a cost]
        set b [dict get $b cost]
        expr {$a < $b ? -1 : $a > $b}
    }}} $open]
}

# record CASE VERDICT SUB WHY SECONDS ?MARGIN? ?CUT?: one result more.
proc ::acre::runner::record {case verdict sub why seconds {margin 0} {cut 0}} {
    variable state
    set result [dict create name [dict get $case name] verdict $verdict sub $sub why [string map {\t " " \n " "} $why] \
        seconds [format %.2f $seconds] margin $margin dir [dict get $case dir] hash [dict get $case hash] cut $cut]
    take $case $result
}

# take CASE RESULT: one result more, whoever has it.
proc ::acre::runner::take {case result} {
    variable state
    if {[dict exists $state options on-result]
            && [catch {{*}[dict get $state options on-result] $result} result]} {
        fail $result
        return
    }
    dict set state results [dict get $case name] $result
    Append $result
    ::acre::progress::done $result [dict get $case cost]
}

# waiting -> the cases that have no result and are not begun, the longest first.
proc ::acre::runner::waiting {} {
    variable state
    return [dict get $state queue]
}

# begun INDEX: that one of them waits no more.
proc ::acre::runner::begun {index} {
    variable state
    dict set state queue [lreplace [dict get $state queue] $index $index]
}

# option NAME -> one of the run's options.
proc ::acre::runner::option {name} {
    variable state
    return [dict get $state options $name]
}

# fail WORDS: what should be written cannot be; the run ends with that as its error.
proc ::acre::runner::fail {words} {
    variable state
    dict set state failure $words
}

# ending -> why the loop must return; "" while it need not.
proc ::acre::runner::ending {} {
    variable state
    set told [::acre::keeper::told]
    if {$told ne ""} {
        return "the run was stopped ($told)"
    }
    return [expr {[dict exists $state failure] ? [dict get $state failure] : ""}]
}

# stopped WHY: what is planned and has no result when the loop returns is MISSING for that.
proc ::acre::runner::stopped {why} {
    variable state
    dict set state stopped $why
}

# add FILE RESULTS: adds what was found once the run was over; of a name's lines the last counts.
proc ::acre::runner::add {file results} {
    set out [open $file a]
    foreach result $results {
        puts $out [Fields $result]
    }
    close $out
}

# A result as it stands in the file.
proc ::acre::runner::Fields {result} {
    variable columns
    return [join [lmap column $columns {string map {\t " " \n " "} [dict get $result $column]}] \t]
}

# Writes one result; a full disk stops the run.
proc ::acre::runner::Append {result} {
    variable state
    variable channel
    if {[catch {
        puts $channel [Fields $result]
        flush $channel
    } message]} {
        fail "results.tsv: $message"
    }
}

# What is planned and has no result is MISSING and red.
proc ::acre::runner::Missing {cases} {
    variable state
    if {[dict exists $state failure]} {
        error [dict get $state failure]
    }
    foreach case $cases {
        if {![dict exists $state results [dict get $case name] verdict]} {
            record $case MISSING "" "planned, no result: [dict get $state stopped]" 0
        }
    }
    if {[dict exists $state failure]} {
        error [dict get $state failure]
    }
}
