# SPDX-License-Identifier: Apache-2.0
#
# acre image: a copy of the disk image with options set.  The format of an image is in src/x86_64/image.h.
#
#   ::acre::image::load FILE           -> the bytes of an Acre image; raises {ACRE BAD} if FILE is none
#   ::acre::image::options BYTES       -> the options as a dict name -> value, in the image's order
#   ::acre::image::with BYTES OPTIONS  -> BYTES with these options and their sum
#   ::acre::image::save FILE BYTES     writes FILE whole or not at all

namespace eval ::acre::image {
    variable name_form {^[a-z][a-z0-9.-]*$}
    variable value_form {^[!-~]+$}
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

proc ::acre::image::load {path} {
    Layout
    try {
        # A name that begins with "|" is a name, not a command.
        set file [open [file join [pwd] $path] rb]
        try {
            set bytes [read $file]
        } finally {
            close $file
        }
    } trap POSIX {message options} {
        ::acre::err::bad "cannot read $path: [lindex [dict get $options -errorcode] 2]"
    }
    set header $::layout::LAYOUT_SECTOR_SIZE
    set sectors [Word $bytes [expr {$header + $::layout::IMAGE_HDR_SECTORS}]]
    if {[Word $bytes [expr {$header + $::layout::IMAGE_HDR_MAGIC}]] != $::layout::IMAGE_MAGIC} {
        ::acre::err::bad "$path is not an Acre image; make one with acre image -o FILE"
    }
    if {[string length $bytes] < $sectors * $::layout::LAYOUT_SECTOR_SIZE} {
        ::acre::err::bad "$path is cut short: it has [string length $bytes] bytes,\
            its header says at least [expr {$sectors * $::layout::LAYOUT_SECTOR_SIZE}]; copy it again"
    }
    Check $path $bytes
    return $bytes
}

# Raises unless the options sector of BYTES is inside the image and as its sum says.
proc ::acre::image::Check {path bytes} {
    set at [Options_at $bytes]
    set sector [string range $bytes $at [expr {$at + $::layout::LAYOUT_SECTOR_SIZE - 1}]]
    set text [string range $sector 0 [expr {$::layout::IMAGE_OPTIONS_SIZE - 1}]]
    if {[string range $sector $::layout::IMAGE_OPTIONS_SIZE end] ne [Sum $text]} {
        ::acre::err::bad "$path is damaged: the sum of its options (at byte $at) is wrong; start from a good image"
    }
}

proc ::acre::image::Options_at {bytes} {
    set lba [Word $bytes [expr {$::layout::LAYOUT_SECTOR_SIZE + $::layout::IMAGE_HDR_OPTIONS_LBA}]]
    return [expr {$lba * $::layout::LAYOUT_SECTOR_SIZE}]
}

# The 8-byte sum of src/runtime/sum.h over TEXT, whose length is a multiple of 4.
proc ::acre::image::Sum {text} {
    set a 0
    set b 0
    binary scan $text iu* words
    foreach word $words {
        set a [expr {($a + $word) & 0xffffffff}]
        set b [expr {($b + $a) & 0xffffffff}]
    }
    return [binary format ii $a $b]
}

proc ::acre::image::options {bytes} {
    Layout
    set at [Options_at $bytes]
    set text [string range $bytes $at [expr {$at + $::layout::IMAGE_OPTIONS_SIZE - 1}]]
    set options {}
    foreach word [split [string trimright $text \0]] {
        if {[regexp {^([^=]+)=(.*)$} $word -> name value]} {
            dict set options $name $value
        }
    }
    return $options
}

proc ::acre::image::with {bytes options} {
    Layout
    set text [join [lmap {name value} $options {string cat $name = $value}] " "]
    set room [expr {$::layout::IMAGE_OPTIONS_SIZE - 1}]
    if {[string length $text] > $room} {
        ::acre::err::bad "the options take [string length $text] bytes, an image has room for $room;\
            set fewer or shorter ones"
    }
    set sector [binary format a[expr {$::layout::IMAGE_OPTIONS_SIZE + 0}] $text]
    append sector [Sum $sector]
    set at [Options_at $bytes]
    return [string replace $bytes $at [expr {$at + $::layout::LAYOUT_SECTOR_SIZE - 1}] $sector]
}

# A file is written beside PATH and renamed, so that a full disk leaves what was there before; a device is written to.
proc ::acre::image::save {path bytes} {
    set direct [expr {[file exists $path] && [file type $path] ni {file link}}]
    set part [expr {$direct ? $path : "$path.part[pid]"}]
    try {
        if {[file isdirectory $path]} {
            ::acre::err::bad "cannot write $path: it is a directory; name a file"
        }
        Put $part $bytes
        if {!$direct} {
            file rename -force $part $path
        }
    } trap POSIX {message options} {
        ::acre::err::bad "cannot write $path: [lindex [dict get $options -errorcode] 2]"
    } finally {
        if {!$direct && [file exists $part]} {
            file delete $part
        }
    }
}

proc ::acre::image::Put {path bytes} {
    set file [open [file join [pwd] $path] wb]
    set failed [catch {puts -nonewline $file $bytes; flush $file} message options]
    if {[catch {close $file} closing closing_options] && !$failed} {
        return -options $closing_options $closing
    }
    return -options $options $message
}

# Adds what --set says to OPTIONS, a dict.
proc ::acre::image::Set {options word} {
    variable name_form
    variable value_form
    if {![regexp {^([^=]*)=(.*)$} $word -> name value]} {
        ::acre::err::usage "--set wants NAME=VALUE, not '$word'"
    }
    if {![regexp $name_form $name]} {
        ::acre::err::usage "bad option name '$name': lower-case letters, digits, '.' and '-', a letter first"
    }
    if {$value eq ""} {
        return [dict remove $options $name]
    }
    if {![regexp $value_form $value]} {
        ::acre::err::usage "bad value '$value' for option $name: printable ASCII without blanks"
    }
    return [dict replace $options $name $value]
}

# The command line as a dict: out, from, get, set (a list).
proc ::acre::image::Arguments {arguments} {
    set said [dict create out "" from [::acre::paths::get image] get 0 set {}]
    while {[llength $arguments]} {
        set arguments [lassign $arguments word]
        if {$word in {-o --output --from --set} && ![llength $arguments]} {
            ::acre::err::usage "$word wants a value"
        }
        switch -glob -- $word {
            -o - --output { set arguments [lassign $arguments value]; dict set said out $value }
            --from { set arguments [lassign $arguments value]; dict set said from $value }
            --set { set arguments [lassign $arguments value]; dict lappend said set $value }
            --set=* { dict lappend said set [string range $word 6 end] }
            --from=* { dict set said from [string range $word 7 end] }
            --output=* { dict set said out [string range $word 9 end] }
            --get { dict set said get 1 }
            -* { ::acre::err::usage "image has no option '$word'; see acre help image" }
            default { ::acre::err::usage "image takes no program yet, so not '$word'; see acre help image" }
        }
    }
    if {[dict get $said out] eq "" && ![dict get $said get]} {
        ::acre::err::usage "image wants -o FILE (or --get); see acre help image"
    }
    return $said
}

proc ::acre::cmd::image {args} {
    set said [::acre::image::Arguments $args]
    set bytes [::acre::image::load [dict get $said from]]
    set options [::acre::image::options $bytes]
    foreach word [dict get $said set] {
        set options [::acre::image::Set $options $word]
    }
    set bytes [::acre::image::with $bytes $options]
    if {[dict get $said out] ne ""} {
        ::acre::image::save [dict get $said out] $bytes
    }
    if {[dict get $said get]} {
        dict for {name value} $options {
            puts $name=$value
        }
    }
    return 0
}
