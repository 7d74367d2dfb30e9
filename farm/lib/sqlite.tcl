# SPDX-License-Identifier: Apache-2.0
#
# sqlite.tcl: a database file, by the program sqlite3, with which people look into it too (Debian package sqlite3; the
# Tcl package would be a second thing to install for the same).
#
#   ::acre::sqlite::run FILE SQL    runs statements, all of them or none; makes FILE if there is none
#   ::acre::sqlite::rows FILE SQL   -> what a query finds, a list of rows, each a list of texts; NULL is ""
#   ::acre::sqlite::quote TEXT      -> TEXT as a literal; control characters, which no value of ours has, become blanks
#   ::acre::sqlite::maybe TEXT      -> the same, but NULL for ""
#   ::acre::sqlite::number TEXT     -> a number as a literal, NULL for what is none
#
# Raises {ACRE BAD} with the program's own words, {ACRE NEED sqlite3} without it.

namespace eval ::acre::sqlite {
    # Milliseconds for which another that writes is waited for.
    variable PATIENCE 20000
}

proc ::acre::sqlite::quote {text} {
    return "'[string map {' ''} [regsub -all {[\x00-\x1f]} $text " "]]'"
}

proc ::acre::sqlite::maybe {text} {
    return [expr {$text eq "" ? "NULL" : [quote $text]}]
}

proc ::acre::sqlite::number {text} {
    return [expr {[regexp {^-?\d{1,18}(\.\d{1,18})?$} $text] ? $text : "NULL"}]
}

proc ::acre::sqlite::run {file sql} {
    Call $file "BEGIN IMMEDIATE;\n$sql\nCOMMIT;\n"
    return
}

proc ::acre::sqlite::rows {file sql} {
    if {![file isfile $file]} {
        ::acre::err::bad "$file: no such history"
    }
    set text [Call $file $sql]
    if {$text eq ""} {
        return {}
    }
    return [lmap line [split [string range $text 0 end-1] \n] {split $line \t}]
}

# No line of SQL may begin with a dot: to the program that would be a command of its own.
proc ::acre::sqlite::Call {file sql} {
    variable PATIENCE
    set command [list [::acre::err::need sqlite3] -batch -bail -noheader -tabs -init /dev/null \
        -cmd ".timeout $PATIENCE" [file normalize [file join [pwd] $file]] 2>@1]
    set channel [open |$command r+]
    fconfigure $channel -encoding utf-8 -translation lf
    # It may have ended already, over a file that is no database.
    catch {
        puts $channel $sql
        chan close $channel write
    }
    set said [read $channel]
    if {[catch {close $channel}]} {
        ::acre::err::bad "$file: [regsub {^(Runtime error|Parse error|Error:?)[^:]*: } [string trim $said] ""]"
    }
    return $said
}
