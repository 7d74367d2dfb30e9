#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre boot --dump and acre run --dump: however a guest ends, its memory is in the file, and what is said and returned
# is what is said and returned without a dump.  Under each emulator that is installed.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
set emulators [tap::emulators]
log_user 0
set acre [file join $::env(top_builddir) acre]
::acre::paths::use dumpfile
# Each: what ends, words of acre boot, its status, what is said of it.
set panic [file join [tap::tmp] panic.img]
exec $acre image -o $panic --set crash=panic
set ends [list \
    "a good end" [list [::acre::paths::get image]] 0 "" \
    "a panic" [list $panic] 1 "acre: CRASH panic: what=\"asked for by crash=panic\" *" \
    "a dead halt" [list [::acre::paths::product farm/probes/halt.bin]] 1 "acre: HANG dead-halt: *" \
    "a triple fault" [list [::acre::paths::product farm/probes/triple.bin]] 1 "acre: CRASH triple-fault: *" \
    "a reset" [list [::acre::paths::product farm/probes/reset.bin]] 1 "acre: CRASH reset: *" \
    "a time limit" [list --timeout 3 [::acre::paths::product farm/probes/spin.bin]] 1 "acre: HANG timeout: *"]
tap::plan [expr {[llength $emulators] * (3 * [llength $ends] / 4 + 1) + 9}]
set file [file join [tap::tmp] core]

# command WORD... -> {STATUS ERRORS}
proc command {args} {
    set err [file join [tap::tmp] err]
    set status 0
    if {[catch {exec timeout 120 $::acre {*}$args 2>$err} ::out options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    set in [open $err]
    set words [string trimright [read $in] \n]
    close $in
    return [list $status $words]
}

# Bytes of physical memory in the dump, from ADDRESS on.
proc memory {address bytes} {
    set dump [::acre::dumpfile::open $::file]
    set read [::acre::dumpfile::read $dump $address $bytes]
    ::acre::dumpfile::close $dump
    return $read
}

# Whether it has what was booted: a probe's sector where the BIOS has put it, or the page tables of a kernel, whose own
# half ends in the last entry of the root.
proc whole {} {
    set dump [::acre::dumpfile::open $::file]
    set cr3 [::acre::dumpfile::cr3 $dump]
    ::acre::dumpfile::close $dump
    if {!$cr3} {
        return [expr {[memory 0x7dfe 2] eq "\x55\xaa"}]
    }
    binary scan [memory [expr {($cr3 & ~0xfff) + 8 * 511}] 8] w entry
    return [expr {$entry & 1}]
}

foreach emulator $emulators {
    foreach {what words status said} $ends {
        file delete $file
        lassign [command boot --emulator $emulator --memory 16M --dump $file {*}$words] got errors
        tap::is $got $status "$emulator, $what: status $status"
        set want "acre: the guest's memory is in $file[expr {$said eq {} ? {} : "\n$said"}]"
        tap::like $errors $want "$emulator, $what: and its words"
        tap::ok [expr {[file exists $file] && [whole]}] "$emulator, $what: the guest's memory is in the dump"
    }
    set size [expr {[file exists $file] ? [lindex [exec stat -c %b $file] 0] * 512 : 1 << 40}]
    tap::ok [expr {$size < 8 << 20}] "$emulator: 16 MiB of RAM of which little was used take less than 8 on disk" $size
}

# A terminal's Ctrl-C, and a program at its time limit, need no other emulator.
set emulator [lindex $emulators 0]
file delete $file
spawn -noecho $acre boot --emulator $emulator --dump $file [::acre::paths::product farm/probes/spin.bin]
set timeout 60
expect -re "1..1"
after 1000
send \x03
expect eof
tap::is [lindex [wait] 3] 130 "Ctrl-C: status 130"
tap::ok [file exists $file] "and a dump"
file delete $file
lassign [command run --emulator $emulator --timeout 3 --dump $file /bin/sleep 100] got errors
tap::ok [expr {$got == 1 && [file exists $file]}] "a program at its time limit: a dump" $errors
lassign [command run --emulator $emulator --dump $file /bin/echo words] got errors
tap::is [list $got $out] {0 words} "a program that ends: its status and its output, and nothing else"
tap::is [glob -nocomplain $file.part*] {} "nothing is left of a dump in the making"
foreach {words want} [list \
    [list --dump /no/such/core] "acre: boot: --dump: there is no directory '/no/such'" \
    [list --dump [tap::tmp]] "acre: boot: --dump: '[tap::tmp]' is there already, and no file" \
    [list --gdb --dump $file] "acre: boot: --dump is of a guest that ends by itself, and gdb holds it; *" \
    [list --dump ""] "acre: boot: --dump needs a value; *"] {
    tap::like [lindex [command boot {*}$words [::acre::paths::get image]] 1] $want "refused: $words"
}
tap::done
