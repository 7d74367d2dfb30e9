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

::acre::paths::use dumpmem dumpvalue pagewalk dumpheap

namespace eval ::acre::dumphost {
    variable count 0
    # Paths, and the procedure that makes their node.
    variable PATHS {
        page_tables.levels Levels page_tables.sizes Sizes page_tables.rights Rights
        memory.ledger.total Total memory.bios-map Map memory.regions Regions memory.physical Physical
        heaps.physical Ids heaps.virtual_huge Ids heaps.virtual_page Ids heaps.backed Pages heaps.general-pages Pages
        heaps.general Objects heaps.tagged Tagged
        layout.image Image layout.* Row boot.marks Marks config.* Config registers Registers
    }
    # region_type_name of runtime/region.h: t/746 compares them with a running kernel's.
    variable REGIONS {1 usable 256 page-tables 257 kernel 258 stack 259 handoff 260 stage2 261 reserved 262 archive}
    # enum store_config_type and store_config_when.
    variable TYPES {0 flag 1 number 2 word}
    variable WHEN {0 build 1 boot 2 live}
    # Elements of an array, and bytes of a name.
    variable ELEMENTS_MOST 65536
    variable NAME_MOST 256
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
            return [$name $handle $path [dict get [::acre::dumpvalue::fields [values $handle] $address] context]]
        }
    }
    return [Unknown]
}

proc ::acre::dumphost::Unknown {} {
    return [list computed "only the running kernel can"]
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

proc ::acre::dumphost::Levels {handle path context} {
    set levels [dict get [Walk $handle] levels]
    set members {}
    foreach {name level} {pt 1 pd 2 pdpt 3 pml4 4} {
        lappend members $name [list number [expr {[dict exists $levels $level] ? [dict get $levels $level] : 0}]]
    }
    return [list object $members]
}

# Pages by their size.
proc ::acre::dumphost::Sizes {handle path context} {
    array set pages {4096 0 2097152 0 1073741824 0}
    foreach run [dict get [Walk $handle] runs] {
        lassign $run base limit - size
        incr pages($size) [expr {($limit - $base) / $size}]
    }
    return [list object [list 4k [list number $pages(4096)] 2m [list number $pages(2097152)] \
        1g [list number $pages(1073741824)]]]
}

# Pages of 4 KiB by who may do what.
proc ::acre::dumphost::Rights {handle path context} {
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
proc ::acre::dumphost::Total {handle path context} {
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

# ---- what the structs tell

# The fields of the struct NAME at ADDRESS, or {} where it is not known.
proc ::acre::dumphost::Struct {handle name address} {
    return [expr {$address ? [::acre::dumpvalue::struct [values $handle] $name $address] : {}}]
}

proc ::acre::dumphost::Name {handle address} {
    variable NAME_MOST
    return [::acre::dumpvalue::text [values $handle] $address $NAME_MOST]
}

# The fields of each of COUNT structs NAME that stand from ADDRESS on.
proc ::acre::dumphost::Array {handle name address count} {
    variable ELEMENTS_MOST
    if {$count > $ELEMENTS_MOST} {
        return -code error -errorcode {ACRE DUMP} "there are said to be $count of struct $name"
    }
    set bytes [::acre::dumpvalue::bytes [values $handle] $name]
    set found {}
    for {set i 0} {$i < $count} {incr i} {
        lappend found [Struct $handle $name [expr {$address + $i * $bytes}]]
    }
    return $found
}

proc ::acre::dumphost::Map {handle path context} {
    set boot [Struct $handle boot $context]
    if {$boot eq ""} {
        return [Unknown]
    }
    return [list list [lmap entry [Array $handle entry [dict get $boot entries] [dict get $boot entry_count]] {
        dict with entry {
            list object [list base [list address $base] length [list address $length] type [list number $type] \
                attributes [list number $attributes]]
        }
    }]]
}

proc ::acre::dumphost::Regions {handle path context} {
    variable REGIONS
    set boot [Struct $handle boot $context]
    if {$boot eq ""} {
        return [Unknown]
    }
    return [list list [lmap region [Array $handle region [dict get $boot regions] [dict get $boot region_count]] {
        dict with region {
            set word [expr {[dict exists $REGIONS $type] ? [dict get $REGIONS $type] : "unknown"}]
            list object [list base [list address $base] limit [list address $limit] type [list text $word]]
        }
    }]]
}

proc ::acre::dumphost::Row {handle path context} {
    set row [Struct $handle row $context]
    if {$row eq "" || "layout.[Name $handle [dict get $row name]]" ne $path} {
        return [Unknown]
    }
    dict with row {
        set end [expr {$limit ? $limit : 1 << 64}]
        return [list object [list base [list address $base] limit [list address $limit] \
            pages [list number [Mapped $handle $base $end]]]]
    }
}

proc ::acre::dumphost::Image {handle path context} {
    set values [values $handle]
    set bytes [::acre::dumpvalue::bytes $values section]
    if {!$bytes || !$context} {
        return [Unknown]
    }
    set members {}
    foreach section [Array $handle section $context [expr {[::acre::dumpvalue::bytes $values sections] / $bytes}]] {
        dict with section {
            if {$base != $limit} {
                lappend members [Name $handle $name] [list object [list base [list address $base] \
                    limit [list address $limit] \
                    pages [list number [expr {($limit - $base) >> $::layout::LAYOUT_FRAME_SHIFT}]]]]
            }
        }
    }
    return [list object $members]
}

# The first two stand in what stage2 has told; memory.bios-map has its address.
proc ::acre::dumphost::Marks {handle path context} {
    set values [values $handle]
    set bytes [::acre::dumpvalue::bytes $values mark]
    if {!$bytes || !$context} {
        return [Unknown]
    }
    set map [::acre::dumpvalue::fields $values [Find $handle {memory bios-map}]]
    set boot [Struct $handle boot [dict get $map context]]
    set members [list stage2 [list number [dict get $boot tsc_stage2]] loaded [list number [dict get $boot tsc_loaded]]]
    foreach mark [Array $handle mark $context [expr {[::acre::dumpvalue::bytes $values marks] / $bytes}]] {
        if {[dict get $mark name]} {
            lappend members [Name $handle [dict get $mark name]] [list number [dict get $mark tsc]]
        }
    }
    return [list object $members]
}

proc ::acre::dumphost::Registers {handle path context} {
    set registers [Struct $handle registers $context]
    if {$registers eq ""} {
        return [Unknown]
    }
    return [list object [dict map {name number} $registers {list address $number}]]
}

# A row of the configuration; a value that a function of the kernel's gives is not in memory.
proc ::acre::dumphost::Config {handle path context} {
    variable TYPES
    variable WHEN
    upvar #0 $handle state
    set row [Struct $handle config $context]
    if {$row eq "" || "config.[Name $handle [dict get $row name]]" ne $path} {
        return [Unknown]
    }
    dict with row {
        set words [Words $handle $words]
        set value [Unknown]
        if {!$get && $place} {
            binary scan [::acre::dumpmem::read $state(memory) $place 8] wu now
            set value [Setting $type $words $now]
        }
        set members [list value $value default [Setting $type $words $standard] \
            type [list text [dict get $TYPES $type]]]
        if {$words ne ""} {
            lappend members words [list list [lmap word $words {list text $word}]]
        } elseif {[dict get $TYPES $type] eq "number"} {
            lappend members least [list number $least] most [list number $most]
        }
        return [list object [list {*}$members when [list text [dict get $WHEN $when]] \
            text [list text [Name $handle $text]]]]
    }
}

proc ::acre::dumphost::Setting {type words value} {
    variable TYPES
    return [switch -- [dict get $TYPES $type] {
        flag { list flag [expr {$value != 0}] }
        word { list text [lindex $words $value] }
        default { list number $value }
    }]
}

# The texts of an array of pointers to them, which ends with NULL.
proc ::acre::dumphost::Words {handle address} {
    upvar #0 $handle state
    set words {}
    while {$address && [llength $words] < 64} {
        binary scan [::acre::dumpmem::read $state(memory) $address 8] wu word
        if {!$word} {
            return $words
        }
        lappend words [Name $handle $word]
        incr address 8
    }
    return $words
}
