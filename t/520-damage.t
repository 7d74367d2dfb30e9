#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# A damaged or truncated disk is refused by name.  Bytes are flipped at sampled offsets of the whole disk area, one each
# boot; `make check` takes SAMPLES of each group of them, `make check-all` all.
#
# What is promised:  a changed byte of stage2, of the options or of those pieces of the kernel's file that the boot has
#                    a use for, paddings and sums included, of the fields of the MBR that tell of stage2, and of those
#                    bytes of stage1 that a good boot does not execute, ends in "refused: ..." that names the part.
#                    Other pieces (what runs a program, where there is none) are not read.
# What is not:       stage1 cannot vouch for the code that it is running, so a changed byte in that may also end in
#                    silence; it never ends in a boot.  The disk signature, the partition table and the two bytes
#                    before the fields are anybody's to change.  A changed 0xaa55 is the BIOS's to refuse.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

boots::emulators qemu
set image [boots::image]
set sector $::layout::LAYOUT_SECTOR_SIZE
set stage2 [expr {$sector + 0}]
set options [expr {[boots::header $image OPTIONS_LBA] * $sector}]
set kernel [expr {[boots::header $image KERNEL_LBA] * $sector}]
set limit [expr {[boots::header $image SECTORS] * $sector}]
set bytes_name "the disk area is damaged"
set SAMPLES 3
expr {srand([tap::seed])}

proc within {base limit} {
    return [expr {$base + int(rand() * ($limit - $base))}]
}

# group -> {glob of the end, list of offsets}
set groups {}
proc group {name end offsets} {
    set offsets [lsort -unique -integer [lmap at $offsets {expr {$at + 0}}]]
    dict set ::groups $name [list $end [tap::sample $offsets $::SAMPLES]]
}
proc sectors {base limit} {
    set offsets {}
    for {set at $base} {$at < $limit} {incr at $::sector} {
        lappend offsets [within $at [expr {$at + $::sector}]]
    }
    return $offsets
}
proc range {base limit {step 1}} {
    set offsets {}
    set base [expr $base]
    set limit [expr $limit]
    for {set at $base} {$at < $limit} {incr at $step} {
        lappend offsets $at
    }
    return $offsets
}
proc some {count base limit} {
    return [lmap - [lrepeat $count x] {within $base $limit}]
}

# A stretch's first byte, its last one, and one between.
proc ends {stretch} {
    lassign $stretch base limit
    return [list $base [within $base $limit] [expr {$limit - 1}]]
}
set parts [expr {$::layout::IMAGE_PART_CHECKS | $::layout::IMAGE_PART_SYMBOLS}]
set used [boots::stretches $image $parts 1]
set unused [boots::stretches $image $parts 0]

group "stage2, one byte a sector" "refused: stage2 damaged" [concat [sectors $stage2 $options] [expr {$options - 1}]]
group "the image header, every field" "refused: stage2 damaged" \
    [concat [range $stage2+$::layout::IMAGE_HDR_MAGIC $stage2+$::layout::IMAGE_HDR_PIECE_SUMS 3] \
        [range $stage2+$::layout::IMAGE_HDR_PIECE_SUMS $stage2+$::layout::IMAGE_HDR_LIMIT 89]]
group "the MBR's count and sum of stage2" "refused: stage2 damaged" \
    [range $::layout::IMAGE_MBR_STAGE2_SECTORS $::layout::IMAGE_MBR_STAGE2_SUM+8]
group "the options, their sum included" "refused: $bytes_name: the options sector has sum 0x*, not 0x*" \
    [concat $options [some 3 $options [expr {$options + $::layout::IMAGE_OPTIONS_SIZE}]] \
        [range $options+$::layout::IMAGE_OPTIONS_SIZE $options+$sector 3] [expr {$kernel - 1}]]
group "the kernel's ELF headers" "refused: *kernel file*" [range $kernel $kernel+$sector 29]
set file_name "refused: $bytes_name: the kernel file has sum 0x*, not 0x*"
set last [lindex $used end 1]
group "the kernel's file, of every stretch that a boot reads" $file_name \
    [concat [some 8 {*}[lindex $used 0]] {*}[lmap stretch $used {ends $stretch}]]
group "the kernel's file, what runs a program" pass [concat {*}[lmap stretch $unused {ends $stretch}]]
set cut_at [expr {$last - $sector}]
set texts [string first "disk unreadable" $image]
group "stage1's texts" "refused: $bytes_name: stage1 has sum 0x*, not 0x*" [range $texts $texts+30 7]
group "stage1's code (a boot is all that must not be)" {[rt]*} [some 8 0 $texts]
group "the two bytes before the fields, disk signature, partition table" pass \
    [concat [range $::layout::IMAGE_MBR_SUMMED $::layout::IMAGE_MBR_FIELDS] [range 0x1b8 0x1fe 5]]
group "beyond the area" pass [list $limit [expr {[string length $image] - 1}]]

# Lengths of truncated images and how they end.
set cuts {}
foreach {at end} [list [expr {$stage2 + 3 * $sector}] "refused: disk unreadable" \
    [expr {$stage2 + 5 * $sector + 100}] "refused: *" \
    $options "refused: disk 0x80 cannot be read at sector [expr {$options / $sector}] (*" \
    $kernel "refused: disk 0x80 cannot be read at sector [expr {$kernel / $sector}] (*" \
    [expr {$kernel + 20 * $sector}] "refused: disk 0x80 cannot be read at sector [expr {$kernel / $sector + 20}] (*" \
    $cut_at "refused: disk 0x80 cannot be read at sector [expr {$cut_at / $sector}] (*" \
    $last pass] {
    lappend cuts $at $end
}

# Kernel files that mkimage made an image of, sums and all, and that are wrong in themselves: field, its offset in the
# file, its new bytes, how the boot ends.  The rules are t/unit/170-elf.c's; this shows that stage2 asks for them.
set files [list machine 18 [binary format s 3] "machine is not x86-64: 0x3" \
    "entry's upper half" 28 [binary format i 0] "entry in no executable segment: 0x*" \
    "flags of the first segment" 68 [binary format i 7] "segment both writable and executable: 0x*" \
    "address of the first segment, and its offset" 72 [binary format www 0x1010 0xffffffff80000010 0] \
    "segment at no page's start: 0xffffffff80000010"]

set fdisk [lindex [concat [auto_execok fdisk] [glob -nocomplain /usr/sbin/fdisk /sbin/fdisk]] 0]
tap::plan [expr {[dict size $groups] + [llength $cuts] / 2 + [llength $files] / 4 + 3}]

# One boot a flipped byte; the mask is one bit or more, by the offset.
set jobs {}
set seconds $boots::LIMIT
dict for {name group} $groups {
    set boots::LIMIT [expr {[string match "stage1's code*" $name] ? 2 : $seconds}]
    foreach at [lindex $group 1] {
        dict set jobs [list $name $at] [boots::qemu [boots::save [boots::flip $image $at [expr {1 << $at % 8}]]]]
    }
}
set boots::LIMIT $seconds
set results [boots::run $jobs]
dict for {name group} $groups {
    lassign $group end offsets
    set wrong [lmap at $offsets {
        set got [boots::end [dict get $results [list $name $at]]]
        expr {[string match $end $got] ? [continue] : "[format 0x%x $at]: $got"}
    }]
    tap::ok [expr {$wrong eq "" && [llength $offsets] > 0}] "[llength $offsets] flipped bytes, $name: $end" \
        [join $wrong \n]
}
tap::note "flipped bytes: [dict size $jobs]"

set jobs {}
foreach {at end} $cuts {
    dict set jobs $at [boots::qemu [boots::save_short [string range $image 0 [expr {$at - 1}]]]]
}
set results [boots::run $jobs]
foreach {at end} $cuts {
    tap::like [boots::end [dict get $results $at]] $end "cut after [format 0x%x $at] bytes: $end"
}

proc with_kernel {at bytes} {
    set kernel [boots::product acre-stripped.elf]
    set name [file join [tap::tmp] kernel]
    boots::Write $name [string replace $kernel $at [expr {$at + [string length $bytes] - 1}] $bytes]
    exec [::acre::paths::product tools/mkimage] $name.img [::acre::paths::product boot/stage1.bin] \
        [::acre::paths::product boot/stage2.bin] $name
    return [boots::save [boots::Read $name.img]]
}
set jobs {}
foreach {name at bytes end} $files {
    dict set jobs $name [boots::qemu [with_kernel $at $bytes]]
}
set results [boots::run $jobs]
foreach {name at bytes end} $files {
    tap::like [boots::end [dict get $results $name]] "refused: the kernel file is damaged: $end" \
        "a kernel file, sums in order, changed: $name: $end"
}

# A refusal stands on the screen too: the BIOS copies that to COM2.
proc screens {flipped} {
    set port [boots::Write [file join [tap::tmp] port] [binary format s 0x2f8]]
    set jobs {}
    dict for {name at} $flipped {
        dict set jobs $name [boots::qemu [boots::save [boots::flip $::image $at 1]] \
            extra [list -serial file:[file join [tap::tmp] screen-$name] -fw_cfg name=etc/sercon-port,file=$port]]
    }
    boots::run $jobs
    dict for {name at} $flipped {
        set text [boots::Read [file join [tap::tmp] screen-$name]]
        tap::like $text "*${::layout::PROTO_REFUSED}*damaged*" "a refusal by $name stands on the screen too"
    }
}
screens [list stage1 [expr {$stage2 + 100}] stage2 [expr {$kernel + 1000}]]

if {$fdisk eq ""} {
    tap::skip "fdisk shows the area" "needs fdisk (Debian package fdisk)"
} else {
    set sectors [expr {$limit / $sector - 1}]
    set listing [exec $fdisk -l [boots::save $image] 2>@1]
    tap::ok [regexp "\n\\S+img1 +1 +$sectors +$sectors \[^\n]* da \[^\n]*" $listing] \
        "fdisk -l shows one protective partition over the whole area" $listing
}
tap::done
