# SPDX-License-Identifier: Apache-2.0
#
# mapimport.tcl: maps from boot logs.
#
#   ::acre::mapimport::log TEXT ?NAME? ?NUMBER?   -> dict:
#       entries {{base limit type} ...}    source, a word of the list below    title, from the log's DMI line or ""
#       line, where the map begins         left, words for the maps that were not taken
#                                                 Raises {ACRE MAP} with "NAME:LINE: ..."
#
# A log is pasted text.  What a line says is read by mapformats.tcl, which calls heading, add, count and title here;
# lines that it does not know are passed over.  One log may hold several maps: the BIOS's and the kernel's after its
# changes, or two boots.  Of the best source the first is taken and the caller is told what was left, but where two of
# that source say otherwise a person must choose: NUMBER, counted over all maps of the log in their order.
#
# A new map begins after a heading, and where a source without headings starts anew: at its first entry's number, or
# where its first entry comes again after other lines (two touching lines alike may be a BIOS's repetition).
#
# A map that is not whole is an error, as far as a log tells: a line that begins as one of a map and cannot be read;
# numbered lines with a gap; fewer lines than the heading promises; a map without a heading and without low memory,
# whose beginning somebody missed.

namespace eval ::acre::mapimport {
    # Best first: the firmware's own words, then what a kernel or loader made of them.
    variable sources {
        BIOS-e820 Xen-e820 Xen SMAP GRUB NetBSD OpenBSD e820dump meminfo acre biosmem EFI Xen-EFI UEFI-shell
        FreeBSD-EFI BIOS-e801 BIOS-88 user modified
    }
    # Those that a kernel sorted, so that the same line twice is never a repetition of the BIOS's.
    variable sorted {BIOS-e820 Xen-e820 Xen BIOS-e801 BIOS-88 user modified}
    # A map has memory below this, unless its first lines are missing.
    variable LOW 0x100000
}

foreach module {map mapformats} {
    if {![namespace exists ::acre::$module]} {
        ::acre::paths::use $module
    }
}

proc ::acre::mapimport::log {text {name log} {number ""}} {
    set state [dict create lists {} heading 0 begun {} line 0 title "" promised ""]
    foreach line [split [string trimright $text \n] \n] {
        dict incr state line
        # No line of a map is long; what a long one may say is said by its start.
        if {[catch {::acre::mapformats::line state [string trimright [string range $line 0 499]]} what]} {
            Fail $name [dict get $state line] $what
        }
    }
    Whole $state $name
    return [Choose $state $name $number]
}

proc ::acre::mapimport::Fail {name line what} {
    return -code error -level 2 -errorcode {ACRE MAP} "$name:$line: $what"
}

# --- what mapformats.tcl found -------------------------------------------------------------------------------------

# A heading: what follows is another map than what went before.  PROMISED entries follow, if it says how many.
proc ::acre::mapimport::heading {stateVar {promised ""}} {
    upvar 1 $stateVar state
    dict set state heading [dict get $state line]
    dict set state promised $promised
    dict set state begun {}
}

proc ::acre::mapimport::title {stateVar title} {
    upvar 1 $stateVar state
    if {[dict get $state title] eq ""} {
        dict set state title $title
    }
}

# An ENTRY of SOURCE's map, its NUMBER counted from 0 if the line says it.
proc ::acre::mapimport::add {stateVar source entry {number ""}} {
    upvar 1 $stateVar state
    set wrong [Fault $entry]
    if {$wrong ne ""} {
        error "$wrong; was the line pasted whole?"
    }
    set list [Open state $source $entry $number]
    set entries [dict get $list entries]
    if {$number ne "" && $number != [llength $entries]} {
        error "entry $number comes after [llength $entries] of them: lines of the map are missing"
    }
    if {[llength $entries] >= $::acre::map::entriesMax} {
        error "too many entries: '[expr {[llength $entries] + 1}]'; a map has at most $::acre::map::entriesMax"
    }
    dict lappend list entries $entry
    dict set list to [dict get $state line]
    set lists [dict get $state lists]
    lset lists [dict get $state begun $source] $list
    dict set state lists $lists
}

# What is wrong with the numbers of ENTRY, or "".
proc ::acre::mapimport::Fault {entry} {
    lassign $entry base limit type
    if {$limit < $base} {
        return "limit is below base: '[format 0x%llx $limit]'"
    }
    if {$base >= 1 << 64 || $limit - $base >= 1 << 64} {
        return "range does not fit in 64 bits: '[format 0x%llx $base]'"
    }
    if {$type > 0xffffffff} {
        return "memory type does not fit in 32 bits: '$type'"
    }
    return ""
}

# The map of SOURCE that ENTRY belongs to, a new one where one begins.
proc ::acre::mapimport::Open {stateVar source entry number} {
    upvar 1 $stateVar state
    variable sorted
    if {[dict exists $state begun $source]} {
        set list [lindex [dict get $state lists] [dict get $state begun $source]]
        set apart [expr {$source in $sorted || [dict get $state line] > [dict get $list to] + 1}]
        if {$number ne "" ? $number != 0
                : [dict get $list heading] || !$apart || $entry ne [lindex [dict get $list entries] 0]} {
            return $list
        }
    }
    set list [dict create source $source heading [dict get $state heading] from [dict get $state line] \
        to [dict get $state line] promised [dict get $state promised] entries {}]
    dict set state begun $source [llength [dict get $state lists]]
    dict lappend state lists $list
    return $list
}

# How many entries of SOURCE's map there are so far, since the heading.
proc ::acre::mapimport::count {state source} {
    if {![dict exists $state begun $source]} {
        return 0
    }
    return [llength [dict get [lindex [dict get $state lists] [dict get $state begun $source]] entries]]
}

# --- whole, and which one ------------------------------------------------------------------------------------------

# Raises what is missing of the maps in STATE.
proc ::acre::mapimport::Whole {state name} {
    variable LOW
    foreach list [dict get $state lists] {
        set count [llength [dict get $list entries]]
        set promised [dict get $list promised]
        if {$promised ne "" && $promised != $count} {
            Fail $name [dict get $list to] "the map of line [dict get $list heading] has $count of $promised entries:\
                lines are missing"
        }
        set least [lindex [lsort -dictionary [lmap entry [dict get $list entries] {lindex $entry 0}]] 0]
        if {![dict get $list heading] && $least >= $LOW && [dict get $list source] ni {acre user modified}} {
            Fail $name [dict get $list from] "the map begins at [format 0x%llx $least], without low memory: its first\
                lines are missing; paste it with the line above it"
        }
    }
}

proc ::acre::mapimport::Choose {state name number} {
    set lists [dict get $state lists]
    if {![llength $lists]} {
        None $state $name
    }
    if {$number ne ""} {
        if {$number > [llength $lists]} {
            Fail $name [dict get $state line] "no map $number: there are [llength $lists]"
        }
        set place [expr {$number - 1}]
    } else {
        set place [Best $lists $name]
    }
    set list [lindex $lists $place]
    set left {}
    set other 0
    foreach one $lists {
        incr other
        if {$other != $place + 1} {
            lappend left "map $other ([dict get $one source], line [dict get $one from])"
        }
    }
    return [dict create entries [dict get $list entries] source [dict get $list source] line [dict get $list from] \
        title [dict get $state title] left $left]
}

proc ::acre::mapimport::None {state name} {
    set line [expr {max(1, [dict get $state line])}]
    if {[dict get $state heading]} {
        return -code error -level 2 -errorcode {ACRE MAP} "$name:[dict get $state heading]: no memory map found after\
            this heading; was the log pasted whole?"
    }
    return -code error -level 2 -errorcode {ACRE MAP} "$name:$line: no memory map found up to here; paste the\
        'BIOS-e820:' lines of a Linux log (dmesg), or what 'acre help map' lists"
}

# Place of the first map of the best source in LISTS.  Raises if another of that source says otherwise.
proc ::acre::mapimport::Best {lists name} {
    variable sources
    foreach source $sources {
        set places [lsearch -all -exact [lmap list $lists {dict get $list source}] $source]
        if {$places eq ""} continue
        set first [lindex $lists [lindex $places 0]]
        foreach place [lrange $places 1 end] {
            set list [lindex $lists $place]
            if {[dict get $list entries] ne [dict get $first entries]} {
                return -code error -level 2 -errorcode {ACRE MAP} "$name:[dict get $list from]: another $source map,\
                    which differs from the one of line [dict get $first from]; say which: --map\
                    [expr {[lindex $places 0] + 1}] or --map [expr {$place + 1}]"
            }
        }
        return [lindex $places 0]
    }
}
