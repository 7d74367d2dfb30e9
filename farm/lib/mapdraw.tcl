# SPDX-License-Identifier: Apache-2.0
#
# A map as a picture for a terminal.
#
# Memory is drawn in rows: the first holds 0 to 1 MiB, and each next row starts where the last ended and holds as much
# as all rows before it. So a row is a doubling, 64 cells share it evenly, and kilobytes and terabytes are both seen.
# Rows of one colour that follow each other become one. Above the rows stands all of it in one line, by the logarithm.
#
# A solid cell is usable to the last byte: the picture never shows a usable byte that is not.

namespace eval ::acre::mapdraw {
    variable dir [file dirname [file normalize [info script]]]
    variable cells 64
    # Columns in front of the cells: an address and a space.
    variable margin 5
    variable firstRow [expr {1 << 20}]
    # kind -> {types, name, UTF-8 glyph, ASCII glyph, colour (SGR)}. Earlier kinds win where entries overlap.
    variable kinds {
        bad      {5 "bad" "\u2573" ! "1;31"}
        nvs      {4 "ACPI NVS" "\u259a" n 35}
        acpi     {3 "ACPI data" "\u2593" a 36}
        reserved {2 "reserved" "\u2592" - 31}
        other    {* "other types" "\u256a" ? 34}
        usable   {1 "usable" "\u2588" # 32}
    }
    variable partly {"partly usable" "\u2584" + 33}
    variable nothing {"not described" "\u00b7" . "2"}
}

if {![namespace exists ::acre::interval]} {
    source [file join $::acre::mapdraw::dir interval.tcl]
}

# The picture of ENTRIES as lines without ends, at most 80 columns. STYLE is a dict: ascii 0|1, color 0|1.
proc ::acre::mapdraw::draw {entries style} {
    set layers [layers $entries]
    set top [Top $layers]
    set lines [Overview $layers $top $style]
    lappend lines ""
    foreach row [Rows $layers $top] {
        lappend lines [RowLine $row $style]
    }
    lappend lines ""
    return [concat $lines [Legend $layers $lines $style]]
}

# dict kind -> {{base limit} ...}: every byte that some entry describes, under exactly one kind.
proc ::acre::mapdraw::layers {entries} {
    variable kinds
    set of {}
    foreach entry $entries {
        lassign $entry base limit type
        dict lappend of [Kind $type] [list $base [expr {min($limit, 1 << 64)}]]
    }
    set taken {}
    set layers {}
    foreach kind [dict keys $kinds] {
        if {[dict exists $of $kind]} {
            dict set layers $kind [::acre::interval::subtract [dict get $of $kind] $taken]
            lappend taken {*}[dict get $of $kind]
        }
    }
    return $layers
}

proc ::acre::mapdraw::Kind {type} {
    variable kinds
    dict for {kind row} $kinds {
        if {[lindex $row 0] eq $type} {
            return $kind
        }
    }
    return other
}

# The power of two (from 1 MiB up) at which the picture ends.
proc ::acre::mapdraw::Top {layers} {
    variable firstRow
    set top $firstRow
    dict for {kind list} $layers {
        while {[llength $list] && $top < [lindex $list end 1]} {
            set top [expr {$top << 1}]
        }
    }
    return $top
}

# --- cells ---------------------------------------------------------------------------------------------------------

# What to show for each of the ranges between ascending BOUNDS: a list of kinds, "partly" or "nothing".
proc ::acre::mapdraw::Cells {layers bounds} {
    set cells {}
    set span [list [list [lindex $bounds 0] [lindex $bounds end]]]
    dict for {kind list} $layers {
        dict set layers $kind [::acre::interval::intersect $list $span]
    }
    foreach base [lrange $bounds 0 end-1] limit [lrange $bounds 1 end] {
        lappend cells [Cell $layers $base $limit]
    }
    return $cells
}

proc ::acre::mapdraw::Cell {layers base limit} {
    set most 0
    set shown nothing
    dict for {kind list} $layers {
        set bytes [Overlap $list $base $limit]
        if {$kind eq "usable" && $bytes > 0} {
            return [expr {$bytes == $limit - $base ? "usable" : "partly"}]
        }
        # One bad page in a gigabyte matters more than what surrounds it.
        if {$bytes > $most && $shown ne "bad"} {
            set most $bytes
            set shown $kind
        }
    }
    return $shown
}

proc ::acre::mapdraw::Overlap {list base limit} {
    set sum 0
    foreach piece $list {
        lassign $piece from to
        if {$from >= $limit} {
            break
        }
        if {$to > $base} {
            incr sum [expr {min($to, $limit) - max($from, $base)}]
        }
    }
    return $sum
}

# --- rows ----------------------------------------------------------------------------------------------------------

# List of {base limit cells usable-bytes}, ascending, neighbours of one and the same kind joined.
proc ::acre::mapdraw::Rows {layers top} {
    variable cells
    variable firstRow
    set rows {}
    set base 0
    for {set limit $firstRow} {$limit <= $top} {set limit [expr {$limit << 1}]} {
        set bounds {}
        for {set i 0} {$i <= $cells} {incr i} {
            lappend bounds [expr {$base + ($limit - $base) * $i / $cells}]
        }
        set rows [Join $rows [list $base $limit [Cells $layers $bounds] [UsableIn $layers $base $limit]]]
        set base $limit
    }
    return $rows
}

proc ::acre::mapdraw::Join {rows row} {
    set last [lindex $rows end]
    if {![llength $rows] || [llength [lsort -unique [concat [lindex $last 2] [lindex $row 2]]]] > 1} {
        return [concat $rows [list $row]]
    }
    set joined [list [lindex $last 0] [lindex $row 1] [lindex $row 2] [expr {[lindex $last 3] + [lindex $row 3]}]]
    return [lreplace $rows end end $joined]
}

proc ::acre::mapdraw::UsableIn {layers base limit} {
    if {![dict exists $layers usable]} {
        return 0
    }
    return [Overlap [dict get $layers usable] $base $limit]
}

proc ::acre::mapdraw::RowLine {row style} {
    lassign $row base limit cells bytes
    set amount [expr {$bytes ? [human $bytes] : ""}]
    return [string trimright [format "%4s %s %-4s %5s" [human $base] [Paint $cells $style] [human $limit] $amount]]
}

# --- the line with everything --------------------------------------------------------------------------------------

proc ::acre::mapdraw::Overview {layers top style} {
    variable cells
    variable margin
    # From a page up; what lies below shares the first cell.
    set octaves [expr {[Log2 $top] - 12}]
    set bounds 0
    for {set i 1} {$i < $cells} {incr i} {
        lappend bounds [expr {int(2.0 ** (12 + double($octaves) * $i / $cells))}]
    }
    lappend bounds $top
    set strip "[string repeat " " $margin][Paint [Cells $layers $bounds] $style]"
    return [list {*}[Scale $octaves $style] $strip $strip]
}

# The scale above the strip: powers of two, as many as fit.
proc ::acre::mapdraw::Scale {octaves style} {
    variable cells
    variable margin
    set step 1
    while {$octaves / double($step) * 6 > $cells} {
        incr step
    }
    set words [string repeat " " [expr {$cells + 16}]]
    set ticks $words
    for {set o 0} {$o <= $octaves} {incr o $step} {
        set at [expr {$margin + $o * $cells / $octaves}]
        set word [human [expr {1 << (12 + $o)}]]
        set words [string replace $words $at [expr {$at + [string length $word] - 1}] $word]
        set ticks [string replace $ticks $at $at [expr {[dict get $style ascii] ? "|" : "\u250a"}]]
    }
    return [list [string trimright $words] [string trimright $ticks]]
}

proc ::acre::mapdraw::Log2 {power} {
    set log 0
    while {$power > 1} {
        set power [expr {$power >> 1}]
        incr log
    }
    return $log
}

# --- paint ---------------------------------------------------------------------------------------------------------

# CELLS as glyphs, with one colour change a run.
proc ::acre::mapdraw::Paint {cells style} {
    set text ""
    set last ""
    foreach cell $cells {
        lassign [Look $cell] name glyph ascii color
        if {$cell ne $last && [dict get $style color]} {
            append text "\033\[0;${color}m"
        }
        append text [expr {[dict get $style ascii] ? $ascii : $glyph}]
        set last $cell
    }
    if {[dict get $style color]} {
        append text "\033\[0m"
    }
    return $text
}

# {name glyph ascii colour} of a kind of cell.
proc ::acre::mapdraw::Look {cell} {
    variable kinds
    variable partly
    variable nothing
    switch $cell {
        partly { return [subst -nocommands -novariables $partly] }
        nothing { return [subst -nocommands -novariables $nothing] }
    }
    return [lrange [dict get $kinds $cell] 1 end]
}

# The kinds that are there, with how much of each.
proc ::acre::mapdraw::Legend {layers lines style} {
    set words {}
    foreach cell {usable partly reserved acpi nvs bad other nothing} {
        set look [Look $cell]
        set glyph [lindex $look [expr {[dict get $style ascii] ? 2 : 1}]]
        set bytes [expr {[dict exists $layers $cell] ? [::acre::interval::size [dict get $layers $cell]] : 0}]
        if {$bytes || ($cell in {partly nothing} && [string first $glyph $lines] >= 0)} {
            lappend words "[Paint [list $cell $cell] $style] [lindex $look 0][expr {$bytes ? " [human $bytes]" : ""}]"
        }
    }
    return [Wrapped $words [dict get $style color]]
}

proc ::acre::mapdraw::Wrapped {words color} {
    variable margin
    set lines {}
    set line [string repeat " " $margin]
    set width $margin
    foreach word $words {
        set length [string length [regsub -all {\033\[[0-9;]*m} $word ""]]
        if {$width + $length > 80} {
            lappend lines $line
            set line [string repeat " " $margin]
            set width $margin
        }
        append line "$word   "
        incr width [expr {$length + 3}]
    }
    return [lmap line [concat $lines [list $line]] { string trimright $line }]
}

# BYTES in five columns at most: "0", "640K", "15.9M", "1T"; never rounded up.
proc ::acre::mapdraw::human {bytes} {
    if {$bytes == 0} {
        return 0
    }
    set unit -1
    foreach name {"" K M G T P E} {
        set size [expr {1 << (10 * [incr unit])}]
        if {$bytes < $size << 10 || $name eq "E"} {
            break
        }
    }
    set tenths [expr {$bytes * 10 / $size}]
    if {$tenths >= 1000 || $tenths % 10 == 0} {
        return "[expr {$tenths / 10}]$name"
    }
    return "[expr {$tenths / 10}].[expr {$tenths % 10}]$name"
}
