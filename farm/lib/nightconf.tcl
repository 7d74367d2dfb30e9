# SPDX-License-Identifier: Apache-2.0
#
# nightconf.tcl: the one file that says what a night is.  `acre help nightly-format` has its form and its keys.
#
#   ::acre::nightconf::read FILE  -> dict of all keys, with their defaults; directory, known and image are absolute.
#                                    Raises {ACRE NIGHT}, naming the line
#   ::acre::nightconf::find FILE  -> FILE, or where the file stands if FILE is "": raises {ACRE USAGE} if nowhere
#   ::acre::nightconf::seed CONF WHEN -> the seed of a night that begins at WHEN (seconds)

::acre::paths::use options group

namespace eval ::acre::nightconf {
    # key -> {default, what a value must be}
    variable keys {
        directory {"" path} repository {"" text} revision {HEAD text} configure {"" text}
        group {"" words} matrix {"" words} select {"" words} random {"" maps} seed {day seed} options {"" text}
        image {"" path} jobs {"" count} limit {"" hours} figures {none parts} known {"" path}
        keep {14 count} mail {"" text} mail-when {always when}
    }
    variable parts {host guest program store}
}

proc ::acre::nightconf::find {file} {
    if {$file ne ""} {
        return [file normalize [file join [pwd] $file]]
    }
    set own [expr {[info exists ::env(XDG_CONFIG_HOME)] ? $::env(XDG_CONFIG_HOME) :
        [info exists ::env(HOME)] ? [file join $::env(HOME) .config] : ""}]
    set tried {}
    foreach dir [list $own [::acre::paths::configuration]] {
        if {$dir eq ""} continue
        set file [file join $dir acre nightly.conf]
        if {[file isfile $file]} {
            return $file
        }
        lappend tried $file
    }
    return -code error -errorcode {ACRE USAGE} \
        "there is no [join $tried { and no }]: write one (acre help nightly-format), or name one with --config"
}

proc ::acre::nightconf::Bad {message} {
    return -code error -level 2 -errorcode {ACRE NIGHT} $message
}

proc ::acre::nightconf::read {file} {
    variable keys
    if {[catch {open $file r} in]} {
        Bad "$file: cannot be read"
    }
    fconfigure $in -encoding utf-8
    set lines [split [::read $in] \n]
    close $in
    set conf [dict map {key rule} $keys {lindex $rule 0}]
    set seen {}
    set number 0
    foreach line $lines {
        incr number
        set line [string trim $line]
        if {$line eq "" || [string match "#*" $line]} continue
        if {![regexp {^([a-z-]+)\s*=\s*(.*)$} $line - key value] || ![dict exists $keys $key]} {
            Bad "$file:$number: not a key with = and a value: '$line'; the keys are [join [dict keys $keys] {, }]"
        }
        if {$key in $seen} {
            Bad "$file:$number: a second $key"
        }
        lappend seen $key
        set wrong [Wrong [lindex [dict get $keys $key] 1] $value]
        if {$value ne "" && $wrong ne ""} {
            Bad "$file:$number: $key: $wrong: '$value'"
        }
        if {$value ne ""} {
            dict set conf $key $value
        }
    }
    return [Whole $conf $file]
}

# What is wrong with VALUE, or "".
proc ::acre::nightconf::Wrong {kind value} {
    variable parts
    switch $kind {
        count { return [expr {[regexp {^[1-9]\d{0,5}$} $value] ? "" : "no number from 1 to 999999"}] }
        maps { return [expr {[regexp {^(0|[1-9]\d{0,5})$} $value] ? "" : "no number from 0 to 999999"}] }
        seed { return [expr {[regexp {^(day|0|[1-9]\d{0,18})$} $value] ? "" : "neither day nor a whole number"}] }
        hours { return [expr {[::acre::options::number $value 1000] ? "" : "no number of hours"}] }
        when { return [expr {$value in {always change red} ? "" : "none of always, change and red"}] }
        path { return [expr {[file pathtype $value] eq "absolute" && [string index $value 0] eq "/" ? "" :
            "no absolute path"}] }
        parts {
            set wrong [lsearch -inline -not -regexp [regexp -all -inline {\S+} $value] ^([join $parts |])$]
            return [expr {$value eq "none" || $wrong eq "" ? "" : "neither none nor some of [join $parts {, }]"}]
        }
    }
    return ""
}

# What needs more than one key to be told.
proc ::acre::nightconf::Whole {conf file} {
    if {[dict get $conf directory] eq ""} {
        Bad "$file: no directory: say where the nights are kept"
    }
    if {[dict get $conf repository] eq "" && [dict get $conf figures] ne "none"} {
        Bad "$file: figures are measured in a build: name a repository too, or write figures = none"
    }
    foreach key {group matrix select figures} {
        dict set conf $key [regexp -all -inline {\S+} [dict get $conf $key]]
    }
    if {[dict get $conf figures] eq "none"} {
        dict set conf figures {}
    }
    if {"[dict get $conf group][dict get $conf matrix][dict get $conf select]" eq ""} {
        dict set conf group nightly
    }
    if {[dict get $conf random] eq ""} {
        dict set conf random [::acre::group::random [dict get $conf group]]
    }
    if {[dict get $conf random] == 0} {
        dict set conf random ""
    }
    return $conf
}

proc ::acre::nightconf::seed {conf when} {
    if {[dict get $conf random] eq ""} {
        return ""
    }
    set seed [dict get $conf seed]
    return [expr {$seed eq "day" ? [clock format $when -format %Y%m%d] : $seed}]
}
