# SPDX-License-Identifier: Apache-2.0
#
# cover.tcl: covering arrays: few rows in which every combination of any T parameters' values stands that can stand.
#
#   ::acre::cover::rows COUNTS STRENGTH FORBIDDEN -> list of rows, each a list of one value's number a parameter
#     COUNTS     how many values each parameter has; values are numbers from 0
#     STRENGTH   T; with fewer parameters than T, rows are all that can be
#     FORBIDDEN  list of clauses, each a dict parameter's number -> list of values: no row may have, for each parameter
#                of the clause, one of these values
#   ::acre::cover::possible ASSIGNED -> whether some whole row has the values of the dict ASSIGNED (parameter -> value);
#     asks about what `start COUNTS FORBIDDEN` or rows was called with last
#
# The way is IPOG's (Lei, Kacker, Kuhn, Okun, Lawrence, 2007): all combinations of the first T parameters, then one
# parameter more at a time.  Each row takes the new parameter's value that covers most of what is not yet covered; what
# is left is put where a row does not care, or into new rows.  Nothing is random: the same question has the same answer.
#
# Two values that stand in the same clauses are the same to legality, so it is asked, and remembered, in such classes;
# whether a row begun can be ended is found by trying the parameters that clauses name.
#
# Cost: rows x values of a parameter x subsets of T - 1 of the parameters before it.

namespace eval ::acre::cover {
    variable counts {}
    variable clauses {}
    # Parameter -> list: value -> class, and parameter -> one value of each class; parameters in clauses only.
    variable classes {}
    variable examples {}
    # Classes that were asked for -> 1 or 0.
    variable known
    array set known {}
}

proc ::acre::cover::start {values forbidden} {
    variable counts $values
    variable clauses $forbidden
    variable classes [dict create]
    variable examples [dict create]
    variable known
    array unset known
    foreach parameter [lsort -integer -unique [concat {*}[lmap clause $forbidden {dict keys $clause}]]] {
        set seen [dict create]
        for {set value 0} {$value < [lindex $counts $parameter]} {incr value} {
            set member [lmap clause $forbidden {
                expr {[dict exists $clause $parameter] && $value in [dict get $clause $parameter]}
            }]
            if {![dict exists $seen $member]} {
                dict set seen $member [dict size $seen]
                dict lappend examples $parameter $value
            }
            dict lappend classes $parameter [dict get $seen $member]
        }
    }
}

proc ::acre::cover::possible {assigned} {
    variable classes
    variable examples
    variable known
    set key {}
    set free {}
    set fixed [dict create]
    dict for {parameter of} $classes {
        if {[dict exists $assigned $parameter]} {
            set class [lindex $of [dict get $assigned $parameter]]
            lappend key $class
            dict set fixed $parameter [lindex [dict get $examples $parameter] $class]
        } else {
            lappend key -
            lappend free $parameter
        }
    }
    if {![info exists known($key)]} {
        set known($key) [Ends $fixed $free]
    }
    return $known($key)
}

# Whether the parameters FREE can be given values such that no clause is met.
proc ::acre::cover::Ends {fixed free} {
    variable examples
    if {[Met $fixed]} {
        return 0
    }
    if {$free eq ""} {
        return 1
    }
    set rest [lassign $free parameter]
    foreach value [dict get $examples $parameter] {
        if {[Ends [dict replace $fixed $parameter $value] $rest]} {
            return 1
        }
    }
    return 0
}

# Whether what is assigned meets a whole clause.
proc ::acre::cover::Met {assigned} {
    variable clauses
    foreach clause $clauses {
        set met 1
        dict for {parameter values} $clause {
            if {![dict exists $assigned $parameter] || [dict get $assigned $parameter] ni $values} {
                set met 0
                break
            }
        }
        if {$met} {
            return 1
        }
    }
    return 0
}

# The values of ROW (-1: it does not care) as possible takes them.
proc ::acre::cover::Assigned {row} {
    set assigned {}
    set parameter -1
    foreach value $row {
        incr parameter
        if {$value >= 0} {
            lappend assigned $parameter $value
        }
    }
    return $assigned
}

# All ways to take COUNT of the numbers below LIMIT, each in ascending order.
proc ::acre::cover::Subsets {limit count} {
    if {$count == 0} {
        return [list {}]
    }
    set all {}
    for {set last [expr {$count - 1}]} {$last < $limit} {incr last} {
        foreach subset [Subsets $last [expr {$count - 1}]] {
            lappend all [concat $subset $last]
        }
    }
    return $all
}

# Every combination of the values of PARAMETERS, as lists.
proc ::acre::cover::Product {parameters} {
    variable counts
    set product [list {}]
    foreach parameter $parameters {
        set longer {}
        foreach values $product {
            for {set value 0} {$value < [lindex $counts $parameter]} {incr value} {
                lappend longer [concat $values $value]
            }
        }
        set product $longer
    }
    return $product
}

# What is to be covered with PARAMETER and subsets of those before it: {SUBSET VALUES VALUE} -> 1, where it is possible.
proc ::acre::cover::Open {parameter subsets} {
    variable counts
    set open [dict create]
    foreach subset $subsets {
        foreach values [Product $subset] {
            set assigned [concat {*}[lmap one $subset value $values {list $one $value}]]
            for {set value 0} {$value < [lindex $counts $parameter]} {incr value} {
                if {[possible [concat $assigned $parameter $value]]} {
                    dict set open [list $subset $values $value] 1
                }
            }
        }
    }
    return $open
}

# Takes from OPEN what ROW covers, which is {SUBSET VALUES VALUE} for each of SUBSETS that it cares for.
proc ::acre::cover::Close {openVar row parameter subsets} {
    upvar 1 $openVar open
    set value [lindex $row $parameter]
    foreach subset $subsets {
        dict unset open [list $subset [lmap one $subset {lindex $row $one}] $value]
    }
}

# ROWS, each with the value of PARAMETER that covers most of OPEN; of equals the one that is used least.  -1 where none
# covers anything.
proc ::acre::cover::Widen {rows openVar parameter subsets} {
    variable counts
    upvar 1 $openVar open
    set count [lindex $counts $parameter]
    set used [lrepeat $count 0]
    set wider {}
    foreach row $rows {
        set best -1
        set bestGain 0
        set kept [lmap subset $subsets {
            list $subset [lmap one $subset {lindex $row $one}]
        }]
        for {set value 0} {$value < $count && [dict size $open]} {incr value} {
            set gain 0
            foreach part $kept {
                incr gain [dict exists $open [linsert $part end $value]]
            }
            if {($gain > $bestGain || $gain && $gain == $bestGain && [lindex $used $value] < [lindex $used $best])
                    && [possible [Assigned [linsert $row end $value]]]} {
                set best $value
                set bestGain $gain
            }
        }
        lappend row $best
        lappend wider $row
        if {$best >= 0} {
            lset used $best [expr {[lindex $used $best] + 1}]
            Close open $row $parameter $subsets
        }
    }
    return $wider
}

# ROWS and as many more as it takes to cover what is left of OPEN.
proc ::acre::cover::Lengthen {rows open parameter subsets} {
    # Rows that do not care for something, by their place.
    set loose [lsearch -all $rows *-1*]
    set blank [lrepeat [expr {$parameter + 1}] -1]
    while {[dict size $open]} {
        lassign [lindex [dict keys $open] 0] subset values value
        set wanted [concat {*}[lmap one $subset at $values {list $one $at}] $parameter $value]
        set found -1
        foreach place $loose {
            set row [Merged [lindex $rows $place] $wanted]
            if {$row ne ""} {
                set found $place
                break
            }
        }
        if {$found < 0} {
            set row [Merged $blank $wanted]
            lappend loose [llength $rows]
            lappend rows $row
        } else {
            lset rows $found $row
        }
        Close open $row $parameter $subsets
    }
    return $rows
}

# ROW with the values WANTED, or "" where it has others or may not have these.
proc ::acre::cover::Merged {row wanted} {
    foreach {parameter value} $wanted {
        if {[lindex $row $parameter] ni [list -1 $value]} {
            return ""
        }
        lset row $parameter $value
    }
    return [expr {[possible [Assigned $row]] ? $row : ""}]
}

# ROWS with a value for everything that they do not care for: the one that is used least.
proc ::acre::cover::Decided {rows} {
    variable counts
    set used [lmap count $counts {lrepeat $count 0}]
    return [lmap row $rows {
        for {set parameter 0} {$parameter < [llength $counts]} {incr parameter} {
            if {[lindex $row $parameter] < 0} {
                foreach value [lsort -indices -integer [lindex $used $parameter]] {
                    lset row $parameter $value
                    if {[possible [Assigned $row]]} break
                }
            }
            set value [lindex $row $parameter]
            lset used $parameter $value [expr {[lindex $used $parameter $value] + 1}]
        }
        set row
    }]
}

proc ::acre::cover::rows {values strength forbidden} {
    set strength [expr {min($strength, [llength $values])}]
    # The parameters with most values first: the first ones' combinations cost a row each in any case.
    set order [lsort -indices -integer -decreasing $values]
    set place [lsort -indices -integer $order]
    start [lmap n $order {lindex $values $n}] [lmap clause $forbidden {
        concat {*}[lmap {parameter list} $clause {list [lindex $place $parameter] $list}]
    }]
    set first {}
    for {set n 0} {$n < $strength} {incr n} {
        lappend first $n
    }
    set rows [lmap row [Product $first] {
        if {![possible [Assigned $row]]} continue
        set row
    }]
    for {set n $strength} {$n < [llength $values]} {incr n} {
        set subsets [Subsets $n [expr {$strength - 1}]]
        set open [Open $n $subsets]
        set rows [Widen $rows open $n $subsets]
        set rows [Lengthen $rows $open $n $subsets]
    }
    set whole [dict create]
    foreach row [Decided $rows] {
        dict set whole [lmap at $place {lindex $row $at}] ""
    }
    return [dict keys $whole]
}
