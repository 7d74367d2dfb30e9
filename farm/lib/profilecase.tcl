# SPDX-License-Identifier: Apache-2.0
#
# profilecase.tcl: a case whose kernel is not Acre but one with a profile (profile.tcl): what the driver is told of it,
# and its verdict.  Case keys beside those of plan.tcl, all of profileplan.tcl:
#
#   profile  the profile's file, "" or not there for Acre and for what --expect alone describes
#   loaded   {base limit} where it is put, or ""              lacking   why it cannot be started at all
#   kernel   1 if the image is a kernel that QEMU loads itself      append initrd   what it is given then
#
#   ::acre::profilecase::is CASE          -> 1 if it is such a case
#   ::acre::profilecase::skip CASE SERVED -> why it is not run at all, or ""
#   ::acre::profilecase::drive CASE       -> what drive.tcl is told beside the rest
#   ::acre::profilecase::judged CASE SERVED OUTCOME -> the result, as ::acre::case::Boot gives it
#
#   verdict  sub                   means
#   PASS     legal odd lie own     it came up and sees the map, of that label (own: the emulator's), as it was served
#   FAIL     view total            it came up and sees another map, or adds it up otherwise
#   CRASH    gave-up               by its own words; else as for any guest: triple-fault, reset, no-text
#   HANG     as for any guest
#   SKIP     loader                its loader, which does not ask, put it where the map has no usable memory, and so it
#                                  did not come up or counts its own place as memory
#   SKIP     lie                   it did not come up or sees something else, but no machine has such a map
#
# What ends before the kernel has said its first word is the loader's or the BIOS's doing: the reason begins with it.

::acre::paths::use profile

namespace eval ::acre::profilecase {
    variable BEFORE "before the kernel's first word: "
    # Verdicts of ends that say enough.
    variable ENDS {
        triple-fault CRASH reset CRASH dead-halt HANG spin HANG silence HANG first-byte HANG timeout HANG
    }
}

proc ::acre::profilecase::is {case} {
    return [expr {[dict exists $case profile] && [dict get $case profile] ne ""}]
}

# skip CASE SERVED -> why it makes no sense to show it this map, or "".
proc ::acre::profilecase::skip {case served} {
    if {[dict exists $case lacking]} {
        return [dict get $case lacking]
    }
    set profile [::acre::profile::read [dict get $case profile]]
    if {[dict get $served skip] ne "" || [dict get $served rom] eq ""} {
        return [dict get $served skip]
    }
    foreach word [dict get $profile without] {
        if {[::acre::quirks::has [dict get $served quirks] $word]} {
            return "the profile leaves out maps with $word"
        }
    }
    set least [dict get $profile usable-least]
    if {$least eq ""} {
        return ""
    }
    ::acre::paths::use profilelabel
    set usable [::acre::interval::size [::acre::oracle::whole [dict get $served entries]]]
    if {$usable >= [::acre::machine::bytes $least]} {
        return ""
    }
    return "the kernel needs $least of usable memory, this map has less"
}

proc ::acre::profilecase::drive {case} {
    set profile [::acre::profile::read [dict get $case profile]]
    set drive [dict filter $case key kernel append initrd]
    dict set drive ips [dict get $profile bochs-ips]
    dict set drive screen [dict get $profile screen]
    if {[dict get $profile ends] eq "text"} {
        dict set drive expect [Words $profile]
    } else {
        dict set drive expect ""
    }
    return $drive
}

# What ends a run by words: those with which it has come up, or those with which it gives up.
proc ::acre::profilecase::Words {profile} {
    if {[dict get $profile gives-up] eq ""} {
        return [dict get $profile up]
    }
    return "(?:[dict get $profile up])|(?:[dict get $profile gives-up])"
}

proc ::acre::profilecase::judged {case served outcome} {
    # Only now: the emulator was started first.
    ::acre::paths::use verdict profileview profilelabel
    set profile [::acre::profile::read [dict get $case profile]]
    set log [Log [dict get $outcome serial]]
    set result [Ended $profile $outcome $log]
    dict set result margin [format %.2f [dict get $outcome margin]]
    dict set result findings {}
    if {[dict get $served rom] eq ""} {
        return [expr {[dict get $result verdict] eq "PASS" ? [dict replace $result sub own] : $result}]
    }
    lassign [::acre::profilelabel::of [dict get $served entries] [dict get $served quirks]] label why
    if {[dict get $result verdict] eq "PASS"} {
        dict set result findings [::acre::profileview::findings $profile $log [dict get $served entries] \
            [dict get $served quirks]]
        set result [Seen [dict replace $result sub $label]]
    }
    return [Labelled [Loaded $result $case [dict get $served entries]] $label $why]
}

# What was put where the map has no usable memory may lack memory, or count its own as some; it has had no choice.
proc ::acre::profilecase::Loaded {result case entries} {
    set loaded [expr {[dict exists $case loaded] ? [dict get $case loaded] : ""}]
    if {$loaded eq "" || [dict get $result verdict] ni {FAIL CRASH HANG} || [dict get $result sub] eq "view"} {
        return $result
    }
    set without [lindex [::acre::interval::subtract [list $loaded] [::acre::oracle::whole $entries]] 0]
    if {$without eq ""} {
        return $result
    }
    set where [format "0x%llx 0x%llx" {*}$without]
    return [dict replace $result verdict SKIP sub loader why "[dict get $result verdict] of a kernel that its loader\
        puts where this map has no usable memory ($where): [dict get $result why]"]
}

proc ::acre::profilecase::Log {file} {
    set channel [open $file rb]
    set log [read $channel]
    close $channel
    # Screens that a program draws on a serial line: where the cursor goes makes a line of its own.
    return [regsub -all {\x1b\[[0-9;?]*[A-Za-z]} [regsub -all {\x1b\[[0-9;]*[Hf]} $log \n] ""]
}

# How it ended, without a look at the map.
proc ::acre::profilecase::Ended {profile outcome log} {
    variable ENDS
    variable BEFORE
    set end [dict get $outcome end]
    set detail [dict get $outcome detail]
    if {$end eq "emulator-error"} {
        return [::acre::verdict::Is ERROR emulator $detail]
    }
    if {[Up $profile $end $log]} {
        return [::acre::verdict::Is PASS "" "it came up"]
    }
    set stage [expr {[dict get $profile started] ne "" && ![regexp -line -- [dict get $profile started] $log]
        ? $BEFORE : ""}]
    if {[dict get $profile gives-up] ne "" && [regexp -line -- "^.*(?:[dict get $profile gives-up]).*\$" $log line]} {
        return [::acre::verdict::Is CRASH gave-up "${stage}it gave up: [string trim $line]"]
    }
    if {[dict exists $ENDS $end]} {
        return [::acre::verdict::Is [dict get $ENDS $end] $end $stage$detail]
    }
    return [::acre::verdict::Is CRASH no-text "${stage}the emulator ended ($detail) before it came up"]
}

# Whether it has come up and, where it must end by itself, ended so.
proc ::acre::profilecase::Up {profile end log} {
    if {![regexp -line -- [dict get $profile up] $log]} {
        return 0
    }
    return [expr {$end in [dict get {text {expect exit} off exit reset reset} [dict get $profile ends]]}]
}

# What came up and sees something else is FAIL; the first finding is the reason.
proc ::acre::profilecase::Seen {result} {
    set findings [dict get $result findings]
    if {$findings eq ""} {
        return $result
    }
    regexp {^([a-z]+): (.*)$} [lindex $findings 0] - sub why
    if {[llength $findings] > 1} {
        append why " (and [expr {[llength $findings] - 1}] more in result.txt)"
    }
    return [dict replace $result verdict FAIL sub $sub why $why]
}

proc ::acre::profilecase::Labelled {result label why} {
    set verdict [dict get $result verdict]
    if {$verdict in {ERROR SKIP}} {
        return $result
    }
    if {$label eq "lie" && $verdict ne "PASS"} {
        return [dict replace $result verdict SKIP sub lie \
            why "$verdict on a map that is a lie ($why): [dict get $result why]"]
    }
    if {$label eq "odd"} {
        dict append result why "; odd: $why"
    }
    return $result
}
