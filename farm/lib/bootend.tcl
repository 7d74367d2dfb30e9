# SPDX-License-Identifier: Apache-2.0
#
# bootend.tcl: what a boot of `acre boot` and `acre run` came to, as exit status; all but a good end is said in one line
# on standard error.
#
#   ::acre::bootend::guest RUN      -> the status of a guest; RUN is drive.tcl's result
#   ::acre::bootend::program RUN    -> the program's own status if it ended; else what a boot that went wrong has

namespace eval ::acre::bootend {
    # Bytes at the end of the serial log that are read again for the verdict: more than any report of Acre's.
    variable JUDGED 4194304
    # Exit status after two times Ctrl-], as after an interrupt.
    variable LEFT 130
}

proc ::acre::bootend::guest {run} {
    variable JUDGED
    variable LEFT
    set channel [open [dict get $run serial] rb]
    seek $channel [expr {max(0, [file size [dict get $run serial]] - $JUDGED)}]
    set tap [::acre::tap::parse [read $channel]]
    close $channel
    if {[dict get $run end] eq "left"} {
        return $LEFT
    }
    if {[dict get $run end] eq "exit" && ![dict get $tap version] && [dict get $tap exit] eq ""} {
        return [Foreign $run]
    }
    set verdict [::acre::verdict::of $run $tap boots]
    set word [dict get $verdict verdict]
    if {$word ni {PASS SKIP}} {
        puts stderr "acre: $word [dict get $verdict sub]: [dict get $verdict why]"
    }
    return [::acre::verdict::status $word]
}

proc ::acre::bootend::program {run} {
    variable LEFT
    set result [::acre::console::result]
    set end [dict get $run end]
    if {$end eq "left"} {
        return $LEFT
    } elseif {[dict get $result panic] ne ""} {
        puts stderr "acre: CRASH panic: [dict get $result panic]"
        return [::acre::verdict::status CRASH]
    } elseif {$end eq "exit" && [dict get $result status] ne ""} {
        return [dict get $result status]
    } elseif {[dict exists $::acre::verdict::ENDS $end]} {
        set word [dict get $::acre::verdict::ENDS $end]
        puts stderr "acre: $word $end: [dict get $run detail]"
        return [::acre::verdict::status $word]
    } elseif {[dict get $result programs]} {
        puts stderr "acre: CRASH torn: the guest ended, but not its program"
        return [::acre::verdict::status CRASH]
    }
    set status [guest $run]
    if {!$status} {
        puts stderr "acre: FAIL program: the guest is well, but it started no program"
    }
    return [::tcl::mathfunc::max 1 $status]
}

# An image that is not Acre's and ended by itself: it did well if it switched off or left by the port with 0.
proc ::acre::bootend::Foreign {run} {
    if {[dict get $run guest-exit] in [list $::layout::PROTO_EXIT_OK any]} {
        return 0
    }
    puts stderr "acre: the guest ended: [dict get $run detail]"
    return 1
}
