# SPDX-License-Identifier: Apache-2.0
#
# qemu.tcl: QEMU as one of the emulators that drive.tcl runs.
#
# The driver's channels to QEMU are named pipes in the case's directory: COM1, QMP (registers, monitor commands, events)
# and, for an audit, the debug stub.  No port, no helper process, and QEMU opens them without waiting.  A guest that
# resets leaves QEMU paused, so that its registers can still be read; -d cpu_reset's log tells a triple fault from a
# reset, which nothing else does.

namespace eval ::acre::qemu {}

# The disk over the case's own, if gdb is to go back.
proc ::acre::qemu::Overlay {case} {
    if {[dict get $case back] && [dict get $case rr] eq "record"} {
        set command [list [::acre::err::need qemu-img] create -q -f qcow2 -F raw -b [dict get $case boot] \
            [file join [dict get $case dir] $::acre::qemuargs::OVERLAY]]
        if {[catch {exec {*}$command 2>@1} why]} {
            return -code error -errorcode {ACRE EMULATOR} "qemu-img: $why"
        }
    }
}

# The script that boots the case without the farm.  Its first boot is recorded, unless this one is.
proc ::acre::qemu::Script {handle} {
    upvar #0 $handle run
    set tcg [expr {[dict get $run(case) accel] eq "tcg"}]
    set plain [dict replace $run(case) dump "" icount 0 back 0 rr [expr {$tcg ? "off" : ""}]]
    ::acre::rundir::replay $handle [concat [::acre::qemuargs::command $plain] -serial stdio] "" "" \
        [expr {$tcg ? $::acre::qemuargs::RECORDING : ""}] [::acre::qemuargs::counted \$mode \$file]
}

proc ::acre::qemu::start {handle} {
    upvar #0 $handle run
    set audit [expr {[dict get $run(case) audit-address] ne ""}]
    # A named pipe PATH is two to QEMU: PATH.in, which it reads, and PATH.out.
    set console [expr {[dict get $run(case) console] ne ""}]
    set pipes [concat {com1.in com1.out qmp.in qmp.out} [expr {$console ? {com3.in com3.out} : {}}] \
        [expr {[dict get $run(case) com2] ne "" ? {com2.in com2.out} : {}}] [expr {$audit ? {gdb.in gdb.out} : {}}]]
    if {[dict get $run(case) dump] ne ""} {
        # Before the guardian hears which files are to be removed.
        ::acre::dumptake::prepare $handle
    }
    ::acre::rundir::fifos_begin $handle {*}$pipes
    dict set run(case) boot [::acre::rundir::boot_file $handle]
    Script $handle
    Overlay $run(case)
    set own [::acre::rundir::own_disk $handle]
    if {$own ne ""} {
        dict set run(case) boot $own
        dict set run(case) own 1
    }
    set guest [::acre::qemuargs::command $run(case)]
    ::acre::rundir::fifos_end $handle {*}$pipes
    set run(argv) [concat $guest -action reboot=shutdown,shutdown=pause \
        -chardev pipe,id=com1,path=com1 -serial chardev:com1 \
        -chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control]
    if {$audit} {
        lappend run(argv) -chardev pipe,id=gdb,path=gdb -gdb chardev:gdb -S
    }
    if {[dict get $run(case) gdb] ne ""} {
        lappend run(argv) -gdb [dict get $run(case) gdb] -S
    }
    ::acre::drive::serial $handle $run(fifo,com1.out)
    if {$console} {
        # Not COM1's interrupt: a port that lowers the line would hide the other's.
        lappend run(argv) -chardev pipe,id=com3,path=com3 -device isa-serial,chardev=com3,index=2,irq=5
        ::acre::drive::console $handle $run(fifo,com1.in) $run(fifo,com3.out)
    }
    lappend run(argv) {*}[::acre::qemuargs::meta $run(case)]
    if {[dict get $run(case) com2] ne ""} {
        {*}[dict get $run(case) com2] [list $run(fifo,com2.out) $run(fifo,com2.in)]
    }
    Channels $handle $audit
    ::acre::drive::launch $handle
}

# Everything that QEMU is to do first waits in the pipes before it runs.
proc ::acre::qemu::Channels {handle audit} {
    upvar #0 $handle run
    array set run {answer "" asked 0 event ""}
    fileevent $run(fifo,qmp.out) readable [list ::acre::drive::Safely $handle ::acre::qemu::Qmp]
    puts $run(fifo,qmp.in) {{"execute": "qmp_capabilities"}}
    if {$audit} {
        # The client reads one pipe and writes the other.
        set run(rsp) [::acre::rsp::open $run(fifo,gdb.out) $run(fifo,gdb.in) \
            [list ::acre::drive::Safely $handle ::acre::qemu::Stopped] [list set ${handle}(gone)]]
        ::acre::rsp::send $run(rsp) [format Z1,%llx,1 [dict get $run(case) audit-address]]
        ::acre::rsp::send $run(rsp) c
    }
}

# A line of QMP: the answer to a command, or an event.
proc ::acre::qemu::Qmp {handle} {
    upvar #0 $handle run
    while {[gets $run(fifo,qmp.out) line] >= 0} {
        if {[regexp {"event": "(SHUTDOWN|STOP|GUEST_PANICKED)"} $line - event]} {
            Event $handle $event $line
        } elseif {$run(asked) && [regexp {"(return|error)": } $line] && [regexp {"id": (\d+)\M} $line - id]} {
            dict set run(answers) $id $line
            if {$id == $run(asked)} {
                set run(asked) 0
            }
        }
    }
}

# The guest reset or switched itself off; QEMU stands still now.  Told apart outside this event, because it takes
# questions.
proc ::acre::qemu::Event {handle event line} {
    upvar #0 $handle run
    if {$event eq "SHUTDOWN" && [regexp {"reason": "(guest-[a-z]+)"} $line - reason] && $run(end) eq ""} {
        set run(busy) 1
        after 0 [list ::acre::drive::Safely $handle ::acre::qemu::Guest_ended $reason]
    }
}

proc ::acre::qemu::Guest_ended {handle reason} {
    upvar #0 $handle run
    # What was said before comes first.
    ::acre::drive::hear $handle
    catch {set run(registers) [registers $handle]}
    set where [::acre::hang::Where $run(registers)]
    if {$reason ne "guest-reset"} {
        set run(guest-exit) $::layout::PROTO_EXIT_OK
        ::acre::drive::End $handle exit "the guest switched the machine off"
    } elseif {[Logged $handle qemu-triple-fault]} {
        ::acre::drive::End $handle triple-fault "triple fault; $where; [::acre::hang::Last $handle]"
    } else {
        ::acre::drive::End $handle reset "the guest reset the machine; $where; [::acre::hang::Last $handle]"
    }
}

# Whether a line of QEMU's log matches the pattern NAME.
proc ::acre::qemu::Logged {handle name} {
    upvar #0 $handle run
    set channel [open [file join $run(dir) qemu.log] rb]
    set found 0
    while {!$found && [gets $channel line] >= 0} {
        set found [::acre::patterns::match $name $line\n]
    }
    close $channel
    return $found
}

# ask HANDLE COMMANDS -> the answers' lines.  A command is the inside of a QMP object; QEMU carries them out one after
# the other, so several cost one wait.
proc ::acre::qemu::ask {handle commands} {
    upvar #0 $handle run
    set run(answers) {}
    set ids [lmap command $commands {incr run(questions)}]
    set run(asked) [set last $run(questions)]
    puts $run(fifo,qmp.in) [join [lmap command $commands id $ids {string cat "{" $command ", \"id\": $id}"}] \n]
    set timer [after [expr {$::acre::drive::PATIENCE * 1000}] [list set ${handle}(asked) -1]]
    while {$run(asked) == $last && !$run(gone)} {
        vwait ${handle}(asked)
    }
    after cancel $timer
    if {$run(asked) != 0} {
        return -code error -errorcode {ACRE EMULATOR} "QEMU's monitor did not answer"
    }
    foreach answer [dict values $run(answers)] {
        if {[regexp {"error": .*"desc": "([^\"]*)"} $answer - why]} {
            return -code error -errorcode {ACRE EMULATOR} "QEMU: $why"
        }
    }
    return [lmap id $ids {dict get $run(answers) $id}]
}

proc ::acre::qemu::Quote {text} {
    return "\"[string map {\\ \\\\ \" \\\" \n \\n} $text]\""
}

# HMP commands' texts.
proc ::acre::qemu::monitors {handle commands} {
    set answers [ask $handle [lmap command $commands {
        string cat "\"execute\": \"human-monitor-command\", \"arguments\": {\"command-line\": [Quote $command]}"
    }]]
    return [lmap answer $answers {
        regexp {"return": "((?:[^\"\\]|\\.)*)"} $answer - text
        string map {\\r\\n \n \\n \n \\r "" \\t \t \\\" \" \\\\ \\} $text
    }]
}

proc ::acre::qemu::monitor {handle command} {
    return [lindex [monitors $handle [list $command]] 0]
}

proc ::acre::qemu::registers {handle} {
    return [registers_in [monitor $handle "info registers"]]
}

# What a text of "info registers" says.
proc ::acre::qemu::registers_in {text} {
    set registers [dict create hlt [regexp {HLT=1} $text]]
    foreach {name names} {rip {RIP EIP} rsp {RSP ESP} rflags {RFL EFL} cr0 CR0 cr2 CR2 cr3 CR3 cr4 CR4 efer EFER} {
        if {![regexp "\\m(?:[join $names |])=(\[0-9a-f]+)" $text - value]} {
            return -code error -errorcode {ACRE EMULATOR} "QEMU's registers have no [lindex $names 0]"
        }
        dict set registers $name [format 0x%llx 0x$value]
    }
    return $registers
}

# The CPU in QEMU's own words; the guest stands from then on.
proc ::acre::qemu::state {handle} {
    ask $handle [list "\"execute\": \"stop\""]
    return [monitor $handle "info registers"]
}

proc ::acre::qemu::readphys {handle address length} {
    upvar #0 $handle run
    return [::acre::rsp::memory $run(rsp) $address $length]
}

# The stub says that the guest stopped: at the audit address, unless it ended there by itself.
proc ::acre::qemu::Stopped {handle client} {
    upvar #0 $handle run
    if {$run(end) ne "" || $run(audited) || $run(auditing)} {
        return
    }
    ::acre::drive::audit $handle
    if {!$run(gone)} {
        ::acre::rsp::send $client [format z1,%llx,1 [dict get $run(case) audit-address]]
        ::acre::rsp::send $client c
        ::acre::drive::resumed $handle
    }
}

# QEMU says nothing on its screen that ends a run.
proc ::acre::qemu::screen {handle} {}

# QEMU ended by itself: the guest's doing if it left by the exit port, QEMU's own trouble if it left words.
proc ::acre::qemu::ended {handle} {
    upvar #0 $handle run
    set words [Words $run(screen)]
    if {![string is integer -strict $run(status)]} {
        ::acre::drive::End $handle emulator-error [string trimright "QEMU was killed by $run(status): $words" ": "]
    } elseif {$words ne "" || $run(status) > 1 && !($run(status) & 1)} {
        ::acre::drive::End $handle emulator-error "QEMU ended with status $run(status): $words"
    } else {
        set code [expr {(($run(status) - 1) / 2 - $::layout::PROTO_DEBUGEXIT_OFFSET) % 128}]
        set run(guest-exit) [expr {$run(status) & 1 ? $code : ""}]
        ::acre::drive::End $handle exit "QEMU's status is $run(status)"
    }
}

# kvm_trouble DIR -> why kvm does not work here, or "": found by a boot of the ok probe below DIR, once a process,
# because /dev/kvm may be there and start nothing.
proc ::acre::qemu::kvm_trouble {dir} {
    variable kvm
    if {![info exists kvm]} {
        set probe [file join $dir kvm-probe]
        file mkdir $probe
        set image [::acre::paths::product farm/probes/ok.bin]
        set limits {first-byte 5 silence 5 total 10}
        set run [::acre::drive::run [dict create image $image dir $probe accel kvm limits $limits]]
        set good [expr {[dict get $run end] eq "exit" && [dict get $run guest-exit] eq $::layout::PROTO_EXIT_OK}]
        set kvm [expr {$good ? "" : [dict get $run detail]}]
    }
    return $kvm
}

# QEMU's complaints, warnings left out, in one line.
proc ::acre::qemu::Words {screen} {
    set words {}
    foreach line [::acre::patterns::lines $screen] {
        if {![::acre::patterns::match qemu-warning $line] && [string trim $line] ne ""} {
            lappend words [string trim $line]
        }
    }
    return [join $words "; "]
}

# A run is never tried again.
proc ::acre::qemu::again {result} {
    return 0
}

# Ask it to end; process.tcl kills what does not.
proc ::acre::qemu::quit {handle} {
    upvar #0 $handle run
    puts $run(fifo,qmp.in) {{"execute": "quit"}}
    ::acre::process::wait_gone $handle 1
}

# Looking at QEMU's registers does not disturb the guest.
proc ::acre::qemu::suspicious {handle} {
    return 1
}
