#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Map files: all bundled maps read and write back; finding, unreadable things, the RAM ladder.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map
namespace path ::tap
plan 27

proc name {file} {
    return [file tail $file]
}
set dir [tmp]
set maps [::acre::paths::get maps]
set real [::acre::map::find [file join $maps real]]
set zoo [::acre::map::find [file join $maps zoo]]
is [llength $real] 469 "real maps"
is [llength $zoo] 88 "zoo maps"

set bad {}
set changed {}
set unsourced {}
foreach file [concat $real $zoo] {
    set result [::acre::map::scan $file]
    lappend bad {*}[dict get $result problems]
    set map [dict get $result map]
    set again [::acre::map::parse [encoding convertto utf-8 [::acre::map::text $map]] $file]
    if {[dict get $again map] ne $map || [llength [dict get $again problems]]} {
        lappend changed $file
    }
    if {[dict get $map source] eq "" || [dict get $map title] eq ""} {
        lappend unsourced $file
    }
}
is $bad {} "every bundled map is well-formed"
is $changed {} "every bundled map reads back as it was written"
is $unsourced {} "every bundled map has a title and a source"

# find and locate
foreach {path text} {b.map "0x0 0x1000 1" sub/a.map "0x0 0x2000 1" sub/x.txt "no map"} {
    file mkdir [file dirname [file join $dir $path]]
    set channel [open [file join $dir $path] w]
    puts $channel $text
    close $channel
}
file mkdir [file join $dir empty]
file link -symbolic [file join $dir sub up] $dir
is [lmap file [::acre::map::find $dir] { name $file }] {b.map a.map} \
    "find: a directory and those below, links not followed"
is [lmap file [::acre::map::find $dir [file join $dir b.map]] { name $file }] {b.map a.map} "find: each file once"
is [name [::acre::map::find [file join $dir sub x.txt]]] x.txt "find: a file that is named may have any name"
is [name [::acre::map::find linux-snb-bad-pages]] linux-snb-bad-pages.map "find: a bundled map by its name"
is [llength [::acre::map::find zoo]] 88 "find: a bundled folder by its name"
raises {::acre::map::find [file join $dir empty]} {ACRE MAP} "*empty: no .map file in this directory*" \
    "find: no map there"
raises {::acre::map::find no-such-map} {ACRE MAP} "no-such-map: no such map file, and no bundled map*" \
    "find: nothing there"
raises {::acre::map::find snb-bad} {ACRE MAP} "*did you mean linux-snb-bad-pages*" "find: part of a bundled name"
raises {::acre::map::find ""} {ACRE MAP} ": no such map file*" "find: the empty name"

# read and write
raises {::acre::map::read $dir} {ACRE MAP} "*: is a directory, not a map; *" "read: a directory"
raises {::acre::map::read /nonexistent} {ACRE MAP} \
    "/nonexistent: cannot be read: no such file or directory; *" "read: nothing there"
raises {::acre::map::read [file join $dir sub x.txt]} {ACRE MAP} "*x.txt:1: an entry has 3 fields*" "read: no map"
set map [::acre::map::read [file join $dir b.map]]
::acre::map::write $map [file join $dir c.map]
is [dict get [::acre::map::read [file join $dir c.map]] entries] [dict get $map entries] "write, then read"
raises {::acre::map::write $map [file join $dir empty]} {ACRE MAP} "*: cannot be written: *" "write: onto a directory"
raises {::acre::map::write $map /nonexistent/x.map} {ACRE MAP} \
    "/nonexistent/x.map: cannot be written: no such file*" "write: into a directory that is not there"
if {[file exists /dev/full]} {
    raises {::acre::map::write $map /dev/full} {ACRE MAP} "/dev/full: cannot be written: *no space*" "write: disk full"
} else {
    skip "write: disk full" "needs /dev/full"
}

# ladder
set qemu [lmap rung [::acre::map::ladder qemu] { dict get $rung size }]
is $qemu {1M 2M 3M 4M 8M 16M 63M 64M 65M 512M 3328M 3583M 3584M 4096M 5G 64G 1000G} "the ladder of QEMU"
is [lmap rung [::acre::map::ladder bochs] { dict get $rung mib }] {1 2 3 4 8 16 63 64 65 512 1024 2048} \
    "the ladder of Bochs, in MiB"
is [llength [::acre::map::ladder]] 29 "both ladders"
set channel [open [file join $dir l] w]
puts $channel "# x\nqemu 1M\n\nqemu 5 GB # y"
close $channel
raises {::acre::map::ladder "" [file join $dir l]} {ACRE MAP} "*:4: not a rung: 'qemu 5 GB'; *" "a bad rung"

# quirk words
is [::acre::quirks::parse " df-set ,size-24, df-set"] {df-set size-24} "quirk words: spaces, and each once"
is [list [::acre::quirks::has {size-24 acpi-attr0-clear:4} acpi-attr0-clear] [::acre::quirks::has {df-set} df]] {1 0} \
    "quirk words: has"
done
