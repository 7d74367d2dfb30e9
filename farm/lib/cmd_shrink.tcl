# SPDX-License-Identifier: Apache-2.0
#
# cmd_shrink.tcl: `acre shrink`: from a failing case's directory to the smallest map on which its image fails so.

::acre::paths::use cmd_farm

namespace eval ::acre::cmdshrink {
    variable options {
        -o {one file {}} --out {one out {}} --jobs {one jobs {}} --most {one most 500} --confirm {one confirm 3}
    }
    variable begun 0
}

# acre shrink CASE [OPTION...] -> exit status.
proc ::acre::cmd::shrink {args} {
    ::acre::farm::load 1
    ::acre::paths::use shrink shrinkcase mapimport oracle pair
    lassign [::acre::cmdshrink::Words $args] case given
    return [::acre::cmdshrink::Shrink $case $given]
}

# The case and the options, checked.
proc ::acre::cmdshrink::Words {words} {
    variable options
    set names [lsearch -all -inline -not -glob [lrange $words 0 0] -*]
    set given [::acre::options::parse shrink $options [lrange $words [llength $names] end]]
    if {$names eq ""} {
        ::acre::err::usage "shrink: say which case: its directory, as 'acre farm' names it ('acre help shrink')"
    }
    if {[dict get $given jobs] eq ""} {
        dict set given jobs [::acre::farm::Cores]
    }
    foreach key {jobs most confirm} {
        if {![regexp {^[1-9][0-9]{0,4}$} [dict get $given $key]]} {
            ::acre::err::usage "shrink: --$key '[dict get $given $key]' is not a number from 1 to 99999"
        }
    }
    set file [lindex $names 0]
    if {[file isdirectory $file]} {
        set file [file join $file case]
    }
    set case [::acre::casefile::read $file]
    if {![file isfile [dict get $case image]]} {
        ::acre::err::bad "[dict get $case image]: the case's image is gone; run the case again with 'acre farm'"
    }
    set recorded [::acre::pair::recorded [file dirname $file]]
    if {$recorded ne "" && [dict get $recorded sub] eq "emulators"} {
        ::acre::err::bad "[dict get $case name] is well by itself and fails beside the other emulator only, so there is\
            nothing to boot smaller and smaller; see both: acre farm --replay\
            [::acre::summary::Quoted [file dirname $file]]"
    }
    if {[dict get $given out] eq ""} {
        dict set given out [file join [file dirname [file normalize $file]] shrink]
    }
    dict set given out [file normalize [dict get $given out]]
    return [list $case $given]
}

proc ::acre::cmdshrink::Shrink {case given} {
    variable begun [clock milliseconds]
    set command [list [info nameofexecutable] [file normalize $::argv0] farm --one]
    ::acre::farmrun::Directory [dict get $given out] 0
    try {
        ::acre::shrinkcase::open $case [dict create out [dict get $given out] jobs [dict get $given jobs] \
            most [dict get $given most] command $command]
        ::acre::keeper::start
        if {[catch {::acre::shrinkcase::confirm [dict get $given confirm]} why options]} {
            if {[lindex [dict get $options -errorcode] 1] ni {SAME END}} {
                return -options $options $why
            }
            puts "acre shrink: $why"
            return 1
        }
        puts "[dict get $case name]: [Said $why]"
        puts "fails so in [dict get $given confirm] of [dict get $given confirm] boots; looking for less"
        return [Search $given]
    } finally {
        catch {file delete $::acre::farmrun::lock}
        ::acre::process::dismiss $::acre::farmrun::guardian
    }
}

# A signature in words.
proc ::acre::cmdshrink::Said {signature} {
    lassign $signature verdict sub words
    return "$verdict $sub: $words"
}

proc ::acre::cmdshrink::Search {given} {
    set first [::acre::shrinkcase::candidate]
    # Where the search ends before it has begun, there is this.
    set ::acre::shrink::best $first
    set end ""
    if {[catch {
        set first [::acre::shrinkcase::start]
        ::acre::shrink::run $first ::acre::shrinkcase::test ::acre::cmdshrink::Smaller
    } why options]} {
        if {[dict get $options -errorcode] ne {ACRE END}} {
            return -options $options $why
        }
        set end "; the search is not at its end: $why"
    }
    set best $::acre::shrink::best
    puts "[Size $first] -> [Size $best] in $::acre::shrinkcase::boots boots, [Seconds] s$end"
    Result $best $first $given
    return 0
}

# A line for each step.
proc ::acre::cmdshrink::Smaller {words} {
    puts [format "%4d boots %4d s: %s (%s)" $::acre::shrinkcase::boots [Seconds] [Size $::acre::shrink::best] $words]
    flush stdout
}

proc ::acre::cmdshrink::Seconds {} {
    variable begun
    return [expr {([clock milliseconds] - $begun) / 1000}]
}

# What there is of a candidate, in words.
proc ::acre::cmdshrink::Size {candidate} {
    set words [expr {[dict get $candidate own] ? "the emulator's own map"
        : [Counted [llength [dict get $candidate entries]] entry entries]}]
    append words ", [::acre::machine::size [dict get $candidate memory]] of RAM"
    if {[dict get $candidate quirks] ne ""} {
        append words ", [Counted [llength [dict get $candidate quirks]] quirk quirks]"
    }
    foreach key {machine cpu disk program} {
        if {[dict get $candidate $key] ne [dict get $::acre::shrink::defaults $key]} {
            append words ", $key [dict get $candidate $key]"
        }
    }
    return $words
}

proc ::acre::cmdshrink::Counted {n one many} {
    return "$n [expr {$n == 1 ? $one : $many}]"
}

# Writes the map and says how to go on.
proc ::acre::cmdshrink::Result {best first given} {
    set case $::acre::shrinkcase::case
    puts "the smallest case: [dict get $::acre::shrinkcase::last dir]"
    set axes "[Axes $best $case][Image $case]"
    if {[dict get $best own]} {
        puts "no map: it fails only with the emulator's own; again:\n \
            acre farm$axes --memory [::acre::machine::size [dict get $best memory]]"
        return
    }
    set signature [Said $::acre::shrinkcase::wanted]
    # Dates and places of this machine would make another file of the same finding.
    set text [::acre::shrinkcase::Text $best "the smallest map on which: $signature" \
        "acre shrink, from [dict get $case name] ([Size $first])" [list [list finding $signature] \
        [list failing [string trim [Axes $best $case]]]]]
    set file [dict get $given file]
    if {$file eq ""} {
        set file [file join [dict get $given out] min-[format %08x [zlib crc32 $text]].map]
    }
    ::acre::map::write [dict get [::acre::map::parse $text $file] map] $file
    puts "the smallest map: $file"
    foreach entry [dict get $best entries] {
        puts [format "  0x%llx 0x%llx %lld" {*}$entry]
    }
    puts "again:\n  acre farm --maps $file$axes"
}

# The options of `acre farm` that make the case again, beside map and RAM.
proc ::acre::cmdshrink::Axes {best case} {
    set words " --emulator [dict get $case emulator]"
    foreach key {machine cpu disk program} {
        if {[dict get $best $key] ne [dict get $::acre::shrink::defaults $key]} {
            append words " --$key [dict get $best $key]"
        }
    }
    return $words
}

# And those that say what boots.
proc ::acre::cmdshrink::Image {case} {
    set words ""
    if {[dict get $case image] ne [file normalize [::acre::paths::get image]]} {
        append words " --image [dict get $case image]"
    }
    if {[dict get $case regex] ne ""} {
        append words " --expect [::acre::rundir::shell [list [dict get $case regex]]]"
    }
    return $words
}
