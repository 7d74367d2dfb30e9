#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --bisect, on a repository made here whose build command takes no time, with a driver that starts no emulator
# (farm-double.tcl): what happens to a guest stands in the image.

source [file join [file dirname [info script]] tap.tcl]
tap::need git git
source [file join $::env(srcdir) farm-runs.tcl]
tap::plan 17
set repository [file join $tmp repository]
foreach {name value} {GIT_AUTHOR_NAME A GIT_AUTHOR_EMAIL a@example.org GIT_COMMITTER_NAME A
        GIT_COMMITTER_EMAIL a@example.org GIT_CONFIG_GLOBAL /dev/null GIT_CONFIG_NOSYSTEM 1} {
    set ::env($name) $value
}
proc git {args} {
    return [exec git -C $::repository {*}$args 2>@1]
}
# A commit whose image says WORD; "broken" does not build, "slow" does so for long.
proc commit {subject word} {
    write $::repository/word $word\n
    write $::repository/subject $subject\n
    git add --all
    git commit -q -m $subject
    return [git rev-parse HEAD]
}
proc bisect {args} {
    return [farm --out $::tmp/out --repository $::repository --build "sh build.sh" --built made/it.img --bisect \
        {*}$args]
}
# What must be as it was: the user's branch, files, state of git bisect, worktrees.
proc tree {} {
    return [list [git rev-parse --abbrev-ref HEAD] [git rev-parse HEAD] [git status --porcelain] \
        [git worktree list --porcelain] [git for-each-ref] [glob -nocomplain $::repository/.git/BISECT*]]
}

file mkdir $repository
exec git init -q -b trunk $repository
write $repository/build.sh {
    test "$(cat word)" != broken || exit 1
    test "$(cat word)" != slow || exec sleep 600
    mkdir -p made && cat word >made/it.img && echo "ffffffff80001000 T acre_audit_point" >made/it.syms
}
write $repository/.gitignore made\n
foreach n {1 2 3 4 5 6 7 8 9 10 11 12} word {pass pass pass pass broken pass pass fail fail panic fail fail} {
    set commits($n) [commit "change $n" $word]
}
write $repository/not-yet-committed work\n
maps $tmp/maps image-1 pass-1
farm --maps $tmp/maps --emulator qemu --out $tmp/run
set case $tmp/run/boot@image-1,emu=qemu

set before [tree]
lassign [bisect $commits(1) trunk $case] status output
tap::is $status 0 "the commit is found"
tap::like $output "*the first bad commit:\n$commits(8)\n*change 8*FAIL points *" "... the right one, and how it fails"
tap::like $output "*good [string range $commits(1) 0 6]* PASS points*" "each step is told"
tap::is [tree] $before "the user's tree is as it was, what is not committed too"
tap::ok [expr {[llength [regexp -all -inline -line {^(?:good|bad|skip) } $output]] <= 8}] "in a few steps" $output

# A way of failing is kept apart from another.
lassign [bisect $commits(7) $commits(10) $case] status output
tap::like $status/$output "1/*skip*fails in another way: FAIL points*only commits that were skipped are left*" \
    "commits that fail in another way are skipped, and nothing is claimed"
lassign [bisect $commits(4) $commits(6) $case] status output
tap::like $status/$output "2/*the bad end must fail*" "a bad end that passes"
lassign [bisect $commits(8) $commits(9) $case] status output
tap::like $status/$output "2/*the good end must pass*" "a good end that fails"
lassign [bisect $commits(5) $commits(9) $case] status output
tap::like $status/$output "2/*skip *does not build*the good end must pass*" "a good end that does not build"
tap::like [bisect nothing trunk $case] "2 *'nothing' is no commit of *" "no commit"
tap::like [bisect trunk $case] "2 *takes a good commit, a bad one and a case*" "too few words"
tap::like [bisect $commits(1) trunk boot@nowhere] "2 *'boot@nowhere' is no case*" "no case"
tap::like [farm --build true] "2 *--build is for --bisect*" "--build alone"
tap::is [tree] $before "the user's tree is as it was"

# Ctrl-C in the middle of a build.
set commits(13) [commit "change 13" slow]
set before [tree]
set channel [open |[concat [command --out $tmp/stopped --repository $repository --build "sh build.sh" \
    --built made/it.img --bisect $commits(1) trunk $case] 2>@1] r]
for {set tries 0} {$tries < 200 && [glob -nocomplain $tmp/stopped/bisect/build-*.log] eq ""} {incr tries} {
    after 50
}
after 300
exec kill -INT [pid $channel]
set output [read $channel]
set status [expr {[catch {close $channel} - options] ? [lindex [dict get $options -errorcode] 2] : 0}]
tap::like $status/$output "1/*the search was stopped (Ctrl-C)*" "Ctrl-C ends the search"
tap::is [tree] $before "... and the worktree is gone, the user's tree as it was"
set left {}
foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
    if {![catch {tap::slurp $file} words] && [string match "*sleep\x00600\x00*" $words]} {
        set cwd ""
        catch {set cwd [file readlink [file join [file dirname $file] cwd]]}
        if {[string match "*acre-boot*" $cwd]} {
            lappend left $cwd
        }
    }
}
tap::is $left {} "... and its build"
tap::done
