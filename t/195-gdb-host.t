#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# gdb on a Linux program with tagged values (t/gdb/values.c): values of every kind as value_print prints them, heaps of
# every kind as heap_stats has them, and one clear line for whatever is no value.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
tap::need gdb gdb
set program [file join $::env(top_builddir) t gdb values.elf]
if {![file exists $program]} {
    tap::skip_all "needs $program (make check)"
}
set said [file join [tap::tmp] said]
set extension [::acre::paths::get gdb]

# gdb COMMAND... -> what it printed for each, all of them at the breakpoint in stop().
proc gdb {args} {
    set words [list timeout 120 gdb -batch -nx -x $::extension -ex "set width 0" -ex "set confirm off" \
        -ex "set disable-randomization on" -ex "break stop" -ex "run >$::said"]
    foreach command $args {
        lappend words -ex "echo \\n@@\\n" -ex $command
    }
    lappend words -ex "echo \\n@@\\n" -ex kill $::program
    # Both of gdb's streams in one file, in their order.
    set out [file join [tap::tmp] out]
    catch {exec {*}$words </dev/null >$out 2>@1}
    set in [open $out]
    set text [read $in]
    close $in
    set parts [split [string map [list \n@@\n \x01] $text] \x01]
    return [lmap part [lrange $parts 1 end-1] {string trim $part \n}]
}

set start [gdb "print value_count" "print heap_count"]
if {[llength $start] != 2 || ![regexp {= (\d+)$} [lindex $start 0] - values]
        || ![regexp {= (\d+)$} [lindex $start 1] - heaps]} {
    tap::skip_all "gdb cannot run a program here (in a container: it needs ptrace)"
}
set in [open $said]
set lines [split [string trimright [read $in] \n] \n]
close $in
set want [lmap line [lsearch -all -inline $lines "value *"] {string range $line 6 end}]
set figures [lmap line [lsearch -all -inline -regexp $lines {^(heap|ids) }] {lrange $line 1 end}]

# What is no value -> what is said of it.
set bad {
    {acre value torn_string} {acre: 0x* is torn: it contradicts itself, so it is no string, or freed, or half made}
    {acre value torn_vector} {acre: 0x* is torn: * no vector, *}
    {acre value torn_tuple} {acre: 0x* is torn: * no tuple, *}
    {acre tuple torn_tuple} {acre: 0x* is torn: * no tuple, *}
    {acre value torn_buffer} {acre: 0x*, a buffer by its tag, cannot be read: not all of it is mapped}
    {acre value unmapped_value} {acre: 0x400000123450, a vector by its tag, cannot be read: not all of it is mapped}
    {acre value unlisted_value} {acre: 0x* is no value: its tag is 0x99, unlisted}
    {acre value unmapped_tag}
    {acre: 0x700000123450 is no value: there is no memory before it, where its tag would stand}
    {acre tuple torn_string} {acre: 0x* is a string, not a tuple, table or vector}
    {acre value 0} {acre: that is NULL}
    {acre value 8} {acre: 0x8 is no value: its tag is none}
    {acre value 0xffffffffffffffff} {acre: 0xffffffffffffffff is no value: its tag is none}
    {acre value} {acre: say which value: a pointer or an address}
    {acre value nosuch} {acre: No symbol "nosuch" in current context}
    {acre value stop} {acre: 0x* is no value: it is the program's own stop}
    {acre value host} {acre: 0x* is no value: it is the program's own host}
    {acre value value_count + 1.5} {acre: that is a double, and no pointer}
    {acre value stop()} {acre: Cannot call functions in the program: may-call-functions is off}
    {acre heaps 5} {acre: no memory there: Cannot access memory at address 0x5}
    {acre heaps values[0]} {acre: *}
    {acre symbols 0} {acre: no memory there: *}
    {acre ledger} {acre: this program is no kernel of Acre's}
    {acre mappings} {acre: this program is no kernel of Acre's}
    {print $acre_text(torn_string)} {acre: 0x* is torn: *}
    {print torn_tuple} {$* = 0x* <torn: *>}
    {print (struct tuple_value *)values[0]} {$* = 0x* <no tuple: its tag is integer>}
    {print unmapped_tag} {$* = 0x700000123450 <no value: there is no memory *>}
}
# And what is right, to the byte but for addresses.
set good {
    {acre tag values[0]} {integer 0x06}
    {acre tag 8} {none 0x00}
    {acre value holder} {vector [before after <torn 0x*> <unreadable 0x400000123450>]}
    {acre value /1 good_tuple} {tuple (a: 1 'b c': [...] d: (...))}
    {acre value /2 good_tuple} {tuple (a: 1 'b c': [2 {...}] d: (e: f))}
    {acre tuple good_tuple} {tuple 0x*, entries 3, room for 4
  a: 1
  'b c': [2 {3 = 4}]
  d: (e: f)}
    {acre tuple holder} {vector 0x*, entries 4, room for 4
  0: before
  1: after
  2: <torn 0x*>
  3: <unreadable 0x400000123450>}
    {print good_tuple} {$* = 0x* tuple (a: 1 'b c': [2 {3 = 4}] d: (e: f))}
    {print values[0]} {$* = 0x* integer 0}
    {print/r values[0]} {$* = (struct value *) 0x*}
    {print (struct value *)0} {$* = 0x0}
    {print $acre_tag(holder)} {$* = "vector"}
    {print $acre_text(values[1])} {$* = "-1"}
    {print value_count} {$* = *}
    {help acre value} {Prints a tagged pointer*Usage: acre value*}
}

tap::plan [expr {$values + $heaps + 6 + ([llength $bad] + [llength $good]) / 2}]
set commands {}
for {set i 0} {$i < $values} {incr i} {
    lappend commands "acre value values\[$i\]"
}
for {set i 0} {$i < $heaps} {incr i} {
    lappend commands "acre heaps heaps\[$i\]"
}
set got [gdb {*}$commands {*}[dict keys $bad] {*}[dict keys $good] "acre heaps" "acre symbols"]
set at -1
# The record of an unknown prints its own address, which is the same in both: gdb runs the program without randomness.
foreach text $want {
    tap::is [lindex $got [incr at]] $text [string range $text 0 60]
}
foreach row [lrange $figures 0 end-1] {
    set shown [lindex [split [lindex $got [incr at]] \n] end]
    tap::is [list [lindex $shown 0] {*}[lrange $shown 3 end]] $row "heap [lindex $row 0], as heap_stats has it"
}
# A line of ours has no pattern's characters but *; these are told apart from it.
proc matches {got pattern} {
    return [string match [string map {\[ \\\[ \] \\\] \\ \\\\} $pattern] $got]
}
foreach {command pattern} [concat $bad $good] {
    set shown [lindex $got [incr at]]
    tap::ok [expr {[matches $shown $pattern] && ![string match *Traceback* $shown]}] $command \
        "got:  $shown\nlike: $pattern"
}
set rows [lrange [split [lindex $got [incr at]] \n] 1 end]
set missing [lmap row $figures {
    if {[lsearch -glob $rows "[lindex $row 0] *[join [lrange $row 1 end] { *}]"] >= 0} continue
    set row
}]
tap::is $missing {} "acre heaps lists them all"
tap::is [llength [lsearch -all -inline -index 1 $rows tagged]] 13 "and the heap of every tag"
set symbols [split [lindex $got [incr at]] \n]
tap::like [lindex $symbols 0] "symbols [lindex [lsearch -inline $lines "symbols *"] 1], chains *" \
    "acre symbols has as many as the program"
tap::is [llength $symbols] [expr {[lindex [lsearch -inline $lines "symbols *"] 1] + 1}] "and lists each"

# The same from a core file, where there is no process at all.  A sanitizer's shadow would make that terabytes.
set in [open $program rb]
set sanitized [string match *__asan_init* [read $in]]
close $in
if {$sanitized} {
    tap::skip "a core file: values" "the build has sanitizers"
    tap::skip "a core file: heaps" "the build has sanitizers"
    tap::done
}
set core [file join [tap::tmp] core]
gdb "generate-core-file $core"
set shown [exec timeout 60 gdb -batch -nx -x $extension -ex "set width 0" -ex "acre tuple good_tuple" \
    -ex "acre heaps heaps\[1\]" $program $core 2>@1]
tap::ok [matches $shown "*\n  d: (e: f)\n*"] "a core file: values" $shown
set row [lindex $figures 1]
tap::is [lrange [lindex [split $shown \n] end] 3 end] [lrange $row 1 end] "a core file: heaps"
tap::done
