#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The walk of page tables in made-up physical memory: levels, page sizes, rights, joining, damage.

source [file join [file dirname [info script]] tap.tcl]
tap::plan 19
source [::acre::paths::get layout]
::acre::paths::use interval quirks oracle pagewalk
source [file join $::env(srcdir) farm-guest.tcl]

set entries {{0 0x9fc00 1} {0x100000 0x4000000 1}}
set guest [guest::make $entries {}]
set walk [guest::walk $guest]
proc texts {walk} {
    return [lmap run [dict get $walk runs] {::acre::pagewalk::text $run}]
}
# A walk of tables given as {TABLE INDEX ENTRY ...}; table 0x1000 is the root.
proc walk_of {entries {nx 1}} {
    set guest {memory {}}
    foreach {table index value} $entries {
        set guest [guest::entry $guest $table $index [expr {$value & 0x7fffffffffffffff
            ? $value - ($value >> 63 << 64) : $value}]]
    }
    return [::acre::pagewalk::walk [list ::guest::read $guest] 0x1000 $nx]
}

tap::is [texts $walk] {{0xffffffff80000000 0xffffffff80002000 0x106000 4k r-x}\
 {0xffffffff80002000 0xffffffff80003000 0x108000 4k r--} {0xffffffff80003000 0xffffffff80005000 0x109000 4k rw-}\
 {0xffffffffc0000000 0xffffffffc0006000 0x100000 4k rw-}} "a kernel's pages, joined by neighbours"
tap::is [lmap t [dict get $walk tables] {format %x $t}] {100000 101000 102000 103000 104000 105000} \
    "six tables, each once"
tap::is [dict get $walk findings] {} "nothing to find in sound tables"

# Rights hold over all levels.
set base {0x1000 0 0x2007 0x2000 0 0x3007 0x3000 0 0x4007}
tap::is [texts [walk_of [concat $base 0x4000 1 0x9007]]] {{0x1000 0x2000 0x9000 4k rwxu}} \
    "a user page, writable and executable"
tap::is [texts [walk_of [concat {0x1000 0 0x2005} [lrange $base 3 end] 0x4000 1 0x9007]]] \
    {{0x1000 0x2000 0x9000 4k r-xu}} "not writable when the root says no"
tap::is [texts [walk_of [concat {0x1000 0 0x2003} [lrange $base 3 end] 0x4000 1 0x9007]]] \
    {{0x1000 0x2000 0x9000 4k rwx}} "not a user page when the root says no"
tap::is [texts [walk_of [concat {0x1000 0 0x8000000000002007} [lrange $base 3 end] 0x4000 1 0x9007]]] \
    {{0x1000 0x2000 0x9000 4k rw-u}} "not executable when the root says NX"
tap::is [texts [walk_of [concat $base 0x4000 1 0x8000000000009003] 0]] \
    {{0x1000 0x2000 0x9000 4k rwx}} "without EFER.NXE bit 63 forbids nothing"

# Sizes.
tap::is [texts [walk_of {0x1000 0 0x2003 0x2000 0 0x3003 0x3000 3 0x600083}]] \
    {{0x600000 0x800000 0x600000 2m rwx}} "a 2 MiB page"
tap::is [texts [walk_of {0x1000 0 0x2003 0x2000 1 0x80000083}]] {{0x40000000 0x80000000 0x80000000 1g rwx}} \
    "a 1 GiB page"
tap::is [texts [walk_of {0x1000 0 0x2003 0x2000 0 0x3003 0x3000 0 0x601083}]] \
    {{0x0 0x200000 0x600000 2m rwx}} "bit 12 of a large page is no address"
tap::is [texts [walk_of {0x1000 256 0x2003 0x2000 0 0x40000083}]] \
    {{0xffff800000000000 0xffff800040000000 0x40000000 1g rwx}} "the upper half is canonical"
tap::is [texts [walk_of {0x1000 511 0x2003 0x2000 511 0x3003 0x3000 511 0x4003 0x4000 511 0x7003}]] \
    {{0xfffffffffffff000 0x10000000000000000 0x7000 4k rwx}} "the last page of all"

# A slot number in the bits that the CPU ignores is no address; frames beyond 4 GiB are.
tap::is [texts [walk_of {0x1000 0 0x7ff0000000002e03 0x2000 0 0x3003 0x3000 0 0x4003 0x4000 0 0xff12345003}]] \
    {{0x0 0x1000 0xff12345000 4k rwx}} "slot bits are left out, high frames are whole"

# Joining.
set three [concat $base 0x4000 1 0x8000000000009003 0x4000 2 0x800000000000a003 0x4000 3 0x800000000000c003]
tap::is [texts [walk_of $three]] {{0x1000 0x3000 0x9000 4k rw-} {0x3000 0x4000 0xc000 4k rw-}} \
    "pages join only where the frames go on"
tap::is [::acre::pagewalk::normal {{8192 12288 40960 4096 rw-} {4096 8192 36864 4096 rw-}}] \
    {{4096 12288 36864 4096 rw-}} "normal: sorted, then joined"

# Damage.
tap::like [dict get [walk_of {0x1000 0 0x2003 0x1000 1 0x2003 0x2000 0 0x80000083}] findings] \
    "*0x2000: expected once in the tree, got it twice*" "a table that two entries share"
tap::like [dict get [walk_of {0x1000 0 0x1003}] findings] "*0x1000: expected once*" "a root that contains itself ends"
tap::like [dict get [walk_of {0x1000 0 0x5003}] findings] "*0x5000: expected 4096 readable bytes, got none*" \
    "a missing table"
tap::done
