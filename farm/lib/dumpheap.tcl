# SPDX-License-Identifier: Apache-2.0
#
# dumpheap.tcl: the heaps of a dump, and whose a page is.  Part of dumphost.tcl's namespace, and loaded by it.
#
# A heap counts what it has given out and its failures in its struct; what it holds, a page heap counts, and of heaps of
# objects the ledger has it.  Bytes that are allocated, and the books of an id heap, only the kernel can sum up.

namespace eval ::acre::dumphost {}

proc ::acre::dumphost::Bytes {pages} {
    return [list number [expr {$pages << $::layout::LAYOUT_FRAME_SHIFT}]]
}

proc ::acre::dumphost::Heap_name {handle address} {
    set heap [Struct $handle heap $address]
    return [expr {$heap eq "" ? "" : [Name $handle [dict get $heap name]]}]
}

proc ::acre::dumphost::Ids {handle path context} {
    set heap [Struct $handle idheap $context]
    if {$heap eq ""} {
        return [Unknown]
    }
    dict with heap {
        set parent [expr {$path eq "heaps.virtual_page" ? "virtual_huge" : ""}]
        return [list object [list kind {text ids} parent [list text $parent] \
            objects [list number [expr {$total - $free}]] total [list number $total] metadata [Unknown] \
            failures [list number $failures]]]
    }
}

proc ::acre::dumphost::Physical {handle path context} {
    set heap [Struct $handle idheap $context]
    if {$heap eq ""} {
        return [Unknown]
    }
    dict with heap {
        return [list object [list total [list number $total] free [list number $free] \
            used [list number [expr {$total - $free}]] least-free [Unknown] metadata [Unknown] \
            failures [list number $failures]]]
    }
}

# A heap with the members that all have.
proc ::acre::dumphost::Members {handle kind heap objects held peak} {
    set allocated [expr {$kind eq "pages" ? $held : [Unknown]}]
    return [list object [list kind [list text $kind] parent [list text [Heap_name $handle [dict get $heap parent]]] \
        objects [list number $objects] peak-objects [list number [dict get $heap peak]] allocated $allocated \
        held $held peak-held $peak metadata [expr {$kind eq "pages" ? {number 0} : [Unknown]}] \
        failures [list number [dict get $heap failures]]]]
}

proc ::acre::dumphost::Pages {handle path context} {
    set heap [Struct $handle heap $context]
    set backed [Struct $handle backed $context]
    if {$heap eq "" || $backed eq ""} {
        return [Unknown]
    }
    return [Members $handle pages $heap [dict get $backed spans] [Bytes [dict get $backed pages]] \
        [Bytes [dict get $backed peak]]]
}

proc ::acre::dumphost::Objects {handle path context} {
    set heap [Struct $handle heap $context]
    if {$heap eq ""} {
        return [Unknown]
    }
    # With heap=debug another heap stands before it, which holds what it keeps back.
    set plain [string match backed* [Heap_name $handle [dict get $heap parent]]]
    set held [expr {$plain ? [Bytes [Ledger $handle heap-general]] : [Unknown]}]
    return [Members $handle objects $heap [dict get $heap live] $held [expr {$plain ? {number 0} : [Unknown]}]]
}

# CONTEXT is an array of pointers, one for each tag.
proc ::acre::dumphost::Tagged {handle path context} {
    upvar #0 $handle state
    if {!$context || ![::acre::dumpvalue::bytes $state(values) heap]} {
        return [Unknown]
    }
    set members {}
    dict for {name row} [::acre::dumpvalue::tags $state(values)] {
        binary scan [::acre::dumpmem::read $state(memory) [expr {$context + 8 * [dict get $row number]}] 8] wu heap
        if {$heap} {
            set fields [Struct $handle heap $heap]
            lappend members $name [Members $handle objects $fields [dict get $fields live] \
                [Bytes [Ledger $handle tag-$name]] [Unknown]]
        }
    }
    return [list object $members]
}

# Frames of an owner, by the ledger.
proc ::acre::dumphost::Ledger {handle owner} {
    return [lindex [::acre::dumpvalue::view [values $handle] [Find $handle [list memory ledger $owner]]] 1]
}

# As kstore_readable: the pages' leaves say whose they are.
proc ::acre::dumphost::heap {handle address bytes} {
    upvar #0 $handle state
    if {$address < $::layout::LAYOUT_KMEM_BASE || $address + $bytes > $::layout::LAYOUT_KMEM_LIMIT} {
        return ""
    }
    set owner [Owner $handle $address]
    if {![regexp {^(heap-|tag-)} $owner] || [Owner $handle [expr {$address + $bytes - 1}]] ne $owner} {
        return ""
    }
    return $owner
}

# The name of a page's owner: the ledger's members stand in the order of the owners' numbers.
proc ::acre::dumphost::Owner {handle address} {
    upvar #0 $handle state
    set number [::acre::dumpmem::owner $state(memory) $address]
    if {$number eq ""} {
        return ""
    }
    return [lindex [::acre::dumpvalue::members $state(values) [Find $handle {memory ledger}]] $number 0]
}
