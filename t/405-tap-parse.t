#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The parser of a guest's report: a good one is taken apart to the last figure, every kind of damage is found and named.

source [file join $::env(srcdir) tap.tcl]
tap::plan 66
::acre::paths::use patterns tap

set good "# acre 0.1 (stage2)
# mark stage1 100
TAP version 13
1..3
ok 1 - machine: facts
  ---
  phys-bits: 40
  map-source: e820
  ...
ok 2 - null page is not mapped
ok 3 - ledger: sum
  ---
  usable-frames: 16254
  ...
# e820 0x0 0x9fc00 1 0x1
# e820 0x100000 0x3f00000 1 0x1
# usable 0x1000 0x9f000
# ledger free 16000
# ledger total 16254
# mapping 0xffffffff80000000 0xffffffff80007000 0x100000 4k r-x
# mapping 0x0 0x1000 0x0 2m rw-u tag-tuple
# mark checks 200
# exit 0
"
set tap [::acre::tap::parse $good]
foreach {key want} {
    torn "" problems {} version 1 plan 3 exit 0 refused "" panic "" frames {} skip ""
    marks {stage1 100 checks 200} e820 {{0x0 0x9fc00 1 0x1} {0x100000 0x3f00000 1 0x1}} usable {{0x1000 0x9f000}}
    ledger {free 16000 total 16254} facts {phys-bits 40 map-source e820}
    mappings {{0xffffffff80000000 0xffffffff80007000 0x100000 4k r-x} {0x0 0x1000 0x0 2m rw-u tag-tuple}}
} {
    tap::is [dict get $tap $key] $want "a good report: $key"
}
tap::is [lmap point [dict get $tap points] {list [dict get $point n] [dict get $point ok] [dict get $point desc]}] \
    {{1 1 {machine: facts}} {2 1 {null page is not mapped}} {3 1 {ledger: sum}}} "a good report: points"
tap::is [::acre::tap::parse [string map {\n \r\n} $good]] $tap "line ends of terminals make no difference"
set tap [::acre::tap::parse [string map {"ok 2" "not ok 2"} $good]]
tap::is [list [dict get $tap torn] [dict get [lindex [dict get $tap points] 1] ok]] {{} 0} \
    "a point that is not ok is no damage"
set tap [::acre::tap::parse "TAP version 13\n1..0 # SKIP no such CPU\n# exit 0\n"]
tap::is [list [dict get $tap plan] [dict get $tap skip] [dict get $tap torn]] {0 {no such CPU} {}} "a skipped plan"
set tap [::acre::tap::parse "TAP version 13\n1..1\nok 1 - a # SKIP why not\n# exit 0\n"]
tap::is [lindex [dict get $tap points] 0] {yaml {} n 1 ok 1 desc a directive {SKIP why not}} "a skipped point"

set refused "# acre 0.1 (stage2)\n# refused: no long mode\n# exit 2\n"
set tap [::acre::tap::parse $refused]
tap::is [list [dict get $tap refused] [dict get $tap exit] [dict get $tap torn]] {{no long mode} 2 {}} \
    "a refusal needs no plan"
tap::like [dict get [::acre::tap::parse [string range $refused 0 end-9]] torn] "line 2: no exit line" \
    "a refusal needs its exit line"
set panic "TAP version 13\n1..9\nok 1 - a\n  ---\n# panic: what=x, rip=0x1\n# frame 0 0x1 f+0x1\n"
append panic "# frame 1 0x2 g+0x2\n# exit 3\n"
set tap [::acre::tap::parse $panic]
tap::is [list [dict get $tap panic] [dict get $tap frames]] {{what=x, rip=0x1} {{0 0x1 f+0x1} {1 0x2 g+0x2}}} \
    "a panic within the report, with its backtrace"

# from -> to in the good report, and what must be said; the first two are the number of the line and the words.
set cut [string length $good]
foreach {desc from to pattern} {
    "nothing at all"          WHOLE ""                           "line 0: no output at all"
    "no version line"         "TAP version 13\n" ""              "line 3: the plan does not follow the version line"
    "two version lines"       "1..3\n" "1..3\nTAP version 13\n"  "line 5: a second or late version line"
    "a late version line"     "1..3\n" ""                        "line 4: point 1 comes before the plan"
    "no plan"                 TAIL "TAP version 13\n# exit 0\n"  "line 2: no plan"
    "two plans"               "1..3\n" "1..3\n1..3\n"            "line 5: a second plan: 1..3"
    "a plan at the end"       PLANEND ""                         "line 4: point 1 comes before the plan"
    "a point too few"         "1..3" "1..4"                      "line 23: 3 points of the plan's 4"
    "a point too many"        "1..3" "1..2"                      "line 11: point 3 is above the plan 1..2"
    "a point twice"           "ok 3" "ok 2"                      "line 11: point 2 is there twice"
    "a point left out"        "ok 2" "ok 3"                      "line 10: point 3 where 2 was due"
    "point 0"                 "ok 1" "ok 0"                      "line 5: point 0 where 1 was due"
    "no exit line"            "# exit 0\n" ""                    "line 22: no exit line"
    "text after the exit"     "# exit 0\n" "# exit 0\nhm\n"      "line 24: text after the exit line: 'hm'"
    "a comment after the exit" "# exit 0\n" "# exit 0\n# x\n"    "line 24: text after the exit line: '# x'"
    "two exit lines"          "# exit 0\n" "# exit 0\n# exit 0\n" "line 24: text after the exit line*"
    "a line cut off"          "# exit 0\n" "# exit 0"            "line 23: the line is cut off: '# exit 0'"
    "half an exit line"       "# exit 0\n" "# exi\n# exit 0\n"   NONE
    "garbage"                 "ok 2 - null" "o\x00\xffk 2"       "line 10: neither TAP nor a comment: 'o??k 2 page*'"
    "garbage in a comment"    "(stage2)" "\x80\x07"              "line 1: a damaged comment*"
    "lines run together"      "mapped\nok 3" "mapped ok 3"       "line 22: 2 points of the plan's 3"
    "a damaged e820 line"     "0x9fc00 1 0x1" "0x9fc00 1"        "line 15: not a whole '# e820' line*"
    "a damaged usable line"   "0x1000 0x9f000" "0x1000"          "line 17: not a whole '# usable' line*"
    "a damaged ledger line"   "free 16000" "free"                "line 18: not a whole '# ledger' line*"
    "a damaged mapping"       "4k r-x" "4k rqx"                  "line 20: not a whole '# mapping' line*"
    "a damaged owner"         "tag-tuple" "Tag tuple"            "line 21: not a whole '# mapping' line*"
    "a damaged mark"          "checks 200" "checks"              "line 22: not a whole '# mark' line*"
    "an exit without number"  "exit 0" "exit x"                  "line 23: not a whole '# exit' line*"
    "an owner twice"          "total 16254" "free 16254"         "line 19: owner 'free' is twice in the ledger"
    "a key twice"             "map-source: e820" "phys-bits: 1"  "line 8: key 'phys-bits' is twice in one YAML block"
    "a YAML block without end" "  ...\nok 2" "ok 2"              "line 9: not a 'key: value' line*"
    "YAML of no point"        "1..3\n" "1..3\n  ---\n"           "line 5: a YAML line that belongs to no point*"
    "a comment inside YAML"   "  phys-bits" "# x\n  phys-bits"   "line 7: a comment inside a YAML block*"
    "a line of blanks"        "ok 2 - null" " ok 2 - null"       "line 10: neither TAP nor a comment*"
} {
    switch -- $from {
        WHOLE { set text "" }
        TAIL { set text $to }
        PLANEND { set text [string map {"1..3\n" "" "# exit" "1..3\n# exit"} $good] }
        default { set text [string replace $good {*}[lindex [regexp -inline -indices "***=$from" $good] 0] $to] }
    }
    set torn [dict get [::acre::tap::parse $text] torn]
    if {$pattern eq "NONE"} {
        tap::is $torn "" "$desc is a comment"
    } else {
        tap::like $torn $pattern $desc
    }
}

# A program's output may be anything; it is taken out, and the report around it is as strict as ever.
set output "1..9\nnot ok 1\n# exit 0\n\n# status 1\n# exit 1\nno end"
set ran [string map [list "# exit 0" "# program /bin/a b\n$output\n# status 7\n# exit 7"] $good]
set got [::acre::tap::parse $ran]
tap::is [dict get $got torn] "" "a report with a program"
tap::is [list [dict get $got program] [dict get $got status] [dict get $got exit]] {{/bin/a b} 7 7} \
    "its path and status"
tap::is [dict get $got output] $output "and what it printed"
tap::is [dict get $got points] [dict get [::acre::tap::parse $good] points] "the points are what they were"
set got [::acre::tap::parse "# program /x\n\n# status 0\n# exit 0\n"]
tap::is [list [dict get $got output] [dict get $got torn]] {{} {line 2: no version line}} "no output and no report"
set got [::acre::tap::parse [string map {"# status" "# stat"} $ran]]
tap::like [dict get $got torn] "line *: *" "without the status line it is torn"
# A report comes in pieces.
foreach size {1 61} {
    set wrong {}
    foreach text [list $good $ran [string range $ran 0 end-9] [string range $good 0 end-3] $refused] {
        set reader [::acre::tap::start]
        foreach piece [regexp -all -inline ".{1,$size}" $text] {
            ::acre::tap::more reader $piece
        }
        if {[::acre::tap::whole reader] ne [::acre::tap::parse $text]} {
            lappend wrong [string range $text end-60 end]
        }
    }
    tap::is $wrong {} "in pieces of $size bytes it is the same report"
}
set panic "no end\n# panic: what=\"x\" rip=0x1 cr2=0x0 error=0x0\n# exit 3"
set got [::acre::tap::parse [string map [list $output\n "" "# status 7\n# exit 7" $panic] $ran]]
tap::like [dict get $got panic] "what=*" "a panic in the middle of it is found"
tap::done
