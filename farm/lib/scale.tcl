# SPDX-License-Identifier: Apache-2.0
#
# scale.tcl: a broken scale, on which a page and a terabyte are both seen, and places for labels that do not overlap.
#
# Lengths are true to scale, so many units of height a page, but for two cases: what would be lower than LEAST is LEAST
# high, and what would be higher than its own greatest height is broken there.  The unit is the largest with which
# everything fits; where there is little to show it is bounded.  No order and no kind is preferred: only length counts.

namespace eval ::acre::scale {}

# fit ITEMS LEAST TOTAL BOUND -> {unit heights}
#   ITEMS  list of {length most}; LEAST <= most for each
#   TOTAL  what the heights may add up to; more only where there are so many items that half of it would be LEASTs
#   BOUND  the largest unit
proc ::acre::scale::fit {items least total bound} {
    set total [expr {max($total, 2 * $least * [llength $items])}]
    set low [expr {$bound * 2.0 ** -64}]
    set high $bound
    if {[Sum $items $least $high] > $total} {
        # 64 halvings of an exponent of 64: closer than a double tells.
        for {set i 0} {$i < 64} {incr i} {
            set middle [expr {sqrt($low * $high)}]
            if {[Sum $items $least $middle] > $total} {
                set high $middle
            } else {
                set low $middle
            }
        }
        set high $low
    }
    return [list $high [lmap item $items {Height $item $least $high}]]
}

proc ::acre::scale::Height {item least unit} {
    lassign $item length most
    return [expr {min($most, max($least, $length * $unit))}]
}

proc ::acre::scale::Sum {items least unit} {
    set sum 0
    foreach item $items {
        set sum [expr {$sum + [Height $item $least $unit]}]
    }
    return $sum
}

# broken LENGTH MOST UNIT -> 1 if it is drawn shorter than it is.
proc ::acre::scale::broken {length most unit} {
    # A unit that was found by halving may be off in its last digits.
    return [expr {$length * $unit > $most * 1.000001}]
}

# spread WANTED STEP LOW HIGH -> positions, at least STEP apart and within LOW..HIGH (HIGH gives way where they do not
# fit), as near to the ascending WANTED as can be: least squares, by pooling neighbours that would be too close.
proc ::acre::scale::spread {wanted step low high} {
    set pools {}
    set index 0
    foreach y $wanted {
        set pool [list [expr {double($y - $index * $step)}] 1]
        incr index
        while {[llength $pools] && [lindex $pools end 0] >= [lindex $pool 0]} {
            lassign [lindex $pools end] mean count
            set pools [lreplace $pools end end]
            lassign $pool other others
            set pool [list [expr {($mean * $count + $other * $others) / ($count + $others)}] [expr {$count + $others}]]
        }
        lappend pools $pool
    }
    set most [expr {max($low, $high - ($index - 1) * $step)}]
    set positions {}
    foreach pool $pools {
        lassign $pool mean count
        set mean [expr {min($most, max($low, $mean))}]
        for {set i 0} {$i < $count} {incr i} {
            lappend positions [expr {$mean + [llength $positions] * $step}]
        }
    }
    return $positions
}
