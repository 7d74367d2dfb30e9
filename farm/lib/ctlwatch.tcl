# SPDX-License-Identifier: Apache-2.0
#
# ctlwatch.tcl: acre ctl watch and post-mortem: what the guest says by itself, as it comes; and complete.  Part of
# cmd_ctl.tcl's namespace, and loaded by it.

namespace eval ::acre::ctl {
    # Milliseconds between two looks of a watch without --interval, --above and --below.
    variable INTERVAL 1000
    # Sent whenever a client of watches ends, in whatever way: the guest would go on telling the next one.
    variable FAREWELL {{"id":0,"op":"unwatch"}}
}

proc ::acre::ctl::Do_watch {given path} {
    variable INTERVAL
    variable FAREWELL
    if {[dict get $given above] ne "" && [dict get $given below] ne ""} {
        ::acre::err::usage "ctl watch takes one of --above and --below"
    }
    set arguments [dict merge [Path $path] [Numbers $given depth interval above below]]
    if {[dict size [Numbers $given interval above below]] == 0} {
        dict set arguments interval $INTERVAL
    }
    set ask [asker $given $FAREWELL]
    set peer [lindex $ask end]
    try {
        {*}$ask unwatch {}
        set watch [::acre::storejson::get [::acre::storejson::parse [{*}$ask watch $arguments]] watch]
        Follow $given $peer $watch [string trimright $path .]
        {*}$ask unwatch {}
    } finally {
        ::acre::storepeer::close $peer
    }
    return 0
}

# Prints the events of WATCH, as many as --count says.
proc ::acre::ctl::Follow {given peer watch path} {
    set left [dict get $given count]
    while {$left eq "" || $left > 0} {
        set event [::acre::storepeer::event $peer ""]
        if {[::acre::storejson::get $event post-mortem] ne ""} {
            return -code error -errorcode {ACRE PEER} "the guest panicked"
        } elseif {[::acre::storejson::get $event watch] ne $watch} {
            continue
        }
        Event $given $event $path
        if {$left ne ""} {
            incr left -1
        }
    }
}

# An event: with --json its value and what was lost before it; else the value as get prints it.
proc ::acre::ctl::Event {given event path} {
    set value [::acre::storejson::get $event value]
    set lost [::acre::storejson::get $event lost]
    if {[dict get $given json]} {
        puts [::acre::storejson::text $event]
    } else {
        if {$lost ni {"" {word 0}}} {
            puts stderr "acre: [::acre::storejson::plain $lost] lost: the reader was too slow"
        }
        set lines [::acre::storeshow::lines $value $path]
        if {[lindex $value 0] in {object list}} {
            # What belongs together ends with an empty line.
            lappend lines ""
        }
        puts [join $lines \n]
    }
    flush stdout
}

# Waits for the guest's panic, and prints what it says then.
proc ::acre::ctl::Do_post-mortem {given} {
    set peer [lindex [asker $given] end]
    set found 0
    try {
        while {1} {
            set event [::acre::storepeer::event $peer ""]
            set path [::acre::storejson::get $event post-mortem]
            if {$path eq ""} continue
            set found 1
            Print $given [::acre::storejson::text $event] [list ::acre::storeshow::lines \
                [::acre::storejson::get $event value] [::acre::storejson::plain $path]]
            flush stdout
        }
    } trap {ACRE PEER} why {
        if {!$found} {
            return -code error -errorcode {ACRE PEER} "$why, without a panic"
        }
    } finally {
        ::acre::storepeer::close $peer
    }
    return 0
}

# The paths that begin with PREFIX, one level further, for a shell's completion: what cannot be found out is not said.
proc ::acre::ctl::Do_complete {given {prefix ""}} {
    variable COMPLETE_TIMEOUT
    variable TABLE
    if {[dict get $given timeout] eq [lindex [dict get $TABLE --timeout] 2]} {
        dict set given timeout $COMPLETE_TIMEOUT
    }
    set parent [expr {[set at [string last . $prefix]] < 0 ? "" : [string range $prefix 0 $at]}]
    if {[catch {::acre::storejson::parse [Ask $given list [Path $parent]]} value]} {
        return 0
    }
    lassign $value kind content
    set index -1
    set entries [expr {$kind eq "list" ? [concat {*}[lmap item $content {list [incr index] $item}]] : $content}]
    foreach {name item} $entries {
        if {$kind in {object list} && [string equal -length [string length $prefix] $prefix $parent$name]} {
            set below [expr {[lindex $item 0] in {object list} || [::acre::storejson::plain $item] in {object list}}]
            puts $parent$name[expr {$below ? "." : ""}]
        }
    }
    return 0
}
