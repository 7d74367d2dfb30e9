# SPDX-License-Identifier: Apache-2.0
#
# reporthtml.tcl: a report as a folder of pages: index.html, style.css, cases/NAME.html.
#
#   ::acre::reporthtml::write DIR REPORT ?COMMAND?   REPORT is report.tcl's.  DIR is made; an older report there is
#       replaced when the new one is whole; anything else there is left alone: {ACRE BAD}.  Pages of many cases are
#       drawn by processes, one a core: COMMAND, to which "I/N:FOLDER" is added, calls share
#   ::acre::reporthtml::share I/N:FOLDER REPORT      draws every N-th case's page, from the I-th on

::acre::paths::use err reportindex reportpage reportcost reportstyle

namespace eval ::acre::reporthtml {
    # Says that a directory is a report and may be replaced by one.
    variable MARK .acre-report
    # Cases for which processes are worth their start.
    variable MANY 40
}

proc ::acre::reporthtml::write {dir report {command ""}} {
    variable MARK
    set dir [file normalize [file join [pwd] $dir]]
    if {[catch {file readlink $dir}] == 0 || ([file exists $dir] && ![file exists [file join $dir $MARK]]
            && (![file isdirectory $dir] || [glob -nocomplain -directory $dir -- * .?*] ni [list {} \
            [list [file join $dir ..]]]))} {
        ::acre::err::bad "$dir: is there, and is no report; name another place for --html"
    }
    set new $dir.new-[pid]
    try {
        file mkdir $new
        Put [file join $new $MARK] "A report of acre; it may be replaced by a newer one.\n"
        Put [file join $new style.css] $::acre::reportstyle::css
        Pages $new $report $command
        Put [file join $new index.html] [::acre::reportindex::draw $report [::acre::reportcost::of $report]]
        file delete -force -- $dir
        file rename -- $new $dir
    } on error {message options} {
        catch {file delete -force -- $new}
        if {[lindex [dict get $options -errorcode] 0] eq "POSIX"} {
            set why [lindex [dict get $options -errorcode] 2]
            ::acre::err::bad "$dir: cannot be written: $why; name another place for --html"
        }
        return -options $options $message
    }
}

proc ::acre::reporthtml::Pages {dir report command} {
    variable MANY
    if {$command eq "" || [dict size [dict get $report run cases]] < $MANY || [catch {exec nproc} cores]
            || $cores < 2} {
        return [share 0/1:$dir $report]
    }
    set channels {}
    for {set index 0} {$index < $cores} {incr index} {
        lappend channels [open |[list {*}$command $index/$cores:$dir 2>@1]]
    }
    set wrong ""
    foreach channel $channels {
        set said [string trim [read $channel]]
        if {[catch {close $channel}]} {
            set wrong [expr {$said eq "" ? "a process that draws pages ended badly" : [regsub {^acre: } $said ""]}]
        }
    }
    if {$wrong ne ""} {
        ::acre::err::bad $wrong
    }
}

proc ::acre::reporthtml::share {share report} {
    if {![regexp {^(\d{1,4})/([1-9]\d{0,3}):(.+)$} $share - index count dir]} {
        ::acre::err::usage "report: --pages: no share of the pages: '$share'"
    }
    set cases [dict values [dict get $report run cases]]
    set near [Near $cases]
    for {} {$index < [llength $cases]} {incr index $count} {
        set case [lindex $cases $index]
        Put [file join $dir [::acre::reportpage::path $case]] \
            [::acre::reportpage::draw $report $case [dict get $near [dict get $case name]]]
    }
}

# dict name -> {before after}: the nearest red cases in the plan's order.
proc ::acre::reporthtml::Near {cases} {
    set near [dict create]
    foreach {order at} [list $cases 0 [lreverse $cases] 1] {
        set last ""
        foreach case $order {
            set name [dict get $case name]
            set pair [expr {[dict exists $near $name] ? [dict get $near $name] : {"" ""}}]
            dict set near $name [lreplace $pair $at $at $last]
            if {[::acre::known::red $case]} {
                set last $case
            }
        }
    }
    return $near
}

proc ::acre::reporthtml::Put {path text} {
    file mkdir [file dirname $path]
    set out [open $path w]
    try {
        fconfigure $out -encoding utf-8 -translation lf
        puts -nonewline $out $text
    } finally {
        close $out
    }
}
