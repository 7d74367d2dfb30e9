# SPDX-License-Identifier: Apache-2.0
#
# shrinkcase.tcl: a failing case of the farm as shrink.tcl wants it: what can be made smaller of it, and whether a
# smaller one fails in the same way.
#
#   ::acre::shrinkcase::open CASE OPTIONS   CASE as casefile.tcl reads it; OPTIONS: out (directory for the tries), jobs,
#                                           most (boots), command (the case command)
#   ::acre::shrinkcase::confirm TIMES       boots the case so often -> its signature; raises {ACRE SAME} if it does not
#                                           fail, or not each time in the same way
#   ::acre::shrinkcase::start               -> the candidate to start with: the case, with a map of its own if it had
#                                           none and fails with one, too
#   ::acre::shrinkcase::test CANDIDATES     -> index of the first that fails as the case does, or -1; raises {ACRE END}
#                                           when the boots are used up or the search was stopped
#   ::acre::shrinkcase::valid CANDIDATE     -> whether a correct kernel must do on it what it must do on the case
#
# In the same way: the same verdict and kind, the same first failing point or finding with all figures left out, and of
# a guest that ends without a report the same last mark.  Otherwise a search runs from one bug to another.
#
# A smaller map must not be one that a correct kernel refuses: it has LEAST usable frames below 4 GiB, or as many as the
# case.  Of a case that a kernel must refuse, the smaller ones must be refused for the same reason.  A foreign image is
# held to the first of these too.

namespace eval ::acre::shrinkcase {
    # 1 MiB: more than Acre needs with all its self-checks, whatever the map looks like.
    variable LEAST 256
    variable case {}
    variable options {}
    variable boots 0
    variable wanted ""
    # The oracle's word on the case.
    variable origin {}
    # Result of the last boot that failed in the same way, and its directory.
    variable last {}
}

proc ::acre::shrinkcase::open {given settings} {
    variable case $given
    variable options $settings
    variable boots 0
    variable wanted ""
    variable origin [Oracle [candidate]]
    file mkdir [dict get $settings out]
    ::acre::progress::silence
}

# candidate -> the case itself as a candidate.
proc ::acre::shrinkcase::candidate {} {
    variable case
    set result [dict create own 1 entries {} quirks {}]
    foreach key {memory machine cpu disk program} {
        dict set result $key [expr {[dict exists $case $key] ? [dict get $case $key] : ""}]
    }
    if {[dict get $case map] ne ""} {
        set map [::acre::map::read [dict get $case map]]
        set cut [::acre::map::cut [dict get $map entries] [::acre::machine::backed $case]]
        dict set result own 0
        dict set result entries [dict get $cut entries]
        dict set result quirks [concat [dict get $map quirks] [::acre::case::Quirks $case]]
    }
    return $result
}

# --- in the same way -----------------------------------------------------------------------------------------------

# signature RESULT -> {verdict sub words}.  RESULT is one of the runner's.
proc ::acre::shrinkcase::signature {result} {
    set verdict [dict get $result verdict]
    set sub [dict get $result sub]
    set why [lindex [concat [Finding [dict get $result dir]] [list [dict get $result why]]] 0]
    if {$sub eq "points"} {
        set why [regsub {^not ok: [0-9]+ - } [lindex [split $why ";"] 0] ""]
    } elseif {$verdict in {CRASH HANG} && $sub ni {panic torn exit}} {
        set why [Mark [file join [dict get $result dir] serial.log]]
    }
    return [list $verdict $sub [Figureless $why]]
}

# WORDS with # for every number, so that the same fault on another map reads the same.
proc ::acre::shrinkcase::Figureless {words} {
    return [regsub -all {\m(0x[0-9a-fA-F]+|[0-9]+)\M} $words "#"]
}

# The first finding in a case's directory, as a list of one, or {}.
proc ::acre::shrinkcase::Finding {dir} {
    if {[catch {::open [file join $dir result.txt]} in]} {
        return {}
    }
    set found [regexp -line -inline {^finding: (?:audit: )?(.*)$} [read $in]]
    close $in
    return [lrange $found 1 1]
}

# How far a guest came that made no report: its last mark.
proc ::acre::shrinkcase::Mark {file} {
    if {[catch {::open $file rb} in]} {
        return "no serial log"
    }
    set mark [lindex [regexp -all -line -inline {^# mark ([a-z0-9-]+) } [read $in]] end]
    close $in
    return [expr {$mark eq "" ? "before any mark" : "after mark $mark"}]
}

# --- what may be tried ---------------------------------------------------------------------------------------------

# The oracle's word on CANDIDATE with what its RAM leaves of the map; {} where there is no map.
proc ::acre::shrinkcase::Oracle {candidate} {
    if {[dict get $candidate own]} {
        return {}
    }
    set entries [dict get [Cut $candidate] entries]
    return [::acre::oracle::judge $entries [dict get $candidate quirks] {}]
}

proc ::acre::shrinkcase::Cut {candidate} {
    return [::acre::map::cut [dict get $candidate entries] [::acre::machine::backed [Case $candidate]]]
}

proc ::acre::shrinkcase::valid {candidate} {
    variable case
    variable origin
    variable LEAST
    if {![::acre::plan::Fits [Case $candidate]]} {
        return 0
    }
    if {[dict get $candidate own]} {
        return [expr {[dict get $candidate memory] >= $LEAST << 13}]
    }
    if {[dict get [::acre::map::parse [Text $candidate] candidate] problems] ne ""} {
        return 0
    }
    set oracle [Oracle $candidate]
    set frames [dict get $oracle frames-below-4g]
    if {$origin eq ""} { # the emulator's own map, with which it had to boot
        return [expr {$frames >= $LEAST}]
    }
    if {[dict get $case expect] eq "refuses"} {
        set reason [Figureless [dict get $origin why]]
        return [expr {[dict get $origin outcome] eq "refuses" ? [Figureless [dict get $oracle why]] eq $reason
            : $frames <= [dict get $origin frames-below-4g]}]
    }
    return [expr {[dict get $oracle outcome] eq "boots"
        && $frames >= min($LEAST, [dict get $origin frames-below-4g])}]
}

# The case with what CANDIDATE says; without files.  Its quirks stand in its map.
proc ::acre::shrinkcase::Case {candidate} {
    variable case
    return [dict merge $case {quirks {}} [dict filter $candidate key memory machine cpu disk program]]
}

# text CANDIDATE TITLE SOURCE EXTRA -> the text of its map file.
proc ::acre::shrinkcase::Text {candidate {title ""} {source ""} {extra {}}} {
    variable case
    set map [::acre::map::Empty ""]
    dict set map title $title
    dict set map source $source
    dict set map expect [dict get $case expect]
    dict set map why [expr {[dict get $case expect] eq "refuses" ? [dict get $case reason] : ""}]
    dict set map ram [expr {max(1, [dict get $candidate memory] >> 20)}]
    dict set map quirks [dict get $candidate quirks]
    dict set map entries [dict get $candidate entries]
    dict set map extra $extra
    return [encoding convertto utf-8 [::acre::map::text $map]]
}

# --- boots ---------------------------------------------------------------------------------------------------------

proc ::acre::shrinkcase::confirm {times} {
    variable case
    variable wanted
    variable last
    set own [candidate]
    set results [Boot [lrepeat $times $own]]
    set signatures [lmap result $results {signature $result}]
    set verdict [lindex $signatures 0 0]
    if {$verdict in {PASS SKIP ERROR MISSING}} {
        return -code error -errorcode {ACRE SAME} \
            "[dict get $case name] does not fail now: $verdict: [dict get [lindex $results 0] why]"
    }
    foreach signature $signatures {
        if {$signature ne [lindex $signatures 0]} {
            return -code error -errorcode {ACRE SAME} "[dict get $case name] fails in more than one way:\
                [join [lmap one [lsort -unique $signatures] {join $one { }}] {; }]; say --confirm 1 to take the first"
        }
    }
    set last [lindex $results 0]
    set wanted [lindex $signatures 0]
    return $wanted
}

proc ::acre::shrinkcase::start {} {
    variable case
    set own [candidate]
    if {![dict get $own own]} {
        return $own
    }
    set maps [lmap entries [list [Logged] [Plain]] {
        if {$entries eq ""} continue
        dict replace $own own 0 entries $entries
    }]
    set index [test $maps]
    return [expr {$index < 0 ? $own : [lindex $maps $index]}]
}

# The map that the guest said it saw, or {}.
proc ::acre::shrinkcase::Logged {} {
    variable case
    variable last
    if {[catch {
        set in [::open [file join [dict get $last dir] serial.log] rb]
        set text [read $in]
        close $in
        set entries [dict get [::acre::mapimport::log $text] entries]
    }]} {
        return {}
    }
    return [dict get [::acre::map::cut $entries [::acre::machine::backed $case]] entries]
}

# The plainest map of the case's RAM.
proc ::acre::shrinkcase::Plain {} {
    variable case
    set low [expr {$::layout::LAYOUT_EBDA_DEFAULT_BASE + 0}]
    set entries [list [list 0 $low 1] [list $low [expr {$::layout::LAYOUT_HIMEM_BASE + 0}] 2]]
    foreach range [lrange [::acre::machine::backed $case] 1 end] {
        lappend entries [list {*}$range 1]
    }
    return $entries
}

proc ::acre::shrinkcase::test {candidates} {
    variable options
    variable wanted
    variable last
    set places {}
    set place -1
    foreach candidate $candidates {
        incr place
        if {[valid $candidate]} {
            lappend places $place
        }
    }
    while {$places ne ""} {
        set now [lrange $places 0 [dict get $options jobs]-1]
        set places [lrange $places [dict get $options jobs] end]
        set results [Boot [lmap place $now {lindex $candidates $place}]]
        set found -1
        foreach result $results place $now {
            if {$found < 0 && [signature $result] eq $wanted} {
                set found $place
                Forget $last
                set last $result
            } else {
                Forget $result
            }
        }
        if {$found >= 0} {
            return $found
        }
    }
    return -1
}

# Only the smallest case's directory stays.
proc ::acre::shrinkcase::Forget {result} {
    file delete -force -- [dict get $result dir]
}

# Boots CANDIDATES at the same time -> their results in the same order.
proc ::acre::shrinkcase::Boot {candidates} {
    variable case
    variable options
    variable boots
    if {$boots + [llength $candidates] > [dict get $options most]} {
        return -code error -errorcode {ACRE END} "the [dict get $options most] boots are used up"
    }
    set cases [lmap candidate $candidates {Prepare $candidate [incr boots]}]
    set scale [dict get $case scale]
    set results [::acre::runner::run $cases {} [dict create out [dict get $options out] jobs [dict get $options jobs] \
        command [dict get $options command] tty 0 memory [::acre::farmrun::Memory] \
        patience [expr {$scale * [dict get $::acre::case::limits total] + 30}]]]
    if {[dict get $::acre::runner::state stopped] ne ""} {
        return -code error -errorcode {ACRE END} "stopped"
    }
    return [lmap one $cases {dict get $results [dict get $one name]}]
}

# A case of its own for CANDIDATE, number N, with its map file.
proc ::acre::shrinkcase::Prepare {candidate n} {
    variable options
    set out [dict get $options out]
    set name try-[format %04d $n]
    set one [dict replace [Case $candidate] name $name dir [file join $out $name] hash "" map ""]
    dict set one cost [::acre::plan::Cost $one]
    if {![dict get $candidate own]} {
        dict set one map [file join $out $name.map]
        set file [::open [dict get $one map] wb]
        puts -nonewline $file [Text $candidate]
        close $file
    }
    return $one
}
