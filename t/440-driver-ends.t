#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Trouble that is not the guest's is ERROR with the emulator's own words, at once; and whatever ends a driver, nothing
# of it is left running or lying about, and the image is as it was.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need kill procps
::acre::paths::use drive tap verdict
set tools {qemu qemu-system-x86_64 bochs bochs}
tap::plan 27

proc elapsed {script} {
    set began [clock milliseconds]
    uplevel 1 $script
    return [expr {[clock milliseconds] - $began}]
}

# Starts DRIVER (a script of ours that runs the spin probe) and ends it by SIGNAL once the guest has spoken.
proc ended_by {signal emulator} {
    set dir [file join [tap::tmp] "ends $signal $emulator"]
    file mkdir $dir
    set script [file join [tap::tmp] driver.tcl]
    set channel [open $script w]
    puts $channel {source [file join $::env(srcdir) drivers.tcl]
        ::acre::paths::use drive
        ::acre::drive::run [dict create image [drv::probe spin] dir [lindex $argv 0] emulator [lindex $argv 1]]}
    close $channel
    set pid [exec [info nameofexecutable] $script $dir $emulator >/dev/null 2>[file join [tap::tmp] driver.err] &]
    for {set i 0} {$i < 400 && ![size [file join $dir serial.log]]} {incr i} {
        after 50
    }
    set emulators [drv::pids $dir]
    exec kill -$signal $pid
    for {set i 0} {$i < 100 && ([drv::alive $pid] || [drv::pids $dir] ne "" || [passing $dir] ne "")} {incr i} {
        after 50
    }
    return [list [llength $emulators] [drv::pids $dir] [drv::alive $pid] [passing $dir]]
}
# What is in the directory for the time of a run only: pipes, and the run's own disk.
proc passing {dir} {
    set found {}
    foreach file [glob -nocomplain -directory $dir *] {
        if {[catch {file type $file} type] || ($type in {file link} && [file tail $file] ne "run.img")} continue
        lappend found $file
    }
    return $found
}
# A size that may not be there yet.
proc size {file} {
    return [expr {[file exists $file] ? [file size $file] : 0}]
}

foreach emulator {qemu bochs} {
    set tool [dict get $tools $emulator]
    if {[auto_execok $tool] eq ""} {
        for {set point 0} {$point < 11} {incr point} {
            tap::skip $emulator "needs $tool"
        }
        continue
    }
    set ms [elapsed {set run [drv::run ok [dict create emulator $emulator cpu nonesuch]]}]
    tap::is [drv::verdict $run] {ERROR emulator} "$emulator: a CPU model that it does not have"
    set words {qemu "*unable to find CPU model 'nonesuch'*" bochs "*cpu directive malformed*"}
    tap::like [dict get $run detail] [dict get $words $emulator] "$emulator: in its own words"
    tap::ok [expr {$ms < 8000}] "$emulator: and at once" "$ms ms"

    # Killed from outside while the guest runs.
    set dir [file join [tap::tmp] "killed $emulator"]
    file mkdir $dir
    after 700 {foreach pid [drv::pids $dir] {exec kill -KILL $pid}}
    set run [drv::run spin [dict create emulator $emulator dir $dir]]
    tap::is [drv::verdict $run] {ERROR emulator} "$emulator: it is killed while the guest runs"
    tap::like [dict get $run detail] "*SIGKILL*" "$emulator: and the signal is named"

    foreach signal {INT TERM HUP KILL} {
        lassign [ended_by $signal $emulator] before pids driver pipes
        tap::is [list [expr {$before > 0}] $pids $driver] {1 {} 0} "$emulator: $signal to the driver leaves no process"
        if {$signal eq "TERM"} {
            tap::is $pipes {} "$emulator: nor a pipe or a disk of its own"
        }
    }

    # A guest that writes sector 2 through the BIOS (INT 13h AH=03h from 0x7d00), then leaves by both ports.
    set code "31c0 8ed8 8ec0 bb007d b80103 b90200 ba8000 cd13 b010 baf400 ee ba0089 be007d b90800 f36e fa f4 ebfc"
    set image [file join [tap::tmp] written.img]
    file copy -force [drv::sector $code Shutdown] $image
    set channel [open $image rb+]
    chan truncate $channel 1474560
    close $channel
    set before [drv::slurp $image]
    set run [drv::boot $image [dict create emulator $emulator]]
    tap::is [list [dict get $run end] [expr {[drv::slurp $image] eq $before}]] {exit 1} \
        "$emulator: the image is never written"
}

# The host's own trouble.
tap::raises {drv::run ok {dir /nonesuch/dir}} {ACRE CASE} "cannot write in the case's directory: *" \
    "a directory that is not there"
set path $::env(PATH)
set mkfifo [lindex [auto_execok mkfifo] 0]
set tools_dir [file join [tap::tmp] bin]
file mkdir $tools_dir
file link -symbolic [file join $tools_dir mkfifo] $mkfifo
set ::env(PATH) $tools_dir
array unset ::auto_execs
set run [drv::run ok {}]
tap::is [drv::verdict $run] {ERROR emulator} "an emulator that is not installed"
tap::like [dict get $run detail] "*cannot start qemu-system-x86_64*" "is named"
file delete [file join $tools_dir mkfifo]
array unset ::auto_execs
set run [drv::run ok {}]
tap::like [list [drv::verdict $run] [dict get $run detail]] "*ERROR*cannot make named pipes*" "so is a missing mkfifo"
set ::env(PATH) $path
array unset ::auto_execs
set full /dev/full
if {[auto_execok qemu-system-x86_64] eq ""} {
    tap::skip "a full disk" "needs qemu-system-x86_64 (Debian package qemu-system-x86)"
} elseif {[file exists $full]} {
    set dir [file join [tap::tmp] full]
    file mkdir $dir
    file link -symbolic [file join $dir serial.log] $full
    set run [drv::run ok [dict create dir $dir]]
    tap::like [list [dict get $run end] [dict get $run detail]] "emulator-error*cannot write*" "a full disk"
} else {
    tap::skip "a full disk" "no /dev/full"
}
tap::done
