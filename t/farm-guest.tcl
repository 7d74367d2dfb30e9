# SPDX-License-Identifier: Apache-2.0
#
# farm-guest.tcl: a guest made of data, for tests of the farm without an emulator: a serial log, page tables in physical
# memory, registers and the emulator's lists, all true to a map.  Tests spoil one thing and look whether it is found.
#
#   guest::make ENTRIES QUIRKS ?EMULATOR? -> dict
#     serial     the log            memory  dict frame address -> 4096 bytes (what is not there cannot be read)
#     registers  as drive.tcl's     tlb mem tab   the emulators' lists      ebda basemem   words of the BIOS data area
#   guest::read GUEST ADDRESS LENGTH        physical memory
#   guest::entry GUEST TABLE INDEX VALUE    -> the guest with one page-table entry replaced; its lists stay as they were
#   guest::lists GUEST                      -> the guest with its emulator's lists true to its tables

namespace eval ::guest {
    # What the guest maps: virtual base, pages, flags.
    variable regions {
        0xffffffff80000000 2 r-x
        0xffffffff80002000 1 r--
        0xffffffff80003000 2 rw-
    }
    variable owners {kernel-text 2 kernel-rodata 1 kernel-data 2 page-tables-pt 2 page-tables-pd 2
        page-tables-pdpt 1 page-tables-pml4 1}
    variable W 2 NX [expr {1 << 63}]
}

proc ::guest::make {entries quirks {emulator qemu}} {
    set oracle [::acre::oracle::judge $entries $quirks {}]
    set first ""
    foreach run [dict get $oracle usable] {
        if {[lindex $run 1] - [lindex $run 0] >= 16 * 4096 && [lindex $run 0] >= 0x8000} {
            set first [lindex $run 0]
            break
        }
    }
    if {$first eq ""} {
        error "guest::make: no room for 16 frames in [dict get $oracle usable]"
    }
    set guest [dict create first $first emulator $emulator ebda 0x9fc0 basemem 639 cr3 $first \
        registers [dict create cr0 0x80010011 cr3 [format 0x%x $first] cr4 0x300020 efer 0xd01 rip 0xffffffff80000010]]
    set guest [lists [Tables $guest]]
    dict set guest serial [Serial $guest $oracle $entries]
    return $guest
}

# Six tables, from the first frame: PML4, PDPT, PD and PT of the kernel, PD and PT of the PAGES window.
proc ::guest::Tables {guest} {
    variable regions
    variable W
    variable NX
    set first [dict get $guest first]
    foreach index {0 1 2 3 4 5} {
        dict set guest memory [expr {$first + $index * 4096}] [string repeat \0 4096]
    }
    foreach {table index next} {0 511 1 1 510 2 2 0 3 1 511 4 4 0 5} {
        set guest [entry $guest [expr {$first + $table * 4096}] $index [expr {($first + $next * 4096) | 3}]]
    }
    set frame [expr {$first + 6 * 4096}]
    set page 0
    foreach {base pages flags} $regions {
        for {set i 0} {$i < $pages} {incr i; incr page; incr frame 4096} {
            set bits [expr {1 | ([string match *w* $flags] ? $W : 0) | ([string match *x $flags] ? 0 : $NX)}]
            set guest [entry $guest [expr {$first + 3 * 4096}] $page [expr {$frame | $bits}]]
        }
    }
    foreach index {0 1 2 3 4 5} {
        set guest [entry $guest [expr {$first + 5 * 4096}] $index [expr {($first + $index * 4096) | 3 | $NX}]]
    }
    return $guest
}

proc ::guest::entry {guest table index value} {
    set table [expr {$table + 0}]
    if {![dict exists $guest memory $table]} {
        dict set guest memory $table [string repeat \0 4096]
    }
    set bytes [dict get $guest memory $table]
    set at [expr {$index * 8}]
    dict set guest memory $table [string replace $bytes $at [expr {$at + 7}] [binary format w $value]]
    return $guest
}

proc ::guest::read {guest address length} {
    if {$address < 0x1000} {
        set page [string replace [string repeat \0 4096] 0x40e 0x40f [binary format s [dict get $guest ebda]]]
        set page [string replace $page 0x413 0x414 [binary format s [dict get $guest basemem]]]
    } else {
        set page [dict get $guest memory [expr {$address & ~4095}]]
    }
    return [string range $page [expr {$address & 4095}] [expr {($address & 4095) + $length - 1}]]
}

proc ::guest::walk {guest} {
    return [::acre::pagewalk::walk [list ::guest::read $guest] [dict get $guest registers cr3] 1]
}

proc ::guest::lists {guest} {
    set tlb ""
    set mem ""
    set tab "cr3: [dict get $guest registers cr3]\n"
    foreach run [dict get [walk $guest] runs] {
        lassign $run base limit phys size flags
        append tab [format "0x%016llx-0x%016llx -> 0x%012llx-0x%012llx\n" $base [expr {$limit - 1}] $phys \
            [expr {$phys + $limit - $base - 1}]]
        append mem [format "%016llx-%016llx %016llx %s\n" $base $limit [expr {$limit - $base}] \
            [expr {[string match *u $flags] ? "u" : "-"}]r[expr {[string match *w* $flags] ? "w" : "-"}]]
        for {} {$base < $limit} {incr base $size; incr phys $size} {
            append tlb [format "%016llx: %016llx %s-%s-DA--%s%s\n" $base $phys \
                [expr {[string match *x* $flags] ? "-" : "X"}] [expr {$size > 4096 ? "P" : "-"}] \
                [expr {[string match *u $flags] ? "U" : "-"}] \
                [expr {[string match *w* $flags] ? "W" : "-"}]]
        }
    }
    return [dict merge $guest [dict create tlb $tlb mem $mem tab $tab]]
}

# The self-checks that the farm wants to see, as far as their names go.
proc ::guest::Names {} {
    set names {}
    if {[info exists ::acre::required::POINTS]} {
        foreach {word least} $::acre::required::POINTS {
            for {set i 0} {$i < $least} {incr i} {
                lappend names "$word so-and-so"
            }
        }
    }
    return $names
}

proc ::guest::Serial {guest oracle entries} {
    variable owners
    set names [Names]
    set lines [list "# acre 0.1.0" "# mark stage1 100" $::layout::PROTO_TAP_VERSION 1..[expr {[llength $names] + 2}] \
        "ok 1 - machine: facts" "  ---" \
        "  ebda-pointer: [format 0x%x [dict get $guest ebda]]" "  base-memory-kib: [dict get $guest basemem]" \
        "  low-limit: [format 0x%x [dict get $oracle low-limit]]" "  phys-bits: 40" \
        "  map-source: [dict get $oracle map-source]" "  entries: [dict get $oracle entries-seen]" "  ..." \
        "ok 2 - ledger: sum" "  ---" "  usable-frames: [dict get $oracle frames]" \
        "  usable-frames-above-1m: [dict get $oracle frames-above-1m]" "  ..."]
    set number 2
    foreach name $names {
        lappend lines "ok [incr number] - $name"
    }
    foreach entry $entries {
        lassign $entry base limit type
        set length [expr {($limit - $base) & 0xffffffffffffffff}]
        lappend lines [format "# e820 0x%llx 0x%llx %lld 0x1" $base $length $type]
    }
    foreach run [dict get $oracle usable] {
        lappend lines [format "# usable 0x%llx 0x%llx" {*}$run]
    }
    lappend lines "# ledger free [expr {[dict get $oracle frames] - 11}]"
    foreach {owner frames} $owners {
        lappend lines "# ledger $owner $frames"
    }
    lappend lines "# ledger total [dict get $oracle frames]"
    foreach run [dict get [walk $guest] runs] {
        lappend lines "# mapping [::acre::pagewalk::text $run]"
    }
    return "[join [concat $lines "{# exit 0}"] \n]\n"
}

# What Bochs says of one page.
proc ::guest::page {guest address} {
    foreach run [dict get [walk $guest] runs] {
        lassign $run base limit phys size flags
        if {$base <= $address && $address < $limit} {
            set rights "[expr {[string match *u $flags] ? "U" : "S"}] [expr {[string match *w* $flags] ? "W" : "R"}] P"
            return [format "PML4: 0x0 ps A pcd pwt %s\n PTE: 0x0 g pat d A pcd pwt %s\nlinear page 0x%llx maps to\
                physical page 0x%012llx\n" $rights $rights $address [expr {$phys + $address - $base}]]
        }
    }
    return "physical address not available for linear $address\n"
}

# What drive.tcl offers while a guest stands still, for the guest in ::guest::stopped.
proc ::guest::stop {guest} {
    variable stopped $guest
    namespace eval ::acre::drive {}
    proc ::acre::drive::readphys {handle address length} {
        return [::guest::read $::guest::stopped $address $length]
    }
    proc ::acre::drive::monitor {handle command} {
        if {[lindex $command 0] eq "page"} {
            return [::guest::page $::guest::stopped [lindex $command 1]]
        }
        if {[lindex $command 0] in {pmemsave writemem}} {
            return "no file is written here"
        }
        return [dict get $::guest::stopped [lindex $command end]]
    }
    proc ::acre::drive::monitors {handle commands} {
        return [lmap command $commands {::acre::drive::monitor $handle $command}]
    }
    proc ::acre::drive::registers {handle} {
        return [dict get $::guest::stopped registers]
    }
}

# The findings of an audit of GUEST, whose serial log may be spoilt, on a map of ENTRIES.
proc ::guest::audit {guest entries {emulator qemu} {cpu ""}} {
    stop $guest
    set report [::acre::compare::report [::acre::tap::parse [dict get $guest serial]]]
    set usable [dict get [::acre::oracle::judge $entries {} {}] usable]
    set taken [::acre::audit::take test $emulator [tap::tmp]]
    return [::acre::audit::judge [::acre::audit::look $taken] $report $usable $cpu]
}
