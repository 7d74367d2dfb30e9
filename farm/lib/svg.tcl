# SPDX-License-Identifier: Apache-2.0
#
# svg.tcl: elements of an SVG file.  Each adds a line of text to the list in the variable that BODY names; x and y are
# pixels from the upper left corner.
#
#   ::acre::svg::text BODY X Y TEXT ?-size N? ?-weight W? ?-fill COLOR? ?-anchor start|end? ?-family sans|mono?
#   ::acre::svg::line BODY X1 Y1 X2 Y2 COLOR
#   ::acre::svg::path BODY POINTS COLOR WIDTH               a line along {x y x y ...}
#   ::acre::svg::rect BODY X Y WIDTH HEIGHT FILL ?TITLE?    TITLE is shown when the pointer is over it
#   ::acre::svg::hatched BODY ID COLOR ANGLE                a pattern to fill with, as url(#ID)
#   ::acre::svg::zigzag BODY X Y WIDTH                      where something was left out
#   ::acre::svg::file WIDTH HEIGHT TITLE DESCRIPTION DEFINITIONS BODY -> the file's text

namespace eval ::acre::svg {
    variable FONT 12
}

proc ::acre::svg::text {bodyVar x y text args} {
    upvar 1 $bodyVar body
    variable FONT
    if {$text eq ""} return
    set options [dict merge [dict create -size $FONT -weight normal -fill "#111" -anchor start -family sans] $args]
    set element [format {<text x="%.1f" y="%.1f"} $x $y]
    foreach {option default attribute} [list -size $FONT font-size -weight normal font-weight -fill "#111" fill \
            -anchor start text-anchor] {
        if {[dict get $options $option] ne $default} {
            append element " $attribute=\"[dict get $options $option]\""
        }
    }
    if {[dict get $options -family] eq "mono"} {
        append element " font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\""
    }
    lappend body "$element>[Escaped $text]</text>"
}

proc ::acre::svg::line {bodyVar x1 y1 x2 y2 color} {
    upvar 1 $bodyVar body
    lappend body [format {<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>} $x1 $y1 $x2 $y2 $color]
}

proc ::acre::svg::path {bodyVar points color width} {
    upvar 1 $bodyVar body
    lappend body "<polyline points=\"[Points $points]\" fill=\"none\" stroke=\"$color\" stroke-width=\"$width\"/>"
}

proc ::acre::svg::Points {points} {
    return [lmap {x y} $points {format %.1f,%.1f $x $y}]
}

proc ::acre::svg::rect {bodyVar x y width height fill {title ""}} {
    upvar 1 $bodyVar body
    set rect [format {<rect x="%.1f" y="%.2f" width="%d" height="%.2f" fill="%s" stroke="#555" stroke-width="0.5"} \
        $x $y $width $height $fill]
    append rect [expr {$title eq "" ? "/>" : "><title>[Escaped $title]</title></rect>"}]
    lappend body $rect
}

proc ::acre::svg::hatched {bodyVar id color angle} {
    upvar 1 $bodyVar body
    lappend body "<pattern id=\"$id\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"\
        patternTransform=\"rotate($angle)\"><rect width=\"6\" height=\"6\" fill=\"$color\"/>\
        <line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#fff\" stroke-width=\"2\"/></pattern>"
}

# A torn strip of paper: white between two zigzags.
proc ::acre::svg::zigzag {bodyVar x y width} {
    upvar 1 $bodyVar body
    set teeth 10
    foreach {name shift} {upper -2 lower 2} {
        set $name {}
        for {set i 0} {$i <= $teeth} {incr i} {
            lappend $name [expr {$x + $i * double($width) / $teeth}] [expr {$y + $shift + ($i % 2 ? 3.5 : -3.5)}]
        }
    }
    lappend body "<polygon points=\"[Points $upper] [lreverse [Points $lower]]\" fill=\"#fff\"/>"
    path body $upper "#555" 0.8
    path body $lower "#555" 0.8
}

# TEXT as XML may have it.
proc ::acre::svg::Escaped {text} {
    return [string map {& &amp; < &lt; > &gt; \" &quot;} [regsub -all {[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]} $text ?]]
}

proc ::acre::svg::file {width height title description definitions body} {
    variable FONT
    set head [format {<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"} \
        $width $height $width $height]
    append head " role=\"img\" aria-labelledby=\"title desc\"" \
        " font-family=\"'DejaVu Sans',Verdana,sans-serif\" font-size=\"$FONT\">"
    set lines [list {<?xml version="1.0" encoding="UTF-8"?>} $head "<title id=\"title\">[Escaped $title]</title>" \
        "<desc id=\"desc\">[Escaped $description]</desc>" <defs> {*}$definitions </defs> \
        {<rect width="100%" height="100%" fill="#fff"/>} {*}$body </svg>]
    return "[join $lines \n]\n"
}
