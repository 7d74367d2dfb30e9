# SPDX-License-Identifier: Apache-2.0
#
# casefindings.tcl: a case's guest as it was seen from outside, and what is wrong with its report.  Part of case.tcl.
#
#   ForgetSeen                 before a boot
#   Audit CASE SERVED HANDLE   on-audit of the case's driver
#   Findings CASE SERVED TAP   -> list of findings; writes audit.txt

namespace eval ::acre::case {
    variable snapshot ""
    # What was judged while the emulator ended: a report, and what was found wrong with it.
    variable early ""
    # All CPUs of both emulators without hardware virtualisation.
    variable PHYS_BITS 40
}

proc ::acre::case::ForgetSeen {} {
    variable snapshot ""
    variable early ""
}

# Called while the guest stands at its audit point.
proc ::acre::case::Audit {case served handle} {
    variable snapshot
    set snapshot [::acre::audit::take $handle [dict get $case emulator] [dict get $case dir]]
    after 0 [list ::acre::case::Early $case $served $handle]
}

# While the guest goes on and the emulator ends: its report is whole but for the exit line, so it is judged now.  Should
# it say anything more, or be such that it cannot be judged, it is done again at its end.
proc ::acre::case::Early {case served handle} {
    variable reader
    variable early
    if {![info exists $handle]} {
        # The run is over, and the next one's report may be what comes now.
        return
    }
    ::acre::drive::hear $handle
    set copy $reader
    catch {
        set said [Said [::acre::tap::whole copy]]
        set early [list $said [Found $case $served $said]]
    }
}

# All of a report that is held against anything.
proc ::acre::case::Said {tap} {
    return [dict filter $tap key points facts marks e820 usable ledger mappings]
}

# Everything that was found wrong with a guest that says that all is well.
proc ::acre::case::Findings {case served tap} {
    variable snapshot
    variable early
    if {![::acre::programcase::checked $case]} {
        return [::acre::programcase::findings $case $tap]
    }
    if {$snapshot eq ""} {
        return [list "audit: audit point: expected the guest to come to acre_audit_point, got a normal end without it"]
    }
    set said [Said $tap]
    if {[lindex $early 0] ne $said} {
        set early [list $said [Found $case $served $said]]
    }
    set findings [concat [lindex $early 1] [::acre::programcase::findings $case $tap] [Store $case $served $tap]]
    Write $case audit.txt [Seen $findings]
    return $findings
}

proc ::acre::case::Found {case served said} {
    variable snapshot
    set snapshot [::acre::audit::look $snapshot]
    set report [::acre::compare::report $said]
    set oracle [Oracle $case $served $report]
    set findings [::acre::compare::judge $report $oracle [Expected $served $oracle]]
    if {[dict get $case map] eq ""} {
        lappend findings {*}[::acre::compare::ladder $report [dict get $case memory]]
    }
    lappend findings {*}[::acre::required::findings [dict get $said points]]
    lappend findings {*}[PhysBits $report [dict get $case cpu]]
    lappend findings {*}[::acre::audit::judge $snapshot $report [dict get $oracle usable] [dict get $case cpu]]
    return $findings
}

# What the store has told against all other accounts.
proc ::acre::case::Store {case served tap} {
    variable snapshot
    if {![::acre::storecase::wanted $case]} {
        return {}
    }
    ::acre::paths::use storejudge
    set report [::acre::compare::report $tap]
    set oracle [Oracle $case $served $report]
    if {![::acre::storejudge::loaded $tap]} {
        return [expr {[::acre::storejudge::short $oracle] ? {}
            : [list "store: expected that it is loaded where memory is not short, got none"]}]
    }
    return [::acre::storejudge::judge [::acre::storecase::told] $report $oracle [Expected $served $oracle] \
        [dict get $snapshot walk]]
}

# What the oracle says of the map that was served, or of the emulator's own.
proc ::acre::case::Oracle {case served report} {
    set entries [dict get $served entries]
    if {$entries eq ""} {
        set entries [lmap entry [dict get $report e820] {
            lassign $entry base length type
            list $base [expr {$base + $length}] $type
        }]
    }
    return [::acre::oracle::judge $entries [dict get $served quirks] [Facts $report [dict get $case cpu]]]
}

# The oracle's facts come from outside: the words in memory, and what these emulators' CPUs are known to address.
proc ::acre::case::Facts {report cpu} {
    variable snapshot
    return [dict create phys-bits [Bits $cpu] ebda-pointer [dict get $snapshot ebda] \
        base-memory-kib [dict get $snapshot basemem]]
}

proc ::acre::case::PhysBits {report cpu} {
    set want [Bits $cpu]
    set got [::acre::audit::Get [dict get $report facts] phys-bits nothing]
    return [expr {$got eq $want ? "" : [list "phys-bits: expected $want, got $got"]}]
}

# Address bits of the CPU: what its model was told to have, else what both emulators give.
proc ::acre::case::Bits {cpu} {
    variable PHYS_BITS
    return [expr {[regexp {phys-bits=(\d+)} $cpu - bits] ? $bits : $PHYS_BITS}]
}

# The entries that the kernel must report, as {base length type}; "" where E820 is not what it used.
proc ::acre::case::Expected {served oracle} {
    if {[dict get $served entries] eq "" || [dict get $oracle map-source] ne "e820"} {
        return ""
    }
    # A BIOS that sets carry with its last entry has not given that one: the oracle says how many are to be seen.
    set seen [lrange [dict get $served entries] 0 [dict get $oracle entries-seen]-1]
    return [lmap entry $seen {
        lassign $entry base limit type
        list $base [expr {$limit - $base}] $type
    }]
}

# The findings and the tables as they were walked.
proc ::acre::case::Seen {findings} {
    variable snapshot
    set text [join [lmap finding $findings {string cat $finding \n}] ""]
    append text "# registers [dict get $snapshot registers]\n"
    append text "# page tables [lmap frame [dict get $snapshot walk tables] {format 0x%llx $frame}]\n"
    foreach run [dict get $snapshot walk runs] {
        append text "# mapping [::acre::pagewalk::text $run]\n"
    }
    return $text
}
