#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Programs that draw on the whole screen, through acre run's terminal: busybox vi edits a file, which is then printed;
# key by key the same bytes reach the terminal as from the same program on this host.  less and busybox top, likewise
# with keys and a size.

source [file join $::env(srcdir) tap.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need qemu-system-x86_64 qemu-system-x86
tap::need busybox busybox
log_user 0
set timeout 30
set stty_init "rows 12 columns 60"
set acre [file join $::env(top_builddir) acre]
set dir [tap::tmp]
set ::env(TMPDIR) $dir
tap::plan 10

proc spit {name text} {
    set channel [open $::dir/$name w]
    puts -nonewline $channel $text
    close $channel
}

# screen STEPS COMMAND... -> {what came before each answer ... , the end}: the command in a terminal; each step is keys,
# and what must come before the next ones are sent.
proc screen {steps args} {
    global timeout
    spawn -noecho sh -c {cd "$1" && shift && "$@"; echo "status $?"} sh $::dir {*}$args
    remove_nulls 0
    set seen {}
    foreach {keys pattern} $steps {
        send -- $keys
        expect -ex $pattern {
            lappend seen $expect_out(buffer)
        } timeout {
            return [list {*}$seen "no '$pattern'"]
        } eof {
            return [list {*}$seen "no '$pattern' before the end"]
        }
    }
    expect eof
    catch wait
    return [list {*}$seen $expect_out(buffer)]
}

# ---- vi
set text "first line\nsecond line\nthird line\n"
set edited "first line\nnew \tline\nz\nthird line\n"
# One key at a time, and the last thing that it draws: with more keys waiting, busybox draws less.
set steps {
    "" "1/3 33%^1;1H"       j "2/3 66%^2;1H"    dw "from [D]^2;1H"    i "I file [Modified] 2/3 66%^2;1H"
    n "^2;2H"               e "^2;3H"           w "^2;4H"             " " "^2;5H"          "\t" "^2;9H"
    \x1b "2/3 66%^2;8H"     o "3/4 75%^3;1H"    z "^3;2H"             \x1b "3/4 75%^3;1H"
    : ":"                   w "w"               "\r" "C^3;1H"           : ":"                q "q"
}
set steps [string map {^ "\x1b\["} [subst -nocommands -novariables $steps]]
spit file $text
set here [screen [list {*}$steps \r "status"] busybox vi file]
set channel [open $dir/file]
tap::is [read $channel] $edited "this host's vi edits the file"
close $channel
spit file $text
spit commands "busybox vi file\nbusybox cat file\nbusybox stty -a\n"
set there [screen [list {*}$steps \r "status 0"] \
    $acre run --file $dir/file:/data/file --cwd /data --commands $dir/commands]
set same 0
foreach one $here other $there {
    if {$one ne $other} break
    incr same
}
tap::is $same [expr {[llength $steps] / 2}] "in the guest it draws the same, key by key"
if {$same < [llength $steps] / 2} {
    tap::note "here:  [string map {\x1b ESC} [lindex $here $same]]"
    tap::note "there: [string map {\x1b ESC} [lindex $there $same]]"
}
set end [lindex $there end-1]
tap::like $end "*[string map {\n \r\n} $edited]*" "the file is printed after it"
tap::like $end "*rows 12; columns 60;*" "the terminal has the size of this one"
tap::ok [expr {[string match "* icanon *" $end] && [string match "* echo *" $end]}] "and is as it was" $end

# ---- less
set terminfo ""
foreach place {/lib/terminfo /usr/share/terminfo} {
    if {[file exists $place/x/xterm]} {
        lappend terminfo --file $place/x/xterm:$place/x/xterm
    }
}
if {[auto_execok less] eq "" || $terminfo eq ""} {
    tap::skip "less shows a page at a time" "needs less, ncurses-base (Debian packages less, ncurses-base)"
    tap::skip "and goes where it is told" "needs less, ncurses-base (Debian packages less, ncurses-base)"
} else {
    set lines ""
    for {set i 1} {$i <= 100} {incr i} {
        append lines "line $i.\n"
    }
    spit long $lines
    set seen [screen [list "" "line 11." G "line 100." ?e\ 55.\r "line 60." q "status 0"] \
        $acre run {*}$terminfo --env TERM=xterm --file $dir/long:/data/long --cwd /data less long]
    tap::ok [expr {[llength $seen] == 5 && ![string match "*line 12.*" [lindex $seen 0]]}] \
        "less shows a page at a time" $seen
    tap::ok [expr {![string match "*line 50.*" [lindex $seen 1]] && [string match "*line 90.*" [lindex $seen 1]]}] \
        "and goes where it is told" $seen
}

# ---- top
set seen [screen {"" "busybox top" "" "busybox top" q "status 0"} $acre run busybox top -d 1]
tap::is [llength $seen] 4 "top shows itself, again after a second, and ends with a key"
tap::like [lindex $seen 0] "*PID*COMMAND*" "under its heading"

# ---- the terminal's kind
set ::env(TERM) vt52
set seen [screen {"" "status 0"} $acre run sh -c {echo "<$TERM>"}]
tap::like [lindex $seen 0] "*<vt52>*" "the terminal's kind is this one's"
tap::done
