#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The oracle's rule for usable frames, one picture a case. Addresses in the pictures are frames (4 KiB) of high memory,
# frame 0 of a picture being 1 MiB; U is usable (type 1), R anything else.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use oracle
namespace path ::tap

# Byte address of N frames (a fraction is allowed) from 1 MiB up.
proc at {frame} {
    return [expr {(1 << 20) + int($frame * 4096)}]
}
# {type from to ...} in frames -> entries
proc entries {list} {
    return [lmap {type from to} $list { list [at $from] [at $to] $type }]
}
proc usable {entries {facts {}}} {
    return [dict get [::acre::oracle::judge $entries {} $facts] usable]
}
# Expected runs in frames -> what the oracle should say.
proc runs {list} {
    return [lmap {from to} $list { list [at $from] [at $to] }]
}

set cases {
    {one range}                         {1 0 4}                    {0 4}
    {apart                U==  U==}     {1 0 2  1 3 5}             {0 2 3 5}
    {touching             U==U==}       {1 0 2  1 2 5}             {0 5}
    {overlapping usable   U=====  with  U=====}  {1 0 3  1 2 5}    {0 5}
    {the same twice}                    {1 0 4  1 0 4}             {0 4}
    {R in the middle      UURUU}        {1 0 5  2 2 3}             {0 2 3 5}
    {R first, then U over it}           {2 2 3  1 0 5}             {0 2 3 5}
    {R over the start}                  {1 1 5  2 0 2}             {2 5}
    {R over the end}                    {1 0 4  2 3 9}             {0 3}
    {R over all}                        {1 1 4  2 0 9}             {}
    {R over several U}                  {1 0 2  1 3 5  1 6 8  2 1 7}  {0 1 7 8}
    {several R in one U}                {1 0 9  2 1 2  3 4 5  4 7 8}  {0 1 2 4 5 7 8 9}
    {two R that overlap}                {1 0 9  2 2 5  3 4 7}      {0 2 7 9}
    {type 0 is not usable}              {1 0 4  0 1 2}             {0 1 2 4}
    {type 5 (bad)}                      {1 0 4  5 1 2}             {0 1 2 4}
    {type 7 (persistent)}               {1 0 4  7 1 2}             {0 1 2 4}
    {type 2954887168}                   {1 0 4  2954887168 1 2}    {0 1 2 4}
    {type 4294967295}                   {1 0 4  4294967295 1 2}    {0 1 2 4}
    {odd ends are trimmed inwards}      {1 0.5 3.5}                {1 3}
    {shorter than a frame}              {1 0.25 0.75}              {}
    {across a frame border, no frame}   {1 0.5 1.5}                {}
    {two halves of a frame}             {1 2.5 3  1 2 2.5}         {2 3}
    {halves joined at an odd border}    {1 0 1.25  1 1.25 3}       {0 3}
    {a gap of one byte}                 {1 0 1.5  1 1.500244140625 3}  {0 1 2 3}
    {one reserved byte}                 {1 0 4  2 2.5 2.500244140625}  {0 2 3 4}
    {an empty U}                        {1 0 2  1 5 5}             {0 2}
    {an empty R inside U}               {1 0 4  2 2 2}             {0 4}
    {no order}                          {1 6 8  2 3 4  1 0 2}      {0 2 6 8}
}
plan [expr {[llength $cases] / 3 + 32}]
foreach {name list want} $cases {
    is [usable [entries $list]] [runs $want] "rule: $name"
}

# --- low memory: frame 0, the EBDA and 640 KiB to 1 MiB never count --------------------------------------------------
proc low {pointer {entries {{0 0x100000 1}}}} {
    return [lmap run [usable $entries [list ebda-pointer $pointer]] { format %x-%x {*}$run }]
}
# pointer -> end of usable low memory. Below 0x8000 and from 0xa000 up no EBDA can be: 0x9fc00 is assumed instead.
foreach {pointer end} {0x9fc0 9f000 0x9f00 9f000 0x9fff 9f000 0x9e3f 9e000 0x8000 80000 0x8001 80000 0x7fff 9f000
        0 9f000 0xa000 9f000 0xffff 9f000 0x40 9f000} {
    is [low $pointer] 1000-$end "low: EBDA pointer $pointer"
}
is [low 0x9fc0 {{0 0x1000 1}}] {} "low: frame 0 alone is nothing"
is [low 0x9fc0 {{0 0x800 1} {0x800 0x2800 1}}] 1000-2000 "low: a piece that begins in frame 0"
is [low 0x9fc0 {{0x90000 0x110000 1}}] {90000-9f000 100000-110000} "low: a range across video memory and ROMs"
is [low 0x9fc0 {{0xa0000 0x100000 1}}] {} "low: 640 KiB to 1 MiB alone"
is [low 0x9fc0 {{0 0x50000 1} {0x50000 0xa0000 2}}] 1000-50000 "low: the map may end it earlier"

# --- the end of the address space ------------------------------------------------------------------------------------
proc high {entries bits} {
    return [lmap run [usable $entries [list phys-bits $bits]] { format %llx-%llx {*}$run }]
}
set frame 0x1000
is [high {{0xfffffff000 0x10000001000 1}} 40] fffffff000-10000000000 "top: the last addressable frame counts, no more"
is [high {{0x10000000000 0x10000001000 1}} 40] {} "top: the first frame beyond does not"
is [high {{0x10000000000 0x10000001000 1}} 41] 10000000000-10000001000 "top: it does with one address bit more"
is [high {{0xffffffffff000 0x10000000000000 1}} 52] ffffffffff000-10000000000000 "top: 52 bits"
is [high {{0x100000 0x100000000000fffff 1}} 40] 100000-10000000000 "top: a length of 2^64-1"
is [high {{0x100000 0x200000 1} {0xffffffffff000000 0x10000000000180000 2}} 40] 100000-200000 \
    "wrap: a reserved range that ends beyond 2^64 does not come round"
is [high {{0xfffffffffff00000 0x10000000000200000 1}} 40] {} "wrap: nor does a usable one"
is [high {{0x100000 0x200000 1} {0 0xffffffffffffffff 2}} 40] {} "everything reserved"
is [high {{0x80000000 0x140000000 1}} 40] 80000000-140000000 "a range across 4 GiB is one run"

# --- the verdict -----------------------------------------------------------------------------------------------------
proc verdict {entries {facts {}}} {
    set verdict [::acre::oracle::judge $entries {} $facts]
    return [list [dict get $verdict outcome] [dict get $verdict why]]
}
is [verdict {{0 0xa0000 2} {0x100000 0x200000 2}}] {refuses {no usable memory}} "refuses: nothing usable"
is [verdict {{0x100000000 0x140000000 1}}] {refuses {too little memory: 0 usable frames below 4 GiB, 1 needed}} \
    "refuses: nothing below 4 GiB"
is [verdict {{0x100000 0x164000 1}} {needed-frames 100}] {boots {}} "boots: exactly the frames needed"
is [verdict {{0x100000 0x163000 1} {0x100000000 0x140000000 1}} {needed-frames 100}] \
    {refuses {too little memory: 99 usable frames below 4 GiB, 100 needed}} \
    "refuses: one frame short, the rest is above"
set many [lrepeat $::layout::LAYOUT_E820_MAX {0x100000 0x200000 1}]
is [verdict $many] {boots {}} "boots: as many entries as the table holds"
is [verdict [concat $many {{0x200000 0x300000 1}}]] [list refuses "too many map entries:\
    [expr {$::layout::LAYOUT_E820_MAX + 1}], at most $::layout::LAYOUT_E820_MAX"] \
    "refuses: one entry more, both numbers"
set verdict [::acre::oracle::judge {{0 0x9fc00 1} {0x9fc00 0x100000 2} {0x100000 0x200800 1}} {}]
set keys {outcome map-source entries-seen frames frames-above-1m frames-below-4g low-limit}
is [lmap key $keys { dict get $verdict $key }] \
    {boots e820 3 414 256 414 651264} "a verdict's figures"
done
