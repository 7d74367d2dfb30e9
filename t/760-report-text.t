#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre report: what it reads of a run, what it says changed, which failures are one, known failures, and how it ends
# when results are damaged or somebody's words are hostile.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) report-runs.tcl]
::acre::paths::use safetext signature known reportread since
namespace path {::tap ::runs}

set acre [runs::command]
plan 72
set dir [tmp]

proc refused {arguments pattern desc} {
    lassign [report {*}$arguments] status out err
    ok [expr {$status == 2 && $out eq "" && [string match "acre: $pattern\n" $err] && [llength [split $err \n]] == 2}] \
        "refused: $desc" "status: $status\nstdout: $out\nstderr: $err\nlike:   acre: $pattern"
}
proc append_to {file text} {
    set out [open $file ab]
    puts -nonewline $out $text
    close $out
}

# --- text that is fit to be shown ----------------------------------------------------------------------------------
foreach {given want} [list plain plain "tab\tand\nend" "tab\tand\nend" "cr\r\nlf" "cr\nlf" "lone\rcr" {lone\x0dcr} \
        "\x1b\[31m" {\x1b[31m} "\x00\x7f" {\x00\x7f} "\u009b" {\x9b} "\u202e\u200b\u00ad\ufeff" \
        {\u{202e}\u{200b}\xad\u{feff}} "\u00e9\u4e2d\u00a0" "\u00e9\u4e2d\\xa0" "\ud800\ue000" {\u{d800}\u{e000}}] {
    is [::acre::safetext::shown $given] $want "shown: $want"
}
is [::acre::safetext::bytes "a\xc3\xa9\nb\xff\xc3\nc"] "a\u00e9\nb\\xff\\xc3\nc" "bytes: UTF-8 where a line is UTF-8"
is [::acre::safetext::bytes "0x10\n\xff"] "0x10\n\\xff" "bytes: a number stays as it is written"
is [::acre::safetext::xml "<a b=\"c\" d='e'>&\x01"] {&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\x01} "xml: escaped"
is [::acre::safetext::line "a\nb\tc"] {a\x0ab\x09c} "line: one line"
is [::acre::safetext::url "a b/\u00e9?#%,x"] a%20b/%C3%A9%3F%23%25%2Cx "url: a path"

# --- signatures ----------------------------------------------------------------------------------------------------
proc signature {why} { return [::acre::signature::of [dict create verdict FAIL sub compare why $why]] }
is [signature "usable run: expected 0x100000 0x5000000, got 17"] [signature "usable run: expected 0x1 0x2, got 3"] \
    "signature: numbers do not count"
is [signature "x (and 3 more in audit.txt)"] [signature x] "signature: nor how much more there is"
ok [expr {[signature "e820 entry"] ne [signature "e821 entry"]}] "signature: a number within a word does"
ok [expr {[signature x] ne [::acre::signature::of {verdict FAIL sub points why x}]}] "signature: the kind does"

# --- a whole night -------------------------------------------------------------------------------------------------
runs::night $dir/tonight
runs::before $dir/last
lassign [report $dir/tonight --since $dir/last] status out err
is $status 1 "a night with failures ends with 1"
is $err "" "and says nothing on standard error"
like $out "tonight, *\n\nSince last, *: NEW 4, CHANGED 1, FIXED 1, SKIPPED, PASSED BEFORE 1, STILL 1, NEW CASES 1, GONE\
    CASES 1\n*" "what changed comes first"
like $out "*\n  NEW: boot@zoo/first,emu=qemu  boot@zoo/second,emu=bochs  boot@real/board,emu=qemu \
    boot@real/board,emu=bochs\n  CHANGED: boot@zoo/second,emu=qemu\n  FIXED: boot@ladder/64M,emu=qemu\n *" "by name"
like $out "*\nFAIL compare: usable run: expected 0x1000 0x2000, got nothing\n    2 cases, 1 signature:\
    boot@zoo/first,emu=bochs  boot@zoo/first,emu=qemu\n    new 1, still 1\n    replay: acre farm --case\
    $dir/tonight/boot@zoo/first,emu=bochs/case\n*" "failures of one signature are one, the least memory first"
like $out "*\nMISSING: planned, and without a result\n    boot@real/board,emu=bochs\n    new 1\n*" \
    "a case without a result is a failure, and has no replay line"
like $out "*\n1 skipped: nothing usable is left\n*" "a skip has its reason"
like $out "*\nslowest: boot@zoo/third,emu=bochs,cpu=core2 9.9 s  *" "the slowest"
like $out "*\n4 passed, 6 failed, 1 skipped\n" "the last line"
regexp -line {^    replay: (.*)$} $out - command
like $command "acre farm --case *" "the replay command"
ok [file isfile [lindex $command end]] "is of a case that is there"

lassign [report $dir/last --since $dir/last -q] status out err
is "$status $out" "2 " "refused: a run compared with itself"
like $err "acre: report: --since names the same run*" "and why"
lassign [report $dir/tonight -q] status out
is "$status $out" "1 " "-q says nothing, the status says it all"
runs::make $dir/well {{boot@zoo/a,emu=qemu PASS points "1 of 1 points"}}
lassign [report $dir/well --since $dir/well/../tonight] status out
is $status 0 "a good run ends with 0"
runs::make $dir/skips {{boot@zoo/a,emu=qemu SKIP "" "no emulator" serial ""}}
is [lindex [report $dir/skips] 0] 2 "a run that tested nothing ends with 2"
file rename $dir/tonight $dir/moved
like [lindex [report $dir/moved] 1] "*replay: acre farm --case $dir/moved/boot@*" \
    "a run that was moved is read where it is"
file rename $dir/moved $dir/tonight

# --- known failures ------------------------------------------------------------------------------------------------
proc known {text} {
    global dir
    set out [open $dir/known w]
    puts $out $text
    close $out
    return $dir/known
}
known "# known\n\[zoo/first\]\nfails = FAIL compare\nreason = issue 41\nuntil = 2026-12-31"
lassign [report $dir/tonight --known $dir/known --today 2026-12-31] status out
like $out "*\nknown: zoo/first: 2 cases, until 2026-12-31: issue 41\n*4 passed, 4 failed, 1 skipped, 2 known\n" \
    "a known failure is listed and not counted as failed"
ok [expr {![string match "*FAIL compare*" $out]}] "nor told with the failures"
lassign [report $dir/tonight --known $dir/known --today 2027-01-01] status out
is $status 1 "after its last day"
like $out "*\nEXPIRED zoo/first: 2 cases*\n4 passed, 6 failed, 1 skipped\n" "it is an error, and its cases count again"
known "\[boot@zoo/*emu=qemu\]\nreason = r\nuntil = 2099-01-01"
lassign [report $dir/well --known $dir/known] status out
is $status 1 "a run in which only a known failure passes is red"
like $out "*UNEXPECTED PASS boot@zoo/a,emu=qemu\n    known to fail: r; take it out: $dir/known:1\n*0 passed, 1\
    failed\n" "and says which entry is to go"
known "\[zoo/first\]\nfails = CRASH\nreason = r\nuntil = 2099-01-01"
like [lindex [report $dir/tonight --known $dir/known] 1] "*FAIL compare*4 passed, 6 failed*" \
    "another failure than the known one is red"
known "\[zoo/gone\]\nreason = r\nuntil = 2000-01-01"
is [lindex [report $dir/well --known $dir/known] 0] 1 "an entry whose day is over is an error without any case, too"
foreach {text pattern} {
    "nonsense" {:1: neither \[PATTERN\] nor *'nonsense'}
    "reason = x" {:1: neither *}
    "\[x\]\nreason = r" {:1: no until: *}
    "\[x\]\nuntil = 2026-01-01" {:1: no reason: *}
    "\[x\]\nuntil = 2026-02-30" {:2: not a day: '2026-02-30'*}
    "\[x\]\nfails = PASS" {:2: not a failure: 'PASS'*}
    "\[x\]\nreason = a\nreason = b" {:3: a second reason*}
    "\[x\]\nbecause = a" {:2: neither *}
} {
    known $text
    refused [list $dir/tonight --known $dir/known] "$dir/known$pattern" "known failures: [string map {\n { / }} $text]"
}

# --- damage --------------------------------------------------------------------------------------------------------
refused {} "report: name the directory of a run*" "no directory"
refused [list $dir/tonight $dir/last] "report: one run at a time*" "two directories"
refused [list $dir/nowhere] "$dir/nowhere: no results.tsv in it*" "no such directory"
refused [list $dir/tonight --since $dir] "$dir: no results.tsv in it*" "no such run to compare with"
refused [list $dir/tonight --known $dir/nowhere] "$dir/nowhere: cannot be read*" "no such file of known failures"
refused [list $dir/tonight --today tomorrow] "report: --today: not a day: 'tomorrow'*" "no day"
refused [list $dir/tonight --junit-size many] "report: --junit-size: no size: 'many'*" "no size"
refused [list $dir/tonight --frob] "report: no such option: '--frob'*" "no such option"
file mkdir $dir/empty
close [open $dir/empty/results.tsv w]
refused [list $dir/empty] "$dir/empty/results.tsv: not one result in it*" "no results"

# damaged WHAT LINE PATTERN: a results.tsv with that line in it, among good ones.
proc damaged {what line pattern} {
    global dir
    file delete -force $dir/damaged
    runs::make $dir/damaged {{boot@zoo/a,emu=qemu PASS points ok}}
    append_to $dir/damaged/results.tsv "$line\n"
    append_to $dir/damaged/results.tsv [slurp $dir/well/results.tsv]
    lassign [report $dir/damaged] status out err
    ok [expr {$status == 2 && [string match "*\n1 passed, 0 failed\n" $out]
        && [string match "*\nPROBLEM results.tsv:2: not a result: $pattern\n*" $out]
        && [string match "acre: results.tsv:2: not a result: $pattern\n" $err]}] "damaged: $what" \
        "status: $status\nstdout: $out\nstderr: $err"
}
set good [split [string trim [slurp $dir/well/results.tsv]] \t]
damaged "fields are missing" [join [lrange $good 0 4] \t] "5 fields, not 9"
damaged "no verdict of ours" [join [lreplace $good 1 1 FINE] \t] "no such verdict: 'FINE'"
damaged "a time that is none" [join [lreplace $good 4 4 -nan] \t] "seconds is no number: '-nan'"
damaged "a name that leads out" [join [lreplace $good 0 0 boot@../../../etc] \t] "no name of a case: *"
damaged "a name with control characters" [join [lreplace $good 0 0 "x\x1b\[2J"] \t] {no name of a case: 'x\\x1b\[2J'}
damaged "binary" "\x00\xff\xfe\x1b\]0;x\x07" {1 fields, not 9}
damaged "a line without an end of its own kind" [string repeat x 70000] "longer than 65536 bytes"
append_to $dir/well/results.tsv "boot@zoo/a,emu=qemu\tFAIL\thalf a li"
lassign [report $dir/well] status out
ok [expr {$status == 0 && [string match "*its last line was cut short and is left out\n*" $out]}] \
    "a last line that a killed run left is left out, and said" $out
file delete $dir/well/plan.tsv
lassign [report $dir/well] status out err
ok [expr {$status == 2 && [string match "*no plan.tsv: whether a result is missing cannot be told*" $err]}] \
    "without a plan nobody can say what is missing" $err

# --- hostile words -------------------------------------------------------------------------------------------------
runs::make $dir/hostile [list [list boot@zoo/a,emu=qemu CRASH panic "heap\x1b\[2J\x07\u202e: gone\x9b" \
    serial [runs::hostile]]]
lassign [report $dir/hostile --since $dir/last] status out
like $out {*CRASH panic: heap\\x1b\[2J\\x07*} "a guest's words are spelled out"
ok [expr {![regexp {[^\n\x20-\x7e]} $out]}] "nothing but plain lines goes to a terminal"
done
