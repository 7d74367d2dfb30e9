# SPDX-License-Identifier: Apache-2.0
#
# acre image: a copy of the disk image with options set, and with a program and its files in it.

::acre::paths::use image options program storeoptions

namespace eval ::acre::image {
    variable name_form {^[a-z][a-z0-9.-]*$}
    variable value_form {^[!-~]+$}
    variable ARGUMENTS [concat $::acre::program::TABLE {
        -o {one out {}} --output {one out {}} --from {one from {}} --set {list set {}} --get {flag get 0}
        --meta {one meta {}} --meta-key {one meta-key {}} --hold {flag hold 0}
    }]
}

# Adds what --set says to OPTIONS, a dict.
proc ::acre::image::Set {options word} {
    variable name_form
    variable value_form
    if {![regexp {^([^=]*)=(.*)$} $word -> name value]} {
        ::acre::err::usage "--set wants NAME=VALUE, not '$word'"
    }
    if {![regexp $name_form $name]} {
        ::acre::err::usage "bad option name '$name': lower-case letters, digits, '.' and '-', a letter first"
    }
    if {$value eq ""} {
        return [dict remove $options $name]
    }
    if {![regexp $value_form $value]} {
        ::acre::err::usage "bad value '$value' for option $name: printable ASCII without blanks"
    }
    return [dict replace $options $name $value]
}

# The head of the image FROM ("": the bundled one), with what the words of --set say.
proc ::acre::image::head {from words} {
    return [set_words [load [expr {$from eq "" ? [::acre::paths::get image] : $from}]] $words]
}

# HEAD with what the words say, NAME=VALUE each.
proc ::acre::image::set_words {head words} {
    set options [options $head]
    foreach word $words {
        set options [Set $options $word]
    }
    return [with $head $options]
}

# The words that are acre's own, those before the program's name.
proc ::acre::image_options {words} {
    return [lindex [::acre::program::split $words $::acre::image::ARGUMENTS] 0]
}

proc ::acre::cmd::image {args} {
    lassign [::acre::program::split $args $::acre::image::ARGUMENTS] options program
    set given [::acre::options::parse image $::acre::image::ARGUMENTS $options]
    set out [dict get $given out]
    if {$out eq "" && ![dict get $given get]} {
        ::acre::err::usage "image wants -o FILE (or --get); see acre help image"
    }
    set words [::acre::storeoptions::words image [dict get $given meta] [dict get $given meta-key] \
        [dict get $given hold]]
    set head [::acre::image::head [dict get $given from] [concat $words [dict get $given set]]]
    if {$out ne ""} {
        ::acre::image::Save_program $given $program $head
    } elseif {[llength $program]} {
        ::acre::err::usage "image wants -o FILE for the program [lindex $program 0]; see acre help image"
    }
    if {[dict get $given get]} {
        dict for {name value} [::acre::image::options $head] {
            puts $name=[::acre::storeoptions::shown $name $value]
        }
    }
    return 0
}

# Writes the image, with the program and its files if there is one, else with those that it has already.
proc ::acre::image::Save_program {given program head} {
    set out [dict get $given out]
    if {![llength $program] && [dict get $given commands] eq ""} {
        foreach {key value} {root {} file {} env {} cwd / arg0 {}} {
            if {[dict get $given $key] ne $value} {
                ::acre::err::usage "--$key is about a program: name one; see acre help image"
            }
        }
        set from [dict get $given from]
        save $out $head [expr {$from eq "" ? "" : [copier $from $head]}]
        return
    }
    lassign [::acre::program::collect $given [::acre::program::commands $given $program]] files
    save $out $head [list ::acre::guest::write $files]
    ::acre::guest::free $files
}
