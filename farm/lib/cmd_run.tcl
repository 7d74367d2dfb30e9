# SPDX-License-Identifier: Apache-2.0
#
# acre run: a program of this host in a guest, as if it were run here: an image with it is made, booted, and deleted.

::acre::paths::use cmd_image cmd_boot options program

namespace eval ::acre::run {
    variable TABLE [concat $::acre::boot::TABLE $::acre::program::TABLE {--set {list set {}} --from {one from {}}
        --out {one out {}}}]
}

# The words that are acre's own, those before the program's name.
proc ::acre::run_options {words} {
    return [lindex [::acre::program::split $words $::acre::run::TABLE] 0]
}

proc ::acre::cmd::run {args} {
    lassign [::acre::program::split $args $::acre::run::TABLE] options program
    set given [::acre::options::parse run $::acre::run::TABLE $options]
    if {![llength $program] && [dict get $given commands] eq ""} {
        ::acre::err::usage "run needs a program: acre run PROGRAM ARGUMENT...; see acre help run"
    }
    ::acre::paths::use drive tap verdict map mapops plan rom quirks
    if {[dict get $given map] ne ""} {
        dict set given map [::acre::map::locate [dict get $given map]]
    }
    set out [dict get $given out]
    if {$out ne "" && [catch {file mkdir $out} why]} {
        ::acre::err::bad "cannot make the directory $out: [lindex $::errorCode 2]; name another with --out"
    }
    lassign [::acre::program::collect $given [::acre::program::commands $given $program]] files paths
    dict set given make [list ::acre::run::Image $given $files]
    dict set given next [lrange $paths 1 end]
    dict set given names [expr {[dict get $given commands] ne ""}]
    return [::acre::boot::Run $given]
}

# The image with the program, at PATH; OPTIONS are what the console needs, which --set may overrule.
proc ::acre::run::Image {given files path options} {
    set head [::acre::image::head [dict get $given from] [concat $options [dict get $given set]]]
    ::acre::image::save $path $head [list ::acre::guest::write $files]
    ::acre::guest::free $files
}
