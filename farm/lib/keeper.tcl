# SPDX-License-Identifier: Apache-2.0
#
# keeper.tcl: a run's keeper, the shell that has started it (tools/acre.in), takes the signals that end a run.
#
# No handler of a signal is safe in this process: Expect's wakes Tcl's notifier, and takes a lock for it that this very
# thread may hold at that moment.  Then the run hung for good, about once in a hundred on a busy machine.  So signals
# are ignored here.  The keeper holds two descriptors open and closes one for each kind of signal; a run looks for them
# in /proc, four times a second.  Where the keeper is gone, killed outright, both are.

namespace eval ::acre::keeper {
    variable pid ""
    # Its descriptor, and what it means that it is closed.
    variable WORDS {8 "Ctrl-C" 9 "told to end"}
}

# start: from now on SIGINT and SIGTERM end the run by `told`.  Without a keeper (the command was not started by its own
# first lines) they end this process at once, and all that it has started ends with it.
#
# A terminal that is gone ends the run at once: there is nobody to sum up for, the cases see the end of their standard
# input and end their emulators themselves, and a lock of a dead process is no lock.
proc ::acre::keeper::start {} {
    variable pid
    exp_trap SIG_DFL {SIGHUP SIGINT SIGTERM}
    if {![info exists ::env(ACRE_KEEPER)]} {
        return
    }
    set pid $::env(ACRE_KEEPER)
    unset ::env(ACRE_KEEPER)
    exp_trap SIG_IGN {SIGINT SIGTERM}
}

# -> the process that a person may send a signal to.
proc ::acre::keeper::process {} {
    variable pid
    if {$pid eq "" && [info exists ::env(ACRE_KEEPER)]} {
        return $::env(ACRE_KEEPER)
    }
    return [expr {$pid eq "" ? [pid] : $pid}]
}

# -> why the run is to end; "" while it is not.
proc ::acre::keeper::told {} {
    variable pid
    variable WORDS
    if {$pid eq ""} {
        return ""
    }
    foreach {descriptor words} $WORDS {
        if {![file exists /proc/$pid/fd/$descriptor]} {
            return $words
        }
    }
    return ""
}
