# SPDX-License-Identifier: Apache-2.0
#
# ledgersvg.tcl: the picture of a ledger as SVG: a legend, a column of physical memory, a column of virtual memory.
#
#   ::acre::ledgersvg::draw MODEL CAPTION -> the file's text
#
# MODEL is ledgermap.tcl's.  The file stands alone: no script, no style sheet, no font of its own.  Both columns have
# scale.tcl's broken scale: a run that is drawn shorter than it is has a zigzag through it.  A label stands at the right
# of its run, a line leads to it, and labels never overlap; a column grows when they need more room.  Where there are
# more runs than anybody reads, the largest have labels; every run tells its range when the pointer is over it.

::acre::paths::use mapdraw mapshow owners scale svg ledgertext ledgerrows

namespace eval ::acre::ledgersvg {
    # All in pixels.
    variable WIDTH 1280 MARGIN 32 LINE 15
    # A column: its width, its least height, the least and greatest height of a run and of a hole, the height of a page
    # at most.
    variable COLUMN 110 HEIGHT 1000 RUN 4 RUN_MOST 150 HOLE_MOST 26 PAGE_MOST 15
    # Where the columns begin, and where in them the texts stand, from the column's right edge.
    variable PHYSICAL 32 VIRTUAL 600
    variable LABEL 44 PHYSICAL_AMOUNT 350 VIRTUAL_AMOUNT 492
    # Labels of a column at most.
    variable LABELS 120
    variable LEGEND_COLUMNS 3
}

proc ::acre::ledgersvg::draw {model caption} {
    variable WIDTH
    variable MARGIN
    variable LINE
    variable PHYSICAL
    variable VIRTUAL
    variable PHYSICAL_AMOUNT
    variable VIRTUAL_AMOUNT
    set body {}
    set y [Head body $model $caption]
    set y [expr {[Legend body $model $y] + 2 * $LINE}]
    set physical [Column body [::acre::ledgerrows::physical $model] $PHYSICAL $y "physical memory" $PHYSICAL_AMOUNT]
    set virtual [Column body [::acre::ledgerrows::virtual $model] $VIRTUAL $y "virtual memory" $VIRTUAL_AMOUNT]
    set height [expr {int(ceil(max($physical, $virtual))) + $MARGIN}]
    return [::acre::svg::file $WIDTH $height "Memory and its owners: $caption" [Description $model] \
        [Patterns $model] $body]
}

# --- a column ------------------------------------------------------------------------------------------------------

# Draws ROWS (ledgerrows.tcl's) with the upper left corner at X, Y; returns the lower end.
proc ::acre::ledgersvg::Column {bodyVar rows x y title amount} {
    upvar 1 $bodyVar body
    variable HEIGHT
    variable LINE
    set labels [Chosen $rows]
    set runs [lmap row $rows {
        if {[dict get $row bytes] eq ""} continue
        set row
    }]
    lassign [Scaled $runs [expr {max($HEIGHT, $LINE * [llength $labels])}]] items unit heights
    ::acre::svg::text body $x $y $title -weight bold -size 15
    set y [Bar body $x [expr {$y + $LINE}] $unit]
    set top $y
    set tops {}
    foreach run $runs item $items height $heights {
        lappend tops $y
        Run body $run $x $y $height [::acre::scale::broken {*}$item $unit]
        set y [expr {$y + $height}]
    }
    Brackets body $runs [concat $tops $y] $x
    return [expr {max($y, [Labels body $labels [concat $tops $y] $x $top $y $amount])}]
}

# {items unit heights}, as of scale.tcl, for a column of HEIGHT.  Memory is not broken where all of it can be seen so.
proc ::acre::ledgersvg::Scaled {runs height} {
    variable RUN
    variable RUN_MOST
    variable HOLE_MOST
    variable PAGE_MOST
    foreach most [list $height $RUN_MOST] {
        set items [lmap run $runs {
            list [expr {[dict get $run bytes] / double($::acre::ledgertext::FRAME)}] \
                [expr {[dict get $run hole] ? $HOLE_MOST : $most}]
        }]
        lassign [::acre::scale::fit $items $RUN $height $PAGE_MOST] unit heights
        if {$unit >= $RUN} break
    }
    return [list $items $unit $heights]
}

# The scale, as a bar of a round number of pages; returns where the column begins.
proc ::acre::ledgersvg::Bar {bodyVar x y unit} {
    upvar 1 $bodyVar body
    variable COLUMN
    variable LINE
    set pages 1
    while {$pages * 2 * $unit <= $COLUMN} {
        set pages [expr {$pages * 2}]
    }
    set width [expr {$pages * $unit}]
    set middle [expr {$y + 6}]
    ::acre::svg::line body $x $middle [expr {$x + $width}] $middle "#333"
    foreach end [list $x [expr {$x + $width}]] {
        ::acre::svg::line body $end [expr {$middle - 4}] $end [expr {$middle + 4}] "#333"
    }
    set size [::acre::ledgertext::size [expr {$pages * $::acre::ledgertext::FRAME}]]
    ::acre::svg::text body [expr {$x + $width + 8}] [expr {$middle + 4}] \
        "so high is $size; what has a zigzag is longer" -fill "#555"
    return [expr {$y + $LINE + 8}]
}

proc ::acre::ledgersvg::Run {bodyVar run x y height broken} {
    upvar 1 $bodyVar body
    variable COLUMN
    ::acre::svg::rect body $x $y $COLUMN $height [Fill [dict get $run owner]] [dict get $run title]
    if {$broken} {
        ::acre::svg::zigzag body $x [expr {$y + $height / 2.0}] $COLUMN
    }
}

proc ::acre::ledgersvg::Fill {owner} {
    if {$owner in {"" "not described"}} {
        return "#ffffff"
    }
    return [expr {[::acre::owners::nobody $owner] ? "url(#[Pattern $owner])" : [::acre::owners::color $owner]}]
}

proc ::acre::ledgersvg::Pattern {owner} {
    return "p-[string map {" " -} $owner]"
}

# A line at the left along the runs of one region.
proc ::acre::ledgersvg::Brackets {bodyVar runs tops x} {
    upvar 1 $bodyVar body
    set from ""
    set name ""
    set left [expr {$x - 8}]
    foreach run [concat $runs [list [dict create region ""]]] top $tops {
        set now [dict get $run region]
        if {$now ne $name} {
            if {$name ne ""} {
                ::acre::svg::path body [list $x $from $left $from $left $top $x $top] "#333" 1
            }
            set name $now
            set from $top
        }
    }
}

# --- labels --------------------------------------------------------------------------------------------------------

# {index row} of the labels that are shown, in order; index is the run's.
proc ::acre::ledgersvg::Chosen {rows} {
    variable LABELS
    set all {}
    set index 0
    foreach row $rows {
        if {![dict get $row quiet]} {
            lappend all [list $index $row [expr {[dict get $row head] ? inf : [dict get $row bytes]}]]
        }
        incr index [expr {[dict get $row bytes] ne ""}]
    }
    if {[llength $all] > $LABELS} {
        set least [lindex [lsort -real -decreasing -index 2 $all] $LABELS 2]
        set all [lmap label $all {
            if {[lindex $label 2] <= $least} continue
            set label
        }]
    }
    return $all
}

# Returns where the last one ends.
proc ::acre::ledgersvg::Labels {bodyVar labels tops x top bottom amount} {
    upvar 1 $bodyVar body
    variable LINE
    variable COLUMN
    variable LABEL
    set half [expr {$LINE / 2.0}]
    # A region's label stands at its upper edge, a run's at its middle.
    set wanted [lmap label $labels {
        lassign $label index row
        set y [lindex $tops $index]
        expr {[dict get $row head] ? $y : ($y + [lindex $tops $index+1]) / 2.0}
    }]
    set edge [expr {$x + $COLUMN}]
    set end $bottom
    foreach label $labels from $wanted y [::acre::scale::spread $wanted $LINE [expr {$top + $half}] $bottom] {
        ::acre::svg::path body [list $edge $from [expr {$edge + 6}] $from [expr {$edge + $LABEL - 12}] $y \
            [expr {$edge + $LABEL - 4}] $y] "#999" 0.7
        LabelText body [expr {$edge + $LABEL}] [expr {$y + 4}] [lindex $label 1] $amount
        set end [expr {$y + $half}]
    }
    return $end
}

# Address, name and amount of ROW; the amount ends END to the right of X.
proc ::acre::ledgersvg::LabelText {bodyVar x y row end} {
    upvar 1 $bodyVar body
    set address [dict get $row address]
    ::acre::svg::text body $x $y $address -family mono
    ::acre::svg::text body [expr {$x + 8 + 7.3 * [string length $address]}] $y [Cut [dict get $row name] 34] \
        -weight [expr {[dict get $row head] ? "bold" : "normal"}]
    ::acre::svg::text body [expr {$x + $end}] $y [dict get $row amount] -anchor end -fill "#333"
}

# --- head and legend -----------------------------------------------------------------------------------------------

# Caption and what does not fit; returns the y below.
proc ::acre::ledgersvg::Head {bodyVar model caption} {
    upvar 1 $bodyVar body
    variable MARGIN
    variable LINE
    set y [expr {$MARGIN + 8}]
    ::acre::svg::text body $MARGIN $y $caption -size 18 -weight bold
    ::acre::svg::text body $MARGIN [incr y 22] [::acre::ledgertext::sum $model]
    set color [expr {[dict get $model notes] eq "" ? "#2b6e2b" : "#b00000"}]
    foreach line [::acre::ledgertext::verdict $model] {
        if {$line in [dict get $model renamed]} {
            set color "#555"
        }
        ::acre::svg::text body $MARGIN [incr y [expr {$LINE + 2}]] [Cut $line 180] -fill $color
    }
    return $y
}

# Returns the y below.
proc ::acre::ledgersvg::Legend {bodyVar model y} {
    upvar 1 $bodyVar body
    variable WIDTH
    variable MARGIN
    variable LINE
    variable LEGEND_COLUMNS
    set rows [::acre::ledgertext::legend $model]
    set height [expr {([llength $rows] + $LEGEND_COLUMNS - 1) / $LEGEND_COLUMNS}]
    set width [expr {($WIDTH - 2 * $MARGIN) / $LEGEND_COLUMNS}]
    set y [expr {$y + 2 * $LINE}]
    for {set column 0} {$column < $LEGEND_COLUMNS} {incr column} {
        set x [expr {$MARGIN + $column * $width}]
        foreach {at text} {235 frames 310 size 375 "of usable"} {
            ::acre::svg::text body [expr {$x + $at}] $y $text -anchor end -fill "#555"
        }
    }
    set index 0
    foreach row $rows {
        set at [expr {$y + $LINE + 4 + $index % $height * ($LINE + 3)}]
        LegendRow body $row [expr {$MARGIN + $index / $height * $width}] $at
        incr index
    }
    return [expr {$y + $LINE + $height * ($LINE + 3)}]
}

proc ::acre::ledgersvg::LegendRow {bodyVar row x y} {
    upvar 1 $bodyVar body
    lassign $row owner frames size share
    ::acre::svg::rect body $x [expr {$y - 10}] 22 12 [Fill $owner]
    ::acre::svg::text body [expr {$x + 30}] $y [Cut $owner 20]
    foreach at {235 310 375} text [list $frames $size $share] {
        ::acre::svg::text body [expr {$x + $at}] $y $text -anchor end
    }
}

# --- the file ------------------------------------------------------------------------------------------------------

# Nobody's memory is hatched, each kind its own way.
proc ::acre::ledgersvg::Patterns {model} {
    set patterns {}
    foreach row [dict get $model owners] {
        set owner [lindex $row 0]
        if {[::acre::owners::nobody $owner]} {
            set angle [expr {[lsearch [dict keys $::acre::owners::nobody] $owner] * 30 + 45}]
            ::acre::svg::hatched patterns [Pattern $owner] [::acre::owners::color $owner] $angle
        }
    }
    return $patterns
}

# The picture in words, for those who do not see it.
proc ::acre::ledgersvg::Description {model} {
    set owners [lmap row [::acre::ledgertext::legend $model] {
        lassign $row owner frames size
        string cat $owner " " $size
    }]
    return "[::acre::ledgertext::sum $model]. [join $owners {, }]. [join [::acre::ledgertext::verdict $model]]"
}

# TEXT in at most MOST characters.
proc ::acre::ledgersvg::Cut {text most} {
    return [expr {[string length $text] > $most ? "[string range $text 0 $most-4]..." : $text}]
}
