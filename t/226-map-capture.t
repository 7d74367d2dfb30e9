#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Capturing a Linux host's own map: what is read, what gets into the file, and what must never get there.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use map mapimport mapcapture
namespace path ::tap
plan 18

proc short {entries} {
    return [lmap entry $entries { format %llx-%llx:%lld {*}$entry }]
}
proc spit {file text} {
    file mkdir [file dirname $file]
    set channel [open $file w]
    puts $channel $text
    close $channel
}
set dir [tmp]
set memmap [file join $dir memmap]
set dmi [file join $dir dmi]
file mkdir $memmap $dmi

# the directory
raises {::acre::mapcapture::host [file join $dir none]} {ACRE MAP} "*none: not there; only Linux *" "no such thing"
raises {::acre::mapcapture::host $memmap} {ACRE MAP} "*: has no entries; *" "an empty one"
foreach {number start end type} {0 0x0 0x9fbff {System RAM} 10 0x100000 0x3ffffff {System RAM}
        2 0x9fc00 0x9ffff Reserved 11 0x5000000 0x5000fff {Unknown E820 type}
        12 0x6000000 0x6000fff {ACPI Non-volatile Storage}} {
    foreach name {start end type} {
        spit [file join $memmap $number $name] [set $name]
    }
}
set want {0-9fc00:1 9fc00-a0000:2 100000-4000000:1 5000000-5001000:2 6000000-6001000:4}
is [short [::acre::mapcapture::host $memmap]] $want "in the order of the numbers"

# what is told of the machine
set ::acre::mapcapture::memmap $memmap
set ::acre::mapcapture::dmi $dmi
proc titled {} { return [dict get [::acre::mapcapture::take] title] }
is [titled] "memory map of a Linux host" "without a DMI table the title names nothing"
spit $dmi/sys_vendor "Acme Corp."
spit $dmi/product_name "Rocket R-1"
is [titled] "memory map of Acme Corp. Rocket R-1" "vendor and product are the title"
is [short [dict get [::acre::mapcapture::take] entries]] $want "the machine's own directory"
set host [info hostname]
spit $dmi/product_name "Rocket of $host, owner's own"
is [titled] "memory map of Acme Corp." "a product that holds the host's name is left out"
spit $dmi/product_name "Rocket of [string toupper [lindex [split $host .] 0]]"
is [titled] "memory map of Acme Corp." "... in capitals, without its domain"
foreach {file secret} {product_serial SN-0012345 board_serial BS9988 chassis_serial CH7766
        product_uuid 4c4c4544-0042-3510-8052-b4c04f4e4d32} {
    spit $dmi/product_name "Rocket $secret"
    spit $dmi/$file $secret
    is [titled] "memory map of Acme Corp." "a product that holds the machine's $file is left out"
    file delete $dmi/$file
}
spit $dmi/product_name "Rocket R-1"
spit $dmi/product_serial "ock"
is [titled] "memory map of Acme Corp. Rocket R-1" "three letters that are in a word by chance are no serial number"

# the whole file, by the command's own way
::acre::paths::use cmd_map
spit $dmi/product_serial "SN-0012345"
::acre::cmd::map capture -o $dir/out.map
set channel [open $dir/out.map]
set text [read $channel]
close $channel
is [lrange [split $text \n] 0 2] [list "# title: memory map of Acme Corp. Rocket R-1" \
    "# source: $memmap of a Linux host" "# expect: boots"] "the file's head says model and source"
ok [expr {[string first $host [string map [list $dir ""] $text]] < 0 && [string first SN-0012345 $text] < 0}] \
    "neither the host's name nor a serial number is in the file" $text
::acre::cmd::map capture --from $memmap -o $dir/out2.map
set channel [open $dir/out2.map]
set text [read $channel]
close $channel
ok [expr {[string first $dir $text] < 0}] "no path that was named on the command line is in the file" $text

# without the directory
set ::acre::mapcapture::memmap [file join $dir gone]
spit $dir/dmesg "#!/bin/sh\necho 'DMI: Secret Box, serial SN-0012345'\
    \necho 'BIOS-e820: \[mem 0x0000000000000000-0x000000000009fbff\] usable'"
file attributes $dir/dmesg -permissions 0755
set ::acre::mapcapture::log $dir/dmesg
set taken [::acre::mapcapture::take]
is [list [short [dict get $taken entries]] [dict get $taken source] [dict get $taken title]] [list 0-9fc00:1 \
    "BIOS-e820 lines of a Linux host's boot log" "memory map of Acme Corp. Rocket R-1"] \
    "without the directory the boot log is read, for the entries only"
set ::acre::mapcapture::log false
raises {::acre::mapcapture::take} {ACRE MAP} "*gone: not there; *'false' shows no map either; *" "neither of both"
done
