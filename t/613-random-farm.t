#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --random: what is planned, written, judged under both emulators and compared between them, run again and
# shrunk.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) broken.tcl]
::acre::paths::use emulators mapmake
namespace path ::tap
plan 34

# --- two kernels' accounts of one map ------------------------------------------------------------------------------

proc account {emulator entries usable {quirks {}}} {
    return [dict create emulator $emulator entries $entries quirks $quirks usable $usable]
}
set map {{0 655360 1} {1048576 8388608 1}}
set less {{0 655360 1} {1048576 8126464 1}}
set frames {{4096 651264} {1048576 8388608}}
proc compare {args} { return [::acre::emulators::compare {*}$args] }
is [compare [account qemu $map $frames] [account bochs $map $frames]] {} "the same map, the same frames"
is [compare [account qemu $map $frames] [account bochs $map {{4096 651264} {1048576 8384512}}]] \
    {{emulators: 0x7ff000 0x800000 is usable under qemu, not under bochs}} "a frame that only one has"
set lower {{4096 651264} {1048576 8384512}}
is [compare [account qemu $map {{8192 651264} {1048576 8388608}}] [account bochs $map $lower]] \
    [list "emulators: 0x7ff000 0x800000 is usable under qemu, not under bochs" \
    "emulators: 0x1000 0x2000 is usable under bochs, not under qemu"] "and one that only the other has"
set fewer {{4096 651264} {1048576 8126464}}
is [compare [account qemu $map $frames] [account bochs $less $fewer]] {} "what one BIOS did not say is not compared"
is [compare [account qemu $map $frames] [account bochs $less {{4096 651264} {1048576 8122368}}]] \
    {{emulators: 0x7bf000 0x7c0000 is usable under qemu, not under bochs}} "... but all below it is"
is [compare [account qemu {{0 6000 1}} {{4096 8192}}] [account bochs {{0 6001 1}} {}]] {} \
    "a frame of which the two spoke otherwise by one byte is not compared"
is [::acre::emulators::Comparable [account qemu $map $frames {carry-with-last}] [account bochs [lrange $map 0 0] {} \
    {carry-with-last}]] 0 "lists of different length are not compared where a quirk drops an entry"

# --- the command ---------------------------------------------------------------------------------------------------

set acre [file join $::env(top_builddir) acre]
set dir [tmp]
cd $dir
proc acre {args} {
    set status 0
    if {[catch {exec $::acre {*}$args 2>@1} said options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [regsub {\nchild process exited abnormally$} $said ""]]
}
if {![file exists $::env(top_builddir)/acre.img] || [catch {package require Expect}]} {
    for {set i 0} {$i < 27} {incr i} {
        skip "acre farm --random" "needs a built image and Expect (Debian package tcl-expect)"
    }
    done
}
lassign [acre farm --random 3 --seed 7 --list] status said
set names [lmap line [split $said \n] { lindex [split $line \t] 0 }]
is $names [list boot@random/7-000000,emu=qemu boot@random/7-000000,emu=bochs boot@random/7-000001,emu=qemu \
    boot@random/7-000001,emu=bochs boot@random/7-000002,emu=qemu boot@random/7-000002,emu=bochs] \
    "--list: each map under both emulators, by its seed and index"
set classes [lmap index {0 1 2} { dict get [::acre::mapmake::map 7 $index] class }]
like $said "*random map 0 of seed 7, [lindex $classes 0], *random map 2 of seed 7, [lindex $classes 2], *" \
    "... and its kind"
is [glob -nocomplain *] {} "... and writes nothing"
is [lmap line [split [lindex [acre farm --random 3 --seed 7 --list --select random/7-*2 --emulator bochs] 1] \n] {
    lindex [split $line \t] 0
}] boot@random/7-000002,emu=bochs "--select takes one of them"
foreach {words pattern} {
    {--random -1} "*--random '-1' is not a number of maps from 0 to 999999"
    {--random 0 --seed 3} "*--seed '3' is for --random N: say how many maps"
    {--random 1e3} "*--random '1e3' is not a number*"
    {--random 3 --seed x} "*--seed 'x' is not a whole number of at most 19 digits"
    {--seed 3} "*--seed '3' is for --random N: say how many maps"
} {
    lassign [acre farm {*}$words] status said
    ok [expr {$status == 2 && [string match $pattern $said]}] "wrong usage: $words" $said
}

# A group's own.
proc count {args} {
    return [llength [lsearch -all -regexp [split [lindex [acre farm --list {*}$args] 1] \n] {^boot@random/}]]
}
set night [count --group nightly --seed 7 --emulator qemu]
is [list [count --group nightly --random 2 --seed 7] [count --group nightly --random 0] \
    [count --group nightly --maps [::acre::paths::get maps]/quirk] [count --group check]] {4 0 0 0} \
    "a group's random maps: --random says how many instead, and with --maps there are none"
is $night 1000 "nightly has a thousand"

set now [clock seconds]
regexp {random/([0-9]+)-} [lindex [acre farm --random 1 --list] 1] -> seed
ok [expr {$seed >= $now && $seed < $now + 60}] "without --seed it is of the moment, and stands in the name"

set emulators [lmap {name program} {qemu qemu-system-x86_64 bochs bochs} {
    if {[auto_execok $program] eq ""} continue
    set name
}]
if {[llength $emulators] < 2} {
    for {set i 0} {$i < 16 - 1} {incr i} {
        skip "random maps boot" "needs both emulators (Debian packages qemu-system-x86, bochs)"
    }
    done
}

lassign [acre farm --random 3 --seed 7 --out out] status said
ok [expr {$status == 0 && [string match "*\n6 passed, 0 failed" $said]}] "three maps boot under both" $said
like $said "*\n3 maps under both emulators: the kernels agree on each of * usable frames\n*" \
    "the kernels' accounts agree"
set case out/boot@random/7-000001,emu=bochs
is [slurp $case/7-000001.map] [::acre::map::text [::acre::mapmake::map 7 1]] "the map is in the case's directory"
like [slurp $case/7-000001.map] \
    "# title: random map 1 of seed 7\n# source: acre farm --random 2 --seed 7 (generator 1)\n*" \
    "... and says where it comes from"
like [acre map check out/boot@random/7-000000,emu=qemu/7-000000.map] {0 {1 map checked, 0*}} "... and acre map takes it"
like [acre farm --case $case/case] {0 {PASS boot@random/7-000001,emu=bochs: *}} "--case runs it again"

# What a kernel said under Bochs is changed by a frame: the case's own judges have had their say, the other kernel not.
set log [slurp $case/serial.log]
set line [lindex [regexp -all -inline -line {^# usable 0x[0-9a-f]+ 0x[0-9a-f]+} $log] end]
lassign $line - - base limit
set channel [open $case/serial.log w]
puts -nonewline $channel [string map [list $line [format "# usable 0x%llx 0x%llx" [expr {$base + 4096}] $limit]] $log]
close $channel
lassign [acre farm --random 3 --seed 7 --out out --resume] status said
set want "3 maps under both emulators: the kernels differ on 1 of them\n*\n4 passed, 2 failed"
ok [expr {$status == 1 && [string match $want $said]}] "a frame less under one emulator: both cases fail" $said
set want "*FAIL  boot@random/7-000001,emu=bochs*emulators: 0x%llx 0x%llx is usable under qemu, not under bochs*"
like $said [format $want $base [expr {$base + 4096}]] "... and it is said which frame"
like [slurp $case/result.txt] "*\nverdict: FAIL\nsub: emulators\n*\nfinding: emulators: 0x*" "... also in the directory"
like [lindex [split [string trim [slurp out/results.tsv]] \n] end] "*\tFAIL\temulators\t*" "... and in the results"
like [acre farm --random 3 --out out --resume] {0 {*6 passed, 0 failed}} \
    "--resume boots these two again, with the seed of the run it goes on with"

# A kernel that is wrong, and what there is to do then.
if {[auto_execok patch] eq "" || [auto_execok flock] eq ""} {
    foreach point {fails again shrunk origin} {
        skip "a broken kernel: $point" "needs patch and flock (Debian packages patch, util-linux)"
    }
    done
}
foreach {- words} [broken::build entry-dropped] { note "cannot be built: $words" }
set image $::env(top_builddir)/broken/entry-dropped/acre.img
lassign [acre farm --random 1 --seed 7 --emulator qemu --image $image --out bad] status said
# It does not show on every map.
set name boot@random/none
regexp {\nFailures:\nFAIL  (boot@random/7-[0-9]+,emu=qemu) } $said -> name
set case bad/$name
ok [expr {$status == 1 && [string match "*\nFAIL  $name *\n    replay: sh *$case/replay.sh\n*" $said]}] \
    "a kernel that drops an entry fails, with a line to replay it" $said
like [acre farm --case $case/case] "1 {FAIL $name: *}" "... and fails again from the case's file"
lassign [acre shrink $case -o small.map --confirm 1 --most 12] status said
ok [expr {$status == 0 && [file exists small.map]}] "acre shrink works on it" $said
set text [expr {[file exists small.map] ? [slurp small.map] : ""}]
like $text "*# source: acre shrink, from $name *" "... and says where it began"
done
