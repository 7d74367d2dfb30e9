# SPDX-License-Identifier: Apache-2.0
#
# qemuargs.tcl: QEMU's command line: the machine that a case asks for, in QEMU's options.
#
#   ::acre::qemuargs::guest CASE     -> the arguments as far as the guest can see them.  The disk is not written to,
#                                    unless it is the run's own
#   ::acre::qemuargs::command CASE   -> the whole command, but for what the driver listens by (qemu.tcl)
#   ::acre::qemuargs::meta CASE      -> the arguments of COM2, if the case has one
#   ::acre::qemuargs::counted MODE ?FILE? ?BACK?   -> the arguments of a boot that is recorded in FILE (MODE record), or
#                                    repeats what is there (replay); BACK 1: so that gdb can go back in it
#   ::acre::qemuargs::escape PATH    -> PATH as an option's value: there a comma begins the next option, unless doubled
#
# CASE is a complete case of drive.tcl.  qemuboot.tcl has what is started.

namespace eval ::acre::qemuargs {
    variable PROGRAM qemu-system-x86_64
    # Instructions are counted, one a nanosecond; the clock starts on a fixed day; RDRAND and RDSEED have a fixed seed.
    # Only when a disk's answer comes is still the host's to say, which moves the counts by a thousandth.
    variable FIXED {-rtc base=2020-01-01,clock=vm -seed 1}
    variable ICOUNT [concat {-icount shift=0,sleep=off} $FIXED]
    # Where a boot that is recorded keeps what it could not know beforehand, and finds it when it is repeated to the
    # bit.  QEMU writes its end only when it ends by itself, or is asked to.
    variable RECORDING qemu.rr
    # A recording that gdb can go back in has a snapshot of the machine at its start, in a disk over the case's own.
    variable OVERLAY qemu.qcow2
    # So many times as long a boot may take with it.
    variable SLOWER 4
}

proc ::acre::qemuargs::escape {path} {
    return [string map {, ,,} $path]
}

# Without graphics SeaBIOS has a screen on the serial port.
proc ::acre::qemuargs::Screen {case} {
    return [expr {[dict get $case screen] eq "serial" ? ",graphics=off" : ""}]
}

# What makes a boot one that is recorded, or repeats a recording.
proc ::acre::qemuargs::counted {mode {file ""} {back 0}} {
    variable FIXED
    variable RECORDING
    set snapshot [expr {$back ? ",rrsnapshot=start" : ""}]
    return [list -icount shift=0,rr=$mode,rrfile=[expr {$file eq "" ? $RECORDING : $file}]$snapshot {*}$FIXED]
}

# Only what the guest touches costs the host.  RAM that becomes a dump is a file.
proc ::acre::qemuargs::Ram {case size} {
    if {[dict get $case dump] eq ""} {
        return memory-backend-ram,id=ram,size=$size,reserve=off
    }
    return memory-backend-file,id=ram,size=$size,share=on,mem-path=[escape [::acre::dumptake::part $case]]
}

proc ::acre::qemuargs::Cpu {case} {
    if {[dict get $case cpu] ne ""} {
        return [dict get $case cpu]
    }
    return [expr {[dict get $case accel] eq "kvm" ? "host" : [dict get $case row cpu]}]
}

proc ::acre::qemuargs::guest {case} {
    variable ICOUNT
    set row [dict get $case row]
    set memory [dict get $case memory]
    set size [::acre::machine::size $memory]
    set arguments [list -no-user-config -nodefaults -machine [dict get $row argument],memory-backend=ram[Screen $case] \
        -object [Ram $case $size] -m ${size} \
        -accel [dict get $case accel] -cpu [Cpu $case] -vga [dict get $case vga] -display none -nic none]
    lappend arguments {*}[::acre::qemuboot::arguments $case]
    if {[dict get $case rom] ne ""} {
        lappend arguments -option-rom romfile=[escape [dict get $case rom]]
    }
    if {[dict get $case dump] eq ""} {
        lappend arguments -device isa-debug-exit,iobase=$::layout::PROTO_DEBUGEXIT_PORT,iosize=4
    }
    lappend arguments -no-reboot
    if {[dict get $case rr] in {record replay}} {
        lappend arguments {*}[counted [dict get $case rr] "" [dict get $case back]]
    } elseif {[dict get $case icount]} {
        lappend arguments {*}$ICOUNT
    }
    return $arguments
}

# What QEMU is asked to log: always what tells a triple fault, and with trace every translated block, trap and guest
# error.
proc ::acre::qemuargs::Log {case} {
    set what [expr {[dict get $case trace] ? "in_asm,int,cpu_reset,guest_errors" : "cpu_reset"}]
    return [list -d $what -D qemu.log]
}

proc ::acre::qemuargs::command {case} {
    variable PROGRAM
    return [concat $PROGRAM [guest $case] [Log $case]]
}

# COM2, with one client of the socket at a time; the next one waits for its turn.
proc ::acre::qemuargs::meta {case} {
    set path [dict get $case meta]
    if {$path eq "" && [dict get $case com2] eq ""} {
        return {}
    }
    set where [expr {$path eq "" ? "pipe,path=com2" : "socket,path=[escape $path],server=on,wait=off"}]
    return [list -chardev $where,id=com2 -device isa-serial,chardev=com2,index=1]
}
