#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Shards: how a plan is cut, runs of shards with a driver that starts no emulator (farm-double.tcl), and that the merge
# of them is what one run would have left.  GNU parallel, with slots of this machine in place of ssh.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
::acre::paths::use casefile shard family runner
tap::plan 57

# --- the cut ----------------------------------------------------------------------------------------------------------

proc cases {costs} {
    set number 0
    return [lmap cost $costs {dict create name c[incr number] cost $cost emulator qemu memory 0}]
}
proc names {shards} {
    return [lmap shard $shards {lmap case $shard {dict get $case name}}]
}
proc load {shard} {
    return [::tcl::mathop::+ {*}[lmap case $shard {dict get $case cost}]]
}
set five [cases {3 5 3 4 3}]
tap::is [names [::acre::shard::cut $five [::acre::shard::expected $five {}] 2]] {{c2 c3} {c4 c1 c5}} \
    "the longest goes to the shard that has least, equals in the order of the plan"
set random [expr {[info exists ::env(ACRE_SEED)] ? $::env(ACRE_SEED) : [clock seconds]}]
tap::note "seed $random (ACRE_SEED)"
expr {srand($random)}
set lost ""
set uneven ""
for {set round 0} {$round < 200} {incr round} {
    set count [expr {1 + int(rand() * 60)}]
    set parts [expr {1 + int(rand() * 12)}]
    set costs {}
    for {set i 0} {$i < $count} {incr i} {
        lappend costs [expr {0.1 + pow(rand(), 4) * 30}]
    }
    set plan [cases $costs]
    set shards [::acre::shard::cut $plan [::acre::shard::expected $plan {}] $parts]
    if {[lsort [concat {*}[names $shards]]] ne [lsort [lmap case $plan {dict get $case name}]]
            || [llength $shards] != min($parts, $count) || {} in $shards} {
        lappend lost $round
    }
    # What the best cut can have at least: the mean, the longest, and two that must share a shard.
    set sorted [lsort -real -decreasing $costs]
    set least [expr {max([::tcl::mathop::+ {*}$costs] / $parts, [lindex $sorted 0],
        $count > $parts ? [lindex $sorted $parts-1] + [lindex $sorted $parts] : 0)}]
    set longest [::tcl::mathfunc::max {*}[lmap shard $shards {load $shard}]]
    if {$longest > $least * 4 / 3.0 + 1e-9 && $longest > [::tcl::mathop::+ {*}$costs] / $parts + [lindex $sorted 0]} {
        lappend uneven $round
    }
}
tap::is $lost "" "200 random plans: each case is in one shard, and no shard is empty"
tap::is $uneven "" "... and none is much longer than it must be"

set out [open [file join $tmp known.tsv] w]
puts $out [join {boot PASS points "" 8.00 0.1 /x 0 0} \t]
puts $out [join {c1 PASS points "" 6.00 0.1 /x 0 0} \t]
puts $out [join {c2 SKIP "" missing 0.00 0 /x 0 0} \t]
puts $out [join {c4 MISSING "" "planned, no result" 0 0 /x 0 0} \t]
puts -nonewline $out [join {c3 PASS points "" 1} \t]
close $out
tap::is [::acre::shard::expected $five [list $tmp/none.tsv $tmp/known.tsv]] {c1 6.0 c2 10.0 c3 6.0 c4 8.0 c5 6.0} \
    "what was measured is expected, the others as the plan guesses, by the same measure"

set odd [list [dict create name "boot@a b,emu=qemu" emulator qemu machine pc memory 65536 image "/im \{age" map "" \
    expect boots regex {^\[a\\n]} cost 0.1 origin "x\ty" text "line\nline \\n \$x {"]]
::acre::shard::write $odd $tmp/odd
tap::is [::acre::shard::read $tmp/odd] $odd "a shard's file gives back any case"

# --- runs -------------------------------------------------------------------------------------------------------------

set maps [maps $tmp/maps pass-1 pass-2 pass-3 fail-1 wrong-1 hang-1 refuse-1 pass-4 die-1]
set plan [list --maps $maps]
lassign [farm {*}$plan --out $tmp/local] status local
tap::is $status/[lindex [split $local \n] end] "1/10 passed, 8 failed" "a run on this machine"
foreach index {1 2 3} {
    farm {*}$plan --shard $index/3 --out $tmp/s$index
    lassign [farm {*}$plan --shard $index/3 --list] - list
    set listed($index) [llength [split $list \n]]
}
tap::is [lsort [concat {*}[lmap index {1 2 3} {dict keys [results $tmp/s$index]}]]] \
    [lsort [dict keys [results $tmp/local]]] "three shards have each case once"
tap::is [lsort [lmap index {1 2 3} {set listed($index)}]] {6 6 6} "--list lists a shard"
tap::is [lmap index {1 2 3} {llength [dict keys [results $tmp/s$index]]}] {6 6 6} "... as it is run"
lassign [farm {*}$plan --merge $tmp/s1 $tmp/s2 $tmp/s3 --out $tmp/merged] status merged
tap::is $status 1 "the merge ends with the status of one run"
tap::is [lines $tmp/merged] [lines $tmp/local] "its result lines are those of one run"
# The summary, without times.
proc told {output dir} {
    set text [string map [list $dir DIR] [regsub {^.*?\nFailures:} $output Failures:]]
    return [regsub -all {\d+\.\d+ s|(tightest[^\n]*)} $text T]
}
tap::is [told $merged $tmp/merged] [told $local $tmp/local] "its summary too"
tap::like $merged "*\n4 maps under both emulators: the kernels agree on each of * usable frames*" \
    "what only both emulators together tell is told"
proc report {dir} {
    # Its status says that not all is well.
    catch {exec [file join $::env(top_builddir) acre] report $dir 2>@1} text
    set text [regsub {^\w+, [^\n]*} [string map [list $dir DIR] $text] RUN]
    return [regsub -all {\d+\.\d+ s|(slowest[^\n]*)} $text T]
}
tap::is [report $tmp/merged] [report $tmp/local] "and its report"
tap::is [exec sh $tmp/merged/boot@fail-1,emu=qemu/replay.sh] "replayed fail" \
    "a case is replayed in its merged directory"
set in [open $tmp/merged/boot@fail-1,emu=qemu/case]
tap::is [regexp -all -inline -line "^dir .*" [read $in]] [list "dir $tmp/merged/boot@fail-1,emu=qemu"] \
    "... whose case file says where it is"
close $in
tap::ok [file exists $tmp/s1/plan.tsv] "what was merged stays where it was"


# --- what is not whole ------------------------------------------------------------------------------------------------

lassign [farm {*}$plan --merge $tmp/s1 $tmp/s3 --out $tmp/part] status output
set missing [llength [lsearch -all [dict values [results $tmp/part]] MISSING]]
tap::is $status/$missing 1/6 "a shard that did not come back is red, and its cases MISSING"
tap::like $output "*\nMISSING 6 cases: planned, no result: no result in what was merged; --resume runs them*" \
    "... in words"
lassign [farm {*}$plan --out $tmp/part --resume] status output
tap::is [lindex [split $output \n] end] "10 passed, 8 failed" "--resume runs them here"
lassign [farm --maps $maps/pass-1.map --merge $tmp/s1 $tmp/s2 $tmp/s3 --out $tmp/few] status output
tap::is $status/[lindex [split $output \n] end] "0/2 passed, 0 failed" "a merge has the plan that it is told"
tap::like $output "*acre: 16 results are of no case of this plan, and left out*" "... and says what it left out"

# changed DIR FROM TO: a run's results again, with FROM replaced by TO in the line of pass-1 under QEMU.
proc changed {dir from to} {
    file mkdir $dir
    set in [open $::tmp/local/results.tsv]
    set out [open $dir/results.tsv w]
    foreach line [split [read -nonewline $in] \n] {
        puts $out [expr {[string match "boot@pass-1,emu=qemu\t*" $line] ? [string map [list $from $to] $line] : $line}]
    }
    close $in
    close $out
    return $dir
}
changed $tmp/red PASS\tpoints FAIL\taudit
foreach order {{local red} {red local}} {
    farm {*}$plan --merge {*}[lmap dir $order {file join $tmp $dir}] --out $tmp/worst
    tap::is [dict get [results $tmp/worst] pass-1,emu=qemu] "FAIL audit" \
        "of two results for a case the worse one counts ([join $order {, then }])"
}
regexp -line {^boot@pass-1,emu=qemu\t.*\t([0-9a-f]{16})\t0$} [exec cat $tmp/local/results.tsv] - hash
changed $tmp/old $hash 0123456789abcdef
lassign [farm {*}$plan --merge $tmp/old --out $tmp/older] status output
tap::like $output "*acre: 1 results are of another image, farm, emulator or map than are here*" \
    "results of something else are told"

# cut DIR: a run's results of which the last line was cut short.
proc cut {dir} {
    set text [tap::slurp $dir/results.tsv]
    write $dir/results.tsv [string range $text 0 end-30]
    return [lindex [split [lindex [split [string trim $text] \n] end] \t] 0]
}
proc verdicts {dir} {
    return [lsort -stride 2 [dict map {name result} [::acre::resume::last $dir/results.tsv] {dict get $result verdict}]]
}
file copy $tmp/s2 $tmp/torn
set name [cut $tmp/torn]
farm {*}$plan --merge $tmp/s1 $tmp/torn $tmp/s3 --out $tmp/short
tap::is [dict keys [dict filter [results $tmp/short] value MISSING]] [regsub boot@ $name ""] \
    "of a shard whose results were cut short only the case of the cut line is missing"
lassign [farm {*}$plan --merge $tmp/s1 $tmp/s2 $tmp/s1 $tmp/s3 $tmp/s2 --out $tmp/again] status output
tap::is [lines $tmp/again] [lines $tmp/local] "shards that are named twice count once"
file copy $tmp/s2 $tmp/bare
file delete -force {*}[glob $tmp/bare/boot@*]
lassign [farm {*}$plan --merge $tmp/s1 $tmp/bare $tmp/s3 --out $tmp/logless] status output
tap::is [lmap {name verdict} [verdicts $tmp/logless] {set verdict}] [lmap {name verdict} [verdicts $tmp/local] {
    set verdict}] "results that came without their directories count"
tap::like $output "*acre: 6 results came without their case's directory*" "... and that is told"
set good [list --maps [maps $tmp/good pass-1 pass-2 pass-3] --emulator qemu --out $tmp/ended]
farm {*}$good
cut $tmp/ended
farm {*}$good --resume
tap::is [verdicts $tmp/ended] {boot@pass-1,emu=qemu PASS boot@pass-2,emu=qemu PASS boot@pass-3,emu=qemu PASS} \
    "a run whose last line was cut short goes on in a line of its own"
# Here this process is one whose keeper has been told of Ctrl-C.
::acre::paths::use keeper progress shardtake
set ::acre::keeper::pid [pid]
set ::acre::runner::state [dict create queue [cases {1 2}] stopped ""]
::acre::shardtake::merge [list $tmp/s1] $tmp/none
tap::is [dict get $::acre::runner::state stopped] "the run was stopped (Ctrl-C)" "Ctrl-C ends a merge"

# --- scratch ----------------------------------------------------------------------------------------------------------

file mkdir $tmp/disk
lassign [farm {*}$plan --scratch $tmp/disk --out $tmp/home] status output
tap::is [lines $tmp/home]/[told $output $tmp/home] [lines $tmp/local]/[told $local $tmp/local] \
    "cases that run in --scratch leave in --out what others leave there"
tap::is [glob -nocomplain $tmp/disk/*] {} "... and nothing in the other place"
tap::is [catch {exec grep -rl $tmp/disk $tmp/home} found]/$found "1/child process exited abnormally" \
    "... which nothing names any more"
gate
set channel [begun {*}[command --maps [maps $tmp/held hold-1] --emulator qemu --scratch $tmp/disk --out $tmp/hold]]
tap::ok [until {[glob -nocomplain $tmp/disk/*/boot@*/case] ne ""} 20] "a case begins there"
exec kill -KILL {*}[::acre::family::children [pid $channel]] [pid $channel]
catch {close $channel}
tap::ok [until {[glob -nocomplain $tmp/disk/*] eq ""} 5] "a run that is killed outright leaves nothing there, either"

gate
set channel [begun {*}[command --maps $tmp/held --emulator qemu --scratch $tmp/disk --out $tmp/full]]
until {[glob -nocomplain $tmp/disk/*/boot@*/case] ne ""} 20
# What root cannot write in, either.
file rename $tmp/full $tmp/elsewhere
write $tmp/full ""
gate all
tap::like [ended $channel] "2 *acre: cannot write results: *$tmp/full*; make room or name another*" \
    "where a case's directory cannot come home the run ends, and says so"
tap::is [glob -nocomplain $tmp/disk/*] {} "... and leaves nothing in the other place"

# --- GNU parallel -----------------------------------------------------------------------------------------------------

# As doc/farm.md has it, with slots of this machine (:) for hosts.
if {[auto_execok parallel] eq ""} {
    foreach point {one two three} {
        tap::skip "GNU parallel ($point)" "needs parallel (Debian package parallel)"
    }
} else {
    set ::env(HOME) $tmp
    file mkdir $tmp/.parallel
    close [open $tmp/.parallel/will-cite w]
    set failed [catch {exec sh -c "cd \"\$1\" && shift && exec parallel --sshlogin 2/: --jobs 2 \"\$@\"" sh $tmp \
        {*}[lmap word [command {*}$plan --jobs 1 --shard {{}/4} --out night/{}] {string cat $word}] ::: 1 2 3 4 2>@1} \
        output details]
    tap::is [lindex [dict get $details -errorcode] 2] [llength [lsearch -all -inline -regexp \
        [lmap index {1 2 3 4} {dict values [results $tmp/night/$index]}] {FAIL|HANG|ERROR}]] \
        "GNU parallel ends with the number of shards that are not well"
    lassign [farm {*}$plan --merge {*}[glob $tmp/night/*] --out $tmp/morning] status output
    tap::is [lines $tmp/morning] [lines $tmp/local] "what it has run, merged, is one run"
    tap::is [told $output $tmp/morning] [told $local $tmp/local] "... in words too"
}

# --- mistakes ---------------------------------------------------------------------------------------------------------

foreach {words told} [list \
    {--shard 0/3} "--shard '0/3' is not the I-th of N shards*" \
    {--shard 4/3} "--shard '4/3' is not the I-th of N shards*" \
    {--shard 19/19} "shard 19/19 is empty: there are 18 cases*" \
    {--random 2 --shard 1/2} "--shard 1/2 of random maps: say --seed*" \
    [list --random 2 --merge $tmp/s1] "--merge of random maps: say --seed*" \
    [list --shard $tmp/none] "--shard $tmp/none: the file says which cases there are*" \
    [list --merge $tmp/maps] "--merge $tmp/maps: no results.tsv in it*" \
    [list --merge $tmp/s1 --out $tmp/s1] "--merge $tmp/s1: this is where the merged results go*" \
    [list --merge $tmp/s1 --resume] "--merge runs nothing*" \
    {--shards 3} "--shards is for --engine slurm*" \
    {--engine pbs} "no such engine: 'pbs'; there are local and slurm*" \
    {--scratch /nowhere} "--scratch /nowhere: no directory*"] {
    lassign [farm {*}$plan {*}$words] status output
    tap::like $status/$output "2/acre: $told" "$words"
}
foreach {file text told} [list none "" "cannot be read" wrong "boot\n" "is no shard's file" \
        list "$::acre::shard::HEAD\n{a b c}\n" "is no list of cases" \
        key "$::acre::shard::HEAD\n{name x}\n" "a case has no emulator"] {
    if {$text ne ""} {
        set out [open $tmp/$file.cases w]
        puts -nonewline $out $text
        close $out
    }
    set status [catch {exec /bin/sh $double farm --shard $tmp/$file.cases 2>@1} output details]
    tap::like [lindex [dict get $details -errorcode] 2]/$output "2/acre: $tmp/$file.cases: *$told*" \
        "a shard's file that $told"
}
tap::done
