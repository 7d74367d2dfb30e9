# SPDX-License-Identifier: Apache-2.0
#
# Where things are: in a source tree with its build tree, or installed.  No other file knows.
#
#   ::acre::paths::tree SOURCE BUILD   the two trees (absolute)
#   ::acre::paths::installed DATA      everything is in one directory, PREFIX/share/acre
#   ::acre::paths::get KEY             image syms elf stage1 stage2 layout owners fakebios maps machines matrices
#                                      profiles lib help gdb realmode -> absolute, whether it exists or not; version ->
#                                      the version number.  Raises {ACRE PATHS} for another KEY
#   ::acre::paths::sources             the source tree; raises {ACRE USAGE} where Acre is installed
#   ::acre::paths::configuration       where acre/nightly.conf stands if a person has none of their own
#   ::acre::paths::product FILE        a product of the build by its path in the build tree, as farm/probes/ok.bin
#   ::acre::paths::use NAME...         sources farm/lib/NAME.tcl, each once
#
# Who calls none of tree and installed gets the trees that the environment names: top_srcdir and top_builddir, as in
# tests.

namespace eval ::acre::paths {
    variable source "" build "" data "" used {} sysconf /etc
    # key -> {path in the source tree or "", path in the build tree or "", path in the data directory}
    variable places {
        image    {"" acre.img acre.img}
        syms     {"" acre.syms acre.syms}
        elf      {"" acre.elf acre.elf}
        stage1   {"" boot/stage1.elf stage1.elf}
        stage2   {"" boot/stage2.elf stage2.elf}
        layout   {"" gen/layout.tcl layout.tcl}
        owners   {"" gen/owners.tcl owners.tcl}
        versions {"" gen/version version}
        fakebios {"" farm/fakebios/fakebios.bin fakebios.bin}
        maps     {farm/maps "" maps}
        machines {farm/machines "" machines}
        matrices {farm "" matrices}
        profiles {farm/profiles "" profiles}
        lib      {farm/lib "" lib}
        help     {doc/help "" help}
        gdb      {tools/gdb/acre-gdb.py "" gdb/acre-gdb.py}
        realmode {tools/gdb/real-mode.xml "" gdb/real-mode.xml}
    }
}

proc ::acre::paths::tree {sourcedir builddir} {
    variable source [file normalize $sourcedir]
    variable build [file normalize $builddir]
    variable data ""
}

proc ::acre::paths::installed {datadir} {
    variable source ""
    variable build ""
    variable data [file normalize $datadir]
}

# Falls back on the environment of a test.
proc ::acre::paths::Init {} {
    variable source
    variable data
    if {$source ne "" || $data ne ""} return
    foreach name {top_srcdir top_builddir} {
        if {![info exists ::env($name)]} {
            return -code error -errorcode {ACRE PATHS} "$name is not set in the environment: which tree is meant?"
        }
    }
    tree $::env(top_srcdir) $::env(top_builddir)
}

proc ::acre::paths::get {key} {
    variable places
    if {$key eq "version"} {
        return [Version]
    }
    if {![dict exists $places $key]} {
        return -code error -errorcode {ACRE PATHS} "no path is called '$key'; there are [dict keys $places] version"
    }
    Init
    variable source
    variable build
    variable data
    lassign [dict get $places $key] in_source in_build in_data
    if {$data ne ""} {
        return [file join $data $in_data]
    }
    return [expr {$in_source ne "" ? [file join $source $in_source] : [file join $build $in_build]}]
}

proc ::acre::paths::sources {} {
    Init
    variable source
    variable data
    if {$data ne ""} {
        return -code error -errorcode {ACRE USAGE} \
            "Acre is installed here, without its sources: run it in its build tree"
    }
    return $source
}

proc ::acre::paths::configuration {} {
    variable sysconf
    return $sysconf
}

proc ::acre::paths::product {name} {
    Init
    variable build
    variable data
    return [expr {$data ne "" ? [file join $data [file tail $name]] : [file join $build $name]}]
}

proc ::acre::paths::use {args} {
    variable used
    foreach name $args {
        if {$name ni $used} {
            lappend used $name
            uplevel #0 [list source [file join [get lib] $name.tcl]]
        }
    }
}

proc ::acre::paths::Version {} {
    set file [open [get versions]]
    try {
        return [string trim [read $file]]
    } finally {
        close $file
    }
}
