#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre report --junit: every verdict in its place, read back by two other programs; hostile words; the bound on its
# size.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) report-runs.tcl]
if {[catch {package require tdom}]} {
    tap::skip_all "needs Tcl package tdom (Debian package tdom)"
}
namespace path {::tap ::runs}
set acre [runs::command]
plan 39
set dir [tmp]

proc report {args} {
    return [lindex [runs::report -q {*}$args] 0]
}
# The document in FILE; attribute NAME of what PATH finds in it.
proc open_xml {file} {
    global doc
    set doc [dom parse [slurp $file]]
}
proc at {path name} {
    global doc
    set node [lindex [$doc selectNodes $path] 0]
    return [expr {$node eq "" ? "(no $path)" : [$node getAttribute $name (none)]}]
}
proc count {path} {
    global doc
    return [llength [$doc selectNodes $path]]
}
proc property {case name} { return [at "//testcase\[@name='$case'\]/properties/property\[@name='$name'\]" value] }
proc text {case} {
    global doc
    return [[$doc selectNodes "//testcase\[@name='$case'\]/*\[last()\]"] text]
}

runs::night $dir/tonight
set out [open $dir/known w]
puts $out "\[boot@zoo/second,emu=bochs\]\nreason = issue <7>\nuntil = 2099-01-01\n\[ladder/*\]\nfails = FAIL\nreason =\
    old\nuntil = 2000-01-01\n\[boot@zoo/third,emu=qemu\]\nreason = r\nuntil = 2099-01-01"
close $out
set xml $dir/tonight/junit.xml
is [report $dir/tonight --junit --known $dir/known] 1 "written into the run's directory"
open_xml $xml
is [at /testsuites name] tonight "the run's name"
foreach {name want} {tests 12 failures 5 errors 2 skipped 2} {
    is [at /testsuites $name] $want "$name of the whole"
    ok [expr {[at /testsuites $name] == [$doc selectNodes "sum(/testsuites/testsuite/@$name)"]}] "and of all suites"
}
is "[count //testcase] [count //failure] [count //error] [count //skipped]" "12 5 2 2" "as many elements"
is [lmap suite [$doc selectNodes //testsuite] {$suite getAttribute name}] {ladder zoo real farm} \
    "a suite a group of maps"
set passes [regexp -all -line {^  <testcase classname="[a-z]+" name="[^"]+" time="[0-9.]+"/>$} [slurp $xml]]
is $passes 3 "a pass has one line"
is "[at {//testcase[@name='boot@zoo/first,emu=qemu']/failure} type]" "FAIL compare" "FAIL"
is "[at {//testcase[@name='boot@zoo/second,emu=qemu']/failure} type]" "CRASH panic" "CRASH"
is "[at {//testcase[@name='boot@real/board,emu=qemu']/error} message]" "could not start: <no> such machine" "ERROR"
is "[at {//testcase[@name='boot@real/board,emu=bochs']/error} type]" MISSING "MISSING"
is "[at {//testcase[@name='boot@zoo/third,emu=bochs']/skipped} message]" "nothing usable is left" "SKIP"
is "[at {//testcase[@name='boot@zoo/second,emu=bochs']/skipped} message]" "known until 2099-01-01: issue <7>" "known"
is "[at {//testcase[@name='boot@zoo/third,emu=qemu']/failure} type]" "unexpected pass" "an unexpected pass"
is "[at {//testcase[@classname='farm']/failure} message]" \
    "its last day was 2000-01-01: old ($dir/known:4)" "an expired entry"
is [property boot@zoo/first,emu=qemu replay] \
    "acre farm --case $dir/tonight/boot@zoo/first,emu=qemu/case" "property: replay"
is [property boot@zoo/first,emu=qemu seed] 4711 "property: the map's seed"
is [property boot@zoo/first,emu=qemu memory] 67108864 "property: memory"
set serial [string trim [reports::text]]
ok [expr {[string match "*got nothing*ledger total: 1*" [text boot@zoo/first,emu=qemu]]
    && [string first $serial [text boot@zoo/first,emu=qemu]] > 0}] "a failure is whole: findings and serial log"
like [text boot@zoo/second,emu=qemu] {*\\x1b\[31mred\\x07 </pre><script>*\\u{202e}*\\x00\\x7f\\x9b*}  \
    "hostile words stay words"
ok [expr {![regexp {[^\n\x20-\x7e]} [slurp $xml]]}] "and nothing unseen is in the file"

# --- others read it ------------------------------------------------------------------------------------------------
set xmllint [auto_execok xmllint]
if {$xmllint eq ""} {
    skip "xmllint reads it" "needs xmllint (Debian package libxml2-utils)"
} else {
    ok [expr {![catch {exec {*}$xmllint --noout $xml 2>@1} said]}] "xmllint reads it" $said
}
# Debian's own Python has Debian's packages.
set python [expr {[file executable /usr/bin/python3] ? "/usr/bin/python3" : "python3"}]
if {[catch {exec $python -c "import junitparser" 2>@1}]} {
    skip "junitparser reads it" "needs junitparser (Debian package python3-junitparser)"
} else {
    set out [open $dir/read.py w]
    puts $out {import sys, junitparser
xml = junitparser.JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in xml for case in suite]
kinds = [type(result).__name__ for case in cases for result in case.result]
print(xml.tests, xml.failures, xml.errors, xml.skipped, len(cases), *[kinds.count(kind) for kind in
      ("Failure", "Error", "Skipped")], sum(case.time for case in cases) == xml.time)}
    close $out
    is [exec $python $dir/read.py $xml 2>@1] "12 5 2 2 12 5 2 2 True" "junitparser reads it, with the same counts"
}

# --- size ----------------------------------------------------------------------------------------------------------
set rows {}
for {set i 0} {$i < 20} {incr i} {
    set log "[string repeat "line <$i> \u00e9\n" [expr {$i < 10 ? 10 : 4000}]]the end\n"
    lappend rows [list boot@zoo/n$i,emu=qemu FAIL points "not ok: $i - x" serial [encoding convertto utf-8 $log]]
}
runs::make $dir/large $rows
is [report $dir/large --junit=$dir/whole.xml] 1 "20 failures, half of them long"
ok [expr {[file size $dir/whole.xml] > 600000 && ![string match "*left out*" [slurp $dir/whole.xml]]}] \
    "whole within the usual bound"
foreach size {40000 100000 300000} {
    report $dir/large --junit=$dir/cut.xml --junit-size $size
    set text [slurp $dir/cut.xml]
    open_xml $dir/cut.xml
    ok [expr {[file size $dir/cut.xml] <= $size && [file size $dir/cut.xml] > $size * 0.85
        && [regexp -all {characters left out: the file would be larger than --junit-size} $text] == 10
        && [regexp -all {the end} $text] == 20 && [count //failure] == 20}] \
        "in $size bytes: the short ones are whole, the long ones cut in their middle" [file size $dir/cut.xml]
}
is [report $dir/large --junit=$dir/none.xml --junit-size 5K] 2 "too small for the results alone: refused"
like [slurp $dir/err] "acre: --junit-size: 5120 bytes are too few: *" "and how many it takes"
ok [expr {![file exists $dir/none.xml]}] "and nothing is left"
is [report $dir/large --junit=$dir/no/where.xml] 2 "a file that cannot be written"
like [slurp $dir/err] "acre: $dir/no/where.xml: cannot be written: *" "is named"
done
