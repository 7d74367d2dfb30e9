# SPDX-License-Identifier: Apache-2.0
#
# farm-runs.tcl: for tests that run the farm with farm-double.tcl: the command, maps, results.  The test is skipped
# without what they need.
#
#   runs::start DIR            before anything else; files go to DIR
#   runs::maps DIR NAME...     -> a directory of maps; what happens to a guest stands in the name of its map
#   runs::farm ARG...          -> {status output} of `acre farm` with the double
#   runs::command ARG...       -> its words
#   runs::results DIR          -> dict name without boot@ -> "VERDICT sub"
#   runs::boots MAP            -> how often it has been booted
#   runs::write FILE TEXT

if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
if {![file exists [::acre::paths::get image]]} {
    tap::skip_all "needs [::acre::paths::get image] (make)"
}

namespace eval ::runs {}

proc ::runs::start {dir} {
    variable tmp $dir
    # It starts as the command does, with a keeper.
    set text [lindex [regexp -inline {^.*?\nexit \$status\n} [tap::slurp [file join $::env(top_builddir) acre]]] 0]
    write [file join $dir double] $text[list source [file normalize [file join $::env(srcdir) farm-double.tcl]]]\n
    foreach name {srcdir builddir top_srcdir top_builddir} {
        set ::env($name) [file normalize $::env($name)]
    }
    set ::env(DOUBLE_COUNTS) [file join $dir counts]
    file mkdir $::env(DOUBLE_COUNTS)
    file copy [::acre::paths::get image] $dir/acre.img
    write $dir/acre.syms "ffffffff80001000 T acre_audit_point\n"
}

proc ::runs::write {file text} {
    set out [open $file w]
    puts -nonewline $out $text
    close $out
}

proc ::runs::maps {dir args} {
    file mkdir $dir
    foreach name $args {
        write [file join $dir $name.map] \
            "# title: $name\n# ram: 64\n0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x3000000 1\n"
    }
    return $dir
}

proc ::runs::command {args} {
    variable tmp
    return [list /bin/sh $tmp/double farm {*}$args]
}

proc ::runs::farm {args} {
    variable tmp
    set status 0
    set words [command --image $tmp/acre.img --syms $tmp/acre.syms {*}$args]
    if {[catch {exec {*}$words </dev/null 2>@1} output options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : $code}]
        set output [regsub {\nchild process exited abnormally$} $output ""]
    }
    return [list $status $output]
}

proc ::runs::results {dir} {
    set found [dict create]
    foreach line [split [string trim [tap::slurp [file join $dir results.tsv]]] \n] {
        lassign [split $line \t] name verdict sub
        dict set found [regsub {^boot@} $name ""] [string trim "$verdict $sub"]
    }
    return $found
}

proc ::runs::boots {map} {
    set file [file join $::env(DOUBLE_COUNTS) $map]
    return [expr {[file exists $file] ? [file size $file] : 0}]
}
