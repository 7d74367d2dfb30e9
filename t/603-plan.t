#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# From options to cases: names, the RAM that a map gets, selections, groups.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
tap::plan 32
source [::acre::paths::get layout]
::acre::paths::use interval quirks mapops map machine imagecase plan group options
namespace eval ::acre::drive {}
set tmp [tap::tmp]

# A map file with these lines.
proc map {name args} {
    global tmp
    set out [open [file join $tmp $name.map] w]
    puts $out [join $args \n]
    close $out
    return [file join $tmp $name.map]
}
# The cases of one map under a selection: name -> MiB.
proc plan {file args} {
    set subjects [::acre::plan::subjects [list [list m $file test]] {}]
    set given {}
    set patterns *
    foreach {key value} $args {
        if {$key eq "patterns"} {
            set patterns $value
        } else {
            dict set given $key $value
        }
    }
    set cases [::acre::plan::cases $subjects [list [::acre::group::selection $patterns $given]] \
        {image i syms s regex {} audit-address 0 scale 1}]
    return [concat {*}[lmap case $cases {
        list [regsub ^boot@ [dict get $case name] ""] [expr {[dict get $case memory] >> 20}]
    }]]
}

# RAM.
set low "0x0 0x9fc00 1"
tap::is [plan [map said "# ram: 132" $low "0x100000 0x4000000 1"]] {m,emu=qemu 132 m,emu=bochs 132} "# ram: counts"
tap::is [plan [map huge "# ram: 5572" $low]] {m,emu=qemu 5572 m,emu=bochs 2048} "Bochs gets 2 GiB at most"
tap::is [plan [map small $low "0x100000 0x1000000 1"]] {m,emu=qemu 20 m,emu=bochs 20} \
    "a map of 16 MiB: its top and 4 MiB"
tap::is [plan [map tiny $low "0x100000 0x200000 1"]] {m,emu=qemu 16 m,emu=bochs 16} "never less than 16 MiB"
tap::is [plan [map mid $low "0x100000 0x40000000 1"]] {m,emu=qemu 1028 m,emu=bochs 128} \
    "1 GiB: Bochs gets 128 MiB of it"
tap::is [plan [map far $low "0x20000000 0x40000000 1"]] {m,emu=qemu 1028 m,emu=bochs 1024} \
    "Bochs gets more where nothing would be left of the map"
tap::is [plan [map split $low "0x100000 0xc0000000 1" "0x100000000 0x140000000 1"]] {m,emu=qemu 4100 m,emu=bochs 128} \
    "memory above 4 GiB counts from QEMU's split at 3 GiB"
tap::is [plan [map edge $low "0xcf000000 0xd0000000 1" "0x100000000 0x140000000 1"]] {m,emu=qemu 3332 m,emu=bochs 128} \
    "memory above 4 GiB is given up where nothing would be left below"
tap::is [plan [map top $low "0x100000 0xc0000000 1" "0x100000000 0xffffffffffffffff 1"]] \
    {m,emu=qemu 1024000 m,emu=bochs 128} "1000 GiB at most"

# Names and axes.
set file [map small $low "0x100000 0x1000000 1"]
tap::is [plan $file emu qemu machine {pc q35} cpu {{} max}] \
    {m,emu=qemu 20 m,emu=qemu,cpu=max 20 m,emu=qemu,machine=q35 20 m,emu=qemu,machine=q35,cpu=max 20} \
    "what is not the default stands in the name, in a fixed order"
tap::is [dict keys [plan $file disk {ide virtio floppy}]] \
    {m,emu=qemu m,emu=qemu,disk=virtio m,emu=qemu,disk=floppy m,emu=bochs m,emu=bochs,disk=floppy} \
    "an emulator's cases are those that its machines can do"
tap::is [plan $file ram {64M 4G}] {m,ram=64M,emu=qemu 64 m,ram=4G,emu=qemu 4096 m,ram=64M,emu=bochs 64} \
    "RAM of one's own, as far as the machine can have it"

tap::is [dict keys [plan $file emu qemu program {{} chain}]] {m,emu=qemu m,emu=qemu,program=chain} \
    "a program is a case of its own"

# Selections.
tap::is [dict keys [plan $file patterns m]] {m,emu=qemu m,emu=bochs} "a pattern may be a map's name"
tap::is [dict keys [plan $file patterns boot@m,emu=bochs]] {m,emu=bochs} "... a whole name"
tap::is [dict keys [plan $file patterns {*bochs}]] {m,emu=bochs} "... with stars"
tap::is [dict keys [plan $file patterns {n boot@n,*}]] {} "... and of what it does not name there is nothing"

# Sizes.
foreach {text bytes} {64M 67108864 5G 5368709120 640K 655360 1048576 1048576 1g 1073741824} {
    tap::is [::acre::plan::bytes $text] $bytes "$text is $bytes bytes"
}
foreach text {0M 6x -1M {}} {
    tap::raises [list ::acre::plan::bytes $text] {ACRE USAGE} "memory size '$text' is not*" "'$text' is no size"
}

# Groups.
set out [open $tmp/groups.conf w]
puts $out "# a comment\n\[few]\nrandom = 2"
puts $out "\[one]\nabout = first\ncases = zoo/* emu=qemu\ncases = real/a cpu=qemu64,-nx"
puts $out "\[two]\ngroup = few one\nrandom = 1"
close $out
set groups [::acre::group::read $tmp/groups.conf]
tap::is [lmap s [dict get $groups one selections] {list [dict get $s patterns] [dict get $s emu] [dict get $s cpu]}] \
    {{zoo/* qemu {{}}} {real/a {qemu bochs} qemu64,-nx}} "a group is patterns and axes, line by line"
tap::is [lmap group [dict values $groups] {dict get $group random}] {2 0 2} "... and the most random maps of its groups"
set out [open $tmp/groups.conf a]
puts $out "cases = x emulator=qemu"
close $out
tap::raises [list ::acre::group::read $tmp/groups.conf] {ACRE GROUP} "*groups.conf:11: no such axis: 'emulator'*" \
    "a slip in a group is told by its line"
set groups [::acre::group::read [file join [::acre::paths::get maps] groups.conf]]
tap::is [lsort [dict keys $groups]] {acre allocations check full nightly quickstart} "the bundled groups can be read"
tap::raises {::acre::options::parse farm {--jobs {one jobs {}} --list {flag list 0}} {--list=1}} {ACRE USAGE} \
    "farm: --list takes no value: '1'*" "a flag takes no value"
tap::is [::acre::options::parse farm {--maps {list maps {}} --list {flag list 0}} {--maps a b --list --maps=c}] \
    {maps {a b c} list 1} "a list option takes words up to the next, and may come again"
tap::done
