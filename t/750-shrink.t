#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre shrink: the search on cases made up here, and the command on kernels that are broken on purpose (t/broken).
# `make check` takes one, by the seed, and `make check-all` all there are.  ACRE_SHRINK="NAME..." shrinks others.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) broken.tcl]
::acre::paths::use interval mapops map plan progress shrink shrinkcase

# kernel -> the most entries that may be left, 3 of others: from a full map, from the emulator's own map, a refusal, a
# crash without a report under Bochs, a self-check.
set bounds {entry-dropped 2 above-4g-lost 2 refuses-nothing 1 triple-fault 1 trim-outwards 2 data-executable 1}
set heads [broken::heads]
set names [expr {[tap::whole] ? [dict keys $heads] :
    [tap::sample {entry-dropped above-4g-lost refuses-nothing triple-fault} 1]}]
# Boots for each: the last of them only make numbers look better.
set most 45
if {[info exists ::env(ACRE_SHRINK)] && $::env(ACRE_SHRINK) ne ""} {
    set names $::env(ACRE_SHRINK)
}
tap::plan [expr {21 + 6 * [llength $names]}]

# --- the search ----------------------------------------------------------------------------------------------------

set start {own 0 quirks {} memory 134217728 machine pc cpu {} disk ide program {}}
set ::asked {}

# Which of CANDIDATES fails first by the expression of PREDICATE over its keys.
proc judge {predicate candidates} {
    set index -1
    foreach candidate $candidates {
        incr index
        lappend ::asked $candidate
        if {[apply [list candidate $predicate] $candidate]} {
            return $index
        }
    }
    return -1
}
proc search {start predicate} {
    set ::asked {}
    return [::acre::shrink::run $start [list judge $predicate] list]
}
proc numbered {n} {
    set entries {}
    for {set i 1} {$i <= $n} {incr i} {
        # Numbers that cannot be simpler.
        lappend entries [list 0 0 [expr {$i % 3}]]
    }
    return $entries
}

set one [dict replace $start entries [numbered 1000] quirks {a b c d e f g}]
set got [search $one {
    expr {[llength [lsearch -all -index 2 [dict get $candidate entries] 2]] >= 3 && "d" in [dict get $candidate quirks]}
}]
tap::is [dict get $got entries] {{0 0 2} {0 0 2} {0 0 2}} "of 1000 entries the three that are needed are left"
tap::is [dict get $got quirks] d "of 7 quirks the one"
tap::is [dict get $got memory] 1048576 "of RAM the least"
tap::ok [expr {[llength $::asked] < 250}] "that takes fewer than 250 boots" [llength $::asked]
tap::is [llength [lsort -unique $::asked]] [llength $::asked] "nothing is booted twice"
tap::is [search $one {expr 0}] $one "where nothing smaller fails, the case is the smallest"
set all [dict replace $one entries {} quirks {} memory 1048576]
tap::is [search [dict replace $one machine q35 cpu max disk floppy program chain] {expr 1}] $all \
    "where everything fails, nothing is left"

# Any set of needed elements, wherever they stand.
expr {srand([tap::seed])}
set wrong {}
for {set round 0} {$round < 60} {incr round} {
    set entries [lmap entry [numbered [expr {1 + int(rand() * 60)}]] {list 0 0 [expr {int(rand() * 2)}]}]
    set i 0
    set entries [lmap entry $entries {list 0 0x1000 [incr i]}]
    set need [lmap entry $entries {
        if {rand() > 0.1} continue
        lindex $entry 2
    }]
    # Types are simpler as 2; so only what is told by the type and must stay.
    set got [search [dict replace $start entries $entries] [string map [list NEED $need] {
        set types [lmap entry [dict get $candidate entries] {lindex $entry 2}]
        foreach type {NEED} {
            if {$type ni $types} {
                return 0
            }
        }
        return 1
    }]]
    set types [lmap entry [dict get $got entries] {lindex $entry 2}]
    if {$types ne $need} {
        lappend wrong "$round: got $types, want $need"
    }
}
tap::is $wrong "" "60 random sets of needed entries are found exactly"

set got [search [dict replace $start entries {{0x7fe42c00 0x7ff30000 1}}] {
    lassign [lindex [dict get $candidate entries] 0] base limit
    expr {$base ne "" && $base % 4096 && $limit >= 0x10000}
}]
lassign [lindex [dict get $got entries] 0] base limit
tap::ok [expr {$base < 0x1000 && $limit <= 0x100000}] "an entry that must be unaligned becomes a small one" $got
set dear [lmap entry [::acre::shrink::simpler_entries {0x7fe42c00 0x7ff30123 12}] {::acre::shrink::entry_cost $entry}]
tap::ok [expr {$dear eq [lsort -integer $dear] && [lindex $dear end] < [::acre::shrink::entry_cost \
    {0x7fe42c00 0x7ff30123 12}]}] "what is tried for an entry costs less, the cheapest first" $dear
tap::is [::acre::shrink::simpler_entries {0 0 1}] "" "the simplest entry has nothing below it"

tap::raises {::acre::shrink::run [dict replace $start entries [numbered 8]] \
    {apply {{candidates} {
        if {[llength [dict get $::acre::shrink::best entries]] <= 4} {error enough {} {ACRE END}}
        expr {[llength [dict get [lindex $candidates 0] entries]] < 4 ? -1 : 0}
    }}} list} {ACRE END} enough "the test may end the search"
tap::is [llength [dict get $::acre::shrink::best entries]] 4 "and the best so far is there"

# --- in the same way -----------------------------------------------------------------------------------------------

proc result {verdict sub why args} {
    set dir [file join [tap::tmp] seen]
    file delete -force $dir
    file mkdir $dir
    foreach {name text} $args {
        set out [open [file join $dir $name] w]
        puts $out $text
        close $out
    }
    return [::acre::shrinkcase::signature [dict create verdict $verdict sub $sub why $why dir $dir]]
}
tap::is [result FAIL points "not ok: 12 - ledger: sum; 14 - stacks"] {FAIL points {ledger: sum}} \
    "of failing points the first counts, without its number"
tap::is [result FAIL compare "usable run: ... (and 3 more in audit.txt)" result.txt \
    "finding: usable run: expected 0x1000 0x9f000, got nothing\nfinding: other"] \
    {FAIL compare {usable run: expected # #, got nothing}} "of findings the first, without its figures"
tap::is [result CRASH triple-fault "at 0x1234" serial.log "# mark boot 12\n# mark heaps 99\n"] \
    {CRASH triple-fault {after mark heaps}} "an end without a report is told by the last mark"
tap::is [result HANG spin "silent for 6 s" serial.log ""] {HANG spin {before any mark}} "or by having none"
tap::is [result CRASH panic "page fault at 0xffff800000001000, 12 frames"] \
    {CRASH panic {page fault at #, # frames}} "a panic by its words"

# --- the command ---------------------------------------------------------------------------------------------------

set acre [file join $::env(top_builddir) acre]
proc acre {args} {
    set status 0
    if {[catch {exec {*}[list $::acre {*}$args] 2>@1} said options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status $said]
}
set can [expr {[file exists $::env(top_builddir)/acre.img] && ![catch {package require Expect}]
    && [auto_execok qemu-system-x86_64] ne "" && [auto_execok patch] ne "" && [auto_execok flock] ne ""}]
set lacking "needs a built image, tcl-expect, qemu-system-x86, patch and util-linux"
if {!$can} {
    for {set i 0} {$i < 3 + 6 * [llength $names]} {incr i} {
        tap::skip "acre shrink" $lacking
    }
    tap::done
}
::acre::paths::use cmd_farm
::acre::farm::load 1
cd [tap::tmp]

tap::like [acre shrink] {2 {acre: shrink: say which case*}} "without a case it says what it wants"
tap::like [acre shrink /nowhere] {2 {acre: /nowhere: cannot be read*}} "a case that is not there"
acre farm --emulator qemu --select ladder/16M --out good
tap::like [acre shrink good/boot@ladder/16M,emu=qemu --confirm 1] {1 *does\ not\ fail\ now:\ PASS*} \
    "a case that passes is not shrunk"

set failed [broken::build $names]
foreach name $names {
    set head [dict get $heads $name]
    lassign [lindex [dict get $head expect] end] emulator subject verdict sub
    set points [list "$name: the farm's case fails" "$name: it is shrunk" "$name: to so few entries" \
        "$name: the map is good" "$name: the broken kernel fails on it as before" "$name: the sound kernel does not"]
    if {[auto_execok [dict get $::acre::farm::emulators $emulator]] eq ""} {
        foreach point $points {
            tap::skip $point "needs $emulator (Debian package $emulator)"
        }
        continue
    }
    set image $::env(top_builddir)/broken/$name/acre.img
    set common [list --emulator $emulator --timeout-scale [dict get $head clocks]]
    # MAP, or MAP with an axis of the case.
    regexp {^([^,]+)(?:,((program|store)=(.*)))?$} $subject - map with axis value
    lappend common {*}[dict get [list "" {} program [list --program $value] store --store] $axis]
    set said [acre farm {*}$common --retries 0 --select $map --image $image --out $name]
    tap::like $said 1* [lindex $points 0]
    set case boot@$map,emu=$emulator[expr {$with eq "" ? "" : ",$with"}]
    set said [acre shrink $name/$case -o $name.map --confirm 2 --most $most]
    tap::ok [expr {[lindex $said 0] == 0 && [file exists $name.map]}] [lindex $points 1] [lindex $said 1]
    if {![file exists $name.map]} {
        foreach point [lrange $points 2 end] {
            tap::ok 0 $point "there is no map"
        }
        continue
    }
    tap::note [lsearch -inline [split [lindex $said 1] \n] *->*]
    set map [::acre::map::read $name.map]
    set bound [expr {[dict exists $bounds $name] ? [dict get $bounds $name] : 3}]
    tap::ok [expr {[llength [dict get $map entries]] <= $bound}] [lindex $points 2] [::acre::map::text $map]
    tap::like [acre map check $name.map] {0 *} [lindex $points 3]
    set said [acre farm {*}$common --maps $name.map --image $image --out $name-again]
    tap::ok [expr {[lindex $said 0] == 1 && [regexp "$verdict .*: $sub" [lindex $said 1]]}] [lindex $points 4] \
        [lindex $said 1]
    set said [acre farm {*}$common --maps $name.map --out $name-sound]
    tap::ok [expr {[lindex $said 0] == 0}] [lindex $points 5] [lindex $said 1]
}
cd /
tap::done
