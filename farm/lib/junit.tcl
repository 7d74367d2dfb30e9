# SPDX-License-Identifier: Apache-2.0
#
# junit.tcl: a report as JUnit XML, for the tools that read it.  Made with tdom (the Tcl package tdom must be loaded).
#
#   ::acre::junit::write FILE REPORT SIZE   REPORT is report.tcl's.  SIZE: bytes that the file may have.  Raises
#                                           {ACRE BAD} if it cannot be written, or not in SIZE
#   ::acre::junit::xml REPORT SIZE          -> the text
#
# A suite is a group of maps (zoo, real, ladder), a testcase a case; a case that passes has one line.  FAIL, CRASH, HANG
# and an unexpected pass are <failure>, ERROR and MISSING <error>, SKIP and known failures <skipped>; known failures
# whose day has passed, and damage of the results, are testcases of the suite "farm".  What is not well has properties
# (replay, signature, map, seed ...) and in its text the findings and the serial log, whole as long as SIZE allows; then
# all logs are cut to the same length, and what was cut is said.

::acre::paths::use safetext reportcase signature known

namespace eval ::acre::junit {
    variable SIZE 10485760
    # The part of a cut text that is its beginning; the end tells more.
    variable HEAD 0.25
    # Bytes that the words about a cut may take.
    variable CUT_WORDS 200
}

proc ::acre::junit::write {file report size} {
    set text [xml $report $size]
    set new $file.new-[pid]
    if {[catch {
        set out [open [file join [pwd] $new] w]
        fconfigure $out -encoding utf-8 -translation lf
        puts -nonewline $out $text
        close $out
        file rename -force -- [file join [pwd] $new] [file join [pwd] $file]
    } - options]} {
        file delete -- [file join [pwd] $new]
        ::acre::err::bad "$file: cannot be written: [lindex [dict get $options -errorcode] end]; name another place for\
            --junit"
    }
}

proc ::acre::junit::xml {report size} {
    set bodies [Bodies $report]
    # First without any text: what is left of SIZE is shared.
    set frame [Bytes [Document $report {}]]
    if {$frame > $size} {
        ::acre::err::bad "--junit-size: $size bytes are too few: without any log these results take $frame"
    }
    return [Document $report [Shared $bodies [expr {$size - $frame}]]]
}

proc ::acre::junit::Bytes {text} {
    return [string length [encoding convertto utf-8 $text]]
}

# --- texts ---------------------------------------------------------------------------------------------------------

# dict name -> text of what is not well.
proc ::acre::junit::Bodies {report} {
    set bodies [dict create]
    dict for {name case} [dict get $report run cases] {
        if {[dict get $case state] ne "bad"} continue
        set seen [::acre::reportcase::read $case]
        set parts [list "[dict get $case verdict] [dict get $case sub]: [dict get $case why]" \
            {*}[dict get $seen findings] [dict get $seen serial]]
        if {[dict get $case verdict] eq "ERROR"} {
            lappend parts "The emulator's own words:" [dict get $seen stderr]
        }
        dict set bodies $name [::acre::safetext::shown [join $parts \n]]
    }
    return $bodies
}

# BODIES, cut so that all of them have at most ROOM bytes: the short ones whole, the others to one length.
proc ::acre::junit::Shared {bodies room} {
    variable CUT_WORDS
    set sizes [lsort -integer -index 0 [lmap {name body} $bodies {list [Written $body] $name}]]
    set left [llength $sizes]
    foreach row $sizes {
        lassign $row size name
        set share [expr {$room / $left}]
        if {$size > $share} {
            dict set bodies $name [Cut [dict get $bodies $name] [expr {$share - $CUT_WORDS}]]
            set size [Written [dict get $bodies $name]]
        }
        incr room [expr {-$size}]
        incr left -1
    }
    return $bodies
}

# Bytes of TEXT as XML has it, in an element that has an end of its own because of it.
proc ::acre::junit::Written {text} {
    return [expr {[Bytes [string map {& &amp; < &lt; > &gt; \" &quot;} $text]] + [string length "</failure>"]}]
}

# TEXT in at most MOST bytes, its middle left out; "" where not even the words about that fit.
proc ::acre::junit::Cut {text most} {
    variable HEAD
    if {$most < 1} {
        return ""
    }
    set part [expr {double($most) / [Written $text]}]
    set length [expr {int($part * [string length $text])}]
    # Where the characters are longer than on the whole, shorter.
    while {1} {
        set first [expr {int($length * $HEAD)}]
        set last [expr {$length - $first}]
        set cut "[string range $text 0 $first-1]\n\[[expr {[string length $text] - $length}] characters left out: the\
            file would be larger than --junit-size\]\n[string range $text end-[expr {$last - 1}] end]"
        if {[Written $cut] <= $most + $::acre::junit::CUT_WORDS || $length == 0} {
            return $cut
        }
        set length [expr {$length * 9 / 10}]
    }
}

# --- the document --------------------------------------------------------------------------------------------------

proc ::acre::junit::Document {report bodies} {
    set doc [dom createDocument testsuites]
    try {
        set root [$doc documentElement]
        set suites [Suites $report]
        set all [concat {*}[dict values $suites]]
        Attributes $root [concat [list name [dict get $report run name]] [Counts $all]]
        dict for {name tests} $suites {
            Suite $doc $root $name $tests [dict get $report run when] $bodies
        }
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n[$doc asXML -indent 1]"
    } finally {
        $doc delete
    }
}

# dict name -> tests.  A test is a dict: name seconds kind ("" for a pass, failure, error or skipped) type message, and
# case where it has one.
proc ::acre::junit::Suites {report} {
    set suites [dict create]
    dict for {name case} [dict get $report run cases] {
        dict lappend suites [file dirname [dict get $case subject]] [Test $case]
    }
    foreach problem [dict get $report run problems] {
        dict lappend suites farm [Extra "results: $problem" error results $problem]
    }
    foreach entry [dict get $report run known] {
        if {[dict get $entry expired]} {
            dict lappend suites farm [Extra "known failure [dict get $entry pattern]" failure expired \
                "its last day was [dict get $entry until]: [dict get $entry reason] ([dict get $entry where])"]
        }
    }
    return $suites
}

proc ::acre::junit::Extra {name kind type message} {
    return [dict create name $name seconds 0 kind $kind type $type message $message]
}

proc ::acre::junit::Test {case} {
    set test [dict create name [dict get $case name] seconds [dict get $case seconds] kind "" type "" message "" \
        case $case]
    set why [dict get $case why]
    switch [dict get $case state] {
        skip { return [dict replace $test kind skipped message $why] }
        known { return [dict replace $test kind skipped type known message "known until [dict get $case entry until]: [
            dict get $case entry reason]"] }
        unexpected { return [dict replace $test kind failure type "unexpected pass" message "known to fail ([
            dict get $case entry reason]), and it passed; take it out: [dict get $case entry where]"] }
        bad {
            set kind [expr {[dict get $case verdict] in {ERROR MISSING} ? "error" : "failure"}]
            return [dict replace $test kind $kind message $why \
                type [string trim "[dict get $case verdict] [dict get $case sub]"]]
        }
    }
    return $test
}

proc ::acre::junit::Counts {tests} {
    set counts [dict create failure 0 error 0 skipped 0]
    set seconds 0
    foreach test $tests {
        if {[dict get $test kind] ne ""} {
            dict incr counts [dict get $test kind]
        }
        set seconds [expr {$seconds + [dict get $test seconds]}]
    }
    return [list tests [llength $tests] failures [dict get $counts failure] errors [dict get $counts error] \
        skipped [dict get $counts skipped] time [format %.2f $seconds]]
}

proc ::acre::junit::Attributes {node pairs} {
    foreach {name value} $pairs {
        $node setAttribute $name [::acre::safetext::line $value]
    }
}

proc ::acre::junit::Suite {doc root name tests when bodies} {
    set suite [Child $doc $root testsuite [concat [list name $name] [Counts $tests] \
        [list timestamp [clock format $when -format %Y-%m-%dT%H:%M:%S -gmt 1]]]]
    foreach test $tests {
        set node [Child $doc $suite testcase [list classname $name name [dict get $test name] \
            time [format %.2f [dict get $test seconds]]]]
        if {[dict get $test kind] eq ""} continue
        if {[dict exists $test case] && [::acre::known::red [dict get $test case]]} {
            Properties $doc $node [dict get $test case]
        }
        set pairs [list message [dict get $test message]]
        if {[dict get $test type] ne ""} {
            set pairs [concat [list type [dict get $test type]] $pairs]
        }
        set result [Child $doc $node [dict get $test kind] $pairs]
        if {[dict exists $bodies [dict get $test name]]} {
            $result appendChild [$doc createTextNode [dict get $bodies [dict get $test name]]]
        }
    }
}

proc ::acre::junit::Child {doc parent name pairs} {
    set node [$doc createElement $name]
    Attributes $node $pairs
    $parent appendChild $node
    return $node
}

# What is needed to see it again.
proc ::acre::junit::Properties {doc node case} {
    set file [::acre::reportcase::CaseFile [dict get $case dir]]
    set map [::acre::reportcase::Map [dict get $case dir]]
    set pairs [list replay [lindex [::acre::reportcase::replay $case] 0] signature [::acre::signature::of $case] \
        map [dict get $case map] emulator [dict get $case emulator] machine [dict get $case machine] \
        memory [dict get $case memory] hash [dict get $case hash] seed [Seed $file $map]]
    set list [Child $doc $node properties {}]
    foreach {name value} $pairs {
        if {$value ne ""} {
            Child $doc $list property [list name $name value $value]
        }
    }
}

# The seed of a generated map: of the case, or in the map's header.
proc ::acre::junit::Seed {file map} {
    if {[dict exists $file seed]} {
        return [dict get $file seed]
    }
    if {$map ne ""} {
        foreach header [dict get $map extra] {
            if {[lindex $header 0] eq "seed"} {
                return [lindex $header 1]
            }
        }
    }
    return ""
}
