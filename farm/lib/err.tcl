# SPDX-License-Identifier: Apache-2.0
#
# How a command ends badly: one line on standard error, "acre: " and what, the value, what to do; exit status 2.
#
#   ::acre::err::usage MSG        the command line is wrong
#   ::acre::err::bad MSG          an input is wrong, or a file cannot be read or written
#   ::acre::err::need TOOL        -> path of the program TOOL; if it is missing the command ends, naming its
#                                 Debian package
#   ::acre::err::package NAME     package require NAME; the same for a Tcl package
#   ::acre::err::main SCRIPT      runs SCRIPT at top level and ends the process: by SCRIPT's integer result
#                                 (or 0), or by the error it raised
#
# The first four raise, so that what was opened or half-written is undone on the way up (try ... finally); main prints.
# Errors with a code that starts with ACRE, and errors of files (POSIX), are the user's; all others are ours, and say
# so. ACRE_DEBUG=1 in the environment shows where an error came from.

namespace eval ::acre::err {
    variable packages {
        qemu-img qemu-utils git git
        qemu-system-x86_64 qemu-system-x86
        bochs bochs
        expect expect
        socat socat
        tclsh tcl
        nasm nasm
        shellcheck shellcheck
        fdisk fdisk
        valgrind valgrind
        Expect tcl-expect
        json tcllib
        sha256 tcllib
        setsid util-linux
        sqlite3 sqlite3
        flock util-linux
        git git
        make make
        sbatch slurm-client
        squeue slurm-client
        scancel slurm-client
        sinfo slurm-client
        tdom tdom
        grub-mkimage grub-common
        syslinux syslinux
        mformat mtools
        mcopy mtools
    }
}

# Without a PATH the shell that started us has one of its own; Tcl has none.
if {![info exists ::env(PATH)]} {
    set ::env(PATH) /usr/local/bin:/usr/bin:/bin
}

proc ::acre::err::usage {message} {
    return -code error -errorcode {ACRE USAGE} $message
}

proc ::acre::err::bad {message} {
    return -code error -errorcode {ACRE BAD} $message
}

proc ::acre::err::need {tool} {
    set path [lindex [auto_execok $tool] 0]
    if {$path eq ""} {
        return -code error -errorcode [list ACRE NEED $tool] "$tool is missing ([Package_of $tool])"
    }
    return $path
}

proc ::acre::err::package {name} {
    Index $name
    if {[catch {::package require $name} version]} {
        return -code error -errorcode [list ACRE NEED $name] "Tcl package $name is missing ([Package_of $name])"
    }
    return $version
}

# Reads the index of the package's own directory, so that Tcl need not read those of all packages there are: with tcllib
# they take 10 ms, in every process of a farm.  Where it is elsewhere, Tcl finds it in its own way.
proc ::acre::err::Index {name} {
    foreach path $::auto_path {
        foreach index [glob -nocomplain -directory $path [string tolower $name]*/pkgIndex.tcl] {
            # Not in this namespace, whose own `package` it would call.
            catch {apply [list {dir index} {source $index}] [file dirname $index] $index}
        }
    }
}

proc ::acre::err::Package_of {tool} {
    variable packages
    if {[dict exists $packages $tool]} {
        return "Debian package [dict get $packages $tool]"
    }
    return "install it"
}

proc ::acre::err::main {script} {
    interp bgerror {} ::acre::err::Background
    set failed [catch {
        set status [uplevel #0 $script]
        flush stdout
        set status
    } result options]
    if {!$failed || $failed == 2} {
        Deaf
        exit [expr {[string is integer -strict $result] ? $result : 0}]
    }
    Fatal $result $options
}

# A signal that Expect traps while Tcl takes itself down (the terminal is closed in that moment, say) would wait for a
# lock for ever: from here on none is taken.
proc ::acre::err::Deaf {} {
    catch {exp_trap SIG_IGN {SIGHUP SIGINT SIGTERM}}
}

proc ::acre::err::Background {message options} {
    Fatal $message $options
}

# Ends the process with the one line that ERROR is worth.
proc ::acre::err::Fatal {message options} {
    set code [dict get $options -errorcode]
    set line [regsub -all {[\x00-\x1f\x7f-\x9f]} [string map {\n " " \r ""} $message] ?]
    if {[lrange $code 0 3] eq {TCL VALUE PATH NOUSER}} {
        append line "; write a name that begins with ~ as ./~..."
    } elseif {[lindex $code 0] ni {ACRE POSIX}} {
        set line "internal error: $line (please report; ACRE_DEBUG=1 shows where)"
    }
    # A reader that went away (acre ... | head) wants no more words; the status still says that not all was said.
    if {[lrange $code 0 1] ne {POSIX EPIPE}} {
        catch {puts stderr "acre: $line"}
        if {[info exists ::env(ACRE_DEBUG)] && $::env(ACRE_DEBUG) ni {"" 0}} {
            catch {puts stderr [dict get $options -errorinfo]}
        }
    }
    catch {fconfigure stdout -blocking 0}
    Deaf
    exit 2
}
