# SPDX-License-Identifier: Apache-2.0
#
# ledgerterm.tcl: the picture of a ledger for a terminal.
#
#   ::acre::ledgerterm::draw MODEL STYLE -> lines without ends
#
# MODEL is ledgermap.tcl's; STYLE a dict: ascii 0|1, color 0|1, width (columns), parts (of physical, virtual).  As in
# mapdraw.tcl a picture is lines, and colour adds nothing that cannot be read without it.  Every run has a line of its
# own with its address, its owner and its size; long ones have more lines, on scale.tcl's broken scale, and a zigzag
# where they are longer than that.

::acre::paths::use mapdraw mapshow owners scale ledgertext ledgerrows

namespace eval ::acre::ledgerterm {
    variable MARGIN 5 WIDTH_MIN 64 WIDTH_MAX 120
    # Lines: of all runs together where there are few, of one run, of a page at most.
    variable LINES 48 RUN_MOST 5 PAGE_MOST 0.25
}

proc ::acre::ledgerterm::draw {model style} {
    variable WIDTH_MIN
    variable WIDTH_MAX
    dict set style width [expr {max($WIDTH_MIN, min($WIDTH_MAX, [dict get $style width]))}]
    set lines {}
    foreach part [dict get $style parts] {
        set rows [::acre::ledgerrows::$part $model]
        lappend lines [Bold "$part memory" $style] "" {*}[Column $rows $style] ""
    }
    lappend lines {*}[Legend $model $style] ""
    lappend lines [::acre::ledgertext::sum $model] {*}[::acre::ledgertext::verdict $model]
    return [lmap line $lines {Indented $line}]
}

# A sentence may be longer than the terminal: the terminal wraps it.
proc ::acre::ledgerterm::Indented {line} {
    variable MARGIN
    return [string trimright "[string repeat " " $MARGIN]$line"]
}

proc ::acre::ledgerterm::Bold {text style} {
    return [expr {[dict get $style color] ? "\033\[1m$text\033\[0m" : $text}]
}

# --- a column ------------------------------------------------------------------------------------------------------

proc ::acre::ledgerterm::Column {rows style} {
    variable LINES
    variable RUN_MOST
    variable PAGE_MOST
    set items [lmap row $rows {
        list [expr {[Length $row] / double($::acre::ledgertext::FRAME)}] \
            [expr {[dict get $row hole] ? 1 : $RUN_MOST}]
    }]
    lassign [::acre::scale::fit $items 1 $LINES $PAGE_MOST] unit heights
    set lines {}
    foreach row $rows item $items height $heights {
        lappend lines {*}[Run $row [expr {round($height)}] [::acre::scale::broken {*}$item $unit] $style]
    }
    return $lines
}

proc ::acre::ledgerterm::Length {row} {
    set bytes [dict get $row bytes]
    return [expr {$bytes eq "" ? 0 : $bytes}]
}

# The lines of a run: its bar, and in the first what it is.
proc ::acre::ledgerterm::Run {row height broken style} {
    dict with row {}
    set lines {}
    for {set i 0} {$i < $height} {incr i} {
        if {$bytes eq ""} {
            lappend lines [string repeat " " [Bar $style]]
        } elseif {$broken && $i == $height / 2} {
            lappend lines [Zigzag $style]
        } else {
            lappend lines [Painted $owner [Bar $style] $style]
        }
    }
    set room [expr {[dict get $style width] - $::acre::ledgerterm::MARGIN - [Bar $style] - [string length $address] - 4
        - [string length $amount]}]
    set name [format %-*s $room [string range $name 0 $room-2]]
    set words "$address  [expr {$head ? [Bold $name $style] : $name}]$amount"
    return [lreplace $lines 0 0 "[lindex $lines 0]  $words"]
}

# Columns of a bar: a tenth of the width.
proc ::acre::ledgerterm::Bar {style} {
    return [expr {[dict get $style width] / 20 * 2}]
}

proc ::acre::ledgerterm::Zigzag {style} {
    return [string repeat [expr {[dict get $style ascii] ? "/\\" : "\u2571\u2572"}] [expr {[Bar $style] / 2}]]
}

proc ::acre::ledgerterm::Painted {owner count style} {
    if {$owner eq ""} {
        return [string repeat " " $count]
    }
    lassign [::acre::owners::look $owner [dict get $style ascii]] glyph color
    set text [string repeat $glyph $count]
    return [expr {[dict get $style color] ? "\033\[0;${color}m$text\033\[0m" : $text}]
}

# --- legend --------------------------------------------------------------------------------------------------------

proc ::acre::ledgerterm::Legend {model style} {
    set rows [::acre::ledgertext::legend $model]
    set widest [::tcl::mathfunc::max 5 {*}[lmap row $rows {string length [lindex $row 0]}]]
    set lines [list [Bold [format "%6s%-*s %14s %10s  %9s" "" $widest owner frames size "of usable"] $style]]
    foreach row $rows {
        lassign $row owner frames size share
        lappend lines "[Painted $owner 4 $style]  [format "%-*s %14s %10s  %9s" $widest $owner $frames $size $share]"
    }
    return $lines
}
