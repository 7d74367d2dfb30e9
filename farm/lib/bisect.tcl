# SPDX-License-Identifier: Apache-2.0
#
# bisect.tcl: `acre farm --bisect GOOD BAD CASE`: the commit with which a case began to fail, by `git bisect run`.
#
#   ::acre::bisect::command GIVEN   -> exit status: 0 if the commit was found; GIVEN has the options of cmd_farm.tcl
#
# All of it happens in a worktree of its own, which is removed at the end; where git bisect stands it keeps in a
# worktree's own refs, so nothing of the user's tree, branch or bisection is touched.  Each commit is built there, as
# far as it has changed, and its image is booted and judged by the farm that runs here, not by the commit's own: what
# judges must stay the same.  The case is booted as --replay does it, so that no commit is taken for another by chance.
#
# First BAD must fail and GOOD pass; how BAD fails is what is searched for (shrinkcase.tcl, signature).  A commit that
# does not build, or fails in another way, says nothing and is skipped (bisectstep.tcl).

::acre::paths::use bisectstep cmd_boot

namespace eval ::acre::bisect {
    variable BUILD {{ test -f configure || ./autogen.sh; } && mkdir -p build && cd build &&
        { test -f Makefile || ../configure; } && make -j JOBS acre.img acre.syms}
    variable BUILT build/acre.img
    # What git and the steps say, and what is told of it as it comes.
    variable said ""
    variable done 0
}

proc ::acre::bisect::command {given} {
    lassign [dict get $given bisect] good bad word
    if {[llength [dict get $given bisect]] != 3} {
        ::acre::err::usage "farm: --bisect takes a good commit, a bad one and a case"
    }
    ::acre::err::need git
    lassign [::acre::replay::find $word $given] case home
    ::acre::err::need [dict get $::acre::farm::emulators [dict get $case emulator]]
    set repository [Repository $given]
    set ends [dict create good [Commit $repository $good] bad [Commit $repository $bad]]
    set out [file normalize [file join [dict get $given out] bisect]]
    ::acre::farmrun::Directory $out 0
    set tree [::acre::boot::Directory ""]
    set guardian [::acre::process::guardian $tree]
    ::acre::keeper::start
    try {
        set plan [dict create tree $tree/tree build [Build $given] built [Built $given] out $out wanted "" \
            case [::acre::replay::own $case $home ""]]
        return [Search $repository $plan $ends]
    } finally {
        catch {Git $repository worktree remove --force $tree/tree}
        file delete -force -- $tree
        catch {Git $repository worktree prune}
        ::acre::process::dismiss $guardian
        catch {file delete $::acre::farmrun::lock}
        ::acre::process::dismiss $::acre::farmrun::guardian
    }
}

proc ::acre::bisect::Repository {given} {
    set directory [dict get $given repository]
    if {$directory eq ""} {
        set directory [::acre::paths::sources]
    }
    if {[catch {Git $directory rev-parse --show-toplevel} top]} {
        ::acre::err::usage "farm: --bisect: $directory is in no git repository; name one with --repository"
    }
    return $top
}

proc ::acre::bisect::Commit {repository name} {
    if {[catch {Git $repository rev-parse --verify --quiet --end-of-options $name^{commit}} commit]} {
        ::acre::err::usage "farm: --bisect: '$name' is no commit of $repository"
    }
    return $commit
}

proc ::acre::bisect::Build {given} {
    variable BUILD
    if {[dict get $given build] ne ""} {
        return [dict get $given build]
    }
    return [string map [list JOBS [expr {[dict get $given jobs] eq "" ? [::acre::farm::Cores]
        : [dict get $given jobs]}]] $BUILD]
}

proc ::acre::bisect::Built {given} {
    variable BUILT
    return [expr {[dict get $given built] eq "" ? $BUILT : [dict get $given built]}]
}

# What git says in DIRECTORY; raises with its words.
proc ::acre::bisect::Git {directory args} {
    return [exec git -C $directory {*}$args </dev/null 2>@1]
}

# The ends, then what lies between them -> exit status.
proc ::acre::bisect::Search {repository plan ends} {
    set tree [dict get $plan tree]
    Git $repository worktree add --quiet --detach $tree [dict get $ends bad]
    foreach end {bad good} {
        Git $tree checkout --quiet --detach [dict get $ends $end]
        set status [Run [Step $plan]]
        if {[::acre::keeper::told] ne ""} {
            return [Stopped]
        }
        if {$end eq "bad" && $status == 1} {
            dict set plan wanted [::acre::bisectstep::wanted $plan]
        } elseif {$status != ($end eq "bad")} {
            variable said
            puts stderr [string trim [lindex [split [string trim $said] \n] end]]
            puts stderr "acre: the $end end must [expr {$end eq "bad" ? "fail" : "pass"}], and does not: there is\
                nothing to search for between [dict get $ends good] and [dict get $ends bad]"
            return 2
        }
    }
    Git $tree bisect start [dict get $ends bad] [dict get $ends good]
    set status [Run [list git -C $tree bisect run {*}[Step $plan]]]
    if {[::acre::keeper::told] ne ""} {
        return [Stopped]
    }
    return [Found $tree $plan $status]
}

# The command of a step, with its plan in a file.
proc ::acre::bisect::Step {plan} {
    set file [file join [dict get $plan out] plan]
    ::acre::casefile::save $file [encoding convertto utf-8 $plan]
    return [list [info nameofexecutable] [file normalize $::argv0] farm --bisect-step $file]
}

proc ::acre::bisect::Stopped {} {
    puts stderr "acre: the search was stopped ([::acre::keeper::told])"
    return 1
}

# Runs a command, tells its steps as they come -> its status.
proc ::acre::bisect::Run {command} {
    variable done 0
    variable said ""
    set channel [open |[list setsid {*}$command </dev/null 2>@1] r]
    fconfigure $channel -blocking 0
    fileevent $channel readable [list ::acre::bisect::Heard $channel]
    while {!$done && [::acre::keeper::told] eq ""} {
        set timer [after 250 [list set ::acre::bisect::done 0]]
        vwait ::acre::bisect::done
        after cancel $timer
    }
    fileevent $channel readable {}
    if {!$done} {
        ::acre::family::finish [pid $channel]
    }
    fconfigure $channel -blocking 1
    if {[catch {close $channel} - options] && [lindex [dict get $options -errorcode] 0] eq "CHILDSTATUS"} {
        return [lindex [dict get $options -errorcode] 2]
    }
    return 0
}

proc ::acre::bisect::Heard {channel} {
    variable done
    variable said
    while {[gets $channel line] >= 0} {
        append said $line \n
        if {[regexp {^(good|bad|skip) [0-9a-f]{7,40} } $line]} {
            puts $line
            flush stdout
        }
    }
    if {[eof $channel]} {
        set done 1
    }
}

# What git bisect has come to.
proc ::acre::bisect::Found {tree plan status} {
    variable said
    ::acre::casefile::save [file join [dict get $plan out] log] [encoding convertto utf-8 $said]
    if {$status} {
        puts "not found: [expr {[string match "*only 'skip'ped commits left*" $said]
            ? "only commits that were skipped are left" : "git bisect ended with status $status"}];\
            [file join [dict get $plan out] log] has its words"
        return 1
    }
    set commit [Git $tree rev-parse refs/bisect/bad]
    puts "the first bad commit:"
    puts [Git $tree show --no-patch --date=short "--format=%H%n  %an, %ad%n  %s" $commit]
    puts "it fails there so: [join [dict get $plan wanted] { }]"
    return 0
}
