# SPDX-License-Identifier: Apache-2.0
#
# acre help: the commands and a line for each; acre help SUB: the text of doc/help/SUB.txt.  The man pages are made
# from the same files, so the two cannot differ.

namespace eval ::acre::help {}

# The help text of topic NAME, or "" if there is none.
proc ::acre::help::text {name} {
    set path [file join [::acre::paths::get help] $name.txt]
    if {![file exists $path]} {
        return ""
    }
    set file [open $path]
    try {
        return [read $file]
    } finally {
        close $file
    }
}

# What a topic is, from its first line "acre NAME - what".
proc ::acre::help::summary {name} {
    set first [lindex [split [text $name] \n] 0]
    return [expr {[regexp { - (.*)$} $first -> what] ? $what : "(no help text)"}]
}

# What there is help about besides commands: the formats of files, each a text NAME-format.txt.
proc ::acre::help::topics {} {
    return [lsort [lmap path [glob -nocomplain -directory [::acre::paths::get help] *-format.txt] {
        file rootname [file tail $path]
    }]]
}

proc ::acre::help::overview {} {
    puts [string trimright [text acre]]
    puts "\nCommands:"
    foreach name [::acre::command::names] {
        puts [format "  %-10s %s" $name [summary $name]]
    }
    puts "\nTopics:"
    foreach name [topics] {
        puts [format "  %-14s %s" $name [summary $name]]
    }
    puts "\n'acre help COMMAND' says more."
}

proc ::acre::cmd::help {args} {
    if {[llength $args] > 1} {
        ::acre::err::usage "help takes one command, not '[lindex $args 1]' too"
    }
    set name [lindex $args 0]
    if {$name eq ""} {
        ::acre::help::overview
        return 0
    }
    if {$name ni [::acre::command::names] && $name ni [::acre::help::topics]} {
        ::acre::err::usage "no help about '$name'; 'acre help' lists the commands"
    }
    set text [::acre::help::text $name]
    puts [expr {$text eq "" ? "acre $name - (no help text)" : [string trimright $text]}]
    return 0
}
