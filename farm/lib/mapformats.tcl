# SPDX-License-Identifier: Apache-2.0
#
# mapformats.tcl: how kernels, loaders and firmware print a memory map, line by line.
#
#   ::acre::mapformats::line STATE LINE    reads one line for mapimport.tcl, whose state is the variable STATE; raises
#                                          words for a line that begins as one of a map and is none
#   ::acre::mapformats::type WORDS         -> the number of an E820 type's name; raises words for an unknown one
#
# Time stamps, syslog prefixes and other words in front are passed over.
#
#   source       line                                                            what follows the base
#   BIOS-e820    BIOS-e820: 000000000009fc00 @ 0000000000000000 (usable)         (length first) Linux 2.2, early 2.4
#   BIOS-e820    BIOS-e820: 0000000000000000 - 000000000009fc00 (usable)         limit; Linux up to 3.4
#   BIOS-e820    BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable   last byte; Linux since 3.5
#   BIOS-e801, BIOS-88, user, modified   the same three: no E820 answer; memmap=, mem=; the kernel's own changes
#   EFI          efi: mem00: type=7, attr=0xf, range=[0x0-0xa0000) (0MB)         limit; Linux up to 3.x
#   EFI          efi: mem00: [Boot Data|...|WB|..] range=[0x0-0xfff] (0MB)       last byte, or limit if ) closes it
#   Xen          the three of BIOS-e820 with "Xen:": a guest's map
#   Xen-e820     (XEN)  0000000000000000 - 000000000009fc00 (usable)             limit; the hypervisor's own
#   Xen-e820     (XEN)  [0000000000000000, 000000000009fbff] (usable)            last byte; since 4.14, after a heading
#   Xen-EFI      (XEN)  0000000000000-000000009ffff type=7 attr=...f             last byte
#   SMAP         SMAP type=01 base=0000000000000000 len=000000000009fc00         length; FreeBSD, booted verbosely, or
#                its loader's smap; with xattr= and commas from its tools, in two groups of 8 digits in version 4
#   FreeBSD-EFI  ConventionalMemory 000000000000 0x0 000000a0 UC WB              pages; the loader's memmap, verbose
#   NetBSD       addr 0x0  size 0x9fc00  type 0x1                                length; after a heading with a number
#   OpenBSD      Region 0: type 1 at 0x0 for 639KB                               KiB; the loader's machine memory
#   GRUB         base_addr = 0x0, length = 0x9fc00, available RAM                length; lsmmap, or "type = 0x1"
#   UEFI-shell   Available 0000000000001000-000000000009FFFF 000000000000009F 000000000000000F   last byte, pages
#   biosmem      biosmem: 000000000000000000:00000000000009fc00, available       limit; GNU Mach
#   e820dump     e820 0000000000000000 000000000009FC00 00000001 ...             length; the farm's own boot sector
#   meminfo      0 0000000000000000x 000000000009fc00x 000000000009fc00x 1 [-] usable   length, limit; SYSLINUX
#   acre         # e820 0x0 0x9fc00 1 0x1                                        length; Acre's own serial log
#
# What EFI calls loader's, boot services' or conventional memory is free once a kernel runs (UEFI specification, memory
# types after ExitBootServices).

namespace eval ::acre::mapformats {
    variable typeNames {
        "usable" 1 "ram" 1 "system ram" 1 "available ram" 1
        "reserved" 2 "reserved ram" 2
        "acpi data" 3 "acpi tables" 3 "acpi reclaimable ram" 3
        "acpi nvs" 4 "acpi non-volatile storage" 4 "acpi non-volatile storage ram" 4
        "unusable" 5 "unusable memory" 5 "faulty ram (badram)" 5
        "persistent memory" 7 "persistent ram" 7
        "persistent memory (legacy)" 12 "persistent ram (legacy)" 12
        "ram holding coreboot tables" 16 "ram holding firmware code" 20
        "soft reserved" 4026531839
        "kexec" 2 "device reserved" 2
    }
    # GNU Mach's words, where they are others.
    variable machNames {available 1 ACPI 3 "unknown (reserved)" 2}
    # EFI's type -> E820's, and its names, without blanks and in small letters.
    variable efiTypes {2 1 1 1 1 2 2 1 5 3 4 2 2 2 7 2}
    variable efiNames {
        {reserved reservedmemory reservedmemorytype} {loadercode} {loaderdata}
        {bscode bootcode bootservicecode bootservicescode} {bsdata bootdata bootservicedata bootservicesdata}
        {rtcode runtimecode runtimeservicecode runtimeservicescode}
        {rtdata runtimedata runtimeservicedata runtimeservicesdata}
        {available conventional conventionalmemory} {unusable unusablememory}
        {acpirecl acpireclaim acpireclaimmemory} {acpinvs acpimemnvs acpimemorynvs} {mmio memorymappedio}
        {mmioport mmioportspace memorymappedioportspace} {palcode pal} {persistent persistentmemory}
        {unaccepted unacceptedmemory unacceptedmemorytype}
    }
    # What begins as a map's line -> who reads the rest; the first that fits counts.
    variable formats {
        {(?:^|[]\s>])(BIOS-e820|BIOS-e801|BIOS-88|Xen-e820|Xen|user|modified): (.*)$}  Linux
        {(?:^|[]\s>])(?:efi|EFI): mem([0-9]+): (.*)$}                    Efi
        {^\(XEN\)\s+(?:\[[^\]]*\] +)?([\[0-9a-f].*)$}                    Hypervisor
        {SMAP type=(.*)$}                                                Smap
        {(?:^|[]\s>])Region ([0-9]+): type (.*)$}                        OpenBsd
        {(?:^|[]\s>])addr 0x(.*)$}                                       NetBsd
        {(?:^|[]\s>])base_addr = (.*)$}                                  Grub
        {^\s*([A-Za-z_]+)\s+([0-9A-Fa-f]{16}-.*)$}                       Shell
        {^\s*([A-Za-z]+)\s+([0-9a-f]{12,16} .*)$}                        FreeBsdEfi
        {^biosmem: ([0-9a-f]{16,18}:.*)$}                                 Mach
        {^e820 ([0-9A-F]{16} .*)$}                                       Dump
        {^\s*[0-9a-f]+ ([0-9a-f]{16}x .*)$}                              Meminfo
        {^# e820 (.*)$}                                                  Acre
    }
}

proc ::acre::mapformats::line {stateVar line} {
    upvar 1 $stateVar state
    variable formats
    if {[regexp {(?:BIOS-provided|Xen-e820|EFI|Multiboot-e820|user-defined|modified)[- ].*RAM map:} $line]
            || [regexp {^TAP version 13|^\s*Type +Start +End +# Pages|^\s*Type +Physical +Virtual +#Pages} $line]} {
        ::acre::mapimport::heading state
    } elseif {[regexp {BIOS MEMORY MAP \(([0-9]{1,4}) ENTRIES\)} $line -> count]} {
        ::acre::mapimport::heading state [scan $count %d]
    } elseif {[regexp {DMI: (.+)$} $line -> board]} {
        ::acre::mapimport::title state $board
    } else {
        foreach {pattern reader} $formats {
            set words [regexp -inline $pattern $line]
            if {$words ne ""} {
                $reader state {*}[lrange $words 1 end]
                return
            }
        }
    }
}

proc ::acre::mapformats::Torn {rest} {
    error "not a range: '[::acre::map::Short $rest]'; was the line pasted whole?"
}

# {base limit type} from a base, what is added to it for the limit, and a type; the first two hex digits.
proc ::acre::mapformats::Length {base length type} {
    return [list [expr "0x$base"] [expr "0x$base + 0x$length"] $type]
}

# What follows "BIOS-e820: " in Linux's log, in any of its formats.
proc ::acre::mapformats::Linux {stateVar source rest} {
    upvar 1 $stateVar state
    if {[regexp {^\s*\[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\](?: (.*))?$} $rest -> base last type]} {
        set entry [list [expr "0x$base"] [expr "0x$last + 1"] [type $type]]
    } elseif {[regexp {^\s*([0-9a-f]{8,16}) - ([0-9a-f]{8,17})(?: (.*))?$} $rest -> base limit type]} {
        set entry [list [expr "0x$base"] [expr "0x$limit"] [type $type]]
    } elseif {[regexp {^\s*([0-9a-f]{8,16}) @ ([0-9a-f]{8,16})(?: (.*))?$} $rest -> length base type]} {
        set entry [Length $base $length [type $type]]
    } elseif {[string match BIOS-* $source]} {
        Torn $rest
    } else {
        # "Xen: " and "user: " begin many a line that is no map line; "BIOS-e820: " does not.
        return
    }
    ::acre::mapimport::add state $source $entry
}

proc ::acre::mapformats::Efi {stateVar number rest} {
    upvar 1 $stateVar state
    if {[regexp {^type=([0-9]{1,10}), attr=0x[0-9a-f]+, (range=.*)$} $rest -> type range]} {
        set type [EfiType $type]
    } elseif {[regexp {^\[ *([^]|]*?) *\|[^]]*\] +(range=.*)$} $rest -> name range]} {
        set type [EfiNamed [regsub {^type=} $name ""]]
    } else {
        Torn $rest
    }
    if {![regexp {^range=\[0x([0-9a-f]+)-0x([0-9a-f]+)([])]) } $range -> base last close]} {
        Torn $range
    }
    set limit [expr {"0x$last" + ($close eq "\]")}]
    ::acre::mapimport::add state EFI [list [expr "0x$base"] $limit $type] [scan $number %d]
}

# A line of the Xen hypervisor's lists.  Many of its lines begin with digits, so what has no type in parentheses is
# none; its list in brackets counts after a heading only.
proc ::acre::mapformats::Hypervisor {stateVar rest} {
    upvar 1 $stateVar state
    set headed [dict get $state heading]
    if {[regexp {^\[([0-9a-f]{16}), ([0-9a-f]{16})\] (.*)$} $rest -> base last type] && $headed} {
        ::acre::mapimport::add state Xen-e820 [list [expr "0x$base"] [expr "0x$last + 1"] [type $type]]
    } elseif {[regexp {^([0-9a-f]{16}) - ([0-9a-f]{16}) (\(?.*)$} $rest -> base limit type]
            && ($headed || [dict exists $::acre::mapformats::typeNames [string tolower [string trim $type "() "]]])} {
        ::acre::mapimport::add state Xen-e820 [list [expr "0x$base"] [expr "0x$limit"] [type $type]]
    } elseif {[regexp {^([0-9a-f]{9,16})-([0-9a-f]{9,16}) type=([0-9]{1,10}) attr=} $rest -> base last type]} {
        ::acre::mapimport::add state Xen-EFI [list [expr "0x$base"] [expr "0x$last + 1"] [EfiType $type]]
    }
}

proc ::acre::mapformats::Smap {stateVar rest} {
    upvar 1 $stateVar state
    if {[regexp {^([0-9a-f]+),? (?:x?attr=\S+ )?base=(?:0x)?([0-9a-f]{16}),? len=(?:0x)?([0-9a-f]{16})(?:\s|$)} \
            $rest -> type base length]} {
        set entry [Length $base $length [expr "0x$type"]]
    } elseif {[regexp {^([0-9a-f]+) base=([0-9a-f]{8}) ([0-9a-f]{8}) len=([0-9a-f]{8}) ([0-9a-f]{8})(?:\s|$)} \
            $rest -> type high low longer length]} {
        set entry [Length $high$low $longer$length [expr "0x$type"]]
    } else {
        Torn "type=$rest"
    }
    ::acre::mapimport::add state SMAP $entry
}

proc ::acre::mapformats::OpenBsd {stateVar number rest} {
    upvar 1 $stateVar state
    if {![regexp {^([0-9]{1,10}) at 0x([0-9a-f]+) for ([0-9]{1,20})KB$} $rest -> type base kib]} {
        Torn $rest
    }
    set limit [expr {"0x$base" + ([scan $kib %lld] << 10)}]
    ::acre::mapimport::add state OpenBSD [list [expr "0x$base"] $limit [scan $type %lld]] [scan $number %lld]
}

# As many as the heading promises: other lines of a log have an addr, too.
proc ::acre::mapformats::NetBsd {stateVar rest} {
    upvar 1 $stateVar state
    set promised [dict get $state promised]
    if {$promised eq "" || [::acre::mapimport::count $state NetBSD] >= $promised} {
        return
    }
    if {![regexp {^([0-9a-f]+)\s+size 0x([0-9a-f]+)\s+type 0x([0-9a-f]+)$} $rest -> base length type]} {
        Torn "0x$rest"
    }
    ::acre::mapimport::add state NetBSD [Length $base $length [expr "0x$type"]]
}

proc ::acre::mapformats::Grub {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^0x([0-9a-f]+), length = 0x([0-9a-f]+), (.+)$} $rest -> base length words]} {
        Torn $rest
    }
    set type [expr {[regexp {^type = 0x([0-9a-f]+)$} $words -> hex] ? "0x$hex" + 0 : [type $words]}]
    ::acre::mapimport::add state GRUB [Length $base $length $type]
}

# "memmap" of the UEFI shell.
proc ::acre::mapformats::Shell {stateVar name rest} {
    upvar 1 $stateVar state
    if {[catch {EfiNamed $name} type]} {
        return
    }
    if {![regexp -nocase {^([0-9A-F]{16})-([0-9A-F]{16})\s+([0-9A-F]{16})\s+[0-9A-F]{16}$} $rest -> base last pages]} {
        Torn $rest
    }
    set entry [list [expr "0x$base"] [expr "0x$last + 1"] $type]
    if {[lindex $entry 1] - [lindex $entry 0] != "0x$pages" << 12} {
        error "range and number of pages disagree: '$rest'; was the line pasted whole?"
    }
    ::acre::mapimport::add state UEFI-shell $entry
}

proc ::acre::mapformats::FreeBsdEfi {stateVar name rest} {
    upvar 1 $stateVar state
    if {[catch {EfiNamed $name} type]} {
        return
    }
    if {![regexp {^([0-9a-f]{12,16}) +(?:0x)?[0-9a-f]+ +([0-9a-f]{8,16})(?: |$)} $rest -> base pages]} {
        Torn $rest
    }
    ::acre::mapimport::add state FreeBSD-EFI [Length $base ${pages}000 $type]
}

proc ::acre::mapformats::Mach {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^([0-9a-f]+):([0-9a-f]{16,18}), (.+)$} $rest -> base limit type]} {
        Torn $rest
    }
    variable machNames
    set type [expr {[dict exists $machNames $type] ? [dict get $machNames $type] : [type $type]}]
    ::acre::mapimport::add state biosmem [list [expr "0x$base"] [expr "0x$limit"] $type]
}

# A call that came back with carry, or without the signature, brought no entry.
proc ::acre::mapformats::Dump {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^([0-9A-F]{16}) ([0-9A-F]{16}) ([0-9A-F]{8})(?: [0-9A-F]{8}){3} ([0-9A-F]{8}) ([01])$} $rest -> \
            base length type signature carry]} {
        Torn $rest
    }
    if {$signature eq "534D4150" && !$carry} {
        ::acre::mapimport::add state e820dump [Length $base $length [expr "0x$type"]]
    }
}

# meminfo.c32 of SYSLINUX, whose types are signed.
proc ::acre::mapformats::Meminfo {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^([0-9a-f]{16})x ([0-9a-f]{16})x [0-9a-f]{16}x (-?[0-9]{1,10}) \[(?:-|[0-9a-f]+)\]} $rest -> \
            base length type]} {
        Torn $rest
    }
    ::acre::mapimport::add state meminfo [Length $base $length [expr {[scan $type %lld] & 0xffffffff}]]
}

proc ::acre::mapformats::Acre {stateVar rest} {
    upvar 1 $stateVar state
    if {![regexp {^0x([0-9a-f]+) 0x([0-9a-f]+) ([0-9]+)} $rest -> base length type]} {
        Torn $rest
    }
    # A decimal number with zeros in front would be an octal one to expr and format.
    ::acre::mapimport::add state acre [Length $base $length [scan $type %lld]]
}

# Types a kernel has no name for come as "type 20".
proc ::acre::mapformats::type {words} {
    variable typeNames
    set name [string tolower [string trim $words]]
    if {[regexp {type ([0-9]{1,10})} $name -> number] && [scan $number %lld] <= 0xffffffff} {
        return [scan $number %lld]
    }
    # A parenthesis that is open or closed only is the mark of a line cut short.
    if {[regexp {^\((.*)\)$} $name -> inner]} {
        set name $inner
    }
    if {![dict exists $typeNames $name]} {
        error "memory type unknown: '[::acre::map::Short $words]'; Linux says usable, reserved, ACPI data, ACPI NVS,\
            unusable or 'type N'; was the line pasted whole?"
    }
    return [dict get $typeNames $name]
}

# E820's type for EFI's NUMBER; what EFI may get later, or vendors have, is not free memory.
proc ::acre::mapformats::EfiType {number} {
    variable efiTypes
    set number [scan $number %lld]
    return [expr {$number < [llength $efiTypes] ? [lindex $efiTypes $number] : 2}]
}

proc ::acre::mapformats::EfiNamed {name} {
    variable efiNames
    if {[regexp {^[0-9]{1,10}$} $name]} {
        return [EfiType $name]
    }
    set word [regsub -all {[^a-z]} [string tolower $name] ""]
    set number 0
    foreach names $efiNames {
        if {$word in $names} {
            return [EfiType $number]
        }
        incr number
    }
    error "memory type unknown: '[::acre::map::Short $name]'; it is none of EFI's; was the line pasted whole?"
}
