# SPDX-License-Identifier: Apache-2.0
#
# dumpmem.tcl: virtual memory of a dump, by its page tables, and the anchor of the store in it (runtime/storetags.h).
#
#   ::acre::dumpmem::open FILE               -> HANDLE; raises {ACRE BAD}: no dump, or none with a store
#   ::acre::dumpmem::read HANDLE ADDRESS BYTES -> that many bytes; raises {ACRE DUMP} where nothing is mapped
#   ::acre::dumpmem::owner HANDLE ADDRESS    -> the owner's number in the leaf that maps it, "" if none does
#   ::acre::dumpmem::anchor HANDLE           -> dict root cr3 tags fields tag-count field-count, and the same of
#                                            structs: structs struct-fields struct-count struct-field-count, or 0
#   ::acre::dumpmem::file HANDLE             -> dumpfile.tcl's handle
#   ::acre::dumpmem::close HANDLE
#
# Where the anchor lies nobody has to say.  The CPU's CR3 leads to the kernel's image, which is looked through; where it
# leads nowhere (the machine was reset, or had not come so far), all memory below 4 GiB is: stage2 puts the kernel
# there.  An anchor is believed when its own tables map its root.

::acre::paths::use dumpfile pagewalk

namespace eval ::acre::dumpmem {
    variable count 0
    variable FRAME 4096
    # Bytes of an object, or of an array: more is a wild number.
    variable READ_MOST 16777216
    # Bytes that are searched at once, and the most of the kernel's image.
    variable PIECE 1048576
    variable IMAGE_MOST 67108864
    # Bytes, not characters: it is looked for in bytes.
    variable MAGIC [binary format a16 "Acre store here"]
    # To Tcl 8.6 only `string match` looks at bytes as such, 20 times faster than `string first`.
    variable PATTERN [binary format aa*a * $MAGIC *]
    variable VERSION 1
    # Bytes of an anchor at most; those of one without structs.
    variable ANCHOR 96
    variable PLAIN 64
}

proc ::acre::dumpmem::open {path} {
    variable count
    if {![namespace exists ::layout]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
    set handle ::acre::dumpmem::memory[incr count]
    upvar #0 $handle state
    array set state [list file [::acre::dumpfile::open $path] path $path pages [dict create] cr3 0 anchor ""]
    try {
        Find $handle
    } on error {why options} {
        close $handle
        return -options $options $why
    }
    return $handle
}

proc ::acre::dumpmem::close {handle} {
    upvar #0 $handle state
    ::acre::dumpfile::close $state(file)
    unset state
}

proc ::acre::dumpmem::anchor {handle} {
    return [set ${handle}(anchor)]
}

proc ::acre::dumpmem::file {handle} {
    return [set ${handle}(file)]
}

proc ::acre::dumpmem::Trouble {why} {
    return -code error -errorcode {ACRE DUMP} $why
}

proc ::acre::dumpmem::read {handle address bytes} {
    variable FRAME
    variable READ_MOST
    upvar #0 $handle state
    if {$bytes < 0 || $bytes > $READ_MOST} {
        Trouble [format "0x%llx is said to have %s bytes" $address $bytes]
    }
    set found ""
    while {$bytes > 0} {
        set within [expr {$address & ($FRAME - 1)}]
        set some [expr {min($bytes, $FRAME - $within)}]
        set page [Page $handle [expr {$address - $within}]]
        append found [::acre::dumpfile::read $state(file) [expr {$page + $within}] $some]
        incr address $some
        incr bytes -$some
    }
    return $found
}

# The physical address of a page.
proc ::acre::dumpmem::Page {handle address} {
    upvar #0 $handle state
    if {![dict exists $state(pages) $address]} {
        dict set state(pages) $address [lindex [Walk $handle $address] 0]
    }
    return [dict get $state(pages) $address]
}

# The physical address, and the leaf that gives it.
proc ::acre::dumpmem::Walk {handle address} {
    upvar #0 $handle state
    set top [expr {$address >> 47}]
    if {$address < 0 || $top != 0 && $top != 0x1ffff} {
        Trouble [format "0x%llx is no address" $address]
    }
    set table [expr {$state(cr3) & $::acre::pagewalk::ADDRESS_MASK}]
    foreach shift {39 30 21 12} {
        set at [expr {$table + 8 * ($address >> $shift & 511)}]
        binary scan [::acre::dumpfile::read $state(file) $at 8] wu entry
        if {!($entry & 1)} {
            Trouble [format "0x%llx is not mapped" $address]
        }
        set table [expr {$entry & $::acre::pagewalk::ADDRESS_MASK}]
        if {$shift == 12 || ($shift < 39 && $entry & 0x80)} {
            set size [expr {1 << $shift}]
            return [list [expr {($table & ~($size - 1)) | ($address & ($size - 1))}] $entry]
        }
    }
}

proc ::acre::dumpmem::owner {handle address} {
    if {[catch {Walk $handle $address} found]} {
        return ""
    }
    return [expr {[lindex $found 1] >> $::acre::pagewalk::OWNER_SHIFT & $::acre::pagewalk::OWNER_MASK}]
}

# Finds the anchor: state(anchor), state(cr3).
proc ::acre::dumpmem::Find {handle} {
    upvar #0 $handle state
    set state(why) ""
    set cr3 [::acre::dumpfile::cr3 $state(file)]
    if {$cr3 ne "" && $cr3 != 0 && [Image $handle $cr3]} {
        return
    }
    if {[Low $handle]} {
        return
    }
    if {$state(why) ne ""} {
        ::acre::err::bad "$state(path): the store in it cannot be read: $state(why)"
    }
    ::acre::err::bad "$state(path) has no store in it: the kernel had not come so far, or its image has none\
        (meta=off, or no COM2)"
}

# Looks through the kernel's image, as CR3's tables map it.
proc ::acre::dumpmem::Image {handle cr3} {
    variable FRAME
    variable IMAGE_MOST
    upvar #0 $handle state
    set bytes 0
    for {set at $::layout::LAYOUT_KERNEL_BASE} {$at < $::layout::LAYOUT_KERNEL_LIMIT && $bytes < $IMAGE_MOST} {} {
        Tables $handle $cr3
        set absent [Absent $handle $at]
        if {$absent} {
            set at [expr {$at + $absent}]
            continue
        }
        if {![catch {read $handle $at $FRAME} page]
                && [Look $handle $page [list ::acre::dumpmem::read $handle] $at]} {
            return 1
        }
        set at [expr {$at + $FRAME}]
        incr bytes $FRAME
    }
    return 0
}

# From now on memory is what the tables at CR3 map.
proc ::acre::dumpmem::Tables {handle cr3} {
    upvar #0 $handle state
    if {$state(cr3) != $cr3} {
        set state(cr3) $cr3
        set state(pages) [dict create]
    }
}

# How many bytes from ADDRESS on are not mapped for sure: 0 if the first is mapped.
proc ::acre::dumpmem::Absent {handle address} {
    upvar #0 $handle state
    set table [expr {$state(cr3) & $::acre::pagewalk::ADDRESS_MASK}]
    foreach shift {39 30 21 12} {
        set rest [expr {(1 << $shift) - ($address & ((1 << $shift) - 1))}]
        set at [expr {$table + 8 * ($address >> $shift & 511)}]
        if {[catch {::acre::dumpfile::read $state(file) $at 8} bytes]} {
            return $rest
        }
        binary scan $bytes wu entry
        if {!($entry & 1)} {
            return $rest
        } elseif {$shift == 12 || ($shift < 39 && $entry & 0x80)} {
            return 0
        }
        set table [expr {$entry & $::acre::pagewalk::ADDRESS_MASK}]
    }
}

# Looks through all memory below 4 GiB.
proc ::acre::dumpmem::Low {handle} {
    variable PIECE
    upvar #0 $handle state
    foreach extent [::acre::dumpfile::extents $state(file)] {
        lassign $extent from to
        set to [expr {min($to, $::layout::LAYOUT_PHYS32_LIMIT)}]
        for {set at $from} {$at < $to} {incr at $PIECE} {
            set bytes [::acre::dumpfile::piece $state(file) $at [expr {min($PIECE, $to - $at)}]]
            if {[Look $handle $bytes [list ::acre::dumpfile::read $state(file)] $at]} {
                return 1
            }
        }
    }
    return 0
}

# Looks for the magic in BYTES, which stand at BASE of what READER reads: 1 when an anchor is found that can be
# believed.
proc ::acre::dumpmem::Look {handle bytes reader base} {
    variable MAGIC
    variable PATTERN
    variable ANCHOR
    if {![string match $PATTERN $bytes]} {
        return 0
    }
    for {set at 0} {[set at [string first $MAGIC $bytes $at]] >= 0} {incr at} {
        if {($base + $at) % 16 == 0 && ![catch {{*}$reader [expr {$base + $at}] $ANCHOR} found]
                && [Believe $handle $found]} {
            return 1
        }
    }
    return 0
}

# Takes an anchor; 0, with state(why), if what it says cannot be.
proc ::acre::dumpmem::Believe {handle bytes} {
    variable VERSION
    upvar #0 $handle state
    variable PLAIN
    binary scan $bytes x16iuiuwuwuwuwuiuiuwuwuiuiu version size root cr3 tags fields tag_count field_count structs \
        struct_fields struct_count struct_field_count
    if {$size <= $PLAIN} {
        lassign {0 0 0 0} structs struct_fields struct_count struct_field_count
    }
    if {$root == 0} {
        # The kernel's file as it was read from the disk has an anchor too.
        return 0
    } elseif {$version != $VERSION} {
        set state(why) "its anchor has version $version; this acre reads version $VERSION"
        return 0
    }
    set before $state(cr3)
    Tables $handle $cr3
    if {[catch {read $handle $root 8} why] || [catch {read $handle $tags 8} why]} {
        set state(why) "its anchor leads nowhere: $why"
        Tables $handle $before
        return 0
    }
    set state(anchor) [dict create root $root cr3 $cr3 tags $tags fields $fields tag-count $tag_count \
        field-count $field_count structs $structs struct-fields $struct_fields struct-count $struct_count \
        struct-field-count $struct_field_count]
    return 1
}
