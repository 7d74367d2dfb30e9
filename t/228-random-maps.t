#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Random maps: the stream of numbers, the same map of the same seed, legal ones like real ones, and every way to spoil
# one.
# ACRE_SEED=N makes other maps.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use err prng map mapmake mapspoil mapstats mapshow
namespace path ::tap
plan 47

set seed [expr {[info exists ::env(ACRE_SEED)] ? $::env(ACRE_SEED) : 20261126}]

# --- numbers -------------------------------------------------------------------------------------------------------

# The first values of SplitMix64 for two seeds, as published with it.
::acre::prng::start 1234567
is [lmap i {1 2 3} { ::acre::prng::next }] {6457827717110365317 3203168211198807973 9817491932198370423} \
    "SplitMix64, by its published values"
::acre::prng::start 0
is [::acre::prng::next] [expr {0xe220a8397b1dcdaf}] "... and of seed 0"
proc stream {args} {
    ::acre::prng::start {*}$args
    return [lmap i {1 2 3 4} { ::acre::prng::next }]
}
is [stream $seed 5] [stream $seed 5] "the same stream of the same seed and index"
set streams [dict create]
foreach begin [list $seed [expr {$seed + 1}]] {
    dict set streams $begin [stream $begin]
    for {set index 0} {$index < 50} {incr index} {
        dict set streams "$begin $index" [stream $begin $index]
        dict set streams "$index $index" [stream $index $index]
    }
}
is [llength [lsort -unique [concat {*}[dict values $streams]]]] [expr {4 * [dict size $streams]}] \
    "streams of neighbouring seeds and indices, and of seeds like the index, have no number in common"
::acre::prng::start $seed
foreach {name script least most} {
    below     {::acre::prng::below 6}                  0 5
    between   {::acre::prng::between 10 15}            10 15
    log       {::acre::prng::log 5 100}                5 100
    deciles   {::acre::prng::deciles {1 1 2 3 5 8 13 21 34 55 89} flat} 1 89
} {
    set seen {}
    for {set i 0} {$i < 2000} {incr i} {
        dict incr seen [eval $script]
    }
    set values [lsort -integer [dict keys $seen]]
    is [list [lindex $values 0] [lindex $values end]] [list $least $most] "$name: from $least to $most, both ends too"
    if {$name eq "below"} {
        # 2000 throws: 333 of each expected, 5 standard deviations are 84.
        is [lsearch -all -inline -not -regexp [lmap count [dict values $seen] { expr {abs($count - 333) < 84} }] 1] {} \
            "below: each as often as the others"
    }
}
::acre::prng::start $seed
set list {a b c d e f g h}
set orders {}
for {set i 0} {$i < 200} {incr i} {
    lappend orders [::acre::prng::shuffle $list]
}
is [list [lsort -unique [lmap order $orders { lsort $order }]] [expr {[llength [lsort -unique $orders]] > 150}]] \
    [list [list $list] 1] "shuffle: the same elements, in many orders"

# --- maps ----------------------------------------------------------------------------------------------------------

proc made {seed index} {
    return [encoding convertto utf-8 [::acre::map::text [::acre::mapmake::map $seed $index]]]
}
set ours [lmap index {0 1 2 3 4 5 6 7 8 9} { made $seed $index }]
::acre::prng::start 99
is [lmap index {9 8 7 6 5 4 3 2 1 0} { made $seed $index }] [lreverse $ours] "the same map of the same seed and index"
is [llength [lsort -unique [concat $ours [lmap index {0 1 2 3 4 5 6 7 8 9} { made [expr {$seed + 1}] $index }]]]] 20 \
    "other maps of others"
# Whoever changes what comes of a seed gives the generator another VERSION, which stands in every map's origin.
set sum [zlib crc32 [join [lmap index {0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19} { made 7 $index }] ""]]
is [list $::acre::mapmake::VERSION [format %08x $sum]] {1 c2cb129f} "the maps of version 1"

set maps [list]
set texts [list]
for {set index 0} {$index < 250} {incr index} {
    set map [::acre::mapmake::map $seed $index]
    lappend maps $map
    set text [encoding convertto utf-8 [::acre::map::text $map]]
    set problems [dict get [::acre::map::parse $text m] problems]
    if {$problems ne "" || [::acre::mapshow::faults $map] ne ""} {
        lappend texts "$index: $problems [::acre::mapshow::faults $map]"
    }
}
is [lindex $texts 0] "" "250 maps: acre map check finds nothing in any, legal or not"
set legal [lsearch -all -inline -exact -index [expr {2 * [lsearch -exact [dict keys [lindex $maps 0]] class] + 1}] \
    $maps legal]
ok [expr {[llength $legal] > 95 && [llength $legal] < 155}] "half of them are legal ([llength $legal])"
set unlike [lmap map $legal {
    set last 0
    set good [expr {[dict get $map quirks] eq "" && [dict get $map expect] eq "boots"}]
    foreach entry [dict get $map entries] {
        lassign $entry base limit type
        set good [expr {$good && $base >= $last && $limit > $base && $limit <= 1 << 52
            && $type in {1 2 3 4 5 7 9 16 20}}]
        set last $limit
    }
    if {$good} continue
    dict get $map title
}]
is $unlike {} "legal ones ascend, lie apart, have known types, and boot"
set classes [lsort -unique [concat {*}[lmap map $maps {
    split [string map {"illegal: " "" ", " ,} [dict get $map class]] ,
}]]]
is $classes [lsort [concat legal [::acre::mapspoil::kinds]]] "every way to spoil a map occurs"
set expects [lsort -unique [lmap map $maps { string cat [dict get $map expect] ": " [dict get $map why] }]]
# The third is rare.
is [lsearch -all -inline -not $expects "refuses: more*"] {{boots: } {refuses: no usable memory}} \
    "some must boot, some be refused"
foreach {count want} {1024 {1 boots {}} 1025 {1 refuses {more than 1024 entries}}} {
    set map [dict replace [::acre::map::Empty m] entries [lrepeat $count {1048576 134217728 1}]]
    is [list [::acre::mapmake::Expect map] [dict get $map expect] [dict get $map why]] $want "$count entries: $want"
}
set rams [lmap map $maps { dict get $map ram }]
ok [expr {[llength [lsearch -all -exact $rams ""]] > 10 && [llength [lsearch -all -exact $rams 128]] > 100}] \
    "some leave the RAM to the farm, most say it"
set few [lmap map $maps {
    set ram [expr {([dict get $map ram] eq "" ? 2048 : [dict get $map ram]) << 20}]
    set backed [list {0 655360} [list 1048576 [expr {$ram - 0x40000}]]]
    set cut [dict get [::acre::map::cut [dict get $map entries] $backed] entries]
    set frames [dict get [::acre::oracle::judge $cut [dict get $map quirks]] frames-below-4g]
    if {[dict get $map expect] eq "refuses" || $frames >= 4096} continue
    dict get $map title
}]
is $few {} "what must boot has 16 MiB in its RAM, or in 2 GiB where it has none"

# --- like real ones ------------------------------------------------------------------------------------------------

set real [::acre::mapstats::of [lmap file [::acre::map::find real] { dict get [::acre::map::read $file] entries }]]
# A map more or less moves a decile by less than to the next ones.
set stale {}
dict for {key values} $::acre::mapmake::figures {
    if {$key eq "types" || [llength $values] != 11} continue
    for {set i 0} {$i <= 10} {incr i} {
        set low [lindex [dict get $real $key] [expr {max(0, $i - 1)}]]
        set high [lindex [dict get $real $key] [expr {min(10, $i + 1)}]]
        if {[lindex $values $i] < $low || [lindex $values $i] > $high} {
            lappend stale "$key: decile $i is [lindex $values $i], real maps have $low to $high"
        }
    }
}
is [join $stale \n] "" "the generator's table is what acre map stats says of the real maps"
is [lsort [dict keys [dict get $::acre::mapmake::figures types]]] [lsort [dict keys [dict get $real types]]] \
    "... and has their types"
set drawn [::acre::mapstats::of [lmap map $legal { dict get $map entries }]]
foreach key {entries usable low-limit holes size-1 size-2 size-3 size-4} {
    set ours [dict get $drawn $key]
    set theirs [dict get $real $key]
    # Ends are rounded to frames or moved within one.
    ok [expr {[lindex $ours 0] >= [lindex $theirs 0] - 4095 && [lindex $ours 10] <= [lindex $theirs 10] + 4096
        && [lindex $ours 5] >= [lindex $theirs 2] && [lindex $ours 5] <= [lindex $theirs 8]}] \
        "legal maps are like real ones: $key" "ours:   $ours\ntheirs: $theirs"
}
foreach key {unaligned-1 unaligned-other} {
    lassign [dict get $drawn $key] bad all
    lassign [dict get $real $key] theirs of
    set ratio [expr {double($bad) / $all / (double($theirs) / $of)}]
    ok [expr {$ratio > 1 / 3.0 && $ratio < 3}] "... $key: [format %.1f $ratio] times as many"
}

# --- spoilt ones ---------------------------------------------------------------------------------------------------

proc sizes {entries} { return [lmap entry $entries { expr {[lindex $entry 1] - [lindex $entry 0]} }] }
# kind -> what is true of a legal map ($before) that was spoilt so ($after), nearly always
set true {
    overlap  {[::acre::mapstats::Overlapping $after]}
    wrap     {[lsort -dictionary [lmap entry $after { lindex $entry 1 }]] ne "" && "1" in [lmap entry $after {
                expr {[lindex $entry 1] >= 1 << 64} }]}
    types    {[llength [lmap entry $after { if {[lindex $entry 2] in {1 2 3 4 5 7 9 16 20}} continue; set entry }]]}
    split    {[llength $after] > [llength $before]}
    crumbs   {[llength [lmap size [sizes $after] { if {$size >= 4096} continue; set size }]] >= 5}
    empty    {0 in [sizes $after]}
    many     {[llength $after] >= 200}
    nothing  {1 ni [lmap entry $after { lindex $entry 2 }]}
    twice    {[llength [lsort -unique $after]] < [llength $after]}
    reversed {$after eq [lreverse $before]}
    shuffled {[lsort $after] eq [lsort $before] && $after ne $before}
    quirks   {$after eq $before && $quirks ne ""}
}
is [dict keys $true] [::acre::mapspoil::kinds] "all kinds are known here"
::acre::prng::start $seed 77
dict for {kind condition} $true {
    set good 0
    for {set i 0} {$i < 40} {incr i} {
        set before [::acre::mapmake::legal]
        set map [dict replace [::acre::map::Empty m] entries $before]
        set map [::acre::mapspoil::spoil $kind $map]
        set after [dict get $map entries]
        set quirks [dict get $map quirks]
        incr good [expr [string map {\n " "} $condition]]
    }
    # An overlap may be empty, a shuffled list of two entries in order.
    ok [expr {$good >= 30}] "$kind: so it is ($good of 40)"
}
done
