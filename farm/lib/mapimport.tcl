# SPDX-License-Identifier: Apache-2.0
#
# Maps from boot logs.
#
# A log is pasted text: time stamps, syslog prefixes, "(XEN)" and other words in front of what counts are passed over.
# One log may hold several maps (the BIOS's, the kernel's after its changes, two boots); the first list of the best
# source is taken, and the caller is told what was left.
#
#   source      line                                                            limit
#   BIOS-e820   BIOS-e820: 000000000009fc00 @ 0000000000000000 (usable)         length first; Linux 2.2 and early 2.4
#   BIOS-e820   BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)         exclusive; Linux up to 3.4
#   BIOS-e820   BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable   inclusive; Linux since 3.5
#   Xen         the same two with "Xen:", and the hypervisor's own list after "Xen-e820 RAM map:"
#   SMAP        SMAP type=01 base=0000000000000000 len=000000000009fc00         length; FreeBSD, booted verbosely
#   acre        # e820 0x0 0x9fc00 1 0x1                                        length; Acre's own serial log

namespace eval ::acre::mapimport {
    # Best first. What is not named here (user-defined maps, "modified:") is a kernel's wish and no firmware's word.
    variable sources {BIOS-e820 Xen-e820 Xen SMAP acre BIOS-e801 BIOS-88}
    variable typeNames {
        "usable" 1 "ram" 1 "system ram" 1
        "reserved" 2
        "acpi data" 3 "acpi tables" 3
        "acpi nvs" 4 "acpi non-volatile storage" 4
        "unusable" 5 "unusable memory" 5
        "persistent memory" 7 "persistent memory (legacy)" 12
        "soft reserved" 4026531839
        "kexec" 2 "device reserved" 2
    }
}

# Reads TEXT. Returns a dict: entries {{base limit type} ...}; source, one of the words above; title, from the log's DMI
# line or ""; left, list of words for what else was found. Raises {ACRE MAP} with "line N: ..." for a line that is a map
# line by its start but cannot be read, and for a text without any map.
proc ::acre::mapimport::log {text} {
    set state [dict create lists {} header "" boot 0 title ""]
    set number 0
    foreach line [split $text \n] {
        incr number
        # No line of a map is long; what a long one may say is said by its start.
        if {[catch {Line state [string trimright [string range $line 0 499]]} what]} {
            return -code error -errorcode {ACRE MAP} "line $number: $what"
        }
    }
    return [Choose [dict get $state lists] [dict get $state title]]
}

# The best of LISTS (dict {source boot} -> entries).
proc ::acre::mapimport::Choose {lists title} {
    variable sources
    foreach source $sources {
        foreach key [dict keys $lists] {
            if {[lindex $key 0] eq $source} {
                set left [lmap other [dict keys [dict remove $lists $key]] { Named $other }]
                return [dict create entries [dict get $lists $key] source $source title $title left $left]
            }
        }
    }
    return -code error -errorcode {ACRE MAP} "no memory map found; paste the 'BIOS-e820:' lines of a Linux log (dmesg)\
        or the 'SMAP' lines of a verbose FreeBSD boot"
}

proc ::acre::mapimport::Named {key} {
    lassign $key source boot
    return "$source[expr {$boot > 1 ? " of boot $boot" : ""}]"
}

proc ::acre::mapimport::Line {stateVar line} {
    upvar 1 $stateVar state
    if {[regexp {(BIOS-provided|Xen-e820|EFI|Multiboot-e820)[- ].*RAM map:} $line -> maker]} {
        # Each boot prints this once, so a second one begins a second map.
        dict set state header $maker
        dict incr state boot
    } elseif {[regexp {DMI: (.+)$} $line -> board] && [dict get $state title] eq ""} {
        dict set state title $board
    } elseif {[regexp {(?:^|[]\s>])((?:BIOS|Xen)-[0-9a-z]+|Xen|user|modified): (.*)$} $line -> source rest]} {
        Linux state $source $rest
    } elseif {[regexp {^\(XEN\)\s+(?:\[[^\]]*\] +)?([\[0-9a-f].*)$} $line -> rest]} {
        Hypervisor state $rest
    } elseif {[regexp {SMAP type=(.*)$} $line -> rest]} {
        Smap state $rest
    } elseif {[regexp {^# e820 (.*)$} $line -> rest]} {
        Acre state $rest
    }
}

proc ::acre::mapimport::Add {stateVar source entry} {
    upvar 1 $stateVar state
    lassign $entry base limit type
    set wrong ""
    if {$limit < $base} {
        set wrong "limit is below base: '[format 0x%llx $limit]'; was the line pasted whole?"
    } elseif {$base >= 1 << 64 || $limit - $base >= 1 << 64} {
        set wrong "range does not fit in 64 bits: '[format 0x%llx $base]'; was the line pasted whole?"
    } elseif {$type > 0xffffffff} {
        set wrong "memory type does not fit in 32 bits: '$type'; was the line pasted whole?"
    }
    if {$wrong ne ""} {
        error $wrong
    }
    set key [list $source [dict get $state boot]]
    dict with state {
        dict lappend lists $key $entry
        if {[llength [dict get $lists $key]] > $::acre::map::entriesMax} {
            error "too many entries: '[llength [dict get $lists $key]]'; a map has at most $::acre::map::entriesMax"
        }
    }
}

# What follows "BIOS-e820: " in Linux's log, in any of its formats.
proc ::acre::mapimport::Linux {stateVar source rest} {
    upvar 1 $stateVar state
    if {[regexp {^\s*\[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\](?: (.*))?$} $rest -> base last type]} {
        Add state $source [list [expr "0x$base"] [expr "0x$last + 1"] [Type $type]]
    } elseif {[regexp {^\s*([0-9a-f]{8,16}) - ([0-9a-f]{8,17})(?: (.*))?$} $rest -> base limit type]} {
        Add state $source [list [expr "0x$base"] [expr "0x$limit"] [Type $type]]
    } elseif {[regexp {^\s*([0-9a-f]{8,16}) @ ([0-9a-f]{8,16})(?: (.*))?$} $rest -> length base type]} {
        Add state $source [list [expr "0x$base"] [expr "0x$base + 0x$length"] [Type $type]]
    } elseif {[string match BIOS-* $source]} {
        # "Xen: " and "user: " begin many a line that is no map line; "BIOS-e820: " does not.
        error "not a range: '[::acre::map::Short $rest]'; was the line pasted whole?"
    }
}

# A line of the Xen hypervisor's list, which only its heading tells from its other lines.
proc ::acre::mapimport::Hypervisor {stateVar rest} {
    upvar 1 $stateVar state
    if {[dict get $state header] eq ""} {
        return
    }
    if {[regexp {^\[([0-9a-f]{16}), ([0-9a-f]{16})\] (.*)$} $rest -> base last type]} {
        Add state Xen-e820 [list [expr "0x$base"] [expr "0x$last + 1"] [Type $type]]
    } elseif {[regexp {^([0-9a-f]{16}) - ([0-9a-f]{16}) (.*)$} $rest -> base limit type]} {
        Add state Xen-e820 [list [expr "0x$base"] [expr "0x$limit"] [Type $type]]
    }
}

proc ::acre::mapimport::Smap {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^([0-9a-f]+),? (?:x?attr=\S+ )?base=(?:0x)?([0-9a-f]+),? len=(?:0x)?([0-9a-f]+)} $rest -> \
            type base length]} {
        error "not a range: 'type=[::acre::map::Short $rest]'; was the line pasted whole?"
    }
    Add state SMAP [list [expr "0x$base"] [expr "0x$base + 0x$length"] [expr "0x$type"]]
}

proc ::acre::mapimport::Acre {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^(0x[0-9a-f]+) (0x[0-9a-f]+) ([0-9]+)} $rest -> base length type]} {
        error "not a range: '[::acre::map::Short $rest]'; was the line pasted whole?"
    }
    # A decimal number with zeros in front would be an octal one to expr and format.
    Add state acre [list [expr {$base + 0}] [expr {$base + $length}] [scan $type %lld]]
}

# The number of a type's name. Types a kernel has no name for come as "type 20".
proc ::acre::mapimport::Type {words} {
    variable typeNames
    set name [string tolower [string trim $words]]
    if {[regexp {type ([0-9]{1,10})} $name -> number] && [scan $number %lld] <= 0xffffffff} {
        return [scan $number %lld]
    }
    set name [string trim $name "()"]
    if {![dict exists $typeNames $name]} {
        error "memory type unknown: '[::acre::map::Short $words]'; Linux says usable, reserved, ACPI data, ACPI NVS,\
            unusable or 'type N'"
    }
    return [dict get $typeNames $name]
}
