#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre nightly and acre history, with a repository whose revisions say what comes of them: what is built and run, what
# is put down, what is said to have changed, and that since when; figures and their trends.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) nights.tcl]
namespace path {::tap ::nights ::runs}
set acre [runs::command]
need git git
need sqlite3 sqlite3
need flock util-linux
plan 50
set dir [tmp]
set nights $dir/nights
repository $dir/repository
set conf $dir/nightly.conf
config $conf directory $nights repository $dir/repository figures host random 40 group "check full" jobs 3 \
    options "--expect 'a b'" configure "--enable-x 'two words'" \
    mail "cat >$dir/mail; env | grep -E '^ACRE_(DIRECTORY|NIGHT|STATUS|SUBJECT)=' | sort >$dir/env"
set today [clock format [clock seconds] -format %Y-%m-%d]
set seed [clock format [clock seconds] -format %Y%m%d]

proc sql {query} {
    global nights
    return [exec sqlite3 $nights/history.sqlite $query]
}

# --- what would be done ----------------------------------------------------------------------------------------------
lassign [night $conf --check] status out
ok [expr {$status == 0 && ![file exists $nights]}] "--check does nothing" $out
like $out "$conf:\n  build HEAD of $dir/repository\n  $nights/build/acre farm --group check full --random 40 --jobs 3\
    --seed $seed --out $nights/nights/$today --expect 'a b'\n  make bench BENCH=host\n  keep 14 nights in $nights\n\
    * mail (always): cat *\n" "and says all"

config $conf.plain directory $nights seed 5
config $conf.none directory $nights group nightly random 0
is [lmap which {plain none} {
    regexp {acre farm (.*) --out} [lindex [night $conf.$which --check] 1] - words
    set words
}] {{--group nightly --random 1000 --seed 5} {--group nightly}} \
    "random maps are as many as the group has, or as is said"

# --- a first night ---------------------------------------------------------------------------------------------------
set a [row zoo/a,emu=qemu]
set b [row zoo/b,emu=qemu]
set ladder [concat [row ladder/64M,emu=bochs] [list serial [Marked 8000500]]]
set first [revision "the first" rows [list $a $b [row random/1-000001,emu=qemu] [row zoo/g,emu=qemu] $ladder] \
    host {{alloc 59.0 60} {free 40 50}}]
lassign [night $conf] status out err
is "$status $err" "0 " "a first night that is well ends with 0"
set short [string range $first 0 11]
like $out "$today: building $short, \"the first\"\n$today: booting\n$today: measuring, host\n$today: writing the\
    report\n$today, *\npages: $nights/nights/$today/report/index.html\n$short, \"the first\"; random maps of seed\
    $seed\nno night before this one was good\n*Figures: 0 above their bars, 0 worse, *5 passed, 0 failed\n" \
    "it says what it does, then what came of it"
is [slurp $nights/nights/$today/words] "--group check full --random 40 --jobs 3 --seed $seed --out\
    $nights/nights/$today --expect {a b}" "the farm gets the configuration's words"
is [slurp $nights/build/configured] "configured with --enable-x two words\n" "and so does configure"
is [file readlink $nights/latest] nights/$today "latest is a link to it"
is [slurp $dir/mail] [slurp $nights/latest/summary.txt] "the summary is mailed"
like $out "*[slurp $dir/mail]" "and is what was said"
is [slurp $dir/env] "ACRE_DIRECTORY=$nights/nights/$today\nACRE_NIGHT=$today\nACRE_STATUS=0\nACRE_SUBJECT=acre nightly\
    $today: the first night; 5 passed, 0 failed\n" "with its subject beside it"
is [sql "SELECT night, state, status, revision, title, seed, passed, failed FROM nights"] \
    "$today|ended|0|$first|the first|$seed|5|0" "the history has the night"
is [sql "SELECT count(*), sum(verdict='PASS') FROM results"] "5|5" "its results"
is [sql "SELECT name, value, unit, bar FROM measured WHERE name <> 'farm/seconds'"] [join {
    farm/boot-init|8000500.0|instructions| farm/boot-stage2|7000000.0|instructions| farm/cases|5.0|cases|
    host/alloc|59.0|instructions|60.0 host/free|40.0|instructions|50.0
} \n] "and its figures"

# --- the next, with one of everything --------------------------------------------------------------------------------
set red [row zoo/a,emu=qemu FAIL compare "entries: expected 0x10, got 0x20"]
set second [revision "the second" rows [list $red $b [row random/2-000001,emu=qemu] [row zoo/new,emu=qemu] \
    [row zoo/lost,emu=qemu MISSING "" ""] $ladder] host {{alloc 59.1 60} {free 39 50}}]
lassign [night $conf -q] status out
is $status 1 "a night with a red case ends with 1"
like $out "$today.2, *" "-q leaves out the progress, and a day's second night has a name of its own"
like $out "*\n[string range $second 0 11], \"the second\" (was $short, 1 commit); *" "the revision, and the one before"
like $out "*\nlast good night: $today, $short\n  BROKEN SINCE THEN 1: boot@zoo/a,emu=qemu\n*" \
    "what broke since all was well"
like $out "*\nSince $today, *: NEW 2, CHANGED 0, FIXED 0, STILL 0, NEW CASES 1, GONE CASES 1\n  NEW:\
    boot@zoo/a,emu=qemu  boot@zoo/lost,emu=qemu\n*" "what changed; random maps are neither new nor gone"
like $out "*\nFigures: 0 above their bars, 1 worse, 1 better, *\n  WORSE host/alloc: 59 -> 59.1 instructions (+0.2\
    %)\n  BETTER host/free: 40 -> 39 instructions (-2.5 %)\n*" "any change of a figure is told"
like $out "*\nFAIL compare: entries: *    new 1, last passed $today at $short\n*" "a failure has its age"
like [slurp $dir/env] "*ACRE_STATUS=1\nACRE_SUBJECT=acre nightly $today.2: 2 new failures, 1 figures worse, 1 figures\
    better; 4 passed, 2 failed\n" "the subject says it in a line"

set third [revision "the third" rows [list $red $b $ladder] host {{alloc 59.1 60} {free 39 50}}]
lassign [night $conf -q] status out
like $out "*\nSince $today.2, *: NEW 0, CHANGED 0, FIXED 0, STILL 1, *" "the next night compares with this one"
like $out "*\n    still 1, last passed $today at $short, and not in 1 night since\n*" "a failure gets older"
like $out "*\n  BROKEN SINCE THEN 1: boot@zoo/a,emu=qemu\n*" "the good night is still the first"

revision "the fourth" rows [list $a $b $ladder] host {{alloc 59.1 60} {free 51 50}}
lassign [night $conf -q] status out
is $status 1 "a figure above its bar is red"
like $out "*FIXED 1,*\n  FIXED: boot@zoo/a,emu=qemu\n*\n  ABOVE ITS BAR host/free: 39 -> 51 instructions (+30.8 %), the\
    bar is 50\n*" "what was mended is told, and the bar"

# --- pages -----------------------------------------------------------------------------------------------------------
set page [slurp $nights/latest/report/index.html]
like $page "*<p class=\"verdict wrong\">1 figure above the bar.</p>*" "its first words are what is red"
set heads [regexp -all -inline {<h2 [^>]*>[^<]*} $page]
like [lindex $heads 0] "*>What changed" "the page begins with what changed"
like $page "*<h2 id=\"since\">What changed</h2>\n<p>*&quot;the fourth&quot; (was *last good night: $today, *<li\
    class=\"wrong\">above its bar: host/free: *Since $today.3 of *<b>1</b>*Fixed*" "since which night, and figures"
ok [regexp {<tr><th scope="row">host/free</th><td><svg class="trend" role="img" [^>]*aria-label="host/free in 4 nights,\
    [^"]* from 40 to 51, least 39, most 51"><title>.*?</title><polyline points="([^"]*)"/>} $page - points] \
    "each figure has its line over the nights, and the same in words" $page
is [lmap point [split $points] {lindex [split $point ,] 1}] "33.3 36.0 36.0 4.0" "which goes up and down as the figure"
ok [expr {[string first "<script" $page] < 0 && [llength [regexp -all -inline {<svg class="trend"} $page]] >= 3}] \
    "no script is needed"
if {[auto_execok xmllint] ne ""} {
    ok [expr {![catch {exec xmllint --noout $nights/latest/report/index.html} said]}] "the page is well-formed" $said
} else {
    skip "the page is well-formed" "needs xmllint (Debian package libxml2-utils)"
}
like [slurp $nights/latest/report/cases/boot@zoo/a,emu=qemu.html] "*<dt>Before</dt>*FAIL: compare: entries*" \
    "a case's page says what it was before"

# --- acre history ----------------------------------------------------------------------------------------------------
lassign [history $nights] status out
is "$status [lmap line [split [string trim $out] \n] {lrange [split $line \t] 0 2}]" "0 {$today.4 ended 1} {$today.3\
    ended 1} {$today.2 ended 1} {$today ended 0}" "acre history lists the nights"
lassign [history $nights case zoo/a] status out
is $out "boot@zoo/a,emu=qemu\n  $today.4 [string range [git rev-parse HEAD] 0 11] PASS points 1 of 1 points\n  $today.3\
    [string range $third 0 11] FAIL compare entries: expected 0x10, got 0x20\n  $today.2 [string range $second 0 11]\
    FAIL compare entries: expected 0x10, got 0x20\n  $today $short PASS points 1 of 1 points\n" "a case over the nights"
lassign [history $nights figure free] status out
is $out "host/free\n  $today\t40\n  $today.2\t39\t-2.50 %\n  $today.3\t39\n  $today.4\t51\t+30.77 %\n" \
    "a figure over the nights"
like [lindex [history $nights figure] 1] "*host/free\t51\t+27.50 %\t4 nights\t$today.4\n*" "all figures, in a line each"
is [history $nights diff $today $today.3] [list 1 "new boot@zoo/a,emu=qemu: FAIL compare: entries: expected 0x10, got\
    0x20\ngone boot@zoo/g,emu=qemu: PASS points: 1 of 1 points\n1 new, 0 changed, 0 fixed, 0 lost, 0 still, 0 added, 1\
    gone\n" ""] "what changed between two nights"
is [lindex [history $nights diff $today.3] 0] 0 "and to the newest"
foreach {arguments pattern} {
    {frob} {history: not understood: 'frob'*}
    {case} {history: case takes one pattern of cases*}
    {case nothing*} {*: no case like 'nothing\*'}
    {figure nothing} {*: no figure like 'nothing'}
    {diff yesterday} {*: no such night: 'yesterday'*}
    {--last 0} {history: --last '0' is not *}
    {nights now} {history: nights takes no more words*}
} {
    lassign [history $nights {*}$arguments] status out err
    ok [expr {$status == 2 && $out eq "" && [string match "acre: $pattern\n" $err]}] "refused: history $arguments" $err
}
lassign [history $dir] status out err
like $err "acre: $dir/history.sqlite: no history there yet*" "refused: no history"
exec sqlite3 $dir/other.sqlite "PRAGMA user_version=9; CREATE TABLE t(a);"
lassign [nights::Run history --file $dir/other.sqlite] status out err
like $err "acre: $dir/other.sqlite: not a history of this version of Acre*" "refused: another program's file"
done
