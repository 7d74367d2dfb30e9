#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre ctl against the store's server itself, t/unit/storehost: every action, plain and as JSON, what the server
# refuses, watches and how they end, and the command lines that make no sense.

source [file join $::env(srcdir) ctltools.tcl]
ctl::need
if {![file exists [file join $::env(top_builddir) t unit storehost]]} {
    tap::skip_all "needs t/unit/storehost (make check)"
}
set dir [tap::tmp]
foreach {name text} {key hello wrong hallo} {
    set channel [open $dir/$name w]
    puts -nonewline $channel $text
    close $channel
}
set hex [binary encode hex [::sha2::sha256 -bin -- hello]]
set socket [ctl::host --key $hex]
set keyless [ctl::host]
tap::plan 73

# acre ctl with the socket -> {status output errors}
proc ctl {args} {
    set got [ctl::run ctl -c $::socket {*}$args]
    return [list [dict get $got status] [dict get $got out] [dict get $got err]]
}
proc good {output desc args} {
    tap::is [ctl {*}$args] [list 0 $output ""] $desc
}
proc refused {pattern desc args} {
    ctl::refuses 1 $pattern $desc ctl -c $::socket {*}$args
}
proc usage {pattern args} {
    ctl::refuses 2 $pattern "acre ctl $args" ctl {*}$args
}

# ---- get
good 2000 "get of a number: the number alone" get memory.ledger.kernel-text
good host "of a text: the text" get boot.version
good true "of a flag" get boot.running
good -5 "of a signed number" get odd.drift
good 0x1000 "of an address" get page_tables.cr3
good {a"b\c
d\x7fÿ\x09/} "of a text with control characters: none but a line's end reaches the terminal" get odd.escapes
good "" "of an empty text: an empty line" get odd.empty
good "cpu.features.0 = sse2\ncpu.features.1 = nx" "of a list: a line for each item" get cpu.features
good nx "of an item" get cpu.features.1
good nx "a dot behind is no other path" get cpu.features.1.
good "odd.nothing = (0 more)\nodd.heedless = (3 more)\nodd.deep = (1 more)" "what lies below the depth is counted" \
    get --depth 1 --fields none odd
good "boot.version = host\nboot.stage = runs\nboot.running = true" "of a group" get boot
good {config.cols.value = 80
config.cols.default = 80} "--fields" get --fields value,default config.cols
lassign [ctl get --depth 1] status output
tap::ok [regexp -line {^memory = \(1 more\)$} $output] "--depth 1 of the whole tree" $output
lassign [ctl get --depth 2] status output
tap::ok [regexp -line {^memory\.ledger = \(12 more\)$} $output] "--depth 2" $output
proc still {output} {
    return [regsub -all {\d+} $output N]
}
tap::is [still $output] [still [lindex [ctl get] 1]] "2 is what it is without"
lassign [ctl --json get config.cols] status output
tap::is [::json::json2dict $output] \
    {value 80 default 80 type number least 1 most 500 when live text {columns of the terminal}} "--json is JSON"
good {{"value":80}} "as it came" --json get --fields value config.cols
good 18446744073709551615 "the largest number there is" get config.memory.most

# ---- list, schema, tags, read, ping, bye
good {cols       object
quiet      object
scheduler  object
memory     object
machine    object
full       object} "list: names and types" list config
good "boot.version  text\nboot.stage    text\nboot.running  flag" "schema: paths and types" schema boot
lassign [ctl --json schema] status output
set schema [::json::json2dict $output]
tap::is [list [dict get $schema config cols value] [dict get $schema memory ledger free] [dict get $schema log]] \
    {number number text} "schema of all"
lassign [ctl tags] status output
tap::ok [regexp -line {^tag +name +bytes +fields$} $output] "tags: a table" $output
tap::ok [regexp -line {^0x0e +view +24 +kind extra address$} $output] "with their fields" $output
lassign [ctl get odd.number-at] status address
lassign [ctl read $address 16] status output
set want "address = $address\ntag = integer\nheap = world\nbytes = *fe[string repeat f 14]\nvalue.number = -2"
tap::like $output $want \
    "read: what stands there"
set text [lindex [ctl get odd.text-at] 1]
tap::like [lindex [ctl --json read $text 20] 1] "{*\"tag\":\"string\"*\"what*" "as JSON"
refused "0x1000 and the 64 bytes from there do not lie in a heap*" "read of what is in no heap" read 0x1000
tap::like [ctl ping] {0 {the guest answers in [0-9]*.[0-9] ms; its store may be changed} {}} "ping"
good "" "bye" bye
good memory. "complete: paths with the beginning" complete mem
good "config.memory.\nconfig.machine." "one level at a time" complete config.m
good config.cols.value "a leaf ends without a dot" complete config.cols.v
good "" "nothing for what is not there" complete nowhere.x

# ---- set
good "config.cols = 100 (was 80)" "set of a number" set --key $dir/key config.cols 100
good 100 "has its effect" get config.cols.value
good "config.cols = 32 (was 100)" "in hexadecimal" set --key $dir/key config.cols 0x20
good "config.quiet = true (was false)" "of a flag, in a word" set --key $dir/key config.quiet on
good "config.quiet = false (was true)" "in another" --key $dir/key set config.quiet no
good "config.scheduler = fair (was round-robin)" "of a word" set --key $dir/key config.scheduler fair
good {{"old":"fair","value":"round-robin"}} "as JSON" --json set --key $dir/key config.scheduler round-robin
refused "config.cols is a number from 1 to 500, not 501" "beyond its range" set --key $dir/key config.cols 501
refused "config.cols is a number from 1 to 500, not -1" "a negative number" set --key $dir/key config.cols -1
refused "config.cols is a number from 1 to 500, not \"x\"" "of another type" set --key $dir/key config.cols x
refused "config.quiet is true or false, not \"maybe\"" "no flag" set --key $dir/key config.quiet maybe
refused "\"best\" is no word of config.scheduler*" "no such word" set --key $dir/key config.scheduler best
refused "there is no \"rows\" in \"config\"*" "no such row" set --key $dir/key config.rows 1
refused "\"boot.version\" cannot be set*" "no row at all" set --key $dir/key boot.version 1
refused "config.memory is set at boot and not while the machine runs" "not live" set --key $dir/key config.memory 1
refused "config.full could not be set to true*" "refused by the row itself" set --key $dir/key config.full true
refused "the key $dir/wrong is not the one in the guest's image" "a wrong key" set --key $dir/wrong config.cols 1
for {set i 0} {$i < 4} {incr i} {
    ctl set --key $dir/wrong config.cols 1
}
refused "too many wrong keys; try again in * ms" "five in a row lock it, for the right one too" \
    set --key $dir/key config.cols 1
set socket $keyless
refused "the image has no key*" "an image without a key" set --key $dir/key config.cols 1
refused "there is no \"nowhere\"*" "a path that is not there" get nowhere

# ---- watch
lassign [ctl watch --interval 20 --count 3 interrupts.timer] status output
tap::ok [regexp {^\d+\n\d+\n\d+$} $output] "watch: a line for each event" $output
tap::ok [expr {[lindex $output 0] < [lindex $output 1] && [lindex $output 1] < [lindex $output 2]}] "and they grow" \
    $output
lassign [ctl --json watch --count 1 boot.version] status output
tap::like $output {{"watch":[1-8],"value":"host","lost":0}} "--json: the event as it came"
lassign [ctl watch --interval 50 --count 1 boot] status output
tap::is $output "boot.version = host\nboot.stage = runs\nboot.running = true\n" \
    "of a group: its lines, and an empty one"
set now [lindex [ctl get interrupts.timer] 1]
lassign [ctl watch --above [expr {$now + 300}] --count 1 interrupts.timer] status output
tap::ok [expr {$output > $now + 300 && $status == 0}] "--above: when it has passed" "$now then $output"
refused "there is no \"nowhere\"*" "watch of nothing" watch nowhere
tap::is [lindex [ctl get store.watches] 1] 0 "no watch is left"
foreach signal {TERM KILL} {
    set process [ctl::start ctl -c $socket watch --interval 20 interrupts.timer]
    ctl::wait {[llength [ctl::said $process out]] > 3} 10
    ctl::kill $process $signal
    ctl::ended $process 10
    tap::is [lindex [ctl get store.watches] 1] 0 "none is left after $signal"
}
if {[catch {package require Expect}]} {
    tap::skip "^C in a terminal" "needs Tcl package Expect (Debian package tcl-expect)"
    tap::skip "^C in a terminal" "needs Tcl package Expect (Debian package tcl-expect)"
} else {
    log_user 0
    set timeout 20
    spawn -noecho $ctl::acre ctl -c $socket watch --interval 20 interrupts.timer
    expect -re {\d+\r\n\d+\r\n\d+\r\n}
    send \x03
    expect eof
    tap::like [lrange [wait] 4 5] "CHILDKILLED SIGINT" "^C in a terminal ends it"
    tap::is [lindex [ctl get store.watches] 1] 0 "and leaves no watch"
}
tap::ok [ctl::wait {[llength [ctl::naming UNIX-CONNECT:$socket]] == 0} 5] "and no process" [ctl::naming $socket]

# ---- command lines
usage "ctl needs to be told what to do*"
usage "ctl: no such action: 'steer'*" steer
usage "ctl get takes no 'b'*" get a b
usage "ctl set needs more words: acre ctl set PATH VALUE" set a
usage "ctl set needs the key*" -c $socket set config.cols 1
usage "ctl list takes no --depth*" list --depth 3
usage "ctl: --depth takes a number, not 'deep'" get --depth deep
usage "ctl read: ADDRESS is a number*" read there
ctl::stop
tap::done
