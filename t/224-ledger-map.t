#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# From a boot's report to a picture's runs and sums, the scale they are drawn on, and what is said when the kernel's
# ledger and its pages differ.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use interval scale
source [file join $::env(srcdir) ledger-report.tcl]
namespace path {::tap ::tcl::mathop}
plan 88
set dir [tmp]

# Lists of lists, whatever white space they are written with.
proc same {got want desc} {
    is [join [lmap item $got {list {*}$item}] \n] [join [lmap item $want {list {*}$item}] \n] $desc
}
# {base limit owner ...} with addresses in hex.
proc hex {runs} {
    return [lmap run $runs {list {*}[lmap address [lrange $run 0 1] {format %llx $address}] {*}[lrange $run 2 end]}]
}
proc spit {file text} {
    set channel [open $file w]
    puts -nonewline $channel $text
    close $channel
}

# --- the lists of owners and tags ------------------------------------------------------------------------------------
set src [file join $::env(top_srcdir) src]
set gen [file join $::env(top_srcdir) tools owners-gen]
set cc [expr {[info exists ::env(CC)] ? $::env(CC) : "cc"}]
spit $dir/lists.c {
#include <stdio.h>
#include "kernel/ledger.h"
#define ROW(name, NAME, number) printf("%s %d\n", tag_name(TAG_##NAME), TAG_##NAME);
int main(void)
{
    for (int i = 0; i < OWNER_COUNT; i++)
        puts(owner_name(i));
    TAG_LIST(ROW)
}
}
if {[auto_execok [lindex $cc 0]] eq ""} {
    skip "owners and tags are those of ledger.h and tag.h" "needs $cc (Debian package gcc)"
} else {
    exec {*}$cc -std=gnu11 -I $src -I [file join $src runtime] -o $dir/lists $dir/lists.c \
        [file join $src kernel ledger.c] [file join $src runtime tag.c] 2>@1
    is [concat $::owners::NAMES [lmap {name number} $::owners::TAGS {list $name [expr {$number + 0}]}]] \
        [lmap line [split [exec $dir/lists] \n] {list {*}$line}] "owners and tags are those of ledger.h and tag.h"
}
spit $dir/owners.h "#define OWNER_LIST(X) \\\n    X(FREE, \"free\")\n"
spit $dir/none.h "#define TAG_LIST(X)\n"
spit $dir/odd.h "#define TAG_LIST(X) \\\n    X(symbol, SYMBOL, ONE)\n"
ok [catch {exec sh $gen $dir/owners.h $dir/none.h 2>@1} why] "a list without a tag is refused"
like $why "*no row of TAG_LIST*" "and said"
ok [catch {exec sh $gen $dir/owners.h $dir/odd.h 2>@1} why] "a tag without a number is refused"
like $why "*not a tag: symbol ONE*" "and said"
is [lsearch -all -inline -not -regexp $::owners::NAMES \
    {^(free|kernel-.*|stack-.*|page-tables-.*|metadata-.*|heap-.*|files|zero-page|user-.*|boot-leftovers|tag-.*)$}] {} \
    "the table of kinds knows every owner"
is [lsort -unique [lmap name $::owners::NAMES {::acre::owners::kind $name}]] {files free heap heap-metadata kernel-bss\
    kernel-data kernel-rodata kernel-text leftovers page-tables stacks tag user} "and names are of these kinds"

# --- the scale -----------------------------------------------------------------------------------------------------
proc fit {args} { return [::acre::scale::fit {*}$args] }
is [fit {{10 100} {20 100}} 1 300 8] {8 {80 100}} \
    "scale: a page is no higher than the bound, a run no higher than its most"
lassign [fit {{10 1000} {30 1000}} 1 100 8] unit heights
is [format "%.3f %.3f %.3f" $unit {*}$heights] "2.500 25.000 75.000" "scale: true to length where all of it fits"
lassign [fit {{1 170} {1e9 170} {2 170}} 4 200 8] unit heights
is [list [lindex $heights 1] [expr {round([lindex $heights 2] / [lindex $heights 0])}]] {170 2} \
    "scale: a run of a terabyte is broken, those beside it are true"
is [::acre::scale::broken 1e9 170 $unit] 1 "scale: it is said to be broken"
is [::acre::scale::broken 2 170 $unit] 0 "scale: the others are not"
lassign [fit [lrepeat 1000 {1 170}] 4 200 8] unit heights
is [list [llength $heights] [::tcl::mathfunc::min {*}$heights]] {1000 8} "scale: a thousand runs are all seen"
is [fit {} 4 200 8] {8 {}} "scale: of nothing"
expr {srand(224)}
set bad {}
for {set round 0} {$round < 300} {incr round} {
    set items [lmap - [lrepeat [expr {1 + int(rand() * 40)}] x] {
        list [expr {2 ** (rand() * 40)}] [expr {10 + int(rand() * 200)}]
    }]
    lassign [fit $items 4 900 8] unit heights
    if {[+ {*}$heights] > max(900, 8 * [llength $items]) + 0.01} {
        lappend bad "too high: $items"
    }
    foreach item $items height $heights {
        set true [expr {[lindex $item 0] * $unit}]
        if {$height < 4 || abs($height - min([lindex $item 1], max(4, $true))) > 1e-6} {
            lappend bad "$item: $height of $true"
        }
    }
}
is $bad {} "scale: 300 random columns fit, every run is seen, and is true unless it is short or broken (seed 224)"

# --- labels --------------------------------------------------------------------------------------------------------
proc spread {args} { return [lmap y [::acre::scale::spread {*}$args] {format %.1f $y}] }
is [spread {10 100 200} 15 0 300] {10.0 100.0 200.0} "labels: where they were wanted"
is [spread {100 100 100} 10 0 300] {90.0 100.0 110.0} "labels: around the place that all want"
is [spread {2 2} 10 0 300] {0.0 10.0} "labels: not above the top"
is [spread {299 300} 10 0 300] {290.0 300.0} "labels: not below the bottom"
is [spread {1 2 3} 10 0 15] {0.0 10.0 20.0} "labels: below the bottom rather than over each other"
is [spread {} 10 0 15] {} "labels: none"
set bad {}
for {set round 0} {$round < 300} {incr round} {
    set wanted [lsort -real [lmap - [lrepeat [expr {1 + int(rand() * 50)}] x] {expr {rand() * 900}}]]
    set got [::acre::scale::spread $wanted 15 0 1000]
    foreach a [lrange $got 0 end-1] b [lrange $got 1 end] {
        if {$b ne "" && $b - $a < 14.999} {
            lappend bad "$a $b of $wanted"
        }
    }
    if {[lindex $got 0] < 0 || [lindex $got end] > 1000.001} {
        lappend bad "out of the column: $got"
    }
}
is $bad {} "labels: 300 random columns without an overlap (seed 224)"

# --- places --------------------------------------------------------------------------------------------------------
# Whether RUNS of {base limit ...} follow each other from 0 to LIMIT.
proc gapless {runs limit} {
    set end 0
    foreach run $runs {
        if {[lindex $run 0] != $end || [lindex $run 1] <= $end} {
            return "[lrange $run 0 1] after $end"
        }
        set end [lindex $run 1]
    }
    return [expr {$end == $limit ? "" : "ends at $end"}]
}
set sections {{0xffffffff80000000 0xffffffff80002000 kernel-text} {0xffffffff80003000 0xffffffff80004000 stack}}
is [gapless [::acre::places::all {}] [expr {1 << 64}]] "" "places: every address has one"
is [gapless [::acre::places::all $sections] [expr {1 << 64}]] "" "places: with sections too"
is [gapless [::acre::places::all {{0 4096 low} {0xffffffff80000000 0xffffffff90000000000 long}}] [expr {1 << 64}]] "" \
    "places: sections that are not in the image count for nothing"
# The owners of pages at the addresses.
proc owners {flags args} {
    set runs [lmap base $args {list [expr {$base}] [expr {$base + 0x1000}] 0 4096 $flags}]
    return [lmap claim [::acre::places::claims $runs [::acre::places::all $::sections]] {lindex $claim 2}]
}
is [owners rw- $::layout::LAYOUT_META_BASE $::layout::LAYOUT_META_LIMIT $::layout::LAYOUT_TAG1_BASE \
    $::layout::LAYOUT_TAG7F_BASE $::layout::LAYOUT_TAGFF_BASE $::layout::LAYOUT_KMEM_LIMIT \
    $::layout::LAYOUT_HANDOFF_BASE $::layout::LAYOUT_PAGES_BASE] \
    {heap-metadata heap tag-symbol tag-0x7f heap stray boot-leftovers page-tables} "places: the owner is the region's"
is [owners rw- 0xffff80ffffffe000 0xffff80fffffff000 0xffff810000000000] {tag-symbol tag-symbol tag-tuple} \
    "places: tags by PML4 slot"
is [owners rw-u 0 0x1000 0x100000000 0x7ffffffff000] {stray user-memory user-memory user-memory} \
    "places: user pages; never page 0"
is [owners rw- 0x1000] boot-leftovers "places: what is left of the boot is low, and not the user's"
is [owners r-x 0xffffffff80001000 0xffffffff80002000 0xffffffff80003000] {kernel-text kernel-text stack} \
    "places: the image by its sections, then by flags"
is [owners rwx 0xffffffff80002000] kernel-image "places: without NX flags tell no part of the image"
is [lmap claim [::acre::places::claims {{0xffff80fffffff000 0xffff810000002000 0x5000 4096 rw-}} \
    [::acre::places::all {}]] {list [lindex $claim 2] [+ [lindex $claim 4]]}] {{tag-symbol 20480} {tag-tuple 24576}} \
    "places: a run over a slot's end is two owners', each with its frames"

# --- physical and virtual ------------------------------------------------------------------------------------------
set model [reports::model]
same [hex [dict get $model physical]] {{0 1000 {not used}} {1000 38000 free} {38000 3b000 kernel-text}
    {3b000 3c000 kernel-rodata} {3c000 3d000 kernel-data} {3d000 3e000 kernel-bss} {3e000 40000 stack-kernel}
    {40000 43000 page-tables} {43000 44000 heap-metadata} {44000 45000 heap} {45000 9f000 free}
    {9f000 9fc00 {not used}} {9fc00 a0000 reserved} {a0000 f0000 {not described}} {f0000 100000 reserved}} \
    "physical memory: every run and its owner"
is [gapless [dict get $model virtual] [expr {1 << 64}]] "" "virtual memory: every address has an item"
is [gapless [dict get $model regions] [expr {1 << 64}]] "" "and a region"
same [hex [lmap item [dict get $model virtual] {
    if {[lindex $item 2] eq ""} continue
    set item
}]] {{ffff800000000000 ffff800000001000 heap-metadata rw-} {ffff800040000000 ffff800040001000 heap rw-}
    {ffffffff80000000 ffffffff80003000 kernel-text r-x} {ffffffff80003000 ffffffff80004000 kernel-rodata r--}
    {ffffffff80004000 ffffffff80005000 kernel-data rw-} {ffffffff80005000 ffffffff80006000 kernel-bss rw-}
    {ffffffff80007000 ffffffff80009000 stack-kernel rw-} {ffffffffc0000000 ffffffffc0003000 page-tables rw-}} \
    "virtual memory: what is mapped"
same [lmap region [dict get $model regions] {lrange $region 2 3}] {{{user: null page to fixed} 0}
    {{no addresses: not canonical} 0} {{heap metadata} 4096} {{untagged heap} 4096} {{tag symbol to tag 0xfe} 0}
    {{last of the kernel heap} 0} {{between heap and kernel} 0} {{kernel image} 32768} {{hand-off record} 0}
    {{between hand-off and PAGES} 0} {{PAGES: page tables} 12288}} \
    "virtual memory: the layout's regions, empty tags as one"
same [dict get $model owners] {{free 593920} {kernel-text 12288} {kernel-rodata 4096} {kernel-data 4096}
    {kernel-bss 4096} {stack-kernel 8192} {page-tables 12288} {heap-metadata 4096} {heap 4096}
    {{not used} 7168} {reserved 66560} {{not described} 327680}} "sums: by owner"
is [dict get $model usable] 647168 "sums: usable"
is [dict get $model notes] {} "the ledger agrees"
is [dict get $model renamed] {{stack-kernel 2 here: stacks 2 in the ledger}} "what has another name there is said"
set model [reports::model {*}[reports::big]]
is [dict get $model notes] {} "1 TiB: the ledger agrees"
same [hex [lrange [dict get $model physical] end-3 end]] {{100000000 ff00043000 free}
    {ff00043000 ff00044000 heap-metadata} {ff00044000 ff00045000 heap} {ff00045000 10040000000 free}} \
    "1 TiB: two frames far up are two runs"
is [gapless [dict get $model physical] 0x10040000000] "" "1 TiB: without a hole"

# More of the small machine's pages.
proc with {args} {
    return [concat [dict get $::reports::small mapping] $args]
}
set model [reports::model mapping [with {0xffff800040001000 0xffff800040002000 0x45000 rw-} \
    {0xffff800040002000 0xffff800040003000 0x47000 rw-}] e820 {}]
same [hex [lrange [dict get $model physical] end-3 end]] {{44000 46000 heap} {46000 47000 free}
    {47000 48000 heap} {48000 9f000 free}} "frames of one owner that touch are one run; a report without E820 is drawn"
ok [expr {{18446603337294938112 18446603337294950400 heap rw-} in [dict get $model virtual]}] \
    "pages that touch are one item, wherever their frames are"
set model [reports::model mapping [with {0x7dfff000 0x7e001000 0x45000 rw-u}]]
same [hex [lrange [dict get $model virtual] 2 5]] {{7dfff000 7e000000 user-memory rw-u}
    {7e000000 7e001000 user-memory rw-u} {7e001000 80000000 {} {}} {80000000 800000000000 {} {}}} \
    "no item reaches over a region's end"
set model [reports::model mapping [with {0xffff810000000000 0xffff810000001000 0x46000 rw-}] sections ""]
is [lmap region [lrange [dict get $model regions] 4 6] {lindex $region 2}] \
    {{tag symbol} {tag tuple} {tag table to tag 0xfe}} \
    "a tag in use is a region of its own"
set model [reports::model e820 {{0xfffffffffffff000 0x1000000 2} {0x100000000 0x1000 5} {0x200000000 0 3}}]
same [hex [lrange [dict get $model physical] end-3 end]] {
    {9f000 100000000 {not described}} {100000000 100001000 bad} {100001000 fffffffffffff000 {not described}}
    {fffffffffffff000 10000000000000000 reserved}} "E820 as it comes: to the end of 64 bits, and not beyond"

# --- where ledger and pages differ ---------------------------------------------------------------------------------
proc notes {args} { return [dict get [reports::model {*}$args] notes] }
# The small machine's ledger with some counts replaced, and its total as it must be.
proc ledger {args} {
    set ledger [dict remove [dict replace [dict get $::reports::small ledger] {*}$args] total]
    return [concat $ledger total [+ {*}[dict values $ledger]]]
}
set differ "ledger and pages differ: the pages make"
is [notes ledger [ledger heap 2 free 144]] \
    [list "$differ free 145, the ledger says free 144" "$differ heap 1, the ledger says heap 2"] \
    "a frame that the ledger counts and nobody maps"
is [notes mapping [with {0xffff800040005000 0xffff800040006000 0x50000 rw-}]] \
    [list "$differ free 144, the ledger says free 145" "$differ heap 2, the ledger says heap 1"] \
    "a frame that is mapped and not counted"
is [notes ledger [ledger free 146]] \
    [list "$differ usable frames 158, the ledger says total 159" "$differ free 145, the ledger says free 146"] \
    "a ledger that has more than there is"
is [notes ledger [dict remove [dict get $::reports::small ledger] total]] [list "the ledger has no total"] "no total"
is [notes ledger {}] [list "the report has no ledger to compare with"] "no ledger"
is [notes ledger [dict replace [dict get $::reports::small ledger] free 0145 total 00158]] {} \
    "zeros in front of a count do no harm"
is [notes ledger [ledger stacks 3 free 144]] \
    [list "$differ free 145, the ledger says free 144" "$differ stack-kernel 2, the ledger says stacks 3"] \
    "owners of one kind under two names are compared"
set split [dict remove [ledger page-tables-4 1 page-tables-1 2 page-tables 0] page-tables]
is [notes ledger $split] {} "page tables by kind are compared as a sum"
same [dict get [reports::model ledger $split] renamed] \
    {{stack-kernel 2 here: stacks 2 in the ledger}
        {page-tables 3 here: page-tables-4 1 + page-tables-1 2 in the ledger}} \
    "and said"
is [notes ledger [dict replace $split page-tables-1 3 free 144]] [list "$differ free 145, the ledger says free 144" \
    "$differ page-tables 3, the ledger says page-tables-4 1 + page-tables-1 3 = 4"] "and a sum that is wrong too"
set tagged [with {0xffff810000000000 0xffff810000002000 0x46000 rw-}]
is [notes mapping $tagged ledger [ledger heap 3 free 143]] {} "tags are in the ledger's heap where it has no tags"
is [notes mapping $tagged ledger [ledger tag-tuple 2 free 143]] {} "and have their own count where it has"
is [notes mapping $tagged ledger [ledger tag-string 2 free 143]] \
    [list "$differ tag-tuple 2, the ledger says 0" "$differ 0, the ledger says tag-string 2"] \
    "a tag's page in another tag's slot is found"
is [notes ledger [ledger heap 0 general 1]] {} "a name that no table knows is heap memory"
is [notes ledger [ledger heap 1 general 1 free 144]] [list "$differ free 145, the ledger says free 144" \
    "$differ heap 1, the ledger says heap 1 + general 1 = 2"] "and counts there"
set said [with {0xffff800000001000 0xffff800000002000 0x50000 rw- metadata-tagged} \
    {0xffff800040001000 0xffff800040002000 0x51000 rw- heap-general} \
    {0xffff810000000000 0xffff810000001000 0x52000 rw- tag-tuple}]
set counts [ledger metadata-tagged 1 heap-general 1 tag-tuple 1 free 142]
is [notes mapping $said ledger $counts] {} "pages that say whose they are"
ok [expr {{heap-general 4096} in [dict get [reports::model mapping $said ledger $counts] owners]}] "are drawn as his"
is [notes mapping $said ledger [dict replace $counts heap-general 0 heap 2]] \
    [list "$differ heap 1, the ledger says heap 2" "$differ heap-general 1, the ledger says 0"] \
    "and count as his alone"
set count [ledger tag-string 1 heap-backed 1 free 143]
same [notes ledger $count mapping [with {0xffff810000000000 0xffff810000001000 0x52000 rw- tag-string} \
    {0xffff820000000000 0xffff820000001000 0x53000 rw- heap-backed}]] {
    "mapped for tag-string in the place of tag-tuple: 0xffff810000000000-0xffff810000001000"
    "mapped for heap-backed in the place of tag-vector: 0xffff820000000000-0xffff820000001000"
} "pages of one in another's place"
is [lindex [notes mapping [with {0xffffffff00000000 0xffffffff00001000 0x50000 rw- heap-backed}]] 0] \
    "mapped where the layout has nothing: 0xffffffff00000000-0xffffffff00001000" "or where nobody's place is"
foreach {section flags owner} {symbols r-- kernel-rodata store-data rw- kernel-data program-text r-x kernel-text} {
    set more [list 0xffffffff8000a000 0xffffffff8000b000 0x45000 $flags]
    set sections [concat [dict get $reports::small sections] $section [lrange $more 0 1]]
    set count [expr {[dict get [ledger] $owner] + 1}]
    is [notes sections $sections mapping [with $more] ledger [ledger free 144 $owner $count]] {} \
        "$section counts as $owner"
}
is [notes sections ""] {} "without the image's sections data, bss and stacks are one sum"
is [notes sections "" ledger [ledger stacks 3 kernel-bss 0]] {} "whoever of them has it"
is [notes sections "" ledger [ledger stacks 3 free 144]] [list "$differ free 145, the ledger says free 144" \
    "$differ kernel-data 4, the ledger says kernel-data 1 + kernel-bss 1 + stacks 3 = 5"] "but not if it is wrong"
set nonx [lmap run [with] {lreplace $run 3 3 [string map {rw- rwx r-- r-x} [lindex $run 3]]}]
is [notes sections "" mapping $nonx] {} \
    "without NX and without sections the whole image is one sum"
is [notes mapping [with {0xffff800040005000 0xffff800040006000 0x44000 rw-}]] \
    {{1 frame behind more than one page: drawn once}} "a frame that is mapped twice"
is [lindex [notes mapping [with {0xffffffff00000000 0xffffffff00001000 0x50000 rw-}]] 0] \
    "mapped where the layout has nothing: 0xffffffff00000000-0xffffffff00001000" "a page where none may be"
is [notes mapping [with {0xffff800040005000 0xffff800040007000 0x9e000 rw-}] ledger [ledger heap 2 free 144]] \
    {{mapped, and not usable memory: 0x9f000-0xa0000 (heap)}} "a page that leads to no memory"
set many [lmap i [lrepeat 20 x] {list [expr {0xffff800040005000 + [incr n] * 8192}] \
    [expr {0xffff800040006000 + $n * 8192}] [expr {0xa0000 + $n * 8192}] rw-}]
is [llength [notes mapping [with {*}$many]]] 9 "many of a kind are not all told"
is [lindex [notes mapping [with {*}$many]] end] "... and 12 more of the kind" "but counted"
is [notes after {{# panic: what="x" rip=0x1 cr2=0x0 error=0x0}}] \
    {{the guest panicked: what="x" rip=0x1 cr2=0x0 error=0x0}} "a panic behind the report is said"

# --- what is no report ---------------------------------------------------------------------------------------------
foreach {run why} {
    {0xffff800040000800 0xffff800040001000 0x50000 rw-} "a base within a page"
    {0xffff800040005000 0xffff800040006000 0x50800 rw-} "a frame that is none"
    {0xffff800040006000 0xffff800040005000 0x50000 rw-} "a limit below its base"
    {0xffffffff80002000 0xffffffff80004000 0x50000 rw-} "pages that overlap"
    {0xfffffffffffff000 0x10000000000001000 0x50000 rw-} "an address above 64 bits"
} {
    raises [list reports::model mapping [with $run]] {ACRE REPORT} "the mapping 0x*" "refused: $why"
}
raises {reports::model usable {{0x1000 0x9f000} {0x9e000 0xa0000}}} {ACRE REPORT} \
    "the usable 0x9e000-0xa0000 is no run of whole pages apart from all others" "refused: usable runs that overlap"
done
