# SPDX-License-Identifier: Apache-2.0
#
# mapmake.tcl: random memory maps, each the same whenever it is made of the same seed and index.
#
#   ::acre::mapmake::map SEED INDEX   -> a map as map.tcl reads them, with its origin in title, source and class
#   ::acre::mapmake::name SEED INDEX  -> random/SEED-INDEX, the index in six digits
#   ::acre::mapmake::legal            -> {{base limit type} ...} of prng.tcl's stream: what a BIOS without mistakes says
#
# Half of the maps are legal: ascending, apart, of known types.  Their figures are drawn from the table below, which is
# what the bundled real maps have (acre map stats --tsv real; t/228 is red when it no longer is).  The others are legal
# maps that mapspoil.tcl spoils; `class` says how.
#
# By the oracle a map boots or is refused.  Between the two is a map with a few usable frames, of which nothing follows:
# it is made anew (at most TRIES times, from the same stream).  So that both emulators can serve the same map, most say
# how much RAM they want; the others get what the farm gives them, much of it under QEMU.

::acre::paths::use prng interval quirks map oracle mapspoil

namespace eval ::acre::mapmake {
    # Part of every map's origin: another generator makes another map of the same seed.
    variable VERSION 1
    variable TRIES 50
    # acre map stats --tsv real: deciles, numbers of entries by type from all addresses, ends within a frame.
    variable figures {
        entries     {2 7 9 12 15 18 20 21 23 28 58}
        holes       {0 1 2 2 3 4 5 6 7 9 28}
        hole-size   {4096 98304 503808 1044480 2093056 9154560 16777216 100663296 446693376 1324351488 4265541632}
        low-limit   {196608 360448 606208 644096 647168 651264 653312 654336 655360 655360 1048576}
        size-1      {4096 4096 1884160 14610432 66027520 263467008 1056960512 2146369536 3512664064 14998831104
            2196875771904}
        size-2      {1024 4096 4096 40960 262144 1667072 7024640 16777216 50331648 134217728 18020040704}
        size-3      {4096 40960 61440 98304 204800 315392 458752 524288 1048576 2097152 33554432}
        size-4      {512 4096 28672 61440 274432 786432 1597440 4128768 7405568 14876672 191078400}
        size-other  {4096 4096 8192 12288 53248 409600 659456 819200 1269760 2097152 1082331758592}
        usable      {28965888 1028226048 4135970816 8317554688 8589408256 16755785728 17070915584 29939926784
            34232633088 68625354752 2198513250304}
        types       {1 2550 2 4463 3 416 4 626 5 6 7 2 9 1 16 2 20 124}
        unaligned-1 {219 5100}
        unaligned-other {225 11280}
    }
    # Usable bytes that a map has at least, in its first run from 1 MiB: more than Acre needs in any RAM it is given.
    variable PLENTY 0x1c00000
    # Frames below 4 GiB from which on a kernel must boot, as much as PLENTY; with none it must refuse.
    variable FRAMES 4096
    variable RAM_MIB {128 256 512 1024}
    variable HIGH 0x100000
    # Below 4 GiB chips have their registers; memory goes on above.
    variable CHIPS 0xfec00000
    variable FOUR_GIB 0x100000000
    # Most unaligned ends of real maps are that of low memory, which low-limit has: so many of the others, one in.
    variable RAGGED 3
}

proc ::acre::mapmake::name {seed index} {
    return random/$seed-[format %06d $index]
}

proc ::acre::mapmake::map {seed index} {
    variable TRIES
    ::acre::prng::start $seed $index
    set spoil [expr {[::acre::prng::chance 1 2] ? [::acre::mapspoil::draw] : {}}]
    set kept 0
    for {set try 0} {$try < $TRIES && !$kept} {incr try} {
        set map [::acre::map::Empty "[name $seed $index].map"]
        dict set map entries [legal]
        foreach kind $spoil {
            set map [::acre::mapspoil::spoil $kind $map]
        }
        Ram map [expr {$spoil eq ""}]
        set kept [Expect map]
    }
    if {!$kept} {
        return -code error -errorcode {ACRE MAP} "random map $index of seed $seed: none of $TRIES tries gives a verdict"
    }
    return [Origin $map $seed $index $spoil]
}

proc ::acre::mapmake::Origin {map seed index spoil} {
    variable VERSION
    set class [expr {$spoil eq "" ? "legal" : "illegal: [join $spoil {, }]"}]
    dict set map title "random map $index of seed $seed"
    dict set map source "acre farm --random [expr {$index + 1}] --seed $seed (generator $VERSION)"
    dict set map class $class
    return $map
}

# Says how much RAM the map's machine has: the least that leaves plenty of it, so that both emulators serve it alike.  A
# quarter of the legal ones leave it to the farm.
proc ::acre::mapmake::Ram {mapVar legal} {
    upvar 1 $mapVar map
    variable RAM_MIB
    variable FRAMES
    if {$legal && [::acre::prng::chance 1 4]} {
        return
    }
    foreach mib $RAM_MIB {
        dict set map ram $mib
        if {[dict get [Served $map] frames-below-4g] >= $FRAMES} {
            return
        }
    }
}

# The oracle's word on MAP in a machine with its RAM; 192 KiB more or less at its end do not count here.
proc ::acre::mapmake::Served {map} {
    variable HIGH
    set entries [dict get $map entries]
    if {[dict get $map ram] ne ""} {
        set backed [list [list 0 0xa0000] [list [expr {$HIGH + 0}] [expr {([dict get $map ram] << 20) - 0x40000}]]]
        set entries [dict get [::acre::map::cut $entries $backed] entries]
    }
    return [::acre::oracle::judge $entries [dict get $map quirks] {}]
}

# Writes the expectation into the map; 0 if there is none that holds whatever RAM the map is given.
proc ::acre::mapmake::Expect {mapVar} {
    upvar 1 $mapVar map
    variable FRAMES
    set whole [::acre::oracle::judge [dict get $map entries] [dict get $map quirks] {}]
    if {[dict get $whole outcome] eq "refuses"} {
        dict set map expect refuses
        dict set map why [Refusal [dict get $whole why]]
        return 1
    }
    dict set map expect boots
    return [expr {[dict get [Served $map] frames-below-4g] >= $FRAMES}]
}

# What a kernel says in its own words where the oracle says WHY.
proc ::acre::mapmake::Refusal {why} {
    return [expr {[regexp {^too many map entries: [0-9]+, at most ([0-9]+)} $why -> most] ? "more than $most entries"
        : "no usable memory"}]
}

# --- legal maps ----------------------------------------------------------------------------------------------------

proc ::acre::mapmake::Draw {key {kind log}} {
    variable figures
    return [::acre::prng::deciles [dict get $figures $key] $kind]
}

proc ::acre::mapmake::legal {} {
    variable PLENTY
    variable HIGH
    set count [Draw entries flat]
    set usable [expr {$PLENTY + [Draw usable]}]
    set entries [Low]
    set first [expr {$PLENTY + min([Frames [Draw size-1]], $usable - $PLENTY, 0x80000000)}]
    set first [Frames $first]
    lappend entries [list [expr {$HIGH + 0}] [expr {$HIGH + $first}] 1]
    set left [expr {$count - [llength $entries]}]
    set holes [Draw holes flat]
    while {$left > 0} {
        set gap [expr {[::acre::prng::chance $holes $left] ? [Frames [Draw hole-size]] : 0}]
        incr holes [expr {-($gap > 0)}]
        lappend entries [Next $entries $gap [expr {$usable - [Usable $entries]}]]
        incr left -1
    }
    return [Ragged $entries]
}

# N rounded up to whole frames.
proc ::acre::mapmake::Frames {n} {
    return [expr {($n + 4095) / 4096 * 4096}]
}

# Below 1 MiB: usable up to somewhere, then what BIOSes keep.
proc ::acre::mapmake::Low {} {
    set limit [expr {[Draw low-limit] / 1024 * 1024}]
    set entries [list [list 0 $limit 1]]
    if {$limit < 0xa0000 && [::acre::prng::chance 3 4]} {
        lappend entries [list $limit 0xa0000 2]
    }
    if {$limit <= 0xe0000 && [::acre::prng::chance 2 3]} {
        lappend entries [list [::acre::prng::pick {0xe0000 0xf0000}] 0x100000 2]
    }
    return [lmap entry $entries {lmap number $entry {expr {$number + 0}}}]
}

# An entry that begins GAP bytes after the last of ENTRIES, or above 4 GiB if it does not fit below the chips.  If it is
# usable it has half of MOST bytes at most, but a frame: something is left for the others.
proc ::acre::mapmake::Next {entries gap most} {
    variable CHIPS
    variable FOUR_GIB
    set base [Frames [lindex $entries end 1]]
    set type [Type]
    set size [Frames [Draw size-[expr {$type in {1 2 3 4} ? $type : "other"}]]]
    if {$type == 1} {
        set size [expr {max(4096, min($size, $most / 8192 * 4096))}]
    }
    if {$base < $FOUR_GIB} {
        if {$base + $gap + $size <= $CHIPS} {
            return [list [expr {$base + $gap}] [expr {$base + $gap + $size}] $type]
        }
        if {$base < $CHIPS} {
            return [list [expr {$CHIPS + 0}] [expr {$CHIPS + [Frames [::acre::prng::log 4096 0x1400000]]}] 2]
        }
        return [list [expr {$FOUR_GIB + 0}] [expr {$FOUR_GIB + max(4096, $most / 8192 * 4096)}] 1]
    }
    return [list [expr {$base + $gap}] [expr {$base + $gap + $size}] $type]
}

proc ::acre::mapmake::Type {} {
    variable figures
    set types [dict get $figures types]
    set at [::acre::prng::below [::tcl::mathop::+ {*}[dict values $types]]]
    foreach {type count} $types {
        if {$at < $count} {
            return $type
        }
        incr at -$count
    }
}

# Usable bytes of ENTRIES, which are apart.
proc ::acre::mapmake::Usable {entries} {
    set sum 0
    foreach entry $entries {
        lassign $entry base limit type
        incr sum [expr {$type == 1 ? $limit - $base : 0}]
    }
    return $sum
}

# As many ends as in real maps are not those of a frame: an entry ends sooner, and one that touched it begins sooner, or
# does not.
proc ::acre::mapmake::Ragged {entries} {
    variable figures
    variable RAGGED
    set last [expr {[llength $entries] - 1}]
    for {set i 0} {$i <= $last} {incr i} {
        lassign [lindex $entries $i] base limit type
        set odds [dict get $figures unaligned-[expr {$type == 1 ? 1 : "other"}]]
        lset odds 1 [expr {$RAGGED * [lindex $odds 1]}]
        if {$limit - $base < 8192 || ![::acre::prng::chance {*}$odds]} continue
        set end [expr {$limit - [::acre::prng::between 1 4095]}]
        lset entries $i 1 $end
        if {$i < $last && [lindex $entries $i+1 0] == $limit && [::acre::prng::chance 1 2]} {
            lset entries $i+1 0 $end
        }
    }
    return $entries
}
