# SPDX-License-Identifier: Apache-2.0
#
# audit.tcl: what the guest really is, seen from outside, against what it says and what the map allows.
#
# `take` runs while the guest stands at acre_audit_point: it takes the registers, reads the page tables as physical
# memory, asks the emulator for its own list of mappings and reads two words of the BIOS data area.  `look` walks the
# tables and reads the list when the guest goes on; `judge` runs when the whole report is known.  Both need no emulator.
# A finding is one line: "audit: WHAT: expected X, got Y".  No finding is the only good answer.
#
# A report is the dict of tap.tcl; runs are pagewalk.tcl's.

::acre::paths::use frames auditowners

namespace eval ::acre::audit {
    variable CR0_WP 0x10000
    variable EFER_NXE 0x800
    # What a CPU model must have switched on in CR4: name and bit.
    variable CR4_BITS {umip 0x800 smep 0x100000 smap 0x200000}
}

# take HANDLE EMULATOR DIR -> what `look` needs: only what has to be asked while the guest stands still, since it takes
# time that the guest could run in.  DIR is the case's directory.  Raises what the driver raises: that is the emulator's
# fault, not the guest's.
proc ::acre::audit::take {handle emulator dir} {
    set taken [dict create emulator $emulator registers [::acre::drive::registers $handle] \
        listed [::acre::listing::ask $handle $emulator]]
    set where ""
    if {$emulator eq "bochs"} {
        set where [dict get [::acre::listing::read bochs [dict get $taken listed]] where]
    }
    ::acre::physmem::open $emulator $handle $dir $where
    set reader [list ::acre::physmem::read $emulator $handle $dir]
    if {$emulator eq "qemu"} {
        ::acre::physmem::fetch $handle $dir [list $::layout::LAYOUT_BDA_EBDA_BASE [dict get $taken registers cr3]]
    }
    ::acre::pagewalk::gather $reader [dict get $taken registers cr3]
    binary scan [{*}$reader $::layout::LAYOUT_BDA_EBDA_BASE 7] su@5su ebda basemem
    set taken [dict merge $taken [dict create reader $reader ebda $ebda basemem $basemem]]
    if {$emulator eq "bochs"} {
        set taken [look $taken]
        dict set taken list where [::acre::listing::complete $handle $where [dict get $taken walk runs]]
    }
    ::acre::physmem::close
    return $taken
}

# look TAKEN -> a snapshot, dict: registers, walk (pagewalk::walk's), list (the emulator's own, listing.tcl), ebda and
# basemem (words at 0x40e and 0x413).  A snapshot itself is given back as it is.
proc ::acre::audit::look {taken} {
    if {[dict exists $taken walk]} {
        return $taken
    }
    set nx [No_execute [dict get $taken registers]]
    dict set taken list [::acre::listing::read [dict get $taken emulator] [dict get $taken listed]]
    dict set taken walk [::acre::pagewalk::walk [dict get $taken reader] [dict get $taken registers cr3] $nx]
    return $taken
}

# judge SNAPSHOT REPORT USABLE CPU -> list of findings.
#   REPORT  dict with mapping (runs), ledger (owner frames ...), facts (of "machine: facts")
#   USABLE  the oracle's {base limit} list;  CPU  the model asked for, or ""
proc ::acre::audit::judge {snapshot report usable cpu} {
    set walk [dict get $snapshot walk]
    set runs [dict get $walk runs]
    set findings [dict get $walk findings]
    lappend findings {*}[Control [dict get $snapshot registers] [dict get $report facts] $cpu]
    lappend findings {*}[Words $snapshot [dict get $report facts]]
    lappend findings {*}[Same "kernel's mapping" [dict get $report mapping] $runs]
    lappend findings {*}[Listed [dict get $snapshot list] $runs]
    lappend findings {*}[Rights $runs [dict get $snapshot registers]]
    lappend findings {*}[::acre::frames::judge $runs [dict get $walk tables] $usable]
    lappend findings {*}[::acre::auditowners::judge $walk [dict get $report ledger] \
        [No_execute [dict get $snapshot registers]]]
    return [lmap finding $findings {string cat "audit: " $finding}]
}

# Whether no-execute is on.
proc ::acre::audit::No_execute {registers} {
    variable EFER_NXE
    return [expr {([dict get $registers efer] & $EFER_NXE) != 0}]
}

# The control registers: WP always, NXE and CR4's protections where the CPU has them.
proc ::acre::audit::Control {registers facts cpu} {
    variable CR0_WP
    variable CR4_BITS
    set findings {}
    if {!([dict get $registers cr0] & $CR0_WP)} {
        lappend findings "CR0.WP: expected set, got [dict get $registers cr0]"
    }
    if {![string match *-nx* $cpu] && ![No_execute $registers]} {
        lappend findings "EFER.NXE: expected set, got [dict get $registers efer]"
    }
    if {$cpu eq "max"} {
        foreach {name bit} $CR4_BITS {
            if {!([dict get $registers cr4] & $bit)} {
                lappend findings "CR4 [string toupper $name]: expected set, got [dict get $registers cr4]"
            }
        }
    }
    return $findings
}

# The BIOS data area's words against the facts that the kernel reported.
proc ::acre::audit::Words {snapshot facts} {
    set findings {}
    foreach {key field} {ebda-pointer ebda base-memory-kib basemem} {
        set got [Get $facts $key none]
        if {$got eq "none" || $got != [dict get $snapshot $field]} {
            lappend findings [format "%s: expected 0x%x (the word in memory), got %s" $key \
                [dict get $snapshot $field] $got]
        }
    }
    return $findings
}

# Two lists of runs that must say the same: what only one of them has is a finding.
proc ::acre::audit::Same {what said real} {
    set findings {}
    set said [lmap run [::acre::pagewalk::normal $said] {::acre::pagewalk::text $run}]
    set real [lmap run [::acre::pagewalk::normal $real] {::acre::pagewalk::text $run}]
    foreach run $real {
        if {$run ni $said} {
            lappend findings "$what: expected $run, got nothing"
        }
    }
    foreach run $said {
        if {$run ni $real} {
            lappend findings "$what: expected nothing, got $run"
        }
    }
    return $findings
}

# The emulator's list against the walk: frames page by page, rights where the emulator tells them.
proc ::acre::audit::Listed {listing runs} {
    set walked [::acre::listing::Join3 [lmap run $runs {lrange $run 0 2}]]
    set findings [Differ "emulator's frames" [dict get $listing where] $walked]
    if {[dict get $listing rights] ne ""} {
        set rights [lmap run $runs {
            lassign $run base limit phys size flags
            list $base $limit [string match *w* $flags] [string match *u $flags]
        }]
        lappend findings {*}[Differ "emulator's rights" [JoinRights [dict get $listing rights]] [JoinRights $rights]]
    }
    return $findings
}

proc ::acre::audit::Differ {what listed walked} {
    set findings {}
    foreach run $listed {
        if {$run ni $walked} {
            lappend findings "$what: expected what the tables say, got [Hex $run]"
        }
    }
    foreach run $walked {
        if {$run ni $listed} {
            lappend findings "$what: expected [Hex $run], got nothing"
        }
    }
    return $findings
}

# Sorted {base limit w u} runs with equal neighbours joined.
proc ::acre::audit::JoinRights {runs} {
    set joined {}
    foreach run $runs {
        lassign $run base limit w u
        lassign [lindex $joined end] lbase llimit lw lu
        if {$llimit eq $base && $lw == $w && $lu == $u} {
            lset joined end [list $lbase $limit $w $u]
        } else {
            lappend joined $run
        }
    }
    return $joined
}

# No page writable and executable, none for users in the kernel half, nothing at all in the user half after boot.
proc ::acre::audit::Rights {runs registers} {
    set findings {}
    foreach run $runs {
        lassign $run base limit phys size flags
        if {[string match *wx* $flags] && [No_execute $registers]} {
            lappend findings "W^X: expected no page writable and executable, got [::acre::pagewalk::text $run]"
        }
        if {$base < $::layout::LAYOUT_USER_LIMIT} {
            lappend findings "user half: expected nothing mapped, got [::acre::pagewalk::text $run]"
        } elseif {[string match *u $flags]} {
            lappend findings "kernel half: expected no user page, got [::acre::pagewalk::text $run]"
        }
    }
    lappend findings {*}[Text $runs]
    return $findings
}

# The kernel's text stands at KERNEL_BASE and may be executed, not written.
proc ::acre::audit::Text {runs} {
    foreach run $runs {
        if {[lindex $run 0] <= $::layout::LAYOUT_KERNEL_BASE && $::layout::LAYOUT_KERNEL_BASE < [lindex $run 1]} {
            set flags [lindex $run 4]
            return [expr {$flags eq "r-x" ? "" : [list "kernel text: expected r-x, got $flags"]}]
        }
    }
    return [list [format "kernel text: expected r-x at 0x%llx, got nothing" $::layout::LAYOUT_KERNEL_BASE]]
}

proc ::acre::audit::Hex {run} {
    return [lmap number $run {format 0x%llx $number}]
}

# Not by expr, which would rewrite 0x9fc0 as a decimal number.
proc ::acre::audit::Get {dictionary key default} {
    if {[dict exists $dictionary $key]} {
        return [dict get $dictionary $key]
    }
    return $default
}
