#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm with a driver that starts no emulator (farm-double.tcl): verdicts, exit statuses, what is left after Ctrl-C,
# resuming, replay lines, directories that cannot be written.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
tap::plan 55
# The number by which the processes of this test's slow guests are found.
set ::env(DOUBLE_SLEEP) 9[format %05d [expr {[pid] % 100000}]]

# Processes of this test's slow guests that still run.
proc sleepers {} {
    set found {}
    foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
        if {![catch {set in [open $file rb]}]} {
            if {![catch {read $in} words] && [string match "*sleep\0$::env(DOUBLE_SLEEP)\0" $words]} {
                lappend found [lindex [file split $file] 2]
            }
            close $in
        }
    }
    return $found
}
# Every kind of end, by its verdict and by the exit status of a run that has only that one.
set kinds {
    pass {PASS points} 0 fail {FAIL points} 1 wrong {FAIL compare} 1 panic {CRASH panic} 1 torn {CRASH torn} 1
    triple {CRASH triple-fault} 1 hang {HANG dead-halt} 1 error {ERROR emulator} 1 die {ERROR farm} 1
    raise {ERROR farm} 1 refuse {PASS refused} 0
}
set all [maps $tmp/all {*}[lmap {kind verdict status} $kinds {string cat $kind -1}]]
lassign [farm --maps $all --emulator qemu --out $tmp/o1] status output
set got [results $tmp/o1]
foreach {kind verdict status_alone} $kinds {
    tap::is [dict get $got $kind-1,emu=qemu] $verdict "a guest that is '$kind': $verdict"
    lassign [farm --maps $all/$kind-1.map --emulator qemu --out $tmp/alone] alone
    tap::is $alone $status_alone "... and a run with nothing else ends with $status_alone"
}
tap::is $status 1 "a run with failures ends with 1"
tap::is [lindex [split $output \n] end] "2 passed, 9 failed" "its last line has the counts"
tap::like $output "*\nFailures:\n*FAIL  boot@wrong-1,emu=qemu * compare: ledger sum*\n    replay: sh *" \
    "failures are listed with reason and replay command"
tap::is [llength [regexp -all -inline {\n    replay: } $output]] 9 "one replay command a failure"
regexp {replay: ([^\n]*fail-1[^\n]*)} $output - replay
tap::is [exec sh -c $replay] "replayed fail" "a replay command runs as it is printed"
regexp {replay: acre ([^\n]*die-1[^\n]*)} $output - replay
set failed [catch {exec {*}[list [info nameofexecutable] $double] {*}$replay} - options]
tap::is $failed[lindex [dict get $options -errorcode] 2] 17 \
    "a case without a script is run again by its file"
set in [open $tmp/o1/plan.tsv]
tap::is [llength [split [string trim [read $in]] \n]] 12 "the plan has a heading and a line a case"
close $in
tap::ok [file exists $tmp/o1/boot@pass-1,emu=qemu/served.map] "the map as served stays in the case's directory"

# Cut maps.
set cut [maps $tmp/cut pass-cut]
lassign [farm --maps $cut --emulator qemu --out $tmp/o2 --memory 32M] status output
tap::like $output "*1 maps were cut to the RAM*" "a cut is told in the summary"
set in [open $tmp/o2/boot@pass-cut,ram=32M,emu=qemu/cut.txt]
tap::like [read $in] "*\n0x2000000 0x3000000\n" "and in cut.txt, to the byte"
close $in
write $tmp/cut/pass-quirk.map "# ram: 64\n# quirk: acpi-attr0-clear:3\n0x0 0x9fc00 1
0x100000 0x3000000 1\n0x3800000 0x4000000 1\n"
foreach {ram quirks} {32M {} 64M acpi-attr0-clear:3} {
    lassign [farm --maps $tmp/cut/pass-quirk.map --emulator qemu --out $tmp/o2-$ram --memory $ram] status output
    set served [tap::slurp $tmp/o2-$ram/boot@pass-quirk,ram=$ram,emu=qemu/served.map]
    set words [lmap {- quirk} [regexp -all -inline -line {^# quirk: (.*)$} $served] {set quirk}]
    tap::is [lsort $words] [lsort $quirks] "with $ram, a quirk of an entry goes with the entry"
}
set gone [open $tmp/cut/pass-gone.map w]
puts $gone "# ram: 64\n0x10000000 0x20000000 1"
close $gone
lassign [farm --maps $tmp/cut/pass-gone.map --emulator qemu --out $tmp/o2] status output
tap::is $status "2" "a map of which nothing is left is skipped; nothing tested ends with 2"
tap::like $output "*1 skipped: nothing usable is left*0 passed, 0 failed, 1 skipped" "... and says so"

# Emulators that are missing or do not work.
set good [maps $tmp/good pass-1 pass-2]
set ::env(DOUBLE_MISSING) bochs
lassign [farm --maps $good --out $tmp/o3] status output
tap::is $status 0 "one emulator missing: its cases are skipped"
tap::like $output "*2 skipped: bochs is missing (Debian package bochs)*2 passed, 0 failed, 2 skipped" "... by name"
tap::is [dict get [results $tmp/o3] pass-1,emu=bochs] SKIP "... and in the results"
set ::env(DOUBLE_MISSING) "bochs qemu-system-x86_64"
lassign [farm --maps $good --out $tmp/o3] status output
tap::is $status 2 "no emulator at all ends with 2"
unset ::env(DOUBLE_MISSING)
set ::env(DOUBLE_PROBE) qemu
lassign [farm --maps $good --out $tmp/o3] status output
tap::is [dict get [results $tmp/o3] pass-1,emu=qemu]/[dict get [results $tmp/o3] pass-1,emu=bochs]/$status \
    "ERROR/PASS points/1" "a failed probe is ERROR for that emulator's cases only"
unset ::env(DOUBLE_PROBE)

# Empty plans.
lassign [farm --maps $good --select nothing-like-it --out $tmp/o4] status output
tap::is $status 2 "an empty plan ends with 2"
tap::like $output "acre: the plan is empty*" "... and says so in one line"
tap::ok [expr {![file exists $tmp/o4]}] "... and makes no directory"

# Resuming.
set some [maps $tmp/some pass-1 pass-2 fail-1]
farm --maps $some --emulator qemu --out $tmp/o5
set out [open $tmp/some/pass-2.map a]
puts $out "# another byte"
close $out
lassign [farm --maps $some --emulator qemu --out $tmp/o5 --resume] status output
tap::is [lsort [regexp -all -inline -line {^[A-Z]+ +boot@\S+ \d} [regsub {\nFailures:.*} $output ""]]] \
    [lsort {{FAIL  boot@fail-1,emu=qemu 0} {PASS  boot@pass-2,emu=qemu 0}}] \
    "--resume runs again what failed and what has changed, nothing else"
tap::is [lindex [split $output \n] end] "2 passed, 1 failed" "... and counts what it kept"

# Ctrl-C, and worse.
set slow [maps $tmp/slow pass-1 slow-1 stubborn-2 slow-3]
set channel [open |[concat [command --maps $slow --emulator qemu --jobs 2 --out $tmp/o6] 2>@1] r]
tap::ok [until {[llength [sleepers]] == 2} 20] "two slow cases run at once"
lassign [farm --maps $slow --out $tmp/o6] status output
tap::like $status/$output "2/acre: */o6 is in use by process [pid $channel];*" \
    "a second run keeps out of a directory in use, and names who may be told to end"
exec kill -INT [pid $channel]
set output [read $channel]
set status [expr {[catch {close $channel} - options] ? [lindex [dict get $options -errorcode] 2] : 0}]
tap::ok [until {[sleepers] eq ""} 1] "after Ctrl-C nothing is left running, not even what is deaf to it" [sleepers]
tap::is $status 1 "... and the run ends with 1"
tap::is [lsort [dict values [results $tmp/o6]]] {MISSING MISSING MISSING {PASS points}} \
    "... and what has no result is MISSING"
tap::like $output "*the run was stopped (Ctrl-C)*\n1 passed, 3 failed*" "... and red"
set slow [maps $tmp/kill slow-1 slow-2]
set channel [open |[concat [command --maps $slow --emulator qemu --jobs 2 --out $tmp/o7] 2>@1] r]
until {[llength [sleepers]] == 2} 20
exec kill -KILL [pid $channel]
catch {close $channel}
tap::ok [until {[sleepers] eq ""} 5] "a runner that is killed outright leaves nothing running either" [sleepers]

# Directories.
lassign [farm --maps $good --out /proc/farm-out] status output
tap::like $status/$output "2/acre: cannot make the directory /proc/farm-out:*--out" \
    "an out directory that cannot be made"
file mkdir $tmp/full
if {[catch {exec mount -t tmpfs -o size=64k,mode=700 none $tmp/full 2>@1}]} {
    tap::skip "a full disk" "needs the right to mount"
} else {
    catch {exec dd if=/dev/zero of=$tmp/full/filler bs=1k count=56 2>@1}
    lassign [farm --maps $good --out $tmp/full/out] status output
    tap::like $status/[llength [split $output \n]]/$output "2/1/acre: *no space left on device*" "a full disk"
    exec umount $tmp/full
}
tap::done
