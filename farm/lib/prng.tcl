# SPDX-License-Identifier: Apache-2.0
#
# prng.tcl: random numbers that are the same on every machine: 64 bits of state, whole numbers only.
#
#   ::acre::prng::start SEED ?INDEX?   begins the stream of SEED (and, within it, of INDEX), whole numbers from 0 up
#   ::acre::prng::next                 -> 64 random bits, as a number
#   ::acre::prng::below N              -> 0 <= number < N
#   ::acre::prng::between A B          -> A <= number <= B
#   ::acre::prng::chance N M           -> 1 in N of M cases
#   ::acre::prng::pick LIST            -> an element
#   ::acre::prng::shuffle LIST         -> its elements in another order
#   ::acre::prng::log A B              -> A <= number <= B, each power of two between as likely as the others
#   ::acre::prng::deciles LIST KIND    -> a number as the 11 deciles LIST have them; KIND is flat or log, how it lies
#                                         between two of them
#
# The generator is SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): a counter with
# an odd step, and a mix of each value.  expr rand() is none: it has 31 bits and floating point.

namespace eval ::acre::prng {
    variable state 0
    variable MASK 0xffffffffffffffff
    variable STEP 0x9e3779b97f4a7c15
    # Any odd number that has nothing to do with STEP.
    variable STRIDE 0xd1342543de82ef95
}

# Seed and index are mixed one after the other, so that no two of them meet where others do (the seed's equals the
# index's, say).
proc ::acre::prng::start {seed {index ""}} {
    variable MASK
    variable STRIDE
    variable state [expr {$seed & $MASK}]
    if {$index ne ""} {
        set state [expr {([next] + $index * $STRIDE) & $MASK}]
        set state [next]
    }
}

proc ::acre::prng::next {} {
    variable state
    variable MASK
    variable STEP
    set state [expr {($state + $STEP) & $MASK}]
    set mixed [expr {(($state ^ ($state >> 30)) * 0xbf58476d1ce4e5b9) & $MASK}]
    set mixed [expr {(($mixed ^ ($mixed >> 27)) * 0x94d049bb133111eb) & $MASK}]
    return [expr {$mixed ^ ($mixed >> 31)}]
}

proc ::acre::prng::below {n} {
    return [expr {([next] * $n) >> 64}]
}

proc ::acre::prng::between {a b} {
    return [expr {$a + [below [expr {$b - $a + 1}]]}]
}

proc ::acre::prng::chance {n m} {
    return [expr {[below $m] < $n}]
}

proc ::acre::prng::pick {list} {
    return [lindex $list [below [llength $list]]]
}

proc ::acre::prng::shuffle {list} {
    for {set i [expr {[llength $list] - 1}]} {$i > 0} {incr i -1} {
        set j [below [expr {$i + 1}]]
        set moved [lindex $list $i]
        lset list $i [lindex $list $j]
        lset list $j $moved
    }
    return $list
}

proc ::acre::prng::log {a b} {
    set bits [between [Bits $a] [Bits $b]]
    set least [expr {max($a, $bits > 0 ? 1 << ($bits - 1) : 0)}]
    return [between $least [expr {min($b, (1 << $bits) - 1)}]]
}

# How many binary digits N has.
proc ::acre::prng::Bits {n} {
    set bits 0
    while {$n > 0} {
        set n [expr {$n >> 1}]
        incr bits
    }
    return $bits
}

proc ::acre::prng::deciles {list kind} {
    set at [below 10]
    return [[expr {$kind eq "log" ? "log" : "between"}] [lindex $list $at] [lindex $list $at+1]]
}
