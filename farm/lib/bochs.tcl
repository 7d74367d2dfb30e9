# SPDX-License-Identifier: Apache-2.0
#
# bochs.tcl: Bochs as one of the emulators that drive.tcl runs.
#
# It must be a build with the debugger, as Debian's is: the debugger's prompt on the pty is how a guest is stopped,
# looked at
# and let go (bochsdebug.tcl).  COM1 and Bochs's log come through named pipes, so a triple fault, a reset or a halt with
# interrupts off is known the moment Bochs logs it.  The first such line counts: after a reset its BIOS faults too.

namespace eval ::acre::bochs {
    variable PROGRAM bochs
    # The text display needs no X and no port; where it is missing, rfb does with a port.
    variable display {term}
    variable OTHER_DISPLAY {rfb, options="timeout=0"}
    # The lowest number of instructions a second that Bochs takes: waiting for the UART costs fewest instructions.
    variable IPS 1000000
    # Host MiB that Bochs takes for the guest's RAM before it swaps to a file.
    variable HOST_MAX 2048
}

# The text of bochsrc.  Files have names of our own in the case's directory, so that any path can be a disk's or a
# ROM's.  Without fastboot the BIOS waits for a key that opens its menu, halted, 55 ticks long; in each of them Bochs's
# text display waits a millisecond for the debugger's input: a sixth of a boot.
proc ::acre::bochs::config {case} {
    variable IPS
    variable HOST_MAX
    variable display
    set row [dict get $case row]
    set mib [expr {[dict get $case memory] >> 20}]
    set ips [expr {[dict get $case ips] eq "" ? $IPS : [dict get $case ips]}]
    set lines [list \
        "memory: guest=$mib, host=[expr {min($mib, $HOST_MAX)}]" \
        "romimage: file=[dict get $row bios], options=fastboot" \
        "vgaromimage: file=[dict get $row vgabios]" \
        "pci: enabled=1, chipset=[dict get $row argument]" \
        "cpu: count=1, ips=$ips, reset_on_triple_fault=[expr {[dict get $case dump] ne ""}]" \
        {*}[expr {[dict get $case cpu] eq "" ? {} : [list "cpu: model=[dict get $case cpu]"]}] \
        "clock: sync=none, time0=1577836800" \
        {*}[Disk $case] \
        {*}[Ports $case] \
        "log: log.out" \
        "panic: action=fatal" "error: action=report" "info: action=report" \
        "debug: action=[expr {[dict get $case trace] ? {report} : {ignore}}]" \
        "display_library: $display" \
        "sound: driver=dummy"]
    if {[dict get $case dump] ne ""} {
        # No Shutdown port, so that the guest's end is not Bochs's; nor is a triple fault, after which it resets.
        lappend lines "plugin_ctrl: unmapped=0"
    }
    if {[dict get $case rom] ne ""} {
        lappend lines "optromimage1: file=map.rom, address=0xd0000"
    }
    return [join $lines \n]\n
}

# COM1 is a pipe that Bochs writes; with a console it is a connection, which it reads as well, and COM3 is a pipe.  COM2
# is a connection, where it is there.
proc ::acre::bochs::Ports {case} {
    set ports [list "com1: enabled=1, mode=file, dev=com1.out"]
    if {[dict exists $case port]} {
        set ports [list "com1: enabled=1, mode=socket-client, dev=127.0.0.1:[dict get $case port]" \
            "com3: enabled=1, mode=file, dev=com3.out"]
    }
    if {[dict exists $case meta-port]} {
        lappend ports "com2: enabled=1, mode=socket-client, dev=127.0.0.1:[dict get $case meta-port]"
    }
    return $ports
}

# A hard disk is written to a file that goes with the run; a floppy is write protected.
proc ::acre::bochs::Disk {case} {
    if {[::acre::qemuboot::cd $case]} {
        return [list "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14" \
            "ata0-master: type=cdrom, path=disk.img, status=inserted" "boot: cdrom"]
    }
    if {[dict get $case disk] eq "floppy"} {
        return [list "floppya: 1_44=disk.img, status=inserted, write_protected=1" "boot: floppy"]
    }
    lassign [geometry [file size [dict get $case boot]]] cylinders heads sectors
    return [list "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14" \
        "ata0-master: type=disk, path=disk.img, mode=volatile, cylinders=$cylinders, heads=$heads, spt=$sectors" \
        "boot: disk"]
}

# geometry BYTES -> {cylinders heads sectors}: Bochs reads nothing beyond their product, so one is looked for that is
# the whole disk; else the largest that is within.
proc ::acre::bochs::geometry {bytes} {
    set total [expr {$bytes / $::layout::LAYOUT_SECTOR_SIZE}]
    foreach heads {16 8 4 2 1} {
        for {set sectors 63} {$sectors > 0} {incr sectors -1} {
            set cylinders [expr {$total / ($heads * $sectors)}]
            if {$cylinders * $heads * $sectors == $total && $cylinders <= 16383} {
                return [list $cylinders $heads $sectors]
            }
        }
    }
    return [list [expr {$total / 1008}] 16 63]
}

proc ::acre::bochs::Write {path text} {
    set channel [open $path w]
    puts -nonewline $channel $text
    close $channel
}

# Gives FILE the name NAME in the case's directory.
proc ::acre::bochs::Link {handle name file} {
    upvar #0 $handle run
    set link [file join $run(dir) $name]
    if {$link ne $file} {
        file delete -force -- $link
        file link -symbolic $link $file
    }
}

proc ::acre::bochs::start {handle} {
    variable PROGRAM
    upvar #0 $handle run
    set boot [::acre::rundir::boot_file $handle]
    dict set run(case) boot $boot
    Link $handle disk.img $boot
    if {[dict get $run(case) rom] ne ""} {
        Link $handle map.rom [dict get $run(case) rom]
    }
    # A lock that a killed run left behind would stop this one.
    file delete -force -- {*}[glob -nocomplain -directory $run(dir) *.lock]
    set stops ""
    if {[dict get $run(case) audit-address] ne ""} {
        set stops [format "lb 0x%llx\n" [dict get $run(case) audit-address]]
    }
    set console [expr {[dict get $run(case) console] ne ""}]
    Write [file join $run(dir) bochsrc] [config [dict replace $run(case) dump ""]]
    set rc bochsrc
    set meta [expr {[dict get $run(case) meta] ne ""}]
    set dump [expr {[dict get $run(case) dump] ne ""}]
    if {$dump} {
        ::acre::dumptake::prepare $handle
    }
    if {$console} {
        Serve $handle
    }
    set com2 [expr {$meta || [dict get $run(case) com2] ne ""}]
    if {$com2} {
        dict set run(case) meta-port [::acre::relay::listen $handle]
    }
    if {$console || $com2 || $dump} {
        # What is this run's own, and not of the one that anybody may run again.
        set rc run.bochsrc
        Write [file join $run(dir) $rc] [config $run(case)]
    }
    Write [file join $run(dir) debug.rc] ${stops}c\n
    Write [file join $run(dir) replay.rc] c\n
    Replay $handle
    array set run {logheld "" screenheld "" prompt 0 lines 0 taken 0 heard "" answer "" marker "" halts 0 cpu ""}
    set run(buglog) [::acre::rundir::create $run(dir) bochs.log]
    ::acre::rundir::fifos $handle [expr {$console ? "com3.out" : "com1.out"}] log.out \
        {*}[expr {$meta ? {com2.in com2.out} : {}}]
    fileevent $run(fifo,log.out) readable [list ::acre::drive::Safely $handle ::acre::bochs::Log]
    if {!$console} {
        ::acre::drive::serial $handle $run(fifo,com1.out)
    }
    if {$meta} {
        ::acre::relay::serve $handle
    }
    set run(argv) [list $PROGRAM -q -f $rc -rc debug.rc]
    set ::env(TERM) dumb
    ::acre::drive::launch $handle
}

# A port of 127.0.0.1 at which Bochs connects its COM1; the first who comes is it, and nobody else is let in.
proc ::acre::bochs::Serve {handle} {
    upvar #0 $handle run
    set run(server) [socket -server [list ::acre::bochs::Connected $handle] -myaddr 127.0.0.1 0]
    lappend run(channels) $run(server)
    dict set run(case) port [lindex [fconfigure $run(server) -sockname] 2]
    # Until then there is nothing to be read.
    set run(serial) ""
}

proc ::acre::bochs::Connected {handle channel host port} {
    upvar #0 $handle run
    if {$run(serial) ne ""} {
        close $channel
        return
    }
    close $run(server)
    fconfigure $channel -blocking 0 -buffering none -translation binary
    lappend run(channels) $channel
    ::acre::drive::serial $handle $channel
    ::acre::drive::console $handle $channel $run(fifo,com3.out)
}

# The same files do for the script: without the driver's pipes, Bochs makes files of their names.  It heeds KILL only.
proc ::acre::bochs::Replay {handle} {
    variable PROGRAM
    upvar #0 $handle run
    set run(replay) [list env TERM=dumb $PROGRAM -q -f bochsrc -rc replay.rc]
    ::acre::rundir::replay $handle $run(replay) " </dev/null >bochs.out 2>&1" "cat com1.out\n"
}

# Bochs's log, line by line.
proc ::acre::bochs::Log {handle} {
    upvar #0 $handle run
    set chunk [read $run(fifo,log.out)]
    puts -nonewline $run(buglog) $chunk
    # What was said before comes first.
    ::acre::drive::Serial $handle $run(serial)
    foreach line [::acre::patterns::feed run(logheld) $chunk] {
        if {$run(end) eq ""} {
            Event $handle $line
        }
    }
}

proc ::acre::bochs::Event {handle line} {
    upvar #0 $handle run
    if {[::acre::patterns::match bochs-register $line fields]} {
        append run(cpu) " " $fields
    } elseif {[::acre::patterns::match bochs-halt $line]} {
        incr run(halts)
    } elseif {[::acre::patterns::match bochs-reset $line time] && $time != 0} {
        ::acre::drive::End $handle reset "the guest reset the machine; [::acre::hang::Last $handle]"
    } elseif {[::acre::patterns::match bochs-triple-fault $line]} {
        set run(registers) [Logged $run(cpu)]
        ::acre::drive::End $handle triple-fault \
            "triple fault; [::acre::hang::Where $run(registers)]; [::acre::hang::Last $handle]"
    } elseif {[::acre::patterns::match bochs-shutdown $line]} {
        set run(guest-exit) any
    } elseif {[::acre::patterns::match bochs-panic $line device what]} {
        ::acre::drive::End $handle emulator-error "Bochs panicked: [string trim $device]: $what"
    }
}

# The registers that a fault leaves in the log, or "".
proc ::acre::bochs::Logged {fields} {
    set registers [dict create hlt 0]
    foreach {name form} {
        rip {\m[RE]IP=([0-9a-f_]+)} rsp {\m[RE]SP=([0-9a-f_]+)} cr0 {CR0=0x([0-9a-f]+)} cr2 {CR2=0x([0-9a-f]+)}
        cr3 {CR3=0x([0-9a-f]+)} cr4 {CR4=0x([0-9a-f]+)} efer {EFER\s*=\s*0x([0-9a-f]+)}
    } {
        if {![regexp $form $fields - value]} {
            return ""
        }
        dict set registers $name [format 0x%llx 0x[string map {_ {}} $value]]
    }
    return $registers
}

# Only a CPU that Bochs saw halt with interrupts off is worth stopping for.
proc ::acre::bochs::suspicious {handle} {
    upvar #0 $handle run
    return [expr {$run(halts) > 0}]
}

# Bochs ended by itself: by its Shutdown port, or by trouble of its own.
proc ::acre::bochs::ended {handle} {
    upvar #0 $handle run
    Log $handle
    if {$run(end) ne ""} {
        return
    }
    if {$run(guest-exit) eq "any"} {
        ::acre::drive::End $handle exit "Bochs's Shutdown port was used, status $run(status)"
    } else {
        ::acre::drive::End $handle emulator-error \
            [string trimright "Bochs ended with status $run(status): [Words $run(screen)]" ": "]
    }
}

# What Bochs said last that is no notice of a plugin.
proc ::acre::bochs::Words {screen} {
    set words {}
    foreach line [split [string map {\r {}} $screen] \n] {
        if {![regexp {^\d+[iep]\[|^=*$|^\(0\)|^ +|^Next at|^Bochs connected|exiting with the following} $line]} {
            lappend words [string trim [regsub {^\[ *\] } $line {}]]
        }
    }
    return [join [lrange $words end-2 end] "; "]
}

# Only KILL ends it; process.tcl does that.
proc ::acre::bochs::quit {handle} {}

# again RESULT -> 1 if Bochs could not start for want of its text display; from then on it gets the other one.
proc ::acre::bochs::again {result} {
    variable display
    variable OTHER_DISPLAY
    if {[dict get $result end] ne "emulator-error" || $display eq $OTHER_DISPLAY
            || ![regexp {module 'term'|display library 'term'|display_library: '?term} [dict get $result detail]]} {
        return 0
    }
    set display $OTHER_DISPLAY
    return 1
}
