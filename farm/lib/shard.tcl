# SPDX-License-Identifier: Apache-2.0
#
# shard.tcl: a plan cut into parts that take about as long as each other, and a part as a file.
#
#   ::acre::shard::expected CASES FILES   -> dict name -> seconds that the case will take
#   ::acre::shard::cut CASES EXPECTED N   -> at most N lists of cases, none empty
#   ::acre::shard::write CASES FILE       raises the system's words if it cannot
#   ::acre::shard::read FILE              -> list of cases; raises {ACRE CASE} if FILE is no such file
#   ::acre::shard::need CASES JOBS        -> bytes of memory that a run of CASES takes, JOBS at once
#
# What a case took by FILES (results.tsv of runs, the last counts) is what it will take; for the others stands the
# plan's guess, which goes by emulator and RAM, brought to the measure of those that are known.
#
# The longest case goes to the part that has least so far, then the next: no part is longer than 4/3 of what the best
# cut would have (Graham).  Nothing else has a say in it, so the same plan is cut in the same way everywhere.

::acre::paths::use resume

namespace eval ::acre::shard {
    # The process of a case and the farm's own (bytes): Tcl with Expect has 20 MiB, and as much is shared.
    variable PROCESS [expr {32 << 20}]
    # First line of a shard's file; what follows is a list of cases in Tcl's form, data that is never run.
    variable HEAD "# cases of acre farm; run by: acre farm --shard FILE"
}

proc ::acre::shard::expected {cases files} {
    set known [dict create]
    dict for {name result} [dict merge {*}[lmap file $files {::acre::resume::last $file}]] {
        set seconds [dict get $result seconds]
        if {[string is double -strict $seconds] && $seconds > 0} {
            dict set known $name $seconds
        }
    }
    set measured 0.0
    set guessed 0.0
    foreach case $cases {
        if {[dict exists $known [dict get $case name]]} {
            set measured [expr {$measured + [dict get $known [dict get $case name]]}]
            set guessed [expr {$guessed + [dict get $case cost]}]
        }
    }
    set factor [expr {$guessed > 0 ? $measured / $guessed : 1}]
    return [concat {*}[lmap case $cases {
        set name [dict get $case name]
        list $name [expr {[dict exists $known $name] ? [dict get $known $name] : [dict get $case cost] * $factor}]
    }]]
}

proc ::acre::shard::cut {cases expected count} {
    set timed [lmap case $cases {list [dict get $expected [dict get $case name]] $case}]
    # {seconds index} of each part, the shortest first.  lsort is stable: equals keep the order of the plan.
    set loads {}
    for {set index 0} {$index < min($count, [llength $cases])} {incr index} {
        lappend loads [list 0.0 $index]
        set parts($index) {}
    }
    foreach pair [lsort -real -decreasing -index 0 $timed] {
        lassign $pair seconds case
        set loads [lassign $loads least]
        lassign $least load index
        lappend parts($index) $case
        set load [expr {$load + $seconds}]
        set at [lsearch -sorted -bisect -real -index 0 $loads $load]
        set loads [linsert $loads [expr {$at + 1}] [list $load $index]]
    }
    return [lmap pair [lsort -integer -index 1 $loads] {set parts([lindex $pair 1])}]
}

proc ::acre::shard::write {cases file} {
    variable HEAD
    set text $HEAD\n
    foreach case $cases {
        append text [list $case] \n
    }
    ::acre::casefile::save $file [encoding convertto utf-8 $text]
}

proc ::acre::shard::read {file} {
    variable HEAD
    if {![file isfile $file] || [catch {open [file join [pwd] $file] rb} in]} {
        return -code error -errorcode {ACRE CASE} "$file: cannot be read; say --shard I/N, or the file of a shard"
    }
    set text [encoding convertfrom utf-8 [::read $in]]
    close $in
    set end [string first \n $text]
    if {[string range $text 0 $end-1] ne $HEAD} {
        return -code error -errorcode {ACRE CASE} "$file: is no shard's file: it does not begin with '$HEAD'"
    }
    if {[catch {lmap case [string range $text $end end] {dict merge $case}} cases]} {
        return -code error -errorcode {ACRE CASE} "$file: what follows its first line is no list of cases"
    }
    foreach case $cases {
        foreach key {name emulator machine memory image map expect regex cost origin} {
            if {![dict exists $case $key]} {
                return -code error -errorcode {ACRE CASE} "$file: a case has no $key"
            }
        }
    }
    return $cases
}

proc ::acre::shard::need {cases jobs} {
    variable PROCESS
    set weights [lsort -integer -decreasing [lmap case $cases {
        expr {[::acre::children::weight $case] + $PROCESS}
    }]]
    return [::tcl::mathop::+ $PROCESS {*}[lrange $weights 0 $jobs-1]]
}
