# SPDX-License-Identifier: Apache-2.0
#
# drive.tcl: runs one case under one emulator and tells how it ended.  The emulators' own parts: qemu.tcl, bochs.tcl.
#
#   ::acre::drive::run CASE       CASE is a dict; every key but image and dir has a default:
#     emulator qemu|bochs   machine pc|q35|isapc (bochs: pc)   memory bytes   image path   dir existing directory
#     rom path|""   cpu model|""   disk ide|virtio|floppy   icount 0|1   accel tcg|kvm
#     rr ""|record|replay   QEMU: makes or repeats the recording in dir (qemu.tcl)
#     back 0|1   with rr: so that gdb can go back in it
#     vga std|none   QEMU's display adapter; Bochs has one always
#     limits {first-byte S silence S total S}   seconds, fractions allowed
#     most bytes|0     from the serial port; a guest that says more is ended as timeout
#     audit-address 0x...|""
#     on-audit command prefix|""   called with a HANDLE while the guest stands at audit-address; an error that it raises
#                                  ends the run as emulator-error, with its words in detail
#     on-resume command prefix|""  called with a HANDLE once the guest goes on from there
#     on-start command prefix|""   called with the emulator's command line as a list, once it runs
#     on-output command prefix|""   called with each piece of BYTES of the serial port, as it comes
#     gdb ""|what QEMU's -gdb takes: then the guest waits for a debugger, and is not looked at for a dead halt
#     console command prefix|""    called as things happen: with "output BYTES" of the serial port, "log BYTES" of COM3,
#                                  "end {}" if the emulator is still looked at after the run's end,
#                                  which the machine has then too, and once with "input {CHANNEL GUARD}": CHANNEL leads
#                                  to the port, and events of the console's own are {*}GUARD PROC, which calls PROC
#                                  HANDLE.  An error with errorcode ACRE LEFT ends the run as left
#     meta path|""     the Unix socket that is to lead to the machine's second serial port; without it it has none
#     com2 command prefix|""    called with {IN OUT} before the guest runs: channels that lead to its second serial
#                                  port, which it has then; not beside meta
#     echo 0|1 (serial to stdout live)   expect regex|"" (ends a foreign image's run: end = expect)
#     kernel 0|1 (QEMU: the image is a kernel that it loads itself)   append text   initrd path|"" (for that kernel)
#     screen serial|"" (QEMU: what the BIOS shows comes on the serial port, too)
#     ips number|"" (Bochs: instructions a second of the guest's time; the fewest that there can be without it)
#     trace 0|1 (the emulator's log has all that it can tell)
#     dump path|""   where the guest's memory goes at its end, as an ELF core (dumptake.tcl); there must be no gdb
#   It returns a dict:
#     end        exit | triple-fault | reset | dead-halt | spin | silence | first-byte | timeout | expect | left |
#                emulator-error
#     status     the emulator's exit status, or the signal that killed it, or ""      detail   one line of words
#     guest-exit the code that the guest gave by the emulator's end, any where the emulator cannot tell it, or "";
#                modulo 128, as QEMU's status, 2 v + 1 in eight bits, has no more of it
#     seconds    dict first-byte total                    margin   largest share of a limit that was used, 0..1
#     registers  dict, or ""                              audited  1 if on-audit was called and came back
#     serial stderr command    paths in dir: serial.log, stderr.log, replay.sh       argv    the emulator's command line
#     bytes      how many came from the serial port       dumped  ok, or why there is no dump; "" without `dump`
#   It raises an error (errorcode ACRE CASE) only for a CASE that makes no sense, before anything is started.
#
#   In on-audit:  ::acre::drive::readphys HANDLE ADDR LEN -> binary string of LEN bytes
#                 ::acre::drive::monitor HANDLE CMD       -> text (QEMU: HMP command; Bochs: debugger command)
#                 ::acre::drive::monitors HANDLE CMDS     -> their texts, for one wait where the emulator can do so
#                 ::acre::drive::registers HANDLE         -> dict: rip rsp rflags hlt cr0 cr2 cr3 cr4 efer, as 0x...
#                 ::acre::drive::hear HANDLE              on-output for all that the port has now
#   ::acre::drive::backed CASE  -> list of {base limit}: RAM of the emulator's that a served map may call usable
#
# Everything waits in Tcl's event loop, so a caller with several cases at once uses several processes.  Loading this
# file loads all that it needs, layout.tcl and the Expect package too, and switches Expect's own echo off.

if {![namespace exists ::layout]} {
    source [::acre::paths::get layout]
}
::acre::err::package Expect
log_user 0
::acre::paths::use patterns machine rundir listen process storesocket relay hang rsp
::acre::paths::use qemuargs qemuboot qemu bochs bochsdebug

namespace eval ::acre::drive {
    # Runs that have something to be cleaned up, and how many there have been.
    variable live {}
    variable count 0
    variable DEFAULTS {
        emulator qemu machine pc memory 0x4000000 rom "" cpu "" disk ide icount 0 rr "" back 0 accel tcg vga std trace 0
        gdb "" limits {first-byte 20 silence 20 total 120} most 0 audit-address "" on-audit "" on-resume ""
        on-start "" on-output "" console "" meta "" com2 "" echo 0 expect "" dump "" kernel 0 append "" initrd ""
        ips "" screen ""
    }
    # Seconds: between two looks at the clocks; of quiet before the CPU is looked at, and between two such looks.
    variable TICK 0.05
    variable QUIET 0.4
    variable SAMPLE 0.3
    # Milliseconds between two looks at the serial port.
    variable REST 8
    # Seconds that an emulator gets to answer, and to end once it was asked to.
    variable PATIENCE 10
    # Characters of a detail.
    variable DETAIL_MOST 500
}

proc ::acre::drive::Seconds {} {
    return [expr {[clock microseconds] / 1e6}]
}

# run CASE: see the top.
proc ::acre::drive::run {case} {
    set case [::acre::machine::complete $case]
    set result [Once $case]
    if {[::acre::[dict get $case emulator]::again $result]} {
        set result [Once $case]
    }
    return $result
}

proc ::acre::drive::Once {case} {
    set handle [Open $case]
    upvar #0 $handle run
    set dump [expr {[dict get $case dump] ne ""}]
    if {$dump} {
        ::acre::paths::use dumptake
    }
    try {
        $run(driver)::start $handle
        ::acre::hang::tick $handle
        while {$run(end) eq ""} {
            vwait ${handle}(end)
        }
        if {$dump} {
            Tell $handle end ""
            ::acre::dumptake::take $handle
        }
    } trap {ACRE EMULATOR} why {
        End $handle emulator-error $why
    } trap POSIX why {
        End $handle emulator-error $why
    } finally {
        ::acre::process::stop $handle
    }
    return [Result $handle]
}

# A new run's state: an array whose name is the handle.
proc ::acre::drive::Open {case} {
    variable live
    variable count
    set handle ::acre::drive::run[incr count]
    upvar #0 $handle run
    set dir [dict get $case dir]
    array set run [dict get $case limits]
    array set run [list case $case dir $dir driver ::acre::[dict get $case emulator] start [Seconds]]
    array set run {
        end "" detail "" status "" registers "" guest-exit "" gone 0 pid "" spawn "" screen "" screened 0 held ""
        bytes 0 first "" longest 0 auditing 0 audited 0 busy 0 sample "" sampled 0 ticker "" buglog "" files {}
        channels {} argv {} guardian "" dumped ""
    }
    set run(last) $run(start)
    lappend live $handle
    foreach {name file} {log serial.log errors stderr.log} {
        set run($name) [::acre::rundir::create $dir $file]
        fconfigure $run($name) -translation binary
    }
    fconfigure $run(log) -buffering none
    return $handle
}

# End HANDLE END DETAIL: the run is over; the first end that is found stands.
proc ::acre::drive::End {handle end detail} {
    variable DETAIL_MOST
    upvar #0 $handle run
    if {$run(end) eq ""} {
        # One line for a person, whatever an emulator said.
        set run(detail) [regsub -all {[\x00-\x1f\x7f-\x9f]} [string map {\n " " \r ""} $detail] ?]
        if {[string length $run(detail)] > $DETAIL_MOST} {
            set run(detail) [string range $run(detail) 0 $DETAIL_MOST]...
        }
        set run(total-seconds) [expr {[Seconds] - $run(start)}]
        set run(end) $end
    }
}

# resumed HANDLE: it has gone on from there.
proc ::acre::drive::resumed {handle} {
    upvar #0 $handle run
    if {$run(end) eq "" && [dict get $run(case) on-resume] ne ""} {
        after 0 [list ::acre::drive::Safely $handle {*}[dict get $run(case) on-resume]]
    }
}

# leave DETAIL: a person has ended what runs.
proc ::acre::drive::leave {detail} {
    variable live
    foreach handle $live {
        End $handle left $detail
    }
}

# until HANDLE VAR: waits in the event loop until run(VAR) changes or PATIENCE is over; 1 if it changed.
proc ::acre::drive::until {handle name seconds} {
    upvar #0 $handle run
    set timer [after [expr {int($seconds * 1000)}] [list append ${handle}($name) ""]]
    set before $run($name)
    vwait ${handle}($name)
    after cancel $timer
    return [expr {$run($name) ne $before}]
}

# audit HANDLE: the guest stands at the audit address; called by the driver, which lets the guest go on afterwards.
proc ::acre::drive::audit {handle} {
    upvar #0 $handle run
    set run(auditing) 1
    set began [Seconds]
    try {
        {*}[dict get $run(case) on-audit] $handle
        set run(audited) 1
    } on error {why options} {
        End $handle emulator-error "the audit failed: $why"
        catch {puts $run(errors) [dict get $options -errorinfo]}
    } finally {
        set run(auditing) 0
        # The guest was stopped: its silence is not its own.
        set run(last) [expr {$run(last) + [Seconds] - $began}]
    }
}

proc ::acre::drive::readphys {handle address length} {
    upvar #0 $handle run
    return [$run(driver)::readphys $handle [expr {$address + 0}] [expr {$length + 0}]]
}

proc ::acre::drive::monitor {handle command} {
    upvar #0 $handle run
    return [$run(driver)::monitor $handle $command]
}

proc ::acre::drive::monitors {handle commands} {
    upvar #0 $handle run
    return [$run(driver)::monitors $handle $commands]
}

proc ::acre::drive::backed {case} {
    return [::acre::machine::backed $case]
}

proc ::acre::drive::registers {handle} {
    upvar #0 $handle run
    return [$run(driver)::registers $handle]
}

# pause SECONDS: lets events happen for so long.
proc ::acre::drive::pause {seconds} {
    variable pausing
    set pausing 0
    after [expr {int($seconds * 1000)}] {set ::acre::drive::pausing 1}
    vwait ::acre::drive::pausing
}

# What the host did wrong outweighs what the guest did.
proc ::acre::drive::Overrule {handle detail} {
    upvar #0 $handle run
    set run(end) emulator-error
    set run(detail) $detail
}

proc ::acre::drive::Result {handle} {
    upvar #0 $handle run
    set first $run(first)
    set total $run(total-seconds)
    if {$first eq ""} {
        set share [expr {$total / $run(first-byte)}]
    } else {
        set longest [expr {max($run(longest), $run(start) + $total - $run(last))}]
        set share [expr {max($first / $run(first-byte), $longest / $run(silence))}]
    }
    set result [dict create seconds [dict create first-byte $first total $total] \
        margin [expr {min(1.0, max($share, $total / $run(total)))}]]
    foreach key {end status guest-exit detail registers audited argv bytes dumped} {
        dict set result $key $run($key)
    }
    foreach {key file} {serial serial.log stderr stderr.log command replay.sh} {
        dict set result $key [file join $run(dir) $file]
    }
    unset run
    return $result
}

# Safely HANDLE COMMAND ARG...: calls COMMAND HANDLE ARG... for an event; what it raises ends the run and is not lost.
proc ::acre::drive::Safely {handle command args} {
    if {![info exists $handle]} {
        return
    }
    try {
        $command $handle {*}$args
    } trap {ACRE EMULATOR} why {
        End $handle emulator-error $why
    } trap {ACRE LEFT} why {
        End $handle left $why
    } on error {why options} {
        End $handle emulator-error "the driver failed: $why"
        catch {puts [set ${handle}(errors)] [dict get $options -errorinfo]}
    }
}
