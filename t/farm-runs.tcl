# SPDX-License-Identifier: Apache-2.0
#
# farm-runs.tcl: runs of `acre farm` with the double (farm-double.tcl), for tests of the farm: source it after tap.tcl.
#
#   $tmp, $double            the test's directory, and the double as a command, which starts as acre does
#   maps DIR NAME...         makes a directory of maps, DIR; what happens to a guest stands in the name of its map
#   command ARG...           the command line of a run
#   farm ARG...              -> {status output} of a run
#   begun COMMAND...         -> channel of a command in the background
#   ended CHANNEL            -> {status output} of it, once it has ended
#   boots MAP                -> how often the map has been booted
#   write FILE TEXT
#   results DIR              -> dict name -> "VERDICT sub"
#   lines DIR                -> the sorted lines of a run's results, without what differs from run to run (times, the
#                            directory)
#   gate                     the guests of maps hold-... wait from now on
#   gate NAME                they go on: those of the map NAME, or all
#   until CONDITION SECONDS  -> 1 as soon as it holds, 0 if it does not come to that

if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need kill procps
foreach product {image fakebios} {
    if {![file exists [::acre::paths::get $product]]} {
        tap::skip_all "needs [::acre::paths::get $product] (make)"
    }
}

proc write {file text} {
    set out [open $file w]
    puts -nonewline $out $text
    close $out
}

set tmp [tap::tmp]
set double [file join $tmp double]
# It starts as the command does, with a keeper.
write $double [lindex [regexp -inline {^.*?\nexit \$status\n} [tap::slurp [file join $::env(top_builddir) acre]]] 0][
    list source [file normalize [file join $::env(srcdir) farm-double.tcl]]]\n
foreach name {srcdir builddir top_srcdir top_builddir} {
    set ::env($name) [file normalize $::env($name)]
}
set ::env(DOUBLE_COUNTS) [file join $tmp counts]
file mkdir $::env(DOUBLE_COUNTS)
file copy [::acre::paths::get image] $tmp/acre.img
write $tmp/acre.syms "ffffffff80001000 T acre_audit_point\n"

proc maps {dir args} {
    file mkdir $dir
    foreach name $args {
        write [file join $dir $name.map] [expr {[string match refuse* $name] ?
            "# expect: refuses: no usable memory\n# ram: 16\n0x0 0x100000 2\n" :
            "# title: $name\n# ram: 64\n0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x3000000 1\n"}]
    }
    return $dir
}
proc command {args} {
    global double tmp
    return [list /bin/sh $double farm --image $tmp/acre.img --syms $tmp/acre.syms {*}$args]
}
proc farm {args} {
    set status 0
    if {[catch {exec {*}[command {*}$args] </dev/null 2>@1} output options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : $code}]
        set output [regsub {\nchild process exited abnormally$} $output ""]
    }
    return [list $status $output]
}
proc begun {args} {
    return [open |[concat $args 2>@1] r]
}
proc ended {channel} {
    set output [string trimright [read $channel] \n]
    set status [expr {[catch {close $channel} - details] ? [lindex [dict get $details -errorcode] 2] : 0}]
    return [list $status $output]
}
proc boots {map} {
    set file [file join $::env(DOUBLE_COUNTS) $map]
    return [expr {[file exists $file] ? [file size $file] : 0}]
}
proc results {dir} {
    set found [dict create]
    foreach line [split [string trim [tap::slurp [file join $dir results.tsv]]] \n] {
        lassign [split $line \t] name verdict sub
        dict set found [regsub {^boot@} $name ""] [string trim "$verdict $sub"]
    }
    return $found
}
proc lines {dir} {
    set text [string map [list [file normalize $dir] DIR] [string trim [tap::slurp [file join $dir results.tsv]]]]
    return [join [lsort [lmap line [split $text \n] { join [lreplace [split $line \t] 4 5] \t }]] \n]
}
proc gate {{name ""}} {
    set ::env(DOUBLE_GATE) [file join $::tmp gate]
    if {$name eq ""} {
        file delete -force $::env(DOUBLE_GATE)
        file mkdir $::env(DOUBLE_GATE)
    } else {
        close [open [file join $::env(DOUBLE_GATE) $name] w]
    }
}
proc until {condition seconds} {
    set deadline [expr {[clock milliseconds] + $seconds * 1000}]
    while {![uplevel 1 [list expr $condition]]} {
        if {[clock milliseconds] > $deadline} {
            return 0
        }
        after 20
    }
    return 1
}
