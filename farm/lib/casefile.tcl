# SPDX-License-Identifier: Apache-2.0
#
# casefile.tcl: a case on disk, for the process that runs it and for whoever wants to run it again.
#
# The file is `case` in the case's directory: a Tcl list of keys and values, one key a line.  Data only: it is read as a
# list, never run.

namespace eval ::acre::casefile {}

# prepare CASE -> path of its file, in a fresh directory (what an earlier run left there is removed).  A map that is no
# file yet (CASE's text) is written where CASE's map says.
# Raises the system's words if the directory or the file cannot be written.
proc ::acre::casefile::prepare {case} {
    set dir [dict get $case dir]
    if {[file exists [file join $dir case]]} {
        file delete -force $dir
    }
    file mkdir $dir
    if {[dict exists $case text]} {
        save [dict get $case map] [encoding convertto utf-8 [dict get $case text]]
        dict unset case text
    }
    set text ""
    dict for {key value} $case {
        append text [list $key $value] \n
    }
    set file [file join $dir case]
    save $file [encoding convertto utf-8 $text]
    return $file
}

# save FILE BYTES: writes a file.  Raises the system's words if it cannot, a full disk's too, which may show only at the
# close.
proc ::acre::casefile::save {file bytes} {
    set out [open $file wb]
    set failed [catch {puts -nonewline $out $bytes} message]
    if {[catch {close $out} closing]} {
        error $closing
    }
    if {$failed} {
        error $message
    }
}

# read FILE -> the case.  Raises {ACRE CASE} if it is not such a file.
proc ::acre::casefile::read {file} {
    if {![file isfile $file] || [catch {open [file join [pwd] $file] r} in]} {
        return -code error -errorcode {ACRE CASE} "$file: cannot be read; name the file `case` in a case's directory"
    }
    set text [::read $in]
    close $in
    # Not line by line: a path may have a line end in it.
    if {[catch {dict merge $text} case]} {
        return -code error -errorcode {ACRE CASE} \
            "$file: not a case: it is no list of keys and values; name the file `case` in a case's directory"
    }
    foreach key {name emulator machine memory image dir expect} {
        if {![dict exists $case $key]} {
            return -code error -errorcode {ACRE CASE} "$file: not a case: it has no $key"
        }
    }
    return $case
}

# correct RESULT FINDINGS: what the case came to after all, once the run was over, in its result.txt.
proc ::acre::casefile::correct {result findings} {
    if {[catch {open [file join [dict get $result dir] result.txt] r+} channel]} {
        return
    }
    set text [::read $channel]
    foreach key {verdict sub why} {
        regsub -line "^$key: .*\$" $text "$key: [string map {& \\& \\ \\\\} [dict get $result $key]]" text
    }
    chan truncate $channel 0
    seek $channel 0
    puts -nonewline $channel $text[join [lmap finding $findings {string cat "finding: " $finding \n}] ""]
    close $channel
}
