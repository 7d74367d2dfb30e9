#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# Every quirk word alone, and the combinations that maps use, as a caller of INT 15h sees them: all registers, flags,
# A20, bytes of stack used and the buffer after each call, against the model of fakebios-model.tcl.  All ROMs of one
# emulator are tried in one boot by calldump.asm.

source [file join $::env(srcdir) fakebios.tcl]
source [file join $::env(srcdir) fakebios-model.tcl]

# Seven entries; the types differ from neighbour to neighbour, so that needs-old-buffer has something to see.
set map {
    {0x0 0x9fc00 1} {0x9fc00 0xa0000 2} {0x100000 0x2f00000 1} {0x2f00000 0x4000000 4} {0xfec00000 0xfec01000 2}
    {0xfffffffffff00000 0x10000000000100000 1} {0x123456789000 0x123456789abc 0xf0000001}
}
set map_figures {e801 {0x3c00 0x1f0} e88 0xb800}
set nothing {}
set nothing_figures {e801 {0 0} e88 0}
set single {{0x100000 0x1100000 1}}
set single_figures {e801 {0x3c00 0x10} e88 0x4000}

# map, quirks
set cases [list map {}]
foreach word [::acre::quirks::words] {
    lappend cases map [expr {$word in {ebda fill} ? "$word:0x0" : $word}]
}
lappend cases {*}{
    map acpi-attr0-clear:4
    map {size-24 acpi-attr0-clear:7}
    map {carry-on-last never-zero-ebx}
    map {carry-on-last no-smap-on-carry}
    map {carry-with-last no-smap-on-carry}
    map {carry-with-last never-zero-ebx}
    map {never-zero-ebx repeat-last}
    map {size-24 overlong-write}
    map {ebx-random carry-on-last}
    map {ebx-random repeat-last never-zero-ebx}
    map {ecx-ignored-20 needs-old-buffer ebx-random}
    map {smap-lost-after-3 size-24}
    map {repeat-last needs-old-buffer}
    map {clobber-esi clobber-edi clobber-ebp clobber-edx clobber-es clobber-fs interrupts-off df-set a20-off-after
        stack-512}
    map {e820-unsupported clobber-edi clobber-es interrupts-on df-set a20-off-after stack-512}
    map {e820-empty clobber-edx}
    map {e820-unsupported e801-unsupported}
    map {e820-unsupported e801-unsupported 88-unsupported}
    map {ebda:0xffff size-24 clobber-es}
    map ebda:0x9fc0
    nothing {}
    nothing e820-empty
    nothing repeat-last
    single {}
    single repeat-last
    single {ebx-random repeat-last}
    single carry-on-last
    single carry-with-last
    single {needs-old-buffer never-zero-ebx}
}

# The disk of calldump.asm: its own sectors, a directory, the ROMs.
proc disk {roms} {
    set bytes [fb::product calldump.bin]
    set sector [expr {[string length $bytes] / 512 + 1}]
    set directory ""
    set data ""
    foreach rom $roms {
        set count [expr {[string length $rom] / 512}]
        append directory [binary format ss $sector $count]
        append data $rom
        incr sector $count
    }
    if {[string length $directory] > 508} {
        error "too many ROMs for one directory sector: [llength $roms]"
    }
    return $bytes[binary format a512 $directory]$data
}

# A printed line as a dict of numbers, buffer as bytes.
proc parse {line} {
    set names {eax ebx ecx edx esi edi ebp ds es fs gs flags stack a20}
    set values [lassign $line label]
    set seen [dict create label $label]
    foreach name $names value [lrange $values 0 13] {
        dict set seen $name [scan $value %llx]
    }
    dict set seen buffer [binary format i* [lmap value [lrange $values 14 21] {scan $value %llx}]]
    return $seen
}

# What calldump.asm puts in before the call LABEL; LAST is what the call before it gave.
proc call_of {label last} {
    set call [dict create eax 0xe820 ebx 0 ecx 24 edx 0x534d4150 if 1 buffer [string repeat \xa5 32]]
    set changes {
        first {if 0} high {eax 0x1234e820} ask16 {ecx 16} ask20 {ecx 20} ask64 {ecx 64} badebx {ebx 0xfffffff0}
        badsig {edx 0x12345678} e801 {eax 0xe801 ebx 0x5b ecx 0x5c edx 0x5d} 88 {eax 0x88aa ebx 0x5b ecx 0x5c edx 0x5d}
    }
    if {[dict exists $changes $label]} {
        set call [dict merge $call [dict get $changes $label]]
    }
    if {$label in {e820 fresh} && $last ne ""} {
        dict set call ebx [dict get $last ebx]
    }
    if {$label eq "e820" && $last ne ""} {
        dict set call buffer [dict get $last buffer]
    }
    return $call
}

proc hex {bytes} {
    return [binary encode hex $bytes]
}

# Names of what in SEEN is not as in WANT; learns continuation values.
proc compare {stateVar want call seen} {
    upvar 1 $stateVar state
    set wrong {}
    foreach name {eax ecx edx esi edi ebp ds es fs gs a20} {
        if {[dict get $want $name] != [dict get $seen $name]} {
            lappend wrong [format "%s 0x%x instead of 0x%x" $name [dict get $seen $name] [dict get $want $name]]
        }
    }
    if {[dict get $want flags] != ([dict get $seen flags] & 0x601)} {
        lappend wrong [format "flags 0x%x instead of 0x%x" [dict get $seen flags] [dict get $want flags]]
    }
    if {[dict get $want buffer] ne [dict get $seen buffer]} {
        lappend wrong "buffer [hex [dict get $seen buffer]] not [hex [dict get $want buffer]]"
    }
    lassign [dict get $want stack] least most
    if {[dict get $seen stack] < $least || [dict get $seen stack] > $most} {
        lappend wrong "[dict get $seen stack] bytes of stack, not $least to $most"
    }
    lappend wrong {*}[compare_ebx state [dict get $want ebx] $call [dict get $seen ebx]]
    return $wrong
}

proc compare_ebx {stateVar want call ebx} {
    upvar 1 $stateVar state
    lassign $want kind value
    switch $kind {
        same {set good [expr {$ebx == [dict get $call ebx]}]}
        zero {set good [expr {$ebx == 0}]}
        any {set good [expr {$ebx != 0}]}
        value {set good [expr {$ebx == $value}]}
        next {
            set tokens [dict get $state tokens]
            set known [expr {[dict exists $tokens $ebx] ? [dict get $tokens $ebx] : $value}]
            set small [expr {$ebx < 0x10000}]
            set good [expr {$ebx != 0 && $known == $value && $small != [fbmodel::Has $state ebx-random]}]
            fbmodel::learn state $ebx $value
        }
    }
    if {!$good} {
        return [list [format "ebx 0x%x after 0x%x, wanted %s" $ebx [dict get $call ebx] $want]]
    }
}

# The calls that must be in a ROM's report: as many of the loop as a caller makes who stops on carry, EBX 0 or after 12.
proc labels {state} {
    set specials {first fresh high ask16 ask20 ask64 badebx badsig e801 88 c0}
    return [concat [lrepeat [loop_calls $state] e820] $specials]
}

proc loop_calls {state} {
    set count [llength [dict get $state entries]]
    if {$count == 0 || [fbmodel::Has $state e820-unsupported] || [fbmodel::Has $state e820-empty]} {
        return 1
    }
    if {[fbmodel::Has $state repeat-last]} {
        return 12
    }
    set more [expr {[fbmodel::Has $state carry-on-last] || [fbmodel::Has $state never-zero-ebx]}]
    return [expr {$count + ($more && ![fbmodel::Has $state carry-with-last])}]
}

# All that is wrong in the report LINES of a ROM that serves ENTRIES with QUIRKS.  CHAIN: AH=C0h's answer without a ROM.
proc judge {entries figures quirks lines chain} {
    set state [dict merge [fbmodel::start $entries $quirks] $figures]
    set wrong {}
    set last ""
    set calls [lsearch -all -inline -not -regexp $lines {^(int13|ebda|sum) }]
    set seen_labels [lmap line $calls {lindex $line 0}]
    if {$seen_labels ne [labels $state]} {
        lappend wrong "calls were $seen_labels"
    }
    foreach line $calls {
        set seen [parse $line]
        set label [dict get $seen label]
        if {$label eq "c0"} {
            lappend wrong {*}[compare_chain $chain $seen]
            continue
        }
        if {$label eq "first"} {
            set last ""
        }
        set call [call_of $label $last]
        set want [fbmodel::expect state $call]
        foreach text [compare state $want $call $seen] {
            lappend wrong "$label [llength $wrong]: $text"
        }
        set last $seen
    }
    return [concat $wrong [judge_tail $quirks [lrange $lines end-2 end]]]
}

# AH=C0h must come out as it did without the ROM, but for the bytes of stack that the way through the hook takes.
proc compare_chain {chain seen} {
    set wrong {}
    foreach name {eax ebx ecx edx esi edi ebp ds es fs gs flags a20 buffer} {
        if {[dict get $chain $name] ne [dict get $seen $name]} {
            lappend wrong "chained call: $name differs"
        }
    }
    return $wrong
}

proc judge_tail {quirks tail} {
    set ebda [fbmodel::Argument [dict create quirks $quirks] ebda]
    if {$ebda eq ""} {
        set ebda $::true_ebda
    }
    set want [list "int13 0 AA55" [format "ebda %04X" $ebda] "sum 00"]
    return [expr {$tail eq $want ? "" : [list "after the calls '$tail', not '$want'"]}]
}

# The report's lines by ROM: dict number -> lines; "installed" -> those about the BIOS or a ROM that POST found;
# "bios" -> the line before any ROM.
proc split_log {log} {
    set parts {}
    set at none
    foreach line [split [string trimright $log \n] \n] {
        if {$line eq "rom installed"} {
            set at installed
        } elseif {[regexp {^rom ([0-9A-F]{4})$} $line - number]} {
            set at [scan $number %x]
        } elseif {[string match "bios *" $line]} {
            dict set parts bios [string range $line 5 end]
        } else {
            dict lappend parts $at $line
        }
    }
    return $parts
}

set boots {qemu floppy bochs disk}
# All that can act together, where POST puts it; the disk's BIOS calls go through it from the start.
set installed {ebda:0xffff size-24 ebx-random clobber-esi clobber-edi clobber-ebp clobber-edx clobber-es clobber-fs
    interrupts-on df-set a20-off-after stack-512 carry-on-last no-smap-on-carry needs-old-buffer e801-cxdx}
fb::plan [expr {[llength $cases] / 2 + 4}]
fb::image [disk [lmap {which quirks} $cases {fb::rom [set $which] $quirks}]] [tap::tmp]/call.img
fb::image [disk {}] [tap::tmp]/none.img

foreach emulator [fb::emulators] {
    set log [fb::boot $emulator [dict get $boots $emulator] [tap::tmp]/call.img ""]
    set true_ebda 0x[lindex [regexp -inline -line {^ebda ([0-9A-F]{4})$} $log] 1]
    tap::like $log "bios c0 *\ncalldump end\n" "$emulator: all ROMs tried in one boot"
    set parts [split_log $log]
    set number 0
    foreach {which quirks} $cases {
        set lines [expr {[dict exists $parts $number] ? [dict get $parts $number] : ""}]
        if {$number == [llength $cases] / 2 - 1} {
            set lines [lrange $lines 0 end-1]
        }
        set wrong [expr {$lines eq "" || ![dict exists $parts bios] ? "no report" :
            [judge [set $which] [set ${which}_figures] $quirks $lines [parse [dict get $parts bios]]]}]
        tap::is $wrong "" "$emulator, $which: [expr {$quirks eq "" ? "no quirk" : [join $quirks]}]"
        incr number
    }
    foreach kind {floppy disk} {
        ::acre::rom::WriteBinary [tap::tmp]/all.rom [fb::rom $map $installed]
        set log [fb::boot $emulator $kind [tap::tmp]/none.img [tap::tmp]/all.rom]
        set parts [split_log $log]
        set lines [expr {[dict exists $parts installed] ? [lrange [dict get $parts installed] 0 end-1] : ""}]
        set wrong [expr {$lines eq "" ? "no report" :
            [judge $map $map_figures $installed [concat $lines {{sum 00}}] [parse [dict get $parts bios]]]}]
        tap::is $wrong "" "$emulator, $kind, installed by POST: [join $installed]"
    }
    # SeaBIOS and Bochs keep their own memory calls when the ROM is taken out: the tests above changed nothing for good.
    tap::like [fb::boot $emulator floppy [tap::tmp]/none.img ""] "bios c0 *e801 00003C00 *\ncalldump end\n" \
        "$emulator: without a ROM the BIOS answers itself"
}
tap::done
