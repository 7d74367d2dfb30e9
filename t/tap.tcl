# SPDX-License-Identifier: Apache-2.0
#
# TAP 13 for tests in Tcl: source [file join $::env(srcdir) tap.tcl].  The plan comes first; a test that stops early
# is red.
#
#   tap::plan N
#   tap::skip_all WHY                  the whole file skips, and ends
#   tap::need TOOL PACKAGE             skip_all unless the program TOOL is there
#   tap::emulators                     -> those of qemu and bochs that are there; skip_all without any, or without
#                                      Expect, which drives them
#   tap::ok CONDITION DESC ?SHOWN?     a point; SHOWN is printed if CONDITION is false
#   tap::is GOT WANT DESC              a point: equal as strings
#   tap::like GOT PATTERN DESC         a point: GOT matches the glob PATTERN
#   tap::raises SCRIPT CODE PATTERN DESC   a point: SCRIPT raises an error whose errorcode starts with the list
#                                      CODE and whose message matches PATTERN
#   tap::skip DESC WHY
#   tap::note TEXT
#   tap::tmp                           -> a directory of the test's own, removed at the end
#   tap::slurp FILE, tap::bytes FILE   -> its text, its bytes
#   tap::seed                          -> ACRE_SEED, or a number of now, which a note tells
#   tap::whole                         whether all is to be tried, as `make check-all` does, or samples are enough
#   tap::sample LIST COUNT             -> LIST if all is to be tried, else COUNT of it at equal distances; the seed says
#                                      from where
#   tap::done                          call it last
#
# ::acre::paths is there, set to the trees of the environment, and ::acre::err: ::acre::paths::use map loads a library.

namespace eval ::tap {
    variable n 0 planned "" dir ""
}

foreach {::tap::name ::tap::up} {srcdir . top_srcdir ..} {
    if {![info exists ::env($::tap::name)]} {
        set ::env($::tap::name) [file normalize [file join [file dirname [info script]] $::tap::up]]
    }
}
foreach {::tap::name ::tap::up} {builddir . top_builddir ..} {
    if {![info exists ::env($::tap::name)]} {
        set ::env($::tap::name) [file normalize [file join [pwd] $::tap::up]]
    }
}
source [file join $::env(top_srcdir) farm lib paths.tcl]
::acre::paths::tree $::env(top_srcdir) $::env(top_builddir)
::acre::paths::use err
fconfigure stdout -buffering line

proc ::tap::plan {count} {
    variable planned $count
    variable seed
    puts "TAP version 13\n1..$count"
    if {[info exists seed]} {
        note "ACRE_SEED=$seed"
    }
}

proc ::tap::skip_all {why} {
    puts "TAP version 13\n1..0 # SKIP $why"
    exit 0
}

proc ::tap::need {tool package} {
    if {[auto_execok $tool] eq ""} {
        skip_all "needs $tool (Debian package $package)"
    }
}

proc ::tap::emulators {} {
    if {[catch {package require Expect}]} {
        skip_all "needs Tcl package Expect (Debian package tcl-expect)"
    }
    set emulators [lmap {emulator program} {qemu qemu-system-x86_64 bochs bochs} {
        if {[auto_execok $program] eq ""} continue
        set emulator
    }]
    if {$emulators eq ""} {
        skip_all "needs qemu-system-x86_64 (Debian package qemu-system-x86) or bochs (Debian package bochs)"
    }
    return $emulators
}

proc ::tap::seed {} {
    variable seed
    variable planned
    if {![info exists seed]} {
        set seed [expr {[info exists ::env(ACRE_SEED)] ? $::env(ACRE_SEED) : [clock seconds]}]
        if {$planned ne ""} {
            note "ACRE_SEED=$seed"
        }
    }
    return $seed
}

proc ::tap::whole {} {
    return [expr {[info exists ::env(ACRE_TEST_WHOLE)] && $::env(ACRE_TEST_WHOLE) ne ""}]
}

proc ::tap::sample {list count} {
    if {[whole] || [llength $list] <= $count} {
        return $list
    }
    set step [expr {[llength $list] / $count}]
    set chosen {}
    for {set i [expr {[seed] % $step}]} {[llength $chosen] < $count} {incr i $step} {
        lappend chosen [lindex $list $i]
    }
    return $chosen
}

proc ::tap::note {text} {
    foreach line [split $text \n] {
        puts "# $line"
    }
}

proc ::tap::Point {good desc} {
    variable n
    incr n
    puts "[expr {$good ? "ok" : "not ok"}] $n - [string map {# \\# \n " "} $desc]"
}

proc ::tap::ok {condition desc {shown ""}} {
    set good [expr {bool($condition)}]
    Point $good $desc
    if {!$good && $shown ne ""} {
        note $shown
    }
    return $good
}

proc ::tap::is {got want desc} {
    return [ok [string equal $got $want] $desc "got:  $got\nwant: $want"]
}

proc ::tap::like {got pattern desc} {
    return [ok [string match $pattern $got] $desc "got:  $got\nlike: $pattern"]
}

proc ::tap::raises {script code pattern desc} {
    if {[catch {uplevel 1 $script} message options] != 1} {
        return [ok 0 $desc "no error; result: $message"]
    }
    set got [dict get $options -errorcode]
    set good [expr {[lrange $got 0 [llength $code]-1] eq $code && [string match $pattern $message]}]
    return [ok $good $desc "code:    $got, want $code\nmessage: $message\nlike:    $pattern"]
}

proc ::tap::skip {desc why} {
    variable n
    incr n
    puts "ok $n - $desc # SKIP $why"
}

proc ::tap::tmp {} {
    variable dir
    if {$dir eq ""} {
        close [file tempfile dir [file join [expr {[info exists ::env(TMPDIR)] ? $::env(TMPDIR) : "/tmp"}] acre-test]]
        file delete $dir
        file mkdir $dir
    }
    return $dir
}

proc ::tap::slurp {file} {
    set in [open $file]
    fconfigure $in -encoding utf-8
    set text [read $in]
    close $in
    return $text
}

proc ::tap::bytes {file} {
    set in [open $file rb]
    set bytes [read $in]
    close $in
    return $bytes
}

proc ::tap::done {} {
    variable n
    variable planned
    variable dir
    if {$dir ne ""} {
        file delete -force $dir
    }
    if {$planned ne $n} {
        note "planned $planned points, had $n"
    }
    exit 0
}
