# SPDX-License-Identifier: Apache-2.0
#
# For t/56x: a guest with COM2, and a client of its meta store (doc/store.md) that shares no code with the one in farm/.
# The emulator connects to a port of ours; one guest at a time.
#
#   meta::start EMULATOR FILE ARG...  boots the image with COM2; ARG as for boots::qemu and boots::bochs
#   meta::connected MS                waits until the emulator's COM2 is connected (again); -> 1 or 0
#   meta::ready MS                    the same, and until the guest answers: what is sent before it listens is lost
#   meta::disconnect                  closes the connection; QEMU comes again within about a second
#   meta::frame JSON                  -> the bytes of its frame
#   meta::send BYTES                  as they stand, all of them, while what comes is kept
#   meta::next MS                     -> the JSON of the next good frame; "" if none comes for so long
#   meta::call OP NAME JSON...        sends a request with these members, -> the reply, parsed; events are kept aside
#   meta::ok OP NAME JSON...          the same, -> its "ok"; an error is {refused CODE}
#   meta::get PATH ?DEPTH?            -> the value, parsed
#   meta::number PATH                 -> the number there
#   meta::event MS                    -> the next event, parsed; "" if none comes for so long
#   meta::finish ?MS?                 waits for the guest's end -> {status serial}, as boots::run has it
#   meta::kill                        ends the guest
#   meta::parse JSON                  -> {KIND VALUE}: number, text, flag (1 or 0), null, list of such pairs, object
#                                     with names and such pairs; an error if it is no JSON as RFC 8259 has it
#   meta::plain PARSED                -> the same without kinds: a value, a list, a dict
#   meta::at PARSED NAME...           -> what is there in an object
#   meta::quote TEXT                  -> JSON
#   meta::bad                         -> frames that were not good, as they came

if {![namespace exists ::boots]} {
    source [file join $::env(srcdir) boots.tcl]
}

namespace eval meta {
    variable FRAME {^\$([0-9a-f]{5}):([0-9a-f]{8}):([^\n]*)\n}
    variable PATIENCE 20000
    variable listener "" port "" channel "" came "" lines {} taken 0 bad {} events {} number 0
    variable pipe "" log "" text "" ended 0 woken 0
}

# ---- JSON

proc meta::quote {text} {
    return "\"[string map {\\ \\\\ \" \\\"} $text]\""
}

proc meta::Value {text at} {
    upvar 1 $at i
    regexp -indices -start $i {\A[ \t\r\n]*} $text blanks
    set i [expr {[lindex $blanks 1] + 1}]
    switch -- [string index $text $i] {
        \{ { return [Members $text i] }
        \[ { return [Items $text i] }
        \" { return [list text [Text $text i]] }
    }
    foreach {kind value form} {
        number "" {\A-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?} flag 1 {\Atrue} flag 0 {\Afalse} null "" {\Anull}
    } {
        if {[regexp -indices -start $i $form $text found]} {
            set word [string range $text {*}$found]
            set i [expr {[lindex $found 1] + 1}]
            return [list $kind [expr {$kind eq "number" ? $word : $value}]]
        }
    }
    error "no JSON at $i: [string range $text $i $i+40]"
}

proc meta::Text {text at} {
    upvar 1 $at i
    if {![regexp -indices -start $i {\A"((?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*)"} $text all inner]} {
        error "no JSON text at $i: [string range $text $i $i+40]"
    }
    set i [expr {[lindex $all 1] + 1}]
    return [subst -nocommands -novariables [string map {\\/ /} [string range $text {*}$inner]]]
}

# Whether the next sign is END; else it must be a comma, unless it is the first.
proc meta::Next {text at end first} {
    upvar 1 $at i
    regexp -indices -start $i {\A[ \t\r\n]*} $text blanks
    set i [expr {[lindex $blanks 1] + 1}]
    set sign [string index $text $i]
    if {$sign eq $end} {
        incr i
        return 1
    }
    if {!$first && $sign ne ","} {
        error "no JSON at $i: [string range $text $i $i+40]"
    }
    incr i [expr {!$first}]
    return 0
}

proc meta::Items {text at} {
    upvar 1 $at i
    incr i
    set items {}
    while {![Next $text i \] [expr {$items eq ""}]]} {
        lappend items [Value $text i]
    }
    return [list list $items]
}

proc meta::Members {text at} {
    upvar 1 $at i
    incr i
    set members {}
    while {![Next $text i \} [expr {$members eq ""}]]} {
        regexp -indices -start $i {\A[ \t\r\n]*} $text blanks
        set i [expr {[lindex $blanks 1] + 1}]
        set name [Text $text i]
        if {![regexp -indices -start $i {\A[ \t\r\n]*:} $text colon]} {
            error "no JSON at $i: [string range $text $i $i+40]"
        }
        set i [expr {[lindex $colon 1] + 1}]
        if {[dict exists $members $name]} {
            error "the name $name twice"
        }
        dict set members $name [Value $text i]
    }
    return [list object $members]
}

proc meta::parse {text} {
    set i 0
    set value [Value $text i]
    if {[string trim [string range $text $i end] " \t\r\n"] ne ""} {
        error "no JSON at $i: [string range $text $i $i+40]"
    }
    return $value
}

proc meta::plain {parsed} {
    lassign $parsed kind value
    switch -- $kind {
        list { return [lmap item $value {plain $item}] }
        object { return [dict map {name item} $value {plain $item}] }
    }
    return $value
}

proc meta::at {parsed args} {
    foreach name $args {
        set parsed [dict get [lindex $parsed 1] $name]
    }
    return $parsed
}

# ---- the connection

proc meta::Accept {new host port} {
    variable channel
    if {$channel ne ""} {
        close $channel
    }
    set channel $new
    fconfigure $channel -blocking 0 -translation binary -buffering none
    fileevent $channel readable meta::Came
    incr meta::woken
}

proc meta::Came {} {
    variable channel
    variable came
    variable lines
    set new [read $channel]
    append came $new
    if {[string first \n $new] >= 0} {
        set whole [split $came \n]
        lappend lines {*}[lrange $whole 0 end-1]
        set came [lindex $whole end]
    }
    if {[eof $channel]} {
        disconnect
    }
    incr meta::woken
}

proc meta::disconnect {} {
    variable channel
    if {$channel ne ""} {
        close $channel
        set channel ""
    }
}

# Goes on until SCRIPT's condition is true or so much time has passed; -> whether it is.
proc meta::Until {ms condition} {
    variable woken
    set timer [after $ms {incr meta::woken; set meta::late 1}]
    variable late 0
    while {![set met [uplevel 1 [list expr $condition]]] && !$late} {
        vwait meta::woken
    }
    after cancel $timer
    return $met
}

proc meta::connected {ms} {
    return [Until $ms {$::meta::channel ne ""}]
}

proc meta::ready {ms} {
    variable bad
    variable events
    set end [expr {[clock milliseconds] + $ms}]
    while {[clock milliseconds] < $end} {
        if {![connected 1000]} continue
        send \n[frame {{"id":0,"op":"ping"}}]
        # What comes may be about what was sent before.
        if {[next 500] ne "" && ![catch {ok ping}]} {
            set bad {}
            set events {}
            return 1
        }
    }
    return 0
}

proc meta::frame {json} {
    return [format "$%05x:%08x:%s\n" [string length $json] [zlib crc32 $json] $json]
}

proc meta::send {bytes} {
    variable channel
    puts -nonewline $channel $bytes
    flush $channel
}

# The next frame of what has come; "" if there is none yet.
proc meta::Take {} {
    variable lines
    variable taken
    variable bad
    variable FRAME
    while {$taken < [llength $lines]} {
        set line [lindex $lines $taken]\n
        incr taken
        if {[regexp $FRAME $line - size sum json] && [scan $size %x] == [string length $json]
                && [scan $sum %x] == [zlib crc32 $json]} {
            return $json
        }
        lappend bad $line
    }
    set lines {}
    set taken 0
    return ""
}

proc meta::next {ms} {
    set json ""
    Until $ms {[set json [meta::Take]] ne "" || $::meta::ended}
    return $json
}

proc meta::bad {} {
    variable bad
    return $bad
}

proc meta::call {op args} {
    variable number
    variable events
    variable PATIENCE
    incr number
    set json "\{\"id\":$number,\"op\":[quote $op]"
    foreach {name value} $args {
        append json ",[quote $name]:$value"
    }
    send [frame $json\}]
    while {[set json [next $PATIENCE]] ne ""} {
        set reply [parse $json]
        if {[dict exists [lindex $reply 1] id] && [meta::at $reply id] eq [list number $number]} {
            return $reply
        }
        lappend events $reply
    }
    error "no reply to $op $args"
}

proc meta::ok {args} {
    set reply [call {*}$args]
    if {[dict exists [lindex $reply 1] ok]} {
        return [at $reply ok]
    }
    return [list refused [lindex [at $reply error] 1]]
}

proc meta::get {path {depth 2}} {
    return [ok get path [quote $path] depth $depth]
}

proc meta::number {path} {
    lassign [get $path] kind value
    if {$kind ne "number"} {
        error "$path is no number: $kind $value"
    }
    return $value
}

proc meta::event {ms} {
    variable events
    if {$events eq ""} {
        set json [next $ms]
        return [expr {$json eq "" ? "" : [parse $json]}]
    }
    set events [lassign $events event]
    return $event
}

# ---- the guest

proc meta::Port {} {
    variable listener
    variable port
    if {$listener eq ""} {
        set listener [socket -server meta::Accept -myaddr 127.0.0.1 0]
        set port [lindex [fconfigure $listener -sockname] 2]
    }
    return $port
}

# Arguments of the emulator that give it COM2.
proc meta::com2 {emulator} {
    set port [Port]
    if {$emulator eq "bochs"} {
        return [list "com2: enabled=1, mode=socket-client, dev=127.0.0.1:$port"]
    }
    set base [format 0x%x $::layout::PROTO_COM2_PORT]
    return [list -chardev socket,id=meta,host=127.0.0.1,port=$port,reconnect=1,nodelay=on \
        -device isa-serial,chardev=meta,iobase=$base,irq=3]
}

# Forgets what came from the guest before.
proc meta::fresh {} {
    variable text ""
    variable came ""
    variable lines {}
    variable taken 0
    variable ended 0
    variable bad {}
    variable events {}
}

proc meta::start {emulator file args} {
    variable pipe
    variable log
    fresh
    set extra [expr {[dict exists $args extra] ? [dict get $args extra] : {}}]
    dict set args extra [list {*}$extra {*}[com2 $emulator]]
    set job [boots::$emulator $file {*}$args]
    set log [dict get $job log]
    # A shell around it, whose output ends when it does: Bochs's goes to files.
    set pipe [open |[list sh -c {trap 'kill $p' TERM; "$@" & p=$!; wait $p} sh {*}[dict get $job command] \
        </dev/null 2>@1] rb]
    fconfigure $pipe -blocking 0
    fileevent $pipe readable meta::Said
}

proc meta::Said {} {
    variable pipe
    variable text
    append text [read $pipe]
    if {[eof $pipe]} {
        fileevent $pipe readable {}
        variable ended 1
    }
    incr meta::woken
}

proc meta::finish {{ms 60000}} {
    variable pipe
    variable text
    variable log
    if {![Until $ms {$::meta::ended}]} {
        kill
    }
    fconfigure $pipe -blocking 1
    set status 0
    if {[catch {close $pipe} - options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : $code}]
    }
    set pipe ""
    disconnect
    return [dict create status $status serial [expr {$log eq "" ? $text : [boots::Read $log]}]]
}

proc meta::kill {} {
    variable pipe
    foreach pid [pid $pipe] {
        catch {exec kill $pid}
    }
    Until 5000 {$::meta::ended}
}
