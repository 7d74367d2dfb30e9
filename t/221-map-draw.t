#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Pictures and tables of maps.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map mapdraw mapshow
namespace path ::tap
plan 31

set ascii {ascii 1 color 0}
set map {{0 0x9fc00 1} {0x9fc00 0x100000 2} {0x100000 0x3000000 1} {0x3000000 0x3800000 3} {0x3800000 0x4000000 4}
    {0x1080000 0x1081000 5} {0x5000000 0x6000000 77}}
set want {
     4K      16K      64K     256K     1M      4M       16M     64M
     |       |        |       |        |       |        |       |
     ###############################+--+################+#####+an.??.
     ###############################+--+################+#####+an.??.

   0 #######################################+------------------------ 1M    639K
  1M ################################################################ 16M    15M
 16M ##+############################################################# 32M  15.9M
 32M ################################aaaaaaaaaaaaaaaannnnnnnnnnnnnnnn 64M    16M
 64M ................????????????????................................ 128M

     ## usable 47.6M   ++ partly usable   -- reserved 385K   aa ACPI data 8M
     nn ACPI NVS 8M   !! bad 4K   ?? other types 16M   .. not described}
set got [::acre::mapdraw::draw $map $ascii]
is "\n[join $got \n]" $want "a picture in ASCII"
is [::acre::mapdraw::draw {} $ascii] [::acre::mapdraw::draw {{0 0 1}} $ascii] \
    "a map without a byte is drawn too"
is [lsort -unique [split [join [lrange [::acre::mapdraw::draw $map {ascii 0 color 0}] 2 3] ""] ""]] \
    [list " " \u00b7 \u256a \u2584 \u2588 \u2592 \u2593 \u259a] "the characters of a picture in UTF-8"
set plain [::acre::mapdraw::draw $map {ascii 0 color 0}]
set colored [::acre::mapdraw::draw $map {ascii 0 color 1}]
is [regsub -all {\033\[[0-9;]*m} [join $colored \n] ""] [join $plain \n] "colours change nothing but the colour"
ok [expr {[regexp {\033\[0;32m} [join $colored \n]] && ![regexp {\033} [join $plain \n]]}] "colours only if asked for"

# What a cell says: solid only if usable to the last byte; something usable is never hidden; a bad page is not either.
proc cell {entries} {
    return [::acre::mapdraw::Cell [::acre::mapdraw::layers $entries] 0x1000 0x3000]
}
is [cell {{0 0x4000 1}}] usable "cell: all usable"
is [cell {{0 0x2fff 1}}] partly "cell: all but a byte"
is [cell {{0x1fff 0x2000 1} {0 0x4000 3}}] acpi "cell: a usable byte under a stricter type is not usable"
is [cell {{0x1000 0x1001 1} {0x2000 0x3000 3}}] partly "cell: a usable byte"
is [cell {{0x1000 0x1100 3} {0x2000 0x3000 2}}] reserved "cell: of other types the one that has most"
is [cell {{0x1000 0x3000 2} {0x2000 0x2001 5}}] bad "cell: a bad byte"
is [cell {{0x3000 0x4000 1}}] nothing "cell: beside it"
is [cell {}] nothing "cell: nothing described"

# All bundled maps fit the terminal.
set wide {}
foreach file [::acre::map::find real zoo] {
    foreach line [::acre::mapdraw::draw [dict get [::acre::map::read $file] entries] $ascii] {
        if {[string length $line] > 80} {
            lappend wide "[file tail $file]: $line"
        }
    }
}
is [join [lrange $wide 0 4] \n] "" "no bundled map is drawn wider than 80 columns"

# sizes
foreach {bytes want} {0 0 1 1 1023 1023 1024 1K 1535 1.4K 1536 1.5K 654336 639K 0x100000 1M 0xfffff 1023K
        102399 99.9K 0x8000000000 512G 0x10000000000 1T 0x10000000000000000 16E} {
    is [::acre::mapdraw::human $bytes] $want "in five columns: $bytes bytes"
}
is [::acre::mapshow::exact 654336] "639 KiB" "exact: 639 KiB"
is [::acre::mapshow::exact 1023] "1,023 bytes" "exact: bytes"
is [::acre::mapshow::exact 0x7ee0000] "129,920 KiB" "exact: KiB with commas"
is [::acre::mapshow::exact 0] "0 bytes" "exact: nothing"
done
