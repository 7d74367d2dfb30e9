# SPDX-License-Identifier: Apache-2.0
#
# case.tcl: one case from the map file to the verdict.
#
#   map file -> cut to the emulator's RAM -> option ROM -> the emulator runs, stopped once for the audit -> the serial
#   log is read -> verdict -> every number against map, oracle and audit -> result
#
# A guest that passes by its own word and fails a comparison is FAIL: the word is not evidence.  All that was seen stays
# in the case's directory: served.map, cut.txt, serial.log, replay.sh, audit.txt, result.txt, ledger.svg, ledger.txt.

::acre::paths::use casefindings failcase

namespace eval ::acre::case {
    # Seconds at scale 1; a boot takes well under one.
    variable limits {first-byte 8 silence 6 total 30}
    # Bytes of serial log: a report has some 10 KiB, with the largest map 200; reading more takes longer than a boot.
    variable MOST 4194304
    # The report, read while the guest goes on.
    variable reader ""
    # What judges a boot: read while the emulator starts, which takes longer.
    variable JUDGES {tap verdict oracle pagewalk listing physmem audit compare required}
}

# run CASE -> dict verdict sub why margin cut.  Files are written below the case's dir.
# Raises only what the host is to blame for (no file can be written, ...).
proc ::acre::case::run {case} {
    set served [Serve $case]
    if {[::acre::profilecase::is $case]} {
        dict set served skip [::acre::profilecase::skip $case $served]
    }
    if {[dict get $served skip] ne ""} {
        set result [dict create verdict SKIP sub "" why [dict get $served skip] margin 0 findings {}]
    } else {
        set result [Boot $case $served]
    }
    dict set result cut [dict get $served cutbytes]
    Write $case result.txt [Lines $case $result]
    Picture $case $result
    return $result
}

# Draws the guest's ledger for whoever looks into a case that is not well.  A case that is well is drawn only if asked
# for: the picture takes as long as everything else that is done beside the emulator, and `acre map draw --report DIR`
# makes it at any later time.
proc ::acre::case::Picture {case result} {
    set asked [expr {[dict exists $case pictures] && [dict get $case pictures]}]
    if {([dict get $result verdict] in {PASS SKIP} && !$asked)
            || ![file exists [file join [dict get $case dir] serial.log]]} {
        return
    }
    ::acre::paths::use mapreport
    # Whatever a guest may have said, the verdict stands.
    if {[catch {::acre::mapreport::case [dict get $case dir]} why]} {
        Write $case ledger.txt "no picture: $why\n"
    }
}

# What the guest's BIOS will say -> dict: entries quirks rom cutbytes skip.  The emulator's own map: no entries, no ROM.
proc ::acre::case::Serve {case} {
    set served [dict create entries "" quirks {} rom "" cutbytes 0 skip ""]
    if {[dict get $case map] eq ""} {
        return $served
    }
    set map [::acre::map::read [dict get $case map]]
    set cut [::acre::map::cut [dict get $map entries] [::acre::machine::backed $case]]
    dict set served entries [dict get $cut entries]
    dict set served quirks [concat [dict get $map quirks] [Quirks $case]]
    if {[dict get $cut cut] ne ""} {
        # An entry that a quirk names may be gone with memory that the emulator has not.
        dict set served quirks [::acre::quirks::within [dict get $served quirks] [llength [dict get $cut entries]]]
    }
    dict set map quirks [dict get $served quirks]
    dict set served rom [file join [dict get $case dir] map.rom]
    dict set served cutbytes [Cut $case [dict get $cut cut]]
    Write $case served.map [::acre::map::text [dict replace $map entries [dict get $cut entries]]]
    if {[dict get $served cutbytes] && [dict get $case expect] eq "boots" && ![Bootable [dict get $cut entries]]} {
        dict set served skip "nothing usable is left of the map within the RAM that [dict get $case emulator] backs"
        return $served
    }
    ::acre::rom::make [dict get $cut entries] [dict get $served quirks] [dict get $served rom]
    return $served
}

# The quirks that the case has beside its map's.
proc ::acre::case::Quirks {case} {
    return [expr {[dict exists $case quirks] ? [split [dict get $case quirks] +] : {}}]
}

# Whether a map that was cut still has what any kernel could run in.
proc ::acre::case::Bootable {entries} {
    ::acre::paths::use oracle
    return [expr {[lsearch -exact -index 2 $entries 1] >= 0
        && [dict get [::acre::oracle::judge $entries {} {}] outcome] eq "boots"}]
}

# Says in cut.txt what was taken from the map; returns how many bytes.
proc ::acre::case::Cut {case ranges} {
    set bytes 0
    set text ""
    foreach range $ranges {
        lassign $range base limit
        incr bytes [expr {$limit - $base}]
        append text [format "0x%llx 0x%llx\n" $base $limit]
    }
    if {$bytes} {
        Write $case cut.txt "# usable in the map, not backed by RAM in this case and so not served: base limit\n$text"
    }
    return $bytes
}

proc ::acre::case::Boot {case served} {
    variable reader
    set reader ""
    ForgetSeen
    set outcome [::acre::drive::run [Drive $case $served]]
    if {[::acre::profilecase::is $case]} {
        return [::acre::profilecase::judged $case $served $outcome]
    }
    if {$reader eq ""} { # it did not start
        Judges {}
    }
    set tap [::acre::tap::whole ::acre::case::reader]
    set result [::acre::verdict::of $outcome $tap [Expectation $case]]
    dict set result margin [format %.2f [dict get $outcome margin]]
    dict set result findings {}
    if {[::acre::failcase::wanted $case]} {
        set result [::acre::failcase::verdict $case $result $tap]
    }
    if {[dict get $result verdict] eq "SKIP" && [dict get $case expect] eq "boots"} {
        # Acre's own self-checks have no reason to skip: a plan without points would hide whatever is wrong.
        set why "the guest skipped its checks: [dict get $result why]"
        return [dict replace $result verdict FAIL sub skipped why $why]
    }
    if {[dict get $result verdict] eq "PASS" && [dict get $case regex] eq ""
            && [dict get $case expect] eq "boots" && [dict get $result sub] ne "lacking"} {
        dict set result findings [Findings $case $served $tap]
        set result [Judged $result]
    }
    return $result
}

# What the verdict is held against, in verdict.tcl's words.
proc ::acre::case::Expectation {case} {
    if {[dict get $case regex] ne ""} {
        return seen
    }
    if {![::acre::programcase::checked $case]} {
        return program
    }
    return [expr {[dict get $case expect] eq "boots" ? "boots" : "refuses: [dict get $case reason]"}]
}

# The driver's view of the case.
proc ::acre::case::Drive {case served} {
    variable limits
    variable MOST
    set scaled [dict map {clock seconds} $limits {expr {$seconds * [dict get $case scale]}}]
    set drive [dict create rom [dict get $served rom] limits $scaled most $MOST expect [dict get $case regex] \
        on-audit "" on-start ::acre::case::Judges on-output ::acre::case::Read]
    foreach key {emulator machine memory dir cpu disk} {
        dict set drive $key [dict get $case $key]
    }
    foreach {key none} {icount 0 rr "" back 0} {
        dict set drive $key [expr {[dict exists $case $key] ? [dict get $case $key] : $none}]
    }
    set own [dict replace $case image [::acre::imagecase::image $case]]
    dict set drive image [::acre::storecase::image $own [::acre::programcase::image $own]]
    if {[::acre::storecase::wanted $case]} {
        ::acre::storecase::start [dict get $scaled silence]
        dict set drive com2 ::acre::storecase::com2
        dict set drive on-resume ::acre::storecase::talk
    }
    if {[dict get $case regex] eq ""} {
        # Nobody looks at Acre's screen; the adapter's BIOS alone is a twentieth of a boot.
        dict set drive vga none
    }
    if {[::acre::profilecase::is $case]} {
        return [dict merge $drive [::acre::profilecase::drive $case]]
    }
    if {[Expectation $case] eq "boots"} {
        dict set drive audit-address [dict get $case audit-address]
        dict set drive on-audit [list ::acre::case::Audit $case $served]
    }
    return $drive
}

# Called when the emulator has been started.
proc ::acre::case::Judges {command} {
    variable JUDGES
    variable reader
    ::acre::paths::use {*}$JUDGES
    set reader [::acre::tap::start]
}
proc ::acre::case::Read {chunk} {
    ::acre::tap::more ::acre::case::reader $chunk
}

# PASS with findings is FAIL; the first finding is the reason, its first words the sub-kind.
proc ::acre::case::Judged {result} {
    set findings [dict get $result findings]
    if {$findings eq ""} {
        return $result
    }
    set more [expr {[llength $findings] > 1 ? " (and [expr {[llength $findings] - 1}] more in audit.txt)" : ""}]
    set sub compare
    regexp {^(audit|store): } [lindex $findings 0] - sub
    return [dict replace $result verdict FAIL sub $sub why [regsub {^(audit|store): } [lindex $findings 0] ""]$more]
}

# result.txt
proc ::acre::case::Lines {case result} {
    set text ""
    foreach key {name emulator machine cpu disk memory map program expect} {
        append text "$key: [dict get $case $key]\n"
    }
    foreach key {verdict sub why margin cut} {
        append text "$key: [dict get $result $key]\n"
    }
    foreach finding [dict get $result findings] {
        append text "finding: $finding\n"
    }
    return $text
}

proc ::acre::case::Write {case name text} {
    set out [open [file join [dict get $case dir] $name] w]
    puts -nonewline $out $text
    close $out
}
