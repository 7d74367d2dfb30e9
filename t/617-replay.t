#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --replay: a case again, bit for bit, by the command and by the case directory's own script.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) replays.tcl]

# Every count of the guest's, in its order.
proc marks {bytes} {
    return [regexp -all -inline -line {^# mark \S+ \d+} $bytes]
}
proc script {args} {
    catch {exec timeout 120 sh {*}$args </dev/null 2>@1} said
    return [regsub {\nchild process exited abnormally$} $said ""]
}

tap::plan 27
set case boot@zoo/c-all-types,emu=qemu
set home $dir/run/$case
acre farm --image own.img --emulator qemu --select zoo/c-all-types --out run
set run [tap::bytes $home/serial.log]

# --- bit for bit ---------------------------------------------------------------------------------------------------

set first [acre farm --replay $case --out run]
tap::like $first "0 ?PASS points: $case: *\nserial log: * instructions to mark *" "a case of a run by its name"
set one [tap::bytes $home/replay/serial.log]
tap::ok [expr {[llength [marks $one]] >= 5}] "it counts instructions at its marks" [marks $one]
tap::ok [expr {![string match "*bit for bit*" $first]}] "the first replay is compared with nothing"
foreach word [list $home $home/case] where {directory file} {
    set again [acre farm --replay $word]
    tap::like $again "0 ?PASS points: $case: *bit for bit the same as the replay before*" "again, by its $where"
    tap::ok [expr {[tap::bytes $home/replay/serial.log] eq $one}] "every byte of its serial log is the same"
    tap::is [marks [tap::bytes $home/replay/serial.log]] [marks $one] "and every count"
}
tap::ok [expr {[marks $run] ne [marks $one]}] "the run's own counts are others: it went by the clock"
tap::is [tap::bytes $home/serial.log] $run "nothing of the run is written over"
set said [script $home/replay/replay.sh]\n
tap::is [string map {\r ""} $said] [string map {\r ""} $one] "the replay's script says the same, bit for bit"
set said [script $home/replay.sh]
tap::like $said "*\n# exit 0*" "the run's script boots the case"
tap::is [script $home/replay.sh] $said "twice the same"
tap::is [marks [script $home/replay.sh]] [marks $said] "counts and all"
tap::ok [expr {[marks [script $home/replay.sh --plain]] ne [marks $said]}] "with --plain it goes by the clock"

# A recording that does not repeat is told, and a new image has a new one.
set out [open $home/replay/serial.log a]
puts $out "another line"
close $out
tap::like [acre farm --replay $home] "2 ?ERROR replay: $case: the recording does not repeat *another line*" \
    "a replay that says something else is an error"
file mtime own.img [expr {[clock seconds] + 2}]
after 3000
set said [acre farm --replay $home]
tap::ok [expr {[lindex $said 0] == 0 && ![string match "*bit for bit*" $said]}] \
    "an image that is newer than the recording is recorded anew" $said

# Elsewhere, and what is no case.
file rename run moved
tap::like [acre farm --replay moved/$case] "0 *PASS points: *" "a run's directory may be moved"
file rename moved run
tap::like [acre farm --image own.img --out none --replay boot@ladder/16M,emu=qemu] \
    "0 ?PASS points: boot@ladder/16M,emu=qemu: *" "a case of the plan that has not been run"
tap::like [acre farm --replay boot@nothing --out run] "2 ?acre: 'boot@nothing' is no case: *--list*" "what is no case"
tap::like [acre farm --gdb=stage1] "2 ?acre: --gdb is for --replay*" "--gdb without --replay"
tap::like [acre farm --replay $home --gdb=stage4] "2 ?acre: *stage1, stage2, stage3, not 'stage4'*" "no such stage"
if {[auto_execok bochs] eq ""} {
    tap::skip "under Bochs" "needs bochs"
    tap::skip "under Bochs, bit for bit" "needs bochs"
    tap::skip "gdb under Bochs" "needs bochs"
} else {
    set there boot@zoo/c-all-types,emu=bochs
    acre farm --image own.img --replay $there --out none
    set one [tap::bytes none/$there/replay/serial.log]
    tap::like [acre farm --image own.img --replay $there --out none] "0 *bit for bit the same*" "under Bochs"
    tap::is [tap::bytes none/$there/replay/serial.log] $one "the same bytes there"
    tap::like [acre farm --image own.img --replay $there --gdb] "2 *case under qemu*$case*" "gdb is for QEMU"
}

# A random map stands in its case's directory, wherever that is.
acre farm --image own.img --random 1 --seed 7 --emulator qemu --out random
file rename random elsewhere
set name [lindex [glob -tails -directory elsewhere boot@random/*] 0]
tap::like [acre farm --replay elsewhere/$name] "0 ?PASS *: $name: *" "a random case in a directory that was moved"

tap::done
