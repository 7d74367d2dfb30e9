# SPDX-License-Identifier: Apache-2.0
#
# storepeer.tcl: asks the server of a guest's store, over the Unix socket that leads to the guest's second serial port.
#
#   ::acre::storepeer::open SOCKET SECONDS ?FAREWELL?  -> a HANDLE.  SECONDS: how long the peer may be silent while it
#                                      owes an answer.  FAREWELL, a request's JSON, is sent when this process ends, in
#                                      whatever way.  Raises {ACRE BAD} if there is no such socket
#   ::acre::storepeer::over IN OUT SECONDS  -> the same over channels that lead to the port
#   ::acre::storepeer::ask HANDLE OPERATION ARGUMENTS  -> the answer's JSON text; ARGUMENTS is a dict name -> JSON text.
#                                      Raises {ACRE STORE CODE} with the server's words if it refused, {ACRE PEER WHY}
#                                      if no answer came; after the WHY "silent" one may ask again
#   ::acre::storepeer::event HANDLE SECONDS  -> the next frame that answers no request, as a VALUE of storejson.tcl, or
#                                      "" when SECONDS ("": no limit) are over
#   ::acre::storepeer::pending HANDLE  -> all such frames that have come already
#   ::acre::storepeer::close HANDLE
#
# socat knows the socket; Tcl has none of that kind.  The port may hold what an earlier client left there: bytes of a
# cut frame, answers, events.  So each request has a number that no other client's has, and all that came before the
# first answer is forgotten.

::acre::paths::use storeframe storejson storesocket

namespace eval ::acre::storepeer {
    variable count 0
    # What socat does at its end: the last bytes get so many seconds on their way.
    variable LINGER 0.5
    # With a farewell, before socat and after it.  cat ends when this process does, by whatever signal; then what comes
    # is still taken, since socat ends at once where it cannot write.
    variable GOODBYE {cat; printf '\n%s\n' "$1"}
    variable DRAIN {cat 2>/dev/null; exec cat >/dev/null}
    # No signal of a terminal's reaches what it is started with.
    variable APART setsid
    # Bytes of a request's JSON that the server takes.
    variable REQUEST_MOST 1024
    # Bytes without a good frame among them, after which the peer is none.
    variable NOISE_MOST 1048576
    # Bytes that are read at once: who says more without end must not keep us there.
    variable CHUNK 65536
}

# SOCKET is a socket that this user may use.
proc ::acre::storepeer::Check {path} {
    if {![file exists $path]} {
        ::acre::err::bad "no socket $path: is the guest running, and was it started with --meta?"
    } elseif {[file type [Real $path]] ne "socket"} {
        ::acre::err::bad "$path is no socket; acre boot --meta says the name of one"
    } elseif {![file writable $path]} {
        ::acre::err::bad "$path: permission denied; its guest is another user's"
    } elseif {[string length [encoding convertto utf-8 $path]] > $::acre::storesocket::PATH_MOST} {
        ::acre::err::bad "$path is too long for a socket's name (at most $::acre::storesocket::PATH_MOST bytes);\
            go nearer with cd"
    }
}

proc ::acre::storepeer::Real {path} {
    return [file dirname [file normalize [file join $path __]]]
}

proc ::acre::storepeer::open {path seconds {farewell ""}} {
    variable count
    variable LINGER
    variable GOODBYE
    variable DRAIN
    variable APART
    Check $path
    ::acre::err::need socat
    set handle ::acre::storepeer::peer[incr count]
    upvar #0 $handle peer
    array set peer [list path $path patience $seconds held "" events {} answer "" waiting "" end "" known 0 noise 0 \
        farewell [expr {$farewell ne ""}]]
    set peer(number) [expr {int(rand() * (1 << 30)) << 16}]
    set command [list socat -t $LINGER - UNIX-CONNECT:[::acre::storesocket::escape $path]]
    if {$farewell ne ""} {
        set farewell [string trimright [::acre::storeframe::make $farewell] \n]
        set command [list $APART /bin/sh -c $GOODBYE farewell $farewell | $APART {*}$command | \
            $APART /bin/sh -c $DRAIN]
    }
    lassign [chan pipe] peer(words) write
    set peer(channel) [::open |[concat $command [list 2>@ $write]] r+]
    set peer(out) $peer(channel)
    ::close $write
    fconfigure $peer(channel) -blocking 0 -buffering none -translation binary
    fconfigure $peer(words) -blocking 0
    fileevent $peer(channel) readable [list ::acre::storepeer::Read $handle]
    return $handle
}

proc ::acre::storepeer::over {in out seconds} {
    variable count
    set handle ::acre::storepeer::peer[incr count]
    upvar #0 $handle peer
    array set peer [list path "COM2" patience $seconds channel $in out $out words ""]
    array set peer {held "" events {} answer "" waiting "" end "" known 0 noise 0 number 0}
    fileevent $in readable [list ::acre::storepeer::Read $handle]
    return $handle
}

proc ::acre::storepeer::Read {handle} {
    variable NOISE_MOST
    variable CHUNK
    upvar #0 $handle peer
    if {[catch {read $peer(channel) $CHUNK} bytes]} {
        set bytes ""
    }
    append peer(held) $bytes
    incr peer(noise) [string length $bytes]
    foreach text [::acre::storeframe::take peer(held)] {
        set peer(noise) 0
        if {[catch {::acre::storejson::parse $text} value]} continue
        Frame $handle $value $text
    }
    if {[eof $peer(channel)]} {
        fileevent $peer(channel) readable {}
        set peer(end) [expr {$peer(words) eq "" ? "" : [string trim [read $peer(words)]]}]
        if {$peer(end) eq ""} {
            set peer(end) closed
        }
    } elseif {$peer(noise) > $NOISE_MOST} {
        fileevent $peer(channel) readable {}
        set peer(end) noise
    } elseif {$bytes ne ""} {
        Patience $handle
    }
}

# A good frame: the answer that is waited for, or an event.
proc ::acre::storepeer::Frame {handle value text} {
    upvar #0 $handle peer
    set id [::acre::storejson::get $value id]
    if {$peer(waiting) ne "" && $id eq [list word $peer(waiting)]} {
        set peer(waiting) ""
        set peer(answer) [list $value $text]
        if {!$peer(known)} {
            set peer(known) 1
            set peer(events) {}
        }
    } elseif {$id eq ""} {
        lappend peer(events) $value
    }
}

# The peer is heard: its time starts again.
proc ::acre::storepeer::Patience {handle} {
    upvar #0 $handle peer
    if {[info exists peer(timer)]} {
        after cancel $peer(timer)
        unset peer(timer)
    }
    if {$peer(waiting) ne ""} {
        set peer(timer) [after [expr {int($peer(patience) * 1000)}] [list set ${handle}(end) silent]]
    }
}

proc ::acre::storepeer::ask {handle operation arguments} {
    variable REQUEST_MOST
    upvar #0 $handle peer
    set id [incr peer(number)]
    set request [Request $id $operation $arguments]
    if {[string length $request] > $REQUEST_MOST} {
        ::acre::err::bad "the request takes [string length $request] bytes, the store takes $REQUEST_MOST; shorten it"
    }
    # One that was silent may speak again.
    if {$peer(end) eq "silent"} {
        set peer(end) ""
    } elseif {$peer(end) ne ""} {
        Gone $handle
    }
    set peer(waiting) $id
    Patience $handle
    # A line's end first: it ends what an earlier client may have left half.
    catch {puts -nonewline $peer(out) \n[::acre::storeframe::make $request]}
    while {$peer(waiting) ne "" && $peer(end) eq ""} {
        vwait $handle
    }
    Stop $handle
    if {$peer(waiting) ne ""} {
        set peer(waiting) ""
        Gone $handle
    }
    lassign $peer(answer) value text
    return [Answer $value $text $id]
}

# No longer waiting for an answer.
proc ::acre::storepeer::Stop {handle} {
    upvar #0 $handle peer
    if {[info exists peer(timer)]} {
        after cancel $peer(timer)
        unset peer(timer)
    }
}

proc ::acre::storepeer::Request {id operation arguments} {
    set fields [list "\"id\":$id" "\"op\":[::acre::storejson::quote $operation]"]
    dict for {name json} $arguments {
        lappend fields [::acre::storejson::quote $name]:$json
    }
    return "{[join $fields ,]}"
}

# The JSON of what the server answered, as the server wrote it where that can be cut out.
proc ::acre::storepeer::Answer {value text id} {
    set error [::acre::storejson::get $value error]
    if {$error ne ""} {
        set code [::acre::storejson::plain $error]
        set words [::acre::storejson::plain [::acre::storejson::get $value text]]
        return -code error -errorcode [list ACRE STORE $code] [lindex [list $words $code] [expr {$words eq ""}]]
    }
    set lead "\{\"id\":$id,\"ok\":"
    if {[string equal -length [string length $lead] $lead $text]} {
        return [string range $text [string length $lead] end-1]
    }
    return [::acre::storejson::text [::acre::storejson::get $value ok]]
}

# Says why no answer comes.
proc ::acre::storepeer::Gone {handle} {
    upvar #0 $handle peer
    set path $peer(path)
    if {$peer(end) eq "silent"} {
        set why "no answer from $path within $peer(patience) s: the guest serves no store (meta=off, or it does not\
            look at its ports), or another acre ctl or acre top has the port; --timeout gives it more time"
    } elseif {$peer(end) eq "closed"} {
        set why "the guest at $path went away"
    } elseif {$peer(end) eq "noise"} {
        set why "what comes from $path are no frames of the store's: is it another socket?"
    } elseif {[string match "*Connection refused*" $peer(end)]} {
        set why "nobody listens at $path: its guest is gone; remove the file"
    } else {
        set why "cannot reach $path: [lindex [split $peer(end) \n] end]"
    }
    return -code error -errorcode [list ACRE PEER $peer(end)] $why
}

proc ::acre::storepeer::event {handle seconds} {
    upvar #0 $handle peer
    if {$seconds ne ""} {
        set timer [after [expr {int($seconds * 1000)}] [list set ${handle}(over) 1]]
    }
    set peer(over) 0
    while {$peer(events) eq "" && $peer(end) eq "" && !$peer(over)} {
        vwait $handle
    }
    if {$seconds ne ""} {
        after cancel $timer
    }
    if {$peer(events) ne ""} {
        set peer(events) [lassign $peer(events) value]
        return $value
    } elseif {$peer(end) ne ""} {
        Gone $handle
    }
    return ""
}

proc ::acre::storepeer::pending {handle} {
    upvar #0 $handle peer
    set events $peer(events)
    set peer(events) {}
    return $events
}

# Nobody is waited for.  Without a farewell all that was sent has been answered, or nobody cares; with one, socat stays
# as long as it takes, but where it waits for its turn at the port it never gets to see that its input has ended.
proc ::acre::storepeer::close {handle} {
    upvar #0 $handle peer
    Stop $handle
    if {$peer(words) eq ""} {
        catch {fileevent $peer(channel) readable {}}
        unset peer
        return
    }
    set pids [pid $peer(channel)]
    catch {::close $peer(channel)}
    catch {::close $peer(words)}
    if {!$peer(farewell) || !$peer(known)} {
        catch {exec kill {*}$pids 2>/dev/null}
    }
    unset peer
}
