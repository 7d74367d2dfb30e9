# SPDX-License-Identifier: Apache-2.0
#
# ledgermap.tcl: from a boot's report to what a picture of it shows: whose every byte of physical memory is, and what
# every virtual address leads to.
#
# The report says which frames are usable, which pages lead to which frames, and how many frames each owner has.  Which
# frames these are follows from the pages: some say their owner, for the others the virtual address tells it
# (places.tcl).  A usable frame without a page is free.  So the picture counts every owner in its own way, and where it
# comes to another number than the ledger, that is a note of the picture.
#
#   ::acre::ledgermap::model TAP -> dict
#     physical  {base limit owner}: ascending, from 0, without a hole, neighbours differ in owner
#     virtual   {base limit owner flags}: the same from 0 to 2^64; owner "" where nothing is mapped; no item reaches
#               over a region's end
#     regions   {base limit name mapped}: from 0 to 2^64; mapped is bytes; neighbours of one family without a page are
#               one region
#     owners    {owner bytes}: in owners.tcl's order; bytes as drawn
#     usable    bytes
#     notes     list of sentences: what does not fit
#     renamed   list of sentences: what the ledger has under other names, or split in another way
#
# TAP is tap.tcl's.  Raises {ACRE REPORT} if its runs of pages or of frames are none.  Nothing here touches a file.

::acre::paths::use interval quirks mapops map oracle mapdraw mapshow pagewalk compare places owners ledgercompare

namespace eval ::acre::ledgermap {
    variable FRAME $::layout::LAYOUT_FRAME_SIZE
    # What the sections of the kernel image are called in its self-check -> owner; a part of the kernel that not every
    # boot loads has sections of its own, PART-SECTION (src/kernel/sections.c).
    variable sections {text kernel-text rodata kernel-rodata data kernel-data bss kernel-bss stack stack-kernel
        fault-stack stack-fault symbols kernel-rodata}
    variable parts {^(checks|trace|store|program)-}
}

proc ::acre::ledgermap::model {tap} {
    set report [::acre::compare::report $tap]
    Sane [dict get $report mapping] [dict get $report usable]
    set sections [Sections [dict get $tap points]]
    set places [::acre::places::all $sections]
    set claims [::acre::places::claims [dict get $report mapping] $places]
    set notes [::acre::ledgercompare::strays $claims]
    lappend notes {*}[::acre::ledgercompare::misplaced $claims]
    set frames [Frames $claims notes]
    set usable [::acre::interval::union [dict get $report usable]]
    set physical [Physical $frames $usable [dict get $report e820]]
    lappend notes {*}[::acre::ledgercompare::outside $frames $usable]
    # A count with zeros in front is a number all the same.
    set ledger [dict map {owner count} [dict get $report ledger] {scan $count %lld}]
    set drawn [::acre::ledgercompare::drawn $physical $usable]
    set said [lsort -unique [lmap run [dict get $report mapping] {lindex $run 5}]]
    lassign [::acre::ledgercompare::differences $drawn $ledger [expr {$sections ne ""}] $said] differences renamed
    lappend notes {*}$differences
    if {[dict get $tap panic] ne ""} {
        lappend notes "the guest panicked: [dict get $tap panic]"
    }
    return [dict create physical $physical virtual [Virtual $claims $places] regions [Regions $claims $places] \
        owners [Owners $physical] usable [::acre::interval::size $usable] notes $notes renamed $renamed]
}

# Runs of whole pages, apart from each other, within 64 bits; all else would be a picture of nonsense.
proc ::acre::ledgermap::Sane {mapping usable} {
    variable FRAME
    foreach {what runs} [list mapping $mapping usable $usable] {
        set end 0
        foreach run [lsort -command ::acre::pagewalk::Order $runs] {
            lassign $run base limit phys
            set bits [expr {$base | $limit | ($phys eq "" ? 0 : $phys)}]
            if {$base < $end || $base >= $limit || $limit > 1 << 64 || $bits % $FRAME} {
                return -code error -errorcode {ACRE REPORT} \
                    "[format "the %s 0x%llx-0x%llx" $what $base $limit] is no run of whole pages apart from all others"
            }
            set end $limit
        }
    }
}

# --- the kernel image ----------------------------------------------------------------------------------------------

# {base limit owner} of the image's sections, from the point whose figures have both text and rodata.
proc ::acre::ledgermap::Sections {points} {
    variable sections
    variable parts
    foreach point $points {
        set yaml [dict get $point yaml]
        if {![dict exists $yaml text] || ![dict exists $yaml rodata]} continue
        set found {}
        dict for {key value} $yaml {
            if {[regexp {^(0x[0-9a-f]+)\.\.(0x[0-9a-f]+)$} $value - base limit]} {
                set section [regsub $parts $key ""]
                set owner [expr {[dict exists $sections $section] ? [dict get $sections $section] : $key}]
                lappend found [list [expr {$base + 0}] [expr {$limit + 0}] $owner]
            }
        }
        return [lsort -command ::acre::pagewalk::Order $found]
    }
    return {}
}

# --- physical ------------------------------------------------------------------------------------------------------

# The frames behind CLAIMS: {base limit owner}, ascending by frame, each frame once; a frame that has two pages is said.
proc ::acre::ledgermap::Frames {claims notesVar} {
    variable FRAME
    upvar 1 $notesVar notes
    set frames {}
    set end 0
    set twice 0
    foreach claim [lsort -command ::acre::pagewalk::Order [lmap claim $claims {
        lassign $claim base limit owner flags phys
        list $phys [expr {$phys + $limit - $base}] $owner
    }]] {
        lassign $claim base limit owner
        if {$base < $end} {
            incr twice [expr {min($limit, $end) - $base}]
            set base $end
        }
        if {$base < $limit} {
            lappend frames [list $base $limit $owner]
            set end $limit
        }
    }
    if {$twice} {
        lappend notes "[::acre::mapshow::counted [expr {$twice / $FRAME}] frame] behind more than one page: drawn once"
    }
    return $frames
}

# Everything that is there: frames with a page, free ones, and what the BIOS says of the rest.
proc ::acre::ledgermap::Physical {frames usable e820} {
    set pieces $frames
    set known [lmap frame $frames {lrange $frame 0 1}]
    foreach free [::acre::interval::subtract $usable $known] {
        lappend pieces [list {*}$free free]
    }
    set known [concat $known $usable]
    set layers [::acre::mapdraw::layers [lmap entry $e820 {
        lassign $entry base length type
        list $base [expr {$base + $length}] $type
    }]]
    dict for {kind ranges} $layers {
        set name [expr {$kind eq "usable" ? "not used" : [lindex [::acre::mapdraw::Look $kind] 0]}]
        foreach range [::acre::interval::subtract $ranges $known] {
            lappend pieces [list {*}$range $name]
        }
    }
    return [Whole [lsort -command ::acre::pagewalk::Order $pieces]]
}

# Ascending PIECES with the holes between them filled and neighbours of one owner joined.
proc ::acre::ledgermap::Whole {pieces} {
    set whole {}
    set end 0
    foreach piece $pieces {
        lassign $piece base limit owner
        if {$end < $base} {
            lappend whole [list $end $base "not described"]
        }
        if {[lindex $whole end 2] eq $owner && [lindex $whole end 1] == $base} {
            lset whole end 1 $limit
        } else {
            lappend whole [list $base $limit $owner]
        }
        set end $limit
    }
    return $whole
}

# --- virtual -------------------------------------------------------------------------------------------------------

# {base limit owner flags} from 0 to 2^64, cut where regions end; pages that follow each other and are alike are joined.
proc ::acre::ledgermap::Virtual {claims places} {
    set items {}
    set at 0
    foreach region [Regions $claims $places] {
        lassign $region base limit
        for {} {$at < [llength $claims] && [lindex $claims $at 0] < $limit} {incr at} {
            lassign [lindex $claims $at] from to owner flags
            if {$base < $from} {
                lappend items [list $base $from "" ""]
            }
            if {[lindex $items end 1] == $from && [lrange [lindex $items end] 2 3] eq [list $owner $flags]
                    && $from > [lindex $region 0]} {
                lset items end 1 $to
            } else {
                lappend items [list $from $to $owner $flags]
            }
            set base $to
        }
        if {$base < $limit} {
            lappend items [list $base $limit "" ""]
        }
    }
    return $items
}

# {base limit name mapped}: the regions of the layout.
proc ::acre::ledgermap::Regions {claims places} {
    set regions {}
    set at 0
    set before ""
    foreach region [::acre::places::regions $places] {
        lassign $region base limit name family
        set mapped 0
        for {} {$at < [llength $claims] && [lindex $claims $at 0] < $limit} {incr at} {
            incr mapped [expr {[lindex $claims $at 1] - [lindex $claims $at 0]}]
        }
        if {!$mapped && $before eq $family && $family in $::acre::places::joined} {
            lset regions end 1 $limit
            lset regions end 2 [Joined [lindex $regions end 2] $name]
        } else {
            lappend regions [list $base $limit $name $mapped]
        }
        set before [expr {$mapped ? "" : $family}]
    }
    return $regions
}

# The name of empty neighbours: "user: null page to fixed".
proc ::acre::ledgermap::Joined {first last} {
    return "[regsub { to .*$} $first ""] to [regsub {^user: } $last ""]"
}

# --- counts --------------------------------------------------------------------------------------------------------

# {owner bytes} of everything that is there.
proc ::acre::ledgermap::Owners {physical} {
    set bytes [dict create]
    foreach run $physical {
        lassign $run base limit owner
        dict incr bytes $owner [expr {$limit - $base}]
    }
    return [lmap owner [::acre::owners::sorted [dict keys $bytes]] {list $owner [dict get $bytes $owner]}]
}
