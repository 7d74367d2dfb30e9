#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
#
# A sector that cannot be read: for good, and the boot names it; once, and the boot reads it again.  QEMU's blkdebug
# makes the errors; which sectors stage1 and stage2 read is told from the image: the MBR (once more, by stage2), stage2,
# the options, the kernel's file as far as it is used.
#
# `make check-all` tries each of them, `make check` of each part SAMPLES and both ends.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

set SAMPLES 3
set sector [expr {$::layout::LAYOUT_SECTOR_SIZE + 0}]

boots::emulators qemu
set image [boots::image]
set options [boots::header $image OPTIONS_LBA]
set kernel [boots::header $image KERNEL_LBA]
set limit [boots::header $image SECTORS]
set parts [expr {$::layout::IMAGE_PART_CHECKS | $::layout::IMAGE_PART_SYMBOLS}]
set plain [boots::save $image]

# Sectors of the stretches of the kernel's file that are used, or not.
proc sectors {used} {
    set list {}
    foreach stretch [boots::stretches $::image $::parts $used] {
        lassign $stretch base end
        for {set at [expr {$base / $::sector}]} {$at < $end / $::sector} {incr at} {
            lappend list $at
        }
    }
    return $list
}

proc some {list} {
    return [lsort -integer -unique [list [lindex $list 0] {*}[tap::sample $list $::SAMPLES] [lindex $list end]]]
}

proc range {base limit} {
    set list {}
    for {set at $base} {$at < $limit} {incr at} {
        lappend list $at
    }
    return $list
}

# blkdebug's rules: one for each of SECTORS.  LATE: only after two reads, QEMU's own for the disk's geometry and the
# BIOS's.
proc rules {sectors once late} {
    set text ""
    foreach {number state next} [expr {$late ? {0 1 2 1 2 3} : ""}] {
        set rule file.set-state.$number
        append text ,$rule.event=read_aio,$rule.state=$state,$rule.new_state=$next
    }
    set number -1
    foreach at $sectors {
        set rule file.inject-error.[incr number]
        append text ,$rule.event=read_aio,$rule.errno=5,$rule.sector=$at,$rule.once=[expr {$once ? "on" : "off"}]
        append text [expr {$late ? ",$rule.state=3" : ""}]
    }
    return [string trimleft $text ,]
}

# A boot from a disk with these sectors.
proc job {sectors once args} {
    set late [expr {0 in $sectors}]
    return [boots::qemu $::plain {*}$args drive [join [list if=none,id=boot,format=raw,snapshot=on,rerror=report \
        file.driver=blkdebug file.image.driver=file file.image.filename=$::plain [rules $sectors $once $late]] ,]]
}

# QEMU's floppy controller gives zeros where a sector cannot be read, and no error.
# The points: {NAME END SECTORS ONCE ARGUMENTS}; each of SECTORS in a boot of its own.  %d in END is the sector.
set used [concat [range $kernel [expr {$kernel + $::layout::IMAGE_KERNEL_HEAD_SECTORS}]] [sectors 1]]
set stage2 [range 1 $options]
set named "refused: disk 0x80 cannot be read at sector %d (*"
set points {}
foreach {name end sectors once arguments} [list \
        "the MBR, once the BIOS has read it" $named 0 0 {} \
        "stage2" "refused: disk unreadable" [some $stage2] 0 {} \
        "the options" $named $options 0 {} \
        "the kernel's file, as far as it is used" $named [some $used] 0 {} \
        "the kernel's file, as far as it is not used" pass [lrange [some [sectors 0]] 0 3] 0 {} \
        "the MBR, once" pass 0 1 {} \
        "stage2, once" pass [some $stage2] 1 {} \
        "the options, once" pass $options 1 {} \
        "the kernel's file, once" pass [some $used] 1 {} \
        "stage2, on a floppy" "refused: stage2 damaged" [list 1 [expr {$options - 1}]] 0 {disk floppy} \
        "the kernel's head, on a floppy" "refused: the disk area is damaged: the kernel file's head has sum *" \
        $kernel 0 {disk floppy} \
        "stage2, on a virtio disk" "refused: disk unreadable" [list 1 [expr {$options - 1}]] 0 {disk virtio} \
        "what stage2 reads, on a virtio disk" $named [list 0 $options $kernel [lindex $used end]] 0 {disk virtio}] {
    lappend points [list $name $end $sectors $once $arguments]
}
tap::plan [expr {[llength $points] + 2}]
tap::note "sectors: stage2 [llength $stage2], kernel [llength $used]"

set jobs {}
foreach point $points {
    lassign $point name - sectors once arguments
    foreach at $sectors {
        dict set jobs [list $name $at] [job [list $at] $once {*}$arguments]
    }
}
# In one boot every sector fails once.
set every [concat $stage2 $options $used]
dict set jobs every [job $every 1]
set results [boots::run $jobs]

# What is wrong with the number of stage2's further tries for a sector that fails once; stage1 has none to tell.
proc Retries {result once at} {
    set want [expr {$at in $::stage2 ? 0 : 1}]
    set got [boots::yaml $result retries]
    return [expr {$once && $got ne $want ? ", retries: $got, not $want" : ""}]
}

foreach point $points {
    lassign $point name end sectors once
    set wrong [lmap at $sectors {
        set result [dict get $results [list $name $at]]
        set got "[boots::end $result][Retries $result $once $at]"
        expr {[string match [format $end $at] $got] ? [continue] : "$at: $got"}
    }]
    tap::ok [expr {$wrong eq "" && [llength $sectors] > 0}] "[llength $sectors] sectors, $name: $end" [join $wrong \n]
}
set result [dict get $results every]
tap::is [boots::end $result] pass "[llength $every] sectors that fail once each, in one boot"
# A read of several sectors fails for each of them; the first try of each read is none.
tap::ok [expr {[boots::yaml $result retries] >= [llength $used] / 2}] "stage2 has tried again for them" \
    "retries: [boots::yaml $result retries]"
tap::note "boots: [dict size $jobs]"
tap::done
