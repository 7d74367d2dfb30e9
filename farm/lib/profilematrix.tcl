# SPDX-License-Identifier: Apache-2.0
#
# profilematrix.tcl: the axis `profile` of matrices: which kernel a case boots.
#
#   ::acre::profilematrix::fault VALUE            -> what is wrong with VALUE, a profile's name or file, or ""
#   ::acre::profilematrix::clauses ALL SUBJECTS   -> what cannot meet a profile, as matrixlimits.tcl has it: ALL is dict
#                                                 axis -> values, of every axis
#   ::acre::profilematrix::rows SUBJECTS ROWS COMMON ORIGIN IMAGES -> the cases of ROWS, as plan.tcl makes them; those
#                                                 with a profile have the names that `acre farm --profile` gives them
#
# A person who says --profile is told at once what is not installed.  A matrix is for every host, so a case whose kernel
# or loader is missing has the key `lacking`, which names the Debian package, and comes to SKIP.

::acre::paths::use profileplan

namespace eval ::acre::profilematrix {
    # Axes that are about Acre alone.
    variable OWN {program store image}
}

proc ::acre::profilematrix::fault {value} {
    if {[catch {::acre::profile::read [::acre::profile::find $value]} profile]} {
        return $profile
    }
    if {[dict get $profile start] eq "image"} {
        return "profile '$value' is for an image that --image names"
    }
    return ""
}

proc ::acre::profilematrix::clauses {all subjects} {
    variable OWN
    set profiles [lsearch -all -inline -not -exact [dict get $all profile] ""]
    if {$profiles eq ""} {
        return {}
    }
    set clauses [Emulators [dict get $all emu] $profiles]
    foreach axis $OWN {
        set values [lsearch -all -inline -not -exact [dict get $all $axis] ""]
        if {$values ne ""} {
            lappend clauses [dict create profile $profiles $axis $values]
        }
    }
    # What Acre must refuse says nothing about another kernel.
    set refused [lmap subject $subjects {
        set about [::acre::plan::About [dict get $subject map] [dict get $subject make]]
        if {[dict get $about expect] ne "refuses"} continue
        dict get $subject subject
    }]
    if {$refused ne ""} {
        lappend clauses [dict create profile $profiles map $refused]
    }
    return $clauses
}

# The profiles that an emulator cannot start.
proc ::acre::profilematrix::Emulators {emulators profiles} {
    set clauses {}
    foreach emulator $emulators {
        set lacking [lmap name $profiles {
            if {$emulator in [dict get [::acre::profile::read [::acre::profile::find $name]] emulator]} continue
            set name
        }]
        if {$lacking ne ""} {
            lappend clauses [dict create emu [list $emulator] profile $lacking]
        }
    }
    return $clauses
}

proc ::acre::profilematrix::rows {subjects rows common origin images} {
    set kernels [dict create]
    foreach row $rows {
        set name [expr {[dict exists $row profile] ? [dict get $row profile] : ""}]
        dict lappend kernels $name [dict remove $row profile]
    }
    set cases {}
    dict for {name rows} $kernels {
        if {$name eq ""} {
            lappend cases {*}[::acre::plan::rows $subjects $rows $common $origin $images]
        } else {
            lappend cases {*}[Foreign $subjects $rows $common $origin $name]
        }
    }
    return $cases
}

proc ::acre::profilematrix::Foreign {subjects rows common origin name} {
    set profile [::acre::profile::read [::acre::profile::find $name]]
    set common [dict replace $common image [::acre::paths::get fakebios] regex [dict get $profile up] audit-address ""]
    set cases [lmap case [::acre::plan::rows $subjects $rows $common $origin] {
        # A CPU or quirks may have made a refusal of it.
        if {[dict get $case expect] eq "refuses"} continue
        set case
    }]
    try {
        set whole [::acre::profileplan::Whole $name {append "" initrd "" image "" kernel ""}]
        return [lmap case $cases {::acre::profileplan::Case $case $whole}]
    } trap {ACRE NEED} why {
        return [lmap case $cases {Lacking $case $profile $why}]
    }
}

proc ::acre::profilematrix::Lacking {case profile why} {
    dict append case name ,profile=[dict get $profile name]
    return [dict merge $case [dict create profile [dict get $profile file] kernel 0 append "" initrd "" lacking $why]]
}
