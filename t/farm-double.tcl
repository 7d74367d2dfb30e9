# SPDX-License-Identifier: Apache-2.0
#
# farm-double.tcl: `acre farm` with a driver that starts no emulator: what happens to a guest stands in the name of its
# map, before the first "-" (below).  Everything else is the real thing, one process a case included.
#
#   tclsh farm-double.tcl farm ARG...      as `acre farm ARG...`

source [file join [file dirname [info script]] tap.tcl]
::acre::paths::use cmd_farm
::acre::farm::load 1
source [file join $::env(srcdir) farm-guest.tcl]

namespace eval ::double {}

# All programs are there, and all probes work, unless the environment says otherwise.
proc ::acre::err::need {tool} {
    if {[info exists ::env(DOUBLE_MISSING)] && [string match *$tool* $::env(DOUBLE_MISSING)]} {
        return -code error -errorcode [list ACRE NEED $tool] "$tool is missing (Debian package $tool)"
    }
    return /bin/true
}
proc ::acre::probe::run {emulator dir} {
    set why [expr {[info exists ::env(DOUBLE_PROBE)] && $emulator in $::env(DOUBLE_PROBE) ? "the probe failed" : ""}]
    return [dict create why $why seconds 0.1 scale 1.0]
}
proc ::acre::rom::make {entries quirks file args} {
    close [open $file w]
}
proc ::acre::machine::backed {case} {
    return [list [list 0 0xa0000] [list 0x100000 [dict get $case memory]]]
}

# A cluster that answers at once is asked at once.
if {[info exists ::env(DOUBLE_EAGER)]} {
    ::acre::paths::use engineslurm
    set ::acre::engineslurm::LOOK 50
    set ::acre::engineslurm::ASK {150 150}
    set ::acre::engineslurm::GRACE {COMPLETED 3000 other 300}
    set ::acre::engineslurm::BORED 500
    set ::acre::enginewait::HOPELESS 1000
    set ::acre::engineslurm::RETRY {200 200 200}
}

# The driver.  Each kind of end is a list: end, guest-exit, status, and the log's text from the true one in SERIAL.
proc ::acre::drive::run {drive} {
    set case [::acre::casefile::read [file join [dict get $drive dir] case]]
    set ::double::map [file tail [regsub {^boot@([^,]*).*} [dict get $case name] {\1}]]
    set kind [lindex [split $::double::map -] 0]
    set entries [dict get [::acre::map::read [file join [dict get $drive dir] served.map]] entries]
    set guest {serial ""}
    if {$kind ne "refuse"} {
        set guest [guest::make $entries {}]
        guest::stop $guest
    }
    ::double::Script $drive $kind
    set ::double::drive $drive
    set ::double::boots [::double::Count $case]
    lassign [::double::$kind [dict get $guest serial]] end exit detail serial
    set audited 0
    if {[dict get $drive on-audit] ne "" && $kind ne "refuse"} {
        {*}[dict get $drive on-audit] test
        set audited 1
    }
    if {$kind ne "error"} {
        {*}[dict get $drive on-start] {an emulator}
        foreach piece [regexp -all -inline {.{1,200}} $serial] {
            {*}[dict get $drive on-output] $piece
        }
    }
    set out [open [file join [dict get $drive dir] serial.log] wb]
    puts -nonewline $out $serial
    close $out
    set log [file join [dict get $drive dir] serial.log]
    return [dict create end $end status 0 guest-exit $exit detail $detail seconds {first-byte 0.1 total 0.2} \
        margin 0.25 registers "" audited $audited serial $log stderr "" command ""]
}

# How often the case's map has been booted, this boot with it; counted in the directory DOUBLE_COUNTS.
proc ::double::Count {case} {
    if {![info exists ::env(DOUBLE_COUNTS)]} {
        return 1
    }
    set file [file join $::env(DOUBLE_COUNTS) [file tail [file rootname [dict get $case map]]]]
    set out [open $file a]
    puts -nonewline $out .
    close $out
    return [file size $file]
}

proc ::double::Script {drive kind} {
    if {$kind eq "die"} {
        return
    }
    set out [open [file join [dict get $drive dir] replay.sh] w]
    puts $out "#!/bin/sh\necho replayed $kind"
    close $out
}

proc ::double::pass {serial} { return [list exit 0 "exit 0" $serial] }
proc ::double::fail {serial} {
    return [list exit 1 "exit 1" [string map {"ok 2 " "not ok 2 " "exit 0" "exit 1"} $serial]]
}
proc ::double::wrong {serial} {
    return [list exit 0 "exit 0" [regsub {# ledger free (\d)} $serial {# ledger free 1\1}]]
}
proc ::double::panic {serial} { return [list exit 3 "exit 3" "# panic: page fault, rip=0x1\n# exit 3\n"] }
proc ::double::torn {serial} { return [list exit 0 "exit 0" [string range $serial 0 200]] }
proc ::double::triple {serial} { return [list triple-fault "" "triple fault at 0x1" ""] }
proc ::double::hang {serial} { return [list dead-halt "" "halted with interrupts off" ""] }
proc ::double::error {serial} { return [list emulator-error "" "cannot start" ""] }
proc ::double::refuse {serial} { return [list exit 2 "exit 2" "# refused: no usable memory: 0 frames\n# exit 2\n"] }
proc ::double::die {serial} { exit 7 }
# Fails once; fails once and, otherwise, where instructions are counted; fails each second time.
proc ::double::once {serial} { return [[expr {$::double::boots == 1 ? "fail" : "pass"}] $serial] }
proc ::double::counted {serial} {
    if {[dict get $::double::drive icount]} {
        return [panic $serial]
    }
    return [once $serial]
}
proc ::double::second {serial} { return [[expr {$::double::boots % 2 ? "fail" : "pass"}] $serial] }
# What the image's first word says.
proc ::double::image {serial} {
    set in [open [dict get $::double::drive image]]
    set word [lindex [gets $in] 0]
    close $in
    return [$word $serial]
}
proc ::double::raise {serial} { ::error "out of cheese" }

# A guest that goes on for long, with a process of its own in a session of its own, as an emulator is; for DOUBLE_SLEEP
# seconds, a number by which a test can find it.
proc ::double::slow {serial} {
    set ::double::emulator [exec setsid sleep $::env(DOUBLE_SLEEP) </dev/null >/dev/null 2>/dev/null &]
    proc ::acre::process::Interrupted {number} {
        exec kill -KILL $::double::emulator
        exit [expr {128 + $number}]
    }
    if {![info exists ::double::deaf]} {
        ::exp_trap {::acre::process::Interrupted 15} {SIGINT SIGTERM SIGHUP}
    }
    after 60000 {set ::double::over 1}
    vwait ::double::over
    return [pass $serial]
}

# A guest that goes on when its test says so: as soon as the directory DOUBLE_GATE has a file of its map's name, or the
# file all.
proc ::double::hold {serial} {
    while {![file exists $::env(DOUBLE_GATE)/all] && ![file exists $::env(DOUBLE_GATE)/$::double::map]} {
        after 50 {set ::double::over 1}
        vwait ::double::over
    }
    return [pass $serial]
}

# As slow, but deaf to all that can be refused.
proc ::double::stubborn {serial} {
    ::exp_trap SIG_IGN {SIGINT SIGTERM SIGHUP}
    set ::double::deaf 1
    return [slow $serial]
}

::acre::err::main [list ::acre::cmd::farm {*}[lrange $argv 1 end]]
