# SPDX-License-Identifier: Apache-2.0
#
# changed.tcl: which cases depend on what has changed since a git revision.
#
#   ::acre::changed::files DIR REV        -> the files below DIR, as paths from it, that differ from REV or that git
#                                         does not know; raises {ACRE USAGE} where there is no such revision
#   ::acre::changed::only CASES FILES     -> those of CASES on which a change in FILES may tell
#
# The table says what a file has a part in; the first pattern that matches counts, and what is in no row has a part in
# everything: a row too few costs time, a row too many a failure that nobody sees.

namespace eval ::acre::changed {
    # PATTERN of paths -> KEY and PATTERN of the cases' values; none: no case has to do with it; all: every case.
    # %1 is what the pattern's star matched.
    variable table {
        doc/*                       none
        t/*                         none
        debian/*                    none
        rpm/*                       none
        *.md                        none
        LICENSE                     none
        REUSE.toml                  none
        quickstart                  none
        tools/gdb/*                 none
        tools/help-*                none
        farm/maps/ladder.conf       {subject ladder/*}
        farm/maps/*.map             {subject %1}
        farm/maps/groups.conf       all
        farm/machines/qemu-*.tcl    {emulator qemu machine %1}
        farm/machines/bochs-*.tcl   {emulator bochs machine %1}
        farm/fakebios/*             {map ?*}
        farm/lib/rom.tcl            {map ?*}
        farm/program/*              {program ?*}
        farm/lib/programcase.tcl    {program ?*}
        farm/lib/store*.tcl         {store ?*}
        farm/profiles/*.profile     {profile */%1.profile}
        farm/lib/profile*.tcl       {profile ?*}
        farm/lib/qemu*.tcl          {emulator qemu}
        farm/lib/rsp.tcl            {emulator qemu}
        farm/lib/bochs*.tcl         {emulator bochs}
        farm/lib/report*.tcl        none
        farm/lib/ledger*.tcl        none
        farm/lib/dump*.tcl          none
        farm/lib/shrink*.tcl        none
        farm/lib/ctl*.tcl           none
        farm/lib/top*.tcl           none
        farm/lib/cmd_farm.tcl       all
        farm/lib/cmd_*.tcl          none
        farm/lib/html.tcl           none
        farm/lib/svg.tcl            none
        farm/lib/junit.tcl          none
        farm/lib/mapdraw.tcl        none
        farm/lib/mapimport.tcl      none
        farm/lib/mapstats.tcl       none
        farm/lib/covercheck.tcl     none
        farm/lib/since.tcl          none
    }
}

proc ::acre::changed::files {dir rev} {
    ::acre::err::need git
    set git [list git -C $dir]
    if {[string match -* $rev] || [catch {exec {*}$git rev-parse --verify --quiet $rev^{commit} 2>@1}]} {
        return -code error -errorcode {ACRE USAGE} \
            "--changed-since '$rev': no such revision of a git repository in $dir"
    }
    set said [exec {*}$git diff --name-only --no-renames --relative -z $rev -- .]
    append said [exec {*}$git ls-files --others --exclude-standard -z -- .]
    return [lsort -unique [lsearch -all -inline -not -exact [split $said \0] ""]]
}

proc ::acre::changed::only {cases files} {
    set rules [lsort -unique [lmap file $files {Rule $file}]]
    if {"all" in $rules} {
        return $cases
    }
    return [lmap case $cases {
        if {![Told $case $rules]} continue
        set case
    }]
}

# What FILE has a part in, in the table's words.
proc ::acre::changed::Rule {file} {
    variable table
    foreach {pattern rule} $table {
        if {[string match $pattern $file]} {
            regexp ^[string map {. \\. * (.*)} $pattern]$ $file - star
            if {[info exists star]} {
                return [string map [list %1 $star] $rule]
            }
            return $rule
        }
    }
    return all
}

# Whether one of RULES is about CASE.
proc ::acre::changed::Told {case rules} {
    foreach rule $rules {
        set told [expr {$rule ne "none"}]
        if {$told} {
            dict for {key pattern} $rule {
                set told [expr {$told && [dict exists $case $key] && [string match $pattern [dict get $case $key]]}]
            }
        }
        if {$told} {
            return 1
        }
    }
    return 0
}
