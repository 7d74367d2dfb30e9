#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Writing to the meta store of a guest: with the image's key every configuration value takes its ends and refuses what
# lies beyond; without the key, with a wrong one, with an old challenge nothing is set, and five wrong ones in a row
# lock the door.  The key itself is nowhere to be seen: not in the tree, not in a reply, not on COM1, not in any memory
# that can be read.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] meta.tcl]
if {[catch {package require sha256}]} {
    tap::skip_all "needs tcllib (Debian package tcllib)"
}

set emulators [boots::plan {qemu bochs} 0 26]
set boots::LIMIT 300
set key 0123456789abcdeffedcba98765432100f1e2d3c4b5a69788796a5b4c3d2e1f0
set wrong [string map {0 1} $key]

proc mac {key nonce path value} {
    return [sha2::hmac -hex -key [binary decode hex $key] "$nonce\n$path\n$value"]
}

# Sets with a challenge of its own -> the reply, or {refused CODE}.
proc set_value {key path value} {
    set challenge [meta::ok challenge]
    if {[lindex $challenge 0] eq "refused"} {
        return $challenge
    }
    return [set_with [lindex [meta::at $challenge nonce] 1] $key $path $value]
}

proc set_with {nonce key path value} {
    return [meta::ok set path [meta::quote $path] value $value mac [meta::quote [mac $key $nonce $path $value]]]
}

# JSON values that a row takes, and that it does not.
proc good_values {name row} {
    switch -- [dict get $row type] {
        flag { return [expr {$name eq "hold" ? {true true} : {false true}}] }
        number { return [list [dict get $row least] [dict get $row most]] }
        word { return [lmap word [dict get $row words] {meta::quote $word}] }
    }
}

proc bad_values {row all} {
    set bad [expr {$all ? {null "{}" {"no such word"} -1 18446744073709551616 1.5 {""}} : "null"}]
    switch -- [dict get $row type] {
        number { lappend bad true {"1"} [expr {[dict get $row most] + 1}] }
        default { lappend bad 0 1 }
    }
    if {[dict get $row type] eq "number" && [dict get $row least] > 0} {
        lappend bad [expr {[dict get $row least] - 1}]
    }
    if {[dict get $row type] ne "flag"} {
        lappend bad false
    }
    return $bad
}

# Every row to its ends and beyond, with ALL kinds of what is no value or with one; complaints.
proc set_rows {key all} {
    set found {}
    dict for {name row} [meta::plain [meta::get config 3]] {
        set path config.$name
        set before [meta::get $path.value]
        foreach value [bad_values $row $all] {
            set reply [set_value $key $path $value]
            if {[lindex $reply 0] ne "refused" || [lindex $reply 1] ni {bad-value bad-json not-live}} {
                lappend found "$path = $value: $reply"
            }
        }
        if {[meta::get $path.value] ne $before} {
            lappend found "$path changed, though all was refused"
        }
        foreach value [good_values $name $row] {
            set reply [set_value $key $path $value]
            if {[dict get $row when] ne "live"} {
                if {$reply ne {refused not-live}} {
                    lappend found "$path = $value: $reply"
                }
            } elseif {[meta::get $path.value] ne [meta::parse $value] || [lindex $reply 0] ne "object"} {
                lappend found "$path = $value: $reply, is [meta::get $path.value]"
            }
        }
    }
    return $found
}

# All heap memory that can be read, in hexadecimal: the first pages of the untagged slot and of each tag's.
proc all_memory {} {
    set addresses {}
    for {set tag 0} {$tag < 16} {incr tag} {
        set base [expr {$tag ? $::layout::LAYOUT_KMEM_BASE + ($tag << $::layout::LAYOUT_VA_TAG_SHIFT)
            : $::layout::LAYOUT_META_LIMIT}]
        for {set i 0} {$i < ($tag ? 64 : 1280)} {incr i} {
            lappend addresses [format 0x%llx [expr {$base + 256 * $i}]]
        }
    }
    foreach address $addresses {
        meta::send [meta::frame "{\"id\":1,\"op\":\"read\",\"address\":\"$address\",\"bytes\":256}"]
    }
    set hex ""
    foreach address $addresses {
        if {[regexp {"bytes":"([0-9a-f]+)"} [meta::next 20000] - bytes]} {
            append hex $bytes
        }
    }
    return $hex
}

proc boot {emulator options} {
    meta::start $emulator [boots::save [boots::options [boots::image] $options]] \
        memory [expr {$emulator eq "qemu" ? "64M" : 32}]
    set ready [meta::ready 120000]
    tap::ok $ready "$emulator: the guest answers on COM2"
    if {!$ready} {
        exit 1
    }
}

foreach emulator $emulators {
    boot $emulator "meta=write metakey=$key hold=1"
    set ledger [meta::get memory.ledger]
    tap::is [meta::at [meta::ok ping] write] {flag 1} "$emulator: it may be written to"
    # Bochs takes 50 ms for each request: its end of the connection waits for more to send.
    tap::is [set_rows $key [expr {$emulator eq "qemu"}]] {} \
        "$emulator: every configuration value goes to its ends and not beyond"
    tap::is [set_value $key config.nothing true] {refused not-found} "$emulator: a wrong name is refused"
    tap::is [set_value $key memory.ledger.free 1] {refused not-found} "$emulator: so is a path that is no configuration"
    set sets [meta::number store.sets]
    tap::is [lindex [meta::ok set path {"config.hold"} value true] 1] bad-request \
        "$emulator: a set without a mac is none"
    set nonce [lindex [meta::at [meta::ok challenge] nonce] 1]
    tap::is [lindex [set_with $nonce $key config.hold true] 0] object "$emulator: a challenge serves once"
    tap::is [set_with $nonce $key config.hold true] {refused no-challenge} "$emulator: and not twice"
    set first [lindex [meta::at [meta::ok challenge] nonce] 1]
    set second [lindex [meta::at [meta::ok challenge] nonce] 1]
    tap::ok [expr {$first ne $second && $first ne $nonce}] "$emulator: no two are the same" "$nonce $first $second"
    tap::is [set_with $first $key config.hold true] {refused wrong-key} "$emulator: only the last one counts"
    tap::is [lindex [set_value $key config.hold true] 0] object "$emulator: the right key is right still"
    set nonce [lindex [meta::at [meta::ok challenge] nonce] 1]
    tap::is [meta::ok set path {"config.hold"} value false mac [meta::quote [mac $key $nonce config.hold true]]] \
        {refused wrong-key} "$emulator: a mac is for one value"
    tap::is [meta::number store.sets] [expr {$sets + 2}] "$emulator: what was set is counted"

    set refusals [lmap i {1 2 3 4} {lindex [set_value $wrong config.hold true] 1}]
    tap::is $refusals {wrong-key wrong-key wrong-key wrong-key} "$emulator: wrong keys are refused"
    tap::is [set_value $key config.hold true] {refused locked} "$emulator: after five in a row the right one is, too"
    tap::is [meta::get config.hold.value] {flag 1} "$emulator: and nothing has been set"
    tap::is [meta::get boot.command-line] \
        [list text "meta=write metakey=[string repeat * 64] hold=1"] "$emulator: the command line has no key"
    set memory [all_memory]
    tap::ok [expr {[string length $memory] > 100000}] "$emulator: memory is read" [string length $memory]
    tap::ok [expr {[string first $key $memory] < 0 && [string first [binary encode hex $key] $memory] < 0}] \
        "$emulator: the key is not in it"
    tap::is [meta::get memory.ledger] $ledger "$emulator: no frame has moved"
    set tree [meta::get "" 16]
    meta::ok bye
    set result [meta::finish]
    tap::is [boots::end $result] pass "$emulator: bye ends it"
    tap::ok [expr {![regexp $key $tree] && ![regexp $key [dict get $result serial]]}] \
        "$emulator: no reply and no line had the key"
    tap::ok [regexp "# store: wrong keys: no writing for 60 s\n" [dict get $result serial]] \
        "$emulator: that it was locked has been said"

    boot $emulator "meta=write metakey=[string toupper $key] hold=1"
    tap::is [meta::plain [set_value $key config.hold false]] {old 1 value 0} "$emulator: hold is set to false"
    set result [meta::finish]
    tap::ok [expr {[boots::end $result] eq "pass"
            && [regexp "# store: config.hold: 0, was 1\n" [dict get $result serial]]}] \
        "$emulator: and the machine waits no more, and has said why" [boots::end $result]
}
tap::done
