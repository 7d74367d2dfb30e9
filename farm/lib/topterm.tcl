# SPDX-License-Identifier: Apache-2.0
#
# topterm.tcl: a terminal as acre top needs it: the whole screen, keys as they are pressed, and all as it was
# afterwards, also when this process is killed.
#
#   ::acre::topterm::open              takes the terminal of standard input and output; raises {ACRE USAGE} if they are
#                                      none
#   ::acre::topterm::size              -> {COLUMNS ROWS}
#   ::acre::topterm::show LINES COLUMNS   draws them; the first and the last are bars, the third is a heading
#   ::acre::topterm::key SECONDS       -> the next key, or "" when SECONDS are over: a character, or one of up down
#                                      page-up page-down home end tab enter eof
#   ::acre::topterm::close
#
# The control sequences are those that every terminal of the last decades has (ECMA-48, and xterm's alternate screen).

namespace eval ::acre::topterm {
    variable ENTER "\033\[?1049h\033\[?25l"
    variable LEAVE "\033\[?25h\033\[?1049l"
    variable RAW {-icanon -echo -isig -iexten -ixon -icrnl -opost min 1 time 0}
    # Puts the terminal back when the pipe ends without the word.
    variable GUARDIAN {trap '' HUP INT TERM QUIT TTOU
        read -r word && exit
        printf '%s' "$3" >"$1"
        stty -F "$1" "$2"}
    variable KEYS {
        \033\[A up \033\[B down \033OA up \033OB down \033\[5~ page-up \033\[6~ page-down \033\[H home \033\[F end
        \033\[1~ home \033\[4~ end \033OH home \033OF end \t tab \r enter \n enter
    }
    # Milliseconds that the rest of a key's sequence may take.
    variable SEQUENCE 50
    variable terminal "" saved "" guardian "" held "" ended 0 due 0
}

proc ::acre::topterm::open {} {
    variable RAW
    variable GUARDIAN
    variable ENTER
    variable LEAVE
    variable terminal
    variable saved
    variable guardian
    if {[catch {exec sh -c {test -t 1} >@stdout}] || [catch {exec tty <@stdin 2>/dev/null} terminal]} {
        ::acre::err::usage "top needs a terminal; acre top --once prints one screen"
    } elseif {![info exists ::env(TERM)] || $::env(TERM) in {"" dumb}} {
        ::acre::err::usage "top needs a terminal that can move its cursor, not TERM=dumb; acre top --once prints one\
            screen"
    }
    set saved [exec stty -F $terminal -g]
    set command [list setsid /bin/sh -c $GUARDIAN guardian $terminal $saved $LEAVE >/dev/null 2>/dev/null]
    set guardian [::open |$command w]
    fconfigure $guardian -buffering line
    exec stty -F $terminal {*}$RAW
    fconfigure stdin -blocking 0 -translation binary -buffering none
    fconfigure stdout -translation lf -buffering full -buffersize 65536
    fileevent stdin readable ::acre::topterm::Readable
    puts -nonewline $ENTER
    flush stdout
}

proc ::acre::topterm::close {} {
    variable LEAVE
    variable terminal
    variable saved
    variable guardian
    if {$saved eq ""} {
        return
    }
    catch {fileevent stdin readable {}}
    catch {puts -nonewline $LEAVE; flush stdout}
    catch {exec stty -F $terminal $saved}
    set saved ""
    catch {puts $guardian done}
    catch {::close $guardian}
}

proc ::acre::topterm::size {} {
    variable terminal
    if {[catch {exec stty -F $terminal size} size] || [scan $size "%d %d" rows columns] != 2 || !$rows || !$columns} {
        return {80 24}
    }
    return [list $columns $rows]
}

proc ::acre::topterm::show {lines columns} {
    set out "\033\[H"
    set number 0
    set last [expr {[llength $lines] - 1}]
    foreach line $lines {
        if {$number in [list 0 $last]} {
            append out "\033\[7m" [format %-*s $columns $line] "\033\[0m"
        } elseif {$number == 2} {
            append out "\033\[1m" $line "\033\[0m\033\[K"
        } else {
            append out $line "\033\[K"
        }
        if {$number < $last} {
            append out "\r\n"
        }
        incr number
    }
    puts -nonewline $out
    flush stdout
}

# ---- keys

proc ::acre::topterm::Readable {} {
    variable held
    variable ended
    append held [read stdin]
    if {[eof stdin]} {
        set ended 1
        fileevent stdin readable {}
    }
    wake
}

# wake: `key` looks again.
proc ::acre::topterm::wake {} {
    variable due
    set due 1
}

proc ::acre::topterm::key {seconds} {
    variable held
    variable ended
    variable due
    set timer [after [expr {int($seconds * 1000)}] {set ::acre::topterm::due over}]
    set due 0
    while {$held eq "" && !$ended && $due ne "over"} {
        vwait ::acre::topterm::due
    }
    after cancel $timer
    if {$held ne ""} {
        return [Next]
    }
    return [expr {$ended ? "eof" : ""}]
}

# Takes a key from what has been read.  A lone ESC is a key too: what begins with it may come in pieces.
proc ::acre::topterm::Next {} {
    variable held
    variable KEYS
    variable SEQUENCE
    if {[string index $held 0] eq "\033" && [regexp {^\033(?:[\[O][0-9;]*)?$} $held]} {
        after $SEQUENCE ::acre::topterm::wake
        vwait ::acre::topterm::due
    }
    foreach {sequence name} [subst -nocommands -novariables $KEYS] {
        if {[string equal -length [string length $sequence] $sequence $held]} {
            set held [string range $held [string length $sequence] end]
            return $name
        }
    }
    # A sequence of another key is no key at all.
    if {[regexp {^\033(?:\[[0-9;]*[@-~]|O.)?} $held sequence]} {
        set held [string range $held [string length $sequence] end]
        return other
    }
    set key [string index $held 0]
    set held [string range $held 1 end]
    return $key
}
