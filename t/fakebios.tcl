# SPDX-License-Identifier: Apache-2.0
#
# For t/3xx: boots our dump sectors under QEMU and Bochs and reads back what they printed.  Nothing here knows the
# farm's drivers, so that these tests say something about the fake BIOS alone.
#
#   fb::emulators                      -> those of {qemu bochs} that are installed; skips the whole test if none is
#   fb::plan PER                       the plan: PER points for each of them, a skipped one for each that is missing
#   fb::rom ENTRIES QUIRKS             -> bytes of an option ROM
#   fb::image BYTES FILE               writes a 1.44 MB image that starts with BYTES
#   fb::boot EMULATOR KIND IMAGE ROM   -> the serial text; KIND floppy or disk, ROM a file or "".  Ends within a limit
#   fb::map NAME                       -> entries of the bundled zoo map NAME

source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map rom

namespace eval fb {
    variable imageBytes 1474560
    variable limitSeconds 20
    variable runs 0
    # emulator -> program, Debian package
    variable tools {qemu {qemu-system-x86_64 qemu-system-x86} bochs {bochs-bin bochs}}
}

proc fb::emulators {} {
    variable tools
    set found {}
    dict for {name tool} $tools {
        if {[auto_execok [lindex $tool 0]] ne ""} {
            lappend found $name
        }
    }
    if {![llength $found]} {
        tap::skip_all "needs qemu-system-x86_64 or bochs (Debian packages qemu-system-x86, bochs)"
    }
    return $found
}

# PER points for each emulator, and one for each that is missing.
proc fb::plan {per} {
    variable tools
    set found [emulators]
    tap::plan [expr {[llength $found] * $per + [dict size $tools] - [llength $found]}]
    dict for {name tool} $tools {
        if {$name ni $found} {
            tap::skip $name "needs [lindex $tool 0] (Debian package [lindex $tool 1])"
        }
    }
}

proc fb::template {} {
    return [::acre::rom::ReadBinary [::acre::paths::get fakebios]]
}

proc fb::rom {entries quirks} {
    return [::acre::rom::bytes $entries $quirks [template]]
}

proc fb::product {name} {
    return [::acre::rom::ReadBinary [::acre::paths::product farm/fakebios/$name]]
}

proc fb::image {bytes file} {
    variable imageBytes
    ::acre::rom::WriteBinary $file [binary format a$imageBytes $bytes]
}

proc fb::map {name} {
    return [dict get [::acre::map::read [file join [::acre::paths::get maps] zoo $name.map]] entries]
}

proc fb::boot {emulator kind image rom} {
    variable runs
    set dir [file join [tap::tmp] run[incr runs]]
    file mkdir $dir
    [string totitle $emulator] $dir $kind $image $rom
    set log [file join $dir serial.log]
    return [expr {[file exists $log] ? [::acre::rom::ReadBinary $log] : ""}]
}

# Runs COMMAND in DIR under the time limit; its output goes to DIR/out.log.  Statuses say nothing here, the log does.
proc fb::Run {dir command} {
    variable limitSeconds
    catch {exec sh -c {cd "$1" && shift && exec "$@" </dev/null >out.log 2>&1} sh $dir \
        timeout -k 1 $limitSeconds {*}$command}
}

proc fb::Qemu {dir kind image rom} {
    set drive [dict get {floppy {floppy a} disk {ide c}} $kind]
    set command [list qemu-system-x86_64 -m 64 -accel tcg -display none -nic none -no-reboot -serial file:serial.log \
        -device isa-debug-exit,iobase=0xf4,iosize=4 \
        -drive file=$image,format=raw,readonly=off,snapshot=on,if=[lindex $drive 0] -boot [lindex $drive 1]]
    if {$rom ne ""} {
        lappend command -option-rom $rom
    }
    Run $dir $command
}

# ips as low as Bochs takes it: the UART's 87 us a character then cost the fewest instructions.
proc fb::Bochs {dir kind image rom} {
    set share /usr/share
    set drive [dict get [list \
        floppy "floppya: 1_44=$image, status=inserted, write_protected=1\nboot: floppy" \
        disk "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\nata0-master: type=disk, path=$image,\
            mode=volatile, cylinders=0\nboot: disk"] $kind]
    set lines [list "memory: guest=64, host=64" "romimage: file=$share/bochs/BIOS-bochs-latest" \
        "vgaromimage: file=$share/bochs/VGABIOS-lgpl-latest" $drive "com1: enabled=1, mode=file, dev=serial.log" \
        {display_library: rfb, options="timeout=0"} "cpu: ips=1000000" "clock: sync=none" "sound: driver=dummy" \
        "log: bochs.log" "panic: action=fatal" "error: action=report" "info: action=ignore" "debug: action=ignore"]
    if {$rom ne ""} {
        lappend lines "optromimage1: file=$rom, address=0xd0000"
    }
    ::acre::rom::WriteBinary [file join $dir rc] [join $lines \n]\n
    ::acre::rom::WriteBinary [file join $dir go.rc] c\n
    Run $dir {bochs-bin -q -f rc -rc go.rc}
}
