# SPDX-License-Identifier: Apache-2.0
#
# image.tcl: disk images as files.  Their format is in src/x86_64/image.h.
#
#   ::acre::image::load FILE           -> the HEAD of an image: its bytes as far as the kernel's file goes; raises
#                                      {ACRE BAD} if FILE is no Acre image, or cut short
#   ::acre::image::options HEAD        -> the options as a dict name -> value, in the image's order
#   ::acre::image::with HEAD OPTIONS   -> HEAD with these options and their sum
#   ::acre::image::archive HEAD        -> dict lba pages of the archive, both 0 if it has none
#   ::acre::image::save FILE HEAD ARCHIVE   writes FILE whole or not at all; ARCHIVE is a command prefix that writes an
#                                      archive to the channel it is called with and returns what ::acre::archive::close
#                                      does; {} for an image without one
#   ::acre::image::file FILE HEAD NAME -> the bytes of the file NAME in the archive of the image FILE, or ""
#   ::acre::image::copier FILE HEAD    -> such a prefix that copies the archive of the image FILE, {} if it has none
#   ::acre::image::changed FILE HEAD TO OPTIONS   writes TO: the image FILE, whose head is HEAD, with these options in
#                                      place of its own of the same names

::acre::paths::use sum archive

namespace eval ::acre::image {
    # Of the MBR: where its partition table starts, bytes of an entry; what stands for a cylinder beyond 1023.
    variable TABLE 446
    variable ENTRY 16
    variable CHS_BEYOND "\xfe\xff\xff"
    # The geometry of a 1.44 MB floppy, as tools/mkimage has it.
    variable HEADS 2
    variable TRACK 18
    # Bytes of a cylinder with 16 heads and 63 sectors, which every larger disk has.
    variable CYLINDER 516096
}

proc ::acre::image::Layout {} {
    if {![namespace exists ::layout]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
}

# The little-endian 32-bit word at OFFSET.
proc ::acre::image::Word {bytes offset} {
    if {[binary scan $bytes @${offset}iu word] != 1} {
        return 0
    }
    return $word
}

# The header's field NAME, IMAGE_HDR_ left out.
proc ::acre::image::Field {bytes name} {
    return [Word $bytes [expr {$::layout::LAYOUT_SECTOR_SIZE + [set ::layout::IMAGE_HDR_$name]}]]
}

proc ::acre::image::archive {head} {
    return [dict create lba [Field $head ARCHIVE_LBA] pages [Field $head ARCHIVE_PAGES]]
}

# Bytes that an image with this head has at least.
proc ::acre::image::Needs {head} {
    set sector $::layout::LAYOUT_SECTOR_SIZE
    set archive [archive $head]
    return [expr {max([Field $head SECTORS] * $sector,
        [dict get $archive lba] * $sector + [dict get $archive pages] * $::layout::LAYOUT_FRAME_SIZE)}]
}

proc ::acre::image::load {path} {
    Layout
    try {
        # A name that begins with "|" is a name, not a command.
        set file [open [::file join [pwd] $path] rb]
        try {
            # The kernel's file ends before that; what comes behind may be large.
            set bytes [read $file [expr {$::layout::IMAGE_SIZE + 0}]]
            seek $file 0 end
            set size [tell $file]
        } finally {
            close $file
        }
    } trap POSIX {message options} {
        ::acre::err::bad "cannot read $path: [lindex [dict get $options -errorcode] 2]"
    }
    if {[Field $bytes MAGIC] != $::layout::IMAGE_MAGIC} {
        ::acre::err::bad "$path is not an Acre image; make one with acre image -o FILE"
    }
    if {$size < [Needs $bytes]} {
        ::acre::err::bad "$path is cut short: it has $size bytes,\
            its header says at least [Needs $bytes]; copy it again"
    }
    set head [string range $bytes 0 [expr {[Field $bytes SECTORS] * $::layout::LAYOUT_SECTOR_SIZE - 1}]]
    Check $path $head
    return $head
}

# Raises unless the options sector of BYTES is inside the image and as its sum says.
proc ::acre::image::Check {path bytes} {
    set at [Options_at $bytes]
    set sector [string range $bytes $at [expr {$at + $::layout::LAYOUT_SECTOR_SIZE - 1}]]
    set text [string range $sector 0 [expr {$::layout::IMAGE_OPTIONS_SIZE - 1}]]
    if {[string range $sector $::layout::IMAGE_OPTIONS_SIZE end] ne [::acre::sum::of $text]} {
        ::acre::err::bad "$path is damaged: the sum of its options (at byte $at) is wrong; start from a good image"
    }
}

proc ::acre::image::Options_at {bytes} {
    return [expr {[Field $bytes OPTIONS_LBA] * $::layout::LAYOUT_SECTOR_SIZE}]
}

proc ::acre::image::options {head} {
    Layout
    set at [Options_at $head]
    set text [string range $head $at [expr {$at + $::layout::IMAGE_OPTIONS_SIZE - 1}]]
    set options {}
    foreach word [split [string trimright $text \0]] {
        if {[regexp {^([^=]+)=(.*)$} $word -> name value]} {
            dict set options $name $value
        }
    }
    return $options
}

proc ::acre::image::with {head options} {
    Layout
    set text [join [lmap {name value} $options {string cat $name = $value}] " "]
    set room [expr {$::layout::IMAGE_OPTIONS_SIZE - 1}]
    if {[string length $text] > $room} {
        ::acre::err::bad "the options take [string length $text] bytes, an image has room for $room;\
            set fewer or shorter ones"
    }
    set sector [binary format a[expr {$::layout::IMAGE_OPTIONS_SIZE + 0}] $text]
    append sector [::acre::sum::of $sector]
    set at [Options_at $head]
    return [Replace $head $at $sector]
}

# OFFSET's bytes in HEAD replaced.
proc ::acre::image::Replace {head offset bytes} {
    set offset [expr {$offset + 0}]
    return [string replace $head $offset [expr {$offset + [string length $bytes] - 1}] $bytes]
}

# A cylinder, head, sector address as a partition entry has it.
proc ::acre::image::Chs {lba} {
    variable CHS_BEYOND
    variable HEADS
    variable TRACK
    set cylinder [expr {$lba / $TRACK / $HEADS}]
    if {$cylinder > 1023} {
        return $CHS_BEYOND
    }
    return [binary format ccc [expr {$lba / $TRACK % $HEADS}] \
        [expr {$lba % $TRACK + 1 | $cylinder >> 8 << 6}] $cylinder]
}

# The archive's partition, or an empty one.
proc ::acre::image::Partition {lba sectors} {
    variable ENTRY
    if {!$sectors} {
        return [string repeat \0 $ENTRY]
    }
    return [binary format ca3ca3ii 0 [Chs $lba] $::layout::IMAGE_ARCHIVE_TYPE [Chs [expr {$lba + $sectors - 1}]] \
        $lba $sectors]
}

# HEAD with what it says of the archive; the header lies in stage2, whose sum is in the MBR.
proc ::acre::image::Tell {head lba pages sum} {
    variable TABLE
    variable ENTRY
    set sector $::layout::LAYOUT_SECTOR_SIZE
    foreach {name bytes} [list ARCHIVE_LBA [binary format i $lba] ARCHIVE_PAGES [binary format i $pages] \
            ARCHIVE_SUM $sum] {
        set head [Replace $head [expr {$sector + [set ::layout::IMAGE_HDR_$name]}] $bytes]
    }
    set stage2 [string range $head $sector [expr {$sector + [Field $head STAGE2_SECTORS] * $sector - 1}]]
    set head [Replace $head $::layout::IMAGE_MBR_STAGE2_SUM [::acre::sum::of $stage2]]
    return [Replace $head [expr {$TABLE + $ENTRY}] \
        [Partition $lba [expr {$pages * $::layout::LAYOUT_FRAME_SIZE / $sector}]]]
}

# Beyond a floppy's size, a disk is whole cylinders: emulators and BIOSes cut what is left over.
proc ::acre::image::Whole {bytes} {
    variable CYLINDER
    if {$bytes == $::layout::IMAGE_SIZE} {
        return $bytes
    }
    return [expr {($bytes + $CYLINDER - 1) / $CYLINDER * $CYLINDER}]
}

# Writes the image to CHANNEL, which can be sought in.
proc ::acre::image::Write {channel head archive} {
    set lba 0
    set pages 0
    set sum [binary format w 0]
    if {$archive ne ""} {
        set align $::layout::IMAGE_ARCHIVE_ALIGN
        set lba [expr {([Field $head SECTORS] + $align - 1) / $align * $align}]
        seek $channel [expr {$lba * $::layout::LAYOUT_SECTOR_SIZE}]
        set written [{*}$archive $channel]
        set pages [dict get $written pages]
        set sum [dict get $written sum]
        if {$pages > $::layout::IMAGE_ARCHIVE_PAGES_MAX} {
            ::acre::err::bad "the files are too many or too large: $pages pages of 4 KiB,\
                an image has room for [expr {$::layout::IMAGE_ARCHIVE_PAGES_MAX + 0}]"
        }
    }
    set head [Tell $head $lba $pages $sum]
    seek $channel 0
    puts -nonewline $channel $head
    flush $channel
    chan truncate $channel [Whole [expr {max([Needs $head], $::layout::IMAGE_SIZE)}]]
}

# A file is written beside PATH and renamed, so that a full disk leaves what was there before.  To a device it is copied
# from a file that has no name any more.
proc ::acre::image::save {path head archive} {
    set direct [expr {[::file exists $path] && [::file type $path] ni {file link}}]
    try {
        if {[::file isdirectory $path]} {
            ::acre::err::bad "cannot write $path: it is a directory; name a file"
        }
        if {$direct} {
            Save_device $path $head $archive
        } else {
            Save_file $path $head $archive
        }
    } trap POSIX {message options} {
        ::acre::err::bad "cannot write $path: [lindex [dict get $options -errorcode] 2]"
    }
}

proc ::acre::image::Save_file {path head archive} {
    set part "$path.part[pid]"
    try {
        set channel [open [::file join [pwd] $part] wb+]
        Closing $channel [list ::acre::image::Write $channel $head $archive]
        ::file rename -force $part $path
    } finally {
        ::file delete -- $part
    }
}

proc ::acre::image::Save_device {path head archive} {
    set whole [::file tempfile name]
    ::file delete -- $name
    fconfigure $whole -translation binary
    try {
        Write $whole $head $archive
        seek $whole 0
        set device [open [::file join [pwd] $path] wb]
        Closing $device [list ::acre::image::Copy $whole $device]
    } finally {
        close $whole
    }
}

proc ::acre::image::Copy {from to} {
    fcopy $from $to
    flush $to
}

# Runs SCRIPT and closes CHANNEL; an error of either is the caller's.
proc ::acre::image::Closing {channel script} {
    set failed [catch $script message options]
    if {[catch {close $channel} closing closing_options] && !$failed} {
        return -options $closing_options $closing
    }
    return -options $options $message
}

proc ::acre::image::changed {path head to options} {
    save $to [with $head [dict merge [options $head] $options]] [copier $path $head]
}

proc ::acre::image::copier {path head} {
    return [expr {[dict get [archive $head] pages] ? [list ::acre::image::Copy_archive $path $head] : {}}]
}

proc ::acre::image::Copy_archive {path head channel} {
    set archive [archive $head]
    set from [open [::file join [pwd] $path] rb]
    try {
        seek $from [expr {[dict get $archive lba] * $::layout::LAYOUT_SECTOR_SIZE}]
        fcopy $from $channel -size [expr {[dict get $archive pages] * $::layout::LAYOUT_FRAME_SIZE}]
    } finally {
        close $from
    }
    set at [expr {$::layout::LAYOUT_SECTOR_SIZE + $::layout::IMAGE_HDR_ARCHIVE_SUM}]
    return [dict create pages [dict get $archive pages] sum [string range $head $at [expr {$at + 7}]]]
}

proc ::acre::image::file {path head name} {
    set from [open [::file join [pwd] $path] rb]
    try {
        seek $from [expr {[dict get [archive $head] lba] * $::layout::LAYOUT_SECTOR_SIZE}]
        return [::acre::archive::find $from $name]
    } finally {
        close $from
    }
}
