# SPDX-License-Identifier: Apache-2.0
#
# progress.tcl: what a person sees while a run is on.  On a terminal one line is written over and over; elsewhere each
# result is a line of its own.  Failures are always lines of their own, at once.

namespace eval ::acre::progress {
    variable state [dict create]
    variable good {PASS SKIP}
    # No more than this many redraws a second (ms between two).
    variable redrawMs 100
    # 1: nothing is said; a search through many small runs says what it finds itself.
    variable silent 0
}

proc ::acre::progress::silence {} {
    variable silent 1
}

# start TOTAL JOBS TTY: before the first result.
proc ::acre::progress::start {total jobs tty} {
    variable state
    set state [dict create total $total jobs $jobs tty $tty done 0 failed 0 ran 0 shown 0 \
        begun [clock milliseconds]]
}

# done RESULT COST: one more result; COST is the guess that the plan made, 0 for what was not run.
proc ::acre::progress::done {result cost} {
    variable state
    variable good
    variable silent
    dict incr state done
    set bad [expr {[dict get $result verdict] ni $good}]
    dict incr state failed $bad
    if {$cost > 0} {
        dict incr state ran
    }
    if {$silent} {
        return
    }
    # What is missing is told once, at the end.
    if {$bad && [dict get $result verdict] ne "MISSING" || !$bad && !([dict get $state tty] || $cost == 0)} {
        Clear
        puts [line $result]
        flush stdout
    }
}

# line RESULT -> "VERDICT name 0.42 s" with what went wrong after it.
proc ::acre::progress::line {result} {
    set text [format "%-5s %s %.2f s" [dict get $result verdict] [dict get $result name] [dict get $result seconds]]
    if {[dict get $result verdict] eq "PASS"} {
        return $text
    }
    return [join [concat [list $text] [lmap key {sub why} {
        if {[dict get $result $key] eq ""} continue
        dict get $result $key
    }]] ": "]
}

# show RUNNING: redraws the live line; RUNNING is the names of the cases that run now.
proc ::acre::progress::show {running} {
    variable state
    variable redrawMs
    set now [clock milliseconds]
    if {![dict get $state tty] || $now - [dict get $state shown] < $redrawMs} {
        return
    }
    dict set state shown $now
    dict with state {
        set text [format {[%d/%d] %d failed%s  %s} $done $total $failed [Eta $now] \
            [join [lmap name $running {regsub {^boot@} $name ""}] "  "]]
    }
    puts -nonewline "\r[string range $text 0 [Columns]-2]\x1b\[K"
    flush stdout
}

# ", 2:05 left" once there is something to tell it from.
proc ::acre::progress::Eta {now} {
    variable state
    set done [dict get $state done]
    if {[dict get $state ran] < 4 || $done == 0} {
        return ""
    }
    set elapsed [expr {($now - [dict get $state begun]) / 1000.0}]
    set each [expr {$elapsed / [dict get $state ran]}]
    set left [expr {int($each * ([dict get $state total] - $done) + 0.5)}]
    return [format ", %d:%02d left" [expr {$left / 60}] [expr {$left % 60}]]
}

# note WORDS: something that a person should know now.
proc ::acre::progress::note {words} {
    Clear
    puts stderr "acre: $words"
}

# finish: leaves the live line empty.
proc ::acre::progress::finish {} {
    Clear
    flush stdout
}

proc ::acre::progress::Clear {} {
    variable state
    if {[dict exists $state tty] && [dict get $state tty]} {
        puts -nonewline "\r\x1b\[K"
    }
}

# Width of the terminal.
proc ::acre::progress::Columns {} {
    variable columns
    if {![info exists columns]} {
        set columns 80
        if {![catch {lindex [exec stty size <@stdin 2>/dev/null] 1} got] && [string is integer -strict $got] && $got} {
            set columns $got
        }
    }
    return $columns
}
