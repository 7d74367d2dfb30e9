#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The store out of a dump is the store of the guest while it lived: every path and value, but what only a running kernel
# can compute, which says so, and the counters of the server, which has answered since.  Under each emulator.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
tap::need socat socat
set emulators [tap::emulators]
set acre [file join $::env(top_builddir) acre]
set socket [file join [tap::tmp] s]
set file [file join [tap::tmp] core]
tap::plan [expr {[llength $emulators] * 10}]

# ctl WHERE WORD... -> what it prints, standard error too.
proc ctl {where args} {
    catch {exec timeout 60 $::acre ctl --timeout 30 -c $where {*}$args 2>@1} said
    return $said
}

# Lines "PATH = VALUE" as a dict.
proc values {lines} {
    set values [dict create]
    foreach line [split $lines \n] {
        if {[regexp {^(\S+) = ?(.*)$} $line - path value]} {
            dict set values $path $value
        }
    }
    return $values
}

# What the guest says while it holds, and then of its dump: dict live, dead.
proc both {emulator} {
    set pid [exec timeout 200 $::acre boot --emulator $emulator --hold --meta=$::socket --dump $::file \
        [::acre::paths::get image] >/dev/null 2>[file join [tap::tmp] err] &]
    for {set tries 0} {$tries < 600 && [ctl $::socket --json ping] eq "" || ![file exists $::socket]} {incr tries} {
        after 100
    }
    set questions {tree {--depth 16 get} schema schema tags {--json tags} list {list memory}
        counted {get memory.ledger.free} read {read 0xffff810000000060}}
    foreach {name words} $questions {
        dict set live $name [ctl $::socket {*}$words]
    }
    ctl $::socket bye
    for {set tries 0} {$tries < 600 && ![file exists $::file]} {incr tries} {
        after 100
    }
    foreach {name words} $questions {
        dict set dead $name [ctl $::file {*}$words]
    }
    return [list $live $dead]
}

foreach emulator $emulators {
    file delete $file
    lassign [both $emulator] live dead
    set alive [values [dict get $live tree]]
    set rest [values [dict get $dead tree]]
    set computed [lmap path [dict keys $rest *.computed] {string range $path 0 end-9}]
    set odd {}
    dict for {path value} $alive {
        # No expr here: it would make another word of an address.
        set known nothing
        if {[dict exists $rest $path]} {
            set known [dict get $rest $path]
        }
        set excused [lsearch -exact $computed $path]
        # A list that is computed as a whole.
        if {$excused < 0 && [regexp {^(.*)\.\d+$} $path - list]} {
            set excused [lsearch -exact $computed $list]
        }
        # What the server's own answers move.
        if {$excused < 0 && $known ne $value && ![string match store.* $path] && ![string match *ticks* $path]} {
            lappend odd "$path: was $value, is $known"
        }
    }
    tap::ok [expr {[dict size $alive] > 400}] "$emulator: the guest had [dict size $alive] values" [dict get $live tree]
    tap::is $odd {} "$emulator: each is in the dump as it was, or only the running kernel can compute it"
    set new [lmap path [dict keys $rest] {
        if {[dict exists $alive $path] || [string match *.computed $path]} continue
        set path
    }]
    tap::is $new {} "$emulator: and the dump has no other"
    set kinds [lsort -unique [lmap path $computed {regsub {^heaps\.tagged\.[a-z]+} $path heaps.tagged.TAG}]]
    set must [lmap path {memory.regions memory.bios-map memory.ledger.total page_tables.levels page_tables.rights
        layout.kernel layout.image boot.marks heaps.backed heaps.tagged config.hold} {
        if {$path ni $kinds} continue
        set path
    }]
    tap::is $must {} "$emulator: the host has computed what it can: map, regions, tables, layout, heaps, marks"
    tap::note "$emulator: only the running kernel can: $kinds"
    foreach name {tags read counted} {
        tap::is [dict get $dead $name] [dict get $live $name] "$emulator: $name, the same"
    }
    tap::is [dict get $dead list] [dict get $live list] "$emulator: list memory, the same"
    set types [lmap line [split [dict get $dead schema] \n] {
        if {[string match "* computed" $line]} continue
        regsub {\s+} $line " "
    }]
    set known [lmap line [split [dict get $live schema] \n] {regsub {\s+} $line " "}]
    tap::is [lmap type $types {if {$type in $known} continue; set type}] {} \
        "$emulator: every type is the schema's"
    tap::like [ctl $file set config.hold 0] "acre: * is a dump, which does not change: *" \
        "$emulator: a dump takes no set"
}
tap::done
