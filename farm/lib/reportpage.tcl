# SPDX-License-Identifier: Apache-2.0
#
# reportpage.tcl: the page of one case: what became of it, how to see it again, its map, its memory, marks, points, and
# all that was said.
#
#   ::acre::reportpage::draw REPORT CASE NEAR -> the page; NEAR: {before after}, the failing cases around it, or ""
#   ::acre::reportpage::path CASE   -> its path in the report's folder

::acre::paths::use html reportcase reportmemory reportgrid

namespace eval ::acre::reportpage {}

proc ::acre::reportpage::path {case} {
    return cases/[dict get $case name].html
}

# The way from a case's page to the report's folder.
proc ::acre::reportpage::Root {case} {
    return [string repeat ../ [expr {[llength [split [path $case] /]] - 1}]]
}

proc ::acre::reportpage::draw {report case near} {
    set seen [::acre::reportcase::read $case]
    set root [Root $case]
    set main "<h1>[::acre::html::text [dict get $case name]]</h1>\n<p class=\"say\">[::acre::html::verdict \
        [dict get $case verdict] [dict get $case state]] [::acre::html::text [Why $case]]</p>\n"
    append main [Known $case] [Facts $report $case $seen] [Again $case] [Findings $seen] [Map $case $seen]
    append main [Memory $seen] [Marks $case $seen] [Points $seen] [Serial $seen] [Stderr $seen]
    set title "[dict get $case verdict] [dict get $case name]"
    return [::acre::html::page $root $title [Nav $report $case $root $near] $main]
}

proc ::acre::reportpage::Why {case} {
    return [join [lmap key {sub why} {
        if {[dict get $case $key] eq ""} continue
        dict get $case $key
    }] ": "]
}

proc ::acre::reportpage::Nav {report case root near} {
    set name [::acre::html::text [dict get $report run name]]
    set items "<li>[::acre::html::link ${root}index.html "$name: all cases"]</li>"
    foreach other $near words {"previous that is not well" "next that is not well"} {
        if {$other ne ""} {
            append items "<li>[::acre::html::link $root[path $other] $words \
                [dict create title [dict get $other name]]]</li>"
        }
    }
    foreach {name other} [dict get $report run cases] {
        if {[dict get $other subject] eq [dict get $case subject] && $name ne [dict get $case name]} {
            append items "<li>[::acre::html::link $root[path $other] "[::acre::reportgrid::Config \
                [dict get $other config]]: [::acre::html::text [dict get $other verdict]]"]</li>"
        }
    }
    return "<nav aria-label=\"Report\"><ul>$items</ul></nav>"
}

proc ::acre::reportpage::Known {case} {
    if {![dict exists $case entry]} {
        return ""
    }
    dict with case entry {
        return "<p class=\"note\">Known to fail until [::acre::html::text $until]: [::acre::html::text $reason]\
            ([::acre::html::text $where])</p>\n"
    }
}

proc ::acre::reportpage::Facts {report case seen} {
    set memory [dict get $case memory]
    set facts [list Emulator [::acre::html::text [dict get $case emulator]] \
        Machine [::acre::html::text [dict get $case machine]]]
    foreach {key name} {cpu CPU disk Disk program Program} {
        if {[dict exists $seen file $key]} {
            lappend facts $name [::acre::html::text [dict get $seen file $key]]
        }
    }
    lappend facts RAM [expr {[regexp {^[1-9]\d{0,18}$} $memory] ? [::acre::ledgertext::size $memory] : ""}] \
        Expected [::acre::html::text [dict get $case expect]] \
        "In the plan as" [::acre::html::text [dict get $case origin]] \
        Took "[format %.2f [dict get $case seconds]] s" "Tightest clock" [Margin $case] Before [Before $report $case]
    return [::acre::html::section facts "The case" [::acre::html::facts $facts]]
}

proc ::acre::reportpage::Margin {case} {
    set margin [dict get $case margin]
    return [expr {$margin > 0 ? "[format %.0f [expr {$margin * 100}]] % of its limit" : ""}]
}

proc ::acre::reportpage::Before {report case} {
    set before [dict get $report before]
    if {$before eq ""} {
        return ""
    }
    set name [dict get $case name]
    set words [expr {[dict exists $before cases $name] ? "[dict get $before cases $name verdict]: [
        Why [dict get $before cases $name]]" : "not in that run"}]
    return [::acre::html::text "$words ([dict get $before name])"]
}

proc ::acre::reportpage::Again {case} {
    set ways [::acre::reportcase::replay $case]
    set text ""
    foreach {command what} $ways {
        append text "<p>[::acre::html::text $what]:</p>\n[::acre::html::command $command]"
    }
    if {$text eq ""} {
        set text "<p>Its directory is not there; to run the case anew:</p>\n[::acre::html::command \
            "acre farm --select [::acre::summary::Quoted [dict get $case name]]"]"
    }
    return [::acre::html::section again "See it again" $text]
}

proc ::acre::reportpage::Findings {seen} {
    set findings [dict get $seen findings]
    if {$findings eq ""} {
        return ""
    }
    set items [join [lmap finding $findings {string cat "<li>" [::acre::html::text $finding] "</li>"}] \n]
    return [::acre::html::section findings Findings \
        "<p>Where the guest's report, the oracle and the emulator do not agree:</p>\n<ul>$items</ul>"]
}

proc ::acre::reportpage::Map {case seen} {
    set map [dict get $seen map]
    set entries [expr {$map eq "" ? [::acre::reportcase::entries $case] : [dict get $map entries]}]
    if {$entries eq ""} {
        return ""
    }
    set text [expr {$map eq "" ? "<p>The emulator's own map, as the guest read it.</p>\n" : ""}]
    if {$map ne ""} {
        append text [::acre::html::facts [list Title [::acre::html::text [dict get $map title]] \
            Source [::acre::html::text [dict get $map source]] \
            Quirks [::acre::html::text [join [dict get $map quirks] {, }]]]]
    }
    append text [::acre::reportmemory::map $entries]
    if {[dict get $seen cut] ne ""} {
        append text "<p class=\"note\">Cut from the map, because the emulator has no RAM there: [::acre::html::text \
            [join [dict get $seen cut] {, }]]</p>\n"
    }
    return [::acre::html::section map "Memory map as served" $text]
}

proc ::acre::reportpage::Memory {seen} {
    set model [dict get $seen model]
    if {$model eq ""} {
        return [::acre::html::section memory "Memory and its owners" \
            "<p>No picture: [::acre::html::text [dict get $seen nomodel]]</p>"]
    }
    set text "<p class=\"quiet\">A row is as high as its run is long; what is torn is longer.</p>\n"
    append text [::acre::reportmemory::columns $model] "<h3>Ledger</h3>\n" [::acre::reportmemory::ledger $model]
    return [::acre::html::section memory "Memory and its owners" $text]
}

# Bochs counts instructions; QEMU's counter follows its clock.
proc ::acre::reportpage::Marks {case seen} {
    if {[dict get $seen tap] eq "" || [dict get $seen tap marks] eq ""} {
        return ""
    }
    set marks [dict get $seen tap marks]
    set most [::tcl::mathfunc::max 1 {*}[dict values $marks]]
    set before 0
    set rows {}
    dict for {name number} $marks {
        set part [expr {max(0, $number - $before) * 100.0 / $most}]
        lappend rows [list [::acre::html::text $name] [::acre::mapshow::grouped $number] \
            [::acre::mapshow::grouped [expr {max(0, $number - $before)}]] \
            "<span class=\"meter\" aria-hidden=\"true\"><span style=\"width:[format %.1f $part]%\"></span></span>"]
        set before $number
    }
    set unit [expr {[dict get $case emulator] eq "bochs" ? "Instructions since power-on" : "Time-stamp counter"}]
    return [::acre::html::section marks Marks [::acre::html::scroll "Marks" \
        [::acre::html::table figures $unit {Mark At "Since the last" Part} $rows]]]
}

proc ::acre::reportpage::Points {seen} {
    if {[dict get $seen tap] eq "" || [dict get $seen tap points] eq ""} {
        return ""
    }
    set points [dict get $seen tap points]
    set bad [lsearch -all -inline -index 0 [lmap point $points {
        list [dict get $point ok] $point
    }] 0]
    set text ""
    if {$bad ne ""} {
        append text "<ul class=\"points\">[join [lmap pair $bad {Point [lindex $pair 1]}] {}]</ul>\n"
    }
    set all [join [lmap point $points {Point $point}] ""]
    append text "<details><summary>All [llength $points] points</summary>\n<ul class=\"points\">$all</ul></details>\n"
    set good [expr {[llength $points] - [llength $bad]}]
    return [::acre::html::section points Self-checks "<p>$good of [llength $points] ok</p>\n$text"]
}

proc ::acre::reportpage::Point {point} {
    set ok [dict get $point ok]
    set figures [join [lmap {key value} [dict get $point yaml] {string cat $key ": " $value}] ", "]
    return "<li class=\"[expr {$ok ? "good" : "wrong"}]\"><b>[expr {$ok ? "ok" : "not ok"}] [::acre::html::text \
        [dict get $point n]]</b> [::acre::html::text [dict get $point desc]][expr {$figures eq "" ? "" :
        " <small>[::acre::html::text $figures]</small>"}]</li>\n"
}

proc ::acre::reportpage::Serial {seen} {
    set serial [dict get $seen serial]
    set note ""
    if {[dict get $seen leftout]} {
        set note "<p class=\"note\">[::acre::mapshow::grouped [dict get $seen leftout]] bytes in the middle are left\
            out.</p>\n"
    }
    set text [expr {$serial eq "" ? "<p>Nothing came.</p>" : [::acre::html::scroll "Serial log" \
        "<pre class=\"log\">[Marked $serial]</pre>"]}]
    return [::acre::html::section serial "Serial log" $note$text]
}

# The log, escaped, with what went wrong in bold.
proc ::acre::reportpage::Marked {serial} {
    set text [::acre::html::text $serial]
    return [regsub -all -line "^(?:not ok|$::layout::PROTO_PANIC|$::layout::PROTO_REFUSED).*$" $text {<b>&</b>}]
}

proc ::acre::reportpage::Stderr {seen} {
    set text [string trim [dict get $seen stderr]]
    if {$text eq ""} {
        return ""
    }
    set box [::acre::html::scroll "The emulator's words" "<pre class=\"log\">[::acre::html::text $text]</pre>"]
    return [::acre::html::section stderr "The emulator's own words" \
        "<details><summary>The last of them</summary>\n$box</details>\n"]
}
