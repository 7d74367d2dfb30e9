# SPDX-License-Identifier: Apache-2.0
#
# group.tcl: named selections, from a file of this form:
#
#   [NAME]
#   about = what it is for
#   cases = PATTERN... [emu=E,E] [machine=M,M] [cpu=MODEL] [disk=D,D] [ram=SIZE,SIZE] [program=NAME,NAME]
#           [store=served]
#
# A cpu value may hold commas (qemu64,-nx), so there is one a line.  A group is the union of its `cases` lines.

namespace eval ::acre::group {
    variable axes {emu {qemu bochs} machine pc cpu {{}} disk ide ram {{}} program {{}} store {{}}}
}

# selection PATTERNS AXES -> a selection as plan.tcl takes it; AXES (a dict) replaces the defaults.
proc ::acre::group::selection {patterns given} {
    variable axes
    return [dict merge $axes $given [dict create patterns $patterns]]
}

# read FILE -> dict name -> dict about, selections.  Raises {ACRE GROUP} naming the line.
proc ::acre::group::read {file} {
    if {[catch {open $file r} in]} {
        return -code error -errorcode {ACRE GROUP} "$file: cannot be read"
    }
    set text [::read $in]
    close $in
    set groups [dict create]
    set name ""
    set number 0
    foreach line [split $text \n] {
        incr number
        set line [string trim $line]
        if {$line eq "" || [string match "#*" $line]} continue
        if {[regexp {^\[([a-z0-9-]+)\]$} $line - name]} {
            dict set groups $name [dict create about "" selections {}]
        } elseif {$name ne "" && [regexp {^about = (.+)$} $line - about]} {
            dict set groups $name about $about
        } elseif {$name ne "" && [regexp {^cases = (.+)$} $line - words]} {
            set group [dict get $groups $name]
            dict lappend group selections [Words $words "$file:$number"]
            dict set groups $name $group
        } else {
            return -code error -errorcode {ACRE GROUP} "$file:$number: neither \[NAME\], about = nor cases =: '$line'"
        }
    }
    return $groups
}

proc ::acre::group::Words {words where} {
    variable axes
    set patterns {}
    set given [dict create]
    foreach word [split $words] {
        if {$word eq ""} continue
        if {![regexp {^([a-z]+)=(.*)$} $word - axis values]} {
            lappend patterns $word
        } elseif {![dict exists $axes $axis]} {
            return -code error -errorcode {ACRE GROUP} "$where: no such axis: '$axis'; there are [dict keys $axes]"
        } else {
            dict set given $axis [expr {$axis eq "cpu" ? [list $values] : [split $values ,]}]
        }
    }
    return [selection $patterns $given]
}
