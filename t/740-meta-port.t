#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre boot --meta: the guest's second serial port at a Unix socket, under both emulators; bytes pass whole in both
# directions, clients come one after the other, and nothing is left however it ends.  t/boots/port2.asm is the guest.

source [file join $::env(srcdir) ctltools.tcl]
ctl::need
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
foreach file [list [::acre::paths::get image] [::acre::paths::product t/boots/port2.bin]] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
tap::need qemu-system-x86_64 qemu-system-x86
set port2 [::acre::paths::product t/boots/port2.bin]
set dir [tap::tmp]
set own $dir/acre
set seed [expr {[info exists env(ACRE_SEED)] ? $env(ACRE_SEED) : [clock microseconds] % 1000000 + 1}]
expr {srand($seed)}
tap::plan 47
tap::note "ACRE_SEED=$seed"

# Boots port2 with the words -> the process, when the guest has said that it runs.
proc guest {args} {
    set process [ctl::start boot {*}$args $::port2]
    ctl::wait {[string match *port2* [ctl::said $process out]]}
    return $process
}
# Sends BYTES to the socket -> the first bytes that come back, as many.
proc echo {socket bytes} {
    set channel [open |[list socat -t 1 - UNIX-CONNECT:$socket 2>@1] r+]
    fconfigure $channel -translation binary -blocking 0 -buffering none
    puts -nonewline $channel $bytes
    set back ""
    ctl::wait {[string length [append back [read $channel]]] >= [string length $bytes] || [eof $channel]}
    catch {exec kill {*}[pid $channel]}
    catch {close $channel}
    return $back
}
# Processes of the run.
proc left {} {
    return [concat [ctl::naming $::socket] [ctl::naming $::dir/here.sock]]
}
proc sockets {} {
    return [lsort [glob -nocomplain -tails -directory $::own *]]
}

foreach emulator {qemu bochs} {
    if {[auto_execok [expr {$emulator eq "qemu" ? "qemu-system-x86_64" : "bochs"}]] eq ""} {
        for {set i 0} {$i < 13} {incr i} {
            tap::skip "--meta under $emulator" "needs $emulator"
        }
        continue
    }
    # As many as make the emulator wait for its guest, and end in a line's end, up to which the relay passes on.
    set bytes ""
    while {[string length $bytes] < 6000} {
        set byte [expr {int(rand() * 256)}]
        append bytes [binary format c [expr {$byte == 4 ? 5 : $byte}]]
    }
    append bytes \n
    set guest [guest --emulator $emulator --meta]
    set socket [lindex [::glob -nocomplain $own/*.sock] 0]
    tap::is [sockets] [file tail $socket] "$emulator: one socket"
    ctl::wait {[ctl::said $guest err] ne ""} 10
    tap::like [ctl::said $guest err] "acre: the store: acre ctl -c $socket get*" "$emulator: its name is said"
    tap::is [file type $socket] socket "$emulator: it is one"
    tap::is [format %o [expr {[file attributes $own -permissions] & 0777}]] 700 "$emulator: nobody else gets there"
    set back [echo $socket $bytes]
    tap::ok [expr {$back eq $bytes}] "$emulator: bytes pass in both directions" \
        "[string length $back] of [string length $bytes] bytes"
    tap::is [echo $socket "second client\n"] "second client\n" "$emulator: a second client after the first"
    set other [guest --emulator $emulator --meta=$dir/here.sock]
    tap::is [echo $dir/here.sock "another\n"] "another\n" "$emulator: a second guest, at a socket with a name"
    ctl::refuses 2 "several guests run: name one with -c: $own/*.sock, $own/*.sock" \
        "$emulator: acre ctl finds both" ctl --timeout 0.2 ping
    ctl::kill $other TERM
    ctl::ended $other
    tap::ok [ctl::wait {[llength [sockets]] == 1 && ![file exists $dir/here.sock]} 5] \
        "$emulator: killed, it leaves no socket" [sockets]
    echo $socket \4
    tap::is [ctl::ended $guest] 0 "$emulator: it ends well"
    tap::is [sockets] {} "$emulator: and leaves no socket"
    tap::ok [ctl::wait {[left] eq ""} 5] "$emulator: and no process" [left]
    tap::is [glob -nocomplain $dir/acre-boot*] {} "$emulator: and no file"
}

# A terminal's ^C ends acre at once; who takes care of the rest is not in its group.
if {[auto_execok bochs] eq ""} {
    for {set i 0} {$i < 3} {incr i} {
        tap::skip "^C under bochs" "needs bochs (Debian package bochs)"
    }
} else {
    log_user 0
    set timeout 60
    spawn -noecho $ctl::acre boot --emulator bochs --meta $port2
    expect "port2"
    set socket [lindex [glob -nocomplain $own/*.sock] 0]
    tap::is [echo $socket "x\n"] "x\n" "bochs in a terminal: it runs"
    send \x03
    expect eof
    catch wait
    tap::ok [ctl::wait {[sockets] eq ""} 5] "^C: no socket is left" [sockets]
    tap::ok [ctl::wait {[ctl::naming $socket] eq ""} 5] "^C: no process" [ctl::naming $socket]
}

# A socket whose process is gone is none; one of a process that lives, but not a guest, is said.
close [open $own/999999999.sock w]
ctl::refuses 2 "no guest with a store runs (none in $own)*" "what a guest left that is gone is passed over" ctl ping
exec socat -u UNIX-LISTEN:$own/[pid].sock,unlink-close=0 OPEN:/dev/null &
ctl::wait {[file exists $own/[pid].sock]}
exec socat -u OPEN:/dev/null UNIX-CONNECT:$own/[pid].sock
after 200
ctl::refuses 2 "nobody listens at $own/[pid].sock*" "a socket without a listener is said" ctl ping
file delete $own/[pid].sock

# Command lines that make no sense: one line, status 2.
set key $dir/key
close [open $key w]
close [open $dir/there w]
foreach {words pattern} [list \
    "boot --meta=$dir/there $port2" "--meta: '$dir/there' is there already*" \
    "boot --meta=$dir/none/x $port2" "--meta: there is no directory '$dir/none'*" \
    "boot --meta=$dir/a,b $port2" "--meta: no socket can be called*" \
    "boot --meta=$dir/[string repeat x 100] $port2" "--meta: no socket can be called*" \
    "boot --meta-key $key $port2" "the key $key is empty*" \
    "boot --meta-key $dir $port2" "the key $dir is a directory*" \
    "boot --meta-key $dir/none $port2" "cannot read the key $dir/none: no such file*" \
    "boot --hold $port2" "boot: --meta-key and --hold are about an image of Acre's*" \
    "image -o $dir/x.img --meta write" "image: --meta write needs a key*" \
    "image -o $dir/x.img --meta on" "image: --meta is off, read or write, not 'on'*" \
    "image -o $dir/x.img --meta off --hold" "image: --hold waits for a client*" \
    "image -o $dir/x.img --meta read --meta-key $port2" "image: --meta-key is for --meta write*"] {
    ctl::refuses 2 $pattern "acre $words" {*}$words
}
file mkdir $dir/foreign
file attributes $dir/foreign -permissions 0777
file mkdir $dir/foreign/acre
file attributes $dir/foreign/acre -permissions 0777
set env(XDG_RUNTIME_DIR) $dir/foreign
ctl::refuses 2 "$dir/foreign/acre is not this user's own directory*" "a directory that others may write is not used" \
    boot --meta $port2
set env(XDG_RUNTIME_DIR) $dir

# Options of an image
puts -nonewline [set channel [open $key w]] abc
close $channel
set sum ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
tap::is [dict get [ctl::run image -o $dir/x.img --meta-key $key --hold --get] out] \
    "meta=write\nmetakey=(hidden)\nhold=1" "--meta-key and --hold are options of the image, and the key is not shown"
tap::ok [expr {[string first " metakey=$sum " [drv::slurp $dir/x.img]] >= 0}] "it is the SHA-256 of its file"
tap::is [dict get [ctl::run image -o $dir/y.img --from $dir/x.img --meta read --get] out] "meta=read\nhold=1" \
    "--meta read takes it out"
ctl::stop
tap::done
