# SPDX-License-Identifier: Apache-2.0
#
# planmemory.tcl: how much RAM a machine gets that runs a map.
#
#   ::acre::planmemory::bytes EMULATOR ABOUT   -> bytes: what the map's file says, else enough for its highest usable
#                                              byte, within what the emulator can do.  ABOUT is a dict with ram (MiB or
#                                              "") and usable ({base limit} list)

namespace eval ::acre::planmemory {
    variable MIB 1048576
    # What a machine gets that runs a map which does not say its RAM: the map's top and this, as firmware takes some.
    variable SLACK_MIB 4
    variable LEAST_MIB 16
    # QEMU's RAM is sparse, so only the address space limits it; pc moves RAM above 4 GiB from 3584 MiB on.
    variable QEMU_MOST_MIB 1024000
    variable QEMU_LOW_MOST_MIB 3583
    variable QEMU_SPLIT_MIB 3072
    # Bochs fills its RAM before it starts: what a map without a figure may get, and the most that any gets.
    variable BOCHS_STEPS_MIB {128 256 512 1024}
    variable BOCHS_MOST_MIB 2048
    # So many usable bytes are enough of a map for a boot on it to tell something.
    variable PLENTY 16777216
    variable FOUR_GIB 0x100000000
    variable ADDRESSABLE 0x10000000000
}

proc ::acre::planmemory::bytes {emulator about} {
    variable MIB
    variable BOCHS_MOST_MIB
    variable QEMU_MOST_MIB
    variable FOUR_GIB
    set mib [dict get $about ram]
    set usable [dict get $about usable]
    if {$emulator eq "bochs"} {
        set mib [expr {$mib eq "" ? min([Enough [Highest $usable 0 $FOUR_GIB]], [Usual $usable]) : $mib}]
        return [expr {min($mib, $BOCHS_MOST_MIB) * $MIB}]
    }
    return [expr {min($mib eq "" ? [Sparse $usable] : $mib, $QEMU_MOST_MIB) * $MIB}]
}

# Bochs: the least of a few sizes that leaves enough of the map.
proc ::acre::planmemory::Usual {usable} {
    variable MIB
    variable BOCHS_STEPS_MIB
    variable BOCHS_MOST_MIB
    foreach mib $BOCHS_STEPS_MIB {
        if {[Plenty $usable [expr {$mib * $MIB}] [expr {$BOCHS_MOST_MIB * $MIB}]]} {
            return $mib
        }
    }
    return $BOCHS_MOST_MIB
}

# QEMU's pc: with memory above 4 GiB wanted, RAM below ends at 3 GiB; without, it may reach 3.5 GiB.  What lies above
# 4 GiB is given up only where nearly nothing would be left below.
proc ::acre::planmemory::Sparse {usable} {
    variable MIB
    variable SLACK_MIB
    variable QEMU_LOW_MOST_MIB
    variable QEMU_SPLIT_MIB
    variable FOUR_GIB
    variable ADDRESSABLE
    set high [Highest $usable $FOUR_GIB $ADDRESSABLE]
    if {$high && [Plenty $usable [expr {$QEMU_SPLIT_MIB * $MIB}] [expr {$QEMU_LOW_MOST_MIB * $MIB}]]} {
        return [expr {$QEMU_SPLIT_MIB + ($high - $FOUR_GIB + $MIB - 1) / $MIB + $SLACK_MIB}]
    }
    return [expr {min($QEMU_LOW_MOST_MIB, [Enough [Highest $usable 0 $FOUR_GIB]])}]
}

# MiB of RAM that reach up to the byte TOP.
proc ::acre::planmemory::Enough {top} {
    variable MIB
    variable SLACK_MIB
    variable LEAST_MIB
    return [expr {max($LEAST_MIB, ($top + $MIB - 1) / $MIB + $SLACK_MIB)}]
}

# Whether the usable bytes below LIMIT are plenty, or as many as there are below MOST.
proc ::acre::planmemory::Plenty {usable limit most} {
    variable PLENTY
    return [expr {[Below $usable $limit] >= min($PLENTY, [Below $usable $most])}]
}

# Usable bytes from 1 MiB to LIMIT.
proc ::acre::planmemory::Below {usable limit} {
    variable MIB
    set sum 0
    foreach range $usable {
        incr sum [expr {max(0, min([lindex $range 1], $limit) - max([lindex $range 0], $MIB))}]
    }
    return $sum
}

# The highest limit of usable memory that reaches into [BASE, LIMIT), cut to LIMIT; 0 if there is none.
proc ::acre::planmemory::Highest {usable base limit} {
    set highest 0
    foreach range $usable {
        if {[lindex $range 1] > $base && [lindex $range 0] < $limit} {
            set highest [expr {max($highest, min([lindex $range 1], $limit))}]
        }
    }
    return $highest
}
