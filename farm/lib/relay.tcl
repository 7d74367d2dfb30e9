# SPDX-License-Identifier: Apache-2.0
#
# relay.tcl: the second serial port of an emulator that knows no Unix sockets (Bochs), at a Unix socket, or at what the
# case's com2 makes of it.
#
#   ::acre::relay::listen HANDLE       -> a port of 127.0.0.1 for the emulator to connect to, once
#   ::acre::relay::serve HANDLE        makes the socket of the run's case; the pipes com2.in and com2.out are there
#   ::acre::relay::stop HANDLE         ends all that, harmless if there is nothing
#
# The emulator's bytes pass through this process, because it stands still while nobody takes them: what no client takes
# has to go somewhere.  Lines, which are frames, are passed on whole; one that does not fit is dropped.  socat has the
# socket and lets one client at a time at the pipes, as QEMU does; it is a process group of its own, so no signal of a
# terminal's ends it before its time, and a guardian ends it with this process.

namespace eval ::acre::relay {
    # Bytes that may wait for a client; with fewer left than a frame's no more are added.
    variable WAITING_MOST 262144
    variable CHUNK 65536
    # Seconds in which a client that is gone keeps the socket.
    variable LINGER 0.05
    # Milliseconds until the client's bytes are looked at again, while the emulator takes none.
    variable PAUSE 10
}

proc ::acre::relay::listen {handle} {
    upvar #0 $handle run
    set run(relay,server) [socket -server [list ::acre::relay::Connected $handle] -myaddr 127.0.0.1 0]
    lappend run(channels) $run(relay,server)
    return [lindex [fconfigure $run(relay,server) -sockname] 2]
}

# The emulator, who is the first that comes.
proc ::acre::relay::Connected {handle channel host port} {
    upvar #0 $handle run
    close $run(relay,server)
    fconfigure $channel -blocking 0 -buffering none -translation binary
    lappend run(channels) $channel
    if {[dict get $run(case) com2] ne ""} {
        {*}[dict get $run(case) com2] [list $channel $channel]
        return
    }
    set run(relay,port) $channel
    set run(relay,held) ""
    fileevent $channel readable [list ::acre::drive::Safely $handle ::acre::relay::Out]
    In_later $handle
}

proc ::acre::relay::serve {handle} {
    variable LINGER
    upvar #0 $handle run
    ::acre::err::need socat
    set path [dict get $run(case) meta]
    set run(relay,guardian) [::acre::process::guardian $path]
    set home [pwd]
    cd $run(dir)
    try {
        # Names without a directory: that of a case may have any character.
        set run(relay,pid) [exec setsid socat -t $LINGER \
            UNIX-LISTEN:[::acre::storesocket::escape $path],fork,max-children=1,mode=600 \
            OPEN:com2.out,rdonly!!OPEN:com2.in,wronly 2>relay.log &]
    } finally {
        cd $home
    }
    puts $run(relay,guardian) $run(relay,pid)
}

# From the emulator to the client: whole lines.
proc ::acre::relay::Out {handle} {
    variable WAITING_MOST
    variable CHUNK
    upvar #0 $handle run
    append run(relay,held) [read $run(relay,port) $CHUNK]
    if {[eof $run(relay,port)]} {
        fileevent $run(relay,port) readable {}
    }
    set end [string last \n $run(relay,held)]
    if {$end < 0 && [string length $run(relay,held)] < 2 * $CHUNK} {
        return
    }
    set lines [string range $run(relay,held) 0 $end]
    set run(relay,held) [expr {$end < 0 ? "" : [string range $run(relay,held) $end+1 end]}]
    foreach line [lrange [split $lines \n] 0 end-1] {
        if {[chan pending output $run(fifo,com2.out)] + [string length $line] < $WAITING_MOST} {
            puts -nonewline $run(fifo,com2.out) $line\n
        }
    }
}

# From the client to the emulator.
proc ::acre::relay::In {handle} {
    variable CHUNK
    upvar #0 $handle run
    fileevent $run(fifo,com2.in) readable {}
    catch {puts -nonewline $run(relay,port) [read $run(fifo,com2.in) $CHUNK]}
    In_later $handle
}

# Looks at the client's bytes when the emulator has taken those before.
proc ::acre::relay::In_later {handle} {
    variable PAUSE
    upvar #0 $handle run
    if {![info exists run(fifo,com2.in)] || $run(relay,port) ni [chan names]} {
        return
    }
    if {[chan pending output $run(relay,port)]} {
        after $PAUSE [list ::acre::drive::Safely $handle ::acre::relay::In_later]
    } else {
        fileevent $run(fifo,com2.in) readable [list ::acre::drive::Safely $handle ::acre::relay::In]
    }
}

proc ::acre::relay::stop {handle} {
    upvar #0 $handle run
    if {[info exists run(relay,pid)]} {
        catch {exec kill -TERM -- -$run(relay,pid) 2>/dev/null}
        file delete -- [dict get $run(case) meta]
        ::acre::process::dismiss $run(relay,guardian)
        unset run(relay,pid)
    }
}
