#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The reader of memory dumps, over dumps made by hand: a good one is read to the last value by tables whose fields stand
# where no kernel's do; a damaged one is refused in words, or read around the damage.  Nothing hangs, whatever points
# where.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
source [file join $::env(srcdir) dump-model.tcl]
::acre::paths::use dump
tap::plan 81
set file [file join [tap::tmp] core]

# dumped TREE ?CHANGES? -> DUMP of a store with that tree.
proc dumped {tree {changes {}}} {
    model::write $::file [expr {[string is entier -strict $tree] ? $tree : [model::store $tree]}] $changes
    return [::acre::dump::open $::file]
}
# get DUMP ?PATH? ?NAME JSON...? -> the answer's JSON, or "CODE: WORDS".
proc get {dump {path ""} args} {
    return [ask $dump get path \"$path\" {*}$args]
}
proc ask {dump operation args} {
    if {[catch {::acre::dump::ask $dump $operation $args} answer options]} {
        if {[lrange [dict get $options -errorcode] 0 1] ne {ACRE STORE}} {
            return [dict get $options -errorinfo]
        }
        return "[lindex [dict get $options -errorcode] 2]: $answer"
    }
    return $answer
}
# What opening the file says.
proc opened {} {
    if {[catch {::acre::dump::open $::file} why options]} {
        set code [dict get $options -errorcode]
        return [expr {[lrange $code 0 1] eq {ACRE BAD} ? [string map [list $::file FILE] $why]
            : [dict get $options -errorinfo]}]
    }
    return good
}
# Bytes of it that are written over, or what else SCRIPT does with the channel f.
proc change {script} {
    upvar 1 f f
    set f [open $::file rb+]
    uplevel 1 $script
    close $f
}

# ---- values
model::new
set ring [model::data [binary format wiia16 20 16 0 "ghij\nklmncdef\nab"]]
set lost [model::data [binary format wiia8 9 8 0 "ijklmnop"]]
set short [model::data [binary format wiia8 6 8 0 "one\ntw"]]
set words [model::data "words\0more"]
set tree [list \
    n {model::integer 7} minus {model::integer -7} text [list model::string "a\"\\\n\xff"] \
    u8 [list model::view U8 [model::data \xfe\xff]] u16 [list model::view U16 [model::data \xfe\xff\x01]] \
    u32 [list model::view U32 [model::data [binary format iw 4294967295 1]]] \
    u64 [list model::counter 18446744073709551615] signed [list model::view SIGNED [model::data [binary format w -2]]] \
    yes [list model::view FLAG [model::data \x80]] no [list model::view FLAG [model::data \0\1]] \
    words [list model::view TEXT $words 10] cut [list model::view TEXT $words 3] \
    ring [list model::view RING $ring] lost [list model::view RING $lost] short [list model::view RING $short] \
    at [list model::view ADDRESS [model::data [binary format w 0x1234]]] \
    here [list model::view HERE 0xffff800000000000] \
    symbol {model::symbol name} region {model::region 0 4096 1} f {model::function f} \
    list [list model::vector [list [model::integer 1] [model::store {a {model::integer 2}}]]] \
    empty {model::vector {}} group {model::store {a {model::store {b {model::store {c {model::integer 3}}}}}}}]
set dump [dumped $tree]
foreach {path want what} {
    n 7 "an integer" minus -7 "a negative one" text {"a\"\\\u000a\u00ff"} "a string, escaped byte by byte"
    u8 254 "a view of 8 bits" u16 65534 "of 16" u32 4294967295 "of 32" u64 18446744073709551615 "of 64"
    signed -2 "a signed one" yes true "a flag: all but 0 is true" no false "and 0 is not"
    words {"words"} "a text up to its NUL" cut {"wor"} "or to its size"
    lost {[]} "a ring whose only line has no beginning"
    short {["one","tw"]} "a ring that is not full, its last line without an end"
    at {"0x1234"} "an address" here {"0xffff800000000000"} "an address that is the thing itself"
    symbol {"name"} "a symbol" region {"region"} "a value of another kind is its tag's name"
    list {[1,{"a":2}]} "a vector" empty {[]} "an empty one" list.1.a 2 "an item of it by its number"
    group {{"a":{"b":{"+":1}}}} "to a depth of two" group.a.b.c 3 "and by a path as deep as one likes"
    ring {["klmncdef","abghij"]} "a ring that went round: what is next is the oldest"
} {
    tap::is [get $dump $path] $want $what
}
tap::is [get $dump f] {computed: "f" is computed: only the running kernel can} "what only the kernel can compute"
tap::is [get $dump group depth 0] {{"+":1}} "depth 0"
tap::is [get $dump group depth 16] {{"a":{"b":{"c":3}}}} "depth 16"
tap::is [get $dump group depth 17] {bad-value: "depth" is a number from 0 to 16, not 17} "no more"
tap::is [get $dump "" depth 2 fields {["c","n"]}] \
    {{"n":7,"ring":[],"lost":[],"short":[],"list":[{"+":1}],"empty":[],"group":{"a":{"+":1}}}} \
    "selected fields, and the way to them"
tap::is [get $dump list fields {["a"]}] {[{"a":2}]} "fields within a list"
tap::is [ask $dump list path {"group"}] {{"a":"object"}} "list"
tap::is [ask $dump list path {"list"}] {["number","object"]} "list of a list: all its items"
tap::is [ask $dump schema path {"list"}] {["number"]} "schema: the first item of a list"
tap::like [ask $dump schema] \
    {{"n":"number","minus":"signed","text":"text",*"yes":"flag",*"here":"address",*"f":"computed",*}} \
    "schema: the words for types"
foreach {path want} {
    nothing {not-found: there is no "nothing"; list says what is there}
    group.x.y {not-found: there is no "x" in "group"; list says what is there}
    list.2 {not-found: there is no "2" in "list"; list says what is there}
    list.x {not-found: there is no "x" in "list"; list says what is there}
    n.x {not-found: there is no "x" in "n"; list says what is there}
    f.x {computed: "f" is computed: only the running kernel can}
} {
    tap::is [get $dump $path] $want "no path $path"
}
tap::like [ask $dump set path {"n"} value 1] "dump: *" "a dump takes no set"
tap::like [ask $dump ping] {{*"dump":true}} "ping says that it is one"
tap::like [ask $dump get nonsense 1] {bad-request: get takes no "nonsense"} "an unknown argument"
::acre::dump::close $dump

# ---- where the store is
set dump [dumped $tree {cr3 0}]
tap::is [get $dump n] 7 "without a CR3 in the notes: found by its magic in all memory"
set dump [dumped $tree {cr3 0x55000}]
tap::is [get $dump n] 7 "the same where CR3 leads into something else"
set dump [dumped $tree {class 32}]
tap::is [get $dump n] 7 "a 32-bit core, as QEMU writes of a machine that was reset"
foreach {changes want} {
    {version 2} {*: the store in it cannot be read: its anchor has version 2; this acre reads version 1}
    {magic Anything} {* has no store in it: *}
    {anchor-cr3 0x9000} {*: its anchor leads nowhere: *}
    {tag-count 0} {*: its table of tags: the anchor says that tag-count is 0}
    {tag-count 100000} {*: its table of tags: the anchor says that tag-count is 100000}
    {tags 0xffff9f0000000000} {*: its anchor leads nowhere: 0xffff9f0000000000 is not mapped}
    {fields 0xffffffff80000000} {*: its table of tags: *}
    {fields 0x123456789abcdef} {*: its table of tags: 0x123456789abc* is no address}
} {
    model::new
    set root [model::store {n {model::integer 7}}]
    model::write $file $root $changes
    tap::like [opened] $want "refused: $changes"
}
tap::is [list [catch {::acre::dump::open /dev/null} why] [string match "*no ELF file*" $why]] {1 1} "no dump: /dev/null"

# ---- the file
model::new
set root [model::store {n {model::integer 7}}]
foreach {script want} {
    {seek $f 0; puts -nonewline $f HELLO} {FILE is no memory dump: it is no ELF file; *}
    {seek $f 16; puts -nonewline $f \2} {FILE is no memory dump: it is an ELF file, but no core; *}
    {seek $f 18; puts -nonewline $f \x28} {FILE is a core of another machine (ELF machine 40, not x86-64)}
    {chan truncate $f 40} {FILE is no memory dump: *}
    {chan truncate $f 10000} {FILE is cut short: it has 10000 bytes, its memory ends at byte *}
    {seek $f 32; puts -nonewline $f [binary format w 1000000000000]} {FILE is cut short: *its table of segments ends *}
    {seek $f 54; puts -nonewline $f \x10} {FILE is damaged: its segments have 16 bytes each, not 56}
    {seek $f 56; puts -nonewline $f \0} {FILE has no memory in it: no segment is loaded}
    {seek $f 64; puts -nonewline $f [binary format iiwwww 4 0 5000000000 0 0 99]}
        {FILE is cut short: *its notes ends *}
} {
    model::write $file $root
    change $script
    tap::like [opened] $want "refused: [lindex [split $want ;] 0]"
}

# ---- damage in the tree: what is around it can be read
model::new
set bad [model::store {x {model::integer 1}}]
set hurt [model::vector [list [model::integer 1]]]
set text [model::string text]
set wild [model::view U64 0xffff9f0000000000]
set kind [model::view U64 $ring]
set loop [model::tuple {}]
set self [model::vector {0 0}]
model::field $kind kind 99
model::field $bad live 2
model::field $hurt count 9
model::field $text size 2000000000
set ok [model::integer 5]
# A tuple whose only member is a vector whose item is the tuple.
set inner [model::vector [list $ok]]
set loop [model::tuple [list inner $inner ok $ok]]
binary scan [model::get [expr {$inner + 24}] 8] wu items
model::put $items [binary format w $loop]
set dump [dumped [model::tuple [list bad $bad hurt $hurt text $text wild $wild kind $kind loop $loop null 0x0 \
    stray 0x1000 code 0xffffffff80001000 untagged 0xffff800040000060 unlisted 0xffffe00000000000 \
    gone 0xffff810000f00000 ok $ok]]]
foreach {name want} {
    bad {"the tuple at 0x* says 2 entries, and has 1"} hurt {"the vector at 0x* says 9 entries in room for 1"}
    text {"0x* is said to have 2000000000 bytes"} wild {"0xffff9f0000000000 is not mapped"}
    kind {"the view at 0x* has kind 99"} null {"0x0 is no value"} stray {"0x1000 is no value"}
    code {"0xffffffff80001000 is no value"} untagged {"0xffff800040000060 is no value"}
    unlisted {"0xffffe00000000000 is no value"} gone {"0xffff810000f00000 is not mapped"}
} {
    tap::like [get $dump] "*\"$name\":{\"broken\":$want}*\"ok\":5*" "broken, and said: $name"
}
tap::like [get $dump loop depth 16] {{"inner":\[{"broken":"the tuple at 0x* is within itself"}\],"ok":5}} \
    "a cycle is broken"
tap::like [get $dump wild] {broken: "wild" is broken: 0xffff9f0000000000 is not mapped} \
    "a broken value asked for by its path"
tap::like [get $dump bad.x] {broken: the tuple at 0x* says 2 entries, and has 1} "a path through a broken tuple"

# Each level refers twice to the next one: 2^30 values in 30 tuples.
model::new
set at [model::integer 1]
for {set i 0} {$i < 14} {incr i} {
    set at [model::tuple [concat {*}[lmap name {a b c d} {list $name $at}]]]
}
set dump [dumped $at]
tap::like [get $dump "" depth 16] "too-big: it has more than * values; *" "a graph that a tree of it would not end"

# Bytes that mean something, one after the other, made other ones: an answer or a word, never an error of our own.
model::new
set root [model::store {n {model::integer 7} list {model::vector {}} group {model::store {a {model::counter 3}}}}]
model::write $file $root
set whole [open $file rb]
set bytes [read $whole]
close $whole
set places [lmap range [regexp -all -inline -indices {[^\0]} $bytes] {lindex $range 0}]
set wrong {}
set ends [dict create]
expr {srand(745)}
for {set i 0} {$i < 600} {incr i} {
    set place [lindex $places [expr {int(rand() * [llength $places])}]]
    set byte [format %c [expr {int(rand() * 256)}]]
    change {seek $f $place; puts -nonewline $f $byte}
    set said [opened]
    if {$said eq "good"} {
        set dump [::acre::dump::open $file]
        set said [get $dump "" depth 8]
        ask $dump schema
        ::acre::dump::close $dump
        dict incr ends [expr {[string match *broken* $said] ? "broken" : "answered"}]
    } else {
        dict incr ends refused
    }
    if {[string match "*while executing*" $said]} {
        lappend wrong "byte $place, [scan $byte %c]: $said"
    }
    change {seek $f $place; puts -nonewline $f [string index $bytes $place]}
}
tap::is [lrange $wrong 0 2] {} "a byte changed anywhere: $i answers, each in words"
tap::is [lsort [dict keys $ends]] {answered broken refused} "refused, broken here or there, or not to be seen"
tap::note $ends
tap::done
