# SPDX-License-Identifier: Apache-2.0
#
# compare.tcl: every number that the kernel reports against the map that was served and the oracle's answer.
#
# The kernel's own "ok" is not believed here: a point may be ok and its figure wrong.  A finding is one line:
# "WHAT: expected X, got Y".  Nothing here touches an emulator or a file.

namespace eval ::acre::compare {}

# report TAP -> what the kernel said, as numbers; TAP is tap.tcl's dict:
#   e820 {base length type}   usable {base limit}   mapping (pagewalk's runs)   ledger owner frames ...
#   facts and sum: the YAML of the points "machine: facts" and "ledger: sum", empty when there is no such point
proc ::acre::compare::report {tap} {
    set report [dict create facts [dict get $tap facts] ledger [dict get $tap ledger] sum {}]
    dict set report e820 [lmap entry [dict get $tap e820] {Numbers [lrange $entry 0 2]}]
    dict set report usable [lmap run [dict get $tap usable] {Numbers $run}]
    dict set report mapping [lmap run [dict get $tap mappings] {
        lassign $run base limit phys size flags owner
        # The last byte of the address space has no limit in 64 bits: it is written as 0.
        set limit [expr {$limit == 0 ? 1 << 64 : $limit}]
        concat [Numbers [list $base $limit $phys [::acre::pagewalk::size_bytes $size]]] $flags $owner
    }]
    foreach point [dict get $tap points] {
        if {[dict get $point desc] eq "ledger: sum"} {
            dict set report sum [dict get $point yaml]
        }
    }
    return $report
}

proc ::acre::compare::Numbers {words} {
    return [lmap word $words {expr {$word + 0}}]
}

# judge REPORT ORACLE SERVED -> list of findings.
#   ORACLE  what oracle.tcl says for this map (usable, frames, frames-above-1m)
#   SERVED  list of {base length type} that the kernel must have seen, in order; "" when the map is the emulator's own
proc ::acre::compare::judge {report oracle served} {
    set findings {}
    if {$served ne ""} {
        lappend findings {*}[Entries [dict get $report e820] $served]
    }
    lappend findings {*}[Facts [dict get $report facts] $oracle]
    lappend findings {*}[Runs "usable run" [dict get $report usable] [dict get $oracle usable]]
    lappend findings {*}[Sum $report $oracle]
    lappend findings {*}[Ledger [dict get $report ledger] [dict get $oracle frames]]
    return $findings
}

# Entry by entry, in the BIOS's order.
proc ::acre::compare::Entries {said served} {
    set findings {}
    if {[llength $said] != [llength $served]} {
        lappend findings "e820 entries: expected [llength $served], got [llength $said]"
    }
    set index 0
    foreach got $said want $served {
        incr index
        if {$got ne "" && $want ne "" && [lrange $got 0 2] ne $want} {
            lappend findings "e820 entry $index: expected [Entry $want], got [Entry $got]"
        }
    }
    return $findings
}

proc ::acre::compare::Entry {entry} {
    lassign $entry base length type
    return [format "0x%llx 0x%llx %lld" $base $length $type]
}

# The way the map was got, and where low memory ends.
proc ::acre::compare::Facts {facts oracle} {
    set findings {}
    foreach key {map-source low-limit} {
        set got [::acre::audit::Get $facts $key nothing]
        set want [dict get $oracle $key]
        if {$got ne $want && !([string is entier -strict $got] && $got == $want)} {
            set want [expr {[string is entier $want] ? [format 0x%llx $want] : $want}]
            lappend findings "$key: expected $want, got $got"
        }
    }
    return $findings
}

# Two lists of {base limit}, run by run.
proc ::acre::compare::Runs {what said wanted} {
    set findings {}
    foreach run $wanted {
        if {$run ni $said} {
            lappend findings [format "%s: expected 0x%llx 0x%llx, got nothing" $what {*}$run]
        }
    }
    foreach run $said {
        if {$run ni $wanted} {
            lappend findings [format "%s: expected nothing, got 0x%llx 0x%llx" $what {*}$run]
        }
    }
    if {$findings eq "" && $said ne $wanted} {
        lappend findings "$what: expected ascending order, each once, got another"
    }
    return $findings
}

# The figures of "ledger: sum" and the total of the usable runs.
proc ::acre::compare::Sum {report oracle} {
    set findings {}
    foreach {key field} {usable-frames frames usable-frames-above-1m frames-above-1m} {
        set got [::acre::audit::Get [dict get $report sum] $key nothing]
        if {![string is entier -strict $got] || $got != [dict get $oracle $field]} {
            lappend findings "$key: expected [dict get $oracle $field], got $got"
        }
    }
    return $findings
}

# The owners' sum, the total line and the oracle agree; the total stands last.  (tap.tcl: every owner once.)
proc ::acre::compare::Ledger {ledger frames} {
    if {[lindex $ledger end-1] ne "total"} {
        set last [expr {$ledger eq "" ? "nothing" : [lindex $ledger end-1]}]
        return [list "ledger: expected a last line total, got $last"]
    }
    set findings {}
    set sum 0
    foreach {owner count} [lrange $ledger 0 end-2] {
        incr sum $count
    }
    if {[lindex $ledger end] != $frames} {
        lappend findings "ledger total: expected $frames, got [lindex $ledger end]"
    }
    if {$sum != $frames} {
        lappend findings "ledger sum of owners: expected $frames, got $sum"
    }
    return $findings
}

# ladder REPORT BYTES -> findings for a boot on the emulator's own map: there is no served map, so the kernel's entries
# are held against the machine: usable memory may miss at most what PC firmware keeps (see SLACK) and never exceeds RAM.
proc ::acre::compare::ladder {report bytes} {
    # 384 KiB between 640 KiB and 1 MiB, 1 KiB..128 KiB below 640 KiB, firmware tables of at most 1 MiB at the top.
    set slack [expr {(384 + 128 + 1024) * 1024}]
    set sum 0
    foreach run [dict get $report usable] {
        incr sum [expr {[lindex $run 1] - [lindex $run 0]}]
    }
    if {$sum > $bytes || $sum < $bytes - $slack} {
        return [list "usable bytes: expected within $slack below the machine's $bytes, got $sum"]
    }
    return {}
}
