# SPDX-License-Identifier: Apache-2.0
#
# sum.tcl: the position-dependent sum of src/runtime/sum.h, which guards everything that is read from the disk.
#
#   ::acre::sum::start             -> the STATE of a sum of nothing
#   ::acre::sum::more STATE BYTES  -> the STATE after BYTES too; their length is a multiple of 4
#   ::acre::sum::bytes STATE       -> the sum, 8 bytes
#   ::acre::sum::of BYTES          -> the sum of BYTES, 8 bytes

namespace eval ::acre::sum {
    # Bytes whose two sums stay below 2^63: the carries are cut off once a block.
    variable BLOCK 32768
}

proc ::acre::sum::start {} {
    return {0 0}
}

proc ::acre::sum::more {state bytes} {
    variable BLOCK
    lassign $state a b
    set length [string length $bytes]
    for {set at 0} {$at < $length} {incr at $BLOCK} {
        binary scan $bytes @${at}iu[expr {min($BLOCK, $length - $at) / 4}] words
        foreach word $words {
            incr b [incr a $word]
        }
        set a [expr {$a & 0xffffffff}]
        set b [expr {$b & 0xffffffff}]
    }
    return [list $a $b]
}

proc ::acre::sum::bytes {state} {
    return [binary format ii {*}$state]
}

proc ::acre::sum::of {bytes} {
    return [bytes [more [start] $bytes]]
}
