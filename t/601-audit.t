#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The outside audit over made-up guests: a sound one has no finding; every thing that is wrong is found and named.

source [file join [file dirname [info script]] tap.tcl]
tap::plan 34
source [::acre::paths::get layout]
::acre::paths::use interval quirks oracle patterns tap pagewalk listing physmem audit compare
source [file join $::env(srcdir) farm-guest.tcl]

set entries {{0 0x9fc00 1} {0x100000 0x4000000 1} {0x4000000 0x4100000 2}}
set good [guest::make $entries {}]
set NX [expr {1 << 63}]
# Tables of the guest, by what they are.
foreach {name at} {pml4 0 pdpt 1 pd 2 pt 3 pages_pd 4 pages_pt 5} {
    set $name [expr {[dict get $good first] + $at * 4096}]
}

# spoilt TABLE INDEX VALUE: the guest with that entry; its kernel's and its emulator's lists and the ledger's data
# frames true to it, and its findings.
proc spoilt {table index value {emulator qemu}} {
    global good entries
    set guest [guest::lists [guest::entry $good $table $index $value]]
    set said [join [lmap run [dict get [guest::walk $guest] runs] {
        string cat "# mapping " [::acre::pagewalk::text $run]}] \n]
    dict set guest serial [regsub -all {# mapping [^\n]*\n} [dict get $guest serial] ""]
    dict set guest serial [string map [list "# exit" "$said\n# exit" "kernel-data 2" "kernel-data [data $guest]"] \
        [dict get $guest serial]]
    return [join [guest::audit $guest $entries $emulator] \n]
}
# data GUEST: its writable pages below the PAGES window.
proc data {guest} {
    set pages 0
    foreach run [dict get [guest::walk $guest] runs] {
        lassign $run base limit phys size flags
        incr pages [expr {$flags eq "rw-" && $limit <= $::layout::LAYOUT_PAGES_BASE ? ($limit - $base) / $size : 0}]
    }
    return $pages
}
# reported FROM TO: findings when the kernel says TO where it should say FROM.
proc reported {from to} {
    global good entries
    set serial [dict get $good serial]
    if {[string first $from $serial] < 0} {
        error "not in the log: $from"
    }
    return [join [guest::audit [dict replace $good serial [string map [list $from $to] $serial]] $entries] \n]
}
# with KEY... VALUE: findings when something else of the guest is other.
proc with {args} {
    global good entries
    set guest $good
    dict set guest {*}$args
    return [join [guest::audit $guest $entries] \n]
}

tap::is [guest::audit $good $entries qemu] {} "a sound guest under QEMU"
tap::is [guest::audit $good $entries bochs] {} "a sound guest under Bochs"

# What the tables allow.
tap::like [spoilt $pt 0 [expr {0x106003}]] "*W^X: expected no page writable and executable, got 0x*" "a page w and x"
tap::like [spoilt $pt 0 [expr {0x106003}] bochs] "*W^X: expected no page*" "a page w and x under Bochs"
tap::is [spoilt $pt 9 [expr {0x10f007 | $NX}]] "" "a user bit that the levels above overrule makes no user page"
set guest $good
foreach {table index value} [list $pml4 511 0x101007 $pdpt 510 0x102007 $pd 0 0x103007 $pt 9 [expr {0x10f007 | $NX}]] {
    set guest [guest::entry $guest $table $index $value]
}
tap::like [join [guest::audit [guest::lists $guest] $entries] \n] \
    "*kernel half: expected no user page, got 0xffffffff80009000*" "a user page in the kernel half"
tap::like [spoilt $pml4 0 0x101003] "*twice*" "tables that two slots of the root share"
set guest $good
foreach {table index value} [list $pml4 0 0x110003 0x110000 0 0x111003 0x111000 0 0x112003 0x112000 0 \
        [expr {0x113003 | $NX}]] {
    set guest [guest::entry $guest $table $index $value]
}
tap::like [join [guest::audit [guest::lists $guest] $entries] \n] \
    "*user half: expected nothing mapped, got 0x0 0x1000*" "page 0 mapped"
tap::like [spoilt $pt 9 [expr {0x4000003 | $NX}]] "*mapped frames: expected usable memory, got 0xffffffff80009000*" \
    "a reserved frame mapped"
tap::like [spoilt $pt 9 [expr {0xb8003 | $NX}]] "*mapped frames: expected usable memory*" "the screen mapped"
tap::like [spoilt $pt 9 [expr {0x9f003 | $NX}]] "*mapped frames: expected usable memory*" "the EBDA's frame mapped"
tap::is [spoilt $pt 9 [expr {0x10f003 | $NX}]] "" "one more page in usable memory is no finding here"
tap::like [spoilt $pt 0 [expr {0x106001 | $NX}]] "*kernel text: expected r-x, got r--*" \
    "the kernel's text not executable"
tap::like [spoilt $pdpt 510 0] "*kernel text: expected r-x at 0xffffffff80000000, got nothing*" "no kernel text"
set guest $good
foreach index {0 1 2 3} {
    set guest [guest::entry $guest 0x4000000 $index 0]
}
tap::like [join [guest::audit [guest::lists [guest::entry $guest $pml4 300 0x4000003]] $entries] \n] \
    "*page table: expected usable memory, got frame 0x4000000*" "a page table in reserved memory"

# The window and the ledger.
tap::like [spoilt $pages_pt 3 0] "*PAGES window: expected the 6 table frames, got 5 pages, such as 0x103000*" \
    "a table that the PAGES window lacks"
tap::like [spoilt $pages_pt 6 [expr {0x10f003 | $NX}]] "*PAGES window: expected the 6 table frames, got 7 pages*" \
    "a frame in the PAGES window that is no table"
tap::like [spoilt $pages_pt 6 [expr {0x100003 | $NX}]] "*got 7 pages, some twice*" "a table twice in the PAGES window"
tap::like [reported "page-tables-pt 2" "page-tables-pt 1"] \
    "*page-tables-pt: expected 2 (walked), got 1 in the ledger*" "the ledger one table short"
tap::like [reported "kernel-rodata 1" "kernel-rodata 2"] "*ledger kernel-rodata: expected 1 (mapped), got 2*" \
    "the ledger one frame of rodata too many"
set levels "page-tables-pd %d\n# ledger page-tables-pdpt %d"
tap::like [reported [format $levels 2 1] [format $levels 1 2]] \
    "*page-tables-pd: expected 2 (walked), got 1*page-tables-pdpt: expected 1 (walked), got 2*" \
    "the right number of tables under wrong levels"
set backed [lsearch -exact [::acre::auditowners::names] heap-backed]
tap::like [spoilt $pt 4 [expr {0x10a003 | $NX | ($backed << 52)}]] \
    "*ledger heap-backed: expected 1 (leaves that carry its number), got 0*" "a leaf that says it is a heap's"
tap::like [spoilt $pt 4 [expr {0x10a003 | $NX | (100 << 52)}]] \
    "*page tables: expected owners below *, got 100*" "a leaf that says it is nobody's"
tap::like [reported "kernel-data 2" "heap-general 2"] \
    "*ledger heap-general: expected 0 (leaves*), got 2*expected 0 (mapped), got 2*expected 2 (mapped), got 0*" \
    "the ledger's data frames under another owner"

# What the kernel says.
tap::like [reported "# mapping 0xffffffff80002000 0xffffffff80003000 0x108000 4k r--\n" ""] \
    "*kernel's mapping: expected 0xffffffff80002000 *, got nothing" "a mapping that the kernel keeps to itself"
tap::like [reported "0x108000 4k r--" "0x109000 4k r--"] "*kernel's mapping: expected nothing, got * 0x109000 4k r--*" \
    "another frame than the kernel says"
tap::like [reported "0x108000 4k r--" "0x108000 4k rw-"] "*kernel's mapping*" "other rights than the kernel says"
tap::like [reported "ebda-pointer: 0x9fc0" "ebda-pointer: 0x9fc1"] \
    "*ebda-pointer: expected 0x9fc0 (the word in memory), got 0x9fc1" "another EBDA pointer than in memory"
tap::like [reported "base-memory-kib: 639" "base-memory-kib: 640"] "*base-memory-kib: expected 0x27f*, got 640" \
    "another base memory than in memory"

# What the emulator says.
set tlb [dict get $good tlb]
tap::like [with tlb [string map {0000000000108000 0000000000109000} $tlb]] "*emulator's frames*" \
    "QEMU's list has another frame"
tap::like [with mem [string map {-r- -rw} [dict get $good mem]]] "*emulator's rights*" "QEMU's list has other rights"

# Registers.
tap::like [with registers cr0 0x80000011] "*CR0.WP: expected set, got 0x80000011*" "CR0.WP clear"
tap::like [with registers efer 0x500] "*EFER.NXE: expected set, got 0x500*" "EFER.NXE clear on a CPU with NX"
dict set good registers cr4 0x20
tap::like [join [guest::audit $good $entries qemu max] \n] "*CR4 UMIP: expected set*CR4 SMEP*CR4 SMAP*" \
    "CR4's protections off on a CPU that has them"
tap::done
