# SPDX-License-Identifier: Apache-2.0
#
# Sets of bytes as interval lists: {{base limit} {base limit} ...}, half-open, numbers without bound.
#
# A *normal* list is ascending, its intervals are not empty and do not touch. Every procedure here takes any list and
# returns a normal one. Cost: sorting, then one pass.
#
#   union       A [====)   [===)          subtract   A [===========)       trim   A  [=========)
#               B    [======)                        B    [===)              unit | .  |  .  |  .
#               = [==========)                       = [==)   [====)            =    [=====)

namespace eval ::acre::interval {}

# The union of all intervals in LIST; empty and inverted ones count as nothing.
proc ::acre::interval::union {list} {
    set result {}
    set open 0
    foreach piece [lsort -index 0 -command ::acre::interval::Ascending [NonEmpty $list]] {
        lassign $piece base limit
        if {$open && $base <= $end} {
            set end [expr {max($end, $limit)}]
            continue
        }
        if {$open} {
            lappend result [list $start $end]
        }
        lassign $piece start end
        set open 1
    }
    if {$open} {
        lappend result [list $start $end]
    }
    return $result
}

# lsort -integer wraps at 2^63.
proc ::acre::interval::Ascending {a b} {
    return [expr {$a < $b ? -1 : $a > $b}]
}

proc ::acre::interval::NonEmpty {list} {
    set result {}
    foreach piece $list {
        lassign $piece base limit
        if {$base < $limit} {
            # Plain decimal integers, so that lists compare as strings whatever notation came in.
            lappend result [list [expr {$base + 0}] [expr {$limit + 0}]]
        }
    }
    return $result
}

# What is in A and not in B.
proc ::acre::interval::subtract {a b} {
    set b [union $b]
    set result {}
    set next 0
    foreach piece [union $a] {
        lassign $piece base limit
        # Intervals of B that end at or before this piece matter for no later piece either.
        while {$next < [llength $b] && [lindex $b $next 1] <= $base} {
            incr next
        }
        lappend result {*}[Cut $base $limit $b $next]
    }
    return $result
}

# [base, limit) minus the intervals of the normal list B from index NEXT on.
proc ::acre::interval::Cut {base limit b next} {
    set result {}
    for {set i $next} {$i < [llength $b] && $base < $limit} {incr i} {
        lassign [lindex $b $i] hole after
        if {$hole >= $limit} {
            break
        }
        if {$base < $hole} {
            lappend result [list $base $hole]
        }
        set base $after
    }
    if {$base < $limit} {
        lappend result [list $base $limit]
    }
    return $result
}

# What is in both A and B.
proc ::acre::interval::intersect {a b} {
    return [subtract $a [subtract $a $b]]
}

# Every interval of LIST shrunk inwards to multiples of UNIT; what is shorter than that vanishes.
proc ::acre::interval::trim {list unit} {
    set result {}
    foreach piece [union $list] {
        lassign $piece base limit
        lappend result [list [expr {($base + $unit - 1) / $unit * $unit}] [expr {$limit / $unit * $unit}]]
    }
    return [union $result]
}

# Number of bytes in LIST.
proc ::acre::interval::size {list} {
    set sum 0
    foreach piece [union $list] {
        lassign $piece base limit
        incr sum [expr {$limit - $base}]
    }
    return $sum
}
