# SPDX-License-Identifier: Apache-2.0
#
# acre report: what a run of the farm found, as plain text, as JUnit XML, as pages.  doc/report.md says more.

namespace eval ::acre::cmd {}
namespace eval ::acre::cmdreport {
    # option -> {kind name default}, as options.tcl has them
    variable options {
        --since {one since {}} --known {one known {}} --today {one today {}} --history {one history {}}
        --html {maybe html {} report} --junit {maybe junit {} junit.xml} --junit-size {one junitsize {}}
        --quiet {flag quiet 0} -q {flag quiet 0} --pages {one pages {}}
    }
}

# acre report ARG... -> exit status
proc ::acre::cmd::report {args} {
    ::acre::paths::use options
    lassign [::acre::cmdreport::Split $args] dir words
    set given [::acre::options::parse report $::acre::cmdreport::options $words]
    if {$dir eq ""} {
        ::acre::err::usage "report: name the directory of a run; see 'acre help report'"
    }
    ::acre::cmdreport::Check given
    if {![namespace exists ::layout]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
    ::acre::paths::use report
    set report [::acre::report::make $dir [dict get $given since] [dict get $given known] [dict get $given today] \
        [dict get $given history]]
    if {[dict get $given pages] ne ""} {
        ::acre::paths::use reporthtml
        ::acre::reporthtml::share [dict get $given pages] $report
        return 0
    }
    ::acre::cmdreport::Files $report $dir $given
    if {![dict get $given quiet]} {
        ::acre::cmdreport::Say [::acre::reporttext::lines $report]
    }
    foreach problem [dict get $report run problems] {
        puts stderr "acre: [::acre::safetext::line $problem]"
    }
    return [::acre::report::status $report]
}

# ARGS -> {dir words}: the one word that is neither an option nor an option's value, and the others.
proc ::acre::cmdreport::Split {words} {
    variable options
    set dir ""
    set others {}
    while {$words ne ""} {
        set words [lassign $words word]
        if {$word eq ""} {
            ::acre::err::usage "report: an empty word where a directory should stand; see 'acre help report'"
        } elseif {[string match -* $word]} {
            lappend others $word
            if {[dict exists $options $word] && [lindex [dict get $options $word] 0] eq "one" && $words ne ""} {
                set words [lassign $words value]
                lappend others $value
            }
        } elseif {$dir ne ""} {
            ::acre::err::usage "report: one run at a time, not '$word' too; see 'acre help report'"
        } else {
            set dir $word
        }
    }
    return [list $dir $others]
}

proc ::acre::cmdreport::Check {givenVar} {
    upvar 1 $givenVar given
    ::acre::paths::use known
    if {[dict get $given today] eq ""} {
        dict set given today [clock format [clock seconds] -format %Y-%m-%d]
    } elseif {![::acre::known::Day [dict get $given today]]} {
        ::acre::err::usage "report: --today: not a day: '[dict get $given today]'; write it as 2027-01-31"
    }
    set size [dict get $given junitsize]
    if {$size ne "" && ![regexp {^([1-9]\d{0,8})([KM]?)$} $size - number unit]} {
        ::acre::err::usage "report: --junit-size: no size: '$size'; write bytes, or as 500K or 10M"
    }
    if {$size ne ""} {
        dict set given junitsize [expr {$number * [dict get {"" 1 K 1024 M 1048576} $unit]}]
    }
}

# Writes what was asked for; a name that was not given stands for a place in the run's directory.
proc ::acre::cmdreport::Files {report dir given} {
    foreach kind {junit html} {
        set place [dict get $given $kind]
        if {$place eq ""} continue
        if {$place eq [lindex [dict get $::acre::cmdreport::options --$kind] 3]} {
            set place [file join $dir $place]
        }
        ::acre::cmdreport::[string totitle $kind] $report $place [dict replace $given dir $dir]
    }
}

proc ::acre::cmdreport::Junit {report file given} {
    ::acre::paths::use junit
    ::acre::err::package tdom
    ::acre::junit::write $file $report [expr {[dict get $given junitsize] eq "" ? $::acre::junit::SIZE
        : [dict get $given junitsize]}]
}

proc ::acre::cmdreport::Html {report dir given} {
    ::acre::paths::use reporthtml
    set command [list [info nameofexecutable] [file normalize $::argv0] report [dict get $given dir] \
        --today [dict get $given today]]
    foreach key {since known history} {
        if {[dict get $given $key] ne ""} {
            lappend command --$key [dict get $given $key]
        }
    }
    ::acre::reporthtml::write $dir $report [concat $command --pages]
}

# Plain text has no control sequences; what is beyond ASCII is shown where the terminal can.
proc ::acre::cmdreport::Say {lines} {
    puts [join $lines \n]
}
