#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# --changed-since: which cases a changed file has a part in, and what git says has changed.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
::acre::paths::use changed
namespace path ::tap

# name -> a case, as far as it matters.
set cases {}
foreach {name subject emulator machine map program store} {
    a zoo/one qemu pc /m/zoo/one.map "" ""          b zoo/one bochs pc /m/zoo/one.map "" ""
    c zoo/0x10 qemu q35 /m/zoo/0x10.map chain ""    d ladder/64M qemu pc "" "" ""
    e ladder/64M bochs pc "" "" served
} {
    lappend cases [dict create name $name subject $subject emulator $emulator machine $machine map $map \
        program $program store $store]
}
proc told {args} {
    return [lmap case [::acre::changed::only $::cases $args] {dict get $case name}]
}
set rules {
    doc/farm.md {}                  t/606-changed.t {}             README.md {}          farm/lib/reportgrid.tcl {}
    farm/lib/cmd_map.tcl {}         farm/maps/zoo/one.map {a b}    farm/maps/zoo/0x10.map c
    farm/maps/zoo/gone.map {}       farm/maps/ladder.conf {d e}    farm/machines/qemu-pc.tcl {a d}
    farm/machines/qemu-q35.tcl c    farm/machines/bochs-pc.tcl {b e}   farm/fakebios/e820.inc {a b c}
    farm/lib/rom.tcl {a b c}        farm/program/chain.c c         farm/lib/storejudge.tcl e
    farm/lib/qemu.tcl {a c d}       farm/lib/bochsdebug.tcl {b e}  farm/lib/oracle.tcl {a b c d e}
    src/kernel/main.c {a b c d e}   boot/kernel.c {a b c d e}      farm/maps/groups.conf {a b c d e}
    farm/lib/cmd_farm.tcl {a b c d e}   Makefile.am {a b c d e}    farm/new.thing {a b c d e}
}
plan [expr {[llength $rules] / 2 + 8}]
foreach {file want} $rules {
    is [told $file] $want "$file: [expr {$want eq "" ? "nothing" : $want}]"
}
is [told] {} "nothing has changed: no case"
is [told farm/maps/zoo/one.map doc/farm.md farm/program/chain.c] {a b c} "several files: the union"
# A pattern that names no file is one for a file that has moved.
set names [exec sh -c "cd '[file normalize $env(top_srcdir)]' && find . -type f | sed s,^./,,"]
set idle [lmap {pattern rule} $::acre::changed::table {
    if {[lsearch -glob [split $names \n] $pattern] >= 0} continue
    set pattern
}]
is $idle {} "every row of the table names a file that there is"

set git {git -c user.name=a -c user.email=a@example.invalid -c init.defaultBranch=main -c commit.gpgSign=false}
if {[auto_execok git] eq ""} {
    for {set n 0} {$n < 5} {incr n} { skip "git" "needs git (Debian package git)" }
    done
    return
}
set dir [file join [tmp] repository]
set sub [file join $dir acre tree]
proc put {name text} {
    file mkdir [file dirname $name]
    set out [open $name w]
    puts $out $text
    close $out
}
foreach name {same changed removed} { put [file join $sub $name] $name }
put [file join $dir outside] x
cd $dir
exec {*}$git init -q .
exec {*}$git add .
exec {*}$git commit -q -m one
is [::acre::changed::files $sub HEAD] {} "git: nothing has changed"
put [file join $sub changed] other
put [file join $sub "new file"] new
put [file join $sub .gitignore] *.o
put [file join $sub built.o] built
put [file join $dir outside] y
file delete [file join $sub removed]
is [::acre::changed::files $sub HEAD] [list .gitignore changed "new file" removed] \
    "git: what differs, what is new, what is gone; neither what is ignored nor what lies outside"
exec {*}$git add .
exec {*}$git commit -q -m two
is [::acre::changed::files $sub HEAD~1] [list .gitignore changed "new file" removed] "... and so when it is committed"
raises [list ::acre::changed::files $sub no-such] {ACRE USAGE} "--changed-since 'no-such': no such revision*" \
    "no such revision"
raises [list ::acre::changed::files $sub --output=x] {ACRE USAGE} "*no such revision*" "an option is no revision"
cd [tmp]
done
