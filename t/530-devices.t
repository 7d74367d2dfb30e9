#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The same image boots from every kind of drive and machine there is, entered in odd ways, past disk calls that do what
# BIOSes have been seen to do: it boots, or it names what is wrong.  `make check` enters it oddly under Bochs in some
# ways, `make check-all` in all.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

set image [boots::image]
set chain [boots::product t/boots/chain.bin]

# name -> {emulators end yaml-checks job-keys}.  The end is a glob.
set cases {}
proc boot {name emulators end checks args} {
    dict set ::cases $name [list $emulators $end $checks $args]
}

# Where it boots from.
boot "IDE disk" {qemu bochs} pass {drive 0x80 read edd a20 already retries 0} disk ide
boot "virtio disk" qemu pass {drive 0x80 read edd} disk virtio
boot "floppy" {qemu bochs} pass {drive 0x0 read chs} disk floppy
boot "q35, AHCI" qemu pass {drive 0x80 read edd} machine q35
boot "q35, virtio" qemu pass {drive 0x80 read edd} machine q35 disk virtio
boot "isapc, IDE" qemu pass {drive 0x80 read edd} machine isapc cpu qemu64
boot "isapc, floppy" qemu pass {drive 0x0 read chs} machine isapc cpu qemu64 disk floppy

# How it is entered.  The boot sector comes from a floppy; the image is the first hard disk.
proc chained {name end checks args} {
    boot "chain-loaded, $name" {qemu bochs} $end $checks chain $args
}
foreach drive {0x00 0x01 0x7f 0x81 0x90 0xff} {
    chained "DL=$drive" pass {drive 0x80 read edd} drive $drive
}
chained "entered at 07c0:0000" pass {drive 0x80} cs 0x7c0
chained "A20 closed" pass {a20 bios} a20 1
chained "A20 closed, INT 15h AH=24h fails" pass {a20 fast-gate} a20 1 quirk 11

# What disk calls do.
chained "no EDD" pass {read chs drive 0x80} quirk 1
chained "EDD with CX bit 0 clear" pass {read chs} quirk 2
chained "EDD whose reads fail" pass {drive 0x80} quirk 3
chained "sectors of 4096 bytes" "refused: disk 0x80 has sectors of 4096 bytes; Acre needs 512" {} quirk 4
chained "sectors of 0 bytes" pass {read edd} quirk 5
chained "all registers trashed" pass {read edd} quirk 6
chained "interrupts off, direction flag set" pass {read edd} quirk 7
chained "A20 closed by every call" pass {read edd} quirk 8
chained "no geometry, DL=0x00" pass {drive 0x80 read edd} quirk 9 drive 0x00
chained "every other read fails" pass {drive 0x80} quirk 10

# chain.asm with its parameters.
proc chain_image {options} {
    set said [dict merge {drive 0x80 a20 0 cs 0 quirk 0} $options]
    set cs [expr {[dict get $said cs]}]
    set ip [expr {$::layout::LAYOUT_MBR_BASE - $cs * 16}]
    set parameters [binary format ccssc [dict get $said drive] [dict get $said a20] $ip $cs [dict get $said quirk]]
    return [boots::save [string replace $::chain 0x1f0 [expr {0x1f0 + [string length $parameters] - 1}] $parameters]]
}

# A job of this case; the key chain is ours.
proc job {emulator keys} {
    set file $::plain
    set disk [dict create]
    if {[dict exists $keys chain]} {
        set floppy [chain_image [dict get $keys chain]]
        dict unset keys chain
        dict set disk extra [expr {$emulator eq "qemu"
            ? [list -drive if=none,id=chain,format=raw,snapshot=on,file=$floppy -device floppy,drive=chain -boot a]
            : [list "floppya: 1_44=$floppy, status=inserted, write_protected=1" "boot: floppy"]}]
    }
    return [boots::$emulator $file {*}[dict merge $keys $disk]]
}

set chained [lsearch -all -inline [dict keys $cases] chain-loaded*]
set under_bochs [tap::sample $chained 4]
foreach name $chained {
    if {$name ni $under_bochs} {
        dict set cases $name [lreplace [dict get $cases $name] 0 0 qemu]
    }
}

set points {qemu 0 bochs 0}
dict for {name case} $cases {
    foreach emulator [lindex $case 0] {
        dict incr points $emulator
    }
}
set emulators [boots::emulators qemu bochs]
set plain [boots::save $image]
tap::plan [tcl::mathop::+ {*}[lmap emulator $emulators {dict get $points $emulator}]]

foreach emulator $emulators {
    set jobs {}
    dict for {name case} $cases {
        lassign $case which end checks keys
        if {$emulator in $which} {
            dict set jobs $name [job $emulator $keys]
        }
    }
    set results [boots::run $jobs]
    dict for {name result} $results {
        lassign [dict get $cases $name] which end checks
        set wrong [lmap {key value} $checks {
            set got [boots::yaml $result $key]
            expr {$got eq $value ? [continue] : "$key is '$got', not '$value'"}
        }]
        set got [boots::end $result]
        tap::ok [expr {[string match $end $got] && $wrong eq ""}] "$emulator, $name: $end" "got: $got\n[join $wrong \n]"
    }
}
tap::done
