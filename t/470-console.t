#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The console of a guest's program: every byte passes in both directions, the end is found and taken away however the
# bytes come, a terminal is set and put back, a guest that breaks down is named.  t/boots/console.asm plays the guest.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need qemu-system-x86_64 qemu-system-x86
tap::need stty coreutils
foreach file [list [::acre::paths::get image] [::acre::paths::product t/boots/console.bin]] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
log_user 0
::acre::paths::use stream
set bochs [expr {[auto_execok bochs] ne ""}]
set acre [file join $::env(top_builddir) acre]
set dir [tap::tmp]
set ::env(TMPDIR) $dir
tap::plan 31

# stream CHUNKS NEXT -> {outputs rest}: what each program printed, and what is held back in the end.
proc stream {chunks next} {
    set outputs {}
    set output ""
    set held ""
    foreach chunk $chunks {
        append held $chunk
        while 1 {
            lassign [::acre::stream::next $held [lindex $next 0]] bytes event held status
            append output $bytes
            if {$event ne "program"} break
            lappend outputs $output $status
            set output ""
            set next [lrange $next 1 end]
        }
    }
    return [list {*}$outputs $output [::acre::stream::last $held]]
}
foreach {what text next want} {
    "an end"                 "a\n\n# status 3\n# exit 3\n" {}          {"a\n" 3}
    "no output at all"       "\n# status 0\n# exit 0\n" {}             {"" 0}
    "output without a line's end" "a\n# status 255\n# exit 255\n" {}   {a 255}
    "an end within the output" "\n# status 1\n# exit 1\nx\n# status 2\n# exit 2\n" {} {"\n# status 1\n# exit 1\nx" 2}
    "two ends"               "\n# status 1\n# exit 1\n\n# status 2\n# exit 2\n" {} {"\n# status 1\n# exit 1\n" 2}
    "an end of a program that does not follow" "a\n# status 1\n# program /b\nc\n# status 0\n# exit 0\n" {}
        {"a\n# status 1\n# program /b\nc" 0}
    "one program and the next" "a\n# status 1\n# program /b\nc\n# status 0\n# exit 0\n" /b {a 1 c 0}
    "another than the next"  "a\n# status 1\n# program /bb\nc\n# status 0\n# exit 0\n" /b
        {"a\n# status 1\n# program /bb\nc" 0}
    "three without output"   "\n# status 1\n# program /b\n\n# status 2\n# program /b\n\n# status 3\n# exit 3\n" {/b /b}
        {"" 1 "" 2 "" 3}
    "a status that is not the exit line's" "a\n# status 1\n# exit 2\n" {} {a {}}
    "no end"                 "a\n# status 1\n" {}                      {a {}}
} {
    set text [subst -nocommands -novariables $text]
    set want [list {*}$want]
    set wrong {}
    if {[stream [list $text] $next] ne $want} {
        lappend wrong [list whole [stream [list $text] $next]]
    }
    if {[stream [split $text ""] $next] ne $want} {
        lappend wrong [list bytes [stream [split $text ""] $next]]
    }
    for {set at 0} {$at < [string length $text]} {incr at} {
        set got [stream [list [string range $text 0 $at-1] [string range $text $at end]] $next]
        if {$got ne $want} {
            lappend wrong [list cut at $at: $got]
        }
    }
    tap::ok [expr {$wrong eq ""}] "$what, cut everywhere" "want $want\n[join [lrange $wrong 0 3] \n]"
}

# An image with a program, whose MBR is the fake guest.
set program "\x7fELF\x02\x01\x01[string repeat \0 9]"
append program [binary format ssiwwwissssss 2 62 1 0x400078 64 0 0 64 56 1 64 0 0]
append program [binary format iiwwwwww 1 5 0 0x400000 0x400000 120 120 4096]
proc save {name bytes} {
    set channel [open $::dir/$name wb]
    puts -nonewline $channel $bytes
    close $channel
    file attributes $::dir/$name -permissions 0755
}
save program $program
exec $acre image -o $dir/good.img $dir/program
proc image {name mbr} {
    set bytes [drv::slurp $::dir/good.img]
    save $name [string replace $bytes 0 445 [string range $mbr 0 445]]
}
image guest.img [drv::slurp [::acre::paths::product t/boots/console.bin]]

# -> {status errors}; output is in the file out.
proc boot {input args} {
    save in $input
    set status 0
    if {[catch {exec $::acre boot {*}$args <$::dir/in >$::dir/out 2>$::dir/err} - options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [string trimright [drv::slurp $::dir/err] \n]]
}
for {set i 0; set all ""} {$i < 256} {incr i} {
    append all [binary format c $i]
}
set input $all[string repeat "$all\n" 20]\x10\x04\x10\x10
set want "$all\n# status 9\n# exit 9\ngo\n${input}bye\n"
foreach emulator {qemu bochs} {
    if {$emulator eq "bochs" && !$bochs} {
        foreach what {bytes status log} {
            tap::skip "$what under bochs" "needs bochs (Debian package bochs)"
        }
        continue
    }
    lassign [boot $input --emulator $emulator $dir/guest.img] status errors
    set out [drv::slurp $dir/out]
    tap::ok [expr {$out eq $want}] "$emulator: all bytes pass, in both directions, and the end is taken away" \
        "[string length $out] bytes, want [string length $want]"
    tap::is $status 7 "$emulator: the program's status"
    tap::is $errors "# a line on COM3" "$emulator: COM3 comes out on standard error"
}
lassign [boot "" -v $dir/guest.img] status errors
# COM1 and COM3 are two ways: neither has to come first.
tap::like [join [lsearch -all -inline -not -exact [split $errors \n] "# a line on COM3"] \n] \
    "acre: qemu*\n# what is said before\n# program /bin/fake" "-v: the command line and what was said before"
catch {exec sh -c {exec "$1" boot "$2" <&-} sh $acre $dir/guest.img >$dir/out 2>$dir/err} - options
tap::is [lindex [dict get $options -errorcode] 2] 7 "no standard input is an empty one"

# Guests that break down.  The fake one with other words; it halts where it should end.
proc words {from to} {
    set bytes [drv::slurp [::acre::paths::product t/boots/console.bin]]
    return [string map [list $from $to] $bytes]
}
image panic.img [words "# a line on COM3" "# panic: what=0 "]
lassign [boot "" $dir/panic.img] status errors
tap::is [list $status $errors] [list 1 "# panic: what=0 \nacre: CRASH panic: what=0 "] "a panic on COM3"
image torn.img [words "# exit 7" "# exIt 7"]
lassign [boot "" $dir/torn.img] status errors
tap::like [list $status $errors] "1 *acre: CRASH torn: the guest ended, but not its program*" "an end without its line"
tap::like [drv::slurp $dir/out] "*bye\n\n# status 7\n# exIt 7\n" "and all that was held back comes out"
image none.img [words "# program" "# prOgram"]
lassign [boot "" --timeout 3 $dir/none.img] status errors
tap::like [list $status $errors] "1 *acre: HANG timeout: not finished within its total of 3* s*" \
    "a program that never starts"

# A terminal.
spawn -noecho sh -c {stty -a; "$1" boot "$2"; echo "status $?"; stty -a} sh $acre $dir/guest.img
set timeout 60
remove_nulls 0
expect "go"
set inside [exec stty -F $spawn_out(slave,name) -a]
send "k\x03\x04\r\x1dx"
expect "k\x03\x04\r\x1dx"
set echoed [expr {[string match "*k\x03\x04\r\x1dx" $expect_out(buffer)]}]
send "\x1d\x1d"
expect eof
set text $expect_out(buffer)
catch wait
tap::ok [expr {[regexp -- {-icanon} $inside] && [regexp -- {-echo } $inside] && [regexp -- {-isig} $inside]}] \
    "the terminal passes every key" $inside
tap::ok [regexp -- {-opost} $inside] "and every byte: the guest's terminal has ended the lines already" $inside
tap::ok $echoed "control keys and Ctrl-] reach the guest"
tap::like $text "*status 130*" "two times Ctrl-] end it"
tap::ok [expr {[regexp -- {[^-]icanon} $text] && [regexp -- {[^-]echo } $text]}] "the terminal is as it was" $text

# Output that is no terminal: the guest has none either.
exec $acre image -o $dir/real.img /bin/sh -c {echo line; test -t 1 || echo none}
spawn -noecho sh -c {"$1" boot "$2" >"$3"; echo "status $?"} sh $acre $dir/real.img $dir/out
expect eof
catch wait
tap::is [drv::slurp $dir/out] "line\nnone\n" "a terminal as input alone: lines in a file end as they should"

# Killed, it is put back as well.
spawn -noecho sh -c {sh -c 'echo "pid $$"; exec "$@"' sh "$@"; sleep 1; stty -a} sh $acre boot $dir/guest.img
expect -re {pid (\d+)}
set pid $expect_out(1,string)
expect "go"
exec kill -TERM $pid
expect eof
tap::ok [expr {[regexp -- {[^-]icanon} $expect_out(buffer)] && [regexp -- {[^-]isig} $expect_out(buffer)]}] \
    "a terminal is put back when acre is killed" $expect_out(buffer)
after 500
tap::is [glob -nocomplain -directory $dir acre-boot*] {} "nothing is left"
tap::done
