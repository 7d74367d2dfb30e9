# SPDX-License-Identifier: Apache-2.0
#
# ledgercompare.tcl: what a picture of a ledger and the kernel's own ledger do not have in common, in sentences.
#
#   ::acre::ledgercompare::drawn PHYSICAL USABLE          -> dict owner -> bytes
#   ::acre::ledgercompare::differences DRAWN LEDGER NAMED SAID -> {notes renamed}
#   ::acre::ledgercompare::strays CLAIMS                  -> notes: pages where the layout has none
#   ::acre::ledgercompare::misplaced CLAIMS               -> notes: pages of an owner in another one's place
#   ::acre::ledgercompare::outside FRAMES USABLE          -> notes: frames that have a page and are not usable memory
#
# PHYSICAL and the like are ledgermap.tcl's.  Notes are what does not fit; renamed is what fits under other names.

::acre::paths::use places owners

namespace eval ::acre::ledgercompare {
    variable FRAME $::layout::LAYOUT_FRAME_SIZE
    # Notes of one kind before "and N more".
    variable NOTES 8
}

# dict owner -> bytes of usable memory, the only memory that the ledger counts.
proc ::acre::ledgercompare::drawn {physical usable} {
    set drawn [dict create]
    foreach run $physical {
        lassign $run base limit owner
        if {![::acre::owners::nobody $owner]} {
            dict lappend drawn $owner [list $base $limit]
        }
    }
    return [dict map {owner ranges} $drawn {::acre::interval::size [::acre::interval::intersect $ranges $usable]}]
}

# {notes renamed}: what is drawn and not the same in the ledger.  Kinds whose names the two do not share are compared as
# sums.
proc ::acre::ledgercompare::differences {drawn ledger named said} {
    variable FRAME
    if {[dict size $ledger] == 0} {
        return [list [list "the report has no ledger to compare with"] {}]
    }
    set frames [dict map {owner bytes} $drawn {expr {$bytes / $FRAME}}]
    set notes [Total [::tcl::mathop::+ {*}[dict values $frames]] $ledger]
    set renamed {}
    set ledger [dict remove $ledger total]
    foreach group [Groups [dict keys [dict merge $frames $ledger]] [dict keys $ledger] $named $said] {
        set ours [Nonzero [dict filter $frames key {*}$group]]
        set theirs [Nonzero [dict filter $ledger key {*}$group]]
        if {[lsort [dict keys $ours]] eq [lsort [dict keys $theirs]]} {
            dict for {owner count} $ours {
                lappend notes {*}[Differ [dict create $owner $count] [dict create $owner [dict get $theirs $owner]]]
            }
        } elseif {[set difference [Differ $ours $theirs]] ne ""} {
            lappend notes {*}$difference
        } else {
            lappend renamed "[Sum $ours] here: [Sum $theirs] in the ledger"
        }
    }
    return [list $notes $renamed]
}

proc ::acre::ledgercompare::Total {drawn ledger} {
    if {![dict exists $ledger total]} {
        return [list "the ledger has no total"]
    }
    return [Differ [dict create "usable frames" $drawn] [dict create total [dict get $ledger total]]]
}

# "stack 4 + fault-stack 2"
proc ::acre::ledgercompare::Sum {counts} {
    return [join [lmap {owner count} $counts {string cat $owner " " $count}] " + "]
}

proc ::acre::ledgercompare::Nonzero {counts} {
    return [dict filter $counts script {owner count} {expr {$count > 0}}]
}

# OWNERS in groups that the picture and the ledger must have the same sum of.  Not every split of the ledger's can be
# seen from outside: without tag-* owners its heap has the tags' pages too, other names are heap memory, and without the
# sections' addresses (NAMED 0) data, bss and stacks are one.  Whom pages name (SAID) is one of his own.
proc ::acre::ledgercompare::Groups {owners counted named said} {
    set tags [expr {[lsearch -glob $counted tag-*] >= 0}]
    set groups [dict create]
    foreach owner $owners {
        set kind [::acre::owners::kind $owner]
        if {$owner in $said} {
            dict lappend groups $owner $owner
            continue
        } elseif {$kind eq "other" || ($kind eq "tag" && !$tags)} {
            set kind heap
        } elseif {!$named && $kind in {kernel-data kernel-bss stacks}} {
            set kind kernel-data
        } elseif {"kernel-image" in $owners && ($kind eq "stacks" || [string match kernel-* $kind])} {
            set kind kernel-data
        }
        # A tag's place is its name's.
        dict lappend groups [expr {$kind eq "tag" ? $owner : $kind}] $owner
    }
    return [dict values $groups]
}

proc ::acre::ledgercompare::Differ {ours theirs} {
    set drawn [::tcl::mathop::+ {*}[dict values $ours]]
    set said [::tcl::mathop::+ {*}[dict values $theirs]]
    if {$drawn == $said} {
        return {}
    }
    foreach name {drawn said} counts [list $ours $theirs] {
        set $name [expr {[dict size $counts] > 1 ? "[Sum $counts] = [set $name]" : $counts eq "" ? 0 : [Sum $counts]}]
    }
    return [list "ledger and pages differ: the pages make $drawn, the ledger says $said"]
}

# Pages where the layout has none.
proc ::acre::ledgercompare::strays {claims} {
    set notes {}
    foreach claim $claims {
        lassign $claim base limit owner flags phys place
        if {$place eq "stray"} {
            lappend notes [format "mapped where the layout has nothing: 0x%llx-0x%llx" $base $limit]
        }
    }
    return [Short $notes]
}

# Pages that say another owner than their place has; kinds of heaps share a place, tags do not.
proc ::acre::ledgercompare::misplaced {claims} {
    set notes {}
    foreach claim $claims {
        lassign $claim base limit owner flags phys place
        set kind [::acre::owners::kind $owner]
        if {$owner ne $place && $place ne "stray" && ($kind ne [::acre::owners::kind $place] || $kind eq "tag")} {
            lappend notes [format "mapped for %s in the place of %s: 0x%llx-0x%llx" $owner $place $base $limit]
        }
    }
    return [Short $notes]
}

# Frames that have a page and are not usable memory.
proc ::acre::ledgercompare::outside {frames usable} {
    set notes {}
    foreach frame $frames {
        foreach range [::acre::interval::subtract [list [lrange $frame 0 1]] $usable] {
            lappend notes [format "mapped, and not usable memory: 0x%llx-0x%llx (%s)" {*}$range [lindex $frame 2]]
        }
    }
    return [Short $notes]
}

proc ::acre::ledgercompare::Short {notes} {
    variable NOTES
    if {[llength $notes] <= $NOTES} {
        return $notes
    }
    return [list {*}[lrange $notes 0 $NOTES-1] "... and [expr {[llength $notes] - $NOTES}] more of the kind"]
}
