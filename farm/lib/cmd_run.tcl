# SPDX-License-Identifier: Apache-2.0
#
# acre run: a program of this host in a guest, as if it were run here: an image with it is made, booted, and deleted.

::acre::paths::use cmd_image cmd_boot options program

namespace eval ::acre::run {
    variable TABLE [concat $::acre::boot::TABLE $::acre::program::TABLE {--set {list set {}} --from {one from {}}}]
}

# The words that are acre's own, those before the program's name.
proc ::acre::run_options {words} {
    return [lindex [::acre::program::split $words $::acre::run::TABLE] 0]
}

proc ::acre::cmd::run {args} {
    lassign [::acre::program::split $args $::acre::run::TABLE] options program
    set given [::acre::options::parse run $::acre::run::TABLE $options]
    if {![llength $program]} {
        ::acre::err::usage "run needs a program: acre run PROGRAM ARGUMENT...; see acre help run"
    }
    ::acre::paths::use drive tap verdict map mapops plan rom quirks
    if {[dict get $given map] ne ""} {
        dict set given map [::acre::map::locate [dict get $given map]]
    }
    dict set given make [list ::acre::cmd::Make_image $given $program]
    return [::acre::boot::Run $given]
}

# The image with the program, at PATH; OPTIONS are what the console needs, which --set may overrule.
proc ::acre::cmd::Make_image {given program path options} {
    set head [::acre::image::head [dict get $given from] [concat $options [dict get $given set]]]
    set files [::acre::program::collect $given $program]
    ::acre::image::save $path $head [list ::acre::guest::write $files]
    ::acre::guest::free $files
}
