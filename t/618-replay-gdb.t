#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --replay CASE --gdb: the command that is printed takes gdb to the first instruction of each stage, with
# symbols, in 16-bit code where it is such; and, in a recording made with --record, backwards.

source [file join [file dirname [info script]] tap.tcl]
tap::need gdb gdb
source [file join $::env(srcdir) replays.tcl]

# What gdb says to COMMANDS where the command that `acre farm --replay ARG...` prints has taken it.
proc gdb {arguments commands} {
    set file [file join $::dir said]
    set pid [exec timeout 150 $::acre farm {*}$arguments  </dev/null >$file 2>@1 &]
    set words ""
    for {set tries 0} {$tries < 600 && ![regexp {first instruction of \S+\n  ([^\n]*)\n} [tap::bytes $file] - words]} {
        incr tries
    } {
        after 100
    }
    set script "$words -batch -nx -ex 'set width 0' -ex 'set confirm off'"
    foreach command $commands {
        append script " -ex '$command'"
    }
    catch {exec timeout 300 sh -c "exec $script -ex kill" </dev/null 2>@1} said
    for {set tries 0} {$tries < 200 && [file exists /proc/$pid/stat] && ![regexp {\) Z} [tap::bytes /proc/$pid/stat]]} {
        incr tries
    } {
        after 100
    }
    tap::note [string range $said end-2000 end]
    return $said
}
tap::plan 12
set case boot@ladder/16M,emu=qemu
set home $dir/run/$case

set said [gdb [list --image own.img --out run --replay $case --gdb=stage1] {
    "print \$pc" "x/2i \$pc" stepi "info line" list
}]
tap::ok [file exists $home/replay/qemu.rr] "a case that has not been run is recorded first"
tap::like $said "*Breakpoint 1, start ()*" "stage1: at its first instruction, by name"
tap::like $said "*=> 0x7c00 <start>:\tcli*xor *%ax,%ax*" "in 16-bit instructions"
tap::like $said "*stage1.asm\"*start:*cli\n*" "with its lines"
# An emulator that takes its time: the command is not printed before there is something for gdb to connect to.
file mkdir slow
set out [open slow/qemu-system-x86_64 w]
puts $out "#!/bin/sh\nsleep 1\nexec [lindex [auto_execok qemu-system-x86_64] 0] \"\$@\""
close $out
file attributes slow/qemu-system-x86_64 -permissions 0755
set path $env(PATH)
set env(PATH) [pwd]/slow:$path
set said [gdb [list --replay $home --gdb=stage2] {"x/1i \$pc" "info symbol stage2_main" "hbreak stage2_main" continue}]
set env(PATH) $path
tap::like $said "*=> 0x8000 <stage2_entry>:\tjmp *entry16*" "stage2: at its first instruction, in 16-bit ones"
tap::like $said "*stage2_main (*" "with its symbols, and on to its C code"
set said [gdb [list --replay $home --gdb=stage3] {"info symbol \$pc" "acre heaps" "print/x \$cs"}]
tap::like $said "*kernel_entry in section*" "stage3: at its first instruction"
tap::like $said "*acre: the kernel has no heaps yet*" "with Acre's own commands"

# --- backwards -----------------------------------------------------------------------------------------------------

if {[auto_execok qemu-img] eq ""} {
    for {set i 0} {$i < 4} {incr i} {
        tap::skip "backwards" "needs qemu-img (Debian package qemu-utils)"
    }
    tap::done
}
set said [acre farm --replay $home --record]
tap::like $said "0 ?PASS points: $case: *reverse-stepi*" "--record says how to go on"
set one [tap::bytes $home/replay/serial.log]
tap::like [acre farm --replay $home] "0 *bit for bit the same*" "and is repeated as any replay"
set said [gdb [list --replay $home --gdb] {
    stepi stepi "info symbol \$pc" reverse-stepi reverse-stepi "info symbol \$pc" \
    reverse-stepi "print \$pc < 0x10000"}]
tap::ok [regexp {kernel_entry\+?\d* in.*kernel_entry in section} [string map {" + " +} $said]] \
    "gdb goes back to where it was"
tap::ok [regexp {\$\d+ = 1\n} $said] "and before it, into stage2"
tap::done
