# SPDX-License-Identifier: Apache-2.0
#
# For t/bench: what the meta store costs.  All under -icount shift=0: a tick is an instruction.
#
#   store-get            a get of one counter, from its request's first byte read to its reply's last byte written, as
#                        the server itself has it (store.last-ticks): the least of GETS
#   store-interrupt      what one of COM2's interrupts takes from a program beside the ticks that the server itself has:
#                        what it counts less in a time in which FELT gets are answered, less the server's ticks, by the
#                        interrupts that came.  How many bytes an interrupt brings is the host's doing, from all of a
#                        request to one byte; so the sum, what a program loses by a get, is no figure of the guest's,
#                        and the least of TRIES counts: where few interrupts bring all, what else happens weighs more
#   store-tree-bytes     the reply to a get of the whole tree, three deep
#   store-tree           and its ticks, the least of TRIES
#   store-calls          what the store costs a program while nobody is connected: t/benches/linux/calls.c, a mix of
#                        system calls, on a machine with COM2 and on one without, as which the kernel has no store
#   store-null-call      the same for the call that does least: the one instruction that counts

namespace eval bench {
    variable GETS 20
    variable FELT 200
    variable TRIES 5
    variable FELT_TICKS 400000000
}

# Ticks of COUNT gets of PATH, DEPTH levels deep if that is said, the least of them, and the reply's bytes.
proc bench::Least_ticks {count path depth} {
    set ticks {}
    set levels [expr {$depth eq "" ? "" : ",\"depth\":$depth"}]
    for {set i 0} {$i < $count} {incr i} {
        meta::send [meta::frame "{\"id\":0,\"op\":\"get\",\"path\":\"$path\"$levels}"]
        set reply [meta::next 60000]
        if {![string match {*"ok":*} $reply]} {
            fail "the store did not answer: $reply"
        }
        lappend ticks [meta::number store.last-ticks]
    }
    return [list [lindex [lsort -integer $ticks] 0] [string length $reply]]
}

proc bench::Counted {} {
    variable FELT_TICKS
    store::tell "count $FELT_TICKS\n"
    return [lindex [store::line "counted *" 240] 1]
}

# FELT gets, all answered.
proc bench::Gets {} {
    variable FELT
    meta::send [string repeat [meta::frame {{"id":0,"op":"get","path":"program.execs"}}] $FELT]
    for {set i 0} {$i < $FELT} {incr i} {
        if {[meta::next 60000] eq ""} {
            fail "the store did not answer"
        }
    }
}

# Ticks that a program has less, beside the server's own, for each interrupt while it counts and the gets are answered.
proc bench::Interrupt {} {
    variable FELT_TICKS
    set alone [Counted]
    lassign [lmap path {store.ticks interrupts.lines.com2} {meta::number $path}] ticks interrupts
    store::tell "count $FELT_TICKS\n"
    Gets
    set ticks [expr {[meta::number store.ticks] - $ticks}]
    set interrupts [expr {[meta::number interrupts.lines.com2] - $interrupts}]
    set writes [meta::number program.calls.write]
    set felt [lindex [store::line "counted *" 240] 1]
    if {[meta::number program.calls.write] != $writes + 1} {
        fail "the program had counted before all was answered"
    }
    return [expr {($FELT_TICKS * (1 - double($felt) / $alone) - $ticks) / $interrupts}]
}

proc bench::Store_served {} {
    variable GETS
    variable TRIES
    store::start qemu [store::image served --set console=pipe [store::program watched -pthread]] icount 1
    store::line begun
    if {![meta::ready 20000]} {
        fail "the store does not answer"
    }
    figure store-get [lindex [Least_ticks $GETS program.execs ""] 0] instructions 5000
    set felt [lmap try [lrepeat $TRIES ""] {Interrupt}]
    figure store-interrupt [format %.0f [tcl::mathfunc::min {*}$felt]] instructions 1000
    lassign [Least_ticks $TRIES "" 3] ticks bytes
    figure store-tree-bytes $bytes bytes 65536
    figure store-tree $ticks instructions 2000000
    store::kill
}

# Ticks of the mix and of the null call, with or without a COM2 to which nobody is connected.
proc bench::Calls {image with} {
    set words [expr {$with ? "-serial null" : ""}]
    set said [Booted 64M -drive file=$image,format=raw,snapshot=on {*}$words]
    return [Figures $said [expr {$with ? "a machine with COM2" : "a machine without COM2"}]]
}

proc bench::Store_unused {} {
    set image [file join [tap::tmp] calls.img]
    exec [file join $::env(top_builddir) acre] image --set aslr=0 -o $image [Linux_program calls -static]
    set with [Calls $image 1]
    set without [Calls $image 0]
    foreach name {mix null} {
        set more($name) [expr {double([dict get $with $name]) - [dict get $without $name]}]
    }
    figure store-calls [format %.3f [expr {100 * $more(mix) / [dict get $without mix]}]] percent 1
    figure store-null-call [format %.2f [expr {$more(null) / 200}]] instructions 1
}

proc bench::store {} {
    ::acre::err::need qemu-system-x86_64
    Store_served
    Store_unused
}
