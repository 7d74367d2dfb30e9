# SPDX-License-Identifier: Apache-2.0
#
# shardtake.tcl: a result that was made elsewhere becomes one of this run: its line, and its case's directory.
#
#   ::acre::shardtake::take RESULT FROM TO KEEP   -> RESULT with its new directory TO; FROM is where the directory
#                                       stands now, and stays there if KEEP is 1.  Where FROM is not (a case that was
#                                       skipped has none), only the line is taken.
#                                       Raises the system's words if TO cannot be written
#   ::acre::shardtake::lines FILE VAR AT   -> the results in the whole lines of FILE from byte AT on; VAR gets where the
#                                       next one begins.  A file that is not there yet has none
#   ::acre::shardtake::merge DIRS OUT   a loop for runner.tcl: the results of the waiting cases, from the runs in DIRS
#   ::acre::shardtake::home WORK OUT RESULT   for runner.tcl's on-result: the directory goes from WORK to OUT
#
# A case's files name its directory: the case file, the replay script, result.txt, Bochs's configuration.  They name
# the new one afterwards, so that the case can be replayed where it is.  The directory is whole or not there: it gets
# its name when all of it is.

::acre::paths::use resume

namespace eval ::acre::shardtake {
    # Files larger than this (bytes) are logs and disks; none of those names its directory.
    variable MOST 262144
}

proc ::acre::shardtake::take {result from to keep} {
    if {[file isdirectory $from]} {
        set part $to.part
        file delete -force $part
        file mkdir [file dirname $to]
        if {$keep} {
            file copy $from $part
        } else {
            file rename $from $part
        }
        Rename $part [dict get $result dir] $to
        file delete -force $to
        file rename $part $to
    }
    dict set result why [string map [list [dict get $result dir] $to] [dict get $result why]]
    return [dict replace $result dir $to]
}

# In the files of DIR the path OLD becomes NEW.
proc ::acre::shardtake::Rename {dir old new} {
    variable MOST
    set old [encoding convertto [encoding system] $old]
    set new [encoding convertto [encoding system] $new]
    foreach file [glob -nocomplain -directory $dir -type f *] {
        if {[file size $file] > $MOST} continue
        set channel [open $file rb]
        set bytes [read $channel]
        close $channel
        set changed [string map [list $old $new] $bytes]
        if {$changed ne $bytes} {
            ::acre::casefile::save $file $changed
        }
    }
}

proc ::acre::shardtake::home {work out result} {
    set name [dict get $result name]
    return [take $result [file join $work $name] [file join $out $name] 0]
}

proc ::acre::shardtake::lines {file atVar at} {
    upvar 1 $atVar next
    set next $at
    if {[catch {open $file rb} in]} {
        return {}
    }
    seek $in $at
    set bytes [read $in]
    close $in
    set end [string last \n $bytes]
    incr next [expr {$end + 1}]
    return [lmap line [split [encoding convertfrom utf-8 [string range $bytes 0 $end]] \n] {
        set result [::acre::resume::result $line]
        if {$result eq ""} continue
        set result
    }]
}

proc ::acre::shardtake::merge {dirs out} {
    set all [Results $dirs]
    set planned 0
    set other 0
    set bare 0
    foreach case [::acre::runner::waiting] {
        set why [::acre::runner::ending]
        if {$why ne ""} {
            ::acre::runner::stopped $why
            return
        }
        set name [dict get $case name]
        if {![dict exists $all $name]} continue
        lassign [dict get $all $name] result dir
        incr planned
        incr other [expr {[dict get $result hash] ne [dict get $case hash]}]
        incr bare [expr {[dict get $result verdict] ne "SKIP" && ![file isdirectory [file join $dir $name]]}]
        ::acre::runner::take $case [take $result [file join $dir $name] [file join $out $name] 1]
    }
    if {[dict size $all] > $planned} {
        ::acre::progress::note "[expr {[dict size $all] - $planned}] results are of no case of this plan, and left out"
    }
    if {$other} {
        ::acre::progress::note "$other results are of another image, farm, emulator or map than are here"
    }
    if {$bare} {
        ::acre::progress::note \
            "$bare results came without their case's directory, so without log and replay: copy all of what is merged"
    }
    ::acre::runner::stopped "no result in what was merged"
}

# dict name -> {RESULT DIR}.  Of several results for a name the worst counts: what failed once has failed.
proc ::acre::shardtake::Results {dirs} {
    set all [dict create]
    foreach dir $dirs {
        dict for {name result} [::acre::resume::last [file join $dir results.tsv]] {
            set rank [Rank $result]
            if {$rank && (![dict exists $all $name] || $rank > [Rank [lindex [dict get $all $name] 0]])} {
                dict set all $name [list $result $dir]
            }
        }
    }
    return $all
}

proc ::acre::shardtake::Rank {result} {
    switch -- [dict get $result verdict] {
        MISSING { return 0 }
        SKIP { return 1 }
        PASS { return 2 }
    }
    return 3
}
