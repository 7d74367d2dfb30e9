# SPDX-License-Identifier: Apache-2.0
#
# group.tcl: named selections, from a file of this form:
#
#   [NAME]
#   about = what it is for
#   cases = PATTERN... [emu=E,E] [machine=M,M] [cpu=MODEL] [disk=D,D] [ram=SIZE,SIZE] [program=NAME,NAME]
#           [store=served] [quirks=Q+Q,@alone,@pairs]
#   matrix = NAME...            the rows of these matrix files (matrix.tcl)
#   random = N                  N random maps under both emulators (mapmake.tcl)
#   group = NAME...             what these groups have, which stand before; of random maps the largest number
#
# A cpu value may hold commas (qemu64,-nx), so there is one a line.  A group is the union of its lines.

::acre::paths::use quirks

namespace eval ::acre::group {
    variable axes {emu {qemu bochs} machine pc cpu {{}} disk ide ram {{}} program {{}} store {{}} quirks {{}}}
}

# selection PATTERNS AXES -> a selection as plan.tcl takes it; AXES (a dict) replaces the defaults.
proc ::acre::group::selection {patterns given} {
    variable axes
    return [dict merge $axes $given [dict create patterns $patterns]]
}

# read FILE -> dict name -> dict about, selections, matrices, random (0 without any).  Raises {ACRE GROUP} naming the
# line.
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
            dict set groups $name [dict create about "" selections {} matrices {} random 0]
        } elseif {$name ne "" && [regexp {^about = (.+)$} $line - about]} {
            dict set groups $name about $about
        } elseif {$name ne "" && [regexp {^random = ([1-9][0-9]{0,5})$} $line - count]} {
            dict set groups $name random [expr {max($count, [dict get $groups $name random])}]
        } elseif {$name ne "" && [regexp {^cases = (.+)$} $line - words]} {
            set group [dict get $groups $name]
            dict lappend group selections [Words $words "$file:$number"]
            dict set groups $name $group
        } elseif {$name ne "" && [regexp {^(group|matrix) = (.+)$} $line - what words]} {
            dict set groups $name [More $groups $name $what [regexp -all -inline {\S+} $words] "$file:$number"]
        } else {
            return -code error -errorcode {ACRE GROUP} \
                "$file:$number: neither \[NAME\], about =, cases =, matrix =, random = N nor group =: '$line'"
        }
    }
    return $groups
}

# The bundled groups, as read gives them.
proc ::acre::group::bundled {} {
    return [read [file join [::acre::paths::get maps] groups.conf]]
}

# random NAMES -> how many random maps the bundled groups NAMES have, 0 for none; a group that is not there has none.
proc ::acre::group::random {names} {
    return [::tcl::mathfunc::max 0 {*}[lmap {name group} [bundled] {
        if {$name ni $names} continue
        dict get $group random
    }]]
}

# The group NAME with what a group or matrix line adds.
proc ::acre::group::More {groups name what words where} {
    set group [dict get $groups $name]
    foreach word $words {
        if {$what eq "matrix"} {
            dict lappend group matrices $word
        } elseif {![dict exists $groups $word] || $word eq $name} {
            return -code error -errorcode {ACRE GROUP} "$where: no group before this one is called '$word'"
        } else {
            foreach key {selections matrices} {
                dict lappend group $key {*}[dict get $groups $word $key]
            }
            dict set group random [expr {max([dict get $group random], [dict get $groups $word random])}]
        }
    }
    return $group
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
            if {$axis eq "quirks"} {
                dict set given $axis [concat {*}[lmap value [split $values ,] {::acre::quirks::expand $value}]]
            }
        }
    }
    return [selection $patterns $given]
}
