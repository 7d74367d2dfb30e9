# SPDX-License-Identifier: Apache-2.0
#
# reportcase.tcl: what a case's directory holds, for its page and for JUnit.
#
#   ::acre::reportcase::read CASE -> dict; CASE is reportread.tcl's
#     there    1 if the directory is there       file    the case file's keys, or {}
#     map      map.tcl's of served.map, or ""    cut     ranges that were cut from the map, as text
#     serial   what the guest said, as text, not escaped; leftout: bytes that were left out of its middle
#     stderr   the emulator's own words, the last of them     findings  list of sentences
#     tap      tap.tcl's of the whole log, or ""
#     model    ledgermap.tcl's, or "", and then nomodel says why
#   ::acre::reportcase::entries CASE -> the map's entries as served, or as the guest says it got them, or ""
#   ::acre::reportcase::marks CASE   -> dict mark -> number, from the serial log
#   ::acre::reportcase::replay CASE  -> {command what-it-is ...}: what shows the case again
#
# Nothing here raises for what stands in the directory: files may be damaged, missing, too large, or no files.

::acre::paths::use safetext patterns quirks interval mapops map tap mapreport casefile summary

namespace eval ::acre::reportcase {
    # Bytes that are read of a file, and shown of a serial log: its beginning and its end.
    variable READ_MOST 4194304 SHOWN_FIRST 131072 SHOWN_LAST 131072 STDERR_LAST 4096
}

proc ::acre::reportcase::read {case} {
    set dir [dict get $case dir]
    set serial [File $dir serial.log]
    set seen [dict create there [file isdirectory $dir] file [CaseFile $dir] map [Map $dir] \
        cut [Comments $dir cut.txt 0] findings [Comments $dir audit.txt 0] tap "" model "" \
        nomodel "the guest said nothing"]
    set stderr [File $dir stderr.log]
    variable STDERR_LAST
    dict set seen stderr [::acre::safetext::bytes [string range $stderr end-$STDERR_LAST end]]
    set seen [dict merge $seen [Shown $serial]]
    if {$serial ne ""} {
        set seen [dict merge $seen [Drawn $serial]]
    }
    return $seen
}

# The bytes of DIR/NAME, "" if it is no plain file: a link may lead out of the run's directory.
proc ::acre::reportcase::File {dir name} {
    variable READ_MOST
    set path [file join $dir $name]
    if {[catch {file type $path} type] || $type ne "file" || [catch {open $path rb} in]} {
        return ""
    }
    set bytes [::read $in $READ_MOST]
    close $in
    return $bytes
}

proc ::acre::reportcase::CaseFile {dir} {
    set text [File $dir case]
    if {[catch {dict merge $text} file]} {
        return {}
    }
    return $file
}

proc ::acre::reportcase::Map {dir} {
    set text [File $dir served.map]
    if {$text eq "" || [catch {::acre::map::parse $text served.map} result] || [dict get $result problems] ne ""} {
        return ""
    }
    return [dict get $result map]
}

# The lines of a file that are comments (1) or are none (0).
proc ::acre::reportcase::Comments {dir name comments} {
    return [lmap line [split [::acre::safetext::bytes [File $dir $name]] \n] {
        if {$line eq "" || [string match "#*" $line] != $comments} continue
        set line
    }]
}

proc ::acre::reportcase::Shown {serial} {
    variable SHOWN_FIRST
    variable SHOWN_LAST
    set left [expr {[string length $serial] - $SHOWN_FIRST - $SHOWN_LAST}]
    if {$left > 0} {
        set serial "[string range $serial 0 $SHOWN_FIRST-1]\n\[$left bytes left out\]\n[string range $serial \
            end-[expr {$SHOWN_LAST - 1}] end]"
    }
    return [dict create serial [::acre::safetext::bytes $serial] leftout [expr {max(0, $left)}]]
}

# What the log says, and the picture of memory that it gives.
proc ::acre::reportcase::Drawn {serial} {
    if {[catch {::acre::tap::parse $serial} tap]} {
        return [dict create nomodel "the log cannot be read"]
    }
    if {[catch {::acre::mapreport::of $serial "this case"} model]} {
        return [dict create tap $tap nomodel [regsub {^this case: } $model ""]]
    }
    return [dict create tap $tap model $model nomodel ""]
}

proc ::acre::reportcase::entries {case} {
    set map [Map [dict get $case dir]]
    if {$map ne ""} {
        return [dict get $map entries]
    }
    set serial [::acre::safetext::bytes [File [dict get $case dir] serial.log]]
    set entries {}
    foreach {- base length type} [regexp -all -inline -line \
            {^# e820 (0x[0-9a-f]{1,16}) (0x[0-9a-f]{1,16}) (\d{1,10})} $serial] {
        lappend entries [list [expr {$base + 0}] [expr {$base + $length}] $type]
    }
    return $entries
}

proc ::acre::reportcase::marks {case} {
    set marks [dict create]
    foreach {- name number} [regexp -all -inline -line {^# mark ([a-z0-9-]{1,32}) (\d{1,19})\r?$} \
            [File [dict get $case dir] serial.log]] {
        dict set marks $name $number
    }
    return $marks
}

proc ::acre::reportcase::replay {case} {
    set ways {}
    set dir [dict get $case dir]
    if {[file isfile [file join $dir case]]} {
        lappend ways "acre farm --case [::acre::summary::Quoted [file join $dir case]]" "To run and judge it again"
    }
    if {[file isfile [file join $dir replay.sh]]} {
        lappend ways [::acre::summary::replay $case] "To run the emulator alone, with the guest's words on the terminal"
    }
    return $ways
}
