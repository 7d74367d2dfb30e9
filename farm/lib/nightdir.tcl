# SPDX-License-Identifier: Apache-2.0
#
# nightdir.tcl: the directory of the nights.
#
#   DIR/history.sqlite    history.tcl's               DIR/nights/NIGHT/  what a night left, acre farm's directory
#   DIR/latest            a link to the newest        DIR/source, DIR/build  nightbuild.tcl's
#   DIR/lock              held while a night runs
#
#   ::acre::nightdir::lock DIR    makes DIR and takes its lock -> a channel; raises {ACRE BAD} if another has it.  The
#                                 lock is the open file's: whoever was started with that channel as its standard input
#                                 holds it too, so a night that was killed is not over before its farm is
#   ::acre::nightdir::make DIR WHEN TAKEN -> {NIGHT PATH}: a new night's name, its day (with .2, .3 ... if there is one
#                                 or the name is one of TAKEN), and its directory
#   ::acre::nightdir::latest DIR NIGHT    points the link there
#   ::acre::nightdir::trim DIR KEEP NAMES GOOD -> the nights whose directories were removed: those of NAMES (the newest
#                                 first) behind the first KEEP, but never GOOD, and nothing that is no night of NAMES

namespace eval ::acre::nightdir {
    variable FORM {^\d{4}-\d\d-\d\d(\.\d{1,4})?$}
}

proc ::acre::nightdir::lock {dir} {
    if {[catch {
        file mkdir [file join $dir nights]
        open [file join $dir lock] {RDWR CREAT}
    } channel]} {
        ::acre::err::bad "$dir: cannot be written: [string trim [lindex [split $channel :] end]]"
    }
    if {[catch {exec [::acre::err::need flock] -n 0 <@ $channel} why options]} {
        set said [string trim [read $channel]]
        close $channel
        if {[lindex [dict get $options -errorcode] 0] ne "CHILDSTATUS"} {
            return -options $options $why
        }
        ::acre::err::bad "$dir: another night is running there[expr {$said eq "" ? "" : " ($said)"}]; wait for it"
    }
    return $channel
}

# What a person finds in the lock.
proc ::acre::nightdir::Told {channel night} {
    chan truncate $channel 0
    seek $channel 0
    puts $channel "$night, process [pid]"
    flush $channel
}

proc ::acre::nightdir::make {dir when taken} {
    set day [clock format $when -format %Y-%m-%d]
    set night $day
    for {set more 2} {$night in $taken || ![catch {file type [file join $dir nights $night]}]} {incr more} {
        set night $day.$more
    }
    set path [file join $dir nights $night]
    file mkdir $path
    return [list $night $path]
}

proc ::acre::nightdir::latest {dir night} {
    set link [file join $dir latest]
    if {![catch {file type $link} type] && $type ne "link"} return
    exec ln -sfn -- [file join nights $night] $link
}

proc ::acre::nightdir::trim {dir keep names good} {
    variable FORM
    set removed {}
    foreach night [lrange $names $keep end] {
        set path [file join $dir nights $night]
        if {$night eq $good || ![regexp $FORM $night] || [catch {file type $path} type]
                || $type ne "directory"} continue
        file delete -force -- $path
        lappend removed $night
    }
    return $removed
}
