# SPDX-License-Identifier: Apache-2.0
#
# mapreport.tcl: pictures of what a boot reported: reads reports, writes pictures.
#
#   ::acre::mapreport::load NAME -> {caption model}.  NAME: a serial log, a case's directory, or - for standard input.
#       Raises {ACRE REPORT} for what is no whole report, saying what it is.
#   ::acre::mapreport::of TEXT NAME -> the model of the report in TEXT; the same errors
#   ::acre::mapreport::svg FILE CAPTION MODEL      writes the picture; - is standard output
#   ::acre::mapreport::lines CAPTION MODEL STYLE   the picture for a terminal
#   ::acre::mapreport::case DIR    draws DIR/serial.log into DIR/ledger.svg and DIR/ledger.txt; where it is no whole
#       report but has begun to be one, ledger.txt says so; where it is none at all, nothing is written

::acre::paths::use patterns quirks interval mapops map tap ledgermap ledgersvg ledgerterm

namespace eval ::acre::mapreport {
    variable LOG serial.log
    # Columns where nobody says how many there are.
    variable WIDTH 80
}

proc ::acre::mapreport::load {name} {
    variable LOG
    if {$name eq "-"} {
        fconfigure stdin -translation binary
        return [list "standard input" [of [read stdin] "standard input"]]
    }
    set file $name
    if {[file isdirectory $name]} {
        set file [file join $name $LOG]
        if {![file exists $file]} {
            Bad "$name: no $LOG in it; name a case's directory, or a file with a boot's serial output"
        }
    }
    return [list [Caption $file] [of [Read $file] $name]]
}

# The case's name where FILE stands in a case's directory, else the file's.
proc ::acre::mapreport::Caption {file} {
    variable LOG
    set case [file join [file dirname $file] case]
    if {[file tail $file] eq $LOG && [file isfile $case]} {
        ::acre::paths::use casefile
        if {![catch {::acre::casefile::read $case} read]} {
            return [dict get $read name]
        }
    }
    return [file tail $file]
}

proc ::acre::mapreport::Read {file} {
    if {[catch {::acre::map::Bytes $file} bytes]} {
        Bad "$file: $bytes"
    }
    if {[string length $bytes] > $::acre::map::bytesMax} {
        Bad "$file: too large for a report: more than $::acre::map::bytesMax bytes; name a boot's serial output"
    }
    return $bytes
}

proc ::acre::mapreport::of {text name} {
    set tap [::acre::tap::parse $text]
    if {[dict get $tap refused] ne "" && [dict get $tap usable] eq ""} {
        Bad "$name: nothing to draw: the guest refused to go on: [dict get $tap refused]"
    }
    set kernel [expr {[dict get $tap version] || [dict get $tap usable] ne ""}]
    if {$kernel && [dict get $tap torn] ne ""} {
        Bad "$name: the report is torn, and only a whole one can be drawn: [dict get $tap torn]"
    }
    if {[dict get $tap usable] eq ""} {
        Bad "$name: no report of Acre's kernel: it has no '[string trim $::layout::PROTO_USABLE]' line; name a case's\
            directory, or a file with a boot's serial output"
    }
    if {[catch {::acre::ledgermap::model $tap} model options]} {
        return -code error -errorcode [dict get $options -errorcode] -errorinfo [dict get $options -errorinfo] \
            "$name: $model"
    }
    return $model
}

proc ::acre::mapreport::Bad {message} {
    return -code error -level 2 -errorcode {ACRE REPORT} $message
}

proc ::acre::mapreport::svg {file caption model} {
    set text [encoding convertto utf-8 [::acre::ledgersvg::draw $model $caption]]
    if {$file eq "-"} {
        fconfigure stdout -translation binary
        puts -nonewline stdout $text
        flush stdout
        return
    }
    if {[catch {Write [file join [pwd] $file] $text} why]} {
        set why [string trim [lindex [split $why :] end]]
        Bad "$file: cannot be written: $why; choose another place"
    }
}

proc ::acre::mapreport::Write {file bytes} {
    set channel [open $file wb]
    try {
        puts -nonewline $channel $bytes
    } finally {
        close $channel
    }
}

proc ::acre::mapreport::lines {caption model style} {
    set lines [::acre::ledgerterm::draw $model $style]
    return [list [::acre::ledgerterm::Indented [::acre::ledgerterm::Bold $caption $style]] "" {*}$lines]
}

# Columns to draw in: what COLUMNS says, else the terminal, else WIDTH.
proc ::acre::mapreport::width {} {
    variable WIDTH
    if {[info exists ::env(COLUMNS)] && [string is integer -strict $::env(COLUMNS)]} {
        return $::env(COLUMNS)
    }
    # stty asks the terminal that is its standard input.
    if {![catch {fconfigure stdout -mode}] && ![catch {exec stty size <@stdout} size]
            && [string is integer -strict [lindex $size 1]]} {
        return [lindex $size 1]
    }
    return $WIDTH
}

proc ::acre::mapreport::case {dir} {
    variable WIDTH
    set text [Read [file join $dir $::acre::mapreport::LOG]]
    set caption [Caption [file join $dir $::acre::mapreport::LOG]]
    if {![regexp "(?:^|\n)$::layout::PROTO_USABLE" $text]} return
    if {[catch {of $text $caption} model options]} {
        if {[dict get $options -errorcode] ne {ACRE REPORT}} {
            return -options $options $model
        }
        return [Write [file join $dir ledger.txt] [encoding convertto utf-8 "no picture: $model\n"]]
    }
    svg [file join $dir ledger.svg] $caption $model
    set style [dict create ascii 1 color 0 width $WIDTH parts {physical virtual}]
    Write [file join $dir ledger.txt] [encoding convertto utf-8 "[join [lines $caption $model $style] \n]\n"]
}
