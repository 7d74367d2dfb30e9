#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The map parser: what a good file says, and each kind of mistake by file, line and value.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map
namespace path ::tap

set good {# title: a test
# source: here
# source: and there
# class: server
# expect: refuses: no usable memory
# reason: because
# ram: 68
# quirk: size-24, acpi-attr0-clear:2
# note: a note
# pages-above-1m: 16128
# unbacked-qemu: 0x1000-0x2000 0x4000-0x5000
# a comment without a key

0x0 0x9FC00 1
  0xffffffffffffffff	0x1fffffffffffffffe 4294967295
}
# line content -> pattern of the message after "m:LINE: "
set bad {
    {0x0 0x1000}            {an entry has 3 fields, this line has 2: '0x0 0x1000'; write*}
    {0x0 0x1000 1 # x}      {an entry has 3 fields, this line has 5: *}
    {0 0x1000 1}            {base is not a hex number: '0'; write it like 0x9fc00}
    {0x0 0x10zz 1}          {limit is not a hex number: '0x10zz'; *}
    {0x 0x1000 1}           {base is not a hex number: '0x'; *}
    {0x0 -0x1000 1}         {limit is not a hex number: '-0x1000'; *}
    {0x0 0x1000 usable}     {type is not a number from 0 to 4294967295: 'usable'; *}
    {0x0 0x1000 4294967296} {type is not a number from 0 to 4294967295: '4294967296'; *}
    {0x0 0x1000 -1}         {type is not a number from 0 to 4294967295: '-1'; *}
    {0x2000 0x1000 1}       {limit is below base: '0x1000'; the limit is the first byte after the range}
    {0x10000000000000000 0x10000000000000001 1} {base does not fit in 64 bits: '0x10000000000000000'; *}
    {0x0 0x10000000000000000 1} {length does not fit in 64 bits: '0x0 0x10000000000000000'; *}
    {[exit] $y 1}           {base is not a hex number: '\[exit]'; *}
    {"0x0 \{ 1}             {base is not a hex number: '"0x0'; *}
    {# expect: works}       {expectation unknown: 'works'; write 'boots' or 'refuses: why'}
    {# expect: refuses}     {expectation unknown: 'refuses'; *}
    {# expect: refuses:}    {expectation unknown: 'refuses:'; *}
    {# expect:}             {expectation unknown: ''; *}
    {# expct: boots}        {unknown header: 'expct'; did you mean '# expect:'?}
    {# Expect: boots}       {unknown header: 'Expect'; did you mean '# expect:'?}
    {# quirks: df-set}      {unknown header: 'quirks'; did you mean '# quirk:'?}
    {# page-above-1m: 1}    {unknown header: 'page-above-1m'; did you mean '# pages-above-1m:'?}
    {# quirk: df-set, oops} {unknown quirk word: 'oops'; 'acre help map-format' lists the words}
    {# quirk: df-set:3}     {quirk takes no argument: 'df-set:3'; write 'df-set'}
    {# quirk: acpi-attr0-clear:0} {quirk argument is not an entry number: 'acpi-attr0-clear:0'; *}
    {# quirk: acpi-attr0-clear:9} {quirk names an entry that is not there: 'acpi-attr0-clear:9'; the map has 1}
    {# quirk: df-set,,size-24} {empty quirk word: 'df-set,,size-24'; separate the words by single commas}
    {# quirk:}              {quirk names no word: ''; *}
    {# ram: 64M}            {ram is not a whole number above 0: '64M'; write MiB, like '# ram: 68'}
    {# ram: 0}              {ram is not a whole number above 0: '0'; *}
    {# pages-above-1m: 0x4} {pages-above-1m is not a whole number: '0x4'; *}
    {# unbacked-qemu: 0x2-0x1} {unbacked-qemu is not a range: '0x2-0x1'; write '0xBASE-0xLIMIT'}
    {# unbacked-bochs: all} {unbacked-bochs is not a range: 'all'; *}
    {# unbacked-bochs:}     {unbacked-bochs names no range: ''; *}
    {# unbacked-xen: 0x1-0x2} {}
    {# spectrum: anything}  {}
    {# http://example.org}  {}
}
plan [expr {25 + [llength $bad] / 2}]

proc problems {text} {
    return [dict get [::acre::map::parse $text m] problems]
}

set result [::acre::map::parse $good dir/m.map]
set map [dict get $result map]
is [dict get $result problems] {} "a good map has no problem"
foreach {key want} {file dir/m.map name m title {a test} source {and there} class server expect refuses
        why {no usable memory} reason because ram 68 quirks {size-24 acpi-attr0-clear:2} pages 16128
        extra {{note {a note}}}
        unbacked {qemu {{4096 8192} {16384 20480}}}
        entries {{0 654336 1} {18446744073709551615 36893488147419103230 4294967295}}} {
    is [dict get $map $key] $want "a good map's $key"
}
is [dict get [::acre::map::parse "0x0 0x1000 1" m] map expect] boots "without '# expect:' a map must boot"
is [problems "0x0 0x1000 1\r\n0x1000 0x1000 08\r\n"] {} "DOS line ends, an empty range, a type with a leading 0"

# Each mistake stands on line 2 of an otherwise good file; only where "the map has" it is told at the end.
foreach {line want} $bad {
    set got [problems "0x0 0x1000 1\n$line\n"]
    if {$want eq ""} {
        is $got {} "no mistake: $line"
    } else {
        ok [expr {[llength $got] == 1 && [string match "m:\[0-9\]: $want" [lindex $got 0]]}] "mistake: $line" \
            "got:  $got\nlike: $want"
    }
}

like [lindex [problems "# title: x\n"] 0] "m:2: no entries: *" "a file without entries"
is [problems "# quirk: e820-empty\n"] {} "no entries at all are a case if the BIOS answers nothing"
like [lindex [problems "# ram: 1\n# ram: 2\n0x0 0x1 1"] 0] "m:2: header given twice: 'ram'; keep one" "a header twice"
set many [string repeat "0x0 0x1000 1\n" 4097]
like [problems $many] "*m:4097: too many entries: '4097'; a map has at most 4096*" "4097 entries"
is [problems [string repeat "0x0 0x1000 1\n" 4096]] {} "4096 entries"
like [problems "0x0 0x1000 1\nabc\0def\n"] "*m:2: not a text file: *" "a zero byte"
like [problems "0x0 0x1000 1\n\n# \xff\xfe\n"] "*m:3: not a text file: *" "bytes that are not UTF-8"
is [llength [problems "0x0 1 1\n0x0 0x1 q\n0x0\n"]] 3 "every mistake of a file is told"
done
