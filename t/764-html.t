#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre report --html: every page is well-formed, every link leads somewhere in the folder, nothing is loaded and nothing
# runs, hostile words stay words, and the pages show what the run has.  How they look in a browser: t/766.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) report-runs.tcl]
if {[catch {package require tdom}]} {
    tap::skip_all "needs Tcl package tdom (Debian package tdom)"
}
::acre::paths::use safetext report reporthtml
namespace path {::tap ::runs}
set acre [runs::command]
plan 60
set dir [tmp]

proc report {args} {
    return [lindex [runs::report -q {*}$args] 0]
}
# The pages of a folder: dict path -> document.  Each must be well-formed.
proc pages {folder} {
    set pages [dict create]
    foreach file [split [exec find $folder -name *.html] \n] {
        if {[catch {dom parse -keepEmpties [regsub {^<!DOCTYPE html>} [slurp $file] ""]} doc]} {
            note "$file: $doc"
            return {}
        }
        dict set pages $file $doc
    }
    return $pages
}
proc all {doc path} {
    return [lmap node [$doc selectNodes $path] {$node asText}]
}
proc values {doc path name} { return [lmap node [$doc selectNodes $path] {$node getAttribute $name}] }
# The section ID of a page, and what is below it.
proc part {id {below ""}} { return "//section\[@aria-labelledby='$id'\]$below" }
# Links of PAGES that lead nowhere, or out of FOLDER.
proc lost {folder pages} {
    set lost {}
    dict for {file doc} $pages {
        set ids [values $doc {//*[@id]} id]
        if {[llength [lsort -unique $ids]] != [llength $ids]} {
            lappend lost "$file: an id twice"
        }
        foreach href [concat [values $doc //a href] [values $doc //link href]] {
            if {[regexp {^#(.+)$} $href - id]} {
                if {$id ni $ids} { lappend lost "$file: $href" }
                continue
            }
            set path [subst -nocommands -novariables [regsub -all {%([0-9A-F]{2})} $href {\\x\1}]]
            set path [file normalize [file join [file dirname $file] [encoding convertfrom utf-8 $path]]]
            if {![string match $folder/* $path] || ![file isfile $path]} { lappend lost "$file: $href" }
        }
    }
    return $lost
}

# --- a whole night -------------------------------------------------------------------------------------------------
runs::night $dir/tonight
runs::before $dir/last
set out [open $dir/known w]
puts $out "\[boot@zoo/second,emu=bochs\]\nreason = issue <7>\nuntil = 2099-01-01"
close $out
is [report $dir/tonight --html --since $dir/last --known $dir/known] 1 "into the run's directory"
set folder $dir/tonight/report
set pages [pages $folder]
is [dict size $pages] 12 "a page a case and a first one, all well-formed"
is [lost $folder $pages] {} "every link leads to a page of the folder or a place in the page"
set wrong {}
dict for {file doc} $pages {
    foreach path {//script //img //iframe //object //embed //form //style //@src //@onclick //@onload //@onerror} {
        if {[$doc selectNodes $path] ne ""} { lappend wrong "$file: $path" }
    }
    if {[llength [$doc selectNodes //link]] != 1
            || ![string match "default-src 'none';*" [lindex [values $doc {//meta[@http-equiv]} content] 0]]} {
        lappend wrong "$file: head"
    }
    if {[regexp {https?:|//[a-z]|url\(|@import} [string map {http-equiv ""} [slurp $file]] found]} {
        lappend wrong "$file: $found"
    }
}
is $wrong {} "no script, nothing that is loaded but the style sheet, a policy that forbids the rest"
ok [expr {![regexp {https?:|url\(|@import} [slurp $folder/style.css]]}] "nor does the style sheet load anything"
set wrong {}
dict for {file doc} $pages {
    set levels [lmap node [$doc selectNodes {//*[self::h1 or self::h2 or self::h3]}] {string index [$node nodeName] 1}]
    set before 0
    foreach level $levels {
        if {$level > $before + 1} { lappend wrong "$file: h$level after h$before" }
        set before $level
    }
    foreach {path want} {//h1 1 //main 1 //header/nav 1 //html/@lang 1 //title 1 //body/a\[1\]\[@href='#main'\] 1
            //table\[not(caption)\] 0 //table\[not(.//th\[@scope\])\] 0
            //svg\[not(@aria-hidden)\ and\ not(@aria-label)\] 0
            //nav\[not(@aria-label)\] 0 //a\[not(@aria-label)\ and\ normalize-space(.)=''\] 0} {
        if {[llength [$doc selectNodes $path]] != $want} { lappend wrong "$file: $path is not $want" }
    }
}
is $wrong {} "headings in order, one main part, tables with captions and heads, pictures with words or hidden"

# --- the first page ------------------------------------------------------------------------------------------------
set index [dict get $pages $folder/index.html]
is [lindex [all $index //h2] 0] "What changed" "what changed comes first"
is [all $index {//p[contains(@class,'verdict')]}] {{5 of 11 cases are not well.}} "the verdict in a sentence"
is [all $index {//div[contains(@class,'card')]/h3}] {{4 New failures} {1 Fail in another way} {1 Fixed}\
    {1 Skipped now} {1 Still not well} {1 New cases} {1 Gone}} "a card for each kind of change"
is [values $index {//div[contains(@class,'card fixed')]//a} href] cases/boot%40ladder/64M%2Cemu%3Dqemu.html "with links"
is [llength [$index selectNodes [part failures {/article}]]] 4 "a card for each way of failing"
is [lindex [all $index [part failures {/article[1]//code}]] 0] \
    "acre farm --case $dir/tonight/boot@zoo/first,emu=bochs/case" "with the replay of the smallest"
is [llength [$index selectNodes {//table[@class='grid']//td/a}]] 11 "the matrix has a cell for each case"
is [lsort [all $index {//table[@class='grid']//td/a}]] \
    [lsort [list \u2713 \u2713 \u2713 \u2713 FAIL FAIL CRASH HANG ERROR MISSING skip]] "with its verdict as a sign"
is [values $index {//table[@class='grid']//tr[th='second']/td/a} aria-label] [list \
    "CRASH: zoo/second, emu=qemu, changed" "HANG (known): zoo/second, emu=bochs, changed"] "and in words"
is [values $index {//table[@class='grid']//tr[th='second']} class] {{bad changed}} "a row that the choice can find"
is [llength [$index selectNodes {//table[@class='grid']/tbody/tr/td[1]/*[local-name()='svg']/*[@class='k-usable']}]] 5 \
    "each map of the matrix is drawn"
is [lindex [all $index [part slow {//tbody/tr[1]/th}]] 0] boot@zoo/third,emu=bochs,cpu=core2 \
    "the slowest"
is [all $index [part costs {//tr[th='init']/td}]] {8,000,500 +500 1} \
    "what a boot costs, and the change in instructions"
is [all $index [part findings {/ul/li/p}]] \
    {{usable run: expected 0x100000 0x5000000, got nothing}\
    {ledger total: 1}} "the findings"
is [lindex [all $index [part known {//td}]] end] "issue <7>" "known failures with their reason"
like [all $index [part notes]] "*1 skipped: nothing usable is left*1 map cut*" \
    "skips, cut maps"

# --- a case's page -------------------------------------------------------------------------------------------------
set page [dict get $pages $folder/cases/boot@zoo/first,emu=qemu.html]
is [all $page //h1] boot@zoo/first,emu=qemu "a case's page: its name"
like [all $page {//p[@class='say']}] "*FAIL*compare: usable run: *" "verdict and reason"
like [all $page {//dl[@class='facts']}] "*Before*PASS: points: 1 of 1 points (last)*" "what it was before"
set commands [all $page //pre\[@class='command'\]]
is [lindex $commands 1] "sh $dir/tonight/boot@zoo/first,emu=qemu/replay.sh" "the replay commands"
is [exec sh -c [lindex $commands 1]] replayed "which run"
is [all $page [part findings {//li}]] {{usable run: expected 0x100000 0x5000000, got nothing}\
    {ledger total: 1}} "its findings"
is [lrange [all $page [part map {//tbody/tr[3]/td}]] 0 end] \
    {0x100000 0x4000000 {63 MiB} {1 usable}} "the map, entry by entry"
set model [reports::model]
proc names {page title} {
    return [all $page "//table\[@class='memory'\]\[caption='$title'\]/tbody/tr\[not(@class='region')\]/td\[2\]"]
}
is [names $page "Physical memory"] [lmap row [::acre::ledgerrows::physical $model] {dict get $row name}] \
    "physical memory, run by run"
is [names $page "Virtual memory"] [lmap row [::acre::ledgerrows::virtual $model] {
    if {[dict get $row bytes] eq ""} continue
    dict get $row name
}] "virtual memory, run by run"
proc height {page owner} {
    set styles [values $page "//table\[caption='Physical memory'\]//tr\[td='$owner'\]/td\[1\]" style]
    regexp {height:(\d+)px} $styles - height
    return $height
}
is [height $page kernel-text] [expr {3 * [height $page kernel-rodata]}] "three frames are three times as high as one"
is [all $page [part memory {//table[caption='Who owns how much']//tr[contains(th,'kernel-text')]/td}]] \
    {3 {12 KiB} {1.89 %}} "the ledger"
like [all $page [part points]] "*1 of 1 ok*ok 1*KERNEL_BASE: sections*" "self-checks"
is [all $page {//pre[@class='log']}] [list [reports::text]] "the serial log, whole"
set marked [dict get $pages $folder/cases/boot@ladder/64M,emu=bochs.html]
is [all $marked [part marks {//tr[th='init']/td}]] {8,000,500 1,000,500 {}} "marks"
set hostile [dict get $pages $folder/cases/boot@zoo/second,emu=qemu.html]
is [all $hostile {//pre[@class='log']}] [list [::acre::safetext::shown [::acre::safetext::bytes [runs::hostile]]]] \
    "hostile words are there, as words"
like [all $hostile [part memory]] "*No picture: *" "why there is no picture"
set missing [dict get $pages $folder/cases/boot@real/board,emu=bochs.html]
like [all $missing [part again]] \
    "*Its directory is not there*acre farm --select boot@real/board,emu=bochs*" "a case without a directory"
like [all $missing //nav] "*previous that is not well*" "the way to other failures"
like [all [dict get $pages $folder/cases/boot@zoo/second,emu=bochs.html] //main] "*KNOWN HANG*Known to fail until\
    2099-01-01: issue <7>*" "a known failure says so"

# --- other runs ----------------------------------------------------------------------------------------------------
runs::make $dir/odd [list [list {boot@zoo/a%20b?c#d&e"f'g<h>,emu=qemu} PASS points ok] \
    [list boot@zoo/linked,emu=qemu PASS points ok] [list boot@zoo/broken,emu=qemu PASS points ok map "nonsense"]]
file delete $dir/odd/boot@zoo/linked,emu=qemu/serial.log
exec ln -s $dir/tonight/plan.tsv $dir/odd/boot@zoo/linked,emu=qemu/serial.log
is [report $dir/odd --html=$dir/odd-pages] 0 "names with every character, a link, a map that is none"
set pages [pages $dir/odd-pages]
is [lost $dir/odd-pages $pages] {} "every link leads somewhere"
is [all [dict get $pages $dir/odd-pages/cases/boot@zoo/linked,emu=qemu.html] [part serial {/p}]] \
    {{Nothing came.}} "a link is not followed"
like [all [dict get $pages $dir/odd-pages/index.html] [part since]] \
    "*name one with --since DIR*" \
    "without a run to compare with, that is said"
is [all [dict get $pages $dir/odd-pages/index.html] {//p[contains(@class,'verdict')]}] {{All is well.}} "all is well"
set out [open $dir/odd/results.tsv a]
puts $out "dam\"<b>aged"
close $out
is [report $dir/odd --html=$dir/odd-pages] 2 "damaged results: the report is written, over the old one"
like [all [dict get [pages $dir/odd-pages] $dir/odd-pages/index.html] {//p[@role='alert']}] \
    "*results.tsv:4: not a result: 1 fields, not 9*" "and says so first"

set rows {}
for {set i 0} {$i < 50} {incr i} {
    lappend rows [list boot@zoo/n$i,emu=qemu [expr {$i % 7 ? "PASS" : "FAIL"}] points "point $i"]
}
runs::make $dir/many $rows
is [report $dir/many --html=$dir/many-pages] 1 "many cases, drawn by several processes"
::acre::reporthtml::write $dir/alone [::acre::report::make $dir/many "" "" 2026-01-01]
ok [expr {![catch {exec diff -r $dir/many-pages $dir/alone} differences]}] \
    "the pages are those of one process" $differences

# --- the folder ----------------------------------------------------------------------------------------------------
file mkdir $dir/mine
close [open $dir/mine/precious w]
is [report $dir/many --html=$dir/mine] 2 "a directory that is no report is not touched"
like [slurp $dir/err] "acre: $dir/mine: is there, and is no report; *" "and named"
is [glob -tails -directory $dir/mine *] precious "all in it is left"
exec ln -s $dir/mine $dir/link
is [report $dir/many --html=$dir/link] 2 "nor is what a link leads to"
is [report $dir/many --html=$dir/known/below] 2 "a place that cannot be"
like [slurp $dir/err] "acre: $dir/known/below: cannot be written: *" "is named"
is [glob -nocomplain -directory $dir *.new-*] {} "and nothing half-made stays"

# --- a real run ----------------------------------------------------------------------------------------------------
if {[auto_execok qemu-system-x86_64] eq "" || [catch {package require Expect}]} {
    foreach point {"acre farm" "its report" "its pictures"} {
        skip "a real run: $point" "needs qemu-system-x86_64 and Expect (Debian packages qemu-system-x86, tcl-expect)"
    }
} else {
    ok [expr {![catch {exec $acre farm --emulator qemu --memory 16M 64M --out $dir/real 2>@1} said]}] "a real run" $said
    is [report $dir/real --html --junit] 0 "its report"
    set pages [pages $dir/real/report]
    set drawn [dict filter $pages script {file doc} {expr {[$doc selectNodes {//td[.='page-tables']}] ne ""}}]
    is "[dict size $pages] [dict size $drawn] [lost $dir/real/report $pages]" "3 2 " "its memory is drawn"
}
done
