#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What the end of a case means: every verdict word is reached, each from the evidence that it needs, and never from
# less.

source [file join $::env(srcdir) tap.tcl]
tap::plan 62
::acre::paths::use patterns tap verdict

set good "TAP version 13\n1..2\nok 1 - a\nok 2 - b\n# exit 0\n"
set refusal "# refused: not enough usable memory: 1 KiB found, 2 KiB needed\n# exit 2\n"
set panic "TAP version 13\n1..2\nok 1 - a\n# panic: what=page fault\n# frame 0 0x1 f+0x1\n# exit 3\n"

set alone "# program /a\nhello\n\n# status 7\n# exit 7\n"

proc judged {run text {expect boots}} {
    set run [dict merge {end exit status 33 guest-exit 0 detail "how it ended"} $run]
    set verdict [::acre::verdict::of $run [::acre::tap::parse $text] $expect]
    return [list [dict get $verdict verdict] [dict get $verdict sub]]
}

foreach {desc run text expect want} [list \
    "everything agrees"              {}                        $good boots {PASS points} \
    "Bochs tells no number"          {guest-exit any status 1} $good boots {PASS points} \
    "the emulator's status differs"  {guest-exit 1 status 35}  $good boots {CRASH exit} \
    "the emulator ended otherwise"   {guest-exit {} status 0}  $good boots {CRASH exit} \
    "a point is not ok"              {} [string map {"ok 2" "not ok 2"} $good] boots {FAIL points} \
    "not ok, though marked TODO"     {} [string map {"ok 2 - b" "not ok 2 - b # TODO x"} $good] boots {FAIL points} \
    "not ok, and says so at the end" {guest-exit 1} [string map {"ok 2" "not ok 2" "exit 0" "exit 1"} $good] boots \
        {FAIL points} \
    "all ok, but exit 1"             {guest-exit 1} [string map {"exit 0" "exit 1"} $good] boots {FAIL exit} \
    "an empty plan"                  {} "TAP version 13\n1..0\n# exit 0\n" boots {FAIL empty} \
    "a skipped plan"                 {} "TAP version 13\n1..0 # SKIP no CPU\n# exit 0\n" boots {SKIP guest} \
    "a skipped plan that failed"     {guest-exit 1} "TAP version 13\n1..0 # SKIP no CPU\n# exit 1\n" boots \
        {FAIL empty} \
    "a short plan"                   {} [string map {"1..2" "1..3"} $good] boots {CRASH torn} \
    "a number twice"                 {} [string map {"ok 2" "ok 1"} $good] boots {CRASH torn} \
    "a torn line"                    {} [string range $good 0 end-1] boots {CRASH torn} \
    "no exit line"                   {} [string map {"# exit 0\n" ""} $good] boots {CRASH torn} \
    "text after the exit line"       {} "${good}x\n" boots {CRASH torn} \
    "nothing was said"               {} "" boots {CRASH torn} \
    "a panic"                        {guest-exit 3} $panic boots {CRASH panic} \
    "a panic, then a reset"          {end reset guest-exit {}} $panic boots {CRASH panic} \
    "a panic, then a dead halt"      {end dead-halt guest-exit {}} $panic boots {CRASH panic} \
    "a panic, whatever is expected"  {guest-exit 3} $panic "refuses: x" {CRASH panic} \
    "a triple fault"                 {end triple-fault guest-exit {}} "TAP version 13\n" boots {CRASH triple-fault} \
    "a triple fault after the end"   {end triple-fault guest-exit {}} $good boots {CRASH triple-fault} \
    "a reset"                        {end reset guest-exit {}} "" boots {CRASH reset} \
    "a dead halt"                    {end dead-halt guest-exit {}} $good boots {HANG dead-halt} \
    "a spin"                         {end spin guest-exit {}} "" boots {HANG spin} \
    "silence"                        {end silence guest-exit {}} "" boots {HANG silence} \
    "no first byte"                  {end first-byte guest-exit {}} "" boots {HANG first-byte} \
    "too long"                       {end timeout guest-exit {}} "" boots {HANG timeout} \
    "a hang, though a refusal is due" {end spin guest-exit {}} $refusal "refuses: memory" {HANG spin} \
    "the emulator is in trouble"     {end emulator-error guest-exit {}} $good boots {ERROR emulator} \
    "trouble outweighs a panic"      {end emulator-error guest-exit {}} $panic boots {ERROR emulator} \
    "an expected refusal"            {guest-exit 2 status 37} $refusal "refuses: not enough usable" {PASS refused} \
    "any refusal will do"            {guest-exit 2} $refusal "refuses:" {PASS refused} \
    "an expected refusal, Bochs"     {guest-exit any} $refusal "refuses: 2 KiB needed" {PASS refused} \
    "a refusal with another reason"  {guest-exit 2} $refusal "refuses: no long mode" {FAIL refused} \
    "a refusal that was not due"     {guest-exit 2} $refusal boots {FAIL refused} \
    "no refusal where one was due"   {} $good "refuses: memory" {FAIL not-refused} \
    "a refusal, status differs"      {guest-exit 0} $refusal "refuses: memory" {CRASH exit} \
    "a refusal with exit 0"          {} [string map {"exit 2" "exit 0"} $refusal] "refuses: memory" {CRASH exit} \
    "exit 2 without a refusal"       {guest-exit 2} [string map {"exit 0" "exit 2"} $good] "refuses: " {CRASH exit} \
    "a refusal without its exit"     {} "# refused: memory\n" "refuses: memory" {CRASH torn} \
    "a program alone"                {guest-exit 7} $alone program {PASS program} \
    "a status of which QEMU tells seven bits" {guest-exit 72} [string map {" 7" " 200"} $alone] program {PASS program} \
    "... and another that it does not tell" {guest-exit 72} [string map {" 7" " 201"} $alone] program {CRASH exit} \
    "a program alone, Bochs"         {guest-exit any} $alone program {PASS program} \
    "... where a report is due"      {guest-exit 7} $alone boots {CRASH torn} \
    "a report where none is due"     {} $good program {FAIL no-program} \
    "a program whose text is torn"   {guest-exit 7} "${alone}x\n" program {CRASH torn} \
    "a program that says nothing"    {} "" program {CRASH torn} \
    "a program without an exit line" {} "# program /a\n\n# status 0\n" program {CRASH torn} \
    "a program that did not fit"     {guest-exit 2} $refusal program {FAIL refused} \
    "a foreign image said it"        {end expect} "login:\n" seen {PASS expect} \
    "a foreign image ended before"   {} "login\n" seen {CRASH no-text} \
    "a foreign image hangs"          {end silence} "login\n" seen {HANG silence} \
] {
    tap::is [judged $run $text $expect] $want "$want: $desc"
}
tap::is [dict get [::acre::verdict::of "" "" boots] verdict] MISSING "MISSING: planned, and nothing came"

set words {}
foreach word {PASS SKIP FAIL CRASH HANG ERROR MISSING} {
    lappend words [::acre::verdict::status $word]
}
tap::is $words {0 0 1 1 1 2 1} "exit status of each verdict word"
tap::is [::acre::verdict::worst {PASS SKIP PASS}] 0 "a run of passes and skips ends with 0"
tap::is [::acre::verdict::worst {PASS FAIL PASS}] 1 "one failure is enough for 1"
tap::is [::acre::verdict::worst {FAIL ERROR HANG}] 2 "an error outweighs failures"
tap::is [::acre::verdict::worst {}] 1 "an empty run fails"
set verdict [::acre::verdict::of {end exit guest-exit 5 detail "QEMU's status is 43"} [::acre::tap::parse $good] boots]
tap::like [dict get $verdict why] \
    "the guest said exit 0, but QEMU's status is 43" "the reason names both sides"
tap::done
