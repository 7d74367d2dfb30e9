# SPDX-License-Identifier: Apache-2.0
#
# farmcheck.tcl: what `acre farm` was told, checked whole before anything is written or started.
#
#   ::acre::farm::Check VAR   VAR is the dict of the options in cmd_farm.tcl; defaults that depend on this host or on
#                             the image are filled in: jobs, image, and audit, the address of the audit point.
#                             Raises {ACRE USAGE} or {ACRE BAD}, naming the option's value and what to do

namespace eval ::acre::farm {}

# Values that make no sense are found before anything is written or started.
proc ::acre::farm::Check {givenVar} {
    upvar 1 $givenVar given
    variable emulators
    foreach emulator [dict get $given emulators] {
        if {![dict exists $emulators $emulator]} {
            ::acre::err::usage "no such emulator: '$emulator'; there are [join [dict keys $emulators] { and }]"
        }
    }
    if {[dict get $given jobs] eq ""} {
        dict set given jobs [Cores]
    }
    if {![regexp {^[1-9][0-9]{0,2}$} [dict get $given jobs]]} {
        ::acre::err::usage "--jobs '[dict get $given jobs]' is not a number from 1 to 999"
    }
    if {![::acre::options::number [dict get $given scale] 1e6]} {
        ::acre::err::usage "--timeout-scale '[dict get $given scale]' is not a number above 0 and at most 1000000"
    }
    CheckFailures $given
    CheckRegex $given
    ::acre::profileplan::check given
    CheckRandom given
    CheckAxes $given
    if {[dict get $given profiles] eq ""} {
        CheckImage given
    }
}

# What is about failures.
proc ::acre::farm::CheckFailures {given} {
    foreach {key mode} {gdb replay record replay build bisect built bisect repository bisect} {
        if {[dict get $given $key] ni {"" 0} && [dict get $given $mode] eq ""} {
            ::acre::err::usage "--$key is for --$mode; see 'acre help farm'"
        }
    }
    if {[dict get $given resume] && [dict get $given failed]} {
        ::acre::err::usage "--resume runs what failed, too: say one of it and --retry-failed"
    }
    if {![regexp {^[0-9]{1,2}$} [dict get $given retries]]} {
        ::acre::err::usage "--retries '[dict get $given retries]' is not a number from 0 to 99"
    }
    if {[dict get $given known] ne ""} {
        ::acre::known::read [dict get $given known]
    }
}

proc ::acre::farm::CheckRegex {given} {
    set regex [dict get $given regex]
    if {[catch {regexp -- $regex ""} why]} {
        ::acre::err::usage "--expect '$regex': $why"
    }
    if {$regex ne "" && [dict get $given image] eq ""} {
        ::acre::err::usage "--expect says what a foreign image prints: name it with --image"
    }
}

# Random maps that a group has, unless it was said how many or which maps there are; none are "" from here on.
proc ::acre::farm::GroupsRandom {givenVar} {
    upvar 1 $givenVar given
    if {"[dict get $given random][dict get $given maps]" eq ""} {
        dict set given random [::acre::group::random [dict get $given groups]]
    }
    if {[dict get $given random] eq "0"} {
        dict set given random ""
    }
}

# A seed that nobody named is of the moment, or of the run that goes on; it stands in the names of the cases.
proc ::acre::farm::CheckRandom {givenVar} {
    upvar 1 $givenVar given
    set seed [dict get $given seed]
    if {[dict get $given random] eq ""} {
        if {$seed ne ""} {
            ::acre::err::usage "--seed '$seed' is for --random N: say how many maps"
        }
        return
    }
    if {![regexp {^[1-9][0-9]{0,5}$} [dict get $given random]]} {
        ::acre::err::usage "--random '[dict get $given random]' is not a number of maps from 0 to 999999"
    }
    if {$seed eq ""} {
        if {[dict get $given resume] || [dict get $given failed]} {
            set seed [::acre::resume::seed [dict get $given out]]
        }
        dict set given seed [expr {$seed eq "" ? [clock seconds] : $seed}]
    } elseif {![regexp {^(?:0|[1-9][0-9]{0,18})$} $seed]} {
        ::acre::err::usage "--seed '$seed' is not a whole number of at most 19 digits"
    }
}

proc ::acre::farm::CheckAxes {given} {
    set rows [::acre::machine::rows]
    set machines [lsort -unique [lmap name [dict keys $rows] {regsub {^[a-z]+-} $name ""}]]
    foreach machine [dict get $given machines] {
        if {$machine ni $machines} {
            ::acre::err::usage "no such machine: '$machine'; there are [join $machines {, }]"
        }
    }
    set disks [lsort -unique [concat {*}[lmap row [dict values $rows] {::acre::machine::disks $row}]]]
    foreach disk [dict get $given disks] {
        if {$disk ni $disks} {
            ::acre::err::usage "no such disk: '$disk'; there are [join $disks {, }]"
        }
    }
    Cpus [dict get $given cpus]
    Programs $given
    Sizes [dict get $given memory] [dict values $rows]
}

# A model's name becomes part of a directory's.
proc ::acre::farm::Cpus {cpus} {
    foreach cpu $cpus {
        if {[regexp {[/[:cntrl:]]} $cpu] || [string length $cpu] > 100} {
            ::acre::err::usage "no CPU can be called '$cpu'; say a model of the emulator's, like max or qemu64,-nx"
        }
    }
}

proc ::acre::farm::Programs {given} {
    foreach program [dict get $given programs] {
        if {$program ni [::acre::programcase::names]} {
            ::acre::err::usage "no such program: '$program'; there are [join [::acre::programcase::names] { and }]"
        }
    }
    if {[dict get $given store] && [dict get $given regex] ne ""} {
        ::acre::err::usage "--store is for images of Acre, --expect for others"
    }
    if {[dict get $given programs] ne ""} {
        if {[dict get $given regex] ne ""} {
            ::acre::err::usage "--program is for images of Acre, --expect for others"
        }
        if {![file exists [::acre::programcase::file]]} {
            ::acre::err::bad "[::acre::programcase::file]: no such file; build it first (make)"
        }
    }
}

# A size that no machine of ROWS can have would leave an empty plan.
proc ::acre::farm::Sizes {sizes rows} {
    set least [::tcl::mathfunc::min {*}[lmap row $rows {expr {[dict get $row memory-min]}}]]
    set most [::tcl::mathfunc::max {*}[lmap row $rows {expr {[dict get $row memory-max]}}]]
    foreach size $sizes {
        set bytes [::acre::plan::bytes $size]
        if {$bytes < $least || $bytes > $most} {
            ::acre::err::usage "no machine can have '$size' of memory; the least is [::acre::machine::size $least],\
                the most [::acre::machine::size $most]"
        }
    }
}

# The image, and for one of Acre's the address of its audit point, from the symbols beside it.
proc ::acre::farm::CheckImage {givenVar} {
    upvar 1 $givenVar given
    set image [dict get $given image]
    if {$image eq ""} {
        set image [::acre::paths::get image]
        set hint "build it first (make)"
    } else {
        set hint "check the path"
    }
    if {![file isfile $image] || ![file readable $image]} {
        ::acre::err::bad "$image: no such image; $hint"
    }
    dict set given image [file normalize $image]
    dict set given audit ""
    if {[dict get $given regex] eq ""} {
        dict set given audit [AuditPoint [Syms $given]]
        ::acre::paths::use image
        ::acre::image::load $image
    }
}

proc ::acre::farm::Syms {given} {
    if {[dict get $given syms] ne ""} {
        return [dict get $given syms]
    }
    set beside [file rootname [dict get $given image]].syms
    if {[file exists $beside]} {
        return $beside
    }
    if {[dict get $given image] ne [file normalize [::acre::paths::get image]]} {
        ::acre::err::bad "$beside: no such file; an image of Acre needs its symbols (--syms FILE),\
            another one --expect REGEX"
    }
    return [::acre::paths::get syms]
}

proc ::acre::farm::AuditPoint {file} {
    if {![file isfile $file] || [catch {open [file join [pwd] $file] r} in]} {
        ::acre::err::bad "$file: cannot be read; name the symbols that belong to the image"
    }
    set text [read $in]
    close $in
    if {![regexp -line {^([0-9a-f]{8,16}) [A-Za-z] acre_audit_point$} $text - address]} {
        ::acre::err::bad "$file: has no acre_audit_point; these are not the symbols of an image of Acre"
    }
    return 0x$address
}
