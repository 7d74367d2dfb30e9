# SPDX-License-Identifier: Apache-2.0
#
# replaygdb.tcl: `acre farm --replay CASE --gdb=STAGE`: the case's machine waits for gdb before its first instruction,
# and the command that is printed takes gdb to the first instruction of a stage, with that stage's symbols.
#
#   ::acre::replaygdb::check CASE STAGE    raises {ACRE USAGE} where that cannot be
#   ::acre::replaygdb::run CASE STAGE      repeats the recording of CASE, which is replay.tcl's own, until gdb has done
#   ::acre::replaygdb::words STAGE CASE AT -> the command of gdb, a list; AT is where QEMU's stub listens
#
# None of the stages is in memory when the machine starts, and a breakpoint of software would be written over: each is
# reached by one of the hardware's, at an address that is fixed before the build (stage1, stage2) or stands in the
# kernel's symbols (stage3).  What runs is the recording (replay.tcl): gdb sees, every time, the boot that was judged.

::acre::paths::use cmd_boot

namespace eval ::acre::replaygdb {
    variable stages {stage1 stage2 stage3}
    # stage -> symbol of its first instruction, and the file that has it, a key of paths.tcl
    variable entries {stage1 {start stage1} stage2 {stage2_entry stage2} stage3 {kernel_entry elf}}
}

proc ::acre::replaygdb::check {case stage} {
    variable stages
    if {$stage ne "" && $stage ni $stages} {
        ::acre::err::usage "farm: --gdb takes one of [join $stages {, }], not '$stage'"
    }
    if {[dict get $case emulator] ne "qemu"} {
        ::acre::err::usage "farm: --gdb and --record are for a case under qemu: perhaps\
            [string map {,emu=bochs ,emu=qemu} [dict get $case name]]"
    }
    if {[::acre::storecase::wanted $case]} {
        ::acre::err::usage "farm: --gdb and --record are not for a case whose store is asked from outside"
    }
}

proc ::acre::replaygdb::run {case stage} {
    set dir [::acre::boot::Directory ""]
    set guardian [::acre::process::guardian $dir]
    try {
        set at [::acre::boot::Gdb {gdb auto emulator qemu} $dir]
        set run [::acre::drive::run [Drive $case $at \
            [list ::acre::replaygdb::Started $stage $case [file join $dir gdb.socket]]]]
    } finally {
        file delete -force -- $dir
        ::acre::process::dismiss $guardian
    }
    puts stderr "acre: the guest's end: [dict get $run end]: [dict get $run detail]"
}

# The case for the driver, without an audit and without clocks: somebody thinks.
proc ::acre::replaygdb::Drive {case at started} {
    set forever $::acre::boot::UNHURRIED
    return [dict merge [::acre::case::Drive $case [::acre::case::Serve $case]] \
        [dict create audit-address "" on-audit "" on-output "" \
        back [file exists [file join [dict get $case dir] $::acre::qemuargs::OVERLAY]] \
        limits [dict create first-byte $forever silence $forever total $forever] \
        gdb $at on-start $started echo 1]]
}

proc ::acre::replaygdb::Started {stage case socket argv} {
    ::acre::boot::Tell $socket "acre: the guest waits; this takes gdb to the first instruction of $stage:\n \
        [::acre::rundir::shell [words $stage $case $socket]]"
}

# stage1 and stage2 begin in real mode, which gdb has to be told before it connects.
proc ::acre::replaygdb::words {stage case at} {
    variable entries
    lassign [dict get $entries $stage] symbol file
    set there [list -ex "target remote $at" -ex "hbreak *$symbol" -ex continue]
    # Sources are named from the top of their tree; what is installed has none.
    set gdb [expr {[catch {::acre::paths::sources} sources] ? "gdb" : [list gdb -d $sources]}]
    if {$stage eq "stage3"} {
        return [list {*}$gdb -x [::acre::paths::get gdb] [Elf $case] {*}$there]
    }
    return [list {*}$gdb -ex "set tdesc filename [::acre::paths::get realmode]" -ex "set confirm off" \
        {*}[linsert $there 2 -ex "add-symbol-file [::acre::paths::get $file]"]]
}

# The kernel with its symbols: beside an image of one's own as they are beside Acre's.
proc ::acre::replaygdb::Elf {case} {
    set beside [file rootname [dict get $case image]].elf
    return [expr {[file exists $beside] ? $beside : [::acre::paths::get elf]}]
}
