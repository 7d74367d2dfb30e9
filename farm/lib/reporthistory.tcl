# SPDX-License-Identifier: Apache-2.0
#
# reporthistory.tcl: what the history of nights adds to a report: which revision and which before, what broke since all
# was well, for how long a failure has been there, and the figures with their trends.
#
#   ::acre::reporthistory::facts FILE NIGHT RUN -> dict night before good (nights as history.tcl has them, or "")
#       figures (nightfigures.tcl's changes since the last whole night)  trends  broken (names that passed in the last
#       good night and do not now)  last (history.tcl's last_pass of what is not well)
#   In a REPORT (report.tcl) these stand under the key history; without it all below is empty.
#   ::acre::reporthistory::head REPORT      -> lines of text, under the report's first line
#   ::acre::reporthistory::figures REPORT   -> lines of text: which figures changed
#   ::acre::reporthistory::age REPORT CASES -> words: since when the first of CASES that ever passed does not
#   ::acre::reporthistory::over REPORT      -> how many figures are above their bars
#   ::acre::reporthistory::markup REPORT    -> the same three, as markup for the first page
#   ::acre::reporthistory::trends REPORT    -> markup: a row a figure, with its line over the nights

::acre::paths::use history nightfigures html mapshow

namespace eval ::acre::reporthistory {
    # Nights of a line, and its size in pixels.
    variable NIGHTS 60 WIDTH 240 HEIGHT 40
    # Names that are told of what broke.
    variable NAMED 5
    variable kinds {over "ABOVE ITS BAR" worse WORSE better BETTER gone "NOT MEASURED"}
}

proc ::acre::reporthistory::facts {file night run} {
    variable NIGHTS
    set before [::acre::history::earlier $file $night whole]
    set good [::acre::history::earlier $file $night good]
    set bad [dict keys [dict filter [dict get $run cases] script {name case} {
        expr {[dict get $case verdict] ni {PASS SKIP}}
    }]]
    return [dict create night [::acre::history::night $file $night] before $before good $good \
        figures [::acre::nightfigures::changes [::acre::history::measured $file $night] [expr {$before eq "" ? {} :
            [::acre::history::measured $file [dict get $before night]]}]] \
        trends [::acre::history::trend $file $night $NIGHTS] broken [Broken $file $good $bad] \
        last [::acre::history::last_pass $file $night $bad]]
}

# Those of the cases BAD that passed in the night GOOD.
proc ::acre::reporthistory::Broken {file good bad} {
    if {$good eq ""} {
        return {}
    }
    set cases [dict get [::acre::history::run $file [dict get $good night]] cases]
    return [lmap name $bad {
        if {![dict exists $cases $name] || [dict get $cases $name verdict] ne "PASS"} continue
        set name
    }]
}

proc ::acre::reporthistory::over {report} {
    return [expr {[Of $report figures] eq "" ? 0 : [dict get [Counts $report] over]}]
}

proc ::acre::reporthistory::Of {report key} {
    return [expr {[dict exists $report history] ? [dict get $report history $key] : ""}]
}

# --- text ------------------------------------------------------------------------------------------------------------

proc ::acre::reporthistory::head {report} {
    if {[Of $report night] eq ""} {
        return {}
    }
    return [concat [Revision $report] [Good $report]]
}

proc ::acre::reporthistory::Short {night} {
    set revision [dict get $night revision]
    return [expr {$revision eq "" ? "version [dict get $night version]" : [string range $revision 0 11]}]
}

proc ::acre::reporthistory::Revision {report} {
    set night [Of $report night]
    set before [Of $report before]
    set line [Short $night]
    if {[dict get $night title] ne ""} {
        append line ", \"[dict get $night title]\""
    }
    if {$before ne ""} {
        set commits [dict get $night commits]
        append line [expr {[Short $before] eq [Short $night] ? " (as before)" : " (was [Short $before][
            expr {$commits eq "" ? "" : ", [::acre::mapshow::counted $commits commit]"}])"}]
    }
    if {[dict get $night seed] ne ""} {
        append line "; random maps of seed [dict get $night seed]"
    }
    return [list $line]
}

proc ::acre::reporthistory::Good {report} {
    variable NAMED
    set good [Of $report good]
    if {$good eq ""} {
        return [list "no night before this one was good"]
    }
    set broken [Of $report broken]
    set line "last good night: [dict get $good night], [Short $good]"
    if {$broken eq ""} {
        return [list $line]
    }
    set more [expr {[llength $broken] - $NAMED}]
    return [list $line "  BROKEN SINCE THEN [llength $broken]: [join [lrange $broken 0 $NAMED-1] {  }][
        expr {$more > 0 ? "  and $more more" : ""}]"]
}

proc ::acre::reporthistory::Counts {report} {
    set counts [dict create over 0 worse 0 better 0 same 0 new 0 gone 0]
    foreach figure [Of $report figures] {
        dict incr counts [dict get $figure kind]
    }
    return $counts
}

proc ::acre::reporthistory::figures {report} {
    variable kinds
    if {[Of $report figures] eq ""} {
        return {}
    }
    set lines [list "" "Figures: [Sum $report]"]
    foreach kind [dict keys $kinds] {
        foreach figure [Of $report figures] {
            if {[dict get $figure kind] eq $kind} {
                lappend lines "  [dict get $kinds $kind] [dict get $figure name]: [Words $figure]"
            }
        }
    }
    return $lines
}

proc ::acre::reporthistory::Sum {report} {
    set counts [Counts $report]
    return [join [lmap {kind words} {over "above their bars" worse worse better better same "as before" new new
            gone "not measured"} {
        if {![dict get $counts $kind] && $kind ni {over worse}} continue
        string cat [dict get $counts $kind] " " $words
    }] ", "]
}

proc ::acre::reporthistory::Words {figure} {
    dict with figure {
        if {$kind eq "gone"} {
            return "[Number $before] $unit before"
        }
        set from [expr {$before eq "" || $before == $value ? "" : "[Number $before] -> "}]
        set part [expr {$change in {"" 0.0} ? "" : " ([Percent $change])"}]
        return "$from[Number $value] $unit$part[expr {$kind eq "over" ? ", the bar is [Number $bar]" : ""}]"
    }
}

proc ::acre::reporthistory::Number {value} {
    return [expr {[string is entier -strict $value] ? [::acre::mapshow::grouped $value] : $value}]
}

proc ::acre::reporthistory::Percent {part} {
    set percent [expr {$part * 100}]
    return [format [expr {abs($percent) < 0.1 ? "%+.4f %%" : "%+.1f %%"}] $percent]
}

proc ::acre::reporthistory::age {report cases} {
    set last [Of $report last]
    foreach case $cases {
        set name [dict get $case name]
        if {[dict exists $last $name]} {
            lassign [dict get $last $name] night revision nights
            set revision [string range $revision 0 11]
            return "last passed $night[expr {$revision eq "" ? "" : " at $revision"}][
                expr {$nights ? ", and not in [::acre::mapshow::counted $nights night] since" : ""}]"
        }
    }
    return ""
}

# --- pages -----------------------------------------------------------------------------------------------------------

proc ::acre::reporthistory::markup {report} {
    variable kinds
    if {[Of $report night] eq ""} {
        return ""
    }
    set text "<p>[join [lmap line [head $report] {::acre::html::text [string trim $line]}] {<br/>}]</p>\n"
    if {[Of $report figures] eq ""} {
        return $text
    }
    append text "<p>Figures: [::acre::html::text [Sum $report]].</p>\n"
    set items ""
    foreach kind [dict keys $kinds] {
        foreach figure [Of $report figures] {
            if {[dict get $figure kind] eq $kind} {
                append items "<li class=\"[expr {$kind in {over worse} ? "wrong" : "good"}]\">[::acre::html::text \
                    "[string tolower [dict get $kinds $kind]]: [dict get $figure name]: [Words $figure]"]</li>\n"
            }
        }
    }
    return "$text[expr {$items eq "" ? "" : "<ul>$items</ul>\n"}]"
}

proc ::acre::reporthistory::trends {report} {
    set rows {}
    foreach figure [Of $report figures] {
        set name [dict get $figure name]
        if {[dict get $figure kind] eq "gone" || ![dict exists [Of $report trends] $name]} continue
        set values [dict get [Of $report trends] $name]
        lappend rows [list [::acre::html::text $name] [Line $name $values] \
            "[Number [dict get $figure value]] [::acre::html::text [dict get $figure unit]]" \
            [expr {[dict get $figure change] in {"" 0.0} ? "" : [Percent [dict get $figure change]]}] \
            [expr {[dict get $figure bar] eq "" ? "" : [Number [dict get $figure bar]]}]]
    }
    if {$rows eq ""} {
        return ""
    }
    return "<p>From night to night, the newest at the right; from the least of them at the bottom to the most at the\
        top. Instructions are counted, so any change of them is real.</p>\n[::acre::html::scroll "Trends" \
        [::acre::html::table figures "Figures of the nights" {Figure Trend Tonight "Since the last" Bar} $rows]]"
}

# A line through VALUES, {NIGHT VALUE} each; what it shows is said in words too.
proc ::acre::reporthistory::Line {name values} {
    variable WIDTH
    variable HEIGHT
    set numbers [lmap pair $values {lindex $pair 1}]
    set least [::tcl::mathfunc::min {*}$numbers]
    set most [::tcl::mathfunc::max {*}$numbers]
    set points {}
    foreach number $numbers {
        set x [expr {[llength $numbers] == 1 ? $WIDTH / 2.0 : 4 + ($WIDTH - 8) * [llength $points] /
            ([llength $numbers] - 1.0)}]
        set y [expr {$most == $least ? $HEIGHT / 2.0 : $HEIGHT - 4 - ($HEIGHT - 8.0) * ($number - $least) /
            ($most - $least)}]
        lappend points [format %.1f,%.1f $x $y]
    }
    set words "$name in [::acre::mapshow::counted [llength $numbers] night], [lindex $values 0 0] to\
        [lindex $values end 0]: from [Number [lindex $numbers 0]] to [Number [lindex $numbers end]], least\
        [Number $least], most [Number $most]"
    lassign [split [lindex $points end] ,] x y
    return "<svg class=\"trend\" role=\"img\" width=\"$WIDTH\" height=\"$HEIGHT\" viewBox=\"0 0 $WIDTH $HEIGHT\"\
        aria-label=\"[::acre::html::text $words]\"><title>[::acre::html::text $words]</title><polyline\
        points=\"[join $points { }]\"/><circle cx=\"$x\" cy=\"$y\" r=\"3\"/></svg>"
}
