#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Covering arrays: what the generator makes is judged by a checker that shares no code with it, and that checker by
# arrays known by heart.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
::acre::paths::use cover covercheck
namespace path ::tap

# The rows of COUNTS in the checker's words: parameters a, b, c... with values 0, 1, 2...
proc named {counts rows forbidden} {
    set names [lrange {a b c d e f g h i j k l m} 0 [llength $counts]-1]
    set parameters {}
    foreach name $names count $counts {
        set values {}
        for {set value 0} {$value < $count} {incr value} {
            lappend values $value
        }
        lappend parameters $name $values
    }
    set rows [lmap row $rows {concat {*}[lmap name $names value $row {list $name $value}]}]
    set clauses [lmap clause $forbidden {
        concat {*}[lmap {at values} $clause {list [lindex $names $at] $values}]
    }]
    return [list $parameters $rows $clauses]
}
proc checked {counts strength forbidden} {
    set ::rows [::acre::cover::rows $counts $strength $forbidden]
    lassign [named $counts $::rows $forbidden] parameters named clauses
    return [::acre::covercheck::check $parameters $named $strength $clauses]
}
proc short {result} {
    return [list [dict get $result covered] [dict get $result illegal] [llength [dict get $result missing]] \
        [llength [dict get $result wrong]]]
}

# Known arrays: counts, strength, the fewest rows there can be, how many are well enough, combinations.
set known {
    {3 3 3 3}               2   9  12   54
    {2 2 2 2 2 2 2 2 2 2}   2   6  10  180
    {3 3 3 3 3 3 3 3 3 3 3 3 3} 2 15 21 702
    {4 4 4 4 4}             2  16  20  160
    {5 5 5 5 5 5}           2  25  38  375
    {5 2 4 3}               2  20  20   71
    {2 2 2 2}               3   8  10   32
    {3 3 3 3}               3  27  36  108
    {2 2 2 2 2 2 2 2 2 2}   3  12  22  960
    {2 3}                   3   6   6    6
}
# Forbidden combinations: counts, strength, clauses, covered, illegal.  The numbers are counted by hand.
set forbidden {
    "one pair"                      {2 2 2}   2 {{0 0 1 0}}                  11 1
    "a value that never stands"     {3 2 2}   2 {{0 2}}                      12 4
    "a value with all of another"   {2 2 2}   2 {{0 0 1 {0 1}}}               8 4
    "two lines leave one way"       {2 2 2}   2 {{0 0 1 0} {0 0 1 1}}         8 4
    "what follows from two lines"   {2 2 2}   2 {{0 0 1 0} {1 1 2 0}}         9 3
    "a triple"                      {2 2 2 2} 3 {{0 0 1 0 2 0}}              31 1
    "a pair in triples"             {2 2 2}   3 {{0 0 1 0}}                   6 2
    "a triple is no pair"           {2 2 2}   2 {{0 0 1 0 2 0}}              12 0
}
plan [expr {2 * [llength $known] / 5 + [llength $forbidden] / 6 + 15}]

foreach {counts strength least most all} $known {
    is [short [checked $counts $strength {}]] [list $all 0 0 0] "$counts, strength $strength: all $all are covered"
    ok [expr {[llength $rows] >= $least && [llength $rows] <= $most}] \
        "... in $least to $most rows" "[llength $rows] rows"
}
foreach {what counts strength clauses covered illegal} $forbidden {
    is [short [checked $counts $strength $clauses]] [list $covered $illegal 0 0] "forbidden: $what"
}

# Forbidden lines drawn at random, each question with its seed.
set seed 20261126
proc random {limit} {
    set ::seed [expr {($::seed * 1103515245 + 12345) & 0x7fffffff}]
    return [expr {($::seed >> 8) % $limit}]
}
set wrong {}
for {set round 0} {$round < 60} {incr round} {
    set from $seed
    set counts {}
    for {set n [expr {3 + [random 3]}]} {$n > 0} {incr n -1} {
        lappend counts [expr {1 + [random 4]}]
    }
    set clauses {}
    for {set n [random 6]} {$n > 0} {incr n -1} {
        set clause {}
        for {set part [expr {1 + [random 3]}]} {$part > 0} {incr part -1} {
            set at [random [llength $counts]]
            dict set clause $at [list [random [lindex $counts $at]]]
        }
        lappend clauses $clause
    }
    set result [short [checked $counts [expr {2 + [random 2]}] $clauses]]
    if {[lrange $result 2 3] ne {0 0}} {
        lappend wrong "seed $from: $counts, $clauses: $result"
    }
}
is $wrong {} "60 random questions: nothing missing, nothing illegal"

is [::acre::cover::rows {3 4 2} 2 {}] [::acre::cover::rows {3 4 2} 2 {}] "the same question has the same answer"
is [::acre::cover::rows {2 2} 2 {{0 0} {0 1}}] {} "where all is forbidden there are no rows"
::acre::cover::start {2 2 2} {{0 0 1 0} {0 0 1 1 2 0}}
is [::acre::cover::possible {0 0 2 0}] 0 "what can only end badly is not possible"
is [::acre::cover::possible {0 0 2 1}] 1 "... what can end well is"
is [::acre::cover::possible {}] 1 "... and so is anything"
is [::acre::cover::possible {0 0 1 0}] 0 "... a clause that is met is not"

# The checker against what is known by heart.
set parameters {a {0 1} b {0 1} c {0 1}}
set four {{a 0 b 0 c 0} {a 0 b 1 c 1} {a 1 b 0 c 1} {a 1 b 1 c 0}}
set result [::acre::covercheck::check $parameters $four 2 {}]
is [short $result] {12 0 0 0} "checker: four rows cover all pairs of three bits"
is [short [::acre::covercheck::check $parameters $four 3 {}]] {4 0 4 0} "... and half of the triples"
set result [::acre::covercheck::check $parameters [lrange $four 0 2] 2 {}]
is [short $result] {9 0 3 0} "... three rows do not"
is [dict get $result missing] {{a 1 b 1} {a 1 c 0} {b 1 c 0}} "... and it is told which pairs are missing"
set result [::acre::covercheck::check $parameters $four 2 {{a 1 b 1}}]
is [list [short $result] [dict get $result wrong]] {{9 1 2 1} {{a 1 b 1 c 0}}} \
    "... an illegal row is told, and covers nothing"
is [short [::acre::covercheck::check $parameters [lreplace $four 3 3 {a 1 b 1 c 7}] 2 {}]] {9 0 3 1} \
    "... a value that is none"
is [short [::acre::covercheck::check $parameters [concat $four [list [lindex $four 0]]] 2 {}]] {12 0 0 1} \
    "... and a row that stands twice"
is [::acre::covercheck::text $result 2 4] [join {
    "pairs: 9 covered, 1 illegal, 2 missing" "rows: 4, 1 illegal" "missing: a=1 c=0" "missing: b=1 c=0"
    "illegal: a=1 b=1 c=0"
} \n] "its words"
done
