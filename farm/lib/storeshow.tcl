# SPDX-License-Identifier: Apache-2.0
#
# storeshow.tcl: values of the store as lines for people and shells.
#
#   ::acre::storeshow::lines VALUE PATH -> lines: a leaf's value alone if VALUE is one; else "PATH = value" for each
#   ::acre::storeshow::types VALUE PATH -> "PATH  type" for each leaf of a schema, in columns
#   ::acre::storeshow::tags VALUE       -> the table of tags, in columns
#   ::acre::storeshow::table ROWS       -> ROWS, lists of words, in columns
#   ::acre::storeshow::words VALUE      -> a leaf as one line: control characters are written as \n, \x1b
#
# VALUE is storejson.tcl's.

::acre::paths::use storejson

namespace eval ::acre::storeshow {}

proc ::acre::storeshow::lines {value path} {
    lassign $value kind content
    if {$kind eq "text"} {
        # A text alone, as a log, keeps its lines.
        return [lmap line [split [string trimright $content \n] \n] {words [list text $line]}]
    } elseif {$kind eq "word"} {
        return [list $content]
    }
    return [lmap leaf [::acre::storejson::leaves $value $path] {
        lassign $leaf place item
        string cat $place " = " [words $item]
    }]
}

proc ::acre::storeshow::words {value} {
    set text [::acre::storejson::plain $value]
    if {[lindex $value 0] ne "text" || [regexp {^[ -~]*$} $text]} {
        return $text
    }
    # The characters of a text are the guest's bytes.
    set text [encoding convertfrom utf-8 [encoding convertto iso8859-1 $text]]
    set shown ""
    foreach character [split $text ""] {
        scan $character %c code
        if {$code == 10} {
            append shown \\n
        } elseif {$code < 32 || $code >= 127 && $code < 160} {
            append shown [format \\x%02x $code]
        } else {
            append shown $character
        }
    }
    return $shown
}

proc ::acre::storeshow::types {value path} {
    return [table [lmap leaf [::acre::storejson::leaves $value $path] {
        lassign $leaf place item
        list $place [words $item]
    }]]
}

proc ::acre::storeshow::tags {value} {
    set rows {}
    set tags [lindex [::acre::storejson::get $value tags] 1]
    foreach {name tag} $tags {
        set tag [::acre::storejson::dictionary $tag]
        set fields [expr {[dict exists $tag fields] ? [dict get $tag fields] : ""}]
        set number [format 0x%02x [dict get $tag number]]
        lappend rows [list $number $name [dict get $tag size] [join [dict keys $fields] " "]]
    }
    return [table [linsert [lsort -index 0 $rows] 0 {tag name bytes fields}]]
}

proc ::acre::storeshow::table {rows} {
    set widths {}
    foreach row $rows {
        for {set i 0} {$i < [llength $row] - 1} {incr i} {
            set width [expr {max([string length [lindex $row $i]], [llength $widths] > $i ? [lindex $widths $i] : 0)}]
            set widths [lreplace $widths $i $i $width]
        }
    }
    return [lmap row $rows {
        set line ""
        foreach word [lrange $row 0 end-1] width $widths {
            append line [format %-*s $width $word] "  "
        }
        string trimright $line[lindex $row end]
    }]
}
