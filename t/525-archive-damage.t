#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# The archive of a program's files on its way into memory: a changed byte anywhere in it, or in what the header says of
# it, is refused by name, and so are a disk that is cut and a machine without room; a good one comes whole, whatever
# pieces memory has.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

boots::emulators qemu
::acre::paths::use image program rom
set acre [file join $::env(top_builddir) acre]
set dir [tap::tmp]
expr {srand([tap::seed])}

# Two hundred pages, no two alike, beside a program that is never reached: the self-checks run first and end the boot
# when they find the archive wrong.
set bytes ""
for {set i 0} {$i < 200} {incr i} {
    append bytes [string repeat [binary format ii $i [expr {int(rand() * 4294967296)}]] 512]
}
boots::Write $dir/filling $bytes
set program "\x7fELF\x02\x01\x01[string repeat \0 9]"
append program [binary format ssiwwwissssss 2 62 1 0x400078 64 0 0 64 56 1 64 0 0]
append program [binary format iiwwwwww 1 5 0 0x400000 0x400000 129 129 4096]
# exit_group(5)
append program [binary decode hex bf05000000b8e70000000f05]
boots::Write $dir/program $program
file attributes $dir/program -permissions 0755
exec $acre image -o $dir/good.img --set checks=1 --set console=pipe --file $dir/filling:/filling $dir/program
set image [boots::Read $dir/good.img]
set sector [expr {$::layout::LAYOUT_SECTOR_SIZE + 0}]
set from [expr {[boots::header $image ARCHIVE_LBA] * $sector}]
set pages [boots::header $image ARCHIVE_PAGES]
set to [expr {$from + $pages * 4096}]

# A map of this many runs of one page, and then rest.
proc islands {count} {
    set text "# title: islands\n# source: this test\n0x0 0x9f000 1\n"
    for {set i 0} {$i < $count} {incr i} {
        append text [format "0x%x 0x%x 1\n" [expr {0x100000 + $i * 0x3000}] [expr {0x101000 + $i * 0x3000}]]
    }
    append text "0x800000 0x3000000 1\n"
    return [boots::Write $::dir/islands.map $text]
}
tap::plan 15

proc ends {jobs} {
    set ends {}
    dict for {name result} [boots::run $jobs] {
        dict set ends $name [boots::end $result]
    }
    return $ends
}
proc all_like {ends pattern what} {
    set wrong {}
    dict for {name end} $ends {
        if {![string match $pattern $end]} {
            lappend wrong "$name: $end"
        }
    }
    tap::ok [expr {[dict size $ends] > 0 && $wrong eq ""}] "$what: $pattern" [join $wrong \n]
}

# A boot of the image with one byte changed.
proc flipped {at mask} {
    return [boots::qemu [boots::save [boots::flip $::image $at $mask]]]
}
set jobs {}
for {set i 0} {$i < ([tap::whole] ? 24 : 3)} {incr i} {
    set at [expr {$from + int(rand() * ($to - $from))}]
    dict set jobs [format 0x%x $at] [flipped $at [expr {1 << $i % 8}]]
}
dict set jobs first [flipped $from 1]
dict set jobs last [flipped [expr {$to - 1}] 128]
all_like [ends $jobs] "refused: the disk area is damaged: the archive has sum 0x*, not 0x*" \
    "[dict size $jobs] flipped bytes"

# The kernel's parts that run the program are read now, and those that write its calls down are not.
set parts [expr {$::layout::IMAGE_PART_CHECKS | $::layout::IMAGE_PART_PROGRAM | $::layout::IMAGE_PART_SYMBOLS}]
foreach {used end what} [list \
    1 "refused: the disk area is damaged: the kernel file has sum 0x*" "that this boot reads" \
    0 "failed: exit 5" "that it does not read"] {
    set ends [lmap stretch [boots::stretches $image $parts $used] {
        list [lindex $stretch 0] [expr {[lindex $stretch 1] - 1}]
    }]
    set jobs {}
    foreach at [tap::sample [concat {*}$ends] 3] {
        dict set jobs [format 0x%x $at] [flipped $at 16]
    }
    all_like [ends $jobs] $end "[dict size $jobs] flipped bytes of the kernel's file $what"
}

# Two pages that have changed places.
set one [string range $image $from+40960 [expr {$from + 45055}]]
set other [string range $image $from+81920 [expr {$from + 86015}]]
set swapped [string replace [string replace $image $from+40960 [expr {$from + 45055}] $other] \
    $from+81920 [expr {$from + 86015}] $one]
all_like [ends [dict create swapped [boots::qemu [boots::save $swapped]]]] "refused: *the archive has sum*" \
    "two pages that changed places"

# The header's fields, with the sum over stage2 in order, as if the maker had been wrong.
proc header {image name value} {
    set at [expr {$::sector + [set ::layout::IMAGE_HDR_$name]}]
    set image [string replace $image $at $at+3 [binary format i $value]]
    set stage2 [string range $image $::sector [expr {$::sector * (1 + [boots::header $image STAGE2_SECTORS]) - 1}]]
    set at [expr {$::layout::IMAGE_MBR_STAGE2_SUM}]
    return [string replace $image $at $at+7 [boots::sum $stage2]]
}
set jobs {}
foreach {name value} [list ARCHIVE_PAGES [expr {$pages - 1}] ARCHIVE_LBA [expr {$from / $sector + 8}] ARCHIVE_SUM 1] {
    dict set jobs $name [boots::qemu [boots::save [header $image $name $value]]]
}
all_like [ends $jobs] "refused: the disk area is damaged: the archive has sum 0x*" "a header that is at odds with it"
set end [dict get [ends [dict create x [boots::qemu [boots::save [header $image ARCHIVE_PAGES 0x7fffffff]]]]] x]
tap::like $end "refused: the archive has 2147483647 pages; the most is *" "more pages than can be"
set end [dict get [ends [dict create x [boots::qemu [boots::save [header $image ARCHIVE_PAGES 100000]]]]] x]
tap::like $end "refused: not enough usable memory: * KiB found below 4 GiB, * KiB needed for the program's files*" \
    "more than the machine has room for: both numbers"
regexp {(\d+) KiB found below 4 GiB, (\d+) KiB needed} $end - found needed
tap::ok [expr {$found > 60000 && $found < 65536 && $needed >= 400000 && $needed < 402000}] \
    "the numbers are right: $found found, $needed needed" $end

# A disk that is cut.
set jobs {}
foreach pages_left {0 1 150} {
    set short [boots::save_short [string range $image 0 [expr {$from + $pages_left * 4096 - 1}]]]
    dict set jobs $pages_left [boots::qemu $short]
}
dict for {name end} [ends $jobs] {
    tap::like $end "refused: disk 0x80 cannot be read at sector [expr {($from + $name * 4096) / $sector}] (*" \
        "a disk that is cut after $name pages of it"
}

# A good one, whole, in pieces and nearly too large, its sum taken anew by the kernel.
proc seen {what args} {
    set result [dict get [boots::run [dict create x [boots::qemu [boots::save $::image] {*}$args]]] x]
    set text [dict get $result serial]
    tap::ok [regexp {\nok \d+ - archive: in one piece, with its sum\n} $text] $what [string range $text end-2000 end]
}
seen "a good archive comes whole"
set rom [file join $dir islands.rom]
::acre::paths::use map
set map [::acre::map::read [islands 150]]
::acre::rom::make [dict get $map entries] {} $rom
seen "in 151 pieces" extra [list -option-rom $rom]
seen "with memory for little more" memory 2304K
seen "by CHS, a track at a time" disk floppy
tap::done
