# SPDX-License-Identifier: Apache-2.0
#
# storejson.tcl: the JSON of the store's server, with types and order: tcllib's json makes dicts in which a number and
# a text, an object and a list look the same.
#
#   ::acre::storejson::parse TEXT      -> a VALUE; raises {ACRE JSON} if TEXT is no JSON
#   ::acre::storejson::get VALUE NAME  -> the value of the object's field NAME, or of a list's item NAME; "" if there is
#                                      none
#   ::acre::storejson::leaves VALUE PATH -> list of {path value}: all that has nothing below it, in their order; PATH is
#                                      that of VALUE
#   ::acre::storejson::plain VALUE     -> a leaf's value as Tcl has it: digits, true, a text without quotes
#   ::acre::storejson::dictionary VALUE -> nested dicts and lists of plain values
#   ::acre::storejson::text VALUE      -> JSON again
#   ::acre::storejson::quote TEXT      -> a JSON string of ASCII
#
# A VALUE is {object {NAME VALUE ...}}, {list {VALUE ...}}, {text STRING} or {word DIGITS|true|false|null}.  An object
# {"+": N} stands for N entries that were left out.

namespace eval ::acre::storejson {
    # A string, a sign, or a word; all but blanks must be one of them.
    variable TOKEN {"(?:[^"\\]|\\.)*"|[][{},:]|[^][{},:"\s]+}
    variable WORD {^(?:-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)$}
    # Nesting beyond this is refused: the server's trees are flat.
    variable DEPTH_MOST 64
}

proc ::acre::storejson::parse {text} {
    variable TOKEN
    set tokens [regexp -all -inline -- $TOKEN $text]
    if {[string length [join $tokens ""]] != [string length [Unblank $text]]} {
        Bad $text
    }
    set at 0
    set value [Value $tokens at 0]
    if {$at != [llength $tokens]} {
        Bad $text
    }
    return $value
}

# TEXT without the blanks between its tokens.
proc ::acre::storejson::Unblank {text} {
    return [regsub -all -- {("(?:[^"\\]|\\.)*")|\s+} $text {\1}]
}

proc ::acre::storejson::Bad {what} {
    return -code error -errorcode {ACRE JSON} "this is no JSON: [string range $what 0 60]"
}

proc ::acre::storejson::Value {tokens atVar depth} {
    variable WORD
    variable DEPTH_MOST
    upvar 1 $atVar at
    set token [lindex $tokens $at]
    incr at
    if {$token eq "\{" && $depth < $DEPTH_MOST} {
        return [list object [Items $tokens at \} [expr {$depth + 1}]]]
    } elseif {$token eq "\[" && $depth < $DEPTH_MOST} {
        return [list list [Items $tokens at \] [expr {$depth + 1}]]]
    } elseif {[string match \"* $token]} {
        return [list text [Unquote $token]]
    } elseif {[regexp -- $WORD $token]} {
        return [list word $token]
    }
    Bad [join [lrange $tokens $at-1 $at+5] ""]
}

# What stands up to CLOSE: values, each after its name where CLOSE is an object's.
proc ::acre::storejson::Items {tokens atVar close depth} {
    upvar 1 $atVar at
    set items {}
    if {[lindex $tokens $at] eq $close} {
        incr at
        return $items
    }
    while {1} {
        if {$close eq "\}"} {
            set name [lindex $tokens $at]
            if {![string match \"* $name] || [lindex $tokens $at+1] ne ":"} {
                Bad [join [lrange $tokens $at $at+5] ""]
            }
            lappend items [Unquote $name]
            incr at 2
        }
        lappend items [Value $tokens at $depth]
        set token [lindex $tokens $at]
        incr at
        if {$token eq $close} {
            return $items
        } elseif {$token ne ","} {
            Bad [join [lrange $tokens $at-1 $at+5] ""]
        }
    }
}

proc ::acre::storejson::Unquote {token} {
    set text [string range $token 1 end-1]
    if {[string first \\ $text] < 0} {
        return $text
    }
    set text [string map {\[ \\\[ \$ \\\$ \\/ / \\\" \" \\\\ \\\\} $text]
    return [subst -nocommands -novariables $text]
}

proc ::acre::storejson::get {value name} {
    lassign $value kind content
    if {$kind eq "object" && [dict exists $content $name]} {
        return [dict get $content $name]
    } elseif {$kind eq "list" && [string is integer -strict $name]} {
        return [lindex $content $name]
    }
    return ""
}

proc ::acre::storejson::leaves {value path} {
    lassign $value kind content
    if {$kind ni {object list} || $content eq "" || [dict size [Left_out $value]]} {
        return [list [list $path $value]]
    }
    set found {}
    set dot [expr {$path eq "" ? "" : "."}]
    if {$kind eq "object"} {
        foreach {name item} $content {
            lappend found {*}[leaves $item $path$dot$name]
        }
        return $found
    }
    set index -1
    foreach item $content {
        lappend found {*}[leaves $item $path$dot[incr index]]
    }
    return $found
}

# {+ N} if VALUE stands for N entries that were left out, or {}.
proc ::acre::storejson::Left_out {value} {
    lassign $value kind content
    if {$kind eq "object" && [llength $content] == 2 && [lindex $content 0] eq "+"} {
        return [dict create + [lindex $content 1 1]]
    }
    return {}
}

proc ::acre::storejson::plain {value} {
    lassign $value kind content
    set left [Left_out $value]
    if {$left ne ""} {
        return "([dict get $left +] more)"
    } elseif {$kind in {object list}} {
        return [dict get {object "{}" list "[]"} $kind]
    }
    return $content
}

proc ::acre::storejson::dictionary {value} {
    lassign $value kind content
    switch -- $kind {
        object {
            set result [dict create]
            foreach {name item} $content {
                dict set result $name [dictionary $item]
            }
            return $result
        }
        list { return [lmap item $content {dictionary $item}] }
    }
    return $content
}

proc ::acre::storejson::text {value} {
    lassign $value kind content
    switch -- $kind {
        object { return "{[join [lmap {name item} $content {string cat [quote $name] : [text $item]}] ,]}" }
        list { return "\[[join [lmap item $content {text $item}] ,]\]" }
        text { return [quote $content] }
    }
    return $content
}

proc ::acre::storejson::quote {text} {
    set quoted ""
    foreach character [split $text ""] {
        scan $character %c code
        if {$character in {\" \\}} {
            append quoted \\$character
        } elseif {$code < 32 || $code > 126} {
            append quoted [format \\u%04x $code]
        } else {
            append quoted $character
        }
    }
    return "\"$quoted\""
}
