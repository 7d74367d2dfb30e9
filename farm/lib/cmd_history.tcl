# SPDX-License-Identifier: Apache-2.0
#
# acre history: what acre nightly has put down: nights, a case over the nights, a figure's trend, what changed between
# two nights.

namespace eval ::acre::cmd {}
namespace eval ::acre::cmdhistory {
    variable options {
        --config {one config {}} --file {one file {}} --last {one last 30}
    }
    # Nights of a figure's or a case's line that are looked at by words alone.
    variable whats {nights case figure diff}
}

# acre history ARG... -> exit status
proc ::acre::cmd::history {args} {
    ::acre::paths::use options nightconf history
    lassign [::acre::options::split $::acre::cmdhistory::options $args] words others
    set given [::acre::options::parse history $::acre::cmdhistory::options $words]
    if {![regexp {^[1-9]\d{0,5}$} [dict get $given last]]} {
        ::acre::err::usage "history: --last '[dict get $given last]' is not a number from 1 to 999999"
    }
    set others [lassign $others what]
    if {$what eq ""} {
        set what nights
    }
    if {$what ni $::acre::cmdhistory::whats} {
        ::acre::err::usage "history: not understood: '$what'; say nights, case, figure or diff"
    }
    set file [::acre::cmdhistory::File $given]
    return [::acre::cmdhistory::[string totitle $what] $file [dict get $given last] {*}$others]
}

proc ::acre::cmdhistory::File {given} {
    if {[dict get $given file] ne ""} {
        set file [file normalize [file join [pwd] [dict get $given file]]]
    } else {
        set conf [::acre::nightconf::read [::acre::nightconf::find [dict get $given config]]]
        set file [file join [dict get $conf directory] history.sqlite]
    }
    if {![file isfile $file]} {
        ::acre::err::bad "$file: no history there yet; acre nightly makes it"
    }
    return $file
}

proc ::acre::cmdhistory::Words {what least most given} {
    if {[llength $given] < $least || [llength $given] > $most} {
        return -code error -level 2 -errorcode {ACRE USAGE} "history: $what; see 'acre help history'"
    }
}

proc ::acre::cmdhistory::Row {fields} {
    puts [join [lmap field $fields {expr {$field eq "" ? "-" : $field}}] \t]
}

# A line a night, the newest first.
proc ::acre::cmdhistory::Nights {file last args} {
    Words "nights takes no more words" 0 0 $args
    set nights [::acre::history::nights $file $last]
    foreach row $nights {
        dict with row {
            set took [expr {$ended eq "" ? "" : "[expr {($ended - $began) / 60}] min"}]
            set counts [expr {$passed eq "" ? "" : "$passed passed, $failed failed, $skipped skipped, $known known"}]
            Row [list $night $state $status $counts [string range $revision 0 11] $took $why]
        }
    }
    return [Found $nights "no night yet"]
}

proc ::acre::cmdhistory::Found {list otherwise} {
    if {$list eq ""} {
        ::acre::err::bad $otherwise
    }
    return 0
}

proc ::acre::cmdhistory::Case {file last args} {
    Words "case takes one pattern of cases" 1 1 $args
    set rows [::acre::history::of $file [lindex $args 0] $last]
    set before ""
    foreach row $rows {
        lassign $row name night revision verdict sub why
        if {$name ne $before} {
            puts [::acre::safetext::line $name]
            set before $name
        }
        puts "  [join [lmap field [list $night [string range $revision 0 11] $verdict $sub $why] {
            if {$field eq ""} continue
            ::acre::safetext::line $field
        }] { }]"
    }
    return [Found $rows "$file: no case like '[lindex $args 0]'"]
}

# Without a pattern a line a figure; with one, each value of those that match.
proc ::acre::cmdhistory::Figure {file last args} {
    Words "figure takes one pattern at most" 0 1 $args
    set night [dict get [lindex [::acre::history::nights $file 1] 0] night]
    set trends [::acre::history::trend $file $night $last]
    set pattern [expr {$args eq "" ? "*" : [lindex $args 0]}]
    set found 0
    dict for {name values} $trends {
        if {![string match $pattern $name] && ![string match */$pattern $name]} continue
        incr found
        if {$args eq ""} {
            lassign [lindex $values end] newest value
            Row [list $name $value [Changed [lindex $values 0 1] $value] "[llength $values] nights" $newest]
            continue
        }
        puts $name
        set before ""
        foreach pair $values {
            lassign $pair of value
            puts "  $of\t$value[expr {$before in [list "" $value] ? "" : "\t[Changed $before $value]"}]"
            set before $value
        }
    }
    return [Found [expr {$found ? 1 : ""}] "$file: no figure like '$pattern'"]
}

proc ::acre::cmdhistory::Changed {from to} {
    return [expr {$from == $to ? "as before" : $from == 0 ? "" : [format "%+.2f %%" [expr {($to - $from) * 100.0 /
        $from}]]}]
}

# What changed from one night to a later one, which is the newest if it is not named.
proc ::acre::cmdhistory::Diff {file last args} {
    Words "diff takes one night or two" 1 2 $args
    ::acre::paths::use since signature
    lassign $args old new
    if {$new eq ""} {
        set new [dict get [lindex [::acre::history::nights $file 1] 0] night]
    }
    set changes [::acre::since::changes [::acre::history::run $file $new] [::acre::history::run $file $old]]
    foreach kind $::acre::since::kinds {
        foreach case [dict get $changes $kind] {
            set verdict [string trim "[dict get $case verdict] [dict get $case sub]"]
            puts [::acre::safetext::line "$kind [dict get $case name]: $verdict: [dict get $case why]"]
        }
    }
    puts [join [lmap kind $::acre::since::kinds {string cat [llength [dict get $changes $kind]] " " $kind}] ", "]
    return [expr {[dict get $changes new] eq "" && [dict get $changes changed] eq "" ? 0 : 1}]
}
