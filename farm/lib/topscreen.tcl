# SPDX-License-Identifier: Apache-2.0
#
# topscreen.tcl: acre top's screen as lines, for a terminal of any size.
#
#   ::acre::topscreen::draw STATE COLUMNS ROWS -> ROWS lines of at most COLUMNS characters; the first and the last are
#                                      bars, the third is headings
#
# STATE is a dict: view, head (topviews.tcl), before (the head of the look before, or ""), seconds (between both), rows,
# sort {KEY DESCENDING}, first (the row at the top), paused, interval (seconds), all (idle rows too), help, word (what
# is wrong, or ""), ascii.

::acre::paths::use topviews

namespace eval ::acre::topscreen {
    variable UNITS {"" K M G T P}
    variable NUMBER_WIDTH 10
    # Columns of a bar at least and at most, and of a name at most.
    variable BAR_LEAST 6 BAR_MOST 40 NAME_MOST 26 MEMORY_BAR 10
    variable HELP {
        "1 2 3 4 5   ledger, heaps, mappings, faults, system calls"
        "tab         the next of these views"
        "s  S        sort by the next column, by the one before"
        "r           the other way round"
        "a           rows that never counted, too"
        "p space     pause, and go on"
        "+ -         look less often, more often"
        "up down     a row further; page up, page down, home, end"
        "h ?         this help, and back"
        "q           quit"
    }
    variable KEYS "q quit  h help  p pause  s sort  r reverse  a all  1-5 view  +/- interval"
}

proc ::acre::topscreen::draw {state columns rows} {
    set columns [expr {max($columns, 20)}]
    set rows [expr {max($rows, 4)}]
    set body [expr {$rows - 4}]
    if {[dict get $state help]} {
        variable HELP
        set lines [list "" {*}[lmap line $HELP {string cat "  " $line}]]
        set heading [::acre::topviews::title [dict get $state view]]
    } else {
        lassign [Table $state $columns $body] heading lines
    }
    set lines [lrange $lines 0 $body-1]
    while {[llength $lines] < $body} {
        lappend lines ""
    }
    set all [concat [list [Head $state] [Second $state] $heading] $lines [list [Foot $state]]]
    return [lmap line $all {string trimright [string range $line 0 $columns-1]}]
}

# ---- numbers

# BYTES in at most 6 characters: 4.0K.
proc ::acre::topscreen::size {bytes} {
    variable UNITS
    set sign [expr {$bytes < 0 ? "-" : ""}]
    set value [expr {abs($bytes)}]
    if {$value < 1024} {
        return $sign$value
    }
    set unit 0
    set value [expr {double($value)}]
    while {$value >= 1023.5 && $unit < [llength $UNITS] - 1} {
        set value [expr {$value / 1024}]
        incr unit
    }
    return $sign[format [expr {$value < 9.95 ? "%.1f" : "%.0f"}] $value][lindex $UNITS $unit]
}

# A count with commas, or shorter where it has no room.
proc ::acre::topscreen::count {number} {
    variable NUMBER_WIDTH
    foreach {unit factor} {"" 1 k 1e3 M 1e6 G 1e9 T 1e12 P 1e15} {
        set text [Commas [format %.0f [expr {$number / $factor}]]]$unit
        if {[string length $text] < $NUMBER_WIDTH} {
            break
        }
    }
    return $text
}

proc ::acre::topscreen::Commas {digits} {
    while {[regsub {^(-?\d+)(\d{3})} $digits {\1,\2} digits]} {}
    return $digits
}

# How fast a counter counts; nothing where it does not, or it is not known.
proc ::acre::topscreen::speed {rate} {
    if {$rate eq "" || $rate == 0} {
        return ""
    } elseif {abs($rate) < 9.95} {
        return [format %.1f $rate]
    }
    return [count [expr {round($rate)}]]
}

# A change in a second, with its sign.
proc ::acre::topscreen::rate {rate} {
    set text [speed $rate]
    if {$text ne "" && $rate > 0} {
        return +$text
    }
    return $text
}

# A bar of WIDTH characters, of which SHARE is full.
proc ::acre::topscreen::bar {share width ascii} {
    set eighths [expr {round(min(1.0, max(0.0, $share)) * $width * 8)}]
    # What is there is seen.
    if {$share > 0 && $eighths == 0} {
        set eighths 1
    }
    if {$ascii} {
        set full [expr {($eighths + 7) / 8}]
        return [string repeat # $full][string repeat . [expr {$width - $full}]]
    }
    set text [string repeat \u2588 [expr {$eighths / 8}]]
    if {$eighths % 8} {
        append text [lindex {"" \u258f \u258e \u258d \u258c \u258b \u258a \u2589} [expr {$eighths % 8}]]
    }
    return [format %-*s $width $text]
}

# ---- the lines around the table

proc ::acre::topscreen::Head {state} {
    set head [dict get $state head]
    set view [dict get $state view]
    set number [expr {[lsearch -exact [::acre::topviews::names] $view] + 1}]
    set parts [list "acre top" "$number $view"]
    if {[dict get $head program] ne ""} {
        set threads [dict get $head threads]
        lappend parts "[dict get $head program] ($threads thread[expr {$threads == 1 ? {} : {s}}])"
    }
    lappend parts "every [format %g [dict get $state interval]] s"
    if {[dict get $state paused]} {
        lappend parts PAUSED
    }
    if {[dict get $state word] ne ""} {
        lappend parts [dict get $state word]
    }
    return " [join $parts {   }]"
}

proc ::acre::topscreen::Second {state} {
    variable MEMORY_BAR
    set head [dict get $state head]
    set frame $::acre::topviews::FRAME
    set used [expr {[dict get $head total] - [dict get $head free]}]
    set share [::acre::topviews::Share $used [dict get $head total]]
    set parts [list "memory [bar $share $MEMORY_BAR [dict get $state ascii]] [size [expr {$used * $frame}]] of\
        [size [expr {[dict get $head total] * $frame}]]"]
    foreach key {calls faults} {
        set speed [speed [Head_rate $state $key]]
        lappend parts "$key [count [dict get $head $key]][expr {$speed eq {} ? {} : " $speed/s"}]"
    }
    return " [join $parts {  }]"
}

proc ::acre::topscreen::Head_rate {state key} {
    set before [dict get $state before]
    set seconds [dict get $state seconds]
    if {$before eq "" || $seconds eq "" || $seconds <= 0} {
        return ""
    }
    return [expr {([dict get $state head $key] - [dict get $before $key]) / double($seconds)}]
}

proc ::acre::topscreen::Foot {state} {
    variable KEYS
    return " $KEYS"
}

# ---- the table

# -> {heading lines}
proc ::acre::topscreen::Table {state columns body} {
    set rows [sorted $state]
    set shown [lrange $rows [dict get $state first] [expr {[dict get $state first] + $body - 1}]]
    set specs [::acre::topviews::columns [dict get $state view]]
    set widths [Widths $specs $rows $columns]
    set lines [lmap row $shown {Line [Cells $row $specs $widths [dict get $state ascii]] $specs $widths}]
    if {$rows eq ""} {
        set lines [list "" [None $state]]
    }
    return [list [Line [Headings $specs [dict get $state sort]] $specs $widths] $lines]
}

# What is said where there is no row.
proc ::acre::topscreen::None {state} {
    if {[dict get $state rows] eq ""} {
        return "  the guest's store has none of this: [::acre::topviews::title [dict get $state view]]"
    }
    return "  nothing has counted yet; a shows the rows with 0"
}

# sorted STATE -> the rows that are shown, in their order.
proc ::acre::topscreen::sorted {state} {
    lassign [dict get $state sort] key descending
    set rows [dict get $state rows]
    if {![dict get $state all]} {
        set rows [lmap row $rows {
            if {[dict get $row idle]} continue
            set row
        }]
    }
    set keyed [lmap row $rows {list [Key $row $key] [dict get $row name] $row}]
    set keyed [lsort -dictionary -index 1 $keyed]
    set direction [expr {$descending ? "-decreasing" : "-increasing"}]
    set kind [expr {[Textual $key] ? "-ascii" : "-real"}]
    return [lmap item [lsort $kind $direction -index 0 $keyed] {lindex $item 2}]
}

proc ::acre::topscreen::Textual {key} {
    return [expr {$key in {name access kind file}}]
}

# What a row is sorted by.
proc ::acre::topscreen::Key {row key} {
    set value [dict get $row $key]
    if {[Textual $key]} {
        if {$key eq "name" && [dict exists $row order]} {
            return [dict get $row order]
        }
        return [string tolower $value]
    }
    return [expr {$value eq "" ? 0.0 : double($value)}]
}

# The column by which the rows are sorted has a mark.
proc ::acre::topscreen::Headings {specs sort} {
    lassign $sort key descending
    return [lmap spec $specs {
        lassign $spec name heading
        string cat $heading [expr {$name ne $key ? "" : $descending ? "v" : "^"}]
    }]
}

proc ::acre::topscreen::Cells {row specs widths ascii} {
    return [lmap spec $specs width $widths {
        lassign $spec key heading form
        set value [dict get $row $key]
        switch -- $form {
            count { count $value }
            bytes { size $value }
            rate { rate $value }
            speed { speed $value }
            share { Share_cell $value $width $ascii }
            path { Ending $value $width }
            default { string range $value 0 $width-1 }
        }
    }]
}

proc ::acre::topscreen::Share_cell {share width ascii} {
    set percent [format %3.0f%% [expr {$share * 100}]]
    return [string range "$percent [bar $share [expr {max(0, $width - 5)}] $ascii]" 0 $width-1]
}

# The end of a path that is too long.
proc ::acre::topscreen::Ending {text width} {
    return [expr {[string length $text] <= $width ? $text : "<[string range $text end-[expr {$width - 2}] end]"}]
}

# The columns' widths: names as long as they are, numbers as wide as they get, and what is left to bars and paths.
proc ::acre::topscreen::Widths {specs rows columns} {
    variable NAME_MOST
    variable NUMBER_WIDTH
    variable BAR_LEAST
    variable BAR_MOST
    set widths [lmap spec $specs {
        lassign $spec key heading form
        switch -- $form {
            text {
                set longest [::tcl::mathfunc::max {*}[lmap row $rows {string length [dict get $row $key]}] 3]
                expr {max(min($longest, $NAME_MOST), [string length $heading] + 1)}
            }
            count {
                set longest [::tcl::mathfunc::max {*}[lmap row $rows {string length [count [dict get $row $key]]}] 5]
                expr {max($longest, [string length $heading] + 1)}
            }
            bytes { expr {max(6, [string length $heading] + 1)} }
            share - path { set BAR_LEAST }
            default { expr {max($NUMBER_WIDTH, [string length $heading] + 1)} }
        }
    }]
    set left [expr {$columns - [llength $specs] * 1 - [::tcl::mathop::+ {*}$widths]}]
    # A path gets all that is left, else a bar what makes it good to look at.
    foreach form {path share} {
        set at [lsearch -exact -index 2 $specs $form]
        if {$at >= 0 && $left > 0} {
            set room [expr {$form eq "path" ? $left : min($left, $BAR_MOST + 5 - $BAR_LEAST)}]
            lset widths $at [expr {[lindex $widths $at] + $room}]
            break
        }
    }
    return $widths
}

# Texts and bars begin where their column does, numbers end where it does.
proc ::acre::topscreen::Line {cells specs widths} {
    set line ""
    foreach cell $cells spec $specs width $widths {
        set left [expr {[lindex $spec 2] in {text path share}}]
        append line " " [format [expr {$left ? "%-*s" : "%*s"}] $width $cell]
    }
    return $line
}
