#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What acre farm makes of failures, with a driver that starts no emulator (farm-double.tcl): those that do not come each
# time, those that are known, those of one signature, and running what failed again.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
tap::plan 43
# A run in OUT of the double on the maps of DIR under qemu -> {status output}.
proc run {dir out args} {
    return [farm --maps $dir --emulator qemu --out $::tmp/$out {*}$args]
}
proc last {output} {
    return [lindex [split $output \n] end]
}

# --- flaky ---------------------------------------------------------------------------------------------------------

set all [maps $tmp/all pass-1 once-1 counted-1 second-1 wrong-1 wrong-2 wrong-3 wrong-4 wrong-5 hang-1]
lassign [run $all o1] status output
set got [results $tmp/o1]
foreach {map verdict boots} {
    pass-1 {PASS points} 1 once-1 {FAIL flaky} 5 counted-1 {CRASH flaky} 5 second-1 {FAIL flaky} 5 hang-1
    {HANG dead-halt} 4
} {
    tap::is [dict get $got $map,emu=qemu] $verdict "$map is $verdict"
    tap::is [boots $map] $boots "... after $boots boots"
}
tap::is $status 1 "a run with a flaky case fails"
tap::is [last $output] "1 passed, 9 failed" "what passes when it is booted again is not counted as passed"
tap::like $output "*FAIL  boot@once-1,emu=qemu *: flaky: once FAIL points: not ok: *; then it passed 3 of 3 times;\
    under counted instructions: PASS points*" "it says what it was, how often it passed, and what counting says"
tap::like $output "*CRASH boot@counted-1,emu=qemu *: flaky: once FAIL points: *; under counted instructions: CRASH\
    panic: page fault*" "where a boot that counts fails, that is the verdict"
tap::like $output "*3 flaky, where none may be*" "the summary counts them"
foreach {map verdict} {once-1 FAIL counted-1 CRASH} {
    set text [tap::slurp $tmp/o1/boot@$map,emu=qemu/result.txt]
    tap::ok [regexp -line "^verdict: $verdict\nsub: flaky\nwhy: once " $text] "$map: its result.txt says so" $text
}
tap::ok [expr {![file exists $tmp/o1/again]}] "nothing is left of the boots that only told"
set lines [split [string trim [tap::slurp $tmp/o1/results.tsv]] \n]
tap::is [llength $lines] 13 "results.tsv has a line a case, and one more for each of the three"
tap::is [lmap n {1 2 3 4 5} {boots wrong-$n}] {4 4 4 1 1} "of five cases of one signature three are booted again"
tap::like $output "*FAIL  boot@wrong-1,emu=qemu *: compare: *\n    5 cases, 1 signature: boot@wrong-1,emu=qemu *\n   \
    replay: sh *" "one signature is told once, with its cases and one replay"

# Of one signature all are booted again if one of the first is flaky.
set mixed [maps $tmp/mixed counted-11 fail-12 fail-13 fail-14 once-15]
run $mixed o2
tap::is [lmap map {counted-11 fail-14 once-15} {dict get [results $tmp/o2] $map,emu=qemu}] \
    {{CRASH flaky} {FAIL points} {FAIL flaky}} "flaky ones are found beyond the first three"

run [maps $tmp/none once-21] o3 --retries 0
tap::is [results $tmp/o3]/[boots once-21] \
    "once-21,emu=qemu {FAIL points}/1" "--retries 0 boots nothing again"
run [maps $tmp/five second-22] o3 --retries 5
tap::is [boots second-22] 7 "--retries 5 boots five times more, and once that counts"
tap::like [run $all o3 --retries x] "2 *--retries 'x' is not a number*" "--retries takes a number"

# --- known failures ------------------------------------------------------------------------------------------------

set some [maps $tmp/some pass-31 fail-32 fail-33]
set known $tmp/known.conf
set soon "reason = issue 41\nuntil = 2999-12-31\n"
write $known "\[fail-3*\]\nfails = FAIL points\n$soon"
lassign [run $some o4 --known $known] status output
tap::is $status/[last $output] "0/1 passed, 0 failed, 2 known" "known failures do not fail a run, and are counted apart"
tap::like $output "*known: fail-3\\*: 2 cases, until 2999-12-31: issue 41*" "... and are listed with their reason"
tap::ok [expr {![string match "*Failures:*" $output]}] "... and are no news" $output
write $known "\[pass-31\]\n$soon\[fail-3*\]\n$soon"
lassign [run $some o4 --known $known] status output
tap::is $status/[last $output] "1/0 passed, 1 failed, 2 known" "a known failure that passes fails the run"
tap::like $output "*UNEXPECTED PASS boot@pass-31,emu=qemu\n*take it out*" "... by name"
write $known "\[fail-3*\]\nfails = CRASH panic\n$soon"
lassign [run $some o4 --known $known] status output
tap::is $status/[last $output] "1/1 passed, 2 failed" "a failure of another kind is not known"
write $known "\[fail-3*\]\nreason = issue 41\nuntil = 2020-01-01\n"
lassign [run $some o4 --known $known] status output
tap::is $status/[last $output] "1/1 passed, 2 failed" "after the last day it counts again"
tap::like $output "*EXPIRED fail-3\\**" "... and that is said"
lassign [run [maps $tmp/well pass-34] o4 --known $known] status output
tap::is $status/[last $output] "1/1 passed, 0 failed" "an entry whose day is over fails a run of its own"
write $known "\[once-35\]\nfails = FAIL flaky\n$soon"
lassign [run [maps $tmp/flaky pass-34 once-35] o4 --known $known] status output
tap::is $status/[last $output] "0/1 passed, 0 failed, 1 known" "a flaky case may be known"
write $known "\[fail-3*\]\nreason = none\n"
lassign [run $some o5 --known $known] status output
tap::like $status/$output "2/acre: $known:1: no until: *" "a file that is wrong is told"
tap::ok [expr {![file exists $tmp/o5]}] "... before anything runs"

# --- what failed, again --------------------------------------------------------------------------------------------

set few [maps $tmp/few pass-41 fail-42 once-43]
run $few o6 --retries 0
set before [tap::slurp $few/pass-41.map]
write $few/pass-41.map "$before# changed\n"
lassign [run $few o6 --retries 0 --retry-failed] status output
tap::is [lmap map {pass-41 fail-42 once-43} {boots $map}] {1 2 2} \
    "--retry-failed runs what failed, and nothing that passed, whatever has changed"
tap::is $status/[last $output] "1/2 passed, 1 failed" "... and counts what it kept"
maps $few pass-44
run $few o6 --retries 0 --retry-failed
tap::is [boots pass-44] 0 "what that run had not planned is not run"
file delete $few/fail-42.map
tap::like [run $few o6 --retry-failed] "2 *boot@fail-42,emu=qemu, which these options do not plan*" \
    "what it had planned must be planned"
tap::like [run $few o7 --retry-failed] "2 *o7: no run's directory*" "there must have been a run"
tap::like [run $few o6 --retry-failed --resume] "2 *say one of it and --retry-failed*" "not beside --resume"
tap::done
