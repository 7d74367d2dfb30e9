# SPDX-License-Identifier: Apache-2.0
#
# bootdump.tcl: --dump of acre boot and acre run.
#
#   ::acre::bootdump::path GIVEN     -> the absolute path for the guest's memory, "" without --dump; raises {ACRE USAGE}
#   ::acre::bootdump::deafen ON      while a dump is to come (1), Ctrl-C ends the guest and not this process
#   ::acre::bootdump::say CASE RUN   says where the dump is; raises {ACRE BAD} if there is none
#
# The shell that hears of Ctrl-C is in the terminal's foreground too, as this process is, which must not trap the signal
# itself: Expect's handler may hang (process.tcl).

::acre::paths::use process

namespace eval ::acre::bootdump {
    # Says when Ctrl-C comes, until its input ends.
    variable HEARER {trap 'echo left' INT; while read -r word || [ $? -gt 128 ]; do :; done}
    variable hearer ""
}

proc ::acre::bootdump::path {given} {
    set path [dict get $given dump]
    if {$path eq ""} {
        return ""
    }
    set path [file normalize $path]
    if {[dict get $given gdb] ne ""} {
        ::acre::err::usage "boot: --dump is of a guest that ends by itself, and gdb holds it; leave out one of them"
    } elseif {![file isdirectory [file dirname $path]]} {
        ::acre::err::usage "boot: --dump: there is no directory '[file dirname $path]'"
    } elseif {[file exists $path] && ![file isfile $path]} {
        ::acre::err::usage "boot: --dump: '$path' is there already, and no file"
    }
    return $path
}

proc ::acre::bootdump::deafen {on} {
    variable HEARER
    variable hearer
    if {$hearer ne ""} {
        catch {close $hearer}
        set hearer ""
        ::acre::process::guard
    }
    if {$on} {
        exp_trap SIG_IGN SIGINT
        set hearer [open |[list /bin/sh -c $HEARER 2>/dev/null] r+]
        fconfigure $hearer -blocking 0
        fileevent $hearer readable [list ::acre::bootdump::Heard $hearer]
    }
}

proc ::acre::bootdump::Heard {channel} {
    if {[gets $channel] ne ""} {
        ::acre::drive::leave "ended by Ctrl-C"
    } elseif {[eof $channel]} {
        fileevent $channel readable {}
    }
}

proc ::acre::bootdump::say {case run} {
    set path [dict get $case dump]
    if {$path eq ""} {
        return
    } elseif {[dict get $run dumped] ne "ok"} {
        set why [expr {[dict get $run dumped] eq "" ? [dict get $run detail] : [dict get $run dumped]}]
        ::acre::err::bad "no dump: $why"
    }
    puts stderr "acre: the guest's memory is in $path"
}
