# SPDX-License-Identifier: Apache-2.0
#
# For t/bench: what the meta store costs.  All under -icount shift=0: a tick is an instruction.
#
#   store-get            a get of one counter, from its request's first byte read to its reply's last byte written, as
#                        the server itself has it (store.last-ticks): the least of GETS
#   store-get-outside    the same as a program feels it, with the interrupts by which the bytes come and go and the timer
#                        that the budget takes: what it counts less in a time in which FELT gets are answered
#   store-tree-bytes     the reply to a get of the whole tree, three deep
#   store-tree           and its ticks, the least of TREES
#   store-calls          what the store costs a program while nobody is connected: t/benches/linux/calls.c, a mix of
#                        system calls, on a machine with COM2 and on one without, as which the kernel has no store
#   store-null-call      the same for the call that does least: the one instruction that counts

namespace eval bench {
    variable GETS 20
    variable FELT 200
    variable TREES 5
    variable FELT_TICKS 400000000
}

proc bench::Store_ticks {connection request} {
    set reply [store::ask $connection $request 120]
    if {![string match {*"ok":*} $reply]} {
        fail "the store did not answer: $reply"
    }
    return [list [store::get $connection store.last-ticks] [string length $reply]]
}

proc bench::Least_ticks {connection count request} {
    set ticks {}
    for {set i 0} {$i < $count} {incr i} {
        lassign [Store_ticks $connection $request] least bytes
        lappend ticks $least
    }
    return [list [lindex [lsort -integer $ticks] 0] $bytes]
}

proc bench::Counted {guest} {
    variable FELT_TICKS
    store::tell $guest "count $FELT_TICKS\n"
    return [lindex [store::line $guest "counted *" 240] 1]
}

# Ticks that a program has less for each of FELT gets, all answered while it counts.
proc bench::Felt {guest connection} {
    variable FELT
    variable FELT_TICKS
    set alone [Counted $guest]
    store::tell $guest "count $FELT_TICKS\n"
    set request [store::frame {{"id":0,"op":"get","path":"program.execs"}}]
    store::send $connection [string repeat $request $FELT]
    for {set i 0} {$i < $FELT} {incr i} {
        if {[store::next $connection] eq ""} {
            fail "the store did not answer"
        }
    }
    set left [store::get $connection program.calls.write]
    set felt [lindex [store::line $guest "counted *" 240] 1]
    if {[store::get $connection program.calls.write] != $left + 1} {
        fail "the program had counted before all was answered"
    }
    return [expr {$FELT_TICKS * (1 - double($felt) / $alone) / $FELT}]
}

proc bench::Store_served {} {
    variable GETS
    variable TREES
    set image [store::image served --set console=pipe [store::program watched -pthread]]
    set guest [store::guest qemu $image icount 1]
    store::line $guest begun
    set connection [store::connect $guest]
    figure store-get [lindex [Least_ticks $connection $GETS {{"op":"get","path":"program.execs"}}] 0] instructions 5000
    figure store-get-outside [format %.0f [Felt $guest $connection]] instructions 8000
    lassign [Least_ticks $connection $TREES {{"op":"get","path":"","depth":3}}] ticks bytes
    figure store-tree-bytes $bytes bytes 65536
    figure store-tree $ticks instructions 2000000
    store::kill $guest
}

# Ticks of the mix and of the null call, with or without a COM2 to which nobody is connected.
proc bench::Calls {image with} {
    set words [expr {$with ? "-serial chardev:store -chardev null,id=store" : ""}]
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
    foreach tool {qemu-system-x86_64 socat} {
        ::acre::err::need $tool
    }
    foreach package {json sha256} {
        ::acre::err::package $package
    }
    Store_served
    Store_unused
}
