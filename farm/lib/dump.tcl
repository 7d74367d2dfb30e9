# SPDX-License-Identifier: Apache-2.0
#
# dump.tcl: the store in a memory dump (an ELF core), asked as the kernel itself is asked over COM2 (doc/store.md).
#
#   ::acre::dump::is FILE            -> 1 if FILE is a regular file; a socket, or none at all, is no dump
#   ::acre::dump::open FILE          -> DUMP; raises {ACRE BAD}, naming what is wrong: no ELF core, cut short, no anchor
#                                    of a store in it, tables that lead nowhere
#   ::acre::dump::ask DUMP OPERATION ARGUMENTS -> the answer's JSON text, as ::acre::storepeer::ask gives it: ARGUMENTS
#                                    is a dict name -> JSON text.  Raises {ACRE STORE CODE} where the server would
#                                    refuse, and for what only a running guest does (set, watch: "dump")
#   ::acre::dump::close DUMP
#
# What the kernel computes when it is asked, and the host cannot, is {"computed":WHY} in its place; what of the store is
# damaged is {"broken":WHY}, and all around it can still be read.

::acre::paths::use dumpmem dumpvalue dumptree dumphost storejson

namespace eval ::acre::dump {
    # As the server has them (runtime/storeop.c).
    variable DEPTH_MOST 16
    variable GET_DEPTH 2
    variable READ_BYTES 64
    variable READ_MOST 256
    variable FIELDS_MOST 16
    # What each operation takes.
    variable TAKES {get {path depth fields} list path schema {path depth} tags {} read {address bytes} ping {}}
}

proc ::acre::dump::is {path} {
    return [file isfile $path]
}

proc ::acre::dump::open {path} {
    set memory [::acre::dumpmem::open $path]
    try {
        return [::acre::dumphost::open [::acre::dumpvalue::open $memory]]
    } on error {why options} {
        ::acre::dumpmem::close $memory
        return -options $options $why
    }
}

proc ::acre::dump::close {dump} {
    ::acre::dumpmem::close [::acre::dumphost::memory $dump]
}

proc ::acre::dump::Refuse {code words} {
    return -code error -errorcode [list ACRE STORE $code] $words
}

proc ::acre::dump::ask {dump operation arguments} {
    variable TAKES
    if {![dict exists $TAKES $operation]} {
        Refuse dump "a dump does not change and takes no $operation: ask the running guest"
    }
    foreach name [dict keys $arguments] {
        if {$name ni [dict get $TAKES $operation]} {
            Refuse bad-request "$operation takes no \"$name\""
        }
    }
    return [Do_$operation $dump [dict map {name text} $arguments {::acre::storejson::parse $text}]]
}

# The argument NAME as Tcl has it, or OTHERWISE.
proc ::acre::dump::Get {arguments name otherwise} {
    # No expr here: it would make another word of an address.
    if {[dict exists $arguments $name]} {
        return [::acre::storejson::plain [dict get $arguments $name]]
    }
    return $otherwise
}

# A number of the arguments within [LEAST, MOST].
proc ::acre::dump::Number {arguments name least most otherwise} {
    set number [Get $arguments $name $otherwise]
    if {![string is digit -strict $number] || $number < $least || $number > $most} {
        Refuse bad-value "\"$name\" is a number from $least to $most, not $number"
    }
    return $number
}

proc ::acre::dump::Tree {dump arguments mode depth} {
    variable FIELDS_MOST
    set fields {}
    if {[dict exists $arguments fields]} {
        set fields [lmap field [lindex [dict get $arguments fields] 1] {::acre::storejson::plain $field}]
    }
    if {[llength $fields] > $FIELDS_MOST} {
        Refuse bad-value "\"fields\" is a list of at most $FIELDS_MOST names"
    }
    return [::acre::dumptree::write [::acre::dumphost::values $dump] [list ::acre::dumphost::node $dump] \
        [::acre::dumphost::root $dump] \
        [dict create path [Get $arguments path ""] mode $mode depth $depth fields $fields]]
}

proc ::acre::dump::Do_get {dump arguments} {
    variable DEPTH_MOST
    variable GET_DEPTH
    return [Tree $dump $arguments values [Number $arguments depth 0 $DEPTH_MOST $GET_DEPTH]]
}

proc ::acre::dump::Do_list {dump arguments} {
    return [Tree $dump $arguments list 1]
}

proc ::acre::dump::Do_schema {dump arguments} {
    variable DEPTH_MOST
    return [Tree $dump $arguments types [Number $arguments depth 0 $DEPTH_MOST $DEPTH_MOST]]
}

proc ::acre::dump::Do_ping {dump arguments} {
    return {{"protocol":1,"write":false,"dump":true}}
}

# As store_tags_write, from the tables that the kernel has published.
proc ::acre::dump::Do_tags {dump arguments} {
    set tags [dict map {name row} [::acre::dumpvalue::tags [::acre::dumphost::values $dump]] {
        set fields [dict map {field place} [dict get $row fields] {
            list object [list offset [list number [lindex $place 0]] kind [list text [lindex $place 1]]]
        }]
        list object [list number [list number [dict get $row number]] size [list number [dict get $row size]] \
            fields [list object $fields]]
    }]
    return [Write $dump [list object [list base [list address $::layout::LAYOUT_KMEM_BASE] \
        shift [list number $::layout::LAYOUT_VA_TAG_SHIFT] bits [list number $::layout::LAYOUT_VA_TAG_BITS] \
        tags [list object $tags]]]]
}

# The JSON of a NODE of dumptree.tcl.
proc ::acre::dump::Write {dump node} {
    variable DEPTH_MOST
    return [::acre::dumptree::write [::acre::dumphost::values $dump] {} $node \
        [dict create path "" mode values depth $DEPTH_MOST fields {}]]
}

# What stands at an address, as far as it lies in a heap.
proc ::acre::dump::Do_read {dump arguments} {
    variable READ_BYTES
    variable READ_MOST
    set text [Get $arguments address ""]
    if {![regexp {^0x[0-9a-f]{1,16}$} $text]} {
        Refuse bad-value "\"address\" is \"0x\" and up to 16 digits, not \"$text\""
    }
    set address [expr {$text + 0}]
    set size [Number $arguments bytes 1 $READ_MOST $READ_BYTES]
    set heap [::acre::dumphost::heap $dump $address $size]
    if {$heap eq ""} {
        Refuse not-readable "$text and the $size bytes from there do not lie in a heap"
    }
    set bytes [::acre::dumpmem::read [::acre::dumphost::memory $dump] $address $size]
    set values [::acre::dumphost::values $dump]
    return [Write $dump [list object [list address [list address $address] \
        tag [list text [::acre::dumpvalue::tag $values $address]] heap [list text $heap] \
        bytes [list text [binary encode hex $bytes]] \
        value [list object [::acre::dumpvalue::within $values $address $bytes]]]]]
}
