# SPDX-License-Identifier: Apache-2.0
#
# pair.tcl: FAIL emulators is found once both emulators are done (emulators.tcl): each of its two cases is well, taken
# alone.  Whoever looks at one of them again must run both.
#
#   ::acre::pair::recorded HOME     -> dict verdict sub why of the case's directory HOME, as the run left it; "" if it
#                                      does not say
#   ::acre::pair::other CASE HOME   -> {CASE HOME} of the same case under the other emulator, where this is such a
#                                      failure; "" where it is not; raises {ACRE BAD} where the other one is gone
#   ::acre::pair::again ONE OTHER   -> exit status: replays both, {CASE HOME} each, and compares them

namespace eval ::acre::pair {}

proc ::acre::pair::recorded {home} {
    if {[catch {open [file join $home result.txt]} in]} {
        return ""
    }
    set found [dict create]
    foreach {- key value} [regexp -all -inline -line {^(verdict|sub|why): (.*)$} [read $in]] {
        dict set found $key $value
    }
    close $in
    return [expr {[dict size $found] == 3 ? $found : ""}]
}

proc ::acre::pair::other {case home} {
    set recorded [expr {$home eq "" ? "" : [recorded $home]}]
    if {$recorded eq "" || [dict get $recorded sub] ne "emulators"} {
        return ""
    }
    set name [dict get $case name]
    set theirs [string map {,emu=qemu ,emu=bochs ,emu=bochs ,emu=qemu} $name]
    # Names are paths below the run's directory.
    set out [string range $home 0 end-[string length $name]]
    if {$out$name ne $home || ![file isfile [file join $out $theirs case]]} {
        ::acre::err::bad "$name failed beside $theirs only, which is not in the same run's directory:\
            run both again with 'acre farm'"
    }
    return [list [::acre::casefile::read [file join $out $theirs case]] [file join $out $theirs]]
}

proc ::acre::pair::again {one other} {
    set cases {}
    set results [dict create]
    foreach pair [list $one $other] {
        lassign $pair case home
        ::acre::err::need [dict get $::acre::farm::emulators [dict get $case emulator]]
        set dir [file join $home replay]
        set result [::acre::replay::boot $case $home $dir]
        puts [::acre::replay::said $result]
        lappend cases [dict replace $case dir $dir]
        dict set results [dict get $case name] $result
    }
    lassign [::acre::emulators::judge $cases $results] changed words
    puts [expr {$words eq "" ? "the two cannot be compared: not both are well" : $words}]
    foreach result [dict values $changed] {
        puts [::acre::replay::said $result]
    }
    return [::acre::verdict::worst [lmap result [dict values [dict merge $results $changed]] {
        dict get $result verdict
    }]]
}
