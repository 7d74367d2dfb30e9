# SPDX-License-Identifier: Apache-2.0
#
# machine.tcl: the machines there are (farm/machines, a few lines of data each), what a CASE may ask of them, and what
# RAM of theirs a served map may use.
#
#   ::acre::machine::row EMULATOR MACHINE -> dict of the machine file's keys (doc/drivers.md), or raises ACRE CASE
#   ::acre::machine::complete CASE        -> CASE with every default filled in; raises ACRE CASE, naming what is wrong
#   ::acre::machine::backed CASE          -> list of {base limit}
#   ::acre::machine::bytes TEXT           -> bytes of 64M, 1000G, 0x100000, 512K; raises ACRE CASE
#   ::acre::machine::size BYTES           -> the shortest such text

namespace eval ::acre::machine {
    variable rows {}
    variable UNITS {"" 1 B 1 K 1024 M 1048576 G 1073741824 T 1099511627776}
    # Sectors below this are made up with zeros: BIOSes find no geometry, and emulators no floppy, in a smaller file.
    variable FLOPPY 1474560
}

proc ::acre::machine::Bad {what} {
    return -code error -errorcode {ACRE CASE} $what
}

proc ::acre::machine::bytes {text} {
    variable UNITS
    if {![regexp -nocase {^(0x[0-9a-f]+|\d{1,18})([bkmgt]?)$} $text - number unit]} {
        Bad "'$text' is no size; write it like 512K, 64M, 1000G or a number of bytes"
    }
    # Leading zeros would make it octal.
    set number [expr {[string match -nocase 0x* $number] ? $number : [scan $number %lld]}]
    return [expr {$number * [dict get $UNITS [string toupper $unit]]}]
}

proc ::acre::machine::size {bytes} {
    variable UNITS
    foreach {unit factor} [lreverse $UNITS] {
        lassign [list $unit $factor] factor unit
        if {$bytes % $factor == 0 && $bytes >= $factor} {
            return [expr {$bytes / $factor}]$unit
        }
    }
    return $bytes
}

# All machine files, read once: dict name -> row.
proc ::acre::machine::rows {} {
    variable rows
    if {$rows eq ""} {
        foreach file [lsort [glob -nocomplain -directory [::acre::paths::get machines] *.tcl]] {
            namespace eval ::acre::machine [list source $file]
        }
    }
    return $rows
}

# What a machine file calls.
proc ::acre::machine::machine {name keys} {
    variable rows
    dict set rows $name $keys
}

proc ::acre::machine::row {emulator machine} {
    set all [rows]
    if {$emulator ni [lmap row [dict values $all] {dict get $row emulator}]} {
        Bad "no emulator is called '$emulator'; there are qemu and bochs"
    }
    if {![dict exists $all $emulator-$machine]} {
        set names [lmap name [dict keys $all $emulator-*] {string range $name [string length $emulator-] end}]
        Bad "$emulator has no machine '$machine'; it has [join $names {, }]"
    }
    return [dict get $all $emulator-$machine]
}

proc ::acre::machine::disks {row} {
    return [lmap key [dict keys $row disk-*] {string range $key 5 end}]
}

proc ::acre::machine::complete {case} {
    foreach key [dict keys $case] {
        if {$key ni {image dir row} && ![dict exists $::acre::drive::DEFAULTS $key]} {
            dict unset case $key
        }
    }
    set limits [dict get $::acre::drive::DEFAULTS limits]
    set case [dict merge $::acre::drive::DEFAULTS $case]
    dict set case limits [dict merge $limits [dict get $case limits]]
    dict set case row [row [dict get $case emulator] [dict get $case machine]]
    Memory $case
    Disk $case
    Accel $case
    foreach key {image rom} {
        if {[dict get $case $key] ne ""} {
            File $key [dict get $case $key]
            dict set case $key [file normalize [dict get $case $key]]
        }
    }
    if {[dict get $case rom] ne ""} {
        Rom [dict get $case rom]
    }
    if {[catch {regexp -- [dict get $case expect] ""} why]} {
        Bad "'[dict get $case expect]' is no regular expression: $why"
    }
    dict set case dir [file normalize [dict get $case dir]]
    return $case
}

proc ::acre::machine::Memory {case} {
    set row [dict get $case row]
    set name "[dict get $case emulator] machine [dict get $case machine]"
    set memory [dict get $case memory]
    if {![string is entier -strict $memory]} {
        Bad "memory '$memory' is no number of bytes"
    }
    foreach {key word} {memory-min least memory-max most} sign {< >} {
        if {[expr "$memory $sign [dict get $row $key]"]} {
            Bad "$name cannot have [size $memory] of RAM; the $word is [size [expr {[dict get $row $key] + 0}]]"
        }
    }
    if {$memory % [dict get $row memory-unit]} {
        Bad "$name cannot have $memory bytes of RAM; it must be a multiple of [size [dict get $row memory-unit]]"
    }
}

proc ::acre::machine::Disk {case} {
    set known [disks [dict get $case row]]
    if {[dict get $case disk] ni $known} {
        Bad "[dict get $case emulator] machine [dict get $case machine] cannot boot from '[dict get $case disk]';\
            it can from [join $known {, }]"
    }
}

proc ::acre::machine::Accel {case} {
    set accel [dict get $case accel]
    set emulator [dict get $case emulator]
    if {$accel ni {tcg kvm}} {
        Bad "no accelerator is called '$accel'; there are tcg and kvm"
    }
    if {$emulator ne "qemu" && ($accel ne "tcg" || [dict get $case icount])} {
        Bad "$emulator has no [expr {$accel eq {tcg} ? {icount} : {accelerator}}]; it counts instructions by itself"
    }
    if {$accel eq "kvm" && [dict get $case icount]} {
        Bad "instructions cannot be counted under kvm; leave out one of icount and kvm"
    }
}

proc ::acre::machine::File {key path} {
    if {![file exists $path]} {
        Bad "$key $path does not exist"
    }
    if {![file isfile $path] || ![file readable $path]} {
        Bad "$key $path cannot be read as a file"
    }
    if {$key eq "image" && [file size $path] < $::layout::LAYOUT_SECTOR_SIZE} {
        Bad "image $path is too short: [file size $path] bytes are less than one sector"
    }
}

# An option ROM that a BIOS would pass over in silence is found here: signature, length in 512 bytes, bytes that sum
# to 0.
proc ::acre::machine::Rom {path} {
    set channel [open $path rb]
    set bytes [read $channel]
    close $channel
    set length 0
    binary scan $bytes H4cu signature length
    set length [expr {$length * 512}]
    if {$length == 0 || $signature ne "55aa"} {
        Bad "rom $path is no option ROM: it does not begin with 55 aa and its length"
    } elseif {[string length $bytes] < $length} {
        Bad "rom $path is cut short: it has [string length $bytes] of $length bytes"
    }
    binary scan $bytes cu$length sums
    if {[::tcl::mathop::+ {*}$sums] & 0xff} {
        Bad "rom $path is damaged: its bytes do not sum to 0"
    }
}

# backed CASE: RAM that a served map may call usable.  The firmware of the emulator keeps tables, and the disk driver
# behind INT 13h, at the top of its low memory; a guest that used that while it still reads its disk would break the
# BIOS, so the row's `reserved` bytes there are left out, as are the 384 KiB below 1 MiB.
proc ::acre::machine::backed {case} {
    set case [dict merge $::acre::drive::DEFAULTS $case]
    set row [row [dict get $case emulator] [dict get $case machine]]
    set memory [dict get $case memory]
    set low [expr {$memory < [dict get $row split-at] ? $memory : [dict get $row split-low] + 0}]
    set top [expr {$low - [dict get $row reserved]}]
    set result [list [list 0 [expr {$::layout::LAYOUT_LOWMEM_LIMIT + 0}]]]
    if {$top > $::layout::LAYOUT_HIMEM_BASE} {
        lappend result [list [expr {$::layout::LAYOUT_HIMEM_BASE + 0}] $top]
    }
    if {$memory > $low} {
        set base [expr {$::layout::LAYOUT_PHYS32_LIMIT + 0}]
        lappend result [list $base [expr {$base + $memory - $low}]]
    }
    return $result
}
