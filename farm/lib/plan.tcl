# SPDX-License-Identifier: Apache-2.0
#
# plan.tcl: from what was asked for to the list of cases, written down before anything runs.
#
# A case is one boot: image x emulator x machine x RAM x map x quirks (the quirks stand in the map file).  It is a dict:
#   name      boot@MAP[,ram=SIZE],emu=E[,machine=M][,cpu=C][,disk=D][,program=P][,store=served][,quirks=Q+Q]
#             [,image=I]; defaults left out; never twice
#   subject   MAP: zoo/NAME, real/NAME, ladder/SIZE, random/SEED-INDEX, or the path of a map from elsewhere
#   program   what runs after the self-checks (programcase.tcl), "" for nothing
#   store     served: the store is read and compared (storecase.tcl), "" for not
#   quirks    words (quirks.tcl) joined by +, acted beside those of the map's file
#   emulator machine cpu disk   as drive.tcl takes them          memory   bytes of RAM
#   map       path of the map file, "" for the emulator's own map
#   variant set   another image's name, or options (imagecase.tcl), as they stand in the name; the options
#   text      of a random map: what will stand in that file once the case has a directory
#   expect    boots or refuses, and reason, its text             origin   why it is in the plan, in words
#   image syms regex scale      what boots, its symbols, a foreign image's mark of success, factor on all clocks
#   cost      guess of its seconds, to start the longest first
#
# A selection is a dict: patterns (of subjects or whole names; "*" is all) and the axes emu machine cpu disk ram
# program store quirks, each a list of values.  Several selections make the union of their cases; so do a matrix's rows
# (matrix.tcl), dicts with one value an axis, and a map.

::acre::paths::use matrixlimits expectation planmemory

namespace eval ::acre::plan {
    # What a matrix's row has of an axis that the matrix has not.
    variable defaults {machine pc cpu {} disk ide ram {} program {} store {} quirks {} fill {} image {}}
}

# cases SUBJECTS SELECTIONS COMMON -> list of cases in the order of the subjects, each name once.
#   SUBJECTS  from subjects below; COMMON holds the keys every case gets (image syms regex scale)
# Raises {ACRE MAP} for a map file that cannot be read.
proc ::acre::plan::cases {subjects selections common} {
    set cases [dict create]
    foreach subject $subjects {
        foreach selection $selections {
            foreach case [Of $subject $selection $common] {
                dict set cases [dict get $case name] $case
            }
        }
    }
    return [dict values $cases]
}

# rows SUBJECTS ROWS COMMON ORIGIN IMAGES -> list of cases, one a row; ORIGIN says in words whose rows they are, IMAGES
# (value of the axis image -> dict) what a case has of an image that is not COMMON's: variant, set, image,
# audit-address.
proc ::acre::plan::rows {subjects rows common origin {images {}}} {
    variable defaults
    set named [dict create]
    foreach subject $subjects {
        dict set named [dict get $subject subject] [dict replace $subject origin $origin]
    }
    return [lmap row $rows {
        set row [dict merge $defaults $row]
        if {[dict get $row fill] ne ""} {
            dict set row quirks [join [concat [split [dict get $row quirks] +] fill:[dict get $row fill]] +]
        }
        set image {variant {} set {}}
        if {[dict get $row image] ne ""} {
            set image [dict merge $image [dict get $images [dict get $row image]]]
        }
        Case [dict get $named [dict get $row map]] [dict create emulator [dict get $row emu] \
            {*}[dict remove $row emu map fill image] variant [dict get $image variant]] [dict merge $common $image]
    }]
}

# subjects MAPS LADDERS -> list of dicts {subject map emulators memory origin}.
#   MAPS     list of {NAME FILE ORIGIN ?MAKE?}; MAKE is {SEED INDEX} of a random map
#   LADDERS  list of {EMULATOR SIZE} as map.tcl's ladder gives them
proc ::acre::plan::subjects {maps ladders} {
    set subjects {}
    foreach ladder $ladders {
        lassign $ladder emulator size
        lappend subjects [dict create subject ladder/$size map "" make "" emulators $emulator \
            memory [bytes $size] origin "RAM ladder"]
    }
    foreach map $maps {
        lassign $map name file origin make
        lappend subjects [dict create subject $name map $file make $make emulators {qemu bochs} memory "" \
            origin $origin]
    }
    return $subjects
}

# The cases of one subject under one selection.
proc ::acre::plan::Of {subject selection common} {
    set cases {}
    if {![Wanted $subject [dict get $selection patterns]]} {
        return {}
    }
    foreach emulator [dict get $selection emu] {
        if {$emulator ni [dict get $subject emulators]} continue
        foreach machine [dict get $selection machine] {
            foreach disk [dict get $selection disk] {
                if {![Has $emulator $machine $disk]} continue
                foreach cpu [dict get $selection cpu] {
                    lappend cases {*}[Rows $subject $selection $common \
                        [dict create emulator $emulator machine $machine disk $disk cpu $cpu]]
                }
            }
        }
    }
    return [lmap case $cases {
        if {![Chosen $case [dict get $selection patterns]] || ![Fits $case]} continue
        set case
    }]
}

# The cases of one machine: each of the selection's RAM sizes and programs.
proc ::acre::plan::Rows {subject selection common axes} {
    set cases {}
    foreach ram [dict get $selection ram] {
        foreach program [dict get $selection program] {
            foreach store [dict get $selection store] {
                foreach quirks [dict get $selection quirks] {
                    if {![::acre::matrixlimits::Acts $subject [split $quirks +]]} continue
                    lappend cases [Case $subject [dict merge $axes \
                        [dict create ram $ram program $program store $store quirks $quirks variant ""]] \
                        [dict merge $common {set {}}]]
                }
            }
        }
    }
    return $cases
}

# Whether the emulator has that machine, and the machine that disk.
proc ::acre::plan::Has {emulator machine disk} {
    set rows [::acre::machine::rows]
    return [expr {[dict exists $rows $emulator-$machine] && [dict exists $rows $emulator-$machine disk-$disk]}]
}

# Whether the machine can have that much RAM, and the kernel, which must come so far, serve its store: of the state in
# which it reported, so without a program in between.
proc ::acre::plan::Fits {case} {
    if {[dict get $case store] ne "" && ([dict get $case expect] eq "refuses" || [dict get $case program] ne "")} {
        return 0
    }
    return [Holds [dict get $case emulator] [dict get $case machine] [dict get $case memory]]
}

# Whether that machine can have so many bytes of RAM.
proc ::acre::plan::Holds {emulator machine memory} {
    set row [dict get [::acre::machine::rows] $emulator-$machine]
    set unit [expr {[dict exists $row memory-unit] ? [dict get $row memory-unit] : 4096}]
    return [expr {$memory >= [dict get $row memory-min] && $memory <= [dict get $row memory-max]
        && $memory % $unit == 0}]
}

# Whether any pattern may name a case of SUBJECT, before its map is read: what stands before the first wildcard agrees.
proc ::acre::plan::Wanted {subject patterns} {
    set start "[dict get $subject subject],"
    foreach pattern $patterns {
        regexp {^(?:boot@)?([^*?\[\\]*)} $pattern - literal
        set length [expr {min([string length $literal], [string length $start])}]
        if {[string equal -length $length $literal $start]} {
            return 1
        }
    }
    return 0
}

proc ::acre::plan::Chosen {case patterns} {
    set name [dict get $case name]
    foreach pattern $patterns {
        if {[string match $pattern [dict get $case subject]] || [string match $pattern $name]
                || [string match boot@$pattern $name]} {
            return 1
        }
    }
    return 0
}

proc ::acre::plan::Case {subject axes common} {
    set about [About [dict get $subject map] [dict get $subject make]]
    set case [dict merge $common [dict remove $axes ram] [dict remove $subject emulators make] \
        [dict filter $about key expect reason text origin]]
    dict set case memory [memory [dict get $axes emulator] [dict get $axes ram] $subject]
    dict set case name [name [dict get $subject subject] $axes]
    dict set case cost [Cost $case]
    return [dict merge $case [::acre::expectation::of $case]]
}

# Bytes of RAM that a case of SUBJECT gets with RAM, a size or "".
proc ::acre::plan::memory {emulator ram subject} {
    if {$ram ne ""} {
        return [bytes $ram]
    }
    set memory [dict get $subject memory]
    return [expr {$memory eq "" ? [::acre::planmemory::bytes $emulator \
        [About [dict get $subject map] [dict get $subject make]]] : $memory}]
}

# name SUBJECT AXES -> the case's name: what is not the default stands in it, in a fixed order.
proc ::acre::plan::name {subject axes} {
    set name boot@$subject
    foreach {axis key default} {
        ram ram {} emu emulator {} machine machine pc cpu cpu {} disk disk ide program program {} store store {}
        quirks quirks {} image variant {}
    } {
        if {[dict get $axes $key] ne $default} {
            append name ,$axis=[dict get $axes $key]
        }
    }
    return $name
}

# What the plan must know of a map: expect, reason, ram (MiB or ""), usable (type 1 ranges), quirks, count of entries.
# Read once a file; a random one, {SEED INDEX} in MAKE, is made once and adds its text and its origin.
proc ::acre::plan::About {file {make ""}} {
    variable known
    if {$file eq ""} {
        return {expect boots reason {} ram {} usable {} quirks {} count 0}
    }
    if {![info exists known($file)]} {
        set map [expr {$make eq "" ? [::acre::map::read $file] : [::acre::mapmake::map {*}$make]}]
        set usable [lmap entry [dict get $map entries] {
            lassign $entry base limit type
            if {$type != 1 || $limit <= $base} continue
            list $base $limit
        }]
        set known($file) [dict create expect [dict get $map expect] reason [dict get $map why] \
            ram [dict get $map ram] usable $usable quirks [dict get $map quirks] \
            count [llength [dict get $map entries]]]
        if {$make ne ""} {
            dict set known($file) text [::acre::map::text $map]
            dict set known($file) origin "[dict get $map title], [dict get $map class]"
        }
    }
    return $known($file)
}

# Seconds, roughly, on a machine of today: only the order matters.
proc ::acre::plan::Cost {case} {
    set gib [expr {[dict get $case memory] / 1073741824.0}]
    if {[dict get $case emulator] eq "bochs"} {
        return [format %.2f [expr {0.4 + 0.8 * $gib}]]
    }
    return [format %.2f [expr {0.12 + 0.0001 * $gib}]]
}

# bytes SIZE -> bytes of "64M", "5G", "640K" or "1048576"; raises {ACRE USAGE} for anything else.
proc ::acre::plan::bytes {size} {
    if {![regexp {^([1-9][0-9]{0,9})([KMGT]?)$} [string toupper $size] - number unit]} {
        return -code error -errorcode {ACRE USAGE} \
            "memory size '$size' is not a number with K, M, G or T: say 64M or 5G"
    }
    return [expr {$number * [dict get {{} 1 K 1024 M 1048576 G 1073741824 T 1099511627776} $unit]}]
}

# write CASES FILE: the plan as tab-separated lines under a heading; raises the system's words if it cannot.
proc ::acre::plan::write {cases file} {
    set out [open $file w]
    puts $out [join {name emulator machine memory map expect origin} \t]
    foreach case $cases {
        puts $out [join [lmap key {name emulator machine memory map expect origin} {
            string map {\t " " \n " "} [dict get $case $key]
        }] \t]
    }
    close $out
}

# memory_for EMULATOR FILE -> bytes of RAM for the map in FILE, as a plan gives it.
proc ::acre::plan::memory_for {emulator file} {
    return [::acre::planmemory::bytes $emulator [About $file]]
}
