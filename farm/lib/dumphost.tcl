# SPDX-License-Identifier: Apache-2.0
#
# dumphost.tcl: what the kernel computes when it is asked, computed by the host from a dump: by its own walk of the page
# tables, by the ledger that stands in the tree, and by the structs that the kernel publishes beside its tags
# (kernel/kstore_structs.c).
#
#   ::acre::dumphost::open VALUES        -> HANDLE; VALUES is dumpvalue.tcl's
#   ::acre::dumphost::values, ::memory, ::root HANDLE   its values, dumpmem.tcl's handle, the NODE of the root
#   ::acre::dumphost::node HANDLE PATH ADDRESS -> the NODE (dumptree.tcl) of the computed node at PATH, whose
#                                        function_value stands at ADDRESS; {computed WHY} where the host cannot
#   ::acre::dumphost::heap HANDLE ADDRESS BYTES -> the owner of the pages, if one heap has all the bytes; else ""

::acre::paths::use dumpmem dumpvalue pagewalk

namespace eval ::acre::dumphost {
    variable count 0
    # Paths, and the procedure that makes their node.
    variable PATHS {
        page_tables.levels Levels page_tables.sizes Sizes page_tables.rights Rights
        memory.ledger.total Total memory.bios-map Map memory.regions Regions
        heaps.physical Ids heaps.virtual_huge Ids heaps.virtual_page Ids heaps.backed Pages heaps.general-pages Pages
        heaps.general Objects heaps.tagged Tagged layout.* Row config.* Config
    }
    # Tables that a walk of a damaged dump looks at.
    variable TABLES_MOST 65536
}

proc ::acre::dumphost::open {values} {
    variable count
    set handle ::acre::dumphost::host[incr count]
    upvar #0 $handle state
    array set state [list values $values memory [set ${values}(memory)] walk ""]
    return $handle
}

proc ::acre::dumphost::values {handle} {
    return [set ${handle}(values)]
}

proc ::acre::dumphost::memory {handle} {
    return [set ${handle}(memory)]
}

proc ::acre::dumphost::root {handle} {
    return [list value [dict get [::acre::dumpmem::anchor [memory $handle]] root]]
}

proc ::acre::dumphost::node {handle path address} {
    variable PATHS
    dict for {pattern name} $PATHS {
        if {[string match $pattern $path]} {
            return [$name $handle $path [::acre::dumpvalue::fields [values $handle] $address]]
        }
    }
    return [list computed "only the running kernel knows it"]
}

# The walk of the page tables at the anchor's CR3.
proc ::acre::dumphost::Walk {handle} {
    upvar #0 $handle state
    variable read 0
    if {$state(walk) eq ""} {
        set file [::acre::dumpmem::file $state(memory)]
        set state(walk) [::acre::pagewalk::walk [list ::acre::dumphost::Table $file] \
            [dict get [::acre::dumpmem::anchor $state(memory)] cr3] 1]
        if {[dict get $state(walk) findings] ne ""} {
            return -code error -errorcode {ACRE DUMP} [lindex [dict get $state(walk) findings] 0]
        }
    }
    return $state(walk)
}

proc ::acre::dumphost::Table {file phys bytes} {
    variable TABLES_MOST
    variable read
    if {[incr read] > $TABLES_MOST} {
        error "too many tables"
    }
    return [::acre::dumpfile::read $file $phys $bytes]
}

proc ::acre::dumphost::Levels {handle path function} {
    set levels [dict get [Walk $handle] levels]
    set members {}
    foreach {name level} {pt 1 pd 2 pdpt 3 pml4 4} {
        lappend members $name [list number [expr {[dict exists $levels $level] ? [dict get $levels $level] : 0}]]
    }
    return [list object $members]
}

# Pages by their size.
proc ::acre::dumphost::Sizes {handle path function} {
    array set pages {4096 0 2097152 0 1073741824 0}
    foreach run [dict get [Walk $handle] runs] {
        lassign $run base limit - size
        incr pages($size) [expr {($limit - $base) / $size}]
    }
    return [list object [list 4k [list number $pages(4096)] 2m [list number $pages(2097152)] \
        1g [list number $pages(1073741824)]]]
}

# Pages of 4 KiB by who may do what.
proc ::acre::dumphost::Rights {handle path function} {
    set members {}
    foreach who {k u} {
        foreach execute {- x} {
            foreach write {- w} {
                dict set members ${who}r$write$execute 0
            }
        }
    }
    foreach run [dict get [Walk $handle] runs] {
        lassign $run base limit - - flags
        set who [expr {[string match *u $flags] ? "u" : "k"}]
        dict incr members $who[string range $flags 0 2] [expr {($limit - $base) >> $::layout::LAYOUT_FRAME_SHIFT}]
    }
    return [list object [dict map {name pages} $members {list number $pages}]]
}

# Pages of 4 KiB that are mapped in [BASE, LIMIT).
proc ::acre::dumphost::Mapped {handle base limit} {
    set pages 0
    foreach run [dict get [Walk $handle] runs] {
        set from [expr {max($base, [lindex $run 0])}]
        set to [expr {min($limit, [lindex $run 1])}]
        incr pages [expr {$from < $to ? ($to - $from) >> $::layout::LAYOUT_FRAME_SHIFT : 0}]
    }
    return $pages
}

# The ledger's owners stand beside it.
proc ::acre::dumphost::Total {handle path function} {
    upvar #0 $handle state
    set sum 0
    foreach member [::acre::dumpvalue::members $state(values) [Find $handle {memory ledger}]] {
        if {[::acre::dumpvalue::tag $state(values) [lindex $member 1]] eq "view"} {
            incr sum [lindex [::acre::dumpvalue::view $state(values) [lindex $member 1]] 1]
        }
    }
    return [list number $sum]
}

# The address of the value at a path of groups.
proc ::acre::dumphost::Find {handle names} {
    upvar #0 $handle state
    set at [lindex [root $handle] 1]
    foreach name $names {
        set members [concat {*}[::acre::dumpvalue::members $state(values) $at]]
        if {![dict exists $members $name]} {
            return -code error -errorcode {ACRE DUMP} "there is no [join $names .]"
        }
        set at [dict get $members $name]
    }
    return $at
}
