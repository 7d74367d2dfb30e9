#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# gdb on the live kernel, through the gdb stub that acre boot --gdb leaves open: before anything is there, in the middle
# of the self-check of tagged values, and where the farm audits.  What gdb reads is compared with what the kernel
# reports over the serial port and with itself: ledger, tables and heaps must agree.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
tap::need gdb gdb
tap::need qemu-system-x86_64 qemu-system-x86
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
foreach key {image elf} {
    if {![file exists [::acre::paths::get $key]]} {
        tap::skip_all "needs [::acre::paths::get $key] (make)"
    }
}
set acre [file join $::env(top_builddir) acre]
set text {(name: "acre" sizes: [1 -2 3] map: {"a" = b} bytes: #0aff)}

proc slurp {file} {
    set in [open $file]
    set bytes [read $in]
    close $in
    return $bytes
}

# Boots with the options text IMAGE-OPTIONS and has gdb do the commands, each after a line "@@ N"; -> list of what
# was printed for each.  The serial port's words are in $::serial, the others in $::errors, the status in $::status.
proc session {options commands} {
    set dir [tap::tmp]
    set image [file join $dir disk.img]
    exec $::acre image -o $image {*}$options
    set socket [file join $dir s]
    set ::errors [file join $dir errors]
    set ::serial [file join $dir serial]
    set pid [exec timeout 150 $::acre boot --gdb=$socket --memory 64M --timeout 120 $image >$::serial 2>$::errors &]
    for {set tries 0} {$tries < 300 && !([file exists $socket] && [file size $::errors])} {incr tries} {
        after 100
    }
    # What is to be typed is what a person is told.
    if {![regexp {waits for gdb: ([^\n]*)} [slurp $::errors] - words]} {
        return [list "no word of gdb: [slurp $::errors]"]
    }
    set script "exec timeout 120 $words -batch -nx -ex 'set width 0' -ex 'set confirm off'"
    foreach command $commands {
        append script " -ex 'echo \\n@@\\n' -ex '$command'"
    }
    set out [file join $dir out]
    catch {exec sh -c "$script -ex 'echo \\n@@\\n' -ex detach" </dev/null >$out 2>@1}
    for {set tries 0} {$tries < 300 && [file exists /proc/$pid/stat] && ![regexp {\) Z} [slurp /proc/$pid/stat]]} {
        incr tries
    } {
        after 100
    }
    set parts [split [string map [list \n@@\n \x01] [slurp $out]] \x01]
    if {[file exists $socket]} {
        tap::note "the socket is still there"
    }
    return [lmap part [lrange $parts 1 end-1] {string trim $part \n}]
}

# The rows of "acre heaps": a list of lists.
proc heaps {shown} {
    return [lmap line [lrange [split $shown \n] 1 end] {lrange $line 0 end}]
}

# The rows of "acre ledger": dict owner -> {frames kib counted remark}.
proc owners {shown} {
    set owners [dict create]
    foreach line [lrange [split $shown \n] 1 end] {
        dict set owners [lindex $line 0] [lrange $line 1 end]
    }
    return $owners
}

# Points: what "acre heaps" and "acre ledger" say fits together.
proc agree {shown_heaps shown_ledger where} {
    set owners [owners $shown_ledger]
    tap::ok [expr {[dict exists $owners total] && ![string match *differs* $shown_ledger]}] \
        "$where: every owner, counted anew" $shown_ledger
    set sum 0
    dict for {owner row} [dict remove $owners total] {
        incr sum [lindex $row 0]
    }
    tap::is [lrange [dict get $owners total] 0 1] [list $sum [expr {$sum * 4}]] "$where: the sum is the sum"
    set wrong {}
    foreach row [heaps $shown_heaps] {
        lassign $row name kind parent allocated objects held
        switch -glob -- $kind,$name {
            physical,* { set want [list $allocated [expr {($sum - [lindex [dict get $owners free] 0]) * 4096}]] }
            backed,backed { set want [list $held [expr {[lindex [dict get $owners heap-backed] 0] * 4096}]] }
            tagged,* {
                regexp {\((.*)\)} $name - tag
                set want [list $held [expr {[lindex [dict get $owners tag-$tag] 0] * 4096}]]
            }
            general,general { set want [list $held $backed_held] }
            other,* { set want {1 "a kind that gdb does not know"} }
            default { set want {0 0} }
        }
        if {$kind eq "backed" && $name ne "backed"} {
            set backed_held $held
        }
        if {[lindex $want 0] != [lindex $want 1]} {
            lappend wrong "$row: [lindex $want 1]"
        }
    }
    tap::is $wrong {} "$where: heaps hold what the ledger says"
}

tap::plan 38
set commands {
    "acre heaps" "acre ledger" "acre value 0xffff810000000060" "acre mappings"
    "hbreak *value_destroy" continue "acre value \$rsi" "acre value /1 \$rsi" "acre tuple \$rsi" "acre tag \$rsi"
    "print (struct value *)\$rsi" "print \$acre_tag(\$rsi)" "acre heaps" "acre ledger" "acre symbols"
    "acre value \$rsi + 0x100000" "acre value \$rsp" "acre value main.c" "acre heaps &values" delete
    "hbreak acre_audit_point" continue "acre heaps" "acre ledger" "acre mappings" "acre symbols"
}
set got [session {} $commands]
tap::is [llength $got] [llength $commands] "gdb did all commands"
tap::ok [expr {![string match *Traceback* $got] && ![string match "*Python Exception*" $got]}] "without a traceback" \
    $got
set got [lmap command $commands shown $got {list $command $shown}]
set n -1
# The next result that is looked at.
proc next {} { return [lindex $::got [incr ::n] 1] }

tap::like [next] "acre: the kernel has no heaps yet*" "before the first instruction: no heaps yet"
tap::like [next] "acre: the kernel has no page tables yet*" "no ledger yet"
tap::like [next] "acre: 0xffff810000000060, a tuple by its tag, cannot be read*" "no value yet"
tap::like [next] "acre: *" "no mappings yet"
incr n 2
tap::is [next] "tuple $text" "in the self-check: the value as it was written"
tap::is [next] {tuple (name: "acre" sizes: [...] map: {...} bytes: #0aff)} "to a depth of one"
tap::is [lrange [split [next] \n] 1 end] [list {  name: "acre"} {  sizes: [1 -2 3]} "  map: {\"a\" = b}" \
    {  bytes: #0aff}] "walked, one entry a line"
tap::is [next] "tuple 0x02" "its tag"
tap::ok [regexp {^\$\d+ = 0xffff81[0-9a-f]+ tuple (.*)$} [next] - shown] "print shows a value"
tap::is $shown $text "and all of it"
tap::like [next] "\$* = \"tuple\"" "\$acre_tag"
set inside [next]
agree $inside [next] "with values there"
set tags [lmap row [heaps $inside] {if {[lindex $row 1] ne "tagged"} continue; lindex $row 0}]
tap::is $tags [lmap tag {symbol tuple table vector string integer buffer} {string cat tagged($tag)}] \
    "a heap for each tag that has values"
tap::is [llength [lsearch -all -inline -index 1 [heaps $inside] debug]] 8 "debug strength before each and general"
tap::is [lrange [split [next] \n] 1 end] {{  b} {  bytes} {  map} {  name} {  sizes}} "the symbols"
tap::like [next] "acre: 0xffff81*, a tuple by its tag, cannot be read: not all of it is mapped" "an unmapped place"
tap::like [next] "acre: 0xffffffff8* is no value: *" "the stack"
tap::like [next] "acre: *" "no expression"
tap::like [next] "acre: *" "no heap"
incr n 3
set heaps [next]
set ledger [next]
agree $heaps $ledger "at the audit point"
tap::is [lsearch -all -inline -index 1 [heaps $heaps] tagged] {} "no heap of a tag is left"
set report [split [string map {\r ""} [slurp $serial]] \n]
set told [lmap line [lsearch -all -inline $report "# ledger *"] {lrange $line 2 3}]
set read [lmap {owner row} [owners $ledger] {list $owner [lindex $row 0]}]
tap::ok [expr {[llength $told] > 10}] "the kernel reports its ledger"
tap::is $read $told "acre ledger is the ledger of the report"
set told [lmap line [lsearch -all -inline $report "# mapping *"] {string range $line 10 end}]
set read [split [next] \n]
tap::is $read $told "acre mappings is the report's"
tap::like [next] "symbols 0, chains 0" "no symbol is left"
tap::like [slurp $errors] "acre: the guest waits for gdb: gdb -x */acre-gdb.py */acre.elf -ex 'target remote *" \
    "acre boot --gdb says what to type"
tap::ok [expr {"# exit 0" in $report}] "the kernel goes on to its end when gdb leaves"

# Without debug strength the general heaps stand alone.
set got [session {--set heap=plain} {"hbreak *value_destroy" continue "acre value \$rsi" "acre heaps" "acre ledger"}]
tap::is [lindex $got 2] "tuple $text" "heap=plain: the value"
set plain [lindex $got 3]
tap::is [lsearch -all -inline -index 1 [heaps $plain] debug] {} "heap=plain: no debug heap"
agree $plain [lindex $got 4] "heap=plain"
tap::done
