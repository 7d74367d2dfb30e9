#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Matrix files: from their lines to cases, and every mistake told by its line.  What covers what is counted by
# covercheck.tcl, and what can meet by making every case there is.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]
source [::acre::paths::get layout]
namespace eval ::acre::drive { variable DEFAULTS {emulator qemu machine pc memory 0 rom ""} }
::acre::paths::use interval quirks mapops map machine imagecase programcase plan group options matrix covercheck
namespace path ::tap
set tmp [tmp]

proc write {name text} {
    set file [file join $::tmp $name]
    set out [open $file w]
    puts $out $text
    close $out
    return $file
}
proc map {name args} {
    return [list m/$name [write $name.map [join $args \n]] test]
}
set low "0x0 0x9fc00 1"
set subjects [::acre::plan::subjects [list \
    [map small $low "0x100000 0x2000000 1"] \
    [map four $low "0x9fc00 0xa0000 2" "0xf0000 0x100000 2" "0x100000 0x4000000 1"] \
    [map quirked "# quirk: df-set,e820-unsupported" $low "0x100000 0x4000000 1"] \
    [map split $low "0x100000 0x180000 1" "0x1000000 0x2000000 1"] \
    [map nothing "# expect: refuses: no usable memory" "0x0 0x1000 2"]] {{{qemu bochs} 64M} {qemu 8G}}]
set common {image i syms s regex {} audit-address 0 scale 1}
# A matrix of these lines -> what matrix::rows makes of it.
proc made {args} {
    return [::acre::matrix::rows [::acre::matrix::read [write one.matrix [join $args \n]]] $::subjects]
}
proc cases {args} {
    return [::acre::plan::rows $::subjects [dict get [made {*}$args] rows] $::common "matrix one"]
}
proc names {cases} {
    return [lsort [lmap case $cases {regsub ^boot@ [dict get $case name] ""}]]
}
proc counted {made strength} {
    set result [::acre::covercheck::check [dict get $made values] [dict get $made rows] $strength \
        [dict get $made forbidden]]
    return [list [dict get $result covered] [dict get $result illegal] [llength [dict get $result missing]] \
        [llength [dict get $result wrong]]]
}
set mistakes {
    {strength = 4}                  3 {strength '4' is neither 2 (all pairs) nor 3 (all triples)}
    {color = red}                   3 {no such axis: 'color'; there are map, emu, machine*}
    {nonsense}                      3 {neither AXIS = VALUE... nor forbid = AXIS=VALUE...: 'nonsense'}
    {machine = pc px}               3 {no such machine: 'px'; there are isapc, pc, q35}
    {emu = vax}                     3 {no such emulator: 'vax'*}
    {disk = tape}                   3 {no such disk: 'tape'*}
    {ram = 1X}                      3 {memory size '1X' is not*}
    {program = tetris}              3 {no such program: 'tetris'*}
    {store = kept}                  3 {no such way to have a store: 'kept'; there are served}
    {quirks = df-sat}               3 {unknown quirk word: 'df-sat'*}
    {quirks = e820-empty+size-24}   3 {quirks contradict each other: 'e820-empty' and 'size-24' (an answer without*}
    {image = heap=fast}             3 {'heap=fast' is no option that a case's image may have*}
    {image = gone.img}              3 {there is no image '*gone.img'}
    {profile = nosuch}              3 {no such profile: 'nosuch'; there are bios, *}
    {profile = damaged.profile}     3 {*damaged.profile:2: not a profile's line*}
    {profile = disk.profile}        3 {profile '*disk.profile' is for an image that --image names}
    {fill = 7}                      3 {quirk argument is not a 16-bit word: 'fill:7'*}
    {map = m/small}                 3 {map has 'm/small' twice}
    {map = m/large}                 3 {no map or ladder rung is called 'm/large'}
    {forbid = cpu=max}              3 {'cpu=max' is no AXIS=VALUE of an axis that this matrix has}
    {forbid = emu}                  3 {'emu' is no AXIS=VALUE*}
    {forbid = emu=vax}              3 {'emu=vax' names no value that emu has in this matrix}
    {forbid = emu=*}                3 {with this line nothing is left: every case is forbidden}
    {forbid = emu=bochs}            3 {with this line emu=bochs can be in no case; take it out instead}
}
plan [expr {[llength $mistakes] / 3 + 43}]
write damaged.profile "start = sector\nup"
write disk.profile "start = image\nup = x"

foreach {line number what} $mistakes {
    raises [list made "map = m/small" "emu = qemu bochs" $line] {ACRE MATRIX} "*one.matrix:$number: $what" \
        "a mistake: $line"
}
raises {made "map = m/small"} {ACRE MATRIX} "*one.matrix:2: a matrix needs two axes at least" "one axis is no matrix"
raises {made "emu = qemu" "disk = ide"} {ACRE MATRIX} "*: a matrix needs maps: map = PATTERN..." "no maps"
raises {made "map = m/small m/four" "machine = pc q35" "forbid = machine=q35 map=m/small" \
    "forbid = machine=q35 map=m/four"} {ACRE MATRIX} \
    "*one.matrix:4: with this line machine=q35 can be in no case*" "two lines that leave a value nothing"
raises {made "map = ladder/8G" "emu = bochs"} {ACRE MATRIX} "*no case is left: no machine can have what*" \
    "a machine that cannot be"
raises {::acre::matrix::find none-such} {ACRE USAGE} "no such matrix: 'none-such'; there are *devices*" "no such matrix"

# Rows are cases.
is [names [cases "map = m/small m/four" "emu = qemu bochs" "# a comment" "" "about = two by two"]] \
    {m/four,emu=bochs m/four,emu=qemu m/small,emu=bochs m/small,emu=qemu} "two axes: all there is"
is [names [cases "map = m/small" "machine = pc q35" "cpu = - max"]] {m/small,emu=bochs m/small,emu=bochs,cpu=max\
    m/small,emu=qemu m/small,emu=qemu,machine=q35 m/small,emu=qemu,machine=q35,cpu=max} \
    "both emulators where nothing is said of them; what a machine lacks is left out"
is [names [cases "map = m/*ll" "cpu = - max" "emu = qemu bochs" "forbid = emu=bochs cpu=max"]] \
    {m/small,emu=bochs m/small,emu=qemu m/small,emu=qemu,cpu=max} "a forbid line"

# Options in place of what a file says.
set file [write one.matrix "map = m/*ll\ncpu = - max EPYC\nemu = qemu bochs\nforbid = emu=bochs cpu=max cpu=EPYC"]
proc instead {args} {
    return [::acre::matrix::rows [::acre::matrix::with [::acre::matrix::read $::file] $args] $::subjects]
}
set made [instead emu bochs]
is [list [lmap row [dict get $made rows] {dict get $row cpu}] [counted $made 2]] {{{}} {3 4 0 0}} \
    "an emulator that was asked for leaves the file's CPUs out that it lacks, and nothing is missing"
is [lmap row [dict get [instead cpu max] rows] {dict get $row emu}] qemu "... and a CPU the emulator that lacks it"
raises {instead cpu max emu bochs} {ACRE MATRIX} "*with this line nothing is left*" "both leave nothing"
raises {instead cpu {{} max} emu bochs} {ACRE MATRIX} "*with this line cpu=max can be in no case*" \
    "one of several that were asked for is told"

is [names [cases "map = m/small" "emu = qemu" "quirks = - df-set+clobber-es" "fill = - 0xa5a5" "program = - chain"]] \
    {m/small,emu=qemu m/small,emu=qemu,program=chain,quirks=df-set+clobber-es\
    m/small,emu=qemu,program=chain,quirks=fill:0xa5a5 m/small,emu=qemu,quirks=df-set+clobber-es+fill:0xa5a5} \
    "quirks, and what RAM is filled with, in pairs"
set cases [cases "map = m/small" "ram = - 128M"]
is [lsort -integer [lmap case $cases {expr {[dict get $case memory] >> 20}}]] {36 36 128 128} \
    "RAM, or what the map wants"
is [lsort -unique [lmap case $cases {dict get $case origin}]] {{matrix one}} "a case says which matrix it is of"

# What can meet: the clauses against every case that plan.tcl makes.
set all {
    emu {qemu bochs} machine {pc q35 isapc} disk {ide virtio floppy} ram {{} 1M 2M 3G 1020G}
    quirks {{} df-set e801-cxdx}
}
set lines [lmap {axis values} $all {
    string cat $axis " = " [lmap value $values {expr {$value eq "" ? {-} : $value}}]
}]
set made [made "map = m/* ladder/*" {*}$lines "strength = 3"]
set selection [::acre::group::selection * $all]
set really [lsort -unique [names [::acre::plan::cases $subjects [list $selection] $common]]]
set could {}
set values [dict get $made values]
foreach row [::acre::covercheck::All $values [dict keys $values]] {
    if {[::acre::covercheck::Legal $row [dict get $made forbidden]]} {
        lappend could $row
    }
}
is [lsort -unique [names [::acre::plan::rows $subjects $could $common ""]]] $really \
    "the clauses leave all the cases that there are, and no others ([llength $really])"
is [lrange [counted $made 3] 2 3] {0 0} "... whose triples are covered"
ok [expr {[llength [dict get $made rows]] < [llength $really]}] "... by fewer" "[llength [dict get $made rows]] rows"

# Expectations.
proc expected {args} {
    set case [lindex [cases "map = $::name" "emu = qemu" {*}$args] 0]
    return [string trim "[dict get $case expect] [dict get $case reason]"]
}
set name m/four
is [expected "quirks = e801-unsupported+88-unsupported"] boots "quirks after which the map is still told"
is [expected "quirks = e820-empty+e801-unsupported"] boots "... and some of it"
is [expected "quirks = e820-unsupported+e801-unsupported+88-unsupported"] "refuses no usable memory" \
    "... and nothing: refused, as the oracle says"
is [expected "fill = 0xffff"] boots "what RAM is filled with changes nothing"
foreach {cpu want} {
    qemu64,-lm refuses pentium3 refuses 486-v1 refuses qemu32 refuses qemu64 boots core2duo boots max boots EPYC boots
} {
    lappend got $cpu [lindex [expected "cpu = $cpu"] 0]
    lappend wants $cpu $want
}
is $got $wants "a CPU without long mode is refused"
is [expected "cpu = pentium3"] "refuses no long mode (64 bit)" "... in these words"
set name m/nothing
is [expected "disk = ide"] "refuses no usable memory" "a map that must be refused says so itself"
set name m/split
raises {expected "quirks = e820-empty+e801-unsupported"} {ACRE PLAN} "*frames are left below 4 GiB*" \
    "too little left to say what must happen"

# Other kernels.
::acre::paths::use profilecase farmrun
write here.profile "start = sector\nkernel = $tmp/here.bin\nup = ready\nemulator = qemu\npackage = -"
write here.bin x
write gone.profile "start = kernel\nkernel = $tmp/gone-*\nup = ready\npackage = linux-nowhere"
# The same with other kernels, as a list of cases.
proc foreign {args} {
    return [::acre::profilematrix::rows $::subjects [dict get [made {*}$args] rows] $::common "matrix one" \
        {heap=plain {variant heap=plain set heap=plain}}]
}
set cases [foreign "map = m/small m/nothing" "emu = qemu bochs" "profile = - here.profile gone.profile" \
    "strength = 3"]
is [names $cases] {m/nothing,emu=bochs m/nothing,emu=qemu m/small,emu=bochs m/small,emu=bochs,profile=gone\
    m/small,emu=qemu m/small,emu=qemu,profile=gone m/small,emu=qemu,profile=here} \
    "a kernel is a case of its own, where its emulator is, and not on what Acre must refuse"
proc case_of {name} {
    return [lindex [lmap case $::cases {if {[dict get $case name] ne "boot@$name"} continue; set case}] 0]
}
is [dict filter [case_of m/small,emu=qemu,profile=here] key image regex kernel lacking] \
    [dict create image $tmp/here.bin regex ready kernel 0] "... which boots that kernel"
is [dict filter [case_of m/small,emu=qemu] key image regex] {image i regex {}} "... and the others Acre"
set gone [case_of m/small,emu=qemu,profile=gone]
like [dict get $gone lacking] "profile gone: $tmp/gone-\\* is missing (Debian package linux-nowhere)*" \
    "what is not installed is a case all the same, which names the package"
is [::acre::profilecase::skip $gone {skip "" rom x}] [dict get $gone lacking] "... and is skipped for it"
set gone [list [dict merge $gone {dir d hash h}]]
set done [::acre::farmrun::Known gone $tmp {failed 0 resume 0}]
is [lmap key {verdict why} {dict get $done boot@m/small,emu=qemu,profile=gone $key}] \
    [list SKIP [dict get [lindex $gone 0] lacking]] "... before anything is started"
is [names [foreign "map = m/small" "emu = qemu" "profile = - gone.profile" "program = - chain" "store = - served" \
    "image = - heap=plain" "strength = 3"]] [names [concat [foreign "map = m/small" "emu = qemu" "program = - chain" \
    "store = - served" "image = - heap=plain" "strength = 3"] [foreign "map = m/small" "emu = qemu" \
    "profile = gone.profile"]]] "programs, the store and options of the image are Acre's"
is [lrange [counted [made "map = m/*" "emu = qemu bochs" "machine = pc q35" "profile = - here.profile gone.profile" \
    "strength = 3"] 3] 2 3] {0 0} "... and what is left is covered"
is [names [foreign "map = m/quirked" "emu = qemu" "profile = gone.profile" \
    "quirks = - e801-unsupported+88-unsupported"]] m/quirked,emu=qemu,profile=gone \
    "quirks of which a refusal comes are for Acre alone"
raises {made "map = m/nothing" "emu = qemu" "profile = gone.profile"} {ACRE MATRIX} "*no case is left*" \
    "a matrix of refusals for other kernels is none"

# Groups.
set groups [::acre::group::read [write groups.conf "\[one]\ncases = m/small emu=qemu quirks=@alone\nmatrix = a b\n\
    \[two]\ngroup = one\ncases = m/four\nmatrix = c"]]
is [dict get $groups two matrices] {a b c} "a group has the matrices of a group in it"
is [lmap one [dict get $groups two selections] {dict get $one patterns}] {m/small m/four} "... and its cases"
is [dict get [lindex [dict get $groups one selections] 0] quirks] [::acre::quirks::alone] "quirks of a line"
raises {::acre::group::read [write groups.conf "\[one]\ngroup = two"]} {ACRE GROUP} \
    "*groups.conf:2: no group before this one is called 'two'" "a group that is not there"

# The bundled ones: what they cover is checked by itself.
::acre::paths::use cmd_farm
set wrong {}
set subjects [::acre::farm::Subjects {maps {} memory {} random {} seed {}}]
foreach matrix [::acre::matrix::names] {
    set read [::acre::matrix::read [::acre::matrix::find $matrix]]
    set result [counted [::acre::matrix::rows $read $subjects] [dict get $read strength]]
    note "$matrix: $result"
    if {[lrange $result 2 3] ne {0 0} || [dict get $read about] eq ""} {
        lappend wrong $matrix: $result
    }
}
is $wrong {} "the bundled matrices cover what they say"
set unmatched {}
foreach group [dict values [::acre::group::read [file join [::acre::paths::get maps] groups.conf]]] {
    foreach selection [dict get $group selections] {
        foreach pattern [dict get $selection patterns] {
            if {[lsearch -glob [lmap subject $subjects { dict get $subject subject }] $pattern] < 0} {
                lappend unmatched $pattern
            }
        }
    }
}
is $unmatched {} "every pattern of the bundled groups names a map or a rung"
is [lsort -unique [concat {*}[lmap group [dict values [::acre::group::read [file join [::acre::paths::get maps] \
    groups.conf]]] {dict get $group matrices}]]] [::acre::matrix::names] "each is in a group"
done
