#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre nightly when things go wrong: nights that overlap, that are killed, that cannot be built or run, that are stopped
# at their limit; what is kept and what is removed; mail that is not wanted or cannot be sent; configurations.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) nights.tcl]
namespace path {::tap ::nights ::runs}
set acre [runs::command]
need git git
need sqlite3 sqlite3
need flock util-linux
need kill procps
plan 53
set dir [tmp]
set nights $dir/nights
repository $dir/repository
set conf $dir/nightly.conf
set common [list directory $nights repository $dir/repository mail "echo \"\$ACRE_SUBJECT\" >$dir/mail"]
config $conf {*}$common
set today [clock format [clock seconds] -format %Y-%m-%d]

proc states {} {
    global nights
    return [lmap line [split [exec sqlite3 $nights/history.sqlite "SELECT night, state, status FROM nights"] \n] {
        string map {| " "} $line
    }]
}
proc mail {} {
    global dir
    if {![file exists $dir/mail]} { return "" }
    set text [string trim [slurp $dir/mail]]
    file delete $dir/mail
    return $text
}
# Waits until SCRIPT is true, two minutes at most.
proc await {script} {
    for {set i 0} {$i < 200} {incr i} {
        if {[uplevel 1 [list expr $script]]} { return 1 }
        after 100
    }
    return 0
}
proc kill {signal pid} { catch {exec kill -$signal $pid} }
set pass [list [row zoo/a,emu=qemu] [row zoo/b,emu=qemu]]

# --- a night that is killed ----------------------------------------------------------------------------------------
revision slow rows $pass seconds 900
set first [exec $acre nightly --config $conf >$dir/first 2>$dir/first.err </dev/null &]
ok [await {[file exists $nights/nights/$today/farm.pid]}] "a night runs" [slurp $dir/first]
lassign [night $conf] status out err
is "$status $out" "2 " "another is refused while it runs"
like $err "acre: $nights: another night is running there ($today, process *); wait for it\n" "and told by whom"
is [states] [list "$today running "] "and leaves no trace"
kill KILL $first
after 200
lassign [night $conf] status out err
is $status 2 "while the farm of a killed night lives, the night is not over"
set farm [slurp $nights/nights/$today/farm.pid]
kill KILL $farm
ok [await {![file exists /proc/$farm]}] "then it is"
revision quick rows $pass
lassign [night $conf] status out
is $status 0 "the next night runs"
like $out "$today did not come to its end; its results until then are in the history\n*" "and says what became of it"
is [states] [list "$today killed " "$today.2 ended 0"] "it is put down as killed"
is [exec sqlite3 $nights/history.sqlite "SELECT name FROM results WHERE night='$today'"] boot@zoo/a,emu=qemu \
    "with the results that it had, and no half ones"
like $out "*no night before this one was good\n*" "nobody compares with it"
like [lindex [history $nights] 1] "*\n$today\tkilled\t-\t-\t*\tit did not come to its end\n" "acre history says so"
mail

# --- nights without results ----------------------------------------------------------------------------------------
set good [revision "does not build" rows $pass broken "cc: no such thing"]
lassign [night $conf -q] status out err
is "$status $err" "2 " "a revision that does not build: status 2"
like $out "$today.3: no results: 'make -j*' failed: cc: no such thing\n*  make: \\*\\*\\* *" "with make's words"
like [mail] "acre nightly $today.3: no results: 'make *" "it is mailed"
is [lindex [states] end] "$today.3 failed 2" "and put down as failed"
revision "nothing to try" rows {}
lassign [night $conf -q] status out
is $status 2 "a farm that tries nothing: status 2"
like $out "$today.4: no results: acre farm: acre: nothing to try\n*" "with its words"
config $conf {*}$common revision nowhere
like [lindex [night $conf -q] 1] "$today.5: no results: the repository has no revision 'nowhere'\n*" "no such revision"
config $conf {*}[dict replace $common repository $dir/nowhere]
like [lindex [night $conf -q] 1] "$today.6: no results: *git *failed: *$dir/nowhere*" "no such repository"
config $conf {*}$common revision main
revision "well again" rows $pass
lassign [night $conf -q] status out
is $status 0 "after all that a night that is well is well"
like $out "*\nlast good night: $today.2, *\n*Since $today.2, *: NEW 0, CHANGED 0, FIXED 0, STILL 0\n*" \
    "and compares with the last that had results"
set tag [revision "of a tag" rows $pass]
git tag v1
revision "after the tag" rows $pass broken "cc: no"
config $conf {*}$common revision v1
is [lindex [night $conf -q] 0] 0 "a tag is a revision"
is [exec sqlite3 $nights/history.sqlite "SELECT revision FROM nights ORDER BY id DESC LIMIT 1"] $tag \
    "the one that was meant"
config $conf {*}$common

# --- a limit -------------------------------------------------------------------------------------------------------
revision slow rows $pass seconds 900
config $conf {*}$common limit 0.003
lassign [night $conf -q] status out
is [lindex [states] end] "$today.9 stopped 1" "a farm at its limit is stopped; what it has not tried is missing"
like $out "*MISSING: planned*\nthe farm was stopped after 0.003 hours\n*" "and it is said"
revision quick rows $pass
config $conf {*}$common
like [lindex [night $conf -q] 1] "*\nSince $today.8, *FIXED 0,*" "nobody compares with such a night"

# --- mail ----------------------------------------------------------------------------------------------------------
mail
config $conf {*}$common mail-when change
night $conf -q
is [mail] "" "mail-when = change: a night like the one before is not mailed"
revision red rows [list [row zoo/a,emu=qemu FAIL compare "x"] [row zoo/b,emu=qemu]]
night $conf -q
like [mail] "*: 1 new failures; 1 passed, 1 failed" "another one is"
night $conf -q
is [mail] "" "and not again as long as nothing changes"
config $conf {*}$common mail-when red
night $conf -q
like [mail] "*: nothing changed; 1 passed, 1 failed" "mail-when = red: whatever is red is mailed"
revision quick rows $pass
night $conf -q
is [mail] "" "and what is well is not"
config $conf {*}[dict replace $common mail "echo 'no such host' >&2; exit 5"]
lassign [night $conf -q] status out err
is $status 2 "a mail command that fails: status 2"
like $err "acre: nightly: the mail command failed: no such host\n" "with its words"
like $out "*2 passed, 0 failed\n" "the night is told all the same"

# --- what is kept --------------------------------------------------------------------------------------------------
set lastgood [lindex [states] end 0]
revision red rows [list [row zoo/a,emu=qemu FAIL compare "x"] [row zoo/b,emu=qemu]]
config $conf {*}$common keep 2
file mkdir $nights/nights/mine $nights/nights/2001-01-01 $dir/elsewhere
runs::Put $dir/elsewhere/file x
file delete -force $nights/nights/$today.2
file link -symbolic $nights/nights/$today.2 $dir/elsewhere
set before [llength [states]]
night $conf -q
night $conf -q
lassign [night $conf] status out
is [lsort -dictionary [glob -tails -directory $nights/nights *]] \
    [lsort -dictionary [list 2001-01-01 mine $today.2 $lastgood {*}[lmap state [lrange [states] end-1 end] {
        lindex $state 0}]]] "two nights' directories are kept, and the last good one's; others are nobody's business"
ok [file exists $dir/elsewhere/file] "a link is not followed"
like $out "*removed the directory of $today.*; its results stay in the history\n*" "it is said"
is [llength [states]] [expr {$before + 3}] "the history has all"
lassign [history $nights diff $today $lastgood] status out
is [lindex [split [string trim $out] \n] end] "0 new, 0 changed, 0 fixed, 0 lost, 0 still, 1 added, 0 gone" \
    "and compares nights whose directories are gone"

# --- an Acre that is there already ---------------------------------------------------------------------------------
file mkdir $dir/known
config $dir/known/conf directory $dir/known/nights select boot@nothing
lassign [night $dir/known/conf -q] status out
ok [expr {$status == 2 && [string match "$today: no results: acre farm: *" $out]}] \
    "without a repository it is the Acre that is there" $out

# --- configurations ------------------------------------------------------------------------------------------------
foreach {text pattern} {
    "group = x" {*: no directory: say where*}
    "directory = x" {*:1: directory: no absolute path: 'x'}
    "directory = /x\ndirectory = /y" {*:2: a second directory}
    "frob = 1" {*:1: not a key with = and a value: 'frob = 1'; the keys are directory, *}
    "directory = /x\nkeep = none" {*:2: keep: no number from 1 to 999999: 'none'}
    "directory = /x\nseed = today" {*:2: seed: neither day nor a whole number: 'today'}
    "directory = /x\nlimit = 0" {*:2: limit: no number of hours: '0'}
    "directory = /x\nmail-when = never" {*:2: mail-when: none of always, change and red: 'never'}
    "directory = /x\nrepository = /y\nfigures = all" {*:3: figures: neither none nor some of host, *: 'all'}
    "directory = /x\nfigures = host" {*: figures are measured in a build*}
} {
    runs::Put $dir/bad.conf "$text\n"
    lassign [night $dir/bad.conf] status out err
    ok [expr {$status == 2 && $out eq "" && [string match "acre: $dir/bad.conf$pattern\n" $err]}] \
        "refused: [string map {\n { / }} $text]" $err
}
set ::env(XDG_CONFIG_HOME) $dir/xdg
lassign [nights::Run nightly --check] status out err
like $err "acre: there is no $dir/xdg/acre/nightly.conf*: write one*" "refused: no configuration at all"
config $dir/xdg/acre/nightly.conf {*}$common
like [lindex [nights::Run nightly --check] 1] "$dir/xdg/acre/nightly.conf:\n*" "one's own is found"
done
