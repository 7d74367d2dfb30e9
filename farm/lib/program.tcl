# SPDX-License-Identifier: Apache-2.0
#
# program.tcl: a program and what it needs, as files of a guest.
#
#   ::acre::program::TABLE            the options that say it, for options.tcl
#   ::acre::program::split WORDS TABLE -> {options program-and-its-arguments}: the first word that is neither an option
#                                     nor an option's value is the program; all after it is the program's own
#   ::acre::program::commands GIVEN WORDS -> list of commands, each a list of words: WORDS, or those of --commands FILE
#   ::acre::program::collect GIVEN COMMANDS -> {HANDLE PATHS}: a ::acre::guest with --root, --file, the programs, their
#                                     interpreters and libraries, and RUN; and the programs' paths in the guest.  GIVEN
#                                     is what options.tcl made of the options
#
#   ::acre::program::paths BYTES      -> the programs' paths, from RUN's bytes
#
# RUN tells the kernel what to start: texts, each ended by a NUL: the number of arguments, the arguments (the 0th too),
# the number of environment variables, these, the working directory, the program's path; and so on for each further
# command.  Numbers are decimal.

::acre::paths::use guest elfdeps options

namespace eval ::acre::program {
    variable TABLE {
        --root {list root {}} --file {list file {}} --env {list env {}} --cwd {one cwd /} --arg0 {one arg0 {}}
        --commands {one commands {}}
    }
    variable RUN /.acre/run
    # What a program finds without --env; its user is root.
    variable ENVIRONMENT {
        PATH /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME /root
    }
    # A locale that is there is LANG; perl and others complain of one that is not.
    variable LOCALE {/usr/lib/locale/C.utf8/LC_CTYPE C.UTF-8}
    # Scripts whose interpreter is a script: as deep as Linux goes.
    variable SCRIPTS_MOST 4
    variable LINE_MOST 256
    variable CACHE /etc/ld.so.cache
}

proc ::acre::program::split {words table} {
    set options {}
    while {[llength $words]} {
        set word [lindex $words 0]
        if {$word eq "--"} {
            return [list $options [lrange $words 1 end]]
        } elseif {![string match -?* $word]} {
            break
        }
        set words [lrange $words 1 end]
        # One value each, joined, so that the program is not taken for another one.
        if {[dict exists $table $word] && [lindex [dict get $table $word] 0] in {one list} && [llength $words]} {
            if {[string match --* $word]} {
                append word = [lindex $words 0]
            } else {
                lappend options $word
                set word [lindex $words 0]
            }
            set words [lrange $words 1 end]
        }
        lappend options $word
    }
    return [list $options $words]
}

# An absolute path, links and ".." as they are.
proc ::acre::program::Absolute {path} {
    return /[join [::acre::guest::Split [expr {[string match /* $path] ? $path : "[pwd]/$path"}]] /]
}

proc ::acre::program::Executable {handle guest} {
    set path [::acre::guest::find $handle $guest]
    return [expr {$path ne "" && [file isfile $path] && [file executable $path]}]
}

# The guest path of the program NAME, as a shell finds it.
proc ::acre::program::Find {handle name who} {
    if {[string match */* $name]} {
        set guest [Absolute $name]
        if {[Executable $handle $guest]} {
            return $guest
        }
        set path [::acre::guest::find $handle $guest]
        ::acre::err::bad "$name [expr {$path eq {} ? {does not exist} : {is no executable file}}]$who"
    }
    foreach directory [::split $::env(PATH) :] {
        if {$directory ne "" && [Executable $handle [Absolute $directory/$name]]} {
            return [Absolute $directory/$name]
        }
    }
    ::acre::err::bad "no program is called '$name'$who: there is none in $::env(PATH)"
}

# The first line of a script without "#!", or "".
proc ::acre::program::Script {path} {
    variable LINE_MOST
    set channel [open $path rb]
    set line [lindex [::split [read $channel $LINE_MOST] \n] 0]
    close $channel
    return [expr {[string match "#!*" $line] ? [string trim [string range $line 2 end]] : ""}]
}

# Puts in the program at GUEST, and what it needs to start.
proc ::acre::program::Take {handle guest library_path {depth 0}} {
    variable SCRIPTS_MOST
    set path [::acre::guest::find $handle $guest]
    ::acre::guest::host $handle $guest
    set line [Script $path]
    if {$line ne ""} {
        if {$depth == $SCRIPTS_MOST} {
            ::acre::err::bad "$guest: scripts that are scripts' interpreters go deeper than $SCRIPTS_MOST"
        }
        Take_script $handle $guest $line $library_path $depth
    } elseif {[::acre::elfdeps::is $path]} {
        Libraries $handle $guest $library_path
    } else {
        ::acre::err::bad "$guest is neither an ELF program nor a script that begins with #!"
    }
}

proc ::acre::program::Take_script {handle guest line library_path depth} {
    set words [regexp -all -inline {\S+} $line]
    set interpreter [lindex $words 0]
    if {![Executable $handle $interpreter]} {
        ::acre::err::bad "$interpreter is missing: the script $guest names it as its interpreter"
    }
    Take $handle $interpreter $library_path [expr {$depth + 1}]
    if {[file tail $interpreter] eq "env"} {
        foreach word [lrange $words 1 end] {
            if {![string match -* $word] && ![string match *=* $word]} {
                Take $handle [Find $handle $word ", which the script $guest names"] $library_path \
                    [expr {$depth + 1}]
                return
            }
        }
    }
}

proc ::acre::program::Libraries {handle guest library_path} {
    variable CACHE
    set find [list ::acre::guest::find $handle]
    set files [::acre::elfdeps::closure $guest $library_path $find]
    foreach file [concat $files [::acre::elfdeps::unwinder $files $find]] {
        ::acre::guest::host $handle $file
        # Only the cache tells glibc of directories that stand in /etc/ld.so.conf.
        if {[file dirname $file] ni $::acre::elfdeps::STANDARD && [file exists $CACHE] && $file ne $guest} {
            ::acre::guest::host $handle $CACHE
        }
    }
}

# What libraries of --root and --file need; what is missing there may never be used.
proc ::acre::program::Plugins {handle library_path} {
    foreach guest [::acre::guest::files $handle] {
        set path [::acre::guest::find $handle $guest]
        if {$path eq "" || ![::acre::elfdeps::is $path] || [catch {::acre::elfdeps::read $path}]} continue
        try {
            Libraries $handle $guest $library_path
        } trap {ACRE BAD} why {
            puts stderr "acre: $why"
        }
    }
}

proc ::acre::program::Trees {handle given} {
    foreach dir [dict get $given root] {
        if {![file isdirectory $dir]} {
            ::acre::err::bad "--root $dir is no directory"
        }
        ::acre::guest::put $handle / [Absolute $dir]
    }
    foreach word [dict get $given file] {
        if {![regexp {^(.+):(/.*)$} $word - host guest]} {
            set host $word
            set guest [Absolute $word]
        }
        if {![file exists $host]} {
            ::acre::err::bad "--file $word: $host does not exist"
        }
        if {$guest eq [Absolute $host]} {
            ::acre::guest::host $handle $guest
        } else {
            ::acre::guest::put $handle $guest [Absolute $host]
        }
    }
}

proc ::acre::program::Environment {handle given} {
    variable ENVIRONMENT
    variable LOCALE
    set environment $ENVIRONMENT
    lassign $LOCALE file name
    if {$file in [::acre::guest::files $handle]} {
        dict set environment LANG $name
    }
    if {[info exists ::env(TERM)]} {
        dict set environment TERM $::env(TERM)
    }
    foreach word [dict get $given env] {
        if {![regexp {^([^=]+)=(.*)$} $word - name value]} {
            ::acre::err::usage "--env wants NAME=VALUE, not '$word'"
        }
        dict set environment $name $value
    }
    return $environment
}

# RUN's bytes.
proc ::acre::program::Run {given guest words environment} {
    set arguments $words
    if {[dict get $given arg0] ne ""} {
        lset arguments 0 [dict get $given arg0]
    }
    set variables {}
    dict for {name value} $environment {
        lappend variables $name=$value
    }
    set texts [concat [llength $arguments] $arguments [llength $variables] $variables \
        [list [dict get $given cwd] $guest]]
    return [join [lmap text $texts {encoding convertto [encoding system] $text}] \0]\0
}

proc ::acre::program::commands {given words} {
    set file [dict get $given commands]
    if {$file eq ""} {
        return [list $words]
    }
    if {[llength $words]} {
        ::acre::err::usage "either --commands or a program, so not '[lindex $words 0]' too"
    }
    if {[dict get $given arg0] ne ""} {
        ::acre::err::usage "--arg0 is about one program, not about --commands"
    }
    if {[catch {open [file join [pwd] $file]} channel]} {
        ::acre::err::bad "cannot read $file: [lindex $::errorCode 2]"
    }
    set lines [::split [read $channel] \n]
    close $channel
    set commands {}
    set number 0
    foreach line $lines {
        set words [Words $line "$file:[incr number]"]
        if {[llength $words]} {
            lappend commands $words
        }
    }
    if {![llength $commands]} {
        ::acre::err::bad "$file has no command"
    }
    return $commands
}

# The words of a line as a shell takes them, without what a shell puts in for others.
proc ::acre::program::Words {line where} {
    set words {}
    set rest [string trim $line]
    while {$rest ne "" && ![string match #* $rest]} {
        set word ""
        while {$rest ne "" && ![string is space [string index $rest 0]]} {
            if {[regexp {^'([^']*)'(.*)$} $rest - part rest]} {
                append word $part
            } elseif {[regexp {^"((?:[^"\\]|\\.)*)"(.*)$} $rest - part rest]} {
                append word [regsub -all {\\([$`"\\])} $part {\1}]
            } elseif {[regexp {^(?:\\(.)|([^'"\\\s]+))(.*)$} $rest - escaped plain rest]} {
                append word $escaped$plain
            } else {
                ::acre::err::bad "$where: a quote has no end: $rest"
            }
        }
        lappend words $word
        set rest [string trimleft $rest]
    }
    return $words
}

proc ::acre::program::collect {given commands} {
    variable RUN
    if {![string match /* [dict get $given cwd]]} {
        ::acre::err::usage "--cwd takes a path of the guest, from /, not '[dict get $given cwd]'"
    }
    set handle [::acre::guest::new]
    Trees $handle $given
    set environment [Environment $handle $given]
    set library_path {}
    if {[dict exists $environment LD_LIBRARY_PATH]} {
        set library_path [::split [dict get $environment LD_LIBRARY_PATH] :]
    }
    Plugins $handle $library_path
    set paths {}
    set run ""
    foreach words $commands {
        set guest [Find $handle [lindex $words 0] ""]
        # A thousand in a row may be the same one.
        if {$guest ni $paths} {
            Take $handle $guest $library_path
        }
        lappend paths $guest
        append run [Run $given $guest $words $environment]
    }
    ::acre::guest::data $handle $RUN 0444 $run
    return [list $handle $paths]
}

proc ::acre::program::paths {bytes} {
    set paths {}
    set texts [lrange [::split $bytes \0] 0 end-1]
    while {[llength $texts]} {
        # A number, as many texts; twice; the working directory, the path.
        foreach - {arguments variables} {
            set texts [lrange $texts [expr {[lindex $texts 0] + 1}] end]
        }
        lappend paths [lindex $texts 1]
        set texts [lrange $texts 2 end]
    }
    return $paths
}
