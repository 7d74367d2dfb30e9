# SPDX-License-Identifier: Apache-2.0
#
# safetext.tcl: what a guest or an emulator said, made fit to be shown.  Such text is hostile: it may hold a terminal's
# control sequences, markup, characters that turn the line around or that nobody sees.
#
#   ::acre::safetext::bytes BYTES   -> text: UTF-8 where a line is UTF-8, else each byte beyond ASCII as \xHH
#   ::acre::safetext::shown TEXT    -> the text with every character that is not plainly visible as \xHH or \u{HHHH};
#                                      line ends (CR LF counts as one) and tabs stay
#   ::acre::safetext::line TEXT     -> the same in one line, for a terminal
#   ::acre::safetext::xml TEXT      -> shown, and escaped for an element or an attribute of XML and HTML
#   ::acre::safetext::url PATH      -> a relative path as a link's address: / and unreserved characters stay

namespace eval ::acre::safetext {
    # Everything but visible characters, line end and tab: controls, soft hyphen, zero width, line and paragraph
    # separators, marks of direction, private use, what UTF-16 keeps for itself.
    variable unseen {[^\t\n\x20-\x7e\u00a1-\u00ac\u00ae-\u061b\u061d-\u180d\u180f-\u200a\u2010-\u2027}
    append unseen {\u202f-\u205f\u2070-\ud7ff\uf900-\ufdcf\ufdf0-\ufdff\ufe10-\ufefe\uff00-\uffef]}
}

proc ::acre::safetext::bytes {bytes} {
    if {![regexp {[\x80-\xff]} $bytes]} {
        return $bytes
    }
    # No expr for a choice of texts: it would make another word of one that looks like a number.
    return [join [lmap line [split $bytes \n] {
        set text [encoding convertfrom utf-8 $line]
        if {[encoding convertto utf-8 $text] ne $line} {
            set text [Spelled $line {[\x80-\xff]}]
        }
        set text
    }] \n]
}

proc ::acre::safetext::shown {text} {
    variable unseen
    return [Spelled [string map {\r\n \n} $text] $unseen]
}

# TEXT with each character that PATTERN matches spelled out.
proc ::acre::safetext::Spelled {text pattern} {
    set out ""
    set from 0
    foreach range [regexp -all -inline -indices $pattern $text] {
        set at [lindex $range 0]
        scan [string index $text $at] %c code
        append out [string range $text $from $at-1] [format [expr {$code < 256 ? "\\x%02x" : "\\u{%x}"}] $code]
        set from [expr {$at + 1}]
    }
    return $out[string range $text $from end]
}

proc ::acre::safetext::line {text} {
    return [string map {\n \\x0a \t \\x09} [shown $text]]
}

proc ::acre::safetext::xml {text} {
    return [string map {& &amp; < &lt; > &gt; \" &quot; ' &#39;} [shown $text]]
}

proc ::acre::safetext::url {path} {
    set out ""
    foreach char [split [encoding convertto utf-8 $path] ""] {
        append out [expr {[regexp {[A-Za-z0-9/._~-]} $char] ? $char : [format %%%02X [scan $char %c]]}]
    }
    return $out
}
