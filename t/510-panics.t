#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# A kernel that crashes says so: a named panic line, a backtrace with function names, exit 3; never a reset, never
# silence.  Each kind that `acre image --set crash=KIND` takes, under both emulators.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

# kind -> what the panic line says, a function that must stand in the backtrace
set kinds {
    panic          {what="asked for by crash=panic"} crash_panic
    null           {what="null dereference"}         crash_null
    write-text     {what="page fault"}               crash_write_text
    divide         {what="divide error"}             crash_divide
    double-fault   {what="double fault"}             crash_double_fault
    stack-overflow {what="stack overflow"}           recurse
}
set refused {
    crash=nonsense crash= crash=pani crash=panics heap=strong heap= bench=cpu colour=blue
    {crash=panic colour=blue} {crash=panic crash=nonsense} word
}
set per [expr {[llength $kinds] / 3 * 3 + [llength $refused]}]
set emulators [boots::plan {qemu bochs} 2 $per]
set image [boots::image]
set acre [file join $::env(top_builddir) acre]

# The acre command's image is the one that is booted; its options come back out of it.
set made [file join [tap::tmp] made.img]
tap::is [catch {exec $acre image -o $made --set crash=panic 2>@1} out] 0 "acre image --set crash=panic makes an image"
tap::ok [expr {[file exists $made] && [boots::Read $made] eq [boots::options $image crash=panic]}] \
    "it differs from acre.img in its options alone"

# The functions of the backtrace, in order.
proc functions {result} {
    set form "\n${::layout::PROTO_FRAME}\\d+ 0x\[0-9a-f]{16} (\[^+\n]+)\\+0x\[0-9a-f]+(?=\n)"
    return [lmap {- name} [regexp -all -inline $form [dict get $result serial]] {set name}]
}

foreach emulator $emulators {
    set jobs {}
    foreach {kind what function} $kinds {
        dict set jobs $kind [boots::$emulator [boots::save [boots::options $image crash=$kind]]]
    }
    foreach text $refused {
        dict set jobs "=$text" [boots::$emulator [boots::save [boots::options $image $text]]]
    }
    set results [boots::run $jobs]
    foreach {kind what function} $kinds {
        set result [dict get $results $kind]
        set trace [functions $result]
        tap::like [boots::end $result] "panic: $what rip=0x* cr2=0x* error=0x*" "$emulator, crash=$kind: a named panic"
        tap::ok [expr {[lsearch -regexp $trace "^$function\\M"] >= 0}] \
            "$emulator, crash=$kind: the backtrace names $function" "frames: $trace"
        tap::ok [regexp "\nok \\d+ \[^\n]*\n.*\n${::layout::PROTO_PANIC}" [dict get $result serial]] \
            "$emulator, crash=$kind: the self-checks came first"
    }
    foreach text $refused {
        set word [lindex [lmap word $text {expr {$word in {crash=panic} ? [continue] : $word}}] 0]
        tap::is [boots::end [dict get $results "=$text"]] "refused: unknown option in the image: $word" \
            "$emulator: options '$text' are refused by name"
    }
}
tap::done
