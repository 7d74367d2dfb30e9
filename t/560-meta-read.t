#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The meta store of a guest without a program, read from outside: every path twice, each value of the kind that the
# schema says; the figures equal what the self-checks report on COM1; memory is read where a heap is and nowhere else;
# and the ledger is the same after all of it.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] meta.tcl]

set emulators [boots::plan {qemu bochs} 0 20]
set boots::LIMIT 300
set DEPTH 16

# Kinds of JSON for the schema's words.
set kinds {number number signed number flag flag text text address text}

# Complaints about a value beside its schema.
proc compare {path value schema} {
    global kinds
    lassign $value kind inner
    lassign $schema is type
    if {$is eq "object"} {
        if {$kind ne "object" || [dict keys $inner] ne [dict keys $type]} {
            return [list "$path: $kind with [dict keys $inner], not [dict keys $type]"]
        }
        return [concat {*}[lmap name [dict keys $type] {
            compare $path.$name [dict get $inner $name] [dict get $type $name]
        }]]
    }
    if {$is eq "list"} {
        if {$kind ne "list"} {
            return [list "$path: $kind, not a list"]
        }
        return [concat {*}[lmap item $inner {compare $path.item $item [lindex $type 0]}]]
    }
    set forms {address {^0x[0-9a-f]+$} signed {^-?\d+$} number {^\d+$}}
    set form [expr {[dict exists $forms $type] ? [dict get $forms $type] : ""}]
    if {![dict exists $kinds $type] || $kind ne [dict get $kinds $type] || ![regexp $form $inner]} {
        return [list "$path: $kind '$inner', not $type"]
    }
    return {}
}

# Paths of all leaves; of a list those of the first item and of the last.
proc leaves {path value} {
    lassign $value kind inner
    switch -- $kind {
        object { return [concat {*}[dict values [dict map {name item} $inner {leaves $path.$name $item}]]] }
        list {
            return [concat {*}[lmap i [lsort -unique [list 0 [expr {[llength $inner] - 1}]]] {
                expr {$i < 0 || $i >= [llength $inner] ? [continue] : [leaves $path.$i [lindex $inner $i]]}
            }]]
        }
    }
    return [list [string range $path 1 end]]
}

proc schema_at {schema path} {
    foreach name [split $path .] {
        lassign $schema is type
        set schema [expr {$is eq "list" ? [lindex $type 0] : [dict get $type $name]}]
    }
    return $schema
}

# Each leaf by its own path, all asked for at once; complaints.
proc read_leaves {schema} {
    set bad {}
    set paths [leaves "" [meta::get "" $::DEPTH]]
    set number 0
    foreach path $paths {
        meta::send [meta::frame "{\"id\":[incr number],\"op\":\"get\",\"path\":[meta::quote $path]}"]
    }
    set number 0
    foreach path $paths {
        set reply [meta::parse [meta::next $meta::PATIENCE]]
        if {[meta::at $reply id] ne [list number [incr number]]} {
            return [list "the reply to $number is $reply"]
        }
        lappend bad {*}[compare $path [meta::at $reply ok] [schema_at $schema $path]]
    }
    return $bad
}

proc lines {serial form} {
    return [lmap line [regexp -all -inline -line "^$form\$" $serial] {set line}]
}

# The BIOS's map as the PROTO_E820 lines have it.
proc bios_map {} {
    return [lmap entry [meta::plain [meta::get memory.bios-map 4]] {
        dict with entry {
            string trimright [format "%s%s %s %d 0x%x" $::layout::PROTO_E820 $base $length $type $attributes]
        }
    }]
}

proc usable_lines {} {
    set runs {}
    foreach region [meta::plain [meta::get memory.regions 4]] {
        dict with region {
            if {[lindex $runs end 1] == $base} {
                lset runs end 1 $limit
            } else {
                lappend runs [list $base $limit]
            }
        }
    }
    return [lmap run $runs {format "%s%s %s" $::layout::PROTO_USABLE {*}$run}]
}

proc ledger_lines {} {
    return [lmap {owner frames} [meta::plain [meta::get memory.ledger 3]] {
        format "%s%s %d" $::layout::PROTO_LEDGER $owner $frames
    }]
}

proc read_memory {address bytes} {
    return [meta::ok read address [meta::quote $address] bytes $bytes]
}

# Reads that must be refused; those that were not.
proc unrefused {} {
    set found {}
    foreach {address bytes} {
        0x0 8 0x1000 8 0x7fffffffffff 1 0xffffffff80000000 8 0xffffffffc0000000 8 0xffff800000000000 8
        0xffff7fffffffffff 1 0xfffffffffffffff8 8 0xffffffffffffffff 1 0xfffffffeffffffff 2 0xffff820000000000 8
    } {
        if {[read_memory $address $bytes] ne {refused not-readable}} {
            lappend found $address
        }
    }
    return $found
}

# The tags in whose slot's first page a heap is, and what is shown there carries their names.
proc tags_read {} {
    set tags [meta::plain [meta::ok tags]]
    set wrong {}
    set good 0
    dict for {name row} [dict get $tags tags] {
        set address [format 0x%llx [expr {[dict get $tags base] + ([dict get $row number] << [dict get $tags shift])}]]
        set frames [meta::number memory.ledger.tag-$name]
        set reply [read_memory $address 32]
        if {!$frames && $reply eq {refused not-readable}} continue
        set reply [meta::plain $reply]
        if {$frames && [dict get $reply tag] eq $name && [dict get $reply heap] eq "tag-$name"
                && [string length [dict get $reply bytes]] == 64} {
            incr good
        } else {
            lappend wrong $name
        }
    }
    return [expr {$good >= 5 ? $wrong : "only $good tags have memory"}]
}

foreach emulator $emulators {
    meta::start $emulator [boots::save [boots::options [boots::image] hold=1]] \
        memory [expr {$emulator eq "qemu" ? "64M" : 32}]
    set ready [meta::ready 120000]
    tap::ok $ready "$emulator: the guest answers on COM2"
    if {!$ready} {
        exit 1
    }
    set before [meta::get memory.ledger]

    set schema [meta::ok schema path {""} depth $DEPTH]
    set tops [dict keys [lindex $schema 1]]
    tap::is [lrange $tops 0 9] {boot cpu memory heaps layout page_tables interrupts log config store} \
        "$emulator: the groups"
    foreach time {first second} {
        set tree [meta::get "" $DEPTH]
        tap::is [compare "" $tree $schema] {} "$emulator: the whole tree is as its schema says, the $time time"
        tap::is [read_leaves $schema] {} "$emulator: so is every path by itself, the $time time"
    }
    tap::ok [expr {[llength [leaves "" $tree]] > 300}] "$emulator: there are many" [llength [leaves "" $tree]]
    meta::send [meta::frame {{"id":4711,"op":"get","path":"","depth":3}}]
    set size [string length [meta::next 20000]]
    tap::ok [expr {$size > 5000 && $size <= 65536}] "$emulator: the tree at depth 3 has at most 64 KiB" $size

    tap::is [tcl::mathop::+ {*}[lrange [dict values [meta::plain [meta::get memory.ledger]]] 0 end-1]] \
        [meta::number memory.usable-frames] "$emulator: the ledger's rows are all usable frames"
    tap::is [meta::number memory.physical.free] [meta::number memory.ledger.free] \
        "$emulator: the physical heap and the ledger know the same free frames"
    tap::is [lindex [meta::get page_tables.tables] 1] \
        [tcl::mathop::+ {*}[dict values [meta::plain [meta::get page_tables.levels]]]] \
        "$emulator: page tables by level are all of them"
    tap::is [tags_read] {} "$emulator: memory is read in the slot of each tag that has any, by its name"
    tap::is [unrefused] {} "$emulator: memory where no heap is is not read"
    tap::is [meta::get memory.ledger] $before "$emulator: no frame has moved"

    set map [bios_map]
    set usable [usable_lines]
    set ledger [ledger_lines]
    set marks [meta::plain [meta::get boot.marks]]
    tap::is [meta::ok bye] {flag 1} "$emulator: bye"
    set result [meta::finish]
    set serial [dict get $result serial]
    tap::is [boots::end $result] pass "$emulator: then the machine ends, and all self-checks were ok"
    tap::is [lines $serial "${::layout::PROTO_E820}.*"] $map "$emulator: the BIOS's map is that of the report"
    tap::is [lines $serial "${::layout::PROTO_USABLE}.*"] $usable "$emulator: and the usable runs"
    tap::is [lines $serial "${::layout::PROTO_LEDGER}.*"] $ledger "$emulator: and the ledger"
    tap::is [lines $serial "${::layout::PROTO_MARK}.*"] \
        [lmap {name tsc} $marks {format "%s%s %s" $::layout::PROTO_MARK $name $tsc}] "$emulator: and the marks"
}
tap::done
