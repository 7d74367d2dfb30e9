# SPDX-License-Identifier: Apache-2.0
#
# acre map: look at a map, check it, draw it, say what many have in common and what two differ in, import one from a
# boot log, capture this host's.

namespace eval ::acre::cmd {}
namespace eval ::acre::cmdmap {
    variable dir [file dirname [file normalize [info script]]]
    # subcommand -> options: a name ending in = takes a value.
    variable options {
        show    {}
        check   {-q}
        draw    {--ascii --unicode --color --no-color --report --svg= --physical --virtual}
        stats   {--tsv}
        diff    {-q}
        import  {-o= --title= --map=}
        capture {-o= --title= --from=}
    }
    # Lines said about one file before "and N more".
    variable problemsMax 10
}

foreach module {map oracle mapdraw mapimport mapshow} {
    if {![namespace exists ::acre::$module]} {
        source [file join $::acre::cmdmap::dir $module.tcl]
    }
}

# Runs `acre map ARGS`; returns the exit status: 0 good, 1 a map or report is at odds with itself or two maps differ,
# 2 it cannot be read.
proc ::acre::cmd::map {args} {
    set rest [lassign $args sub]
    set known [dict keys $::acre::cmdmap::options]
    if {$sub ni $known} {
        set what [expr {$sub eq "" ? "say what to do with a map" : "unknown subcommand: '$sub'"}]
        ::acre::err::usage "map: $what; choose from [join $known {, }] ('acre help map')"
    }
    return [::acre::cmdmap::[string totitle $sub] {*}[::acre::cmdmap::Parse $sub $rest]]
}

# Splits WORDS into {options names}: options is a dict of those given (flags have value 1).
proc ::acre::cmdmap::Parse {sub words} {
    variable options
    set known [dict get $options $sub]
    set given {}
    set names {}
    while {[llength $words]} {
        set words [lassign $words word]
        if {$word eq "--"} {
            lappend names {*}$words
            break
        }
        if {$word eq "-" || [string index $word 0] ne "-"} {
            lappend names $word
            continue
        }
        set value ""
        set joined [regexp {^(--[a-z-]+)=(.*)$} $word -> word value]
        if {"$word=" in $known} {
            if {!$joined && ![llength $words]} {
                ::acre::err::usage "map $sub: option needs a value: '$word'; see 'acre help map'"
            }
            if {!$joined} {
                set words [lassign $words value]
            }
            dict set given $word $value
        } elseif {$word in $known && !$joined} {
            dict set given $word 1
        } else {
            ::acre::err::usage "map $sub: unknown option: '$word'; see 'acre help map'"
        }
    }
    return [list $given $names]
}

# The value of an option, or DEFAULT where it was not given.
proc ::acre::cmdmap::Option {given name {default ""}} {
    if {[dict exists $given $name]} {
        return [dict get $given $name]
    }
    return $default
}

# --- show, check ---------------------------------------------------------------------------------------------------

proc ::acre::cmdmap::Show {given names} {
    set all [expr {[llength $names] == 0}]
    if {$all} {
        set names {real zoo quirk}
    }
    Utf8 [Unicode {}]
    set files [::acre::map::find {*}$names]
    # One map is shown whole; a list of many has a line for each.
    set many [expr {$all || [llength $files] > [llength $names]}]
    foreach file $files {
        set map [::acre::map::read $file]
        if {$many} {
            puts [::acre::mapshow::row $map]
        } else {
            puts "[join [::acre::mapshow::lines $map] \n]\n"
        }
    }
    return 0
}

proc ::acre::cmdmap::Check {given names} {
    if {![llength $names]} {
        ::acre::err::usage "map check: no file; name map files, directories or bundled maps"
    }
    set status 0
    set bad 0
    set files [::acre::map::find {*}$names]
    foreach file $files {
        lassign [CheckOne $file] problems worst
        foreach problem $problems {
            puts stderr "acre: $problem"
        }
        incr bad [expr {$worst > 0}]
        set status [expr {max($status, $worst)}]
    }
    if {![dict exists $given -q]} {
        puts "[::acre::mapshow::counted [llength $files] map] checked, $bad with problems"
    }
    return $status
}

# {problems status} of FILE: 2 for one that cannot be read as a map, 1 for one at odds with itself.
proc ::acre::cmdmap::CheckOne {file} {
    variable problemsMax
    set result [::acre::map::scan $file]
    set problems [dict get $result problems]
    if {[llength $problems] > $problemsMax} {
        set more [expr {[llength $problems] - $problemsMax}]
        set problems [lreplace $problems $problemsMax end "$file: and $more more; is it a map at all?"]
    }
    if {[llength $problems]} {
        return [list $problems 2]
    }
    set faults [::acre::mapshow::faults [dict get $result map]]
    return [list $faults [expr {[llength $faults] > 0}]]
}

# --- draw ----------------------------------------------------------------------------------------------------------

proc ::acre::cmdmap::Draw {given names} {
    if {![llength $names]} {
        ::acre::err::usage "map draw: no file; name a map file or a bundled map"
    }
    set style [dict create ascii [expr {![Unicode $given]}] color [Color $given]]
    Utf8 [Unicode $given]
    if {[dict exists $given --report]} {
        return [Reports $given $names $style]
    }
    foreach option {--svg --physical --virtual} {
        if {[dict exists $given $option]} {
            ::acre::err::usage "map draw: $option is for the report of a boot: add --report, see 'acre help map'"
        }
    }
    foreach file [::acre::map::find {*}$names] {
        set map [::acre::map::read $file]
        set lines [::acre::mapdraw::draw [dict get $map entries] $style]
        puts "\n[join [concat [Caption $map $style] $lines [::acre::mapshow::Verdict $map]] \n]\n"
    }
    return 0
}

# Draws what boots reported: a picture each on standard output, or one in the file of --svg.
proc ::acre::cmdmap::Reports {given names style} {
    ::acre::paths::use mapreport
    set file [Option $given --svg]
    if {[dict exists $given --svg] && [llength $names] > 1} {
        ::acre::err::usage "map draw: --svg takes one report, not '[lindex $names 1]' too"
    }
    set parts [lmap part {physical virtual} {
        if {![dict exists $given --$part]} continue
        set part
    }]
    dict set style parts [expr {$parts eq "" ? {physical virtual} : $parts}]
    dict set style width [::acre::mapreport::width]
    set status 0
    foreach name $names {
        lassign [::acre::mapreport::load $name] caption model
        if {[dict exists $given --svg]} {
            ::acre::mapreport::svg $file $caption $model
            foreach note [dict get $model notes] {
                puts stderr "acre: $name: $note"
            }
        } else {
            puts "\n[join [::acre::mapreport::lines $caption $model $style] \n]\n"
        }
        set status [expr {[dict get $model notes] ne "" ? 1 : $status}]
    }
    return $status
}

proc ::acre::cmdmap::Caption {map style} {
    set name [dict get $map name]
    if {[dict get $style color]} {
        set name "\033\[1m$name\033\[0m"
    }
    set title [dict get $map title]
    if {[string length $title] > 75} {
        set title "[string range $title 0 71]..."
    }
    set lines [list $name]
    if {$title ne ""} {
        lappend lines $title
    }
    return [lmap line [list {*}$lines ""] { string trimright "     $line" }]
}

# 1 if the picture may use characters beyond ASCII.
proc ::acre::cmdmap::Unicode {given} {
    if {[dict exists $given --ascii] || [dict exists $given --unicode]} {
        return [dict exists $given --unicode]
    }
    foreach name {LC_ALL LC_CTYPE LANG} {
        if {[info exists ::env($name)] && $::env($name) ne ""} {
            return [regexp -nocase {utf-?8} $::env($name)]
        }
    }
    return 0
}

proc ::acre::cmdmap::Utf8 {unicode} {
    if {$unicode} {
        fconfigure stdout -encoding utf-8
    }
}

# 1 if the picture is to be coloured: by option, else on a terminal unless NO_COLOR is set.
proc ::acre::cmdmap::Color {given} {
    if {[dict exists $given --color] || [dict exists $given --no-color]} {
        return [dict exists $given --color]
    }
    # Only a terminal has a line speed.
    return [expr {![info exists ::env(NO_COLOR)] && ![catch {fconfigure stdout -mode}]}]
}

# --- stats ---------------------------------------------------------------------------------------------------------

proc ::acre::cmdmap::Stats {given names} {
    ::acre::paths::use mapstats
    set maps [lmap file [::acre::map::find {*}[expr {$names eq "" ? "real" : $names}]] {
        dict get [::acre::map::read $file] entries
    }]
    set stats [::acre::mapstats::of $maps]
    if {[dict exists $given --tsv]} {
        puts -nonewline [::acre::mapstats::tsv $stats]
    } else {
        puts [join [::acre::mapstats::table $stats] \n]
    }
    return 0
}

# --- diff ----------------------------------------------------------------------------------------------------------

proc ::acre::cmdmap::Diff {given names} {
    if {[llength $names] != 2} {
        ::acre::err::usage "map diff: [llength $names] maps; name two, the old one first"
    }
    ::acre::paths::use mapdiff
    lassign [lmap name $names {::acre::map::read [::acre::map::locate $name]}] a b
    lassign [::acre::mapdiff::lines $a $b] different lines
    if {[dict exists $given -q]} {
        set lines [expr {$different ? [list "[lindex $names 0] and [lindex $names 1] differ"] : ""}]
    }
    if {$lines ne ""} {
        puts [join $lines \n]
    }
    return $different
}

# --- import, capture -----------------------------------------------------------------------------------------------

proc ::acre::cmdmap::Import {given names} {
    if {[llength $names] > 1} {
        ::acre::err::usage "map import: more than one file: '[lindex $names 1]'; import one log at a time"
    }
    set number [Option $given --map]
    if {[dict exists $given --map] && ![regexp {^[1-9][0-9]{0,5}$} $number]} {
        ::acre::err::usage "map import: --map '$number' is not the number of a map in the log, counted from 1"
    }
    set file [expr {[llength $names] ? [lindex $names 0] : "-"}]
    set from [expr {$file eq "-" ? "standard input" : $file}]
    set log [::acre::mapimport::log [Text $file] $from $number]
    set left [dict get $log left]
    if {$left ne ""} {
        set more [expr {[llength $left] > 3 ? " and [expr {[llength $left] - 3}] more" : ""}]
        puts stderr "acre: $from:[dict get $log line]: took the [dict get $log source] map that begins here; left out:\
            [join [lrange $left 0 2] {, }]$more; --map takes another"
    }
    set title [Option $given --title [dict get $log title]]
    set source "[dict get $log source] lines of a boot log ([file tail $from])"
    return [Write $given $title $source [dict get $log entries]]
}

# The text of FILE, or of standard input for "-".
proc ::acre::cmdmap::Text {file} {
    if {$file ne "-"} {
        return [::acre::map::Load $file]
    }
    fconfigure stdin -translation binary
    return [read stdin]
}

proc ::acre::cmdmap::Capture {given names} {
    if {[llength $names]} {
        ::acre::err::usage "map capture: takes no file: '[lindex $names 0]'; write with -o FILE"
    }
    ::acre::paths::use mapcapture
    set taken [::acre::mapcapture::take [Option $given --from]]
    set title [Option $given --title [dict get $taken title]]
    return [Write $given $title [dict get $taken source] [dict get $taken entries]]
}

# Writes a new map to -o FILE or standard output. It is read back first: what is handed out is a good map.
proc ::acre::cmdmap::Write {given title source entries} {
    set file [Option $given -o -]
    set map [::acre::map::Empty $file]
    dict set map entries $entries
    dict set map title [regsub -all {[\x00-\x1f\x7f]+} $title " "]
    dict set map source $source
    set problems [dict get [::acre::map::parse [encoding convertto utf-8 [::acre::map::text $map]] $file] problems]
    if {[llength $problems]} {
        return -code error -errorcode {ACRE MAP} "cannot make a map of it: [lindex $problems 0]"
    }
    ::acre::map::write $map $file
    return 0
}
