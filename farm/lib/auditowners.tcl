# SPDX-License-Identifier: Apache-2.0
#
# auditowners.tcl: the kernel's ledger against the page tables as they were walked: whose frames are mapped where.
#
#   ::acre::auditowners::judge WALK LEDGER NX -> list of findings.  WALK is pagewalk.tcl's; LEDGER a dict owner ->
#                                             frames, as the kernel told it; NX whether no-execute was on
#   ::acre::auditowners::names                -> the ledger's owners, in the order of their numbers

namespace eval ::acre::auditowners {}

proc ::acre::auditowners::judge {walk ledger nx} {
    set runs [dict get $walk runs]
    return [concat [Tables $runs [dict get $walk tables] [dict get $walk levels] $ledger] \
        [Leaves [dict get $walk owners] $ledger] [Owners $runs $ledger $nx]]
}

# The ledger counts the tables that were walked, and the PAGES window maps exactly these, each once.
proc ::acre::auditowners::Tables {runs tables levels ledger} {
    set findings {}
    dict for {level owner} {1 page-tables-pt 2 page-tables-pd 3 page-tables-pdpt 4 page-tables-pml4} {
        set walked [::acre::audit::Get $levels $level 0]
        set count [::acre::audit::Get $ledger $owner none]
        if {$count ne $walked} {
            lappend findings "$owner: expected $walked (walked), got $count in the ledger"
        }
    }
    set window [lsort -integer [PagesWindow $runs]]
    set tables [lsort -integer $tables]
    if {$window ne $tables} {
        lappend findings "PAGES window: expected the [llength $tables] table frames, got [llength $window]\
            pages[OddFrames $window $tables]"
    }
    return $findings
}

# The frames mapped at and above PAGES_BASE, one a 4 KiB page.
proc ::acre::auditowners::PagesWindow {runs} {
    set frames {}
    foreach run $runs {
        lassign $run base limit phys
        for {} {$base >= $::layout::LAYOUT_PAGES_BASE && $base < $limit} {incr base 4096; incr phys 4096} {
            lappend frames [expr {$phys}]
        }
    }
    return $frames
}

# Where the frames of each owner are mapped: owners, base, limit, flags (a glob).  Without NX all may be executed, and
# only the image's sum can be told.
proc ::acre::auditowners::Places {nx} {
    foreach name {KERNEL_BASE KERNEL_LIMIT META_BASE META_LIMIT TAG1_BASE VA_TAG_SHIFT USER_LIMIT} {
        set $name [set ::layout::LAYOUT_$name]
    }
    set metadata [lsearch -all -inline [names] metadata-*]
    # Beside the heaps lies what a program needs in the kernel: its files, an empty page, its threads' stacks.
    set heaps [lsearch -all -inline -regexp [names] {^(heap-.*|files|zero-page|stack-threads)$}]
    set places [list $metadata $META_BASE $META_LIMIT * $heaps $META_LIMIT $TAG1_BASE * \
        boot-leftovers 0 $USER_LIMIT *]
    dict for {tag number} $::owners::TAGS {
        set base [expr {$META_BASE + ($number << $VA_TAG_SHIFT)}]
        lappend places tag-$tag $base [expr {$base + (1 << $VA_TAG_SHIFT)}] *
    }
    set image {kernel-data kernel-bss stack-kernel stack-fault}
    foreach {owners flags} [expr {$nx ? [list kernel-text r-x kernel-rodata r-- $image rw-]
            : [list [concat kernel-text kernel-rodata $image] *]}] {
        lappend places $owners $KERNEL_BASE $KERNEL_LIMIT $flags
    }
    return $places
}

proc ::acre::auditowners::names {} {
    if {![info exists ::owners::NAMES]} {
        uplevel #0 [list source [::acre::paths::get owners]]
    }
    return $::owners::NAMES
}

# The leaves of heap memory say whose they are: one by one the same as in the ledger, and nobody else's.
proc ::acre::auditowners::Leaves {owners ledger} {
    set findings {}
    set number -1
    foreach name [names] {
        set pages [::acre::audit::Get $owners [incr number] 0]
        if {$number == 0 || ($pages == 0 && ![regexp {^((heap|metadata|tag)-|files$)} $name])} continue
        set said [::acre::audit::Get $ledger $name 0]
        if {$said ne $pages} {
            lappend findings "ledger $name: expected $pages (leaves that carry its number), got $said"
        }
    }
    foreach number [lsort -integer [dict keys $owners]] {
        if {$number >= [llength [names]]} {
            lappend findings "page tables: expected owners below [llength [names]] in leaves, got $number"
        }
    }
    return $findings
}

# The ledger's owners of mapped frames against the pages that are mapped at their places.
proc ::acre::auditowners::Owners {runs ledger nx} {
    set findings {}
    foreach {owners base limit flags} [Places $nx] {
        set pages 0
        foreach run $runs {
            if {[lindex $run 0] >= $base && [lindex $run 1] <= $limit && [string match $flags [lindex $run 4]]} {
                incr pages [expr {([lindex $run 1] - [lindex $run 0]) / $::layout::LAYOUT_FRAME_SIZE}]
            }
        }
        set said [::tcl::mathop::+ {*}[lmap owner $owners {::acre::audit::Get $ledger $owner 0}]]
        if {$said != $pages} {
            lappend findings "ledger [join $owners { + }]: expected $pages (mapped), got $said"
        }
    }
    return $findings
}

# ", such as 0xFRAME" for the first frame that is in one list only.
proc ::acre::auditowners::OddFrames {some others} {
    foreach frame [concat $some $others] {
        if {($frame in $some) != ($frame in $others)} {
            return [format ", such as 0x%llx" $frame]
        }
    }
    return ", some twice"
}
