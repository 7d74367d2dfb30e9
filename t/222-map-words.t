#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Quirk words stand once, in farm/lib/quirks.tcl; the help text must say the same.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use quirks
namespace path ::tap

set words [::acre::quirks::words]
plan [expr {[llength $words] + 2}]
set channel [open [file join [::acre::paths::get help] map-format.txt]]
set help [regsub -all {\s+} [read $channel] " "]
close $channel

foreach word $words {
    set argument [dict get {"" "" n {[:n]} word :0xNNNN} [lindex [dict get $::acre::quirks::table $word] 0]]
    ok [expr {[string first " $word$argument [::acre::quirks::meaning $word] " $help] >= 0}] "help explains $word" \
        "not in map-format.txt: $word$argument [::acre::quirks::meaning $word]"
}
# The other way round: every word that a bundled map uses is in the table, by the parser; the help must not have more.
regexp {what they make the BIOS do:(.*)Words that contradict} $help -> list
set extra {}
set form {(?:^| )(?:carry|no|smap|acpi|short|overlong|needs|clobber|interrupts|e820|e801|88)-[a-z0-9-]+}
foreach candidate [regexp -all -inline $form $list] {
    if {[string trim $candidate] ni $words} {
        lappend extra $candidate
    }
}
is $extra {} "help names no other word"
is [lsort -unique $words] [lsort $words] "each word once"
done
