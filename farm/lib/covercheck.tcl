# SPDX-License-Identifier: Apache-2.0
#
# covercheck.tcl: what the rows of a covering array cover.  It shares no code with cover.tcl, which makes them, and
# knows nothing of how: it counts.
#
#   ::acre::covercheck::check PARAMETERS ROWS STRENGTH FORBIDDEN -> dict
#     PARAMETERS  dict name -> list of values      ROWS  list of dicts name -> value
#     FORBIDDEN   list of dicts name -> list of values: a row is illegal if it has, for each name, one of these
#     covered     combinations of STRENGTH parameters' values that stand in a legal row
#     illegal     how many can stand in none           missing  list of those that could, as dicts
#     wrong       rows that are illegal or have a value that is none, or that stand twice
#
#   ::acre::covercheck::text RESULT STRENGTH COUNT -> the lines that say so
#
# That a combination is illegal is found by looking for a legal row with it among all rows that there could be, a
# parameter at a time.

namespace eval ::acre::covercheck {
    # Missing combinations and wrong rows that are shown.
    variable SHOWN 20
}

proc ::acre::covercheck::check {parameters rows strength forbidden} {
    set strength [expr {min($strength, [dict size $parameters])}]
    set groups [Choose [dict keys $parameters] $strength]
    set wrong {}
    set seen [dict create]
    array set met {}
    foreach row $rows {
        if {[dict exists $seen $row] || ![Legal $row $forbidden] || ![Known $row $parameters]} {
            lappend wrong $row
            continue
        }
        dict set seen $row ""
        foreach group $groups {
            set met([lmap name $group {dict get $row $name}],$group) ""
        }
    }
    set illegal 0
    set missing {}
    foreach group $groups {
        foreach combination [All $parameters $group] {
            if {[info exists met([dict values $combination],$group)]} continue
            if {[Completed $combination $parameters $forbidden]} {
                lappend missing $combination
            } else {
                incr illegal
            }
        }
    }
    return [dict create covered [array size met] illegal $illegal missing $missing wrong $wrong]
}

# Every choice of COUNT of the NAMES.
proc ::acre::covercheck::Choose {names count} {
    if {$count == 0} {
        return {{}}
    }
    set choices {}
    while {[llength $names] >= $count} {
        set names [lassign $names name]
        foreach choice [Choose $names [expr {$count - 1}]] {
            lappend choices [list $name {*}$choice]
        }
    }
    return $choices
}

# Every combination of the values of the parameters NAMES, as dicts.
proc ::acre::covercheck::All {parameters names} {
    if {$names eq ""} {
        return {{}}
    }
    set rest [lassign $names name]
    set all {}
    foreach value [dict get $parameters $name] {
        foreach tail [All $parameters $rest] {
            lappend all [list $name $value {*}$tail]
        }
    }
    return $all
}

proc ::acre::covercheck::Known {row parameters} {
    foreach {name values} $parameters {
        if {![dict exists $row $name] || [dict get $row $name] ni $values} {
            return 0
        }
    }
    return [expr {[dict size $row] == [dict size $parameters]}]
}

# Whether nothing in ROW is forbidden; a row may be a part of one.
proc ::acre::covercheck::Legal {row forbidden} {
    foreach clause $forbidden {
        set hits 0
        foreach {name values} $clause {
            incr hits [expr {[dict exists $row $name] && [dict get $row $name] in $values}]
        }
        if {$hits == [dict size $clause]} {
            return 0
        }
    }
    return 1
}

# Whether a legal row has COMBINATION.  Parameters that no clause names may have any value.
proc ::acre::covercheck::Completed {combination parameters forbidden} {
    if {![Legal $combination $forbidden]} {
        return 0
    }
    foreach clause $forbidden {
        foreach name [dict keys $clause] {
            if {[dict exists $combination $name]} continue
            foreach value [dict get $parameters $name] {
                if {[Completed [dict replace $combination $name $value] $parameters $forbidden]} {
                    return 1
                }
            }
            return 0
        }
    }
    return 1
}

proc ::acre::covercheck::text {result strength count} {
    variable SHOWN
    set what [expr {$strength == 2 ? "pairs" : "triples"}]
    set lines [list "$what: [dict get $result covered] covered, [dict get $result illegal] illegal,\
        [llength [dict get $result missing]] missing" \
        "rows: $count, [llength [dict get $result wrong]] illegal"]
    foreach {key name} {missing missing wrong illegal} {
        foreach one [lrange [dict get $result $key] 0 $SHOWN-1] {
            lappend lines "$name: [join [lmap {parameter value} $one {
                string cat $parameter = [string cat $value [expr {$value eq "" ? "-" : ""}]]
            }] { }]"
        }
    }
    return [join $lines \n]
}
