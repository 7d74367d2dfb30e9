# SPDX-License-Identifier: Apache-2.0
#
# reportindex.tcl: the first page: what changed since the run before, every way of failing once, the matrix, what was
# slow, what the boots cost, and what else a reader should know.
#
#   ::acre::reportindex::draw REPORT COSTS -> the page; COSTS is reportcost.tcl's

::acre::paths::use html reportgrid reportpage reportcase reporttext reporthistory signature mapshow

namespace eval ::acre::reportindex {
    # Cases of one list that are shown before the rest is folded away; slow ones.
    variable SHOWN 12 SLOW 10
    # kind of change -> {headline, what it means}
    variable words {
        new     {"New failures" "well or unknown before, not well now"}
        changed {"Fail in another way" "not well in both, with another signature"}
        fixed   {"Fixed" "not well before, well now"}
        lost    {"Skipped now" "they were tried before"}
        still   {"Still not well" "in the same way as before"}
        added   {"New cases" "well, and not in the run before"}
        gone    {"Gone" "in the run before, and not in this plan"}
    }
}

proc ::acre::reportindex::draw {report costs} {
    set run [dict get $report run]
    set name [dict get $run name]
    set sections {}
    foreach {id title text} [list since "What changed" \
            [::acre::reporthistory::markup $report][Since $report] failures Failures [Failures $report] \
            matrix Matrix [::acre::reportgrid::draw $report] slow "The slowest" [Slow $report] \
            costs "What a boot costs" [Costs $report $costs] \
            trends Trends [::acre::reporthistory::trends $report] findings Findings [Findings $report] \
            known "Known failures" [Known $report] notes "Also to know" [Notes $report]] {
        if {$text ne ""} {
            lappend sections [list $id $title $text]
        }
    }
    set main "<h1>[::acre::html::text "Farm run $name"]</h1>\n[Head $report]"
    foreach section $sections {
        lassign $section id title text
        append main [::acre::html::section $id $title $text]
    }
    set items [join [lmap section $sections {
        string cat "<li>" [::acre::html::link "#[lindex $section 0]" [lindex $section 1]] "</li>"
    }] ""]
    set nav "<nav aria-label=\"Sections\"><ul>$items</ul></nav>"
    return [::acre::html::page "" "[Verdict $report] - $name" $nav $main]
}

# --- the first screen ----------------------------------------------------------------------------------------------

proc ::acre::reportindex::Verdict {report} {
    set counts [::acre::reporttext::counts [dict get $report run cases]]
    set failed [dict get $counts failed]
    set all [::tcl::mathop::+ {*}[dict values $counts]]
    if {[dict get $report run problems] ne ""} {
        return "These results are not whole"
    }
    if {$failed == 0 && [::acre::reporthistory::over $report]} {
        return "[::acre::mapshow::counted [::acre::reporthistory::over $report] figure] above the bar"
    } elseif {$failed == 0} {
        return [expr {[dict get $counts passed] ? "All is well" : "Nothing was tested"}]
    }
    return "$failed of [::acre::mapshow::counted $all case] [expr {$failed == 1 ? "is" : "are"}] not well"
}

proc ::acre::reportindex::Head {report} {
    set run [dict get $report run]
    set counts [::acre::reporttext::counts [dict get $run cases]]
    set all [::tcl::mathop::+ {*}[dict values $counts]]
    set wrong [expr {[dict get $counts failed] + [::acre::reporthistory::over $report]}]
    set class [expr {$wrong || [dict get $run problems] ne "" ? "wrong" : "good"}]
    set bars ""
    set keys ""
    foreach {kind state} {passed good failed bad known known skipped skip} {
        set count [dict get $counts $kind]
        if {!$count} continue
        append bars "<span class=\"$state\" style=\"flex-grow:$count\"></span>"
        append keys "<li class=\"$state\"><b>[::acre::mapshow::grouped $count]</b> $kind</li>"
    }
    set text "<p class=\"verdict $class\">[::acre::html::text [Verdict $report]].</p>\n"
    foreach problem [dict get $run problems] {
        append text "<p class=\"wrong\" role=\"alert\">[::acre::html::text $problem]</p>\n"
    }
    append text "<div class=\"share\" aria-hidden=\"true\">$bars</div>\n" \
        "<ul class=\"counts\" aria-label=\"Counts\">$keys</ul>\n"
    return "$text<p class=\"quiet\">[When $run], [::acre::mapshow::counted $all case]</p>\n"
}

proc ::acre::reportindex::When {run} {
    set when [dict get $run when]
    return "<time datetime=\"[clock format $when -format %Y-%m-%dT%H:%M:%SZ -gmt 1]\">[clock format $when \
        -format {%Y-%m-%d %H:%M}]</time>"
}

proc ::acre::reportindex::Since {report} {
    variable words
    set changes [dict get $report changes]
    if {$changes eq ""} {
        return "<p>There is no run to compare with[expr {[dict exists $report history] ? "" :
            ": name one with <code>--since DIR</code>"}].</p>\n"
    }
    set before [dict get $report before]
    set none {}
    set text "<p>Since [::acre::html::text [dict get $before name]] of [When $before][
        expr {[::acre::since::quiet $changes] ? ", nothing" : ""}]:</p>\n<div class=\"cards\">"
    dict for {kind row} $words {
        lassign $row title meaning
        set cases [dict get $changes $kind]
        set count [llength $cases]
        if {!$count} {
            lappend none "[string tolower $title 0] 0"
            continue
        }
        append text "<div class=\"card $kind\"><h3><b>[::acre::mapshow::grouped $count]</b>\
            $title</h3><p class=\"quiet\">$meaning</p>[Cases $cases [expr {$kind eq "gone" ? 0 : 1}]]</div>\n"
    }
    return "$text</div>\n<p class=\"quiet\">[::acre::html::text [join $none "; "]]</p>\n"
}

# A list of cases, a line for each map and links where LINKED; many are folded.
proc ::acre::reportindex::Cases {cases linked} {
    variable SHOWN
    set subjects [dict create]
    foreach case $cases {
        dict lappend subjects [dict get $case subject] $case
    }
    set items {}
    dict for {subject of} $subjects {
        set links [lmap case $of {
            set words [::acre::reportgrid::Config [dict get $case config]]
            expr {$linked ? [::acre::html::link [::acre::reportpage::path $case] $words \
                [dict create aria-label "[regsub -all {<[^>]*>} $words ""]: $subject"]] : $words}
        }]
        lappend items "<li>[::acre::html::text $subject]: [join $links " "]</li>"
    }
    if {$items eq ""} {
        return ""
    }
    set list "<ul class=\"cases\">[join [lrange $items 0 $SHOWN-1] ""]</ul>"
    set rest [lrange $items $SHOWN end]
    if {$rest ne ""} {
        append list "<details><summary>and [::acre::mapshow::counted [llength $rest] map] more</summary>" \
            "<ul class=\"cases\">[join $rest ""]</ul></details>"
    }
    return $list
}

# --- failures ------------------------------------------------------------------------------------------------------

proc ::acre::reportindex::Failures {report} {
    set text ""
    foreach group [dict get $report groups] {
        append text [Group $report $group]
    }
    set passes [lmap case [dict values [dict get $report run cases]] {
        if {[dict get $case state] ne "unexpected"} continue
        set case
    }]
    if {$passes ne ""} {
        append text "<article class=\"group\"><h3>Known to fail, and they passed</h3>\n" \
            "<p>Take them out of the file of known failures.</p>\n[Cases $passes 1]</article>\n"
    }
    if {$text eq ""} {
        return "<p class=\"good\">None.</p>\n"
    }
    set ways [::acre::mapshow::counted [llength [dict get $report groups]] way]
    return "<p>$ways of failing; the numbers in their words do not count.</p>\n$text"
}

proc ::acre::reportindex::Group {report group} {
    set cases [dict get $group cases]
    set case [lindex $cases 0]
    set count [llength $cases]
    set age [::acre::reporttext::Age $report $cases]
    set text "<article class=\"group\"><h3>[::acre::html::verdict [dict get $case verdict] [dict get $case state]]\
        [::acre::html::text [::acre::reportpage::Why $case]]</h3>\n<p class=\"quiet\">[::acre::mapshow::counted $count \
        case][expr {$age eq "" ? "" : "; since the run before: $age"}]</p>\n"
    lassign [::acre::reportcase::replay $case] command
    if {$command ne ""} {
        append text [::acre::html::command $command]
    }
    return "$text[Cases $cases 1]</article>\n"
}

# What the judges found, each sentence once but for its numbers.
proc ::acre::reportindex::Findings {report} {
    set found [dict create]
    dict for {name case} [dict get $report run cases] {
        if {[dict get $case state] in {good skip}} continue
        foreach finding [::acre::reportcase::Comments [dict get $case dir] audit.txt 0] {
            set key [::acre::signature::of [dict create verdict "" sub "" why $finding]]
            if {![dict exists $found $key]} {
                dict set found $key first $finding
            }
            dict set found $key cases $name $case
        }
    }
    set items ""
    dict for {key row} $found {
        set cases [dict values [dict get $row cases]]
        append items "<li><p>[::acre::html::text [dict get $row first]]</p><details><summary>[::acre::mapshow::counted \
            [llength $cases] case]</summary>[Cases $cases 1]</details></li>\n"
    }
    return [expr {$items eq "" ? "" : "<p>Where the guest's report, the oracle's model of the map and the emulator do\
        not agree; of sentences that differ only in numbers, the first.</p>\n<ul class=\"findings\">$items</ul>\n"}]
}

# --- figures -------------------------------------------------------------------------------------------------------

proc ::acre::reportindex::Slow {report} {
    variable SLOW
    set cases [lrange [lsort -command {apply {{a b} {
        set a [dict get $a seconds]
        set b [dict get $b seconds]
        expr {$a < $b ? 1 : $a > $b ? -1 : 0}
    }}} [dict values [dict get $report run cases]]] 0 $SLOW-1]
    set most [expr {max(0.01, [dict get [lindex $cases 0] seconds])}]
    set rows [lmap case $cases {
        if {[dict get $case seconds] <= 0} continue
        set part [expr {[dict get $case seconds] * 100.0 / $most}]
        list [::acre::html::link [::acre::reportpage::path $case] [::acre::html::text [dict get $case name]]] \
            [format "%.2f s" [dict get $case seconds]] [::acre::reportpage::Margin $case] \
            "<span class=\"meter\" aria-hidden=\"true\"><span style=\"width:[format %.1f $part]%\"></span></span>"
    }]
    if {$rows eq ""} {
        return ""
    }
    return [::acre::html::scroll "The slowest cases" [::acre::html::table figures \
        "Seconds of the host, and how near the tightest clock was" {Case Took "Tightest clock" Part} $rows]]
}

proc ::acre::reportindex::Costs {report costs} {
    if {$costs eq ""} {
        return ""
    }
    set compared [expr {[dict get $report before] ne ""}]
    set rows {}
    dict for {mark row} $costs {
        set cells [list [::acre::html::text $mark] [::acre::mapshow::grouped [dict get $row median]]]
        if {$compared} {
            lappend cells [Signed [dict get $row change]] [dict get $row compared]
        }
        lappend rows $cells
    }
    set heads [concat {Mark "Half of the cases below"} [expr {$compared ? {"Median change" "Cases compared"} : {}}]]
    return "<p>Instructions from power-on to each mark, under Bochs, which counts them exactly: any change is\
        real.</p>\n[::acre::html::scroll "Cost of a boot" [::acre::html::table figures "Instructions" $heads $rows]]"
}

# NUMBER with its sign; nothing is nothing.
proc ::acre::reportindex::Signed {number} {
    if {$number in {"" 0}} {
        return $number
    }
    return [expr {$number > 0 ? "+" : "\u2212"}][::acre::mapshow::grouped [expr {abs($number)}]]
}

# --- the rest ------------------------------------------------------------------------------------------------------

proc ::acre::reportindex::Known {report} {
    set rows [lmap entry [dict get $report run known] {
        dict with entry {
            list "<code>[::acre::html::text $pattern]</code>" $cases [::acre::html::text $until][
                expr {$expired ? " <b class=\"wrong\">expired</b>" : ""}] [::acre::html::text $reason]
        }
    }]
    return [expr {$rows eq "" ? "" : [::acre::html::scroll "Known failures" [::acre::html::table figures \
        "They are not counted as failed until their day" {Cases Match Until Reason} $rows]]}]
}

proc ::acre::reportindex::Notes {report} {
    set run [dict get $report run]
    set notes [dict get $run notes]
    foreach {reason count} [::acre::reporttext::Skips [dict values [dict get $run cases]]] {
        lappend notes "$count skipped: $reason"
    }
    set cut 0
    dict for {name case} [dict get $run cases] {
        incr cut [expr {[dict get $case cut] > 0}]
    }
    if {$cut} {
        lappend notes "[::acre::mapshow::counted $cut map] cut to the emulator's RAM; the case's page says what"
    }
    set items [join [lmap note $notes {string cat "<li>" [::acre::html::text $note] "</li>"}] \n]
    return [expr {$items eq "" ? "" : "<ul>$items</ul>\n"}]
}
