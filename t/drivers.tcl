# SPDX-License-Identifier: Apache-2.0
#
# For t/4xx: probes and small sectors of our own, run by the farm's drivers.
#
#   drv::need EMULATOR         skips the whole test file if EMULATOR or Expect is not installed; loads the drivers
#   drv::run NAME OVERRIDES    boots the probe NAME with a dict of CASE keys -> what drive::run returned
#   drv::boot IMAGE OVERRIDES  the same with any image
#   drv::verdict RUN ?EXPECT?  -> "VERDICT sub"
#   drv::serial RUN            -> the serial log's bytes
#   drv::sector HEX TEXT       -> path of a boot sector: HEX is code for 0x7c00, TEXT a string that stands at 0x7d00
#   drv::pids DIR              -> process ids of emulators that still have DIR as their working directory
#   drv::alive PID             whether a process runs; one that ended and was not waited for does not
#   drv::slurp FILE            -> its bytes

source [file join $::env(srcdir) tap.tcl]

namespace eval drv {
    variable runs 0
    variable tools {qemu {qemu-system-x86_64 qemu-system-x86} bochs {bochs bochs}}
    # Clocks of tests: short where a test waits them out, long enough for a loaded machine where it does not.
    variable limits {first-byte 40 silence 2 total 60}
}

proc drv::need {emulator} {
    variable tools
    if {[catch {package require Expect}]} {
        tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
    }
    tap::need {*}[dict get $tools $emulator]
    ::acre::paths::use drive tap verdict
}

proc drv::probe {name} {
    return [::acre::paths::product farm/probes/$name.bin]
}

proc drv::run {name overrides} {
    return [boot [probe $name] $overrides]
}

proc drv::boot {image overrides} {
    variable runs
    variable limits
    set dir [file join [tap::tmp] run[incr runs]]
    file mkdir $dir
    return [::acre::drive::run [dict merge [dict create image $image dir $dir limits $limits] $overrides]]
}

proc drv::verdict {run {expect boots}} {
    set verdict [::acre::verdict::of $run [::acre::tap::parse [serial $run]] $expect]
    return "[dict get $verdict verdict] [dict get $verdict sub]"
}

proc drv::alive {pid} {
    return [expr {![catch {slurp /proc/$pid/stat} stat] && ![regexp {\) [ZX] } $stat]}]
}

proc drv::slurp {file} {
    set channel [open $file rb]
    try {
        return [read $channel]
    } finally {
        close $channel
    }
}

proc drv::serial {run} {
    return [slurp [dict get $run serial]]
}

proc drv::sector {hex text} {
    variable runs
    set file [file join [tap::tmp] sector[incr runs].bin]
    set channel [open $file wb]
    puts -nonewline $channel [binary format a256a254H4 [binary decode hex [string map {" " ""} $hex]] $text 55aa]
    close $channel
    return $file
}

proc drv::pids {dir} {
    return [lmap link [glob -nocomplain /proc/\[0-9\]*/cwd] {
        if {[catch {file readlink $link} target] || $target ne $dir} continue
        lindex [file split $link] 2
    }]
}
