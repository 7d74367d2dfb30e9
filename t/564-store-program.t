#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What the store says of a program is what the program says of itself: arguments, mappings, descriptors, limits; its
# threads are there with what they do; calls and faults are counted, each one, and times are taken when that is wanted.

source [file join $::env(srcdir) storeguest.tcl]
store::need
set found [boots::plan {qemu bochs} 0 24]
set key [string repeat 6b 32]
set program [store::program watched -pthread]
set image [store::image watched --set console=pipe --set meta=write --set metakey=$key --arg0 watched \
    $program "two words" ""]

# The lines that the program says between a command and the line that ends its answer.
proc lines {command last} {
    store::tell $command\n
    set lines {}
    while {[set line [store::line *]] ne "" && $line ne $last} {
        lappend lines $line
    }
    return $lines
}

proc member {rows key} {
    return [lmap row $rows {dict get $row $key}]
}

# Mappings as /proc/self/maps has them: base-limit, rights, offset, path.
proc maps_said {lines} {
    set rows {}
    foreach line $lines {
        regexp {^(\S+)-(\S+) (...)(.) (\S+) \S+ \S+ *(.*)$} $line - base limit access shared offset path
        lappend rows [list [scan $base %lx] [scan $limit %lx] $access [expr {$shared eq "s"}] [scan $offset %lx] $path]
    }
    return $rows
}

proc maps_stored {mappings} {
    set rows {}
    foreach row $mappings {
        dict with row {
            set path [expr {$kind in {stack heap vdso} ? "\[$kind\]" : $file}]
            lappend rows [list [expr {$base}] [expr {$limit}] $access $shared $offset $path]
        }
    }
    return $rows
}

proc in_code {maps address} {
    foreach map $maps {
        lassign $map base limit access
        if {$base <= $address && $address < $limit && [string match *x $access]} {
            return 1
        }
    }
    return 0
}

foreach emulator $found {
    store::start $emulator $image
    tap::is [store::line ran] ran "$emulator: the program runs"
    tap::ok [meta::ready 20000] "$emulator: and the store answers"

    tap::is [store::get program.argv] {watched {two words} {}} "$emulator: its arguments"
    tap::is [store::get program.path] [file normalize $program] "$emulator: its path"
    tap::is [store::get program.name] watched "$emulator: its name"
    set maps [maps_said [lines "show /proc/self/maps" shown]]
    set mappings [store::get program.mappings 4]
    tap::is [maps_stored $mappings] $maps "$emulator: its mappings, as /proc/self/maps has them"
    set pages 0
    foreach row $mappings {
        dict with row frames { incr pages [expr {${4k} + 512 * ${2m}}] }
    }
    tap::ok [expr {$pages > 20}] "$emulator: with their frames: $pages"

    set files [store::get program.files 3]
    tap::is [member $files fd] {0 1 2} "$emulator: its descriptors"
    tap::is [member $files kind] {pipe pipe pipe} "$emulator: which are pipes"

    set before [store::get program.page-faults.write-absent]
    store::answer "touch 100" "touched 100"
    set after [store::get program.page-faults.write-absent]
    tap::ok [expr {$after - $before in {100 101 102}}] "$emulator: 100 pages touched are 100 faults" "$before $after"
    set sum 0
    dict for {- count} [store::get program.page-faults] { incr sum $count }
    tap::ok [expr {$sum >= [store::get program.faults.page]}] "$emulator: and all faults of pages have a kind"

    set before [store::get program.calls.getppid]
    store::answer "calls 1000" "called 1000"
    tap::is [expr {[store::get program.calls.getppid] - $before}] 1000 "$emulator: 1,000 calls are counted"
    tap::is [store::get program.call-ticks.getppid] 0 "$emulator: their times are not taken"
    tap::is [store::change $key config.call-times true] ok "$emulator: call-times is set"
    store::answer "calls 1000" "called 1000"
    set ticks [store::get program.call-ticks.getppid]
    tap::ok [expr {$ticks > 1000}] "$emulator: now they are" $ticks
    tap::is [expr {[store::get program.calls.getppid] - $before}] 2000 "$emulator: and are counted as before"
    tap::is [store::change $key config.call-times false] ok "$emulator: call-times is set back"
    store::answer "calls 1000" "called 1000"
    tap::is [store::get program.call-ticks.getppid] $ticks "$emulator: no more times"

    store::answer "threads 5" "threads 5"
    set threads [store::get program.threads 4]
    tap::is [llength $threads] 6 "$emulator: six threads"
    tap::is [lsort [member $threads call]] {pause pause pause pause pause read} "$emulator: and what they wait in"
    set wrong {}
    foreach thread $threads {
        dict with thread stack {
            if {$used <= 0 || $used > $limit - $base} { lappend wrong $thread }
        }
        if {![in_code $maps [dict get $thread registers rip]]} { lappend wrong $thread }
    }
    tap::is $wrong {} "$emulator: with stacks and registers that can be"
    tap::is [store::get program.limits.nofile] {soft 1024 hard 4096} "$emulator: its limits"
    tap::is [store::get program.space.mappings] [llength [store::get program.mappings 3]] \
        "$emulator: as many mappings as are counted"
    store::tell "quit 7\n"
    tap::like [store::end] "*\n# status 7\n# exit 7\n" "$emulator: it ends well, and no frame is lost"
}
tap::done
