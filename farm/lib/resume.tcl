# SPDX-License-Identifier: Apache-2.0
#
# resume.tcl: what a case's result depends on, as one short number, and what an earlier run in the same directory left.
#
# A PASS is kept by --resume only if nothing that it depends on has changed: the image, its symbols, the fake BIOS, the
# farm's own files, the emulator, the map file and the case's figures.

namespace eval ::acre::resume {
    variable columns {name verdict sub why seconds margin dir hash cut}
    # Files given to sha256sum at once.
    variable BATCH 400
}

# hashes CASES FILES PROGRAMS -> dict name -> 16 hex digits.
#   FILES     what every case depends on
#   PROGRAMS  dict emulator -> path of its program ("" if it is missing): its size and time stand for it
proc ::acre::resume::hashes {cases files programs} {
    set sums [Sums [lsort -unique [concat $files [lmap case $cases {
        if {[dict get $case map] eq "" || [dict exists $case text]} continue
        dict get $case map
    }]]]]
    set common [lmap file $files {dict get $sums $file}]
    set stamps [dict map {emulator program} $programs {
        expr {$program eq "" ? "" : [list [file size $program] [file mtime $program]]}
    }]
    set hashes [dict create]
    foreach case $cases {
        set map [dict get $case map]
        set text [list $common [dict get $stamps [dict get $case emulator]]]
        if {[dict exists $case text]} {
            lappend text [dict get $case text]
        } else {
            lappend text [expr {$map eq "" ? "" : [dict get $sums $map]}]
        }
        foreach key {name emulator machine cpu disk memory expect regex append} {
            lappend text [expr {[dict exists $case $key] ? [dict get $case $key] : ""}]
        }
        dict set hashes [dict get $case name] [format %08x%08x [zlib crc32 $text] [zlib adler32 $text]]
    }
    return $hashes
}

# path -> sha256 of its content.
proc ::acre::resume::Sums {files} {
    variable BATCH
    set sums [dict create]
    while {$files ne ""} {
        set batch [lrange $files 0 $BATCH-1]
        set files [lrange $files $BATCH end]
        foreach line [split [exec sha256sum -z -- {*}$batch] \0] file $batch {
            dict set sums $file [string range $line 0 63]
        }
    }
    return $sums
}

# well FILE -> dict name -> result of every PASS and SKIP in FILE, whatever has changed since.
proc ::acre::resume::well {file} {
    return [dict filter [last $file] script {name result} {expr {[dict get $result verdict] in {PASS SKIP}}}]
}

# planned CASES OUT -> those of CASES that the run in OUT had planned.  Raises {ACRE USAGE} if there was no such run, or
# if it had planned others.
proc ::acre::resume::planned {cases out} {
    if {[catch {open [file join $out plan.tsv]} in]} {
        ::acre::err::usage "$out: no run's directory: it has no plan.tsv; name the run with --out"
    }
    set names [lmap line [lrange [split [read $in] \n] 1 end-1] {lindex [split $line \t] 0}]
    close $in
    set planned [dict create]
    foreach name $names {
        dict set planned $name 1
    }
    set cases [lmap case $cases {
        if {![dict exists $planned [dict get $case name]]} continue
        dict unset planned [dict get $case name]
        set case
    }]
    if {[dict size $planned]} {
        ::acre::err::usage "$out has [lindex [dict keys $planned] 0], which these options do not plan:\
            give those of that run, a random one's seed with them"
    }
    return $cases
}

# seed OUT -> the seed of the random maps of the run in OUT, or "".
proc ::acre::resume::seed {out} {
    if {[catch {open [file join $out plan.tsv]} in]} {
        return ""
    }
    set found [regexp {boot@random/([0-9]+)-} [read $in] - seed]
    close $in
    return [expr {$found ? $seed : ""}]
}

# last FILE -> dict name -> result of every name in FILE (results.tsv).  The last line for a name counts; a file that is
# not there has none; a line that was cut short is none.
proc ::acre::resume::last {file} {
    set last [dict create]
    if {![file isfile $file]} {
        return $last
    }
    set in [open $file r]
    foreach line [split [read $in] \n] {
        set result [result $line]
        if {$result ne ""} {
            dict set last [dict get $result name] $result
        }
    }
    close $in
    return $last
}

# result LINE -> the result (a dict) in a line of results.tsv, or "" if it is none.
proc ::acre::resume::result {line} {
    variable columns
    set fields [split $line \t]
    if {[llength $fields] != [llength $columns]} {
        return ""
    }
    return [concat {*}[lmap column $columns field $fields {list $column $field}]]
}

# kept FILE HASHES -> dict name -> result of every PASS in FILE (results.tsv) whose hash is still the same.
proc ::acre::resume::kept {file hashes} {
    return [dict filter [last $file] script {name result} {
        expr {[dict get $result verdict] eq "PASS" && [dict exists $hashes $name]
            && [dict get $hashes $name] eq [dict get $result hash]}
    }]
}
