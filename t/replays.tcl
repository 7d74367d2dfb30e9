# SPDX-License-Identifier: Apache-2.0
#
# replays.tcl: for tests of acre farm --replay: an image of the test's own in the current directory, which is tap::tmp,
# and the command.  The test is skipped without what they need.
#
#   $dir                  that directory
#   acre ARG...           -> {status output}

tap::need qemu-system-x86_64 qemu-system-x86
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
foreach key {image syms elf stage1 stage2 fakebios} {
    if {![file exists [::acre::paths::get $key]]} {
        tap::skip_all "needs [::acre::paths::get $key] (make)"
    }
}
set acre [file join $::env(top_builddir) acre]
set dir [tap::tmp]
cd $dir
# Recordings are as new as the image they are of; this one is not built again meanwhile.
file copy [::acre::paths::get image] own.img
file copy [::acre::paths::get syms] own.syms

proc acre {args} {
    set status 0
    if {[catch {exec timeout 120 $::acre {*}$args </dev/null 2>@1} said options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status $said]
}
