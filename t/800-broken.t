#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Kernels broken on purpose, t/broken/NAME.patch: each must turn its case red, with the verdict and the finding that its
# head names.  They are built in broken/NAME of the build tree and run as `acre farm` runs any case.  `make check` takes
# enough of them that each judge has something to find and each way to turn red is seen, which ones the seed says; `make
# check-all` takes all.
#
# The head of a patch, before its first "---" line: words that say what is broken, and
#   judge: JUDGE                               who must find it: one of `judges` below
#   expect: EMULATOR SUBJECT VERDICT SUB GLOB  the reason or a finding matches GLOB; may be repeated;
#                                              SUBJECT may end in ,program=NAME or ,store=served
#   clocks: FACTOR                             on the case's three clocks, where the end is that one runs out

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) broken.tcl]
tap::need patch patch
tap::need qemu-system-x86_64 qemu-system-x86
if {[catch {package require Expect}]} {
    tap::skip_all "needs Expect for Tcl (Debian package tcl-expect)"
}
::acre::paths::use cmd_farm
::acre::farm::load 1

set judges {points oracle audit report end store}
# Every way that a guest can make its case red; a kernel cannot cause ERROR and MISSING (t/4xx, t/610).
set ways {
    {FAIL points} {FAIL compare} {FAIL audit} {FAIL store} {FAIL empty} {FAIL skipped} {FAIL refused} {FAIL not-refused}
    {CRASH torn} {CRASH exit} {CRASH panic} {CRASH triple-fault} {CRASH reset}
    {HANG dead-halt} {HANG spin} {HANG silence} {HANG first-byte} {HANG timeout}
}

# plan NAME EMULATOR SUBJECT DIR CLOCKS -> the case, as `acre farm` plans it, under a name of its own.
proc plan {name emulator subject dir clocks} {
    set program {}
    set store {}
    regexp {^(.*),program=(.*)$} $subject - subject program
    regexp {^(.*)(,store=served)$} $subject - subject store
    set given [::acre::options::parse farm $::acre::farm::options \
        [list --emulator $emulator --select $subject --image $dir/acre.img --timeout-scale $clocks \
            {*}[expr {$program eq "" ? "" : [list --program $program]}] \
            {*}[expr {$store eq "" ? "" : "--store"}]]]
    ::acre::farm::Check given
    set case [lindex [::acre::farm::Plan $given] 0]
    append subject [expr {$program eq "" ? "" : ",program=$program"}] $store
    dict set case name $name@[string map {/ -} $subject]-$emulator
    return [dict replace $case dir [file join [tap::tmp] [dict get $case name]] hash ""]
}

# run CASES -> dict name -> result, from the farm's own runner, without its progress lines.
proc run {cases} {
    ::acre::progress::silence
    set command [list [info nameofexecutable] [file join $::env(top_builddir) acre] farm --one]
    return [::acre::runner::run $cases {} [dict create out [tap::tmp] jobs [::acre::farm::Cores] tty 0 patience 60 \
        memory [::acre::farmrun::Memory] command $command]]
}

# The reason and all findings of a result, without the word in front of the audit's.
proc reasons {result} {
    set reasons [list [dict get $result why]]
    if {![catch {open [file join [dict get $result dir] result.txt]} in]} {
        foreach line [split [read $in] \n] {
            if {[regexp {^finding: (?:audit: )?(.*)$} $line - finding]} {
                lappend reasons $finding
            }
        }
        close $in
    }
    return $reasons
}

# How a kernel must turn red, and who sees it.
proc shows {head} {
    return [concat judge-[dict get $head judge] [lmap expect [dict get $head expect] {
        lassign $expect emulator - verdict sub
        list $emulator $verdict $sub
    }]]
}
# Of the kernels, in the order of their names from a random one on, each that shows what none before it does.
proc enough {heads} {
    set names [dict keys $heads]
    set from [expr {[tap::seed] % [llength $names]}]
    set chosen {}
    set seen {}
    foreach name [concat [lrange $names $from end] [lrange $names 0 $from-1]] {
        set shows [shows [dict get $heads $name]]
        if {[lmap thing $shows {expr {$thing in $seen ? [continue] : $thing}}] ne ""} {
            dict set chosen $name [dict get $heads $name]
            lappend seen {*}$shows
        }
    }
    return $chosen
}

set all [broken::heads]
set heads [expr {[tap::whole] ? $all : [enough $all]}]
set emulators [lmap emulator {qemu bochs} {
    if {[auto_execok [dict get $::acre::farm::emulators $emulator]] eq ""} continue
    set emulator
}]
set expected {}
set subjects {}
dict for {name head} $heads {
    foreach expect [dict get $head expect] {
        lappend expected [list $name {*}$expect]
        lappend subjects [lrange $expect 0 1]
    }
}
set subjects [lsort -unique $subjects]
tap::plan [expr {[llength $expected] + [llength $subjects] + 4}]

set wrong [lmap name [dict keys $all] {
    set head [dict get $all $name]
    if {[dict get $head what] ne "" && [dict get $head judge] in $judges && [dict get $head expect] ne ""} continue
    set name
}]
tap::is $wrong "" "the head of every patch says what is broken, who finds it, and what must come"
tap::is [lsort -unique [lmap head [dict values $heads] {dict get $head judge}]] [lsort $judges] \
    "every judge has something to find"
tap::is [lsort -unique [lmap expect $expected {lrange $expect 3 4}]] [lsort $ways] "every way to turn red is there"

set failed [broken::build [dict keys $heads]]
tap::is [dict keys $failed] "" "every broken kernel can be built"
dict for {name said} $failed {
    tap::note [string range "broken/$name: $said" 0 1999]
}
set cases {}
foreach subject $subjects {
    if {[lindex $subject 0] in $emulators} {
        lappend cases [plan sound {*}$subject $::env(top_builddir) 1]
    }
}
foreach expect $expected {
    lassign $expect name emulator subject
    set dir [file join $::env(top_builddir) broken $name]
    if {$emulator in $emulators && ![dict exists $failed $name] && [file exists $dir/acre.img]} {
        lappend cases [plan $name $emulator $subject $dir [dict get $heads $name clocks]]
    }
}
set results [run $cases]

proc result {name emulator subject} {
    set key $name@[string map {/ -} $subject]-$emulator
    return [expr {[dict exists $::results $key] ? [dict get $::results $key] : ""}]
}
foreach subject $subjects {
    lassign $subject emulator
    set desc "$subject: the sound kernel passes"
    if {$emulator ni $emulators} {
        tap::skip $desc "needs $emulator (Debian package $emulator)"
    } else {
        set result [result sound {*}$subject]
        tap::is [dict get $result verdict] PASS $desc
    }
}
foreach expect $expected {
    lassign $expect name emulator subject verdict sub glob
    set desc "$name, $emulator $subject: $verdict $sub"
    set result [result $name $emulator $subject]
    if {$emulator ni $emulators} {
        tap::skip $desc "needs $emulator (Debian package $emulator)"
    } elseif {$result eq ""} {
        tap::ok 0 $desc "broken/$name/acre.img was not built"
    } else {
        set reasons [reasons $result]
        set found [lsearch -inline -glob $reasons $glob]
        set got [list [dict get $result verdict] [dict get $result sub]]
        tap::ok [expr {$got eq [list $verdict $sub] && $found ne ""}] $desc \
            "got:  $got\n      [join $reasons "\n      "]\nwant: $glob"
    }
}
tap::done
