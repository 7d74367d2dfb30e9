# SPDX-License-Identifier: Apache-2.0
#
# For t/564 and on: t/meta.tcl's guests, with a program whose console is ours.
#
#   store::program NAME ?FLAG...?      t/user/NAME.c, compiled for the guest -> its path
#   store::image NAME WORD...          an image: words of acre image -> its file
#   store::start EMULATOR IMAGE ?KEY VALUE...?   boots it with COM1 and COM2; keys memory (MiB), icount (1: under QEMU a
#                                      tick is an instruction), limit (seconds)
#   store::tell TEXT                   to the program's input
#   store::line PATTERN ?SECONDS?      -> the next line of COM1 that matches, without its end; "" when there comes none
#   store::answer COMMAND PATTERN      both: a command for t/user/watched.c
#   store::end ?SECONDS?               waits until the emulator has ended -> the rest of COM1; "" if it had to be killed
#   store::kill
#   store::get PATH ?DEPTH?            -> the value as Tcl has it
#   store::change KEY PATH VALUE       sets it: KEY is 64 digits, VALUE is JSON -> "ok" or the error's code

source [file join $::env(srcdir) meta.tcl]

namespace eval store {
    variable SECONDS 60
    variable HEADS 16
    variable TRACK 63
    variable console "" said "" pids {} listener ""
}

proc store::need {} {
    if {[catch {package require sha256}]} {
        tap::skip_all "needs tcllib (Debian package tcllib)"
    }
}

proc store::program {name args} {
    set compiler [expr {[info exists ::env(CC_FOR_BUILD)] ? $::env(CC_FOR_BUILD) : "cc"}]
    set file [file join [tap::tmp] $name]
    exec -ignorestderr {*}$compiler -O2 -Wall -Wextra -static -o $file \
        [file join $::env(srcdir) user $name.c] {*}$args
    return $file
}

# Whole cylinders, for Bochs reads nothing beyond them.
proc store::image {name args} {
    variable HEADS
    variable TRACK
    set file [file join [tap::tmp] $name.img]
    exec [file join $::env(top_builddir) acre] image -o $file {*}$args
    set cylinder [expr {$HEADS * $TRACK * $::layout::LAYOUT_SECTOR_SIZE}]
    set channel [open $file r+]
    chan truncate $channel [expr {([file size $file] + $cylinder - 1) / $cylinder * $cylinder}]
    close $channel
    return $file
}

proc store::start {emulator image args} {
    variable console ""
    variable said ""
    set given [dict merge {memory 64 icount 0 limit 300} $args]
    set ::boots::LIMIT [dict get $given limit]
    meta::fresh
    Start_$emulator $image $given
}

proc store::Start_qemu {image given} {
    variable pids
    set extra [meta::com2 qemu]
    if {[dict get $given icount]} {
        lappend extra -icount shift=0,sleep=off -rtc base=2020-01-01,clock=vm
    }
    set job [boots::qemu $image memory [dict get $given memory]M cpu max extra $extra]
    set channel [open |[list {*}[dict get $job command] 2>@stderr] r+]
    set pids [pid $channel]
    Listen $channel
}

# COM1 is a connection to a port of ours, too.
proc store::Start_bochs {image given} {
    variable HEADS
    variable TRACK
    variable pids
    variable listener
    set listener [socket -server ::store::Accept -myaddr 127.0.0.1 0]
    set port [lindex [fconfigure $listener -sockname] 2]
    set cylinders [expr {[file size $image] / $::layout::LAYOUT_SECTOR_SIZE / ($HEADS * $TRACK)}]
    set job [boots::bochs $image memory [dict get $given memory] extra [list \
        "com1: enabled=1, mode=socket-client, dev=127.0.0.1:$port" {*}[meta::com2 bochs] \
        "ata0-master: type=disk, path=$image, mode=volatile, cylinders=$cylinders, heads=$HEADS, spt=$TRACK"]]
    set pids [exec {*}[dict get $job command] >@stdout 2>@stderr </dev/null &]
    meta::Until 30000 {$::store::console ne ""}
}

proc store::Accept {channel host port} {
    variable listener
    close $listener
    Listen $channel
}

proc store::Listen {channel} {
    variable console $channel
    fconfigure $channel -blocking 0 -translation binary -buffering none
    fileevent $channel readable ::store::Heard
    incr meta::woken
}

proc store::Heard {} {
    variable console
    variable said
    append said [read $console]
    if {[eof $console]} {
        fileevent $console readable {}
        after 500 {set meta::ended 1; incr meta::woken} ;# what COM2 said last may come behind
    }
    incr meta::woken
}

proc store::tell {text} {
    variable console
    puts -nonewline $console $text
    flush $console
}

# Takes lines off what was said, up to one that matches -> whether there was one; it goes into the variable.
proc store::Take {pattern name} {
    variable said
    upvar 1 $name line
    while {[set at [string first \n $said]] >= 0} {
        set line [string trimright [string range $said 0 $at-1] \r]
        set said [string range $said $at+1 end]
        if {[string match $pattern $line]} {
            return 1
        }
    }
    set line ""
    return 0
}

proc store::line {pattern {seconds ""}} {
    variable SECONDS
    set ms [expr {1000 * ($seconds eq "" ? $SECONDS : $seconds)}]
    meta::Until $ms {[store::Take $pattern line] || $::meta::ended}
    return $line
}

proc store::answer {command pattern} {
    tell $command\n
    return [line $pattern]
}

proc store::end {{seconds 60}} {
    variable said
    set ended [meta::Until [expr {1000 * $seconds}] {$::meta::ended}]
    kill
    return [expr {$ended ? $said : ""}]
}

proc store::kill {} {
    variable console
    variable pids
    if {$console eq ""} {
        return
    }
    if {!$meta::ended} {
        catch {exec kill {*}$pids}
    }
    catch {close $console}
    set console ""
    meta::disconnect
}

proc store::get {path {depth 2}} {
    set value [meta::get $path $depth]
    return [expr {[lindex $value 0] eq "refused" ? $value : [meta::plain $value]}]
}

proc store::change {key path value} {
    set challenge [meta::ok challenge]
    if {[lindex $challenge 0] eq "refused"} {
        return [lindex $challenge 1]
    }
    set nonce [meta::plain [meta::at $challenge nonce]]
    set mac [sha2::hmac -hex -key [binary decode hex $key] "$nonce\n$path\n$value"]
    set reply [meta::ok set path [meta::quote $path] value $value mac [meta::quote $mac]]
    return [expr {[lindex $reply 0] eq "refused" ? [lindex $reply 1] : "ok"}]
}
