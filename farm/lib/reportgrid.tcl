# SPDX-License-Identifier: Apache-2.0
#
# reportgrid.tcl: the matrix as a grid: a table for each group of maps, a row for each map with its picture, a column
# for each way it was booted (emulator, machine, CPU, disk, RAM, program), in each cell the case's verdict and a link.
#
#   ::acre::reportgrid::draw REPORT -> markup
#
# What is shown is chosen without script: radio buttons, and rules of the style sheet that look at them.

::acre::paths::use html reportcase reportstrip reportmemory

namespace eval ::acre::reportgrid {
    # Where the maps' scale ends at most: what lies above is at its end.
    variable TOP [expr {1 << 41}]
    variable names {qemu QEMU bochs Bochs}
    variable signs {PASS \u2713 SKIP skip}
}

proc ::acre::reportgrid::draw {report} {
    set areas [dict create]
    dict for {name case} [dict get $report run cases] {
        set area [file dirname [dict get $case subject]]
        dict lappend areas [expr {$area eq "." ? "other maps" : $area}] $case
    }
    set entries [Entries [dict get $report run cases]]
    variable TOP
    set top [expr {min($TOP, [::acre::reportstrip::top [dict values $entries]])}]
    set tables ""
    dict for {area cases} $areas {
        append tables [Area $area $cases $entries $top [Changed $report]]
    }
    return "[Choice $report][::acre::reportmemory::Legend]$tables"
}

# dict subject -> entries of its map, of the first case that has any.
proc ::acre::reportgrid::Entries {cases} {
    set entries [dict create]
    dict for {name case} $cases {
        set subject [dict get $case subject]
        if {![dict exists $entries $subject]} {
            set found [::acre::reportcase::entries $case]
            if {$found ne ""} {
                dict set entries $subject $found
            }
        }
    }
    return $entries
}

# dict name -> 1 of the cases that are not as they were.
proc ::acre::reportgrid::Changed {report} {
    set changed [dict create]
    if {[dict get $report changes] ne ""} {
        foreach kind {new changed fixed lost added} {
            foreach case [dict get $report changes $kind] {
                dict set changed [dict get $case name] 1
            }
        }
    }
    return $changed
}

proc ::acre::reportgrid::Choice {report} {
    set choices {all "every map" bad "only what is not well"}
    if {[dict get $report changes] ne ""} {
        lappend choices changed "only what changed"
    }
    set inputs ""
    foreach {value words} $choices {
        append inputs "<label><input type=\"radio\" name=\"show\" id=\"show-$value\"[
            expr {$value eq "all" ? " checked=\"checked\"" : ""}]/> [::acre::html::text $words]</label> "
    }
    return "<fieldset class=\"choice\"><legend>Show</legend>$inputs</fieldset>\n<p class=\"none\">No map is like\
        that.</p>\n"
}

proc ::acre::reportgrid::Area {area cases entries top changed} {
    set configs {}
    set rows [dict create]
    foreach case $cases {
        dict set rows [dict get $case subject] [dict get $case config] $case
        if {[dict get $case config] ni $configs} {
            lappend configs [dict get $case config]
        }
    }
    set heads [join [lmap config $configs {::acre::html::tag th {scope col} [Config $config]}] ""]
    set body ""
    dict for {subject of} $rows {
        append body [Row $subject $of $configs $entries $top $changed]
    }
    set caption "[::acre::mapshow::counted [dict size $rows] map], [::acre::mapshow::counted [llength $cases] case]"
    set axis [::acre::reportstrip::axis $top]
    set table "<table class=\"grid\"><caption>$caption</caption>\n<thead><tr><th scope=\"col\">Map</th><td>$axis</td>[
        ]$heads</tr></thead>\n<tbody>$body</tbody></table>"
    return "<h3>[::acre::html::text $area]</h3>\n[::acre::html::scroll "Matrix of $area" $table]"
}

# emu=bochs,cpu=core2 -> Bochs, and below it core2
proc ::acre::reportgrid::Config {config} {
    variable names
    set parts [split $config ,]
    set first [regsub {^emu=} [lindex $parts 0] ""]
    if {[dict exists $names $first]} {
        set first [dict get $names $first]
    }
    set more [lmap part [lrange $parts 1 end] {regsub {^(machine|disk|program|emu)=} $part ""}]
    set rest [expr {$more eq "" ? "" : " <small>[::acre::html::text [join $more {, }]]</small>"}]
    return [::acre::html::text $first]$rest
}

proc ::acre::reportgrid::Row {subject of configs entries top changed} {
    set classes {}
    set cells ""
    foreach config $configs {
        if {![dict exists $of $config]} {
            append cells "<td></td>"
            continue
        }
        set case [dict get $of $config]
        if {[dict get $case state] ni {good skip}} {
            lappend classes bad
        }
        if {[dict exists $changed [dict get $case name]]} {
            lappend classes changed
        }
        append cells [Cell $case [dict exists $changed [dict get $case name]]]
    }
    set strip [expr {[dict exists $entries $subject]
        ? [::acre::reportstrip::draw [dict get $entries $subject] $top ""] : ""}]
    set row [::acre::html::start tr [dict create class [join [lsort -unique $classes] " "]]]
    set name [::acre::html::text [regsub {^[^/]+/} $subject ""]]
    return "$row<th scope=\"row\">$name</th><td>$strip</td>$cells</tr>\n"
}

# A sign for the eye, the whole for the ear: "PASS, boot@..., new".
proc ::acre::reportgrid::Cell {case changed} {
    variable signs
    set verdict [dict get $case verdict]
    set sign [expr {[dict get $case state] eq "unexpected" ? "pass!" :
        [dict exists $signs $verdict] ? [subst -nocommands -novariables [dict get $signs $verdict]] : $verdict}]
    set name "$verdict[expr {[dict get $case state] in {known unexpected} ? " ([dict get $case state])" : ""}]:\
        [dict get $case subject], [dict get $case config][expr {$changed ? ", changed" : ""}]"
    set class "c [dict get $case state] v-[string tolower $verdict][expr {$changed ? " now" : ""}]"
    return "<td>[::acre::html::link cases/[dict get $case name].html [::acre::html::text $sign] \
        [dict create class $class aria-label $name title [dict get $case why]]]</td>"
}
