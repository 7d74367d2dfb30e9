# SPDX-License-Identifier: Apache-2.0
#
# archive.tcl: writes a newc cpio archive for a guest, as a stream: nothing of a file's bytes is kept.
#
#   ::acre::archive::open CHANNEL                       -> an archive HANDLE; it starts where CHANNEL stands
#   ::acre::archive::directory HANDLE NAME ATTRIBUTES
#   ::acre::archive::symlink HANDLE NAME ATTRIBUTES TARGET
#   ::acre::archive::fifo HANDLE NAME ATTRIBUTES
#   ::acre::archive::file HANDLE NAMES ATTRIBUTES PATH  the file PATH under each of NAMES, which are hard links
#   ::acre::archive::data HANDLE NAMES ATTRIBUTES BYTES the same with BYTES
#   ::acre::archive::close HANDLE                       -> dict pages, sum (8 bytes, as src/runtime/sum.h makes it)
#   ::acre::archive::find CHANNEL NAME                  -> the bytes of the file NAME in the archive that begins where
#                                                       CHANNEL stands, or "" if there is none
#
# NAME is the path in the guest without the first "/"; ATTRIBUTES a dict of mode (permission bits) and mtime.  Owner and
# group are 0, device numbers too; inode numbers count from 1.
#
# The data of a file begins at a page of the archive, which its name is padded with NULs for: so the kernel can take
# the page as it is.  Of hard links the last one has the data, as GNU cpio writes them.  The end is padded with zeros to
# whole pages.

::acre::paths::use sum

namespace eval ::acre::archive {
    variable count 0
    # Bytes that are read and written at once; a multiple of 4.
    variable CHUNK 1048576
    variable TYPES {directory 0040000 file 0100000 symlink 0120000 fifo 0010000}
    # Bytes of a header (cpio(5)), and what its file size can say.
    variable HEADER 110
    variable FILE_MOST 0xffffffff
}

proc ::acre::archive::open {channel} {
    variable count
    set handle ::acre::archive::state[incr count]
    upvar #0 $handle state
    array set state [list channel $channel at 0 inode 0 sum [::acre::sum::start] held ""]
    return $handle
}

# Everything that is written passes here: it is summed and counted.
proc ::acre::archive::Put {handle bytes} {
    variable CHUNK
    upvar #0 $handle state
    incr state(at) [string length $bytes]
    append state(held) $bytes
    if {[string length $state(held)] >= $CHUNK} {
        Flush $handle [expr {[string length $state(held)] & ~3}]
    }
}

proc ::acre::archive::Flush {handle length} {
    upvar #0 $handle state
    set now [string range $state(held) 0 [expr {$length - 1}]]
    set state(held) [string range $state(held) $length end]
    set state(sum) [::acre::sum::more $state(sum) $now]
    puts -nonewline $state(channel) $now
}

proc ::acre::archive::Zeros {handle count} {
    Put $handle [string repeat \0 $count]
}

# Fills up to the next multiple of UNIT.
proc ::acre::archive::Align {handle unit} {
    upvar #0 $handle state
    Zeros $handle [expr {-$state(at) & ($unit - 1)}]
}

# A header and its name.  What has data starts it at a page.
proc ::acre::archive::Header {handle name type attributes links size} {
    variable TYPES
    variable HEADER
    upvar #0 $handle state
    set bytes [encoding convertto [encoding system] $name]\0
    set length [string length $bytes]
    if {$size && $type eq "file"} {
        set page $::layout::LAYOUT_FRAME_SIZE
        incr length [expr {-($state(at) + $HEADER + $length) & ($page - 1)}]
    }
    set mode [expr {"0o[dict get $TYPES $type]" | [dict get $attributes mode]}]
    set header 070701
    foreach field [list $state(inode) $mode 0 0 $links [dict get $attributes mtime] $size 0 0 0 0 $length 0] {
        append header [format %08X [expr {$field & 0xffffffff}]]
    }
    Put $handle $header[binary format a$length $bytes]
    Align $handle 4
}

proc ::acre::archive::Next {handle} {
    incr ${handle}(inode)
}

proc ::acre::archive::directory {handle name attributes} {
    Next $handle
    Header $handle $name directory $attributes 2 0
}

proc ::acre::archive::fifo {handle name attributes} {
    Next $handle
    Header $handle $name fifo $attributes 1 0
}

proc ::acre::archive::symlink {handle name attributes target} {
    set bytes [encoding convertto [encoding system] $target]
    Next $handle
    Header $handle $name symlink $attributes 1 [string length $bytes]
    Put $handle $bytes
    Align $handle 4
}

# The headers of a file with these names; data of SIZE bytes has to follow the last one.
proc ::acre::archive::Names {handle names attributes size} {
    Next $handle
    foreach name [lrange $names 0 end-1] {
        Header $handle $name file $attributes [llength $names] 0
    }
    Header $handle [lindex $names end] file $attributes [llength $names] $size
}

proc ::acre::archive::data {handle names attributes bytes} {
    Names $handle $names $attributes [string length $bytes]
    Put $handle $bytes
    Align $handle 4
}

proc ::acre::archive::file {handle names attributes path} {
    variable CHUNK
    variable FILE_MOST
    set size [::file size $path]
    if {$size > $FILE_MOST} {
        ::acre::err::bad "$path is too large for an image: $size bytes, the most is [expr {$FILE_MOST}]"
    }
    set channel [::open $path rb]
    try {
        Names $handle $names $attributes $size
        set left $size
        while {$left > 0} {
            set bytes [read $channel [expr {min($left, $CHUNK)}]]
            if {$bytes eq ""} {
                ::acre::err::bad "$path became shorter while it was read"
            }
            incr left -[string length $bytes]
            Put $handle $bytes
        }
    } finally {
        ::close $channel
    }
    Align $handle 4
}

proc ::acre::archive::close {handle} {
    upvar #0 $handle state
    set state(inode) 0
    Header $handle TRAILER!!! file {mode 0 mtime 0} 1 0
    Align $handle $::layout::LAYOUT_FRAME_SIZE
    Flush $handle [string length $state(held)]
    set result [dict create pages [expr {$state(at) / $::layout::LAYOUT_FRAME_SIZE}] \
        sum [::acre::sum::bytes $state(sum)]]
    unset state
    return $result
}

proc ::acre::archive::find {channel name} {
    variable HEADER
    set at [tell $channel]
    # The size is the 7th of 13 fields, the name's length the 12th.
    while {[scan [read $channel $HEADER] {070701%*48[0-9A-Fa-f]%8x%*32[0-9A-Fa-f]%8x} size length] == 2} {
        set found [string trimright [read $channel $length] \0]
        set at [expr {($at + $HEADER + $length + 3) & ~3}]
        seek $channel $at
        if {$found eq $name} {
            return [read $channel $size]
        } elseif {$found eq "TRAILER!!!"} {
            break
        }
        set at [expr {($at + $size + 3) & ~3}]
        seek $channel $at
    }
    return ""
}
