#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Machines are data: what a case may ask of them, the emulators' command lines made from it, and every wrong value by
# name.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
::acre::paths::use drive
tap::plan 50

tap::is [lsort [dict keys [::acre::machine::rows]]] {bochs-pc qemu-isapc qemu-pc qemu-q35} "the machines that there are"

foreach {text bytes} {
    64M 67108864 1000G 1073741824000 512K 524288 0x100000 1048576 4096 4096 1g 1073741824 010 10 2T 2199023255552
} {
    tap::is [::acre::machine::bytes $text] $bytes "size $text"
}
foreach text {"" x 3x 1.5G -1 64MB "64 M" 0x} {
    tap::raises {::acre::machine::bytes $text} {ACRE CASE} "'$text' is no size*" "'$text' is no size"
}
tap::is [lmap bytes {1 1024 1048577 67108864 1073741824000} {::acre::machine::size $bytes}] {1B 1K 1048577B 64M 1000G} \
    "sizes are written as short as they are"

set image [drv::sector 90 ""]
set good [dict create image $image dir [tap::tmp]]
proc complete {overrides} {
    return [::acre::machine::complete [dict merge $::good $overrides]]
}
tap::is [dict get [complete {}] memory] 0x4000000 "64 MiB when nothing is said"
set short [file join [tap::tmp] short.img]
set channel [open $short w]
puts $channel x
close $channel
foreach {desc overrides pattern} [list \
    "emulator" {emulator vmware} "no emulator is called 'vmware'; there are qemu and bochs" \
    "machine" {machine ps2} "qemu has no machine 'ps2'; it has isapc, pc, q35" \
    "machine of the other emulator" {emulator bochs machine q35} "bochs has no machine 'q35'; it has pc" \
    "too little memory" {memory 524288} "qemu machine pc cannot have 512K of RAM; the least is 1M" \
    "too much memory" {memory 0x20000000000} "qemu machine pc cannot have 2T of RAM; the most is 1000G" \
    "too much memory for Bochs" {emulator bochs memory 0x100000000} "bochs machine pc cannot have 4G*the most is 2G" \
    "odd memory" {memory 1048577} "*1048577 bytes of RAM; it must be a multiple of 8K" \
    "memory that is no number" {memory 64M} "memory '64M' is no number of bytes" \
    "disk" {disk scsi} "qemu machine pc cannot boot from 'scsi'; it can from ide, virtio, floppy" \
    "floppy of q35" {machine q35 disk floppy} "*q35 cannot boot from 'floppy'; it can from ide, virtio" \
    "virtio of isapc" {machine isapc disk virtio} "*isapc cannot boot from 'virtio'; it can from ide, floppy" \
    "virtio of Bochs" {emulator bochs disk virtio} "*cannot boot from 'virtio'*" \
    "accelerator" {accel hax} "no accelerator is called 'hax'; there are tcg and kvm" \
    "kvm of Bochs" {emulator bochs accel kvm} "bochs has no accelerator*" \
    "icount of Bochs" {emulator bochs icount 1} "bochs has no icount*" \
    "icount with kvm" {accel kvm icount 1} "instructions cannot be counted under kvm*" \
    "image that is not there" {image /nonesuch/a.img} "image /nonesuch/a.img does not exist" \
    "image that is a directory" [list image [tap::tmp]] "image * cannot be read as a file" \
    "image below a sector" [list image $short] "image * is too short: 2 bytes are less than one sector" \
    "rom that is not there" {rom /nonesuch/a.rom} "rom /nonesuch/a.rom does not exist" \
    "rom that is none" [list rom $image] "rom * is no option ROM*" \
    "expect that is no expression" {expect "a(b"} "'a(b' is no regular expression*" \
] {
    tap::raises {complete $overrides} {ACRE CASE} $pattern "named: $desc"
}
set rom [file join [tap::tmp] a.rom]
foreach {bytes want} {55aa01cb "*cut short: it has 4 of 512 bytes" 55aa02 "*cut short*"} {
    set channel [open $rom wb]
    puts -nonewline $channel [binary decode hex $bytes]
    close $channel
    tap::raises {complete [list rom $rom]} {ACRE CASE} $want "named: rom $bytes"
}
set channel [open $rom wb]
puts -nonewline $channel [binary format H6@511c 55aa01 1]
close $channel
tap::raises {complete [list rom $rom]} {ACRE CASE} "*its bytes do not sum to 0" "named: rom whose sum is wrong"

# Paths with a comma, a blank and a quote come through to QEMU and to the replay script.
set case [complete [list machine q35 cpu max icount 1 memory 0x280000]]
dict set case boot {/tmp/a, b's.img}
set argv [::acre::qemuargs::guest $case]
set drive "if=none,id=boot,format=raw,snapshot=on,file=/tmp/a,, b's.img"
tap::ok [expr {$drive in $argv}] "a comma is doubled for QEMU; the disk is a snapshot" $argv
tap::like $argv "*-machine q35,memory-backend=ram*size=2560K,reserve=off -m 2560K*-cpu max*-icount shift=0,sleep=off*" \
    "machine, memory, CPU and icount are as asked"
tap::is [::acre::rundir::shell {qemu -m 64M {/tmp/a, b's.img}}] {qemu -m 64M '/tmp/a, b'\''s.img'} \
    "a command as sh reads it"

tap::is [lmap sectors {2880 2 100000 1024000} {::acre::bochs::geometry [expr {$sectors * 512}]}] \
    {{3 16 60} {1 2 1} {125 16 50} {1280 16 50}} "Bochs gets a geometry that covers the disk"
set config [::acre::bochs::config [dict merge [complete {emulator bochs cpu corei7_haswell_4770}] [list boot $image]]]
tap::ok [regexp {mode=volatile} $config] "Bochs writes the disk elsewhere"
tap::ok [regexp {cpu: model=corei7_haswell_4770} $config] "Bochs gets the CPU model"
tap::done
