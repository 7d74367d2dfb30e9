# SPDX-License-Identifier: Apache-2.0
#
# dumpcore.tcl: makes an ELF core of a file that holds a machine's RAM, in place: nothing is copied, so a terabyte of
# which the guest used little takes no longer than a mebibyte, and stays as sparse as it was.
#
#   ::acre::dumpcore::finish FILE CASE REGISTERS   FILE holds the RAM of CASE's machine from its first byte on;
#                                      REGISTERS is what registers below made
#   ::acre::dumpcore::registers TEXT -> dict name -> number, of what an emulator says of its CPU (QEMU: info registers;
#                                      Bochs: r, sreg and creg); what is not there is 0
#   ::acre::dumpcore::extents CASE   -> list of {PHYS OFFSET BYTES}: which RAM stands at which physical address
#
#   file:   ELF header | RAM, from its second frame on, each byte at its own place | first frame | notes | segments
#
# The header takes the place of frame 0, whose bytes stand behind the RAM.  There are two kinds of segments.  Those of
# memory itself have p_paddr and, so that a debugger can read it too, p_vaddr = p_paddr + PHYSICAL, where no CPU has an
# address.  Those of mapped memory, one for each run of pages, name the same bytes by the virtual address that the page
# tables of the CPU's CR3 give them.  The notes are NT_PRSTATUS, for debuggers, and QEMU's own, for CR3.

::acre::paths::use pagewalk

namespace eval ::acre::dumpcore {
    variable PHYSICAL 0x4000000000000000
    variable FRAME 4096
    # More tables are not walked for the segments of mapped memory, nor are there more segments: e_phnum has 16 bits.
    variable TABLES_MOST 2048
    variable SEGMENTS_MOST 60000
    # The order of NT_PRSTATUS, and of QEMU's note.
    variable PRSTATUS {r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig rip cs rflags rsp ss fsbase gsbase
        ds es fs gs}
    variable GENERAL {rax rbx rcx rdx rsi rdi rsp rbp r8 r9 r10 r11 r12 r13 r14 r15 rip rflags}
    variable SELECTORS {cs ds es fs gs ss ldt tr gdt idt}
    variable CR0_PG 0x80000000
    variable EFER_LMA 0x400
    variable EFER_NXE 0x800
}

proc ::acre::dumpcore::registers {text} {
    variable GENERAL
    set registers [dict create orig 0 fsbase 0 gsbase 0 ldt 0 tr 0 gdt 0 idt 0]
    foreach name $GENERAL {
        # 32-bit code has EAX; Bochs writes 64 bits in two halves.
        set form [expr {$name eq "rflags" ? "rfl|efl|eflags" : "$name|e[string range $name 1 end]"}]
        dict set registers $name [Number $text "(?i)\\m(?:$form)\\s*\[=:]?\\s*(?:0x)?(\[0-9a-f_]+)"]
    }
    foreach name {cs ds es fs gs ss} {
        dict set registers $name [Number $text "(?i)\\m$name\\s*\[=:]\\s*(?:0x)?(\[0-9a-f]+)"]
    }
    foreach name {fs gs} {
        dict set registers ${name}base [Number $text "(?i)\\m$name\\s*=\\s*\[0-9a-f]+\\s+(\[0-9a-f]+)"]
    }
    foreach name {cr0 cr2 cr3 cr4 efer} {
        dict set registers $name [Number $text "(?i)\\m$name\\s*=(?:page fault laddr=)?(?:0x)?(\[0-9a-f]+)"]
    }
    return $registers
}

proc ::acre::dumpcore::Number {text form} {
    return [expr {[regexp -- $form $text - digits] ? "0x[string map {_ {}} $digits]" + 0 : 0}]
}

proc ::acre::dumpcore::extents {case} {
    variable FRAME
    set memory [dict get $case memory]
    set row [dict get $case row]
    set low [expr {$memory < [dict get $row split-at] ? $memory : [dict get $row split-low] + 0}]
    set extents [list [list 0 $memory $FRAME] [list $FRAME $FRAME [expr {$low - $FRAME}]]]
    if {$memory > $low} {
        lappend extents [list [expr {$::layout::LAYOUT_PHYS32_LIMIT + 0}] $low [expr {$memory - $low}]]
    }
    return $extents
}

proc ::acre::dumpcore::finish {path case registers} {
    variable FRAME
    set extents [extents $case]
    set memory [dict get $case memory]
    set file [open $path rb+]
    try {
        set first [read $file $FRAME]
        seek $file $memory
        puts -nonewline $file $first
        set segments [concat [Physical $extents] [Mapped $file $extents $registers]]
        seek $file [expr {$memory + $FRAME}]
        set notes [Notes $registers]
        puts -nonewline $file $notes
        set at [expr {$memory + $FRAME + [string length $notes]}]
        puts -nonewline $file [Segment 4 0 [expr {$memory + $FRAME}] 0 0 [string length $notes]]
        puts -nonewline $file [join $segments ""]
        seek $file 0
        puts -nonewline $file [Header $at [expr {[llength $segments] + 1}]]
    } finally {
        close $file
    }
}

# Elf64_Ehdr of an x86-64 core, zeros up to the end of frame 0.
proc ::acre::dumpcore::Header {segments count} {
    variable FRAME
    set header [binary format a4cccx9ssiwwwissssss "\x7fELF" 2 1 1 4 62 1 0 $segments 0 0 64 56 $count 0 0 0]
    return [binary format a$FRAME $header]
}

proc ::acre::dumpcore::Segment {type flags offset virtual physical bytes} {
    return [binary format iiwwwwww $type $flags $offset $virtual $physical $bytes $bytes 0]
}

proc ::acre::dumpcore::Physical {extents} {
    variable PHYSICAL
    return [lmap extent $extents {
        lassign $extent phys offset bytes
        Segment 1 7 $offset [expr {$PHYSICAL + $phys}] $phys $bytes
    }]
}

# The segments of what CR3's tables map, the kernel's half first if there are too many.
proc ::acre::dumpcore::Mapped {file extents registers} {
    variable CR0_PG
    variable EFER_LMA
    variable EFER_NXE
    variable SEGMENTS_MOST
    if {!([dict get $registers cr0] & $CR0_PG) || !([dict get $registers efer] & $EFER_LMA)} {
        return {}
    }
    variable tables 0
    set walk [::acre::pagewalk::walk [list ::acre::dumpcore::Table $file $extents] [dict get $registers cr3] \
        [expr {([dict get $registers efer] & $EFER_NXE) != 0}]]
    set segments {}
    foreach run [lreverse [dict get $walk runs]] {
        lappend segments {*}[Run $extents $run]
        if {[llength $segments] >= $SEGMENTS_MOST} break
    }
    return [lreverse [lrange $segments 0 $SEGMENTS_MOST-1]]
}

proc ::acre::dumpcore::Table {file extents phys bytes} {
    variable TABLES_MOST
    variable tables
    if {[incr tables] > $TABLES_MOST} {
        error "too many tables"
    }
    set part [lindex [Parts $extents $phys $bytes] 0]
    seek $file [lindex $part 1]
    return [read $file [lindex $part 2]]
}

# The segments of a run of pages, as far as it is in RAM.
proc ::acre::dumpcore::Run {extents run} {
    lassign $run base limit phys - rights
    set flags 4
    foreach {letter bit} {w 2 x 1} {
        if {[string match *$letter* $rights]} {
            incr flags $bit
        }
    }
    return [lmap part [Parts $extents $phys [expr {$limit - $base}]] {
        lassign $part at offset bytes
        Segment 1 $flags $offset [expr {$base + $at - $phys}] $at $bytes
    }]
}

# What of [PHYS, PHYS + BYTES) is in RAM: list of {PHYS OFFSET BYTES}.
proc ::acre::dumpcore::Parts {extents phys bytes} {
    set parts {}
    foreach extent $extents {
        lassign $extent base offset size
        set from [expr {max($phys, $base)}]
        set to [expr {min($phys + $bytes, $base + $size)}]
        if {$from < $to} {
            lappend parts [list $from [expr {$offset + $from - $base}] [expr {$to - $from}]]
        }
    }
    return $parts
}

proc ::acre::dumpcore::Note {name type bytes} {
    set pad [expr {(4 - ([string length $name] + 1) % 4) % 4}]
    return [binary format iiia*x[expr {$pad + 1}]a* [expr {[string length $name] + 1}] [string length $bytes] $type \
        $name $bytes]
}

# struct elf_prstatus, and QEMUCPUState (QEMU's target/i386/arch_dump.c).
proc ::acre::dumpcore::Notes {registers} {
    variable PRSTATUS
    variable GENERAL
    variable SELECTORS
    set status [binary format x32ix76w27ix4 1 [lmap name $PRSTATUS {dict get $registers $name}] 0]
    set state [binary format iiw18 1 440 [lmap name $GENERAL {dict get $registers $name}]]
    foreach name $SELECTORS {
        set base [expr {$name in {fs gs} ? [dict get $registers ${name}base] : 0}]
        append state [binary format iiiiw [dict get $registers $name] 0 0 0 $base]
    }
    append state [binary format w6 [list [dict get $registers cr0] 0 [dict get $registers cr2] \
        [dict get $registers cr3] [dict get $registers cr4] 0]]
    return [Note CORE 1 $status][Note QEMU 0 $state]
}
