# SPDX-License-Identifier: Apache-2.0
#
# owners.tcl: the owners of memory in pictures: which of the ledger's names are one kind, in which order they are told,
# and how each looks.  A name that no row knows is heap memory of some kind: every other place in the layout has a row.
# Its colour comes from the name, so it has the same one in every picture.

namespace eval ::acre::owners {
    # kind -> {globs of names, SVG colour, terminal colour (SGR), letter}.  An empty colour is made from the name.
    variable kinds {
        free          {{free}                                      "#e3f1dd" "38;5;71"  :}
        kernel-text   {{kernel-text}                               "#1f5fbf" "38;5;33"  T}
        kernel-rodata {{kernel-rodata}                             "#74aeea" "38;5;75"  R}
        kernel-data   {{kernel-data kernel-image}                  "#0b7d80" "38;5;37"  D}
        kernel-bss    {{kernel-bss}                                "#57bdb4" "38;5;43"  B}
        stacks        {{stacks stack stack-* *-stack *-stacks}     "#7b4fb5" "38;5;135" S}
        page-tables   {{page-table*}                               "#e07b1a" "38;5;208" P}
        heap-metadata {{*metadata*}                                "#e6c01a" "38;5;220" M}
        tag           {{tag-*}                                     ""        ""         t}
        files         {{files}                                     "#b58ad0" "38;5;140" F}
        user          {{user-* zero-page}                          "#d6609f" "38;5;205" U}
        leftovers     {{boot-leftovers*}                           "#8d6e4f" "38;5;137" L}
        stray         {{stray}                                     "#ff0000" "1;31"     !}
        heap          {{heap heap-*}                                  "#c23b3b" "38;5;167" H}
        other         {{*}                                         ""        ""         o}
    }
    # What the BIOS calls memory that nobody owns; names and letters are mapdraw.tcl's.
    variable nobody {
        "not used" "#d3d6c4" reserved "#b7bac1" "ACPI data" "#a5b8cf" "ACPI NVS" "#8b9db5" bad "#161616"
        "other types" "#a79fbd" "not described" "#ffffff"
    }
    # Colours of a terminal with 256 that are far from each other and from those above.
    variable spread {112 141 178 209 80 168 107 147 215 44 203 149 183 222 116 175}
}

proc ::acre::owners::kind {owner} {
    variable kinds
    dict for {kind row} $kinds {
        foreach glob [lindex $row 0] {
            if {[string match $glob $owner]} {
                return $kind
            }
        }
    }
}

# Whether OWNER is a name for memory that the ledger does not count.
proc ::acre::owners::nobody {owner} {
    variable nobody
    return [dict exists $nobody $owner]
}

# sorted OWNERS -> in the order of the table, then by name; nobody's last.
proc ::acre::owners::sorted {owners} {
    variable kinds
    variable nobody
    set ranks [concat [dict keys $kinds] [dict keys $nobody]]
    set keyed [lmap owner $owners {
        list [format %03d [lsearch -exact $ranks [expr {[nobody $owner] ? $owner : [kind $owner]}]]] $owner
    }]
    return [lmap pair [lsort $keyed] {lindex $pair 1}]
}

# --- looks ---------------------------------------------------------------------------------------------------------

# color OWNER -> #rrggbb.  Names of one kind have shades of its colour.
proc ::acre::owners::color {owner} {
    variable kinds
    variable nobody
    if {[nobody $owner]} {
        return [dict get $nobody $owner]
    }
    set kind [kind $owner]
    set color [lindex [dict get $kinds $kind] 1]
    set number [Number $owner]
    if {$color eq ""} {
        # Golden angles: neighbours in number are far from each other in colour.
        return [Hsl [expr {fmod($number * 137.508, 360)}] [expr {0.5 + $number / 7 % 3 * 0.15}] 0.7]
    }
    if {$owner eq $kind || $kind in {kernel-data leftovers user}} {
        return $color
    }
    scan $color #%2x%2x%2x r g b
    set white [expr {$number % 5 * 0.1}]
    return [format #%02x%02x%02x {*}[lmap part [list $r $g $b] {expr {round($part + (255 - $part) * $white)}}]]
}

# A tag's number in the list, else a number made of the name.
proc ::acre::owners::Number {owner} {
    set tag [regsub {^tag-} $owner ""]
    if {$tag ne $owner} {
        if {[dict exists $::owners::TAGS $tag]} {
            return [expr {[dict get $::owners::TAGS $tag] + 0}]
        }
        if {[string is integer -strict $tag]} {
            return [expr {$tag + 0}]
        }
    }
    return [expr {[zlib crc32 $owner] % 997}]
}

proc ::acre::owners::Hsl {hue saturation lightness} {
    set chroma [expr {(1 - abs(2 * $lightness - 1)) * $saturation}]
    set parts [lmap shift {0 8 4} {
        set k [expr {fmod($shift + $hue / 30.0, 12)}]
        expr {round(255 * ($lightness - $chroma / 2 * max(-1, min($k - 3, 9 - $k, 1))))}
    }]
    return [format #%02x%02x%02x {*}$parts]
}

# look OWNER ASCII -> {glyph colour}: a character for a terminal, and SGR's words for its colour.
proc ::acre::owners::look {owner ascii} {
    variable kinds
    variable spread
    if {[nobody $owner]} {
        lassign [Bios $owner] name glyph plain color
        return [list [expr {$ascii ? $plain : $glyph}] $color]
    }
    lassign [dict get $kinds [kind $owner]] - - color glyph
    if {$color eq ""} {
        set color "38;5;[lindex $spread [expr {[Number $owner] % [llength $spread]}]]"
    }
    return [list $glyph $color]
}

# {name glyph ascii colour} of what the BIOS calls it, as in pictures of maps.
proc ::acre::owners::Bios {owner} {
    if {$owner eq "not used"} {
        return [list $owner = = 37]
    }
    foreach kind [concat [dict keys $::acre::mapdraw::kinds] nothing] {
        set look [::acre::mapdraw::Look $kind]
        if {[lindex $look 0] eq $owner} {
            return $look
        }
    }
}
