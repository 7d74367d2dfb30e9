# SPDX-License-Identifier: Apache-2.0
#
# A memory dump made by hand: a store's tree in tagged memory, with page tables, an anchor and the tables of tags, as an
# ELF core.  The fields of its values stand at other places than in the kernel's, so who reads them has read the tables.
#
#   model::new                        begins anew
#   model::put ADDRESS BYTES          virtual memory; model::get ADDRESS BYTES reads it back
#   model::symbol TEXT, string TEXT, integer N, tuple {NAME ADDRESS ...}, vector {ADDRESS ...}, function NAME,
#   model::view KIND ADDRESS ?EXTRA?, region BASE LIMIT TYPE   -> the address of a new value
#   model::field ADDRESS NAME N       overwrites a field of it
#   model::store TREE -> the address of a tuple made of {NAME WHAT ...}, WHAT a list of one of the above and its words
#   model::write FILE ROOT ?CHANGES?  writes the dump; CHANGES: {cr3 N} (in the note), {anchor-cr3 N}, {version N},
#                                     {tag-count N}, {magic TEXT}, {class 32}, {low 1}: the kernel's image is not mapped

namespace eval ::model {
    # Tags: name, number, bytes of the struct, and its fields: name, place, kind.  Text stands at the end.
    variable TAGS {
        symbol   {1 24 {hash {8 1} size {20 1} text {24 5}}}
        tuple    {2 40 {slots {32 4} used {8 1} live {12 1} capacity {16 1}}}
        vector   {4 32 {items {24 4} count {8 1} capacity {12 1}}}
        string   {5 16 {size {8 1} text {16 5}}}
        integer  {6 24 {number {16 3}}}
        function {8 40 {name {8 4} address {16 4} context {32 4}}}
        heap     {9 32 {name {16 4} heap {24 4}}}
        region   {10 40 {base {16 4} limit {8 4} type {24 1}}}
        view     {14 40 {kind {8 1} extra {12 1} address {32 4}}}
    }
    variable KMEM 0xffff800000000000
    variable KERNEL 0xffffffff80000000
    variable FORMS {1 i 2 w 3 w 4 w}
    variable VIEWS {U8 1 U16 2 U32 3 U64 4 SIGNED 5 FLAG 6 TEXT 7 RING 8 ADDRESS 9 HERE 10}
}

proc ::model::new {} {
    variable pages [dict create]
    variable next [dict create]
    variable KERNEL
    variable data [expr {$KERNEL + 0x4000}]
}

proc ::model::put {address bytes} {
    variable pages
    set address [expr {$address + 0}]
    while {$bytes ne ""} {
        set page [expr {$address & ~0xfff}]
        set at [expr {$address - $page}]
        set some [string range $bytes 0 [expr {4095 - $at}]]
        if {![dict exists $pages $page]} {
            dict set pages $page [string repeat \0 4096]
        }
        dict set pages $page [string replace [dict get $pages $page] $at [expr {$at + [string length $some] - 1}] $some]
        set bytes [string range $bytes [string length $some] end]
        incr address [string length $some]
    }
}

proc ::model::get {address bytes} {
    variable pages
    set page [expr {$address & ~0xfff}]
    return [string range [dict get $pages $page] [expr {$address - $page}] [expr {$address - $page + $bytes - 1}]]
}

# BYTES more in the slot of a tag (0: untagged), 16-aligned.
proc ::model::new_at {number bytes} {
    variable next
    variable KMEM
    if {![dict exists $next $number]} {
        dict set next $number [expr {$KMEM + ($number << 39) + ($number ? 0 : 0x40000000) + 0x60}]
    }
    set at [dict get $next $number]
    dict set next $number [expr {($at + $bytes + 15) & ~15}]
    return $at
}

# Memory of the kernel's data.
proc ::model::data {bytes} {
    variable data
    set at $data
    put $at $bytes
    set data [expr {($data + [string length $bytes] + 15) & ~15}]
    return $at
}

proc ::model::Value {name fields {text ""}} {
    variable TAGS
    lassign [dict get $TAGS $name] number size
    set at [new_at $number [expr {$size + [string length $text] + 1}]]
    put $at [string repeat \0 $size]$text\0
    dict for {field content} $fields {
        field $at $field $content
    }
    return $at
}

proc ::model::field {address name content} {
    variable TAGS
    variable FORMS
    set number [expr {$address >> 39 & 255}]
    foreach {tag row} $TAGS {
        if {[lindex $row 0] == $number} {
            lassign [dict get [lindex $row 2] $name] offset kind
            put [expr {$address + $offset}] [binary format [dict get $FORMS $kind] $content]
        }
    }
}

proc ::model::symbol {text} {
    return [Value symbol [list size [string length $text]] $text]
}
proc ::model::string {args} {
    if {[llength $args] != 1} {
        return [::string {*}$args]
    }
    return [Value string [list size [::string length [lindex $args 0]]] [lindex $args 0]]
}
proc ::model::integer {number} {
    return [Value integer [list number $number]]
}
proc ::model::function {name {context 0}} {
    return [Value function [list name [symbol $name] address 0xffffffff80001000 context $context]]
}
proc ::model::region {base limit type} {
    return [Value region [list base $base limit $limit type $type]]
}
proc ::model::view {kind address {extra 0}} {
    variable VIEWS
    return [Value view [list kind [dict get $VIEWS $kind] address $address extra $extra]]
}
# A counter, and the view of it.
proc ::model::counter {number} {
    return [view U64 [data [binary format w $number]]]
}
proc ::model::vector {items} {
    set count [llength $items]
    set at [new_at 0 [expr {8 * max(1, $count)}]]
    put $at [binary format w* $items]\0
    return [Value vector [list items $at count $count capacity $count]]
}
proc ::model::tuple {members} {
    set count [expr {[llength $members] / 2}]
    set capacity 4
    while {$capacity < $count + 1} {
        incr capacity $capacity
    }
    set slots [new_at 0 [expr {24 * $capacity}]]
    # The first slot is one that was removed.
    set bytes [binary format www 0 0 0]
    foreach {name value} $members {
        append bytes [binary format www [symbol $name] $value 1]
    }
    put $slots $bytes
    return [Value tuple [list slots $slots used [expr {$count + 1}] live $count capacity $capacity]]
}

proc ::model::store {tree} {
    set members {}
    foreach {name what} $tree {
        lappend members $name [{*}$what]
    }
    return [tuple $members]
}

# The rows of the tables -> {TAGS COUNT FIELDS COUNT}.
proc ::model::Tables {} {
    variable TAGS
    set tags ""
    set fields ""
    foreach {name row} $TAGS {
        lassign $row number size places
        append tags [binary format a16ii $name $number $size]
        foreach {field place} $places {
            append fields [binary format a16ssi $field $number {*}$place]
        }
    }
    return [list [data $tags] [expr {[::string length $tags] / 24}] \
        [data $fields] [expr {[::string length $fields] / 24}]]
}

# Page tables for all pages -> {ROOT MEMORY}: MEMORY is a dict of frames.
proc ::model::Map {skip} {
    variable pages
    set memory [dict create]
    set tables [dict create]
    set frame 0x10000
    set root [expr {$frame + 0}]
    dict set tables root $root
    incr frame 4096
    foreach page [lsort -command ::model::Order [dict keys $pages]] {
        set phys $frame
        incr frame 4096
        dict set memory $phys [dict get $pages $page]
        if {$skip ne "" && $page >= $skip} continue
        set table $root
        set key root
        foreach shift {39 30 21 12} {
            set index [expr {$page >> $shift & 511}]
            append key .$index
            if {$shift == 12} {
                set entry [expr {$phys | 3}]
            } else {
                if {![dict exists $tables $key]} {
                    dict set tables $key $frame
                    incr frame 4096
                }
                set entry [expr {[dict get $tables $key] | 3}]
            }
            if {![dict exists $memory $table]} {
                dict set memory $table [::string repeat \0 4096]
            }
            dict set memory $table [::string replace [dict get $memory $table] [expr {8 * $index}] \
                [expr {8 * $index + 7}] [binary format w $entry]]
            set table [expr {$entry & ~0xfff}]
        }
    }
    return [list $root $memory $frame]
}

proc ::model::Order {a b} {
    return [expr {$a < $b ? -1 : $a > $b}]
}

proc ::model::write {file root {changes {}}} {
    variable pages
    variable KERNEL
    lassign [Tables] tags tag_count fields field_count
    set anchor [data [::string repeat \0 64]]
    # The root table's place is known before: the first frame.
    set given [dict merge [list cr3 0x10000 anchor-cr3 0x10000 version 1 tag-count $tag_count magic "Acre store here" \
        class 64 low 0 fields $fields tags $tags] $changes]
    put $anchor [binary format a16iiwwwwii [dict get $given magic] [dict get $given version] 64 $root \
        [dict get $given anchor-cr3] [dict get $given tags] [dict get $given fields] [dict get $given tag-count] \
        $field_count]
    # Where stage2 read the kernel's file to: an anchor that nobody has filled.
    put $KERNEL [binary format a16 "Acre store here"]
    lassign [Map ""] - memory top
    set note [binary format iiia8 5 440 0 QEMU][::string repeat \0 416][binary format w [dict get $given cr3]]
    append note [::string repeat \0 16]
    set bytes ""
    for {set at 0} {$at < $top} {incr at 4096} {
        append bytes [expr {[dict exists $memory $at] ? [dict get $memory $at] : [::string repeat \0 4096]}]
    }
    set out [open $file wb]
    if {[dict get $given class] == 64} {
        puts -nonewline $out [binary format a4cccx9ssiwwwissssss "\x7fELF" 2 1 1 4 62 1 0 64 0 0 64 56 2 0 0 0]
        puts -nonewline $out [binary format iiwwwwww 4 0 4096 0 0 [::string length $note] [::string length $note] 0]
        puts -nonewline $out [binary format iiwwwwww 1 7 8192 0 0 $top $top 0]
    } else {
        puts -nonewline $out [binary format a4cccx9ssiiiiissssss "\x7fELF" 1 1 1 4 3 1 0 52 0 0 52 32 2 0 0 0]
        puts -nonewline $out [binary format iiiiiiii 4 4096 0 0 [::string length $note] [::string length $note] 0 0]
        puts -nonewline $out [binary format iiiiiiii 1 8192 0 0 $top $top 7 0]
    }
    seek $out 4096
    puts -nonewline $out $note
    seek $out 8192
    puts -nonewline $out $bytes
    close $out
}
