# SPDX-License-Identifier: Apache-2.0
#
# matrix.tcl: matrix files: parameters of cases, and which of their values may not meet; from them, few cases in which
# all pairs (or triples) of values meet.
#
#   about = TEXT
#   strength = 2 or 3
#   AXIS = VALUE...              map emu machine cpu disk ram program store quirks fill image profile; "-" is what a
#                                case has when nobody asks for anything else; several lines of one axis make one list
#   forbid = AXIS=VALUE...       no case has all of these; of one axis named twice, either; values may be patterns
#
#   ::acre::matrix::names                     the bundled ones
#   ::acre::matrix::find NAME                 -> path of a bundled one or of a file; raises {ACRE USAGE}
#   ::acre::matrix::read FILE                 -> a matrix: dict file about strength values lines forbids
#   ::acre::matrix::with MATRIX AXES          -> MATRIX with other values of these axes (dict axis -> list); values of
#                                             its own that can meet none of them are in no case
#   ::acre::matrix::rows MATRIX SUBJECTS      -> dict rows (dicts axis -> value), values (dict axis -> list) and
#                                             forbidden (list of dicts axis -> values), as covercheck.tcl takes them
# Mistakes are raised with errorcode {ACRE MATRIX} and FILE:LINE.
#
# What a machine cannot have, be or boot from is forbidden without a line: such combinations count as illegal.

::acre::paths::use cover matrixlimits failcase

namespace eval ::acre::matrix {
    # What "-" stands for.
    variable defaults {
        emu {} machine pc cpu {} disk ide ram {} program {} store {} quirks {} fill {} image {} profile {}
    }
    variable strengths {2 3}
}

proc ::acre::matrix::names {} {
    return [lsort [lmap file [glob -nocomplain -tails -directory [::acre::paths::get matrices] *.matrix] {
        file rootname $file
    }]]
}

proc ::acre::matrix::find {name} {
    set bundled [file join [::acre::paths::get matrices] $name.matrix]
    if {[regexp {^[a-z0-9-]+$} $name] && [file isfile $bundled]} {
        return $bundled
    }
    if {![file isfile $name]} {
        return -code error -errorcode {ACRE USAGE} \
            "no such matrix: '$name'; there are [join [names] {, }], or name a file"
    }
    return $name
}

proc ::acre::matrix::Bad {file line what} {
    return -code error -errorcode {ACRE MATRIX} "$file:$line: $what"
}

proc ::acre::matrix::read {file} {
    if {[catch {open [file join [pwd] $file] r} in]} {
        return -code error -errorcode {ACRE MATRIX} "$file: cannot be read"
    }
    set text [::read $in]
    close $in
    set matrix [dict create file $file about "" strength 2 values {} lines {} forbids {} named {}]
    set number 0
    foreach line [split $text \n] {
        incr number
        set line [string trim $line]
        if {$line eq "" || [string match "#*" $line]} continue
        if {![regexp {^([a-z]+)\s*=\s*(\S.*)$} $line - key rest]} {
            Bad $file $number "neither AXIS = VALUE... nor forbid = AXIS=VALUE...: '$line'"
        }
        Line matrix $number $key $rest
    }
    if {[dict size [dict get $matrix values]] < 2} {
        Bad $file $number "a matrix needs two axes at least"
    }
    if {![dict exists $matrix values map]} {
        Bad $file $number "a matrix needs maps: map = PATTERN..."
    }
    Forbids $matrix
    return [with $matrix {}]
}

proc ::acre::matrix::Line {matrixVar number key rest} {
    variable defaults
    variable strengths
    upvar 1 $matrixVar matrix
    set file [dict get $matrix file]
    set words [regexp -all -inline {\S+} $rest]
    if {$key eq "about"} {
        dict set matrix about $rest
    } elseif {$key eq "strength"} {
        if {$rest ni $strengths} {
            Bad $file $number "strength '$rest' is neither 2 (all pairs) nor 3 (all triples)"
        }
        dict set matrix strength $rest
    } elseif {$key eq "forbid"} {
        dict lappend matrix forbids [list $number $words]
    } elseif {$key eq "map" || [dict exists $defaults $key]} {
        foreach word $words {
            Value matrix $number $key $word
        }
    } else {
        Bad $file $number "no such axis: '$key'; there are map, [join [dict keys $defaults] {, }]"
    }
}

# One value of an axis, or what stands for several.
proc ::acre::matrix::Value {matrixVar number axis word} {
    variable defaults
    upvar 1 $matrixVar matrix
    set file [dict get $matrix file]
    set kind [dict get {0 quirks 1 failcase} [string equal $axis image]]
    foreach value [::acre::${kind}::expand $word] {
        if {$value eq "-" && $axis ni {map emu}} {
            set value [dict get $defaults $axis]
        } elseif {$axis eq "image" && [::acre::imagecase::is_path $value]
                || $axis eq "profile" && [::acre::profile::is_path $value]} {
            set value [file normalize [file join [file dirname $file] $value]]
        }
        if {$value ne [Default $axis] && [set why [::acre::matrixlimits::fault $axis $value]] ne ""} {
            Bad $file $number $why
        }
        if {[dict exists $matrix values $axis] && $value in [dict get $matrix values $axis]} {
            Bad $file $number "$axis has '$value' twice"
        }
        dict set matrix values $axis [concat [Values $matrix $axis] [list $value]]
        dict set matrix lines $axis $value $number
    }
}

# No expr here: it would make another word of a value that looks like a number.
proc ::acre::matrix::Values {matrix axis} {
    if {[dict exists $matrix values $axis]} {
        return [dict get $matrix values $axis]
    }
    return {}
}

# Every word of a forbid must name something.
proc ::acre::matrix::Forbids {matrix} {
    foreach forbid [dict get $matrix forbids] {
        lassign $forbid number words
        foreach word $words {
            if {![regexp {^([a-z]+)=(.+)$} $word - axis pattern] || ![dict exists $matrix values $axis]} {
                Bad [dict get $matrix file] $number "'$word' is no AXIS=VALUE of an axis that this matrix has"
            }
            # A map's pattern may name more or fewer of the maps there are.
            if {$axis ne "map" && [Matching [dict get $matrix values $axis] $axis $pattern] eq ""} {
                Bad [dict get $matrix file] $number "'$word' names no value that $axis has in this matrix"
            }
        }
    }
}

# The VALUES of AXIS that PATTERN names.
proc ::acre::matrix::Matching {values axis pattern} {
    variable defaults
    return [lmap value $values {
        if {$pattern eq "-" ? [dict exists $defaults $axis] && $value ne [dict get $defaults $axis]
                : ![string match $pattern $value]} continue
        set value
    }]
}

proc ::acre::matrix::with {matrix axes} {
    return [dict replace $matrix values [dict merge [dict get $matrix values] $axes] \
        named [dict keys [expr {$axes eq "" ? [dict get $matrix values] : $axes}]]]
}

proc ::acre::matrix::rows {matrix subjects} {
    set values [dict replace [dict get $matrix values] map [Maps $matrix $subjects]]
    # An axis that a matrix does not name has its default.
    if {![dict exists $values emu]} {
        dict set values emu {qemu bochs}
    }
    set own [Clauses $matrix $values]
    set forbidden [concat [lmap {number clause} $own {set clause}] [::acre::matrixlimits::clauses $values $subjects]]
    Whole $matrix $values $own
    set names [dict keys $values]
    set rows [::acre::cover::rows [lmap list [dict values $values] {llength $list}] [dict get $matrix strength] \
        [lmap clause $forbidden {Numbered $values $clause}]]
    if {$rows eq ""} {
        return -code error -errorcode {ACRE MATRIX} \
            "[dict get $matrix file]: no case is left: no machine can have what the forbid lines allow"
    }
    set rows [lmap row $rows {
        concat {*}[lmap name $names number $row {list $name [lindex [dict get $values $name] $number]}]
    }]
    return [dict create rows $rows values $values forbidden $forbidden]
}

# The subjects that the map patterns name, in the subjects' order.
proc ::acre::matrix::Maps {matrix subjects} {
    set all [lmap subject $subjects {dict get $subject subject}]
    set maps {}
    foreach pattern [dict get $matrix values map] {
        set found [lsearch -all -inline -glob $all $pattern]
        if {$found eq ""} {
            set line [expr {[dict exists $matrix lines map $pattern] ? [dict get $matrix lines map $pattern] : 0}]
            Bad [dict get $matrix file] $line "no map or ladder rung is called '$pattern'"
        }
        lappend maps {*}$found
    }
    return [lsort -unique $maps]
}

# The forbid lines: number clause...; a clause that names no value forbids nothing.
proc ::acre::matrix::Clauses {matrix values} {
    set clauses {}
    foreach forbid [dict get $matrix forbids] {
        lassign $forbid number words
        set clause [dict create]
        foreach word $words {
            regexp {^([a-z]+)=(.+)$} $word - axis pattern
            dict lappend clause $axis {*}[Matching [dict get $values $axis] $axis $pattern]
        }
        if {"" ni [dict values $clause]} {
            lappend clauses $number $clause
        }
    }
    return $clauses
}

# CLAUSE with parameters' and values' numbers.
proc ::acre::matrix::Numbered {values clause} {
    set names [dict keys $values]
    set numbered {}
    dict for {axis list} $clause {
        set all [dict get $values $axis]
        lappend numbered [lsearch -exact $names $axis] [lmap value $list {lsearch -exact $all $value}]
    }
    return $numbered
}

# The forbid lines must leave a case, and one for each value that is named: else the first line with which they do not
# is a mistake.
proc ::acre::matrix::Whole {matrix values own} {
    set counts [lmap list [dict values $values] {llength $list}]
    set clauses {}
    foreach {number clause} $own {
        lappend clauses [Numbered $values $clause]
        ::acre::cover::start $counts $clauses
        if {![::acre::cover::possible {}]} {
            Bad [dict get $matrix file] $number "with this line nothing is left: every case is forbidden"
        }
        Lost $matrix $values $number
    }
}

proc ::acre::matrix::Default {axis} {
    variable defaults
    if {[dict exists $defaults $axis]} {
        return [dict get $defaults $axis]
    }
    return ""
}

proc ::acre::matrix::Shown {value} {
    if {$value eq ""} {
        return -
    }
    return $value
}

# No value that the file or the command line names may be lost by the line NUMBER.
proc ::acre::matrix::Lost {matrix values number} {
    set axis -1
    dict for {name list} $values {
        incr axis
        if {$name ni [dict get $matrix named]} continue
        set n -1
        foreach value $list {
            if {![::acre::cover::possible [list $axis [incr n]]]} {
                Bad [dict get $matrix file] $number \
                    "with this line $name=[Shown $value] can be in no case; take it out instead"
            }
        }
    }
}
