# SPDX-License-Identifier: Apache-2.0
#
# For t/74x: acre ctl and acre top against servers of the store that are no guests, and against guests.
#
#   ctl::need                          skips the whole file if socat or tcllib is not there
#   ctl::fake MANNER ?NAME=VALUE...?   storefake.tcl in that manner, started anew for each client -> its socket
#   ctl::host ?OPTION...?              t/unit/storehost, one for all clients, as a guest is -> its socket
#   ctl::run WORD...                   acre WORD... with no input -> dict status out err
#   ctl::refuses STATUS PATTERN DESC WORD...  a point: acre WORD... ends with STATUS, prints nothing, and says one line,
#                                      "acre: " and what matches PATTERN
#   ctl::start WORD...                 the same in the background -> a process; its output goes to the files PROCESS.out
#                                      and PROCESS.err in tap::tmp
#   ctl::said PROCESS out|err          -> what it has said so far
#   ctl::kill PROCESS SIGNAL
#   ctl::ended PROCESS ?SECONDS?       -> its status when it has ended, "" if it does not
#   ctl::wait SCRIPT ?SECONDS?         waits until SCRIPT is true -> whether it is
#   ctl::naming TEXT                   -> command lines of all processes, but this one, with TEXT among their words
#   ctl::stop                          ends the servers; call it before tap::done
#
# Sockets of guests are looked for in a directory of the test's own.

source [file join $::env(srcdir) drivers.tcl]

namespace eval ctl {
    variable count 0
    variable processes {}
    variable pipes {}
    variable acre [file join $::env(top_builddir) acre]
    variable SECONDS 30
}
set ::env(TMPDIR) [tap::tmp]
set ::env(XDG_RUNTIME_DIR) [tap::tmp]

proc ctl::need {} {
    tap::need socat socat
    foreach package {json sha256} {
        if {[catch {package require $package}]} {
            tap::skip_all "needs Tcl package $package (Debian package tcllib)"
        }
    }
}

proc ctl::wait {script {seconds ""}} {
    variable SECONDS
    set limit [expr {[clock milliseconds] + 1000 * ($seconds eq "" ? $SECONDS : $seconds)}]
    while {![uplevel 1 [list expr $script]]} {
        if {[clock milliseconds] > $limit} {
            return 0
        }
        after 20
    }
    return 1
}

proc ctl::Serve {socket address {option ""}} {
    variable processes
    lappend processes [exec setsid socat -t 0.05 UNIX-LISTEN:$socket,fork$option $address 2>[tap::tmp]/socat.err &]
    if {![wait {[file exists $socket]} 20]} {
        error "socat makes no socket: [drv::slurp [tap::tmp]/socat.err]"
    }
    return $socket
}

proc ctl::fake {manner args} {
    variable count
    set socket [tap::tmp]/fake[incr count].sock
    set words [list env {*}$args [info nameofexecutable] [file join $::env(srcdir) storefake.tcl] $manner]
    return [Serve $socket EXEC:[join $words " "],pipes,stderr]
}

# Its pipes stay open here, so that it does not end with a client.
proc ctl::host {args} {
    variable count
    variable processes
    variable pipes
    set name [tap::tmp]/host[incr count]
    exec mkfifo $name.in $name.out
    foreach end {in out} {
        lappend pipes [open $name.$end {RDWR NONBLOCK}]
    }
    set program [file join $::env(top_builddir) t unit storehost]
    lappend processes [exec setsid $program {*}$args <$name.in >$name.out &]
    return [Serve $name.sock OPEN:$name.out,rdonly!!OPEN:$name.in,wronly ,max-children=1]
}

proc ctl::run {args} {
    variable acre
    set status 0
    set err [tap::tmp]/run.err
    if {[catch {exec timeout 60 $acre {*}$args </dev/null 2>$err} out options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : [lindex $code 1]}]
        set out [regsub {\n?(child process exited abnormally|child killed: .*)$} $out ""]
    }
    return [dict create status $status out $out err [string trimright [drv::slurp $err] \n]]
}

proc ctl::refuses {status pattern desc args} {
    set got [run {*}$args]
    set err [dict get $got err]
    set good [expr {[dict get $got status] == $status && [dict get $got out] eq ""
        && [string match "acre: $pattern" $err] && [llength [split $err \n]] == 1}]
    return [tap::ok $good $desc "acre $args\n$got"]
}

# A shell says the status in the end.
proc ctl::start {args} {
    variable acre
    variable count
    variable processes
    set name [tap::tmp]/process[incr count]
    set pid [exec sh -c {"$@" </dev/null >"$0.out" 2>"$0.err" & echo $! >"$0.pid"; wait $!; echo $? >"$0.status"} \
        $name $acre {*}$args 2>/dev/null &]
    wait {[file exists $name.pid] && [file size $name.pid]}
    lappend processes [string trim [drv::slurp $name.pid]]
    return $name
}

# Its shell may not have made the file yet.
proc ctl::said {process what} {
    return [expr {[file exists $process.$what] ? [drv::slurp $process.$what] : ""}]
}

proc ctl::kill {process signal} {
    exec kill -$signal [string trim [drv::slurp $process.pid]]
}

proc ctl::ended {process {seconds ""}} {
    if {![wait {[file exists $process.status] && [file size $process.status]} $seconds]} {
        return ""
    }
    return [string trim [drv::slurp $process.status]]
}

proc ctl::naming {text} {
    set found {}
    foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
        if {[file dirname $file] eq "/proc/[pid]" || [catch {drv::slurp $file} words]} continue
        if {[string first $text $words] >= 0} {
            lappend found [string map {\0 " "} $words]
        }
    }
    return $found
}

proc ctl::stop {} {
    variable processes
    variable pipes
    foreach pid $processes {
        # socat forks for each client, and has the fake for a child: each is a group of its own, all of which ends.
        if {[catch {exec kill -- -$pid 2>/dev/null}]} {
            catch {exec kill $pid 2>/dev/null}
        }
    }
    foreach channel $pipes {
        catch {close $channel}
    }
}
