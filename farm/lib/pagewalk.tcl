# SPDX-License-Identifier: Apache-2.0
#
# pagewalk.tcl: the four-level page tables of a stopped guest, read from outside.
#
# The walk trusts nothing but CR3 and what physical memory holds: it is the second opinion on the kernel's `# mapping`
# lines and on the emulator's own list.  Tables are read whole, each once; equal neighbours are joined into runs, so a
# terabyte of one kind of mapping is one line.
#
#   entry  63  62..52  51..12   11..9  8  7   6 5 4 3  2  1  0
#          NX  slot    address  slot   G  PS           U  W  P      of a table
#          NX  owner   address         G  PS           U  W  P      of a page: bits 52..58 say whose its frame is
#
# A "run" is a list {base limit phys size flags}: virtual bytes [base, limit), the first one's physical address, bytes a
# page (0x1000, 0x200000, 0x40000000), and flags "rwx" with "-" for what is not allowed and "u" after it for user pages.

namespace eval ::acre::pagewalk {
    variable ADDRESS_MASK 0x000ffffffffff000
    variable OWNER_SHIFT 52
    variable OWNER_MASK 0x7f
    variable CANONICAL_BIT 0x800000000000
    variable CANONICAL_FILL 0xffff000000000000
}

# walk READER CR3 NX -> dict: tables (frames' addresses in the order met), levels (level -> how many tables), owners
# (owner's number -> 4 KiB pages), runs, findings.
#   READER  command prefix; called with PHYS BYTES, returns that many bytes or raises an error
#   CR3     the register's value
#   NX      1 when EFER.NXE is set; without it bit 63 means nothing and every page may be executed
# Never raises for what the tables hold: a table that cannot be read or stands twice in the tree is a finding.
proc ::acre::pagewalk::walk {reader cr3 nx} {
    variable ADDRESS_MASK
    set state [dict create reader $reader nx $nx tables {} seen {} runs {} last {} findings {} levels {} owners {}]
    Table state [expr {$cr3 & $ADDRESS_MASK}] 4 0 1 0 1
    Close state
    return [dict filter $state key tables levels owners runs findings]
}

# gather READER CR3: reads every table that `walk` will read, and nothing else is done: for a READER that keeps what it
# read, so that the walk can be made when the guest has gone on.
proc ::acre::pagewalk::gather {reader cr3} {
    variable ADDRESS_MASK
    set seen [dict create]
    set tables [list [expr {$cr3 & $ADDRESS_MASK}]]
    for {set level 4} {$level > 0} {incr level -1} {
        set below {}
        foreach phys $tables {
            if {[dict exists $seen $phys]} continue
            dict set seen $phys 1
            if {[catch {{*}$reader $phys 4096} bytes] || $level == 1 || ![binary scan $bytes w512 entries]} continue
            foreach entry [lsearch -all -inline -not -integer -exact $entries 0] {
                if {($entry & 1) && ($level == 4 || !($entry & 0x80))} {
                    lappend below [expr {$entry & $ADDRESS_MASK}]
                }
            }
        }
        set tables $below
    }
}

# Walks the table at PHYS of LEVEL (4 is the root), whose first entry translates virtual address BASE; W, X, U are what
# the levels above allow (X counts as forbidden: 1 once a level said NX).
proc ::acre::pagewalk::Table {stateVar phys level base w nx u} {
    upvar 1 $stateVar state
    if {[dict exists $state seen $phys]} {
        dict lappend state findings [format "page table 0x%x: expected once in the tree, got it twice" $phys]
        return
    }
    dict set state seen $phys $level
    dict lappend state tables $phys
    Count state levels $level 1
    if {[catch {{*}[dict get $state reader] $phys 4096} bytes] || [string length $bytes] != 4096} {
        dict lappend state findings [format "page table 0x%x: expected 4096 readable bytes, got none" $phys]
        return
    }
    Entries state $bytes $level $base $w $nx $u
}

proc ::acre::pagewalk::Entries {stateVar bytes level base w nx u} {
    upvar 1 $stateVar state
    variable ADDRESS_MASK
    variable OWNER_SHIFT
    variable OWNER_MASK
    set span [expr {1 << (12 + 9 * ($level - 1))}]
    set index -1
    binary scan $bytes w512 entries
    foreach entry $entries {
        incr index
        if {!($entry & 1)} continue
        set virtual [Canonical [expr {$base + $index * $span}]]
        set ew [expr {$w && ($entry & 2)}]
        set eu [expr {$u && ($entry & 4)}]
        set enx [expr {$nx || ($entry < 0 && [dict get $state nx])}]
        if {$level == 1 || ($level < 4 && ($entry & 0x80))} {
            Count state owners [expr {($entry >> $OWNER_SHIFT) & $OWNER_MASK}] [expr {$span >> 12}]
            Page state $virtual $span [expr {$entry & $ADDRESS_MASK & ~($span - 1)}] $ew $enx $eu
        } else {
            Table state [expr {$entry & $ADDRESS_MASK}] [expr {$level - 1}] $virtual $ew $enx $eu
        }
    }
}

# Adds NUMBER to what state's dictionary KEY has for NAME.
proc ::acre::pagewalk::Count {stateVar key name number} {
    upvar 1 $stateVar state
    set before [expr {[dict exists $state $key $name] ? [dict get $state $key $name] : 0}]
    dict set state $key $name [expr {$before + $number}]
}

# Adds one page to the run being built, or starts the next one.
proc ::acre::pagewalk::Page {stateVar virtual size phys w nx u} {
    upvar 1 $stateVar state
    set flags r[expr {$w ? "w" : "-"}][expr {$nx ? "-" : "x"}][expr {$u ? "u" : ""}]
    lassign [dict get $state last] base limit start runsize runflags
    if {$limit eq $virtual && $runsize == $size && $runflags eq $flags && $start + $limit - $base == $phys} {
        dict set state last [list $base [expr {$limit + $size}] $start $size $flags]
    } else {
        Close state
        dict set state last [list $virtual [expr {$virtual + $size}] $phys $size $flags]
    }
}

proc ::acre::pagewalk::Close {stateVar} {
    upvar 1 $stateVar state
    if {[dict get $state last] ne ""} {
        dict lappend state runs [dict get $state last]
    }
    dict set state last {}
}

proc ::acre::pagewalk::Canonical {address} {
    variable CANONICAL_BIT
    variable CANONICAL_FILL
    return [expr {$address & $CANONICAL_BIT ? $address | $CANONICAL_FILL : $address}]
}

# normal RUNS -> the same runs sorted by base, with neighbours joined that continue each other in every respect.  Two
# lists that say the same thing in other pieces become equal.
proc ::acre::pagewalk::normal {runs} {
    set state [dict create runs {} last {}]
    foreach run [lsort -command ::acre::pagewalk::Order $runs] {
        lassign $run base limit phys size flags
        lassign [dict get $state last] lbase llimit lphys lsize lflags
        if {$llimit eq $base && $lsize == $size && $lflags eq $flags && $lphys + $llimit - $lbase == $phys} {
            dict set state last [list $lbase $limit $lphys $size $flags]
        } else {
            Close state
            dict set state last $run
        }
    }
    Close state
    return [dict get $state runs]
}

# By base.  Not lsort -integer, which knows 64 bits with a sign only.
proc ::acre::pagewalk::Order {a b} {
    set a [lindex $a 0]
    set b [lindex $b 0]
    return [expr {$a < $b ? -1 : $a > $b}]
}

# text RUN -> the run as a `# mapping` line has it: "0xBASE 0xLIMIT 0xPHYS SIZE FLAGS".
proc ::acre::pagewalk::text {run} {
    lassign $run base limit phys size flags
    return [format "0x%llx 0x%llx 0x%llx %s %s" $base $limit $phys [size_word $size] $flags]
}

# size_word BYTES -> 4k, 2m, 1g; size_bytes WORD is the way back (an unknown word raises an error).
proc ::acre::pagewalk::size_word {bytes} {
    return [dict get {4096 4k 2097152 2m 1073741824 1g} [expr {int($bytes)}]]
}
proc ::acre::pagewalk::size_bytes {word} {
    return [dict get {4k 4096 2m 2097152 1g 1073741824} $word]
}
