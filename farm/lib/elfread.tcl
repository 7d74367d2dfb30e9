# SPDX-License-Identifier: Apache-2.0
#
# elfread.tcl: an ELF file's headers and dynamic section, as much as tells what it needs.  See elfdeps.tcl.
#
# Offsets and counts come from the file, so each is looked at before it is used: what lies beyond the end of the file,
# or is larger than such tables ever are, is refused by name.

namespace eval ::acre::elfdeps {
    # e_machine of x86-64; types; program header and dynamic tags (gABI chapters 4 and 5).
    variable MACHINE 62
    variable TYPES {2 exec 3 dyn}
    array set PT {LOAD 1 DYNAMIC 2 INTERP 3}
    variable TAGS {1 needed 5 strtab 10 strsz 14 soname 15 rpath 29 runpath}
    variable HEADERS_MOST 1024
    variable TABLE_MOST 16777216
}

proc ::acre::elfdeps::Wrong {path what} {
    ::acre::err::bad "$path is no x86-64 ELF file that can be run: $what"
}

proc ::acre::elfdeps::is {path} {
    if {[catch {::open $path rb} channel]} {
        return 0
    }
    set magic [::read $channel 4]
    ::close $channel
    return [expr {$magic eq "\x7fELF"}]
}

# LENGTH bytes at OFFSET.
proc ::acre::elfdeps::Bytes {channel path offset length what} {
    variable TABLE_MOST
    if {$length > $TABLE_MOST} {
        Wrong $path "$what has $length bytes"
    } elseif {$offset + $length > [file size $path]} {
        Wrong $path "$what lies beyond the end of the file"
    }
    seek $channel $offset
    return [::read $channel $length]
}

# Program headers as a list of {type offset vaddr filesz}.
proc ::acre::elfdeps::Segments {channel path header} {
    variable HEADERS_MOST
    binary scan $header @32wu@54susu offset size count
    if {$count == 0 || $count > $HEADERS_MOST || $size != 56} {
        Wrong $path "it has $count program headers of $size bytes"
    }
    set table [Bytes $channel $path $offset [expr {$count * $size}] "the table of program headers"]
    set segments {}
    for {set i 0} {$i < $count} {incr i} {
        binary scan $table @[expr {$i * $size}]iux4wuwux8wu type at vaddr filesz
        lappend segments [list $type $at $vaddr $filesz]
    }
    return $segments
}

# The offset in the file of what lies at virtual address VADDR.
proc ::acre::elfdeps::Offset {path segments vaddr} {
    variable PT
    foreach segment $segments {
        lassign $segment type offset base filesz
        if {$type == $PT(LOAD) && $vaddr >= $base && $vaddr < $base + $filesz} {
            return [expr {$offset + $vaddr - $base}]
        }
    }
    Wrong $path [format "its strings at 0x%llx lie in no segment" $vaddr]
}

# The dynamic section as a dict: needed is a list of numbers, the others are numbers.
proc ::acre::elfdeps::Dynamic {bytes} {
    variable TAGS
    set found [dict create needed {} strtab 0 strsz 0]
    binary scan $bytes wu* words
    foreach {tag value} $words {
        if {$tag == 0} break
        if {[dict exists $TAGS $tag]} {
            set name [dict get $TAGS $tag]
            if {$name eq "needed"} {
                dict lappend found needed $value
            } else {
                dict set found $name $value
            }
        }
    }
    return $found
}

# The string at AT in the table.
proc ::acre::elfdeps::Text {path strings at} {
    set end [expr {$at < [string length $strings] ? [string first \0 $strings $at] : -1}]
    if {$end < 0} {
        Wrong $path "a string at $at lies beyond its table"
    }
    return [encoding convertfrom [encoding system] [string range $strings $at [expr {$end - 1}]]]
}

proc ::acre::elfdeps::Dynamic_names {channel path segments bytes result} {
    set dynamic [Dynamic $bytes]
    set strings ""
    if {[dict get $dynamic strsz]} {
        set at [Offset $path $segments [dict get $dynamic strtab]]
        set strings [Bytes $channel $path $at [dict get $dynamic strsz] "its table of strings"]
    }
    dict set result needed [lmap at [dict get $dynamic needed] {Text $path $strings $at}]
    foreach name {soname rpath runpath} {
        if {[dict exists $dynamic $name]} {
            set text [Text $path $strings [dict get $dynamic $name]]
            dict set result $name [expr {$name eq "soname" ? $text : [split [string trim $text :] :]}]
        }
    }
    return $result
}

proc ::acre::elfdeps::read {path} {
    variable MACHINE
    variable TYPES
    variable PT
    set channel [::open $path rb]
    try {
        set header [::read $channel 64]
        if {[string length $header] < 64 || ![string match "\x7fELF\x02\x01*" $header]} {
            Wrong $path "its header is not that of a 64-bit little-endian one"
        }
        binary scan $header @16susu type machine
        if {$machine != $MACHINE || ![dict exists $TYPES $type]} {
            Wrong $path "its machine is $machine, its type $type"
        }
        set result [dict create type [dict get $TYPES $type] interpreter "" soname "" needed {} rpath {} runpath {}]
        set segments [Segments $channel $path $header]
        foreach segment $segments {
            lassign $segment kind offset vaddr filesz
            if {$kind == $PT(INTERP)} {
                set name [Bytes $channel $path $offset $filesz "the name of its interpreter"]
                dict set result interpreter [string trimright $name \0]
            } elseif {$kind == $PT(DYNAMIC)} {
                set bytes [Bytes $channel $path $offset $filesz "its dynamic section"]
                set result [Dynamic_names $channel $path $segments $bytes $result]
            }
        }
        return $result
    } finally {
        ::close $channel
    }
}
