# SPDX-License-Identifier: Apache-2.0
#
# since.tcl: what changed between two runs.
#
#   ::acre::since::changes NOW BEFORE -> dict of lists of cases as they are now; NOW and BEFORE are reportread.tcl's
#     new      not well now, and well, skipped or unknown before
#     changed  not well in both, but in another way        still    not well in both, in the same way
#     fixed    well now, not well before                   lost     passed before, skipped now
#     added    well or skipped now, unknown before         gone     (as they were before) unknown now
#   Random maps are others in every run, so of those none is added or gone.
#   ::acre::since::quiet CHANGES -> 1 if nothing changed that a reader must see: only still, added and gone may be there

::acre::paths::use signature

namespace eval ::acre::since {
    variable kinds {new changed fixed lost still added gone}
}

proc ::acre::since::changes {now before} {
    variable kinds
    set changes [dict create]
    foreach kind $kinds {
        dict set changes $kind {}
    }
    dict for {name case} [dict get $now cases] {
        set kind [Kind $case [Before $before $name]]
        if {$kind ne ""} {
            dict lappend changes $kind $case
        }
    }
    dict for {name case} [dict get $before cases] {
        if {![dict exists $now cases $name] && ![Random $case]} {
            dict lappend changes gone $case
        }
    }
    return $changes
}

proc ::acre::since::Before {before name} {
    return [expr {[dict exists $before cases $name] ? [dict get $before cases $name] : ""}]
}

proc ::acre::since::Random {case} {
    return [string match random/* [dict get $case subject]]
}

proc ::acre::since::Bad {case} {
    return [expr {$case ne "" && [dict get $case verdict] ni {PASS SKIP}}]
}

# One of the kinds, or "" for what is as it was.
proc ::acre::since::Kind {case old} {
    if {[Bad $case]} {
        if {![Bad $old]} {
            return new
        }
        return [expr {[::acre::signature::of $case] eq [::acre::signature::of $old] ? "still" : "changed"}]
    }
    if {[Bad $old]} {
        return [expr {[dict get $case verdict] eq "PASS" ? "fixed" : "lost"}]
    }
    if {$old eq ""} {
        return [expr {[Random $case] ? "" : "added"}]
    }
    return [expr {[dict get $case verdict] eq "SKIP" && [dict get $old verdict] eq "PASS" ? "lost" : ""}]
}

proc ::acre::since::quiet {changes} {
    return [expr {"[dict get $changes new][dict get $changes changed][dict get $changes fixed][dict get $changes lost]"
        eq ""}]
}
