# SPDX-License-Identifier: Apache-2.0
#
# cmd_farm.tcl: `acre farm`: from the command line to the exit status.  doc/farm.md is the description for users.

namespace eval ::acre::cmd {}
namespace eval ::acre::farm {
    # What the process of a case needs, and what a run needs beside it: a case must start fast.
    variable caseLibraries {
        patterns machine process hang rsp qemuargs qemuboot qemu bochs drive quirks interval mapops map rom imagecase
        programcase storecase profilecase casefile case caseprocess
    }
    variable runLibraries {
        options farmcheck plan group matrix farmmatrix family progress keeper runner resume summary probe emulators
        profileplan profiletable flaky farmend farmrun engine
    }
    # option -> {kind name default}: list options take all words up to the next option and may be repeated.
    variable options {
        --emulator {list emulators {}} --maps {list maps {}} --select {list select {}} --memory {list memory {}}
        --machine {list machines {}} --cpu {list cpus {}} --disk {list disks {}} --group {list groups {}}
        --matrix {list matrices {}} --coverage {flag coverage 0}
        --program {list programs {}} --store {flag store 0} --random {one random {}} --seed {one seed {}}
        --jobs {one jobs {}} --out {one out {}}
        --engine {one engine local} --shards {one shards {}} --sbatch {list sbatch {}} --scratch {one scratch {}}
        --shard {one shard {}} --merge {list merge {}}
        --image {one image {}} --syms {one syms {}}
        --profile {list profiles {}} --kernel {one kernel {}} --append {one append {}} --initrd {one initrd {}}
        --expect {one regex {}} --timeout-scale {one scale 1} --case {one case {}}
        --replay {one replay {}} --gdb {maybe gdb {} stage3} --record {flag record 0}
        --bisect {list bisect {}} --build {one build {}} --built {one built {}} --repository {one repository {}}
        --retry-failed {flag failed 0} --retries {one retries 3} --known {one known {}}
        --list {flag list 0} --changed-since {one since ""} --resume {flag resume 0} --pictures {flag pictures 0}
    }
    variable emulators {qemu qemu-system-x86_64 bochs bochs}
    # Memory of the host that is left to others (bytes).
    variable hostReserve 536870912
}

# acre farm ARG... -> exit status.
proc ::acre::cmd::farm {args} {
    if {[lindex $args 0] eq "--one" && [llength $args] == 2} {
        ::acre::farm::load 0
        return [::acre::caseprocess::run [lindex $args 1]]
    }
    ::acre::farm::load 1
    if {[lindex $args 0] eq "--bisect-step" && [llength $args] == 2} {
        ::acre::paths::use bisectstep
        return [::acre::bisectstep::run [lindex $args 1]]
    }
    variable ::acre::farm::options
    set given [::acre::options::parse farm $options $args]
    if {[dict get $given case] ne ""} {
        return [::acre::farm::Again [dict get $given case]]
    }
    foreach mode {replay bisect} {
        if {[dict get $given $mode] ne ""} {
            ::acre::paths::use replay $mode
            return [::acre::${mode}::command $given]
        }
    }
    ::acre::farm::GroupsRandom given
    ::acre::engine::check given
    ::acre::farm::Check given
    if {[dict get $given coverage]} {
        return [::acre::farm::Coverage $given]
    }
    set cases [::acre::engine::cases $given]
    if {[dict get $given since] ne ""} {
        set cases [::acre::farm::Changed $cases [dict get $given since]]
        if {$cases eq ""} {
            return 0
        }
    }
    set cases [::acre::engine::part $given $cases]
    if {[dict get $given list]} {
        return [::acre::farm::List $cases]
    }
    return [::acre::farm::Run $cases $given]
}

# The cases that what has changed since the git revision REV may tell on.
proc ::acre::farm::Changed {cases rev} {
    ::acre::paths::use changed
    set some [::acre::changed::only $cases [::acre::changed::files [::acre::paths::sources] $rev]]
    puts stderr "acre: [llength $some] of [llength $cases] cases have to do with what has changed since $rev"
    return $some
}

proc ::acre::farm::Run {cases given} {
    set acre [file normalize $::argv0]
    set command [list [info nameofexecutable] $acre farm --one]
    return [::acre::farmrun::run $cases [dict merge [dict create command $command tty [Terminal]] \
        [dict filter $given key out jobs resume failed retries known] \
        [::acre::engine::options $given [list /bin/sh $acre]]]]
}

# Whether standard output is a terminal that can rewrite a line.
proc ::acre::farm::Terminal {} {
    return [expr {![catch {exec test -t 1 >@stdout}] && [info exists ::env(TERM)] && $::env(TERM) ne "dumb"}]
}

# load WHOLE: the libraries of a case, and those of a run if WHOLE is 1.
proc ::acre::farm::load {whole} {
    variable caseLibraries
    variable runLibraries
    ::acre::err::package Expect
    # Nothing of an emulator's screen may mix with our own lines.
    ::log_user 0
    if {![namespace exists ::layout]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
    ::acre::paths::use {*}$caseLibraries
    if {$whole} {
        ::acre::paths::use {*}$::acre::case::JUDGES {*}$runLibraries
    }
}

# The cases that were asked for; none is an error: nothing tested is not a success.
proc ::acre::farm::Plan {given} {
    set cases [Cases $given]
    if {$cases eq ""} {
        ::acre::err::usage "the plan is empty: nothing matches what was asked for;\
            'acre farm --list' shows what there is"
    }
    return $cases
}

# Random maps stand beside what groups and matrices name; their patterns do not mean them.
proc ::acre::farm::Cases {given} {
    if {[dict get $given random] ne "" && "[dict get $given groups][dict get $given matrices]" ne ""} {
        return [concat [Cases [dict replace $given random ""]] \
            [Cases [dict replace $given groups {} matrices {} maps {}]]]
    }
    set common [dict create image [dict get $given image] regex [dict get $given regex] \
        audit-address [dict get $given audit] scale [dict get $given scale] pictures [dict get $given pictures]]
    set subjects [Subjects $given]
    set cases [Selected $given [concat [::acre::plan::cases $subjects [Selections $given] $common] \
        [MatrixCases $given $subjects $common]]]
    if {[dict get $given profiles] ne ""} {
        set cases [::acre::profileplan::cases $cases $given]
    }
    if {[dict get $given regex] ne ""} {
        # What Acre must refuse says nothing about another kernel.
        set cases [lmap case $cases {
            if {[dict get $case expect] eq "refuses"} continue
            set case
        }]
    }
    return $cases
}

# What can be booted: the bundled maps and ladders, or the maps and sizes that were named.
proc ::acre::farm::Subjects {given} {
    set ladders {}
    set maps [Random $given]
    if {[dict get $given maps] ne ""} {
        lappend maps {*}[Named [dict get $given maps]]
    } elseif {$maps ne ""} {
        # Nothing else was asked for.
    } elseif {[dict get $given memory] ne ""} {
        foreach size [dict get $given memory] {
            lappend ladders [list {qemu bochs} [string toupper $size]]
        }
    } else {
        set ladders [lmap rung [::acre::map::ladder] {list [dict get $rung emulator] [dict get $rung size]}]
        set maps [Named [list [::acre::paths::get maps]]]
    }
    return [::acre::plan::subjects $maps $ladders]
}

# {NAME FILE ORIGIN MAKE} of the random maps that were asked for.  They are made when the plan wants to know of them,
# and become files in their cases' directories.
proc ::acre::farm::Random {given} {
    set maps {}
    if {[dict get $given random] ne ""} {
        ::acre::paths::use mapmake
        set seed [dict get $given seed]
        for {set index 0} {$index < [dict get $given random]} {incr index} {
            set name [::acre::mapmake::name $seed $index]
            lappend maps [list $name $name.map "random map" [list $seed $index]]
        }
    }
    return $maps
}

# {NAME FILE ORIGIN} of every map file below PATHS; a bundled one is named by its place, another by its own path's end.
proc ::acre::farm::Named {paths} {
    set root [file normalize [::acre::paths::get maps]]/
    set named {}
    set seen [dict create]
    foreach file [::acre::map::find {*}$paths] {
        # It is read again by the process of each case.
        if {![file isfile $file]} {
            ::acre::err::bad "$file: is no file that can be read more than once; copy it into a .map file"
        }
        set full [file normalize $file]
        if {[string equal -length [string length $root] $root $full]} {
            set name [file rootname [string range $full [string length $root] end]]
            set origin "bundled [file dirname $name] map"
        } else {
            # A name of any length must fit a directory's.
            set name [string range [string tolower [file rootname [file tail $full]]] 0 119]
            set name [regsub -all {[^a-z0-9._+-]} $name -]
            set origin "named on the command line"
        }
        dict incr seen $name
        if {[dict get $seen $name] > 1} {
            append name =[dict get $seen $name]
        }
        lappend named [list $name $full $origin]
    }
    return $named
}

# What --emulator and its like say: axis -> list.
proc ::acre::farm::Axes {given} {
    set axes [dict create]
    foreach {axis key} {emu emulators machine machines cpu cpus disk disks program programs} {
        if {[dict get $given $key] ne ""} {
            dict set axes $axis [dict get $given $key]
        }
    }
    if {[dict get $given store]} {
        dict set axes store served
    }
    if {[dict get $given memory] ne "" && "[dict get $given maps][dict get $given random]" ne ""} {
        dict set axes ram [lmap size [dict get $given memory] {string toupper $size}]
    }
    return $axes
}

# From --group, --select and the axes to plan.tcl's selections.
proc ::acre::farm::Selections {given} {
    set axes [Axes $given]
    if {[dict get $given matrices] ne ""} {
        return [lmap selection [Groups $given selections] {dict merge $selection $axes}]
    }
    if {[dict get $given groups] eq "" && [dict get $given select] eq ""
            && "[dict get $given regex][dict get $given memory][dict get $given maps][dict get $given random]" eq ""} {
        dict set given groups acre
    }
    set selections [lmap selection [Groups $given selections] {dict merge $selection $axes}]
    if {$selections eq "" && [dict get $given groups] eq ""} {
        set patterns [expr {[dict get $given select] eq "" ? "*" : [dict get $given select]}]
        set selections [list [::acre::group::selection $patterns $axes]]
    }
    return $selections
}

# What the groups that were named have of KEY: selections or matrices.
proc ::acre::farm::Groups {given key} {
    if {[dict get $given groups] eq ""} {
        return {}
    }
    set groups [::acre::group::bundled]
    set selections {}
    foreach name [dict get $given groups] {
        if {![dict exists $groups $name]} {
            ::acre::err::usage "no such group: '$name'; there are [join [dict keys $groups] {, }]"
        }
        lappend selections {*}[dict get $groups $name $key]
    }
    return $selections
}

# --list: the plan, one line a case.
proc ::acre::farm::List {cases} {
    foreach case $cases {
        puts "[dict get $case name]\t[dict get $case origin], [expr {[dict get $case memory] / 1048576}] MiB,\
            [dict get $case expect]"
    }
    return 0
}

proc ::acre::farm::Cores {} {
    if {[catch {exec nproc} cores]} {
        return 1
    }
    return $cores
}

# --case FILE: one case again, for a person: the verdict in words, and as exit status.
proc ::acre::farm::Again {file} {
    set case [::acre::casefile::read $file]
    set result [::acre::case::run $case]
    puts "[dict get $result verdict] [dict get $case name]: [dict get $result why]"
    return [::acre::verdict::status [dict get $result verdict]]
}
