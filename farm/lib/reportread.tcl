# SPDX-License-Identifier: Apache-2.0
#
# reportread.tcl: a run's directory, as `acre farm` left it, for reports.  Nothing in it is believed: results may be
# damaged, cases' directories may be gone, names come from outside.
#
#   ::acre::reportread::run DIR -> dict
#     dir       absolute           name  the directory's own name      when  seconds: when the last result came
#     cases     dict name -> case, in the plan's order.  A case is a dict:
#                 name verdict sub why seconds margin hash cut   as in results.tsv; verdict MISSING if there is none
#                 emulator machine memory map expect origin      as in plan.tsv; "" where nothing is known
#                 dir              DIR/NAME, whether it exists or not
#                 subject config   the name's parts before and after the first comma, as zoo/x and emu=qemu,cpu=max
#     problems  sentences: what makes the report less than whole
#     notes     sentences: what a reader should know
# Raises {ACRE REPORT} if there are no results at all.

::acre::paths::use safetext verdict resume

namespace eval ::acre::reportread {
    # Bytes of a file, of a line: more is no result of the farm's.
    variable FILE_MOST 67108864 LINE_MOST 65536
    # Problems of one kind that are told one by one.
    variable TOLD 10
}

proc ::acre::reportread::run {dir} {
    set dir [file normalize [file join [pwd] $dir]]
    set file [file join $dir results.tsv]
    if {![file isfile $file]} {
        Bad "$dir: no results.tsv in it; name the directory of a run (acre farm --out DIR)"
    }
    set run [dict create dir $dir name [file tail $dir] when [file mtime $file] cases {} problems {} notes {}]
    set results [Results run $file]
    set plan [Plan run [file join $dir plan.tsv]]
    dict set run cases [Cases run $plan $results]
    if {[dict get $run cases] eq ""} {
        Bad "$file: not one result in it[expr {[dict get $run problems] eq "" ? "" :
            " ([lindex [dict get $run problems] 0])"}]; let acre farm run first"
    }
    return $run
}

proc ::acre::reportread::Bad {message} {
    return -code error -level 2 -errorcode {ACRE REPORT} $message
}

# The lines of FILE as bytes; the last, if it has no end, is told as a note and left out.
proc ::acre::reportread::Lines {runVar file} {
    upvar 1 $runVar run
    variable FILE_MOST
    if {[file size $file] > $FILE_MOST} {
        Bad "$file: too large: more than $FILE_MOST bytes; is it the farm's?"
    }
    set in [open $file rb]
    try {
        set lines [split [read $in] \n]
    } finally {
        close $in
    }
    if {[lindex $lines end] ne ""} {
        dict lappend run notes "[file tail $file]: its last line was cut short and is left out"
    }
    return [lrange $lines 0 end-1]
}

# dict name -> result; the last line for a name counts.
proc ::acre::reportread::Results {runVar file} {
    upvar 1 $runVar run
    set results [dict create]
    set number 0
    foreach line [Lines run $file] {
        incr number
        lassign [Result $line] result wrong
        if {$wrong eq ""} {
            dict set results [dict get $result name] $result
        } else {
            lappend damaged "results.tsv:$number: not a result: $wrong"
        }
    }
    if {[info exists damaged]} {
        Problems run $damaged
    }
    return $results
}

# LINE -> {result wrong}: what is wrong with it, or "".
proc ::acre::reportread::Result {line} {
    variable LINE_MOST
    if {[string length $line] > $LINE_MOST} {
        return [list {} "longer than $LINE_MOST bytes"]
    }
    set fields [split [::acre::safetext::bytes $line] \t]
    if {[llength $fields] != [llength $::acre::resume::columns]} {
        return [list {} "[llength $fields] fields, not [llength $::acre::resume::columns]"]
    }
    set result [dict create]
    foreach column $::acre::resume::columns field $fields {
        dict set result $column $field
        set wrong [Wrong $column $field]
        if {$wrong ne ""} {
            return [list {} "$wrong: '[::acre::safetext::line [string range $field 0 79]]'"]
        }
    }
    return [list $result ""]
}

proc ::acre::reportread::Wrong {column value} {
    switch $column {
        name { return [expr {[Name $value] ? "" : "no name of a case"}] }
        verdict { return [expr {[dict exists $::acre::verdict::STATUS $value] ? "" : "no such verdict"}] }
        seconds - margin { return [expr {[regexp {^\d{1,9}(\.\d{1,9})?$} $value] ? "" : "$column is no number"}] }
        cut { return [expr {[regexp {^\d{1,20}$} $value] ? "" : "cut is no number"}] }
        hash { return [expr {[regexp {^[0-9a-f]{0,64}$} $value] ? "" : "hash is none"}] }
    }
    return ""
}

# Whether VALUE may be a case's name, and so a path below the run's directory.
proc ::acre::reportread::Name {value} {
    return [expr {[regexp {^[\x21-\x7e]{1,240}$} $value] && [string index $value 0] ni {/ ~}
        && [lsearch -regexp [split $value /] {^\.{0,2}$}] < 0}]
}

proc ::acre::reportread::Problems {runVar problems} {
    upvar 1 $runVar run
    variable TOLD
    set more [expr {[llength $problems] - $TOLD}]
    if {$more > 0} {
        set problems [lreplace $problems $TOLD end "and $more more lines like these"]
    }
    dict lappend run problems {*}$problems
}

# dict name -> row of the plan, in its order.
proc ::acre::reportread::Plan {runVar file} {
    upvar 1 $runVar run
    set plan [dict create]
    if {![file isfile $file]} {
        Problems run [list "no plan.tsv: whether a result is missing cannot be told"]
        return $plan
    }
    set number 1
    set lines [Lines run $file]
    set columns [split [lindex $lines 0] \t]
    foreach line [lrange $lines 1 end] {
        incr number
        set fields [split [::acre::safetext::bytes $line] \t]
        if {[lindex $columns 0] ne "name" || [llength $fields] != [llength $columns] || ![Name [lindex $fields 0]]} {
            lappend damaged "plan.tsv:$number: not a case of a plan"
            continue
        }
        foreach column $columns field $fields {
            dict set plan [lindex $fields 0] $column $field
        }
    }
    if {[info exists damaged]} {
        Problems run $damaged
    }
    return $plan
}

# dict name -> case.  Without a plan every result is one.
proc ::acre::reportread::Cases {runVar plan results} {
    upvar 1 $runVar run
    set cases [dict create]
    dict for {name row} $plan {
        dict set cases $name [Case $run $name $row $results]
    }
    if {$plan eq ""} {
        foreach name [dict keys $results] {
            dict set cases $name [Case $run $name {} $results]
        }
    }
    set strangers [expr {[dict size $results] - [dict size [dict filter $results script {name result} {
        dict exists $cases $name
    }]]}]
    if {$strangers} {
        dict lappend run notes "$strangers results are of cases that this plan does not have: left out"
    }
    return $cases
}

proc ::acre::reportread::Case {run name row results} {
    set case [dict create name $name verdict MISSING sub "" why "planned, and without a result" seconds 0 margin 0 \
        hash "" cut 0 emulator "" machine "" memory "" map "" expect "" origin ""]
    set case [dict merge $case $row]
    if {[dict exists $results $name]} {
        set case [dict merge $case [dict get $results $name]]
    }
    lassign [Parts $name] subject config
    dict set case subject $subject
    dict set case config $config
    if {[dict get $case emulator] eq "" && [regexp {(?:^|,)emu=([a-z0-9]+)} $config - emulator]} {
        dict set case emulator $emulator
    }
    return [dict replace $case dir [file join [dict get $run dir] $name]]
}

# boot@zoo/x,emu=qemu -> {zoo/x emu=qemu}
proc ::acre::reportread::Parts {name} {
    if {[regexp {^boot@([^,]+),(.*)$} $name - subject config]} {
        return [list $subject $config]
    }
    return [list [regsub {^boot@} $name ""] ""]
}
