#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# After the self-checks their code and data leave memory: nothing is mapped at their place in the report, and the ledger
# has as many frames of kernel text, constants and data fewer as the place had pages.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

set emulators [boots::plan {qemu bochs} 1 6]
set syms [boots::Read [::acre::paths::product acre.syms]]

proc address {name} {
    regexp -line "^(\[0-9a-f]{16}) \\w $name\$" $::syms - digits
    return [expr {"0x$digits"}]
}

# Pages from PART_base to PART_limit.
proc pages {part} {
    return [expr {([address ${part}_limit] - [address ${part}_base]) / $::layout::LAYOUT_FRAME_SIZE}]
}

set from [address checks_text_base]
set to [address checks_data_limit]
set leave [tcl::mathop::+ {*}[lmap part {checks_text checks_rodata checks_data} {pages $part}]]
set stay [tcl::mathop::+ {*}[lmap part {kernel_text kernel_rodata kernel_data kernel_bss symbols} {pages $part}]]
tap::ok [expr {$leave >= 4 && $leave * $::layout::LAYOUT_FRAME_SIZE == $to - $from}] \
    "the image has pages that leave, all in one place" "$leave pages"

foreach emulator $emulators {
    foreach memory [expr {$emulator eq "qemu" ? {1M 64M} : {16 32}}] {
        set job [boots::$emulator [boots::save [boots::image]] memory $memory]
        set result [dict get [boots::run [dict create it $job]] it]
        set serial [dict get $result serial]
        tap::is [boots::end $result] pass "$emulator, $memory: the boot passes"
        set inside [lmap {line base limit} [regexp -all -inline -line "^${::layout::PROTO_MAPPING}(\\w+) (\\w+) .*$" \
                $serial] {
            expr {$base < $to && $limit > $from ? $line : [continue]}
        }]
        tap::is $inside {} "$emulator, $memory: nothing is mapped there"
        set sum 0
        foreach {- frames} [regexp -all -inline -line \
                "^${::layout::PROTO_LEDGER}kernel-(?:text|rodata|data|bss) (\\d+)$" $serial] {
            incr sum $frames
        }
        tap::is $sum $stay "$emulator, $memory: the ledger counts what stays"
    }
}
tap::done
