# SPDX-License-Identifier: Apache-2.0
#
# reportstrip.tcl: a memory map in one line, as an SVG element within a page.  Addresses go by their logarithm, so that
# the first 640 KiB and a terabyte are both seen; all strips of a page have one scale.
#
#   ::acre::reportstrip::draw ENTRIES TOP LABEL -> markup; TOP is where the scale ends; LABEL "" for what is said nearby
#   ::acre::reportstrip::top LISTS      -> a TOP for these lists of entries
#   ::acre::reportstrip::axis TOP       -> the scale's marks, as markup
#   ::acre::reportstrip::words ENTRIES  -> the strip as a sentence

::acre::paths::use interval mapdraw ledgertext html

namespace eval ::acre::reportstrip {
    # Units of the picture; the page gives it its width.
    variable WIDTH 480 HEIGHT 16
    # Addresses below this have half of the first doubling.
    variable FINE 65536.0
    variable MARKS {0x100000 1M 0x1000000 16M 0x100000000 4G 0x1000000000 64G 0x10000000000 1T}
}

proc ::acre::reportstrip::X {address top} {
    variable WIDTH
    variable FINE
    return [expr {min(1.0, log(1 + $address / $FINE) / log(1 + $top / $FINE)) * $WIDTH}]
}

proc ::acre::reportstrip::top {lists} {
    set top [expr {1 << 21}]
    foreach entries $lists {
        foreach entry $entries {
            set top [expr {max($top, min(1 << 64, [lindex $entry 1]))}]
        }
    }
    return $top
}

proc ::acre::reportstrip::draw {entries top label} {
    variable WIDTH
    variable HEIGHT
    set paths ""
    dict for {kind ranges} [::acre::mapdraw::layers $entries] {
        set d ""
        foreach range $ranges {
            set x [expr {min($WIDTH - 1, [X [lindex $range 0] $top])}]
            # What is there is seen.
            set width [expr {max(0.75, [X [lindex $range 1] $top] - $x)}]
            append d [format "M%.5g 0h%.4gv%dH%.5gz" $x $width $HEIGHT $x]
        }
        append paths "<path class=\"k-$kind\" d=\"$d\"/>"
    }
    set attributes [dict create class strip viewBox "0 0 $WIDTH $HEIGHT" preserveAspectRatio none]
    if {$label eq ""} {
        dict set attributes aria-hidden true
    } else {
        set attributes [dict merge $attributes [dict create role img aria-label $label]]
    }
    return [::acre::html::tag svg $attributes $paths]
}

proc ::acre::reportstrip::axis {top} {
    variable WIDTH
    variable MARKS
    set marks ""
    set before -100
    foreach {address name} $MARKS {
        set part [expr {[X $address $top] * 100 / $WIDTH}]
        if {$address < $top && $part - $before > 9 && $part < 97} {
            append marks [format {<span style="left:%.1f%%">%s</span>} $part $name]
            set before $part
        }
    }
    return [::acre::html::tag span {class axis aria-hidden true} $marks]
}

proc ::acre::reportstrip::words {entries} {
    set parts {}
    dict for {kind ranges} [::acre::mapdraw::layers $entries] {
        if {$ranges ne ""} {
            set size [::acre::ledgertext::size [::acre::interval::size $ranges]]
            lappend parts "[lindex [::acre::mapdraw::Look $kind] 0] $size"
        }
    }
    return "[llength $entries] [expr {[llength $entries] == 1 ? "entry" : "entries"}]: [join $parts {, }]"
}
