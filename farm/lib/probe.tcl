# SPDX-License-Identifier: Apache-2.0
#
# probe.tcl: does the emulator work at all here, and how fast?  Asked once for each before a run, with a boot sector
# that only prints and ends.  A guest is never blamed for an emulator that cannot run even that.

namespace eval ::acre::probe {
    # Seconds the probe takes on the machine that the clocks were made for.  A slower one gets longer clocks.
    variable reference {qemu 0.3 bochs 0.6}
    variable limits {first-byte 20 silence 10 total 30}
    variable scaleMost 20
}

# run EMULATOR DIR -> dict: why ("" when it works), seconds, scale (1 or more: factor for all clocks).
# DIR is made and holds what the probe left.
proc ::acre::probe::run {emulator dir} {
    variable reference
    variable limits
    variable scaleMost
    file mkdir $dir
    set image [::acre::paths::product farm/probes/ok.bin]
    set outcome [::acre::drive::run [dict create emulator $emulator image $image dir $dir limits $limits]]
    set in [open [dict get $outcome serial] rb]
    set tap [::acre::tap::parse [read $in]]
    close $in
    set verdict [::acre::verdict::of $outcome $tap boots]
    set seconds [dict get $outcome seconds total]
    set why ""
    if {[dict get $verdict verdict] ne "PASS"} {
        set why "$emulator does not even run the probe sector ([dict get $verdict why]); see $dir"
    }
    return [dict create why $why seconds $seconds \
        scale [expr {max(1.0, min($scaleMost, $seconds / [dict get $reference $emulator]))}]]
}
