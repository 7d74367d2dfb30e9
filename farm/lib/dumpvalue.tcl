# SPDX-License-Identifier: Apache-2.0
#
# dumpvalue.tcl: tagged values of a dump, read as the tables say that the kernel publishes beside its anchor
# (runtime/storetags.h): which tags there are, and where which field of a value stands.
#
#   ::acre::dumpvalue::open MEMORY          -> HANDLE; MEMORY is dumpmem.tcl's.  Raises {ACRE BAD} for tables that
#                                        cannot be
#   ::acre::dumpvalue::tags HANDLE          -> dict name -> dict number size fields, fields a dict name -> {OFFSET KIND}
#   ::acre::dumpvalue::struct HANDLE NAME ADDRESS -> dict of the fields of a struct that is no value, {} if the kernel
#                                        says nothing of it; ::acre::dumpvalue::bytes HANDLE NAME -> its size, or 0
#   ::acre::dumpvalue::tag HANDLE ADDRESS   -> the tag's name; none, unlisted for what is no value
#   ::acre::dumpvalue::fields HANDLE ADDRESS -> dict name -> number of the value's fields; a text's or the bytes' is its
#                                        bytes
#   ::acre::dumpvalue::members HANDLE ADDRESS -> list of {NAME ADDRESS} of a tuple
#   ::acre::dumpvalue::items HANDLE ADDRESS -> list of addresses of a vector
#   ::acre::dumpvalue::view HANDLE ADDRESS  -> what the view shows, as a NODE of dumptree.tcl
#   ::acre::dumpvalue::text HANDLE ADDRESS MOST -> bytes up to the NUL, at most MOST
#
# Nothing is trusted: what contradicts itself or is not mapped raises {ACRE DUMP}, naming it.

::acre::paths::use dumpmem

namespace eval ::acre::dumpvalue {
    variable count 0
    # Rows that the tables may have, and entries or items of a container.
    variable ROWS_MOST 1024
    variable ENTRIES_MOST 65536
    # Bytes of a name in a table, of a slot of a tuple, of a ring's head.
    variable NAME 16
    variable SLOT 24
    variable RING 16
    # enum store_field_kind, and the bytes of each.
    variable KINDS {1 u32 2 u64 3 signed 4 address 5 text 6 bytes}
    variable FORMS {u32 iu u64 wu signed w address wu}
    # enum view_kind: numbers never change.
    variable VIEWS {1 U8 2 U16 3 U32 4 U64 5 SIGNED 6 FLAG 7 TEXT 8 RING 9 ADDRESS 10 HERE}
    variable TEXT_MOST 1048576
    # Fields that a tag or a struct must have, if it is listed; a name with ' is a text.
    variable NEEDS {
        tags {symbol {size text'} string {size text'} integer number tuple {slots used live capacity}
            vector {items count capacity} function context heap heap view {kind extra address}}
        structs {heap {name parent failures live peak} idheap {total free failures} backed {pages spans peak}
            boot {tsc_stage2 tsc_loaded entry_count entries region_count regions} entry {base length type attributes}
            region {base limit type} row {name base limit} section {name base limit} mark {name tsc}
            config {name type when least most words standard text get place}}
    }
}

proc ::acre::dumpvalue::open {memory} {
    variable count
    set handle ::acre::dumpvalue::values[incr count]
    upvar #0 $handle state
    array set state {tags {} names {} symbols {} structs {}}
    set state(memory) $memory
    set path [set ${memory}(path)]
    if {[catch {Tables $handle [::acre::dumpmem::anchor $memory]} why]} {
        ::acre::err::bad "$path: the store in it cannot be read: its table of tags: $why"
    }
    return $handle
}

proc ::acre::dumpvalue::Trouble {format args} {
    return -code error -errorcode {ACRE DUMP} [format $format {*}$args]
}

# The tags and the structs.
proc ::acre::dumpvalue::Tables {handle anchor} {
    variable ROWS_MOST
    upvar #0 $handle state
    foreach {key least} {tag-count 1 field-count 1 struct-count 0 struct-field-count 0} {
        if {[dict get $anchor $key] < $least || [dict get $anchor $key] > $ROWS_MOST} {
            Trouble "the anchor says that %s is %d" $key [dict get $anchor $key]
        }
    }
    foreach {kind rows fields} {tags tag field structs struct struct-field} {
        lassign [Table $handle [dict get $anchor $kind] [dict get $anchor $rows-count] \
            [dict get $anchor [expr {$kind eq "tags" ? "fields" : "struct-fields"}]] \
            [dict get $anchor $fields-count]] state($kind) names
        Needs $kind $state($kind)
        if {$kind eq "tags"} {
            set state(names) $names
        }
    }
}

proc ::acre::dumpvalue::Needs {what table} {
    variable NEEDS
    variable FORMS
    dict for {name fields} [dict get $NEEDS $what] {
        foreach field $fields {
            set text [string match *' $field]
            set field [string trimright $field ']
            if {[dict exists $table $name] && (![dict exists $table $name fields $field]
                    || [dict exists $FORMS [lindex [dict get $table $name fields $field] 1]] == $text)} {
                Trouble "there is no field %s of a %s" $field $name
            }
        }
    }
}

# Rows of struct store_tag_row and of struct store_field_row -> {TABLE {NUMBER NAME ...}}, TABLE as of tags.
proc ::acre::dumpvalue::Table {handle rows count fields field_count} {
    variable KINDS
    set table [dict create]
    set names [dict create]
    foreach row [Rows $handle $rows $count iuiu] {
        lassign $row name number size
        dict set table $name [dict create number $number size $size fields [dict create]]
        dict set names $number $name
    }
    foreach row [Rows $handle $fields $field_count susuiu] {
        lassign $row name tag offset kind
        if {![dict exists $names $tag] || ![dict exists $KINDS $kind]} {
            Trouble "field %s has tag %d and kind %d" $name $tag $kind
        }
        dict set table [dict get $names $tag] fields $name [list $offset [dict get $KINDS $kind]]
    }
    return [list $table $names]
}

# COUNT rows of a name and what FORM scans; 24 bytes each.
proc ::acre::dumpvalue::Rows {handle address count form} {
    variable NAME
    upvar #0 $handle state
    set bytes [::acre::dumpmem::read $state(memory) $address [expr {24 * $count}]]
    set rows {}
    for {set at 0} {$at < [string length $bytes]} {incr at 24} {
        binary scan $bytes @${at}a${NAME}$form name one two three
        set row [list [string trimright $name \0] $one $two]
        if {![regexp {^[a-z][a-z0-9_]*$} [lindex $row 0]]} {
            Trouble "a row of the table at 0x%llx has no name" $address
        }
        lappend rows [expr {[info exists three] ? [list {*}$row $three] : $row}]
    }
    return $rows
}

proc ::acre::dumpvalue::tags {handle} {
    return [set ${handle}(tags)]
}

proc ::acre::dumpvalue::tag {handle address} {
    upvar #0 $handle state
    if {$address < $::layout::LAYOUT_KMEM_BASE || $address >= $::layout::LAYOUT_KMEM_LIMIT} {
        return none
    }
    set number [expr {$address >> $::layout::LAYOUT_VA_TAG_SHIFT & (1 << $::layout::LAYOUT_VA_TAG_BITS) - 1}]
    if {!$number} {
        return none
    }
    return [expr {[dict exists $state(names) $number] ? [dict get $state(names) $number] : "unlisted"}]
}

# The address as a value of the tag NAME.
proc ::acre::dumpvalue::Need {handle address name} {
    set tag [tag $handle $address]
    if {$tag ne $name} {
        Trouble "0x%llx should be a %s, and its tag is %s" $address $name $tag
    }
}

proc ::acre::dumpvalue::fields {handle address} {
    upvar #0 $handle state
    set tag [tag $handle $address]
    return [Fields $handle $address $tag [dict get $state(tags) $tag]]
}

proc ::acre::dumpvalue::struct {handle name address} {
    upvar #0 $handle state
    if {![dict exists $state(structs) $name]} {
        return {}
    }
    return [Fields $handle $address $name [dict get $state(structs) $name]]
}

proc ::acre::dumpvalue::bytes {handle name} {
    upvar #0 $handle state
    return [expr {[dict exists $state(structs) $name] ? [dict get $state(structs) $name size] : 0}]
}

# What stands at ADDRESS, by the ROW of its tag or struct, which is called WHAT.
proc ::acre::dumpvalue::Fields {handle address what row} {
    variable FORMS
    upvar #0 $handle state
    set bytes [::acre::dumpmem::read $state(memory) $address [dict get $row size]]
    set found [dict create]
    set last 0
    dict for {name place} [dict get $row fields] {
        lassign $place offset kind
        if {[dict exists $FORMS $kind]} {
            if {[binary scan $bytes @$offset[dict get $FORMS $kind] last] != 1} {
                Trouble "field %s of a %s lies behind its end" $name $what
            }
            dict set found $name $last
        } else {
            # The number before it is its size.
            dict set found $name [::acre::dumpmem::read $state(memory) [expr {$address + $offset}] $last]
        }
    }
    return $found
}

proc ::acre::dumpvalue::members {handle address} {
    variable SLOT
    upvar #0 $handle state
    set tuple [fields $handle $address]
    dict with tuple {
        Array tuple $address $slots $used $capacity
        if {$live > $used} {
            Trouble "the tuple at 0x%llx says %d entries in %d slots" $address $live $used
        }
    }
    set bytes [::acre::dumpmem::read $state(memory) $slots [expr {$SLOT * $used}]]
    set members {}
    for {set at 0} {$at < [string length $bytes]} {incr at $SLOT} {
        binary scan $bytes @${at}wuwu key value
        if {$key} {
            lappend members [list [symbol $handle $key] $value]
        }
    }
    if {[llength $members] != $live} {
        Trouble "the tuple at 0x%llx says %d entries, and has %d" $address $live [llength $members]
    }
    return $members
}

# What a growing container says of its memory.
proc ::acre::dumpvalue::Array {what address first used capacity} {
    variable ENTRIES_MOST
    if {$used > $capacity || ($used && !$first)} {
        Trouble "the %s at 0x%llx says %d entries in room for %d" $what $address $used $capacity
    } elseif {$used > $ENTRIES_MOST} {
        Trouble "the %s at 0x%llx says %d entries" $what $address $used
    }
}

# How many entries a tuple or a vector has.
proc ::acre::dumpvalue::size {handle address} {
    set container [fields $handle $address]
    return [dict get $container [expr {[tag $handle $address] eq "tuple" ? "live" : "count"}]]
}

proc ::acre::dumpvalue::items {handle address} {
    upvar #0 $handle state
    set vector [fields $handle $address]
    dict with vector {
        Array vector $address $items $count $capacity
    }
    binary scan [::acre::dumpmem::read $state(memory) $items [expr {8 * $count}]] wu* found
    return [expr {$count ? $found : {}}]
}

proc ::acre::dumpvalue::symbol {handle address} {
    upvar #0 $handle state
    Need $handle $address symbol
    if {![dict exists $state(symbols) $address]} {
        dict set state(symbols) $address [dict get [fields $handle $address] text]
    }
    return [dict get $state(symbols) $address]
}

proc ::acre::dumpvalue::text {handle address most} {
    upvar #0 $handle state
    set found ""
    while {[string length $found] < $most} {
        set some [expr {min(256, $most - [string length $found], 4096 - ($address & 4095))}]
        set bytes [::acre::dumpmem::read $state(memory) $address $some]
        set end [string first \0 $bytes]
        if {$end >= 0} {
            return $found[string range $bytes 0 $end-1]
        }
        append found $bytes
        incr address $some
    }
    return $found
}

proc ::acre::dumpvalue::view {handle address} {
    variable VIEWS
    variable TEXT_MOST
    upvar #0 $handle state
    set view [fields $handle $address]
    set at [dict get $view address]
    set kind [dict get $view kind]
    if {![dict exists $VIEWS $kind]} {
        Trouble "the view at 0x%llx has kind %d" $address $kind
    }
    switch -- [dict get $VIEWS $kind] {
        HERE { return [list address $at] }
        TEXT { return [list text [text $handle $at [expr {min($TEXT_MOST, [dict get $view extra])}]]] }
        RING { return [Ring $handle $at] }
    }
    lassign [dict get {U8 {number cu 1} U16 {number su 2} U32 {number iu 4} U64 {number wu 8} SIGNED {signed w 8}
        FLAG {flag cu 1} ADDRESS {address wu 8}} [dict get $VIEWS $kind]] type form bytes
    binary scan [::acre::dumpmem::read $state(memory) $at $bytes] $form number
    return [list $type [expr {$type eq "flag" ? $number != 0 : $number}]]
}

# struct textring: the whole lines that are still there.
proc ::acre::dumpvalue::Ring {handle address} {
    variable RING
    variable TEXT_MOST
    upvar #0 $handle state
    binary scan [::acre::dumpmem::read $state(memory) $address $RING] wuiu written capacity
    if {$capacity == 0 || $capacity & ($capacity - 1) || $capacity > $TEXT_MOST} {
        Trouble "the text ring at 0x%llx says %d bytes" $address $capacity
    }
    set bytes [::acre::dumpmem::read $state(memory) [expr {$address + $RING}] $capacity]
    set at [expr {$written & ($capacity - 1)}]
    set text [expr {$written < $capacity ? [string range $bytes 0 $at-1]
        : "[string range $bytes $at end][string range $bytes 0 $at-1]"}]
    if {$written > $capacity} {
        # The first line has lost its beginning.
        set end [string first \n $text]
        set text [expr {$end < 0 ? "" : [string range $text $end+1 end]}]
    }
    set lines [split $text \n]
    if {[lindex $lines end] eq ""} {
        set lines [lrange $lines 0 end-1]
    }
    return [list list [lmap line $lines {list text $line}]]
}

# within HANDLE ADDRESS BYTES -> {NAME NODE ...}: the fields of a value that stands at ADDRESS, as far as they lie in
# BYTES of it; nothing that they point to is looked at.
proc ::acre::dumpvalue::within {handle address bytes} {
    variable FORMS
    upvar #0 $handle state
    set tag [tag $handle $address]
    set found {}
    set last 0
    if {![dict exists $state(tags) $tag]} {
        return {}
    }
    dict for {name place} [dict get $state(tags) $tag fields] {
        lassign $place offset kind
        if {![dict exists $FORMS $kind]} {
            if {$offset <= [string length $bytes]} {
                lappend found $name [list text [string range $bytes $offset [expr {$offset + $last - 1}]]]
            }
        } elseif {[binary scan $bytes @$offset[dict get $FORMS $kind] last] == 1} {
            lappend found $name [list [dict get {u32 number u64 number signed signed address address} $kind] $last]
        }
    }
    return $found
}
