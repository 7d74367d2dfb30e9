# SPDX-License-Identifier: Apache-2.0
#
# listing.tcl: the emulators' own lists of mappings, as runs that can be compared with a walk of the tables.
#
# QEMU's `info tlb` has the frames and `info mem` the rights that hold over all levels; Bochs' `info tab` has the
# frames.  Addresses are made canonical: QEMU writes 48-bit ones of the upper half with or without their sign.

namespace eval ::acre::listing {
    variable ADDRESS_END 0x10000000000000000
    variable UNLISTED_LIMIT 0xffffff8000000000
}

# ask HANDLE EMULATOR -> the emulator's own words, for `read`: all that has to be asked while the guest stands still.
proc ::acre::listing::ask {handle emulator} {
    return [::acre::drive::monitors $handle [expr {$emulator eq "bochs" ? {"info tab"} : {"info tlb" "info mem"}}]]
}

# read EMULATOR WORDS -> dict: where ({base limit phys} runs), rights ({base limit w u} runs; "" from Bochs).
proc ::acre::listing::read {emulator words} {
    lassign $words where rights
    if {$emulator eq "bochs"} {
        return [dict create where [bochs_tab $where] rights ""]
    }
    return [dict create where [qemu_tlb $where] rights [qemu_mem $rights]]
}

# complete HANDLE WHERE RUNS -> WHERE with what Bochs 2.7's `info tab` steps over: the PML4 slots of the upper half but
# the last (seen: pages at 0xffff800040000000 and in the slots of all tags that `page` shows and `info tab` does not).
# Bochs is asked about both ends of those RUNS of the walk that lie there.
proc ::acre::listing::complete {handle where runs} {
    variable UNLISTED_LIMIT
    set ends [concat {*}[lmap run $runs {
        lassign $run base limit
        if {$base < $::layout::LAYOUT_KMEM_BASE || $base >= $UNLISTED_LIMIT} continue
        list $base [expr {$limit - 4096}]
    }]]
    set pages [::acre::drive::monitors $handle [lmap end $ends {format "page 0x%llx" $end}]]
    foreach {base end} $ends {first last} $pages {
        set first [bochs_page $first]
        set last [bochs_page $last]
        if {$first ne ""} {
            lappend where [list $base [expr {$last eq "" ? $base + 4096 : $base + $last - $first + 4096}] $first]
        }
    }
    return [Join3 $where]
}

# bochs_page TEXT -> the physical page of the page asked about, or "" if it is not mapped.
proc ::acre::listing::bochs_page {text} {
    if {![regexp -line {^linear page 0x[0-9a-f]+ maps to physical page 0x([0-9a-f]+)\s*$} $text - phys]} {
        return ""
    }
    scan $phys %llx page
    return $page
}

# qemu_tlb TEXT: lines "VIRT: PHYS X-PDA---UW" (one a page) -> runs {base limit phys}.  The P flag marks a large page,
# whose size the line does not tell: it is the alignment that both addresses have.
proc ::acre::listing::qemu_tlb {text} {
    set runs {}
    foreach {- virtual phys flags} [regexp -all -inline -line {^([0-9a-f]+): ([0-9a-f]+) ([-A-Z]+)\s*$} $text] {
        scan $virtual %llx base
        scan $phys %llx start
        set size 0x1000
        if {[string index $flags 2] eq "P"} {
            set size [expr {($base | $start) & 0x3fffffff ? 0x200000 : 0x40000000}]
        }
        lappend runs [list $base [expr {$base + $size}] $start]
    }
    return [Join3 $runs]
}

# qemu_mem TEXT: lines "BASE-LIMIT SIZE urw" -> runs {base limit w u}.
proc ::acre::listing::qemu_mem {text} {
    set runs {}
    foreach {- from to flags} [regexp -all -inline -line {^([0-9a-f]+)-([0-9a-f]+) [0-9a-f]+ ([-urw]+)\s*$} $text] {
        scan $from %llx base
        scan $to %llx limit
        lappend runs [list [Sign $base] [End [Sign $limit]] [string match *w* $flags] [string match *u* $flags]]
    }
    return $runs
}

# bochs_tab TEXT: lines "0xBASE-0xLAST -> 0xPHYS-0xPHYSLAST" -> runs {base limit phys}.
proc ::acre::listing::bochs_tab {text} {
    set runs {}
    foreach {- from last phys} [regexp -all -inline -line \
            {^0x([0-9a-f]+)-0x([0-9a-f]+) -> 0x([0-9a-f]+)-0x[0-9a-f]+\s*$} $text] {
        scan $from %llx base
        scan $last %llx end
        scan $phys %llx start
        lappend runs [list $base [expr {$end + 1}] $start]
    }
    return [Join3 $runs]
}

proc ::acre::listing::Sign {address} {
    return [::acre::pagewalk::Canonical $address]
}
proc ::acre::listing::End {limit} {
    variable ADDRESS_END
    return [expr {$limit == 0 ? $ADDRESS_END : $limit}]
}

# Sorts {base limit phys} runs and joins those that continue each other.
proc ::acre::listing::Join3 {runs} {
    set full [lmap run $runs {
        lassign $run base limit phys
        list [Sign $base] [expr {[Sign $base] + $limit - $base}] $phys 4096 ---
    }]
    return [lmap run [::acre::pagewalk::normal $full] {lrange $run 0 2}]
}

