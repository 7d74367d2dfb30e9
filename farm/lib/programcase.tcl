# SPDX-License-Identifier: Apache-2.0
#
# programcase.tcl: the cases in which the image carries a program of ours (farm/program/chain.c).  The kernel checks
# itself and is audited as in every case (checks=1); then it runs the program again and again, and compares its ledger
# after each end: a frame that is lost is a panic.  "alone" runs it without the checks, for machines whose memory does
# not hold both.
#
#   ::acre::programcase::names              what a case's `program` may be, but ""
#   ::acre::programcase::checked CASE       whether the kernel checks itself
#   ::acre::programcase::image CASE         -> path of the image to boot: the case's own, or, in the case's directory, a
#                                           copy of it with the program in it
#   ::acre::programcase::findings CASE TAP  -> what the program should have said, and has not

namespace eval ::acre::programcase {
    # name -> a list of {LAST STATUS}: programs that run one after the other, each LAST times replaced by execve.  The
    # last one's status is the machine's.
    variable RUNS {
        chain {{0 7} {20 0} {0 255} {3 0}}
        thousand {{1000 0}}
        alone {{0 7} {20 0} {0 255} {3 0}}
    }
    variable UNCHECKED {alone}
    # Pages of each kind of memory that a program uses; 1 MiB has no more for it.
    variable PAGES {chain 8 thousand 4 alone 1}
}

proc ::acre::programcase::checked {case} {
    variable UNCHECKED
    return [expr {[dict get $case program] ni $UNCHECKED}]
}

proc ::acre::programcase::names {} {
    variable RUNS
    return [dict keys $RUNS]
}

# The file of the program.
proc ::acre::programcase::file {} {
    return [::acre::paths::product farm/program/chain]
}

proc ::acre::programcase::image {case} {
    variable RUNS
    variable PAGES
    if {[dict get $case program] eq ""} {
        return [dict get $case image]
    }
    ::acre::paths::use image guest program
    set out [::file join [dict get $case dir] program.img]
    set head [::acre::image::load [dict get $case image]]
    set options [dict merge [::acre::image::options $head] [list checks [checked $case] console pipe]]
    set head [::acre::image::with $head $options]
    set files [::acre::guest::new]
    # Installed as data it is nobody's to run.
    set in [open [file] rb]
    ::acre::guest::data $files /chain 0755 [read $in]
    close $in
    set run ""
    set pages [dict get $PAGES [dict get $case program]]
    foreach command [dict get $RUNS [dict get $case program]] {
        append run [::acre::program::Run {arg0 {} cwd /} /chain [list chain 0 {*}$command $pages] {}]
    }
    ::acre::guest::data $files $::acre::program::RUN 0444 $run
    ::acre::image::save $out $head [list ::acre::guest::write $files]
    ::acre::guest::free $files
    return $out
}

# What stands between the first program's line and the last one's status.
proc ::acre::programcase::Output {runs} {
    set texts [lmap run $runs {
        lassign $run last status
        string cat "chain 0\n" [expr {$last ? "chain $last\n" : ""}] "\n$::layout::PROTO_STATUS$status\n"
    }]
    set text [join $texts "$::layout::PROTO_PROGRAM/chain\n"]
    return [string range $text 0 end-[string length "\n$::layout::PROTO_STATUS$status\n"]]
}

proc ::acre::programcase::findings {case tap} {
    variable RUNS
    if {[dict get $case program] eq ""} {
        return {}
    }
    set runs [dict get $RUNS [dict get $case program]]
    set findings {}
    foreach {key want} [list program /chain status [lindex $runs end 1] output [Output $runs]] {
        set got [dict get $tap $key]
        if {$got ne $want} {
            lappend findings "program: $key: expected [list $want], got [list $got]"
        }
    }
    return $findings
}
