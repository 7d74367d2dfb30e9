# SPDX-License-Identifier: Apache-2.0
#
# known.tcl: failures that are known, from a file of this form:
#
#   # a comment
#   [PATTERN]                       cases, by a glob of their whole names or of what stands between @ and the first ,
#   fails = VERDICT [KIND]          only this failure is known; without this line any is
#   reason = why it fails           a link to an issue, say
#   until = YYYY-MM-DD              the last day on which this counts
#
# A known failure is not red.  Red are: a case that passes although it is known to fail, a case that fails in another
# way, and an entry whose day has passed, whose cases are red again.
#
#   ::acre::known::read FILE            -> list of dicts pattern fails reason until where
#                                          Raises {ACRE KNOWN} naming the line
#   ::acre::known::judge RUN ENTRIES TODAY -> RUN (reportread.tcl's) with, in every case, state: good, skip, bad, known
#                                          or unexpected; and entry where one matches; and in RUN known: the entries,
#                                          each with cases (how many match) and expired (0 or 1)
#   ::acre::known::status RUN COUNTS    -> the exit status of such a RUN; COUNTS as reporttext.tcl has them: 1 if a case
#                                          is red or an entry has expired, 2 if nothing was tested, else 0
#   ::acre::known::red CASE             -> 1 if the case makes a run fail

::acre::paths::use verdict

namespace eval ::acre::known {
    variable keys {fails reason until}
}

proc ::acre::known::read {file} {
    if {[catch {open [file join [pwd] $file] r} in]} {
        Bad "$file: cannot be read; name a file of known failures (acre help report)"
    }
    fconfigure $in -encoding utf-8
    set lines [split [::read $in] \n]
    close $in
    set entries {}
    set number 0
    foreach line $lines {
        incr number
        set line [string trim $line]
        if {$line eq "" || [string match "#*" $line]} continue
        Line entries $line $file:$number
    }
    foreach entry $entries {
        Whole $entry
    }
    return $entries
}

proc ::acre::known::Bad {message} {
    return -code error -level 2 -errorcode {ACRE KNOWN} $message
}

proc ::acre::known::Line {entriesVar line where} {
    upvar 1 $entriesVar entries
    variable keys
    if {[regexp {^\[(.+)\]$} $line - pattern]} {
        lappend entries [dict create pattern $pattern fails "" reason "" until "" where $where]
        return
    }
    if {![regexp {^([a-z]+)\s*=\s*(.+)$} $line - key value] || $key ni $keys || $entries eq ""} {
        Bad "$where: neither \[PATTERN\] nor one of [join $keys {, }] with = and a value: '$line'"
    }
    if {[dict get [lindex $entries end] $key] ne ""} {
        Bad "$where: a second $key for one pattern: '$line'"
    }
    set words [split $value]
    if {$key eq "fails" && ([lindex $words 0] ni {FAIL CRASH HANG ERROR MISSING} || [llength $words] > 2)} {
        Bad "$where: not a failure: '$value'; write FAIL, CRASH, HANG, ERROR or MISSING, and a kind if you like"
    }
    if {$key eq "until" && ![Day $value]} {
        Bad "$where: not a day: '$value'; write it as 2027-01-31"
    }
    lset entries end [dict replace [lindex $entries end] $key $value]
}

proc ::acre::known::Day {value} {
    return [expr {[regexp {^\d{4}-\d\d-\d\d$} $value]
        && ![catch {clock scan $value -format %Y-%m-%d -gmt 1} seconds]
        && [clock format $seconds -format %Y-%m-%d -gmt 1] eq $value}]
}

proc ::acre::known::Whole {entry} {
    foreach key {reason until} {
        if {[dict get $entry $key] eq ""} {
            Bad "[dict get $entry where]: no $key: a known failure has a reason and a last day"
        }
    }
}

proc ::acre::known::judge {run entries today} {
    set seen [dict create]
    dict for {name case} [dict get $run cases] {
        set case [Judged $case $entries $today]
        if {[dict exists $case entry]} {
            dict incr seen [dict get $case entry where]
        }
        dict set run cases $name $case
    }
    dict set run known [lmap entry $entries {
        set where [dict get $entry where]
        dict set entry cases [expr {[dict exists $seen $where] ? [dict get $seen $where] : 0}]
        dict set entry expired [expr {[dict get $entry until] < $today}]
        set entry
    }]
    return $run
}

proc ::acre::known::Judged {case entries today} {
    set verdict [dict get $case verdict]
    set state [expr {$verdict eq "PASS" ? "good" : $verdict eq "SKIP" ? "skip" : "bad"}]
    set entry [Of $case $entries]
    if {$entry ne ""} {
        dict set case entry $entry
        # A day is compared as text: its form is fixed.
        if {$state eq "good" && [dict get $entry until] >= $today} {
            set state unexpected
        } elseif {$state eq "bad" && [dict get $entry until] >= $today && [Same $case $entry]} {
            set state known
        }
    }
    return [dict replace $case state $state]
}

# The first entry that matches CASE, or "".
proc ::acre::known::Of {case entries} {
    foreach entry $entries {
        set pattern [dict get $entry pattern]
        if {[string match $pattern [dict get $case name]] || [string match $pattern [dict get $case subject]]} {
            return $entry
        }
    }
    return ""
}

# Whether CASE fails as ENTRY says.
proc ::acre::known::Same {case entry} {
    lassign [dict get $entry fails] verdict sub
    return [expr {$verdict in [list "" [dict get $case verdict]] && $sub in [list "" [dict get $case sub]]}]
}

proc ::acre::known::red {case} {
    return [expr {[dict get $case state] in {bad unexpected}}]
}

proc ::acre::known::status {run counts} {
    foreach entry [dict get $run known] {
        if {[dict get $entry expired]} {
            return 1
        }
    }
    return [expr {[dict get $counts failed] ? 1 : [dict get $counts passed] + [dict get $counts known] ? 0 : 2}]
}
