# SPDX-License-Identifier: Apache-2.0
#
# What a caller of INT 15h must see of the fake BIOS, from the map and the meaning of the quirk words alone.  For t/310.
#
# A call is a dict: label, then before it eax ebx ecx edx if (1 or 0) buffer (32 bytes), as calldump.asm makes it.
# A state remembers which index each continuation value stands for, because continuation values are the BIOS's own.
#
#   fbmodel::start ENTRIES QUIRKS   -> state
#   fbmodel::expect STATEVAR CALL   -> dict: eax ecx edx ... flags a20 buffer as numbers, stack as {least most},
#                                      ebx as same, zero, any (but 0), {value N} or {next INDEX}
#   fbmodel::learn STATEVAR EBX INDEX   the BIOS returned EBX with the entry before INDEX

namespace eval fbmodel {
    variable SMAP 0x534d4150
    # calldump.asm's registers
    variable registers {esi 0x51515151 edi 0xd1d10100 ebp 0xb0b0b0b0 ds 0x1111 es 0x0b00 fs 0x4444 gs 0x3333}
    # clobbered -> what fakebios.asm leaves there
    variable junk {esi 0xdead5151 edi 0xdeadd1d1 ebp 0xdeadb0b0 edx 0xdeaddddd es 0xf000 fs 0xf000}
    # the index of a continuation value that was never given out
    variable NEVER [expr {1 << 32}]
    variable CARRY 0x001
    variable IF 0x200
    variable DF 0x400
}

proc fbmodel::start {entries quirks} {
    return [dict create entries $entries quirks $quirks tokens {0 0}]
}

proc fbmodel::learn {stateVar ebx index} {
    upvar 1 $stateVar state
    dict set state tokens $ebx $index
}

proc fbmodel::Has {state word} {
    return [::acre::quirks::has [dict get $state quirks] $word]
}

# The argument of quirk WORD, "" without one.
proc fbmodel::Argument {state word} {
    foreach quirk [dict get $state quirks] {
        lassign [::acre::quirks::split $quirk] name argument
        if {$name eq $word} {
            return $argument
        }
    }
}

# Nothing changed but what CALL brought in: carry clear, everything kept.
proc fbmodel::Untouched {call} {
    variable registers
    variable IF
    return [dict merge $registers [dict filter $call key eax ecx edx buffer] \
        [dict create ebx same flags [expr {[dict get $call if] * $IF}] a20 1 stack {6 100}]]
}

proc fbmodel::Unsupported {result} {
    variable CARRY
    dict set result flags [expr {[dict get $result flags] | $CARRY}]
    dict set result eax [expr {[dict get $result eax] & ~0xff00 | 0x8600}]
    return $result
}

proc fbmodel::expect {stateVar call} {
    upvar 1 $stateVar state
    set result [Untouched $call]
    switch [format %04x [expr {[dict get $call eax] & 0xffff}]] {
        e820 {return [Spoil $state [E820 $state $call $result]]}
        e801 {return [E801 $state $result]}
        88aa {return [E88 $state $result]}
    }
    error "the model knows no call $call"
}

proc fbmodel::E801 {state result} {
    if {[Has $state e801-unsupported]} {
        return [Unsupported $result]
    }
    lassign [dict get $state e801] low high
    set quiet [Has $state e801-cxdx]
    dict set result eax [expr {$quiet ? 0 : $low}]
    dict set result ebx [list value [expr {$quiet ? 0 : $high}]]
    dict set result ecx $low
    dict set result edx $high
    return $result
}

proc fbmodel::E88 {state result} {
    if {[Has $state 88-unsupported]} {
        return [Unsupported $result]
    }
    dict set result eax [dict get $state e88]
    return $result
}

proc fbmodel::E820 {state call result} {
    variable SMAP
    variable NEVER
    if {[Has $state e820-unsupported]} {
        return [Unsupported $result]
    }
    if {[Has $state e820-empty]} {
        return [dict replace $result eax $SMAP ebx zero ecx 0]
    }
    if {[Refused $state $call]} {
        return [Unsupported $result]
    }
    set count [llength [dict get $state entries]]
    set ebx [dict get $call ebx]
    set index [expr {[dict exists $state tokens $ebx] ? [dict get $state tokens $ebx] : $NEVER}]
    if {$count == 0 || ($index >= $count && ![Has $state repeat-last])} {
        return [Ended $state $result]
    }
    if {[Has $state needs-old-buffer] && $index > 0} {
        binary scan [dict get $call buffer] @16iu old
        if {$old != [lindex [dict get $state entries] [expr {min($index, $count) - 1}] 2]} {
            return [Unsupported $result]
        }
    }
    return [Serve $state $call $result $index $count]
}

proc fbmodel::Refused {state call} {
    variable SMAP
    dict with call {}
    return [expr {$edx != $SMAP || ($ecx < 20 && ![Has $state ecx-ignored-20])
        || ($eax >> 16 && [Has $state needs-eax-high-zero])}]
}

proc fbmodel::Ended {state result} {
    variable SMAP
    variable CARRY
    if {[Has $state no-smap-on-carry]} {
        return [Unsupported $result]
    }
    return [dict replace $result eax $SMAP flags [expr {[dict get $result flags] | $CARRY}]]
}

proc fbmodel::Serve {state call result index count} {
    variable SMAP
    set entry [lindex [dict get $state entries] [expr {min($index, $count - 1)}]]
    lassign [Written $state $call $entry $index] bytes size
    dict set result buffer $bytes[string range [dict get $call buffer] [string length $bytes] end]
    dict set result ecx $size
    dict set result ebx [Next $state $index $count]
    if {[Has $state carry-with-last] && $index >= $count - 1} {
        return [Ended $state $result]
    }
    if {$index < 3 || ![Has $state smap-lost-after-3]} {
        dict set result eax $SMAP
    }
    return $result
}

# {bytes written, size reported}
proc fbmodel::Written {state call entry index} {
    lassign $entry base limit type
    set bytes [binary format wwi $base [expr {($limit - $base) & 0xffffffffffffffff}] $type]
    if {[Has $state short-entry]} {
        return [list [string range $bytes 0 15] 16]
    }
    set large [expr {[Has $state size-24] || [Has $state acpi-attr0-clear]}]
    if {$large && [dict get $call ecx] >= 24} {
        set which [Argument $state acpi-attr0-clear]
        set clear [expr {[Has $state acpi-attr0-clear] && $which in [list "" [expr {$index + 1}]]}]
        return [list $bytes[binary format i [expr {!$clear}]] 24]
    }
    if {[Has $state overlong-write]} {
        append bytes ZZZZ
    }
    return [list $bytes 20]
}

proc fbmodel::Next {state index count} {
    if {$index + 1 < $count} {
        return [list next [expr {$index + 1}]]
    }
    if {[Has $state repeat-last]} {
        variable NEVER
        if {$index == $NEVER} {
            return any
        }
        return [list next [expr {[Has $state never-zero-ebx] ? $index + 1 : $count}]]
    }
    if {[Has $state carry-on-last] || [Has $state never-zero-ebx]} {
        return [list next $count]
    }
    return zero
}

# The side effects of every E820 call.
proc fbmodel::Spoil {state result} {
    variable junk
    variable IF
    variable DF
    dict for {register value} $junk {
        if {[Has $state clobber-$register]} {
            dict set result $register $value
        }
    }
    set flags [dict get $result flags]
    if {[Has $state interrupts-on]} {set flags [expr {$flags | $IF}]}
    if {[Has $state interrupts-off]} {set flags [expr {$flags & ~$IF}]}
    if {[Has $state df-set]} {set flags [expr {$flags | $DF}]}
    dict set result flags $flags
    if {[Has $state a20-off-after]} {dict set result a20 0}
    if {[Has $state stack-512]} {dict set result stack {512 512}}
    return $result
}
