# SPDX-License-Identifier: Apache-2.0
#
# The kernels broken on purpose (t/broken/NAME.patch), for tests that boot them: source it after tap.tcl.
# t/800-broken.t describes the head of a patch.
#
#   broken::heads        -> dict NAME -> dict: what judge clocks expect (list of {emulator subject verdict sub glob})
#   broken::build NAMES  -> dict NAME -> what make said, for those that could not be built; the others are
#                        broken/NAME/acre.img in the build tree

::acre::paths::use cmd_farm

namespace eval ::broken {}

proc ::broken::Head {file} {
    set in [open $file]
    set head [dict create what "" judge "" clocks 1 expect {}]
    while {[gets $in line] >= 0 && ![string match "--- *" $line]} {
        if {[regexp {^expect: (\S+) (\S+) (\S+) (\S+) (.+)$} $line - emulator subject verdict sub glob]} {
            dict lappend head expect [list $emulator $subject $verdict $sub $glob]
        } elseif {[regexp {^(judge|clocks): (\S+)$} $line - key value]} {
            dict set head $key $value
        } elseif {$line ne "" && ![string match SPDX* $line]} {
            dict append head what $line
        }
    }
    close $in
    return $head
}

# One make at a time may work in a build tree, so it builds them all, and another test that wants some waits.
proc ::broken::build {names} {
    set make [expr {[info exists ::env(MAKE)] && $::env(MAKE) ne "" ? $::env(MAKE) : "make"}]
    foreach name {MAKEFLAGS MFLAGS MAKELEVEL} {
        unset -nocomplain ::env($name)
    }
    set images [lmap name $names {string cat broken/ $name /acre.img}]
    set lock [list flock [file join $::env(top_builddir) Makefile]]
    if {![catch {
        exec {*}$lock {*}$make -k -Orecurse -j[::acre::farm::Cores] -C $::env(top_builddir) {*}$images 2>@1
    } said]} {
        return {}
    }
    set failed [dict create]
    foreach {- name} [regexp -all -inline {\*\*\* [^\n]*broken/([^/\n]+)/acre.img['\]]} $said] {
        # With -O all that was said in one directory stands together.  Without a directory the patch did not apply.
        set from [string first "/broken/$name'\n" $said]
        set own [expr {$from < 0 ? [join [lsearch -all -inline [split $said \n] */$name.patch:*] \n]
            : [string range $said $from [expr {[string first "make: ***" $said $from] - 2}]]}]
        dict set failed $name $own
    }
    if {$failed eq ""} {
        # This tree itself cannot be built, and the images that are there are old.
        set words [join [lsearch -all -inline -nocase -glob [split $said \n] *error*] \n]
        set failed [concat {*}[lmap name $names {list $name ""}] [list "" $words]]
    }
    return $failed
}

proc ::broken::heads {} {
    set heads [dict create]
    foreach file [lsort [glob -directory [file join $::env(srcdir) broken] *.patch]] {
        dict set heads [file rootname [file tail $file]] [Head $file]
    }
    return $heads
}
