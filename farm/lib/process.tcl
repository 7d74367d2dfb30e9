# SPDX-License-Identifier: Apache-2.0
#
# process.tcl: nothing of a run outlives it: not a process, not a pipe, whatever ends the driver.
#
# An emulator runs on a pty of its own, so it is a session and a process group of its own, and the kernel hangs it up
# when
# the driver dies in a way that cannot be caught.  It is asked to end, then killed, always by its own number.

namespace eval ::acre::process {
    variable guarded 0
    variable cleanups {}
    variable SIGNALS {HUP 1 INT 2 TERM 15}
}

# guard: INT, TERM and HUP end all runs first, then this process with 128 + the signal's number.
proc ::acre::process::guard {} {
    variable guarded
    variable SIGNALS
    if {$guarded} {
        return
    }
    set guarded 1
    foreach {name number} $SIGNALS {
        exp_trap [list ::acre::process::Interrupted $number] $name
    }
}

# at_interrupt SCRIPT: is run, after the runs were ended, when a signal ends this process.
proc ::acre::process::at_interrupt {script} {
    variable cleanups
    lappend cleanups $script
    guard
}

proc ::acre::process::Interrupted {number} {
    variable cleanups
    foreach handle $::acre::drive::live {
        catch {stop $handle}
    }
    foreach script $cleanups {
        catch $script
    }
    exit [expr {128 + $number}]
}

# stop HANDLE: ends the emulator if it still lives, removes the pipes, closes the files.  Harmless when called twice.
proc ::acre::process::stop {handle} {
    upvar #0 $handle run
    set ::acre::drive::live [lsearch -all -inline -not -exact $::acre::drive::live $handle]
    if {$run(spawn) ne "" && !$run(gone)} {
        catch {$run(driver)::quit $handle}
        if {!$run(gone)} {
            Kill $handle
        }
    }
    after cancel $run(ticker)
    foreach channel $run(channels) {
        catch {close $channel}
    }
    set run(channels) {}
    foreach name {log errors buglog} {
        if {$run($name) ne ""} {
            if {[catch {close $run($name)} why]} {
                ::acre::drive::Overrule $handle "cannot write in $run(dir): $why"
            }
            set run($name) ""
        }
    }
    file delete -force -- {*}$run(files)
}

# The whole process group, which cannot refuse; then it is waited for.
proc ::acre::process::Kill {handle} {
    upvar #0 $handle run
    catch {exec kill -KILL -- -$run(pid) 2>/dev/null}
    catch {close -i $run(spawn)}
    catch {wait -i $run(spawn)}
    set run(gone) 1
}

# wait_gone HANDLE SECONDS: waits for the emulator's end.
proc ::acre::process::wait_gone {handle seconds} {
    upvar #0 $handle run
    if {!$run(gone)} {
        ::acre::drive::until $handle gone $seconds
    }
}
