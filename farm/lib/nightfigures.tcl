# SPDX-License-Identifier: Apache-2.0
#
# nightfigures.tcl: the figures of a night: what `make bench` measures, and what the farm's own run tells.
#
#   ::acre::nightfigures::parse PART TEXT -> {FIGURES NOTES}: figures of make bench's lines (t/bench), each named
#                                           PART/NAME; notes: what was skipped, in words
#   ::acre::nightfigures::farm RUN SECONDS -> figures of a run (reportread.tcl's) that took so long: farm/cases,
#                                           farm/seconds, and farm/boot-MARK, instructions to a mark under Bochs: the
#                                           least of the ladder's rungs, which are every night's
#   ::acre::nightfigures::changes NOW BEFORE -> list of dicts name value unit bar before change kind; NOW and BEFORE are
#                                           dicts name -> {value unit bar}.  KIND: over (above its bar), worse, better,
#                                           same, new, gone; change is a part of the value before, or ""
#
# Less is better.  What is counted is the same every night unless something changed, so any change of it is told.  Only
# what NOISE names may differ by itself, by so large a part.

::acre::paths::use reportcase

namespace eval ::acre::nightfigures {
    # How much there was to do, and how long it took, is a trend and no news; wall time; boots in which the BIOS polls a
    # disk; ticks in which interrupts come as they like.
    variable NOISE {
        farm/cases 1e9 farm/seconds 1e9 */case-cost-* 0.25 */farm-cost-* 0.25
        */boot-* 0.005 */start-64m 0.005 */start-ratio 0.005 */store-interrupt 0.25
    }
}

proc ::acre::nightfigures::parse {part text} {
    set figures {}
    set notes {}
    foreach line [split $text \n] {
        set fields [split $line \t]
        if {[llength $fields] != 5} continue
        lassign $fields name value unit bar state
        if {[regexp {^\d{1,18}(\.\d{1,12})?$} $value]} {
            lappend figures [dict create name $part/$name value $value unit $unit bar $bar]
        } else {
            lappend notes "$part/$name: $state"
        }
    }
    return [list $figures $notes]
}

proc ::acre::nightfigures::farm {run seconds} {
    set least [dict create]
    dict for {name case} [dict get $run cases] {
        if {![string match ladder/* [dict get $case subject]] || [dict get $case config] ne "emu=bochs"
                || [dict get $case verdict] ne "PASS"} continue
        dict for {mark number} [::acre::reportcase::marks $case] {
            set most [expr {[dict exists $least $mark] ? [dict get $least $mark] : $number}]
            dict set least $mark [expr {min($number, $most)}]
        }
    }
    set figures [list [dict create name farm/cases value [dict size [dict get $run cases]] unit cases bar ""] \
        [dict create name farm/seconds value $seconds unit s bar ""]]
    dict for {mark number} $least {
        lappend figures [dict create name farm/boot-$mark value $number unit instructions bar ""]
    }
    return $figures
}

proc ::acre::nightfigures::changes {now before} {
    set changes {}
    foreach name [lsort -unique [concat [dict keys $now] [dict keys $before]]] {
        set old [expr {[dict exists $before $name] ? [dict get $before $name value] : ""}]
        if {![dict exists $now $name]} {
            lappend changes [dict merge [dict get $before $name] [dict create name $name value "" before $old \
                change "" kind gone]]
            continue
        }
        set figure [dict get $now $name]
        lappend changes [dict merge $figure [dict create name $name before $old] \
            [Change $name $figure $old]]
    }
    return $changes
}

# dict change kind
proc ::acre::nightfigures::Change {name figure old} {
    set value [dict get $figure value]
    set change [expr {$old eq "" ? "" : $old == 0 ? ($value == 0 ? 0.0 : 1.0) : ($value - $old) / double(abs($old))}]
    if {$old eq ""} {
        set kind new
    } elseif {abs($change) <= [Noise $name]} {
        set kind same
    } else {
        set kind [expr {$change > 0 ? "worse" : "better"}]
    }
    if {[Over $figure]} {
        set kind over
    }
    return [dict create change $change kind $kind]
}

proc ::acre::nightfigures::Noise {name} {
    variable NOISE
    foreach {pattern part} $NOISE {
        if {[string match $pattern $name]} {
            return $part
        }
    }
    return 0
}

proc ::acre::nightfigures::Over {figure} {
    return [expr {[dict get $figure bar] ne "" && [dict get $figure value] > [dict get $figure bar]}]
}
