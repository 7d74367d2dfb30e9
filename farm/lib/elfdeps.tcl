# SPDX-License-Identifier: Apache-2.0
#
# elfdeps.tcl: what files an ELF program needs to start, from its headers alone: nothing of it is run.
#
#   ::acre::elfdeps::is PATH      -> 1 if the file begins as ELF files do
#   ::acre::elfdeps::read PATH    -> dict: type (exec, dyn), interpreter, soname, needed, rpath, runpath (lists of
#                                    directories as they stand there); raises ACRE BAD if it is no x86-64 ELF file
#   ::acre::elfdeps::closure GUEST LIBRARY_PATH FIND -> list of guest paths: GUEST, its interpreter, and every library
#       that one of them needs, each once.  FIND is a command prefix that makes a guest path the path of a file, or "".
#       LIBRARY_PATH are the directories of LD_LIBRARY_PATH.  Raises ACRE BAD, naming library and who needs it.
#   ::acre::elfdeps::unwinder GUESTS FIND -> list of guest paths: what glibc loads by name when a thread of a program
#       with these files ends early (pthread_exit, cancelled) or asks for a backtrace; empty if none may, or if there
#       is none
#
# Where a library is looked for (ld.so(8)): RPATH of who needs it and of who loaded that, unless it has a RUNPATH;
# LD_LIBRARY_PATH; RUNPATH; the directories of /etc/ld.so.conf; the standard ones.  musl's ld.so knows one path, both
# names mean the same to it, and it is its own libc.

::acre::paths::use elfread

namespace eval ::acre::elfdeps {
    variable STANDARD {/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu /lib64 /usr/lib64 /lib /usr/lib}
    variable MUSL {/lib /usr/local/lib /usr/lib}
    variable MUSL_PATH /etc/ld-musl-x86_64.path
    variable CONFIG /etc/ld.so.conf
    # Libraries that are musl's ld.so itself.
    variable MUSL_OWN {^lib(c|pthread|rt|m|dl|util|xnet|c\.musl-x86_64)\.}
    variable LIB lib/x86_64-linux-gnu
    variable UNWINDER libgcc_s.so.1
    # Names of functions that make glibc load it; who calls one has its name among its dynamic symbols.
    variable UNWINDS {pthread_exit pthread_cancel thrd_exit backtrace}
    variable DEPTH_MOST 16
}

# Directories that the file NAME of ld.so.conf's form names, through FIND; "include" takes patterns.
proc ::acre::elfdeps::Config {name find {depth 0}} {
    variable DEPTH_MOST
    set path [{*}$find $name]
    if {$path eq "" || $depth > $DEPTH_MOST || [catch {::open $path r} channel]} {
        return {}
    }
    set lines [split [::read $channel] \n]
    ::close $channel
    set result {}
    foreach line $lines {
        set line [string trim [regsub {#.*} $line ""]]
        if {[regexp {^include\s+(.*)$} $line - pattern]} {
            set pattern [file join [file dirname $name] $pattern]
            foreach file [lsort [glob -nocomplain -- $pattern]] {
                lappend result {*}[Config $file $find [expr {$depth + 1}]]
            }
        } elseif {[string match /* $line]} {
            lappend result {*}[split $line ": ,"]
        }
    }
    return $result
}

proc ::acre::elfdeps::Musl_path {find} {
    variable MUSL
    variable MUSL_PATH
    set path [{*}$find $MUSL_PATH]
    if {$path eq "" || [catch {::open $path r} channel]} {
        return $MUSL
    }
    set text [::read $channel]
    ::close $channel
    return [split [string trim [string map {\n :} $text] :] :]
}

# The dynamic string tokens (ld.so(8)) of a directory that OBJECT names.
proc ::acre::elfdeps::Expand {directories object} {
    variable LIB
    set origin [file dirname $object]
    set map [list \${ORIGIN} $origin \$ORIGIN $origin \${LIB} $LIB \$LIB $LIB \${PLATFORM} x86_64 \$PLATFORM x86_64]
    return [lmap directory $directories {string map $map $directory}]
}

# The directories that OBJECT's needs are looked for in; CHAIN is OBJECT, who loaded it, and so on.
proc ::acre::elfdeps::Directories {chain state} {
    upvar 1 $state s
    set own $s(elf,[lindex $chain 0])
    set directories {}
    if {$s(musl)} {
        lappend directories {*}$s(library-path)
        foreach object $chain {
            set elf $s(elf,$object)
            lappend directories {*}[Expand [concat [dict get $elf runpath] [dict get $elf rpath]] $object]
        }
        return [concat $directories $s(standard)]
    }
    if {![llength [dict get $own runpath]]} {
        foreach object $chain {
            set elf $s(elf,$object)
            if {![llength [dict get $elf runpath]]} {
                lappend directories {*}[Expand [dict get $elf rpath] $object]
            }
        }
    }
    return [concat $directories $s(library-path) [Expand [dict get $own runpath] [lindex $chain 0]] $s(standard)]
}

# The guest path of LIBRARY, or "".  A file for another machine is passed over, as ld.so does.
proc ::acre::elfdeps::Look {library directories find} {
    if {[string match */* $library]} {
        set directories [list ""]
    }
    foreach directory $directories {
        set guest [expr {$directory eq "" ? $library : "[string trimright $directory /]/$library"}]
        if {![string match /* $guest]} continue
        set path [{*}$find $guest]
        if {$path ne "" && [file isfile $path] && [is $path] && ![catch {read $path}]} {
            return $guest
        }
    }
    return ""
}

# Adds what OBJECT needs and then what that needs: breadth first, as ld.so does.
proc ::acre::elfdeps::Libraries {state} {
    variable MUSL_OWN
    upvar 1 $state s
    while {[llength $s(queue)]} {
        set s(queue) [lassign $s(queue) chain]
        set object [lindex $chain 0]
        foreach library [dict get $s(elf,$object) needed] {
            if {[info exists s(has,$library)] || $s(musl) && [regexp $MUSL_OWN $library]} continue
            set directories [Directories $chain s]
            set guest [Look $library $directories $s(find)]
            if {$guest eq ""} {
                ::acre::err::bad "$library is missing: $object needs it;\
                    looked for in [join [lsort -unique $directories] {, }]"
            }
            set s(has,$library) $guest
            Take s $guest $chain
        }
    }
}

# Notes the file GUEST, which CHAIN has loaded.
proc ::acre::elfdeps::Take {state guest chain} {
    upvar 1 $state s
    if {$guest in $s(found)} return
    set s(elf,$guest) [read [{*}$s(find) $guest]]
    lappend s(found) $guest
    lappend s(queue) [concat [list $guest] $chain]
    if {[dict get $s(elf,$guest) soname] ne ""} {
        set s(has,[dict get $s(elf,$guest) soname]) $guest
    }
}

proc ::acre::elfdeps::closure {guest library_path find} {
    variable STANDARD
    variable CONFIG
    array set s [list find $find library-path $library_path found {} queue {} musl 0 standard {}]
    Take s $guest {}
    set interpreter [dict get $s(elf,$guest) interpreter]
    if {$interpreter ne ""} {
        if {[{*}$find $interpreter] eq ""} {
            ::acre::err::bad "$interpreter is missing: $guest names it as its interpreter"
        }
        Take s $interpreter {}
    }
    set s(musl) [string match ld-musl* [file tail $interpreter]]
    set s(standard) [expr {$s(musl) ? [Musl_path $find] : [concat [Config $CONFIG $find] $STANDARD]}]
    Libraries s
    return $s(found)
}

# Whether the file PATH has one of the names UNWINDS.
proc ::acre::elfdeps::Unwinds {path} {
    variable UNWINDS
    set channel [::open $path rb]
    set bytes [::read $channel]
    ::close $channel
    foreach name $UNWINDS {
        if {[string first \0$name\0 $bytes] >= 0} {
            return 1
        }
    }
    return 0
}

proc ::acre::elfdeps::unwinder {guests find} {
    variable UNWINDER
    variable CONFIG
    variable STANDARD
    set names [lmap guest $guests {file tail $guest}]
    if {"libc.so.6" ni $names || $UNWINDER in $names} {
        return {}
    }
    foreach guest $guests {
        # The C library itself has all of them.
        if {[file tail $guest] eq "libc.so.6" || ![Unwinds [{*}$find $guest]]} continue
        set found [Look $UNWINDER [concat [Config $CONFIG $find] $STANDARD] $find]
        return [expr {$found eq "" ? {} : [closure $found {} $find]}]
    }
    return {}
}
