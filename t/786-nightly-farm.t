#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Two small nights of the true farm, under QEMU: the kernel of this build, then one that panics.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) nights.tcl]
namespace path {::tap ::nights ::runs}
set acre [runs::command]
if {[catch {package require Expect}]} {
    skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
need qemu-system-x86_64 qemu-system-x86
need sqlite3 sqlite3
need flock util-linux
plan 12
set dir [tmp]
set nights $dir/nights
set conf $dir/nightly.conf
set common [list directory $nights group check random 2 seed 11 \
    select "boot@ladder/64M,emu=qemu boot@zoo/c-all-types,emu=qemu boot@random/11-*,emu=qemu"]
config $conf {*}$common
set today [clock format [clock seconds] -format %Y-%m-%d]

lassign [night $conf] status out err
is "$status $err" "0 " "a night of this build's kernel is well"
like $out "*version [::acre::paths::get version]; random maps of seed 11\n*\n4 passed, 0 failed\n" "all cases ran"
is [exec sqlite3 $nights/history.sqlite "SELECT name FROM results ORDER BY name"] [join {
    boot@ladder/64M,emu=qemu boot@random/11-000000,emu=qemu boot@random/11-000001,emu=qemu boot@zoo/c-all-types,emu=qemu
} \n] "those of the group, and random ones beside them"
is [exec sqlite3 $nights/history.sqlite "SELECT value FROM measured WHERE name='farm/cases'"] 4.0 "figures of the farm"

exec $acre image -o $dir/panics.img --set crash=panic
config $conf {*}$common image $dir/panics.img options "--syms [::acre::paths::get syms]"
lassign [night $conf] status out err
is "$status $err" "1 " "the next night's kernel panics: status 1"
like $out "*last good night: $today, *\n  BROKEN SINCE THEN 4: *\nSince $today, *: NEW 4,*\n" \
    "all cases are new failures"
like $out "*\nCRASH panic: *asked for by crash=panic*\n    4 cases, 1 signature: *\n    new 4, last passed $today\n*" \
    "with one signature"
regexp -line {^    replay: (.*)$} $out - command
ok [file isfile [lindex $command end]] "there is a case to replay" $command
set again [catch {exec {*}[lreplace $command 0 0 $acre] 2>@1} said options]
ok [expr {$again && [lindex [dict get $options -errorcode] 2] == 1 && [string match "CRASH boot@*" $said]}] \
    "and it fails again" $said
set page [slurp $nights/latest/report/index.html]
like $page "*What changed*<b>4</b>*New failures*farm/seconds in 2 nights*" "the pages say so"
like [slurp $nights/latest/report/cases/boot@ladder/64M,emu=qemu.html] "*<dt>Before</dt>*PASS: points*" \
    "a case's page says what it was"
lassign [history $nights diff $today] status out
ok [expr {$status == 1 && [string match "*4 new, 0 changed,*" $out]}] "acre history has both" $out
done
