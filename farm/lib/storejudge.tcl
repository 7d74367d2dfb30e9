# SPDX-License-Identifier: Apache-2.0
#
# storejudge.tcl: four accounts of the same memory must agree: what the store tells over COM2, what the oracle says of
# the map, what the guest has reported over COM1, and what the audit has walked from outside.
#
#   ::acre::storejudge::judge TOLD REPORT ORACLE SERVED WALK -> list of findings, each "store: WHAT: expected X (whose
#                                                      word), got Y".
#     TOLD    of storecase.tcl      REPORT  of compare.tcl, ORACLE and SERVED as there      WALK  of pagewalk.tcl
#   ::acre::storejudge::loaded TAP  -> 1 if the guest has loaded the part that serves
#   ::acre::storejudge::short ORACLE -> 1 if it may have been left out: it never takes memory that others could need
#
# A frame or a page is counted four ways here, and none of them asks another: so no number is compared with itself.

::acre::paths::use audit pagewalk

namespace eval ::acre::storejudge {
    variable findings
    # Below so many frames under 4 GiB stage2 may leave the store out (STORE_ROOM of boot/kernel.c, and what else it
    # keeps room for).
    variable SHORT 2048
    # The rows of the layout, and what layout.h calls their ends ("": the end of the address space).
    variable ROWS {
        null {NULL_BASE NULL_LIMIT} program {USER_BASE USER_STACK_LIMIT} mmap-32bit {MMAP32_BASE MMAP_BASE}
        mmap {MMAP_BASE MMAP_LIMIT} fixed {MMAP_LIMIT USER_LIMIT} metadata {META_BASE META_LIMIT}
        untagged {META_LIMIT TAG1_BASE} tagged {TAG1_BASE KMEM_LIMIT} kernel {KERNEL_BASE KERNEL_LIMIT}
        hand-off {HANDOFF_BASE HANDOFF_LIMIT} pages {PAGES_BASE {}}
    }
    # Page heaps, and the owner of their pages.
    variable PAGE_HEAPS {backed heap-backed general-pages heap-general}
}

proc ::acre::storejudge::loaded {tap} {
    foreach point [dict get $tap points] {
        if {[dict exists [dict get $point yaml] store-text]} {
            lassign [split [string map {.. " "} [dict get $point yaml store-text]]] base limit
            return [expr {$base != $limit}]
        }
    }
    return 0
}

proc ::acre::storejudge::short {oracle} {
    variable SHORT
    set frames 0
    foreach run [dict get $oracle usable] {
        lassign $run base limit
        set limit [expr {min($limit, $::layout::LAYOUT_PHYS32_LIMIT)}]
        incr frames [expr {$base < $limit ? ($limit - $base) >> $::layout::LAYOUT_FRAME_SHIFT : 0}]
    }
    return [expr {$frames < $SHORT}]
}

proc ::acre::storejudge::judge {told report oracle served walk} {
    variable findings {}
    if {[dict get $told trouble] ne ""} {
        return [list "store: expected its answers, got none: [dict get $told trouble]"]
    }
    Frames $told $report $oracle
    Ledger [dict get $told ledger] $report $oracle $walk
    Map $told $report $served
    Regions [dict get $told regions] $oracle
    Layout [dict get $told layout] $report $walk
    Tables [dict get $told page_tables] $walk
    Heaps [dict get $told heaps] $report $oracle $walk
    return $findings
}

# GOT of the store's WHAT must be WANT, a number or a word, by WHOSE account.
proc ::acre::storejudge::Same {what got want whose} {
    variable findings
    if {$got ne $want && !([string is entier -strict $got] && [string is entier -strict $want] && $got == $want)} {
        lappend findings "store: $what: expected $want ($whose), got $got"
    }
}

proc ::acre::storejudge::Get {dictionary args} {
    return [expr {[dict exists $dictionary {*}$args] ? [dict get $dictionary {*}$args] : "nothing"}]
}

proc ::acre::storejudge::Frames {told report oracle} {
    foreach {key field} {usable-frames frames usable-frames-above-1m frames-above-1m} {
        set got [Get $told memory $key]
        Same memory.$key $got [dict get $oracle $field] oracle
        Same memory.$key $got [Get [dict get $report sum] $key] report
    }
    set physical [dict get $told physical]
    Same memory.physical.total [Get $physical total] [dict get $oracle frames] oracle
    Same memory.physical.free [Get $physical free] [Get [dict get $report ledger] free] report
    Same "memory.physical.free + used" [Sum [list [Get $physical free] [Get $physical used]]] [Get $physical total] \
        "its total"
}

proc ::acre::storejudge::Sum {numbers} {
    set sum 0
    foreach number $numbers {
        incr sum [expr {[string is entier -strict $number] ? $number : 0}]
    }
    return $sum
}

# Owner by owner as reported, in sum as the oracle has it, and as the leaves and the tables were counted from outside.
proc ::acre::storejudge::Ledger {ledger report oracle walk} {
    set said [dict get $report ledger]
    foreach owner [lsort -unique [concat [dict keys $ledger] [dict keys $said]]] {
        Same memory.ledger.$owner [Get $ledger $owner] [Get $said $owner] report
    }
    Same memory.ledger.total [Get $ledger total] [dict get $oracle frames] oracle
    Same "memory.ledger's sum" [Sum [dict values [dict remove $ledger total]]] [dict get $oracle frames] oracle
    foreach {level owner} {1 page-tables-pt 2 page-tables-pd 3 page-tables-pdpt 4 page-tables-pml4} {
        Same memory.ledger.$owner [Get $ledger $owner] [Level $walk $level] audit
    }
    foreach owner [::acre::auditowners::names] {
        if {[regexp {^((heap|metadata|tag)-|files$)} $owner]} {
            Same memory.ledger.$owner [Get $ledger $owner] [Owned $walk $owner] audit
        }
    }
}

proc ::acre::storejudge::Level {walk level} {
    return [expr {[dict exists $walk levels $level] ? [dict get $walk levels $level] : 0}]
}

# Pages whose leaves carry the owner's number.
proc ::acre::storejudge::Owned {walk owner} {
    set number [lsearch -exact [::acre::auditowners::names] $owner]
    return [expr {[dict exists $walk owners $number] ? [dict get $walk owners $number] : 0}]
}

# Entry by entry as reported, and as the BIOS served them.
proc ::acre::storejudge::Map {told report served} {
    set index 0
    set said [dict get $report e820]
    set entries {}
    foreach where [dict get $told map-where] what [dict get $told map-what] {
        lappend entries [list [Get $where base] [Get $where length] [Get $what type]]
    }
    Same "memory.bios-map's entries" [llength $entries] [llength $said] report
    foreach got $entries want $said {
        Entry memory.bios-map.$index $got [lrange $want 0 2] report
        incr index
    }
    if {$served ne ""} {
        Same "memory.bios-map's entries" [llength $entries] [llength $served] "what was served"
        set index 0
        foreach got $entries want $served {
            Entry memory.bios-map.$index $got $want "what was served"
            incr index
        }
    }
}

proc ::acre::storejudge::Entry {what got want whose} {
    foreach name {base length type} number $got other $want {
        if {$number ne "" && $other ne ""} {
            Same $what.$name $number [format 0x%llx $other] $whose
        }
    }
}

# All regions together are the oracle's usable memory, each byte once.
proc ::acre::storejudge::Regions {regions oracle} {
    variable findings
    set runs {}
    set last -1
    foreach region [lsort -command ::acre::pagewalk::Order [lmap region $regions {
        list [expr {[Get $region base]}] [expr {[Get $region limit]}]
    }]] {
        lassign $region base limit
        if {$base < $last} {
            lappend findings [format "store: memory.regions: expected none in another, got 0x%llx twice" $base]
        }
        if {$base == $last} {
            lset runs end 1 $limit
        } else {
            lappend runs [list $base $limit]
        }
        set last $limit
    }
    foreach finding [::acre::compare::Runs "memory.regions" $runs [dict get $oracle usable]] {
        lappend findings "store: $finding"
    }
}

# Pages that are mapped in [BASE, LIMIT) by these runs.
proc ::acre::storejudge::Mapped {runs base limit} {
    set pages 0
    foreach run $runs {
        set from [expr {max($base, [lindex $run 0])}]
        set to [expr {min($limit, [lindex $run 1])}]
        incr pages [expr {$from < $to ? ($to - $from) >> $::layout::LAYOUT_FRAME_SHIFT : 0}]
    }
    return $pages
}

proc ::acre::storejudge::Layout {layout report walk} {
    variable ROWS
    dict for {name ends} $ROWS {
        lassign [lmap end $ends {expr {$end eq "" ? 1 << 64 : [set ::layout::LAYOUT_$end] + 0}}] base limit
        Same layout.$name.base [Get $layout $name base] [format 0x%llx $base] layout.h
        Same layout.$name.limit [Get $layout $name limit] [format 0x%llx [expr {$limit & (1 << 64) - 1}]] layout.h
        set pages [Get $layout $name pages]
        Same layout.$name.pages $pages [Mapped [dict get $walk runs] $base $limit] audit
        Same layout.$name.pages $pages [Mapped [dict get $report mapping] $base $limit] report
    }
}

# Tables by level, pages by size, and 4 KiB pages by right, as they were walked from outside.
proc ::acre::storejudge::Tables {tables walk} {
    Same page_tables.tables [Get $tables tables] [llength [dict get $walk tables]] audit
    foreach {level name} {1 pt 2 pd 3 pdpt 4 pml4} {
        Same page_tables.levels.$name [Get $tables levels $name] [Level $walk $level] audit
    }
    array set sizes {4k 0 2m 0 1g 0}
    array set rights {kr-- 0 krw- 0 kr-x 0 krwx 0 ur-- 0 urw- 0 ur-x 0 urwx 0}
    foreach run [dict get $walk runs] {
        lassign $run base limit - size flags
        incr sizes([::acre::pagewalk::size_word $size]) [expr {($limit - $base) / $size}]
        set who [expr {[string match *u $flags] ? "u" : "k"}]
        incr rights($who[string range $flags 0 2]) [expr {($limit - $base) >> $::layout::LAYOUT_FRAME_SHIFT}]
    }
    foreach name [array names sizes] {
        Same page_tables.sizes.$name [Get $tables sizes $name] $sizes($name) audit
    }
    foreach name [array names rights] {
        Same page_tables.rights.$name [Get $tables rights $name] $rights($name) audit
    }
}

# What heaps hold is what the leaves with their owners' numbers are; what they have given out is no more than ever.
proc ::acre::storejudge::Heaps {heaps report oracle walk} {
    variable PAGE_HEAPS
    Same heaps.physical.total [Get $heaps physical total] [dict get $oracle frames] oracle
    Same heaps.physical.objects [Get $heaps physical objects] \
        [expr {[dict get $oracle frames] - [Get [dict get $report ledger] free]}] "oracle and report"
    dict for {name owner} $PAGE_HEAPS {
        Same heaps.$name.held [Get $heaps $name held] [Bytes [Owned $walk $owner]] audit
        Within heaps.$name [Get $heaps $name]
    }
    Within heaps.general [Get $heaps general]
    dict for {tag number} $::owners::TAGS {
        set pages [Owned $walk tag-$tag]
        if {[dict exists $heaps tagged $tag] || $pages} {
            Same heaps.tagged.$tag.held [Get $heaps tagged $tag held] [Bytes $pages] audit
            Within heaps.tagged.$tag [Get $heaps tagged $tag]
        }
    }
}

proc ::acre::storejudge::Bytes {pages} {
    return [expr {$pages << $::layout::LAYOUT_FRAME_SHIFT}]
}

# A heap's figures fit each other.
proc ::acre::storejudge::Within {what heap} {
    variable findings
    foreach {less more} {objects peak-objects allocated held} {
        if {![string is entier -strict [Get $heap $less]] || ![string is entier -strict [Get $heap $more]]
                || [Get $heap $less] > [Get $heap $more]} {
            lappend findings "store: $what: expected $less at most $more, got [Get $heap $less] and [Get $heap $more]"
        }
    }
}
