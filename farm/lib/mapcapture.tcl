# SPDX-License-Identifier: Apache-2.0
#
# mapcapture.tcl: the firmware's map of the machine this runs on.
#
#   ::acre::mapcapture::take ?DIR?   -> dict entries source title; from DIR or, without one, from the kernel's own
#                                       directory, else from its boot log.  Raises {ACRE MAP} with what is missing
#   ::acre::mapcapture::host DIR     -> list of entries in the firmware's order
#
# Whoever captures a map gives it away, so nothing is taken that tells the machine or its owner from another of the same
# model: of the DMI table only vendor and product are read, and what they say is left out if the host's name, a serial
# number or a UUID of the machine stands in it.  No path that the user named gets into the map.

namespace eval ::acre::mapcapture {
    # Where Linux shows them; tests put others here.
    variable memmap /sys/firmware/memmap
    variable dmi /sys/class/dmi/id
    variable log {dmesg}
    # Those of the DMI table's words that are one machine's own.
    variable secrets {product_serial board_serial chassis_serial product_uuid board_asset_tag chassis_asset_tag}
    # A shorter one is in many words by chance, so it counts only as a word of its own.
    variable secretLeast 4
}

proc ::acre::mapcapture::take {{dir ""}} {
    variable memmap
    if {$dir ne ""} {
        return [dict create entries [host $dir] source "the firmware's map of a Linux host" title [Titled]]
    }
    if {[file isdirectory $memmap]} {
        return [dict create entries [host $memmap] source "$memmap of a Linux host" title [Titled]]
    }
    return [FromLog]
}

# The kernel's log, where the directory is hidden.
proc ::acre::mapcapture::FromLog {} {
    variable memmap
    variable log
    if {[catch {exec -ignorestderr {*}$log 2>/dev/null} text] || [catch {::acre::mapimport::log $text} found]} {
        return -code error -errorcode {ACRE MAP} "$memmap: not there; only Linux with CONFIG_FIRMWARE_MEMMAP on a\
            machine with BIOS or UEFI has it (containers hide it), and '[join $log]' shows no map either; use 'acre map\
            import' with a boot log"
    }
    return [dict create entries [dict get $found entries] title [Titled] \
        source "[dict get $found source] lines of a Linux host's boot log"]
}

proc ::acre::mapcapture::host {dir} {
    if {![file isdirectory $dir]} {
        return -code error -errorcode {ACRE MAP} "$dir: not there; only Linux with CONFIG_FIRMWARE_MEMMAP on a machine\
            with BIOS or UEFI has it (containers hide it): use 'dmesg | acre map import'"
    }
    set entries {}
    foreach folder [lsort -dictionary [glob -nocomplain -tails -directory $dir -types d *]] {
        lappend entries [Entry [file join $dir $folder]]
    }
    if {![llength $entries]} {
        return -code error -errorcode {ACRE MAP} "$dir: has no entries; use 'dmesg | acre map import'"
    }
    return $entries
}

proc ::acre::mapcapture::Entry {folder} {
    foreach name {start end type} {
        if {[catch {Word [file join $folder $name]} $name]} {
            return -code error -errorcode {ACRE MAP} "$folder/$name: cannot be read: [set $name]; try as root"
        }
    }
    foreach value [list $start $end] {
        if {![regexp {^0x[0-9a-f]{1,16}$} $value]} {
            return -code error -errorcode {ACRE MAP} "$folder: not an address: '$value'; use 'dmesg | acre map import'"
        }
    }
    # "Unknown E820 type" has lost its number; whatever it was, it is not free memory.
    if {[catch {::acre::mapformats::type $type} number]} {
        set number 2
    }
    return [list [expr {$start + 0}] [expr {$end + 1}] $number]
}

# The text in FILE without the space around it.
proc ::acre::mapcapture::Word {file} {
    set channel [open $file]
    try {
        return [string trim [read $channel]]
    } finally {
        close $channel
    }
}

# "memory map of VENDOR PRODUCT", as far as these may be told.
proc ::acre::mapcapture::Titled {} {
    variable dmi
    set private [Private]
    set words {}
    foreach name {sys_vendor product_name} {
        if {![catch {Word [file join $dmi $name]} word] && $word ne "" && ![Tells $word $private]} {
            lappend words $word
        }
    }
    return [expr {[llength $words] ? "memory map of [join $words]" : "memory map of a Linux host"}]
}

# What must not be told, as far as this user may read it.
proc ::acre::mapcapture::Private {} {
    variable dmi
    variable secrets
    set name [info hostname]
    set all [list $name [lindex [split $name .] 0]]
    foreach secret $secrets {
        if {![catch {Word [file join $dmi $secret]} word]} {
            lappend all $word
        }
    }
    return $all
}

# Whether WORD has one of PRIVATE in it.
proc ::acre::mapcapture::Tells {word private} {
    variable secretLeast
    set word [string tolower $word]
    set parts [regexp -all -inline {[[:alnum:]]+} $word]
    foreach secret [string tolower $private] {
        if {$secret in $parts || ([string length $secret] >= $secretLeast && [string first $secret $word] >= 0)} {
            return 1
        }
    }
    return 0
}
