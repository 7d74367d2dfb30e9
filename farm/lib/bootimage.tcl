# SPDX-License-Identifier: Apache-2.0
#
# bootimage.tcl: what acre boot and acre run boot: the image with the options that a console and the store need, and the
# socket of the store.  Part of cmd_boot.tcl's namespace, and loaded by it.

::acre::paths::use storeoptions storesocket

namespace eval ::acre::boot {}

# The socket that leads to the guest's store -> {GIVEN PATHS}: GIVEN's `meta` is its path, or "" if none is wanted, and
# `store` what the image has to say of it; PATHS are to be removed in the end.
proc ::acre::boot::Store {given} {
    set words [::acre::storeoptions::words boot "" [dict get $given meta-key] [dict get $given hold]]
    if {$words ne "" && [dict get $given meta] eq ""} {
        dict set given meta auto
    }
    dict set given store $words
    if {[dict get $given meta] eq ""} {
        return [list $given {}]
    }
    lassign [::acre::storesocket::make [dict get $given meta]] socket link
    dict set given meta $socket
    return [list $given [concat [list $socket] [expr {$link eq "" ? {} : [list $link]}]]]
}

# Whether the image carries a program; then the image in DIR has the options that a console needs, and in any case those
# of the store.
proc ::acre::boot::Program {given dir} {
    ::acre::paths::use image console program
    set words [dict get $given store]
    set console {}
    dict for {name value} [::acre::console::options] {
        lappend console $name=$value
    }
    if {[dict get $given trace]} {
        lappend console trace=1
    }
    set image [file join $dir program.img]
    if {[dict exists $given make]} {
        {*}[dict get $given make] $image [concat $words $console]
        return [dict replace $given program 1 image $image]
    }
    set from [dict get $given image]
    set foreign [catch {::acre::image::load $from} head]
    set program [expr {!$foreign && [dict get [::acre::image::archive $head] pages]}]
    if {!$program && [dict get $given trace]} {
        ::acre::err::usage "boot: --trace is about a program, and $from has none"
    } elseif {$foreign && $words ne ""} {
        ::acre::err::usage "boot: --meta-key and --hold are about an image of Acre's: $head"
    } elseif {!$program && $words eq ""} {
        return [dict replace $given program 0]
    }
    set options [concat {*}[lmap word [expr {$program ? [concat $words $console] : $words}] { split $word = }]]
    ::acre::image::changed $from $head $image $options
    if {$program} {
        set run [::acre::image::file $image $head [string range $::acre::program::RUN 1 end]]
        dict set given next [lrange [::acre::program::paths $run] 1 end]
    }
    return [dict replace $given program $program image $image]
}
