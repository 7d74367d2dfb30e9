#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Misuse of a heap ends in a panic that names the heap, the address, the tag and who allocated it (debug strength, which
# a boot without a program has); a freed page faults; with heap=plain what a heap sees by itself is only refused.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

# kind -> what the panic line says, after the heap's name
set kinds {
    double-free        {heap general: double free: 0xffff8* at 0xffff8*, 48 bytes, tag none, allocated by\
        crash_double_free+0x*, freed by *+0x*}
    foreign-free       {heap general: foreign free: 0xffffffff8* tag *}
    inner-free         {heap general: free inside an object: 0xffff8*, 48 bytes, tag none, allocated by\
        crash_inner_free+0x*}
    wrong-size         {heap general: wrong size freed: 0xffff8*, 48 bytes, tag none, allocated by\
        crash_wrong_size+0x*}
    write-past         {heap general: write past the end: 0xffff8* at 0xffff8*, 48 bytes, tag none, allocated by\
        crash_write_past+0x*}
    write-before       {heap general: write before the start: 0xffff8* at 0xffff8*, 48 bytes, tag none, allocated by\
        crash_write_before+0x*}
    write-freed        {heap general: write after free: 0xffff8* at 0xffff8*, 48 bytes, tag none, allocated by\
        crash_write_freed+0x*, freed by *+0x*}
    freed-page         {page fault}
    wrong-tag          {wrong tag: the value at 0xffff8280* is a string, not a tuple}
    tagged-double-free {heap tagged(buffer): double free: 0xffff8380* at 0xffff8380*, 48 bytes, tag buffer, allocated\
        by crash_tagged_double_free+0x*, freed by crash_tagged_double_free+0x*}
}
# What the plain heaps see without debug strength and refuse, so that the boot goes on to its end.
set refused {double-free inner-free}
set emulators [boots::plan {qemu bochs} 0 [expr {[llength $kinds] / 2 + [llength $refused]}]]
set image [boots::image]
foreach emulator $emulators {
    set jobs {}
    foreach {kind what} $kinds {
        dict set jobs $kind [boots::$emulator [boots::save [boots::options $image crash=$kind]]]
    }
    foreach kind $refused {
        dict set jobs "=$kind" [boots::$emulator [boots::save [boots::options $image "heap=plain crash=$kind"]]]
    }
    set results [boots::run $jobs]
    foreach {kind what} $kinds {
        tap::like [boots::end [dict get $results $kind]] "panic: what=\"$what\" rip=0x* cr2=0x* error=0x*" \
            "$emulator, crash=$kind: a panic that names it"
    }
    foreach kind $refused {
        tap::is [boots::end [dict get $results "=$kind"]] pass "$emulator, heap=plain crash=$kind: refused, no panic"
    }
}
tap::done
