# SPDX-License-Identifier: Apache-2.0
#
# dumpfile.tcl: physical memory out of an ELF core: one of ours (dumpcore.tcl), or what QEMU's dump-guest-memory wrote.
#
#   ::acre::dumpfile::open FILE          -> HANDLE; raises {ACRE BAD}
#   ::acre::dumpfile::read HANDLE PHYS BYTES -> that many bytes; raises {ACRE DUMP} where the file has none
#   ::acre::dumpfile::piece HANDLE PHYS BYTES -> the same for many bytes of one extent, which are not kept
#   ::acre::dumpfile::cr3 HANDLE         -> the CPU's CR3 as the notes have it, or ""
#   ::acre::dumpfile::extents HANDLE     -> list of {PHYS LIMIT OFFSET}, sorted, none twice: what memory there is
#   ::acre::dumpfile::close HANDLE
#
# Frames that were read are kept: the same tables are walked again and again.

namespace eval ::acre::dumpfile {
    variable count 0
    variable FRAME 4096
    # Frames that are kept; more are forgotten all at once.
    variable KEPT_MOST 16384
    variable MACHINE_X86_64 62
    variable TYPE_CORE 4
    # e_phnum of a file with more segments than it can say.
    variable MANY 0xffff
}

proc ::acre::dumpfile::open {path} {
    variable count
    if {[catch {::open [file join [pwd] $path] rb} channel]} {
        ::acre::err::bad "cannot read $path: [lindex $::errorCode 2]"
    }
    set handle ::acre::dumpfile::file[incr count]
    upvar #0 $handle state
    array set state [list path $path channel $channel size [file size $path] extents {} cr3 "" frames [dict create]]
    try {
        Parse $handle
    } on error {why options} {
        close $handle
        return -options $options $why
    }
    return $handle
}

proc ::acre::dumpfile::close {handle} {
    upvar #0 $handle state
    ::close $state(channel)
    unset state
}

proc ::acre::dumpfile::cr3 {handle} {
    return [set ${handle}(cr3)]
}

proc ::acre::dumpfile::extents {handle} {
    return [set ${handle}(extents)]
}

proc ::acre::dumpfile::Bad {handle why} {
    upvar #0 $handle state
    ::acre::err::bad "$state(path) $why"
}

# BYTES of the file from OFFSET on; "cut short" names what they are.
proc ::acre::dumpfile::Bytes {handle offset bytes what} {
    upvar #0 $handle state
    if {$offset < 0 || $bytes < 0 || $offset + $bytes > $state(size)} {
        Bad $handle "is cut short: it has $state(size) bytes, its $what ends at byte\
            [expr {$offset + $bytes}]; take the dump again"
    }
    seek $state(channel) $offset
    return [::read $state(channel) $bytes]
}

proc ::acre::dumpfile::Parse {handle} {
    variable MACHINE_X86_64
    variable TYPE_CORE
    upvar #0 $handle state
    if {$state(size) < 64 || [binary scan [Bytes $handle 0 20 header] a4cucux10susu magic class data type machine] != 5
            || $magic ne "\x7fELF"} {
        Bad $handle "is no memory dump: it is no ELF file; acre boot --dump FILE makes one"
    } elseif {$type != $TYPE_CORE || $class ni {1 2} || $data != 1} {
        Bad $handle "is no memory dump: it is an ELF file, but no core; acre boot --dump FILE makes one"
    } elseif {$machine ni [list $MACHINE_X86_64 3]} {
        Bad $handle "is a core of another machine (ELF machine $machine, not x86-64)"
    }
    set found {}
    foreach segment [Segments $handle $class] {
        lassign $segment type offset physical bytes
        if {$type == 4} {
            Notes $handle [Bytes $handle $offset $bytes "notes"]
        } elseif {$type == 1 && $bytes > 0} {
            if {$offset < 0 || $offset + $bytes > $state(size)} {
                Bytes $handle $offset $bytes "memory"
            }
            lappend found [list $physical [expr {$physical + $bytes}] $offset]
        }
    }
    set state(extents) [Join $found]
    if {$state(extents) eq ""} {
        Bad $handle "has no memory in it: no segment is loaded"
    }
}

# The program headers: list of {TYPE OFFSET PHYSICAL BYTES}.
proc ::acre::dumpfile::Segments {handle class} {
    variable MANY
    set header [Bytes $handle 0 64 header]
    if {$class == 2} {
        binary scan $header @32wwx6su3 segments sections sizes
    } else {
        binary scan $header @28iuiux6su3 segments sections sizes
    }
    lassign $sizes bytes count
    set wanted [expr {$class == 2 ? 56 : 32}]
    if {$bytes != $wanted} {
        Bad $handle "is damaged: its segments have $bytes bytes each, not $wanted"
    }
    if {$count == $MANY} {
        # The number stands in sh_info of the first section then.
        set at [expr {$sections + ($class == 2 ? 44 : 28)}]
        binary scan [Bytes $handle $at 4 "first section"] iu count
    }
    set table [Bytes $handle $segments [expr {$count * $bytes}] "table of segments"]
    set found {}
    for {set at 0} {$at < $count * $bytes} {incr at $bytes} {
        if {$class == 2} {
            binary scan $table @${at}iux4wux8wuwu type offset physical size
        } else {
            binary scan $table @${at}iuiux4iuiu type offset physical size
        }
        lappend found [list $type $offset $physical $size]
    }
    return $found
}

# CR3 out of QEMU's note (QEMUCPUState: version, size, 18 registers, 10 segments, cr0..cr4).
proc ::acre::dumpfile::Notes {handle bytes} {
    upvar #0 $handle state
    set at 0
    while {[binary scan $bytes @${at}iuiuiu names size type] == 3} {
        set name [string trimright [string range $bytes $at+12 [expr {$at + 11 + $names}]] \0]
        set from [expr {$at + 12 + ($names + 3) / 4 * 4}]
        if {$name eq "QEMU" && $state(cr3) eq "" && $size >= 424
                && [binary scan $bytes @[expr {$from + 416}]wu cr3] == 1} {
            set state(cr3) $cr3
        }
        set at [expr {$from + ($size + 3) / 4 * 4}]
    }
}

# Sorted, and without what an earlier one has already.
proc ::acre::dumpfile::Join {found} {
    set joined {}
    set limit -1
    foreach extent [lsort -command ::acre::dumpfile::Order $found] {
        lassign $extent from to offset
        if {$from < $limit} {
            incr offset [expr {$limit - $from}]
            set from $limit
        }
        if {$from < $to} {
            lappend joined [list $from $to $offset]
            set limit $to
        }
    }
    return $joined
}

proc ::acre::dumpfile::Order {a b} {
    lassign $a from to
    lassign $b other limit
    return [expr {$from != $other ? ($from < $other ? -1 : 1) : ($to > $limit ? -1 : $to < $limit)}]
}

proc ::acre::dumpfile::read {handle phys bytes} {
    variable FRAME
    set found ""
    while {$bytes > 0} {
        set within [expr {$phys & ($FRAME - 1)}]
        set some [expr {min($bytes, $FRAME - $within)}]
        append found [string range [Frame $handle [expr {$phys - $within}]] $within [expr {$within + $some - 1}]]
        incr phys $some
        incr bytes -$some
    }
    return $found
}

proc ::acre::dumpfile::piece {handle phys bytes} {
    upvar #0 $handle state
    foreach extent $state(extents) {
        lassign $extent from to offset
        if {$from <= $phys && $phys + $bytes <= $to} {
            seek $state(channel) [expr {$offset + $phys - $from}]
            return [::read $state(channel) $bytes]
        }
    }
    return -code error -errorcode {ACRE DUMP} [format "physical 0x%llx is not in the dump" $phys]
}

proc ::acre::dumpfile::Frame {handle phys} {
    variable FRAME
    variable KEPT_MOST
    upvar #0 $handle state
    if {[dict exists $state(frames) $phys]} {
        return [dict get $state(frames) $phys]
    }
    foreach extent $state(extents) {
        lassign $extent from to offset
        if {$from <= $phys && $phys + $FRAME <= $to} {
            seek $state(channel) [expr {$offset + $phys - $from}]
            set bytes [::read $state(channel) $FRAME]
            if {[dict size $state(frames)] >= $KEPT_MOST} {
                set state(frames) [dict create]
            }
            dict set state(frames) $phys $bytes
            return $bytes
        }
    }
    return -code error -errorcode {ACRE DUMP} [format "physical 0x%llx is not in the dump" $phys]
}
