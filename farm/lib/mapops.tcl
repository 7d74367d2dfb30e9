# SPDX-License-Identifier: Apache-2.0
#
# What is done with maps besides reading them: finding files, writing, cutting to the RAM that is there, RAM ladders,
# and guessing what a misspelt header was meant to be.

namespace eval ::acre::mapops {}
namespace eval ::acre::map {
    # Both emulators' CPUs address this much; no byte from here up can be touched, so none there needs backing.
    variable addressable [expr {1 << 40}]
}

# Files and directories (searched with all below them) -> sorted list of .map files, each once. A name that is no path
# is looked up among the bundled maps: "linux-snb-bad-pages", "zoo". Raises {ACRE MAP} for what is not there.
proc ::acre::map::find {args} {
    set files {}
    foreach path $args {
        set path [locate $path]
        if {![file isdirectory $path]} {
            lappend files $path
            continue
        }
        set below [Below $path]
        if {![llength $below]} {
            return -code error -errorcode {ACRE MAP} "$path: no .map file in this directory; name one that has some"
        }
        lappend files {*}$below
    }
    return [lsort -unique $files]
}

proc ::acre::map::Below {dir} {
    set files [glob -nocomplain -directory $dir -types f *.map]
    foreach sub [glob -nocomplain -directory $dir -types d *] {
        # Links to directories may lead back up.
        if {[file type $sub] eq "directory"} {
            lappend files {*}[Below $sub]
        }
    }
    return $files
}

# PATH if it exists, else the bundled map (or folder of maps) of that name; raises {ACRE MAP} if there is neither.
proc ::acre::map::locate {path} {
    if {[file exists $path]} {
        return $path
    }
    set bundle [Bundle]
    # A folder of maps of its own by its name, else a map in any of them.
    set tries [list $path $path.map]
    foreach folder [lsort [glob -nocomplain -tails -directory $bundle -types d *]] {
        lappend tries $folder/$path.map $folder/$path
    }
    foreach try $tries {
        set file [file join $bundle $try]
        if {$path ne "" && [file pathtype $path] eq "relative" && [file exists $file]} {
            return $file
        }
    }
    return -code error -errorcode {ACRE MAP} "$path: no such map file, and no bundled map of this name[Near $path]"
}

# "; did you mean ..." with the bundled names that contain PATH, or what to do.
proc ::acre::map::Near {path} {
    set wanted [file rootname [file tail $path]]
    set names {}
    foreach file [Below [Bundle]] {
        set name [file rootname [file tail $file]]
        if {[string length $wanted] > 2 && [string first $wanted $name] >= 0} {
            lappend names $name
        }
    }
    if {![llength $names]} {
        return "; 'acre map show' without a name lists them"
    }
    set shown [join [lrange [lsort $names] 0 2] ", "]
    return "; did you mean $shown[expr {[llength $names] > 3 ? ", ..." : ""}]?"
}

proc ::acre::map::Bundle {} {
    return [::acre::paths::get maps]
}

# The bytes of FILE, which must not be more than a map may have.  Raises {ACRE MAP}, naming it.
proc ::acre::map::Load {file} {
    variable bytesMax
    set failed [catch {
        if {[file isdirectory $file]} {
            error "is a directory, not a map; name a .map file in it"
        }
        set bytes [Bytes $file]
        if {[string length $bytes] > $bytesMax} {
            error "too large for a map: more than $bytesMax bytes; name a .map file"
        }
    } why]
    if {$failed} {
        return -code error -errorcode {ACRE MAP} "$file: $why"
    }
    return $bytes
}

# The bytes of FILE, as far as a map may reach and one more.  A name that begins with "|" is a name, not a command; a
# pipe that nobody writes to has no bytes, and nobody waits for one.
proc ::acre::map::Bytes {file} {
    variable bytesMax
    if {[catch {open [file join [pwd] $file] {RDONLY BINARY NONBLOCK}} channel]} {
        error "cannot be read: [Plain $channel]; check the path and its permissions"
    }
    chan configure $channel -blocking 1
    set failed [catch {::read $channel [expr {$bytesMax + 1}]} bytes]
    close $channel
    if {$failed} {
        error "cannot be read: [Plain $bytes]; check the path and its permissions"
    }
    return $bytes
}

# The system's own words ("no such file or directory") out of what Tcl makes of them.
proc ::acre::map::Plain {message} {
    return [regsub {^(couldn't open|error reading) "[^"]*": } $message ""]
}

# The text of a map file that reads back as MAP. Headers whose value is the default are left out, expect is not.
proc ::acre::map::text {map} {
    set lines {}
    set expected [dict get $map expect]
    if {$expected eq "refuses"} {
        set expected "refuses: [dict get $map why]"
    }
    dict with map {
        foreach {key value} [list title $title source $source class $class expect $expected reason $reason ram $ram \
                quirk [join $quirks ", "] pages-above-1m $pages] {
            if {$value ne ""} {
                lappend lines "# $key: $value"
            }
        }
    }
    dict for {emulator ranges} [dict get $map unbacked] {
        lappend lines "# unbacked-$emulator: [join [lmap range $ranges { Dashed $range }]]"
    }
    foreach header [dict get $map extra] {
        lappend lines "# [lindex $header 0]: [lindex $header 1]"
    }
    foreach entry [dict get $map entries] {
        lassign $entry base limit type
        lappend lines [format "0x%llx 0x%llx %lld" $base $limit $type]
    }
    return "[join $lines \n]\n"
}

proc ::acre::map::Dashed {range} {
    return [format "0x%llx-0x%llx" {*}$range]
}

# Writes MAP to FILE ("-": standard output). Raises {ACRE MAP} if it cannot.
proc ::acre::map::write {map file} {
    set bytes [encoding convertto utf-8 [text $map]]
    if {$file eq "-"} {
        fconfigure stdout -translation binary
        puts -nonewline stdout $bytes
        flush stdout
        return
    }
    if {[catch {
        set channel [open [file join [pwd] $file] wb]
        puts -nonewline $channel $bytes
        close $channel
    } why]} {
        return -code error -errorcode {ACRE MAP} "$file: cannot be written: [Plain $why]; choose another place"
    }
}

# Cuts the usable entries (type 1) of ENTRIES to what BACKED ({{base limit} ...}) says is really RAM:
# dict {entries {{base limit type} ...} cut {{base limit} ...}}. Order is kept; an entry may fall into several pieces or
# vanish. Bytes from REACH up stay: the guest's CPU cannot address them, and that it keeps off them is to be tested.
#
#   entry    [=====================)             cut      [==)
#   backed   [========)   [===========)          entries  [========) [========)
proc ::acre::map::cut {entries backed {reach ""}} {
    variable addressable
    if {$reach eq ""} {
        set reach $addressable
    }
    lappend backed [list $reach [expr {1 << 66}]]
    set kept {}
    set gone {}
    foreach entry $entries {
        lassign $entry base limit type
        set pieces [list [list $base $limit]]
        if {$type == 1 && $base < $limit} {
            set lost [::acre::interval::subtract $pieces $backed]
            lappend gone {*}$lost
            if {[llength $lost]} {
                set pieces [::acre::interval::subtract $pieces $lost]
            }
        }
        foreach piece $pieces {
            lappend kept [list {*}$piece $type]
        }
    }
    return [dict create entries $kept cut [::acre::interval::union $gone]]
}

# The RAM ladder in FILE (the bundled ladder.conf where none is given): list of dicts {emulator E size TEXT mib N} in
# the file's order, only those of EMULATOR unless that is "". Raises {ACRE MAP} for a bad line.
proc ::acre::map::ladder {{emulator ""} {file ""}} {
    if {$file eq ""} {
        set file [file join [Bundle] ladder.conf]
    }
    set rungs {}
    set number 0
    foreach line [::split [Load $file] \n] {
        incr number
        set line [string trim [regsub {#.*} $line ""]]
        if {$line eq ""} {
            continue
        }
        if {![regexp {^(qemu|bochs)\s+([1-9][0-9]*)([MG])$} $line -> who count unit]} {
            return -code error -errorcode {ACRE MAP} \
                "$file:$number: not a rung: '$line'; write 'qemu 64M' or 'bochs 1G'"
        }
        if {$emulator in [list "" $who]} {
            lappend rungs [dict create emulator $who size $count$unit mib [expr {$unit eq "G" ? $count << 10 : $count}]]
        }
    }
    return $rungs
}

# The known header that KEY was probably meant to be, or "": a slip in expect or quirk must not turn a test green.
proc ::acre::map::Meant {key} {
    variable checked
    foreach known $checked {
        set slips [expr {[string length $known] > 4 ? 2 : 1}]
        if {[Distance [string tolower $key] $known] <= $slips && [string length $key] >= 3} {
            return $known
        }
    }
    return ""
}

# Edit distance (insert, delete, replace) between two short words.
proc ::acre::map::Distance {a b} {
    set row {}
    for {set j 0} {$j <= [string length $b]} {incr j} {
        lappend row $j
    }
    foreach x [::split $a ""] {
        set next [list [expr {[lindex $row 0] + 1}]]
        set j 0
        foreach y [::split $b ""] {
            set swap [expr {[lindex $row $j] + ($x ne $y)}]
            incr j
            lappend next [expr {min($swap, [lindex $row $j] + 1, [lindex $next end] + 1)}]
        }
        set row $next
    }
    return [lindex $row end]
}
