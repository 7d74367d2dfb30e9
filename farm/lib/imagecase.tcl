# SPDX-License-Identifier: Apache-2.0
#
# imagecase.tcl: the cases whose image has options of its own (case key `set`, "NAME=VALUE+NAME=VALUE"), and what a
# matrix's `image` axis may say.
#
#   ::acre::imagecase::image CASE     -> the path of a copy of the case's image with these options, in the case's
#                                     directory; the image itself for a case that has none
#   ::acre::imagecase::fault VALUE    -> what is wrong with VALUE: options, or the path of another image, or ""
#   ::acre::imagecase::is_path VALUE  -> whether it is a path

namespace eval ::acre::imagecase {
    # The options that change nothing of what the farm compares, and the one that failcase.tcl judges; `acre help image`
    # says what they mean.
    variable OPTIONS {heap ^(debug|plain)$ aslr ^[01]$ wxorx ^[01]$ seed ^[0-9]{1,20}$ fail ^[0-9]{1,18}-?$}
}

proc ::acre::imagecase::is_path {value} {
    return [string match *.img $value]
}

proc ::acre::imagecase::fault {value} {
    variable OPTIONS
    if {[is_path $value]} {
        return [expr {[file isfile $value] ? "" : "there is no image '$value'"}]
    }
    foreach setting [split $value +] {
        if {![regexp {^([a-z]+)=(.*)$} $setting - name text] || ![dict exists $OPTIONS $name]
                || ![regexp [dict get $OPTIONS $name] $text]} {
            return "'$setting' is no option that a case's image may have (heap=debug|plain, aslr=0|1, wxorx=0|1,\
                seed=N, fail=K, fail=K-), nor the path of an .img file"
        }
    }
    return ""
}

proc ::acre::imagecase::image {case} {
    if {![dict exists $case set] || [dict get $case set] eq ""} {
        return [dict get $case image]
    }
    ::acre::paths::use image
    set path [dict get $case image]
    set options {}
    foreach setting [split [dict get $case set] +] {
        regexp {^([a-z]+)=(.*)$} $setting - name text
        dict set options $name $text
    }
    set out [file join [dict get $case dir] set.img]
    ::acre::image::changed $path [::acre::image::load $path] $out $options
    return $out
}
