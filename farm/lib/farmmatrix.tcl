# SPDX-License-Identifier: Apache-2.0
#
# farmmatrix.tcl: the matrices that `acre farm` was told, by --matrix or in a group: their cases, and what they cover.
#
#   ::acre::farm::MatrixCases GIVEN SUBJECTS COMMON   -> the cases
#   ::acre::farm::Selected GIVEN CASES                -> those of CASES that --select wants, each once
#   ::acre::farm::Coverage GIVEN                      prints what each matrix covers -> exit status

::acre::paths::use matrix covercheck profilematrix

namespace eval ::acre::farm {}

# dict name -> matrix, with the axes of the command line in place of its own.
proc ::acre::farm::Matrices {given} {
    set names [concat [dict get $given matrices] [Groups $given matrices]]
    if {$names eq ""} {
        return {}
    }
    set axes [Axes $given]
    if {[dict get $given maps] ne ""} {
        dict set axes map *
    }
    if {[dict get $given memory] ne "" && ![dict exists $axes ram]} {
        ::acre::err::usage "--memory with --matrix needs maps; a matrix has RAM sizes of its own"
    }
    set matrices [dict create]
    foreach name $names {
        set matrix [::acre::matrix::with [::acre::matrix::read [::acre::matrix::find $name]] $axes]
        if {[dict get $given regex] ne "" && [dict exists $matrix values profile]} {
            # --profile or --expect says which kernels there are.
            set matrix [::acre::matrix::with $matrix {profile {{}}}]
        }
        dict set matrices $name $matrix
    }
    return $matrices
}

proc ::acre::farm::MatrixCases {given subjects common} {
    set cases {}
    dict for {name matrix} [Matrices $given] {
        set rows [dict get [::acre::matrix::rows $matrix $subjects] rows]
        lappend cases {*}[::acre::profilematrix::rows $subjects $rows $common "matrix $name" [Images $given $matrix]]
    }
    return $cases
}

# What a case has of each image that MATRIX names: value -> dict, as plan.tcl takes it.
proc ::acre::farm::Images {given matrix} {
    set images [dict create]
    foreach value [::acre::matrix::Values $matrix image] {
        if {[dict get $given regex] ne "" && $value ne ""} {
            ::acre::err::usage "a matrix with images of its own is for images of Acre, --expect for others"
        }
        if {[::acre::imagecase::is_path $value]} {
            dict set images $value [dict create variant [file rootname [file tail $value]] image $value \
                audit-address [AuditPoint [Syms [dict create syms "" image $value]]]]
        } else {
            dict set images $value [dict create variant $value set $value]
        }
    }
    return $images
}

# Groups and matrices name their cases themselves; --select takes some of them.
proc ::acre::farm::Selected {given cases} {
    set patterns [dict get $given select]
    set once [dict create]
    foreach case $cases {
        if {$patterns eq "" || [::acre::plan::Chosen $case $patterns]} {
            dict set once [dict get $case name] $case
        }
    }
    return [dict values $once]
}

proc ::acre::farm::Coverage {given} {
    set matrices [Matrices $given]
    if {$matrices eq ""} {
        ::acre::err::usage "--coverage says what a matrix covers: name one with --matrix, or a group that has some"
    }
    set status 0
    dict for {name matrix} $matrices {
        set made [::acre::matrix::rows $matrix [Subjects $given]]
        set strength [dict get $matrix strength]
        set result [::acre::covercheck::check [dict get $made values] [dict get $made rows] $strength \
            [dict get $made forbidden]]
        puts "matrix $name: [dict get $matrix about]"
        puts [::acre::covercheck::text $result $strength [llength [dict get $made rows]]]
        if {"[dict get $result missing][dict get $result wrong]" ne ""} {
            set status 1
        }
    }
    return $status
}
