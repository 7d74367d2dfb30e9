# SPDX-License-Identifier: Apache-2.0
#
# For t/56x: guests with a program whose console is ours, and clients of their store.  The protocol is spoken here in
# its own words (doc/store.md), apart from the farm's, so that these tests say something about the kernel alone.
#
#   store::program NAME ?FLAG...?      t/user/NAME.c, compiled for the guest -> its path
#   store::image NAME ARGUMENT...      an image with options and a program -> its file: words of acre image
#   store::guest EMULATOR IMAGE ?KEY VALUE...?   starts it -> a guest; keys memory, icount, extra (QEMU's words)
#   store::tell GUEST TEXT             to the program's input
#   store::line GUEST PATTERN ?SECONDS?   -> the next line of COM1 that matches, or "" when there comes none
#   store::end GUEST ?SECONDS?         waits until the emulator has ended -> the rest of COM1; "" if it had to be killed
#   store::kill GUEST
#   store::connect GUEST               -> a connection; of Bochs, whose port is connected once, always the same
#   store::leave CONNECTION
#   store::send CONNECTION BYTES
#   store::frame JSON                  -> the bytes of a frame
#   store::next CONNECTION ?SECONDS?   -> the JSON of the next frame, or "" when there comes none
#   store::ask CONNECTION REQUEST ?SECONDS?   sends a request without its id -> its reply's JSON; events are kept
#   store::event CONNECTION ?SECONDS?  -> the JSON of the next event, kept or new, or ""
#   store::get CONNECTION PATH ?DEPTH? -> the value, as Tcl has it; an error's code as "error: CODE"
#   store::change CONNECTION KEY PATH VALUE   a challenge and its answer; KEY: 32 bytes -> "ok" or "error: CODE"
#   store::garbage CONNECTION          -> bytes so far that were no frame
#
# Every length and every checksum is looked at; a frame that is not of its form counts as garbage.

if {![namespace exists ::boots]} {
    source [file join $::env(srcdir) boots.tcl]
}

namespace eval store {
    variable SECONDS 60
    variable count 0
    variable guests {}
}

proc store::need {} {
    tap::need socat socat
    if {[catch {package require json}] || [catch {package require sha256}]} {
        tap::skip_all "needs Tcl packages json and sha256 (Debian package tcllib)"
    }
}

proc store::program {name args} {
    set compiler [expr {[info exists ::env(CC_FOR_BUILD)] ? $::env(CC_FOR_BUILD) : "cc"}]
    set file [file join [tap::tmp] $name]
    exec -ignorestderr {*}$compiler -O2 -Wall -Wextra -static -o $file \
        [file join $::env(srcdir) user $name.c] {*}$args
    return $file
}

proc store::image {name args} {
    set file [file join [tap::tmp] $name.img]
    exec [file join $::env(top_builddir) acre] image -o $file {*}$args
    return $file
}

# ---- Guests

proc store::guest {emulator image args} {
    variable count
    variable guests
    set token ::store::guest[incr count]
    upvar #0 $token guest
    array set guest [list emulator $emulator text "" ended 0 connection ""]
    set said [dict merge {memory 64M icount 0 extra {} limit 300} $args]
    if {$emulator eq "qemu"} {
        Start_qemu $token $image $said
    } else {
        Start_bochs $token $image $said
    }
    lappend guests $token
    return $token
}

proc store::Start_qemu {token image said} {
    upvar #0 $token guest
    set guest(path) [file join [tap::tmp] [namespace tail $token].sock]
    set icount [expr {[dict get $said icount] ? {-icount shift=0,sleep=off -rtc base=2020-01-01,clock=vm} : {}}]
    set channel [open |[list timeout -k 1 [dict get $said limit] qemu-system-x86_64 -no-user-config -nodefaults \
        -machine pc -accel tcg -cpu max -m [dict get $said memory] -display none -no-reboot \
        -drive file=$image,format=raw,snapshot=on {*}$boots::EXIT {*}$icount -serial stdio \
        -chardev socket,id=store,path=$guest(path),server=on,wait=off -serial chardev:store \
        {*}[dict get $said extra] 2>@stderr] r+]
    Listen $token $channel
}

# Bochs connects to two ports of ours: what COM1 and COM2 say comes over connections.
proc store::Start_bochs {token image said} {
    upvar #0 $token guest
    set lines {}
    foreach name {com1 com2} {
        set guest(server-$name) [socket -server [list ::store::Accept $token $name] -myaddr 127.0.0.1 0]
        set port [lindex [fconfigure $guest(server-$name) -sockname] 2]
        lappend lines "$name: enabled=1, mode=socket-client, dev=127.0.0.1:$port"
    }
    set sectors [expr {[file size $image] / $::layout::LAYOUT_SECTOR_SIZE}]
    set image [Whole_cylinders $image]
    set cylinders [expr {[file size $image] / $::layout::LAYOUT_SECTOR_SIZE / (16 * 63)}]
    lappend lines "ata0-master: type=disk, path=$image, mode=volatile, cylinders=$cylinders, heads=16, spt=63"
    set ::boots::LIMIT [dict get $said limit]
    set job [boots::bochs $image memory [string trimright [dict get $said memory] M] extra $lines]
    set guest(pid) [exec {*}[dict get $job command] >@stdout 2>@stderr </dev/null &]
    foreach name {com1 com2} {
        Wait ::${token}($name) 30
    }
}

proc store::Whole_cylinders {image} {
    set unit [expr {16 * 63 * $::layout::LAYOUT_SECTOR_SIZE}]
    set size [expr {([file size $image] + $unit - 1) / $unit * $unit}]
    set channel [open $image r+]
    chan truncate $channel $size
    close $channel
    return $image
}

proc store::Accept {token name channel address port} {
    upvar #0 $token guest
    close $guest(server-$name)
    if {$name eq "com1"} {
        Listen $token $channel
    } else {
        set guest(connection) [Connected $channel]
    }
    set ::${token}($name) 1
}

proc store::Listen {token channel} {
    upvar #0 $token guest
    set guest(channel) $channel
    fconfigure $channel -blocking 0 -translation binary -buffering none
    fileevent $channel readable [list ::store::Heard $token]
}

proc store::Heard {token} {
    upvar #0 $token guest
    append guest(text) [read $guest(channel)]
    if {[eof $guest(channel)]} {
        fileevent $guest(channel) readable {}
        set guest(ended) 1
    }
}

# Waits for a write to a variable, for SECONDS at most -> whether there was one.
proc store::Wait {name seconds} {
    set timer [after [expr {int($seconds * 1000)}] [list set ::store::over $name]]
    set before [info exists $name]
    trace add variable $name write [list ::store::Written $name]
    variable over ""
    vwait ::store::over
    trace remove variable $name write [list ::store::Written $name]
    after cancel $timer
    variable wrote
    return [expr {$over eq "written"}]
}

proc store::Written {args} {
    variable over written
}

proc store::tell {token text} {
    upvar #0 $token guest
    puts -nonewline $guest(channel) $text
    flush $guest(channel)
}

proc store::line {token pattern {seconds ""}} {
    variable SECONDS
    upvar #0 $token guest
    set limit [expr {[clock milliseconds] + 1000 * ($seconds eq "" ? $SECONDS : $seconds)}]
    while 1 {
        while {[set at [string first \n $guest(text)]] >= 0} {
            set line [string range $guest(text) 0 $at-1]
            set guest(text) [string range $guest(text) $at+1 end]
            if {[string match $pattern $line]} {
                return $line
            }
        }
        set left [expr {$limit - [clock milliseconds]}]
        if {$guest(ended) || $left <= 0} {
            return ""
        }
        Wait ::${token}(text) [expr {$left / 1000.0}]
    }
}

proc store::end {token {seconds 60}} {
    upvar #0 $token guest
    set limit [expr {[clock milliseconds] + 1000 * $seconds}]
    while {!$guest(ended) && [set left [expr {$limit - [clock milliseconds]}]] > 0} {
        Wait ::${token}(ended) [expr {$left / 1000.0}]
    }
    set text [expr {$guest(ended) ? $guest(text) : ""}]
    kill $token
    return $text
}

proc store::kill {token} {
    variable guests
    upvar #0 $token guest
    set guests [lsearch -all -inline -not -exact $guests $token]
    set pids [expr {[info exists guest(pid)] ? $guest(pid) : [pid $guest(channel)]}]
    if {!$guest(ended)} {
        catch {exec kill {*}$pids}
    }
    catch {close $guest(channel)}
}

proc store::kill_all {} {
    variable guests
    foreach token $guests {
        kill $token
    }
}

# ---- Connections

proc store::Connected {channel} {
    variable count
    set token ::store::connection[incr count]
    upvar #0 $token connection
    array set connection [list channel $channel bytes "" garbage 0 events {} id 0 ended 0]
    fconfigure $channel -blocking 0 -translation binary -buffering none
    fileevent $channel readable [list ::store::Came $token]
    return $token
}

proc store::connect {token} {
    upvar #0 $token guest
    if {$guest(emulator) eq "bochs"} {
        return $guest(connection)
    }
    return [Connected [open |[list socat - UNIX-CONNECT:$guest(path)] r+]]
}

proc store::leave {token} {
    upvar #0 $token connection
    set channel $connection(channel)
    fileevent $channel readable {}
    catch {exec kill {*}[pid $channel]}
    catch {close $channel}
}

proc store::Came {token} {
    upvar #0 $token connection
    append connection(bytes) [read $connection(channel)]
    if {[eof $connection(channel)]} {
        fileevent $connection(channel) readable {}
        set connection(ended) 1
    }
}

proc store::send {token bytes} {
    upvar #0 $token connection
    catch {
        puts -nonewline $connection(channel) $bytes
        flush $connection(channel)
    }
}

proc store::frame {json} {
    set json [encoding convertto utf-8 $json]
    return [format "$%05x:%08x:%s\n" [string length $json] [zlib crc32 $json] $json]
}

# Takes a frame off the bytes that came -> whether there was one; its JSON goes into the variable.
proc store::Take {token name} {
    upvar #0 $token connection
    upvar 1 $name json
    while {[set at [string first \n $connection(bytes)]] >= 0} {
        set line [string range $connection(bytes) 0 $at]
        set connection(bytes) [string range $connection(bytes) $at+1 end]
        if {[regexp {^\$([0-9a-f]{5}):([0-9a-f]{8}):(.*)\n$} $line - length sum json]
                && [scan $length %x] == [string length $json] && [scan $sum %x] == [zlib crc32 $json]} {
            return 1
        }
        incr connection(garbage) [string length $line]
    }
    return 0
}

proc store::next {token {seconds ""}} {
    variable SECONDS
    upvar #0 $token connection
    set limit [expr {[clock milliseconds] + 1000 * ($seconds eq "" ? $SECONDS : $seconds)}]
    while {![Take $token json]} {
        set left [expr {$limit - [clock milliseconds]}]
        if {$connection(ended) || $left <= 0} {
            return ""
        }
        Wait ::${token}(bytes) [expr {$left / 1000.0}]
    }
    return $json
}

proc store::ask {token request {seconds ""}} {
    upvar #0 $token connection
    set id [incr connection(id)]
    send $token [frame "\{\"id\":$id,[string range $request 1 end]"]
    while {[set json [next $token $seconds]] ne ""} {
        if {[string match "\{\"id\":$id,*" $json]} {
            return $json
        }
        lappend connection(events) $json
    }
    return ""
}

proc store::event {token {seconds ""}} {
    upvar #0 $token connection
    if {[llength $connection(events)]} {
        set connection(events) [lassign $connection(events) json]
        return $json
    }
    return [next $token $seconds]
}

proc store::get {token path {depth 2}} {
    set json [ask $token "{\"op\":\"get\",\"path\":\"$path\",\"depth\":$depth}"]
    if {$json eq ""} {
        return "no reply"
    }
    set reply [json::json2dict $json]
    return [expr {[dict exists $reply error] ? "error: [dict get $reply error]" : [dict get $reply ok]}]
}

# VALUE is JSON.
proc store::change {token key path value} {
    set challenge [json::json2dict [ask $token {{"op":"challenge"}}]]
    if {![dict exists $challenge ok nonce]} {
        return "error: [dict get $challenge error]"
    }
    set said "[dict get $challenge ok nonce]\n$path\n$value"
    set mac [sha2::hmac -hex -key $key $said]
    set json [ask $token "{\"op\":\"set\",\"path\":\"$path\",\"value\":$value,\"mac\":\"$mac\"}"]
    set reply [json::json2dict $json]
    return [expr {[dict exists $reply ok] ? "ok" : "error: [dict get $reply error]"}]
}

proc store::garbage {token} {
    upvar #0 $token connection
    return [expr {$connection(garbage) + [string length $connection(bytes)]}]
}
