# SPDX-License-Identifier: Apache-2.0
#
# process.tcl: nothing of a run outlives it: not a process, not a pipe, whatever ends the driver.
#
# Each run has a guardian: a shell that waits at a pipe for the driver's word that all is done.  When the pipe ends
# without it, the driver is dead, by whatever signal; then the guardian kills the emulator (on a pty of its own, so a
# session and a process group of its own) and removes what lay about.  So signals keep their plain effect here.  A trap
# would do harm: Expect's handler, entered while Tcl's notifier holds the lock that it wants, waits for ever.

namespace eval ::acre::process {
    # Makes named pipes in a directory, if any, and says so.  Reads the emulator's number, then the word; without the
    # word it tidies up.
    variable GUARDIAN {
        trap '' HUP INT TERM
        if test -n "$2"; then
            cd "$1" && mkfifo $2 2>&1 && echo made
            cd /
        fi
        exec >/dev/null
        shift 2
        read -r pid
        read -r word && exit
        rm -rf -- "$@"
        test -n "$pid" && kill -s KILL -- "-$pid" && rm -rf -- "$@"
    }
}

# guard: INT, TERM and HUP end this process at once; the guardians do the rest.
proc ::acre::process::guard {} {
    exp_trap SIG_DFL {SIGHUP SIGINT SIGTERM}
}

# guardian PATH... -> a channel: when this process dies before `dismiss CHANNEL`, the files and directories (absolute
# names) are removed, and the process group whose number was written to the channel, in a line, is killed.
proc ::acre::process::guardian {args} {
    return [guardian_of_pipes "" "" {*}$args]
}

# guardian_of_pipes DIR NAMES PATH... -> the same, which makes the named pipes NAMES (plain words) in DIR first: when it
# has, a line can be read from the channel, and if it cannot, the channel ends or says nothing.
proc ::acre::process::guardian_of_pipes {dir names args} {
    variable GUARDIAN
    guard
    if {[catch {open |[list /bin/sh -c $GUARDIAN guardian $dir $names {*}$args 2>/dev/null] r+} channel]} {
        return -code error -errorcode {ACRE EMULATOR} "cannot start a shell: $channel"
    }
    fconfigure $channel -buffering line
    return $channel
}

proc ::acre::process::dismiss {channel} {
    catch {puts $channel "\ndone"}
    catch {close $channel}
}

# Ends all runs in order, then this process with 128 + the signal's number.
proc ::acre::process::Interrupted {number} {
    foreach handle $::acre::drive::live {
        catch {stop $handle}
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
    ::acre::relay::stop $handle
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
    if {$run(guardian) ne ""} {
        dismiss $run(guardian)
        set run(guardian) ""
    }
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
