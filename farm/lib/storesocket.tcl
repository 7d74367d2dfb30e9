# SPDX-License-Identifier: Apache-2.0
#
# storesocket.tcl: where the sockets are that lead to the stores of running guests.
#
#   ::acre::storesocket::directory     -> the directory of this user's sockets, whether it is there or not
#   ::acre::storesocket::make GIVEN    -> {SOCKET LINK}: the absolute path for the socket of this process's guest, where
#                                      nothing is yet; GIVEN is what a person wants, or "auto".  LINK is where `running`
#                                      finds it: a symbolic link that leads there, or "" if SOCKET itself is in the
#                                      directory.  Raises {ACRE USAGE} or {ACRE BAD}
#   ::acre::storesocket::running       -> the sockets of the guests that run, sorted by process
#   ::acre::storesocket::find          -> the one that there is, raises {ACRE BAD} if there are none or more
#   ::acre::storesocket::escape PATH   -> PATH as it stands in an address of socat's
#
# A file's name there is the number of the process that made it.  Whoever may write in the directory could put a socket
# of his own there, so it has to be this user's alone.

namespace eval ::acre::storesocket {
    # Bytes that the path of a Unix socket may have (sun_path).
    variable PATH_MOST 107
}

proc ::acre::storesocket::directory {} {
    if {[info exists ::env(XDG_RUNTIME_DIR)] && [file isdirectory $::env(XDG_RUNTIME_DIR)]
            && [file writable $::env(XDG_RUNTIME_DIR)]} {
        return [file join $::env(XDG_RUNTIME_DIR) acre]
    }
    return /tmp/acre-[User]
}

# This process's user number: the owner of its own directory in /proc, or what id says.
proc ::acre::storesocket::User {} {
    if {![catch {file stat /proc/self stat}]} {
        return $stat(uid)
    }
    return [exec id -u]
}

# The directory is there, and nobody else's.
proc ::acre::storesocket::Own {directory} {
    if {[catch {
        if {![file exists $directory]} {
            exec mkdir -m 0700 -- $directory
        }
    } why]} {
        if {![file isdirectory $directory]} {
            ::acre::err::bad "cannot make the directory $directory: [lindex [split $why :] end]; set XDG_RUNTIME_DIR"
        }
    }
    file lstat $directory stat
    if {$stat(type) ne "directory" || $stat(uid) != [User] || $stat(mode) & 022} {
        ::acre::err::bad "$directory is not this user's own directory (mode 0700); remove it, or set XDG_RUNTIME_DIR"
    }
}

proc ::acre::storesocket::make {given} {
    variable PATH_MOST
    set own [file join [directory] [pid].sock]
    set path [expr {$given eq "auto" ? $own : [file normalize $given]}]
    if {[string length [encoding convertto utf-8 $path]] > $PATH_MOST || [string match {*[,!]*} $path]} {
        ::acre::err::usage "--meta: no socket can be called '$path'; take a path of at most $PATH_MOST bytes without a\
            comma or an exclamation mark"
    } elseif {$given ne "auto" && ![catch {file lstat $path stat}]} {
        ::acre::err::usage "--meta: '$path' is there already; remove it, or take another name"
    } elseif {$given ne "auto" && ![file isdirectory [file dirname $path]]} {
        ::acre::err::usage "--meta: there is no directory '[file dirname $path]'"
    }
    Own [directory]
    # What a process of the same number left behind.
    file delete -- $own
    if {$path eq $own} {
        return [list $own ""]
    }
    exec ln -s -- $path $own
    return [list $path $own]
}

proc ::acre::storesocket::running {} {
    set found {}
    foreach path [glob -nocomplain -directory [directory] -- *.sock] {
        set number [file rootname [file tail $path]]
        if {[string is integer -strict $number] && [file isdirectory /proc/$number] && [file exists $path]} {
            lappend found [list $number $path]
        }
    }
    return [lmap item [lsort -integer -index 0 $found] {lindex $item 1}]
}

proc ::acre::storesocket::find {} {
    set found [running]
    switch -- [llength $found] {
        0 {
            ::acre::err::bad "no guest with a store runs (none in [directory]); start one with acre run --meta PROGRAM,\
                or name a socket with -c"
        }
        1 { return [lindex $found 0] }
    }
    ::acre::err::bad "several guests run: name one with -c: [join $found {, }]"
}

proc ::acre::storesocket::escape {path} {
    return [regsub -all -- {[\\:,!'"()\[\]\{\}]} $path {\\&}]
}
