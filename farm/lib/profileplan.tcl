# SPDX-License-Identifier: Apache-2.0
#
# profileplan.tcl: the plan's cases with kernels that are not Acre: `acre farm --profile P...`.  Those of a matrix's
# axis are made of the same by profilematrix.tcl.
#
#   ::acre::profileplan::check VAR      VAR is the dict of the options in cmd_farm.tcl: profiles become dicts, read and
#                                       with all that they need; raises {ACRE USAGE}, {ACRE PROFILE} or {ACRE NEED}
#   ::acre::profileplan::cases CASES GIVEN -> each of CASES once a profile, as far as the emulator can start it
#   ::acre::profileplan::disks CASES OUT   -> CASES, with the loaders' disks that they boot, made below OUT
#   ::acre::profileplan::files CASES       -> what their results depend on beside their images
#
# How a profile is started:
#
#   kernel   by QEMU itself (-kernel); where the emulator cannot, by GRUB with the lines of `boot`
#   grub     by GRUB with the lines of `boot`, in which %k is the kernel, %a what it is given, %i a file beside it
#   syslinux by SYSLINUX with the lines of `boot`, in which they are the same
#   sector   the file is a disk
#   image    the disk that the user names with --image; so are all profiles if he does

::acre::paths::use profile profileimage profilesyslinux

namespace eval ::acre::profileplan {
    # Seconds of the farm's total clock, which a profile's seconds stretch.
    variable TOTAL 30
    # So much longer an emulator that interprets takes.
    variable SLOWER 5
    # What a kernel without a word for it gets at most: it may keep an account of every frame of its RAM.
    variable RAM_MOST 4G
}

proc ::acre::profileplan::check {givenVar} {
    upvar 1 $givenVar given
    set names [dict get $given profiles]
    set own [join [dict values [dict filter $given key kernel append initrd image]] ""]
    if {$names eq ""} {
        if {[join [dict values [dict filter $given key kernel append initrd]] ""] ne ""} {
            ::acre::err::usage "--kernel, --append and --initrd are for --profile P, which says what that kernel prints"
        }
        return
    }
    if {[dict get $given regex] ne ""} {
        ::acre::err::usage "--expect and --profile both say what the image prints: name one of them"
    }
    if {$own ne "" && ([llength $names] > 1 || $names eq "all")} {
        ::acre::err::usage "--kernel, --append, --initrd and --image are for one --profile, not for several"
    }
    if {[dict get $given kernel] ne "" && [dict get $given image] ne ""} {
        ::acre::err::usage "--kernel is started by its profile, --image starts itself: name one of them"
    }
    foreach key {kernel initrd image} {
        set path [dict get $given $key]
        if {$path ne "" && (![file isfile $path] || ![file readable $path])} {
            ::acre::err::bad "$path: no such file; check the path of --$key"
        }
    }
    dict set given profiles [expr {$names eq "all" ? [All $given] : [lmap name $names {Whole $name $given}]}]
    # From here on the plan is for a foreign image.
    dict set given regex [dict get [lindex [dict get $given profiles] 0] up]
    dict set given audit ""
    if {[dict get $given image] eq ""} {
        dict set given image [::acre::paths::get fakebios]
    }
}

# Every bundled profile that can be started here; standard error says what the others lack.
proc ::acre::profileplan::All {given} {
    set profiles {}
    foreach name [::acre::profile::names] {
        try {
            lappend profiles [Whole $name $given]
        } trap {ACRE NEED} why {
            puts stderr "acre: left out: $why"
        }
    }
    return $profiles
}

# The profile NAME, with what the command line says in place of its own, and the path of its kernel.
proc ::acre::profileplan::Whole {name given} {
    set profile [::acre::profile::read [::acre::profile::find $name]]
    foreach key {append initrd} {
        dict set profile $key [expr {[dict get $given $key] ne "" ? [dict get $given $key]
            : [dict exists $profile $key] ? [dict get $profile $key] : ""}]
    }
    if {[dict get $given image] ne ""} {
        return [dict replace $profile start image path [file normalize [dict get $given image]]]
    }
    if {[dict get $profile start] eq "image"} {
        ::acre::err::usage "profile [dict get $profile name] is for an image: name it with --image"
    }
    dict set profile path [expr {[dict get $given kernel] ne "" ? [file normalize [dict get $given kernel]]
        : [::acre::profile::kernel $profile]}]
    switch [dict get $profile start] {
        grub { ::acre::profileimage::needs }
        syslinux { ::acre::profilesyslinux::needs }
    }
    return $profile
}

proc ::acre::profileplan::cases {cases given} {
    set all {}
    foreach case $cases {
        # A program and the store are Acre's.
        if {"[dict get $case program][dict get $case store]" ne ""} continue
        foreach profile [dict get $given profiles] {
            if {[dict get $case emulator] in [dict get $profile emulator]} {
                lappend all [Case $case $profile]
            }
        }
    }
    return $all
}

proc ::acre::profileplan::Case {case profile} {
    variable TOTAL
    variable SLOWER
    set slow [expr {[dict get $case emulator] eq "bochs"}]
    set seconds [dict get $profile seconds]
    if {$slow} {
        set seconds [expr {[dict get $profile bochs-seconds] ne "" ? [dict get $profile bochs-seconds]
            : $seconds * $SLOWER}]
    }
    set start [dict get $profile start]
    if {$start eq "kernel" && $slow} {
        set start grub
    }
    dict append case name ,profile=[dict get $profile name]
    set case [dict merge $case [dict create profile [dict get $profile file] regex [dict get $profile up] \
        scale [expr {[dict get $case scale] * max(1.0, double($seconds) / $TOTAL)}] cost $seconds \
        image [dict get $profile path] kernel [expr {$start eq "kernel"}] append "" initrd "" \
        loaded [::acre::profile::loaded $profile [dict get $profile path]]]]
    dict set case memory [Ram $case $profile]
    if {$start eq "kernel"} {
        return [dict merge $case [dict filter $profile key append initrd]]
    }
    if {$start eq "grub"} {
        ::acre::profileimage::needs
        dict set case disk-of [list ::acre::profileimage::grub {*}[Grub $profile]]
    } elseif {$start eq "syslinux"} {
        dict set case disk-of [list ::acre::profilesyslinux::make {*}[Syslinux $profile]]
    }
    return $case
}

proc ::acre::profileplan::Ram {case profile} {
    variable RAM_MOST
    set most [expr {[dict get $profile ram-most] eq "" ? $RAM_MOST : [dict get $profile ram-most]}]
    return [expr {min([dict get $case memory], [::acre::plan::bytes $most])}]
}

# What GRUB is to do, and with what files: {COMMANDS FILES} as profileimage.tcl takes them.
proc ::acre::profileplan::Grub {profile} {
    set files {}
    foreach {name key} {kernel path initrd initrd} {
        if {[dict get $profile $key] ne ""} {
            lappend files $name [dict get $profile $key]
        }
    }
    return [list [Lines $profile /kernel /initrd] $files]
}

# The same for SYSLINUX, which goes by the end of a file's name.
proc ::acre::profileplan::Syslinux {profile} {
    set files [lmap key {path initrd} {
        if {[dict get $profile $key] eq ""} continue
        dict get $profile $key
    }]
    set names [lmap file $files {file tail $file}]
    return [list [Lines $profile [lindex $names 0] [lindex $names 1]] [concat {*}[lmap name $names file $files {
        list $name $file
    }]]]
}

# The lines of `boot`, with what stands for kernel, file beside it and words.
proc ::acre::profileplan::Lines {profile kernel initrd} {
    set words [list %k $kernel %i $initrd %a [dict get $profile append]]
    return [lmap line [dict get $profile boot] {string map $words $line}]
}

# One disk for all cases that boot the same.
proc ::acre::profileplan::disks {cases out} {
    set made [dict create]
    return [lmap case $cases {
        if {[dict exists $case disk-of]} {
            set what [dict get $case disk-of]
            if {![dict exists $made $what]} {
                dict set made $what [file join $out disks [dict size $made].img]
                file mkdir [file join $out disks]
                {*}[linsert $what 1 [dict get $made $what]]
            }
            dict set case image [dict get $made $what]
            dict unset case disk-of
        }
        set case
    }]
}

proc ::acre::profileplan::files {cases} {
    set files {}
    foreach case $cases {
        foreach key {profile initrd} {
            if {[dict exists $case $key] && [dict get $case $key] ne ""} {
                lappend files [dict get $case $key]
            }
        }
    }
    return [lsort -unique $files]
}
