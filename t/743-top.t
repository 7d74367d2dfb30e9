#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre top: its screens at many sizes, what its columns say, its keys, a terminal that changes its size, a guest that
# ends, one that is silent for a while; and the terminal is as it was, however it ends.  t/storefake.tcl is the guest.

source [file join $::env(srcdir) ctltools.tcl]
ctl::need
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need stty coreutils
::acre::paths::use topscreen
set socket [ctl::fake tree]
tap::plan 60

# The lines of one screen.
proc once {args} {
    set got [ctl::run top -c $::socket --once --interval 0.2 --ascii {*}$args]
    return [split [dict get $got out] \n]
}
# The row of a screen that begins with NAME, blanks as one.
proc row {lines name} {
    foreach line $lines {
        if {[string match "$name *" [string trim $line]]} {
            return [regsub -all { +} [string trim $line] " "]
        }
    }
    return "(no row $name)"
}

# ---- What it says
set lines [once]
tap::is [llength $lines] 24 "--once: 24 lines"
tap::is [lindex $lines 0] " acre top   1 ledger   fake (3 threads)   every 0.2 s" \
    "the first says what is shown, and of whom"
tap::ok [regexp {^ memory ##\.{8} 8\.6M of 47M  calls 102,005 [0-9.,]+/s  faults 2,010 [0-9.,]+/s$} [lindex $lines 1]] \
    "the second, memory and counters" [lindex $lines 1]
tap::is [lindex $lines 23] " q quit  h help  p pause  s sort  r reverse  a all  1-5 view  +/- interval" \
    "the last, the keys"
tap::is [lindex $lines 2] " owner        framesv   size   frames/s share" \
    "the third, the columns, with a mark at the sorted one"
set names [lmap line [lrange $lines 3 6] {lindex $line 0}]
tap::is $names {free user-heap kernel-text heap-general} "the ledger: owners by their frames, but those without"
tap::ok [regexp {^user-heap 2,100 8\.2M \+[0-9,.]+ 17% #+\.*$} [row $lines user-heap]] \
    "frames, bytes, rate, share, bar" [row $lines user-heap]
tap::ok [regexp {^free 9,898 39M -[0-9,.]+ 82% } [row $lines free]] "a rate may be negative" [row $lines free]
tap::is [row $lines kernel-text] "kernel-text 100 400K 1% #[string repeat . 34]" "nothing stands where nothing changes"
tap::like [row [once --all] files] "files 0 0 0% ..*" "--all shows the rows with 0"
tap::is [lindex [once --sort owner] 3 0] free "--sort: by another column"
tap::is [lindex [once --sort -owner] 3 0] user-heap "the other way round"
set lines [once --view heaps]
tap::is [row $lines physical] "physical 12,345 48M 0 0 0 100% [string repeat # 13]" "heaps: objects, bytes"
tap::ok [regexp {^tags\.symbol 2 96 4\.0K 9\.8K 2 \+[0-9.]+ 0% #\.+$} [row $lines tags.symbol]] \
    "a tag, with its peak and failures; a bar shows what is there" [row $lines tags.symbol]
set lines [once --view 3]
tap::is [row $lines 400000] "400000 8.0K r-x file 2 100% # <long/path/to/fake" "mappings: the end of a long path"
tap::ok [regexp {400000.*7ffff7c00000} [join $lines]] "by their addresses, of whatever length"
tap::is [row [once --view 3 --columns 120] 400000] "400000 8.0K r-x file 2 100% # /usr/lib/a/very/long/path/to/fake" \
    "all of it where there is room"
set lines [once --view faults]
tap::ok [regexp {^page-write-absent 2,000 [0-9,]+ 99% #+\.*$} [row $lines page-write-absent]] "faults" \
    [row $lines page-write-absent]
tap::is [row $lines page] "(no row page)" "a page fault is told by its kind alone"
set calls [row [once --view calls] read]
tap::ok [regexp {^read 102,000 [0-9,]+ 306,000 3 100% #+\.*$} $calls] "calls, with their ticks" $calls
set bare [ctl::fake error]
tap::like [lindex [split [dict get [ctl::run top -c $bare --once --interval 0.1] out] \n] 4] \
    "  the guest's store has none of this: every frame of memory, by its owner" "a store without a ledger says so"

# ---- Sizes
foreach {columns rows} {80 24 120 40 40 10 20 4 300 100 79 5} {
    foreach view {ledger mappings} {
        set lines [once --view $view --columns $columns --rows $rows]
        set widest [::tcl::mathfunc::max {*}[lmap line $lines {string length $line}]]
        tap::ok [expr {[llength $lines] == $rows && $widest <= $columns}] "$view at ${columns}x$rows" \
            "[llength $lines] lines, the widest $widest"
    }
}
foreach {bytes want} {0 0 1023 1023 1024 1.0K 10240 10K 1047527 1023K 1048064 1.0M -4096 -4.0K 1099511627776 1.0T} {
    lappend sizes [::acre::topscreen::size $bytes]
    lappend wants $want
}
tap::is $sizes $wants "sizes in at most six characters"
tap::is [lmap n {0 999 1000 1234567 12345678 123456789 18446744073709551615} {::acre::topscreen::count $n}] \
    {0 999 1,000 1,234,567 12,346k 123,457k 18,447P} "counts in at most nine"
tap::is [lmap share {0 0.0001 0.5 1 2} {::acre::topscreen::bar $share 8 1}] \
    {........ #....... ####.... ######## ########} "bars"

# ---- A terminal
log_user 0
set timeout 20
set env(TERM) xterm
set env(LC_ALL) C.UTF-8
set stty_init "rows 24 columns 80"
proc top {args} {
    global spawn_id spawn_out tty
    spawn -noecho sh -c {sh -c 'echo "pid $$"; exec "$@"' sh "$@"; echo "status $?"; sleep 0.5; stty -a} sh \
        $ctl::acre top -c $::socket --interval 0.2 {*}$args
    set tty $spawn_out(slave,name)
}
# What the terminal shows up to PATTERN, or "" if that does not come.
proc sees {pattern} {
    global spawn_id
    expect {
        -re $pattern {
            return $expect_out(buffer)
        }
        timeout {
            return ""
        }
        eof {
            return ""
        }
    }
}
proc ends {} {
    global spawn_id
    expect eof
    catch wait
    return $expect_out(buffer)
}
proc as_it_was {text} {
    return [expr {[regexp {[^-]icanon} $text] && [regexp {[^-]echo } $text] && [regexp {[^-]isig} $text]}]
}
top
tap::ok [string match "*\x1b\\\[?1049h\x1b\\\[?25l*" [sees {1 ledger.*1-5 view}]] "it takes the whole screen"
tap::ok [regexp -- {-icanon} [exec stty -F $tty -a]] "and the keys"
send 5
tap::ok [expr {[sees {5 calls.*read}] ne ""}] "5: calls"
send s
tap::ok [expr {[sees {per-sv}] ne ""}] "s: sorted by the next column"
send r
tap::ok [expr {[sees {per-s\^}] ne ""}] "r: the other way round"
send \x1b\[B\x1b\[A\x1b\[5~\x1b\[99~
send a
tap::ok [expr {[sees {\m0% [^\r]*\r\n.*brk|brk}] ne ""}] "a: the rows with 0, and other keys do no harm"
send +
tap::ok [expr {[sees {every 0\.5 s}] ne ""}] "+: less often"
send p
tap::ok [expr {[sees {PAUSED}] ne ""}] "p: a pause"
expect -re .+
set timeout 2
tap::is [sees {\mread}] "" "in which nothing is drawn"
set timeout 20
exec stty -F $tty rows 12 columns 50
set seen [sees {a all *\x1b}]
tap::is [regexp -all {\r\n} $seen] 11 "another size: drawn anew, with as many lines"
send h
tap::ok [expr {[sees {look less often}] ne ""}] "h: the keys"
send q
set text [ends]
tap::ok [string match "*\x1b\\\[?25h\x1b\\\[?1049l*status 0*" $text] "q: it ends, and leaves the screen"
tap::ok [as_it_was $text] "the terminal is as it was"
top
sees {1 ledger.*1-5 view}
send \x03
tap::like [ends] "*1049l*status 0*" "Ctrl-C ends it too"
top
regexp {pid (\d+)} [sees {1 ledger.*1-5 view}] - pid
exec kill -TERM $pid
set text [ends]
tap::ok [expr {[string match "*1049l*" $text] && [as_it_was $text]}] "killed, it leaves the terminal as it was" $text

# ---- Guests
set socket [ctl::fake tree STOREFAKE_LOOKS=4]
top
tap::like [ends] "*1049l*acre: the guest has ended*status 0*" "a guest that ends: said below, status 0"
set socket [ctl::fake naps]
top --timeout 2
tap::ok [expr {[sees {NO ANSWER}] ne ""}] "a guest that does not answer: said above"
set seen [sees {every 0.2 s   \s*\x1b}]
tap::ok [expr {$seen ne ""}] "and forgotten when it does"
send q
ends
set socket [ctl::fake panicking]
top
tap::like [ends] "*1049l*acre: the guest panicked*status 1*" "a guest that panics: status 1"

# ---- Command lines
ctl::refuses 2 "top needs a terminal; acre top --once*" "no terminal" top -c [ctl::fake tree]
ctl::refuses 2 "no answer from * within 0.5 s*" "nobody answers" top --once --timeout 0.5 -c [ctl::fake silent]
ctl::refuses 2 "top: no such view: 'x'*" "no such view" top --view x
ctl::refuses 2 "top: the view calls has no column 'x'; it has call, count, per-s, ticks, ticks/call, share" \
    "no such column" top --view calls --sort x
ctl::refuses 2 "top: --interval takes a number*" "no interval" top --interval never
ctl::stop
tap::done
