#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Profiles of other kernels, without an emulator: their files, labels of maps, what a kernel says it sees against what
# was served, the verdict, who is to blame, the disk that GRUB is started from.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use options map mapops rom profile profilelabel profileview profilecase profileimage
::acre::paths::use machine profileplan profiletable verdict
namespace path ::tap
plan 97
set tmp [tmp]

proc file_of {name args} {
    set path [file join $::tmp $name.profile]
    set out [open $path w]
    puts $out [join $args \n]
    close $out
    return $path
}
proc told {name args} {
    return [::acre::profile::read [file_of $name {*}$args]]
}

# --- profile files -------------------------------------------------------------------------------------------------

is [::acre::profile::names] {bios gnumach grub ipxe linux linux-init meminfo memtest xen} "the bundled profiles"
foreach name [::acre::profile::names] {
    set profile [::acre::profile::read [::acre::profile::find $name]]
    ok [expr {[dict get $profile about] ne "" && [dict get $profile package] ne ""
        && [dict get $profile started] ne ""}] "$name says what it is, its package and its first words"
}
set profile [told mine "# a comment" "start = image" "up =   ready$" "seconds = 7" "boot = a" "boot = b"]
is [dict get $profile name] mine "the name is the file's"
is [dict get $profile up] ready$ "a value without the blanks around it"
is [dict get $profile boot] {a b} "lines add up"
is [list [dict get $profile ends] [dict get $profile map-rule] [dict get $profile emulator]] \
    {text usable {qemu bochs}} "defaults"
foreach {what lines pattern} {
    "an unknown key" {"start = image" "up = x" "colour = red"} "*p.profile:3: not a profile's line: 'colour = red'*"
    "no key at all" {"start = image" "up"} "*p.profile:2: not a profile's line*"
    "a second value" {"start = image" "up = x" "up = y"} "*p.profile:3: a second up: 'y'"
    "a broken expression" {"start = image" "up = ("} "*p.profile:2: up is no regular expression*"
    "an unknown way to start" {"start = floppy"} "*p.profile:1: start cannot be 'floppy'*"
    "no mark of success" {"start = image"} "*p.profile: it has no 'up = ...'"
    "GRUB without commands" {"start = grub" "up = x"} "*start = grub needs lines 'boot = COMMAND'*"
    "SYSLINUX without a configuration" {"start = syslinux" "up = x"} "*start = syslinux needs lines 'boot = COMMAND' *"
    "a total of what" {"start = image" "up = x" {total = (\d+)}} "*total needs 'counted = *"
    "no such range" {"start = image" "up = x" "counted = 0x1000"} "*counted cannot be '0x1000'*"
    "no such emulator" {"start = image" "up = x" "emulator = qemu vbox"} "*emulator cannot be 'qemu vbox'*"
    "no time" {"start = image" "up = x" "seconds = 0"} "*seconds cannot be '0'*"
} {
    raises [list told p {*}$lines] {ACRE PROFILE} $pattern "refused: $what"
}
raises {told A,b "start = image" "up = x"} {ACRE PROFILE} "*its name becomes part*" \
    "refused: a name that a case cannot have"
raises {::acre::profile::read /nowhere/x} {ACRE PROFILE} "/nowhere/x: cannot be read*" "refused: no file"
raises {::acre::profile::find nosuch} {ACRE USAGE} "no such profile: 'nosuch'; there are bios, *" \
    "a name that is none is told with those that are"
set lacking [told lacking "start = kernel" "up = x" "kernel = $tmp/vmlinuz-*" "package = linux-a linux-b"]
raises {::acre::profile::kernel $lacking} {ACRE NEED} \
    "profile lacking: $tmp/vmlinuz-\\* is missing (one of the Debian packages linux-a, linux-b)*" \
    "a kernel that is not there names its packages"
foreach version {6.1.0-9 6.1.0-56 6.1.0-10} {
    close [open [file join $tmp vmlinuz-$version] w]
}
is [file tail [::acre::profile::kernel $lacking]] vmlinuz-6.1.0-56 "of several kernels the newest"

# --- labels --------------------------------------------------------------------------------------------------------

proc label {entries {quirks {}}} {
    return [::acre::profilelabel::of $entries $quirks]
}
# Numbers as the reader of map files gives them.
proc entries {args} {
    return [lmap entry $args { lmap number $entry { expr {$number + 0} } }]
}
set plain [entries {0x0 0x9fc00 1} {0x9fc00 0xa0000 2} {0xf0000 0x100000 2} {0x100000 0x4000000 1} \
    {0x4000000 0x4010000 3}]
is [lindex [label $plain] 0] legal "a map as most are is legal"
is [lindex [label $plain fill:0xa5a5] 0] odd "a quirk word makes it odd"
is [label [lreverse $plain]] {odd {the entry at 0x100000 overlaps another or is out of order}} "another order"
is [label [linsert $plain end {0x4008000 0x4020000 2}]] \
    {odd {the entry at 0x4008000 overlaps another or is out of order}} "an overlap"
is [lindex [label [linsert $plain 1 {0x9fc00 0x9fc00 2}]] 1] "the entry at 0x9fc00 is empty" "an empty entry"
is [lindex [label [lreplace $plain end end {0x4000000 0x4010000 20}]] 1] "type 20 is unknown" "a type of nobody's"
is [lindex [label [lreplace $plain 0 0 {0x0 0x10000 1}]] 1] "low memory is missing" "64 KiB below 1 MiB"
is [lindex [label [lreplace $plain 3 3 {0x200000 0x4000000 1}]] 1] "there is no memory at 1 MiB" "a hole at 1 MiB"
is [label {{0 0x100000 2}}] {lie {nothing is usable}} "nothing usable is a lie"
is [lindex [label [lreplace $plain 2 2 {0xa0000 0xc0000 1}]] 1] "0xa0000 cannot be usable memory" "RAM for a screen"
is [lindex [label [linsert $plain end {0x10000000000 0x10000001000 1}]] 0] lie "memory above all addresses"
is [lindex [label [linsert $plain end {0xfffffffffffff000 0x10000000000001000 2}]] 1] "a range ends beyond 2^64" \
    "a range that wraps"

# --- what a kernel sees --------------------------------------------------------------------------------------------

proc findings {name log {entries ""} {quirks {}}} {
    set profile [::acre::profile::read [::acre::profile::find $name]]
    return [::acre::profileview::findings $profile $log [expr {$entries eq "" ? $::plain : $entries}] $quirks]
}
proc hex {entries form} {
    set lines {}
    foreach entry $entries {
        lassign $entry base limit type
        lappend lines [subst $form]
    }
    return [join $lines \n]\n
}
set words {1 usable 2 reserved 3 {ACPI data}}
set start "\[    0.000000\] BIOS-provided physical RAM map:\n"
set linux [hex $plain {\[    0.000000\] BIOS-e820: \[mem 0x[format %016llx $base]-0x[format %016llx \
    [expr {$limit - 1}]]\] [dict get $::words $type]}]
set memory "\[    0.1\] Memory: 40000K/[expr {(0x9f000 - 0x1000 + 0x3f00000) / 1024}]K available (1K kernel code)\n"
is [findings linux $start$linux$memory] {} "Linux sees what was served"
is [findings linux $start[string map {03ffffff 03fffffe} $linux]$memory] \
    {{view: 0x3ffffff 0x4000000 was served as type 1, it sees nothing}} "a byte less is found"
is [findings linux $start[string map {"ACPI data" usable} $linux]$memory] \
    {{view: 0x4000000 0x4010000 was served as type 3, it sees type 1}} "another type is found"
is [findings linux $start$linux[string map {65144K 65140K} $memory]] \
    {{total: it has 65140 KiB of memory, by the map there are 65144 KiB}} "a frame less in its total is found"
like [findings linux $linux$memory] "{view: its map does not begin: *" "a log without the heading"
like [findings linux $start$memory] "{view: its log:1: no memory map found*" "a heading without a map"
is [findings linux $start$linux] {{total: it does not say its total of memory}} "no total"
like [findings linux $start[string map {BIOS-e820 user} $linux]$memory] "{view: its map is one of user, not of *" \
    "a map that is not the BIOS's"
set over [linsert $plain end {*}[entries {0x200000 0x300000 2}]]
set cut [string map {{0x0000000000100000-0x0000000003ffffff] usable}
    {0x0000000000100000-0x00000000001fffff] usable
 BIOS-e820: [mem 0x0000000000200000-0x00000000002fffff] reserved
 BIOS-e820: [mem 0x0000000000300000-0x0000000003ffffff] usable}} $linux]
is [findings linux $start$cut[string map {65144K 64120K} $memory] $over] {} "the higher type counts where two overlap"
is [llength [findings linux $start$linux$memory $over]] 2 \
    "... and a reserved MiB that is taken for usable is found, twice"
is [findings linux $start$linux$memory $plain acpi-attr0-clear] {} "attributes are not for who asks for 20 bytes"
is [llength [findings linux $start$linux$memory $plain carry-with-last]] 1 \
    "an entry that the BIOS took back is no entry"

set heading "BIOS-provided physical RAM map:\n"
set names {1 {available RAM} 2 {reserved RAM} 3 {ACPI reclaimable RAM}}
set grub $heading[hex $over {base_addr = 0x[format %llx $base], length = 0x[format %llx [expr {$limit - $base}]],\
    [dict get $::names $type]}]
is [findings grub $grub $over] {} "GRUB shows every entry"
is [findings grub $grub [lrange $over 0 end-1]] {{view: it sees 6 entries of the 5 served}} "one too many"
is [findings grub $grub [lreplace $over 1 1 {*}[entries {0x9fc00 0xa0000 4}]]] \
    {{view: entry 2 was 0x9fc00 0xa0000 4, it sees 0x9fc00 0xa0000 2}} "another type"
set dump [hex $over {e820 [format %016llX $base] [format %016llX [expr {$limit - $base}]] [format %08X $type]\
    FFFFFFFF 00000014 00000001 534D4150 0}]
is [findings bios $dump $over] {} "what the boot sector prints"
set failed "e820 0000000000000000 0000000000001000 00000002 FFFFFFFF 00000014 00000000 534D4150 1\n"
is [findings bios $dump$failed $over] {} "a call with carry brought nothing"
# The index that meminfo.c32 prints is of no account; types are signed.
set meminfo "INT 15 88: 0xfc00 (64512K)  INT 15 E801: 0x3c00 (15360K) 0x0300 (49152K)\n[hex $over {       0\
    [format %016llx $base]x [format %016llx [expr {$limit - $base}]]x [format %016llx $limit]x $type \[-\] usable}]"
is [findings meminfo $meminfo $over] {} "meminfo.c32 shows every entry"
is [findings meminfo $meminfo [lrange $over 0 end-1]] {{view: it sees 6 entries of the 5 served}} "... and one too many"
is [findings meminfo [string map {"x 3 " "x -2 "} $meminfo] [lreplace $over 4 4 {*}[entries {0x4000000 0x4010000
    0xfffffffe}]]] {} "a type above 2^31"
like [findings meminfo [string map {"x 3 " "x three "} $meminfo] $over] "{view: *not a range: '0000000004000000x *" \
    "a line that is cut or changed"
set mach [hex [lrange $plain 3 end] {biosmem: [format %018llx $base]:[format %018llx $limit],\
    [dict get {1 available 3 ACPI} $type]}]
is [findings gnumach "I NVS\n$mach"] {} "GNU Mach's map, whose beginning is lost"
like [findings gnumach [string map {0004000000, 0003fff000,} $mach]] "{view: 0x3fff000 0x4000000 is usable*" \
    "... but not its end"
is [findings memtest {[60MB of 63.6MB]}] {} "a rounded total"
is [llength [findings memtest {[60MB of 62.5MB]}]] 1 "a MiB less than that"
set acer [entries {0 0x9f000 1} {0x100000 0x7e1e8000 1}]
is [lmap total {1.96GB 1.95GB} {llength [findings memtest "\[4MB of $total\]" $acer]}] {0 1} \
    "a total that was cut to MiB before"

# --- the verdict ---------------------------------------------------------------------------------------------------

# What a case of Linux whose log is TEXT and whose run ended so comes to: verdict, sub, why.
proc verdict {text end {entries ""} {quirks {}} {name linux}} {
    set serial [file join $::tmp serial.log]
    set out [open $serial w]
    puts -nonewline $out $text
    close $out
    set served [dict create rom map.rom entries [expr {$entries eq "" ? $::plain : $entries}] quirks $quirks]
    set result [::acre::profilecase::judged [dict create profile [::acre::profile::find $name]] $served \
        [dict create serial $serial end $end detail "words of the driver" margin 0.5]]
    return [list [dict get $result verdict] [dict get $result sub] [dict get $result why]]
}
set version "Linux version 6.1\n"
is [::acre::profilecase::skip [dict create profile [::acre::profile::find linux-init]] \
    [dict create skip "" rom map.rom entries $plain quirks {}]] \
    "the kernel needs 128M of usable memory, this map has less" "a map too small for a kernel is not shown to it"
is [::acre::profilecase::skip [dict create profile [::acre::profile::find linux]] \
    [dict create skip "" rom map.rom entries $plain quirks {}]] "" "... and to one that can do with it it is"
is [::acre::profilecase::skip [dict create profile [::acre::profile::find bios]] \
    [dict create skip "" rom map.rom entries $plain quirks {size-24 repeat-last}]] \
    "the profile leaves out maps with repeat-last" "nor is one with a quirk that the profile leaves out"
set came "devtmpfs: initialized\n"
is [verdict $version$start$linux$memory$came expect] {PASS legal {it came up}} "it came up and sees the map"
like [verdict $version$start$linux$memory$came expect [lreverse $plain]] {PASS odd {it came up; odd: the entry*}} \
    "the same in another order is odd"
like [verdict $version$start[string map {ACPI\ data usable} $linux]$memory$came expect] "FAIL view *" \
    "it sees another map"
is [lrange [verdict $version$start$linux${memory}Kernel\ panic\ -\ not\ syncing:\ oom\n expect] 0 1] {CRASH gave-up} \
    "it gave up"
is [verdict $version silence] {HANG silence {words of the driver}} "it hangs"
is [verdict "GRUB is up\n" triple-fault] \
    {CRASH triple-fault {before the kernel's first word: words of the driver}} "what fails before it is told apart"
is [lrange [verdict $version exit] 0 1] {CRASH no-text} "it ended before it came up"
is [lrange [verdict "" emulator-error] 0 1] {ERROR emulator} "the emulator's fault is nobody else's"
is [lrange [verdict $version silence {{0 0x100000 2}}] 0 1] {SKIP lie} "what it makes of a lie is no finding"
like [lindex [verdict $version silence {{0 0x100000 2}}] 2] "HANG on a map that is a lie (nothing is usable): *" \
    "... but is told"

# The same for a kernel that its loader puts at LOADED.
proc loaded {loaded result} {
    return [lrange [::acre::profilecase::Loaded [dict create verdict {*}$result why w] \
        [dict create loaded $loaded] $::plain] 1 3]
}
is [loaded {0x1000000 0x4000000} {CRASH sub reset}] {CRASH sub reset} "in usable memory a kernel is to blame"
is [loaded {0x1000000 0x4001000} {CRASH sub reset}] {SKIP sub loader} "... and not where its loader had to know better"
is [loaded {0x1000000 0x4001000} {FAIL sub view}] {FAIL sub view} "... but for what it sees"
is [loaded {0x1000000 0x4001000} {FAIL sub total}] {SKIP sub loader} "its own place is no memory of the map's"
is [loaded "" {CRASH sub reset}] {CRASH sub reset} "where nobody knows its place it is to blame"
set head [binary format a514a4sua80wuiu "" HdrS 0x20f "" 0x1000000 0x3000000]
set out [open [file join $tmp bzimage] wb]
puts -nonewline $out $head
close $out
is [::acre::profile::loaded {loaded bzimage} [file join $tmp bzimage]] {16777216 67108864} \
    "the place in a bzImage's head"
is [::acre::profile::loaded {loaded bzimage} [file join $tmp vmlinuz-6.1.0-9]] {} "... which another file has not"
is [::acre::profile::loaded {loaded 0x100000-0x200000} x] {1048576 2097152} "a place that the profile says"

# Case and result of one map on kernel NAME.
proc one {name verdict sub} {
    set full boot@zoo/x,emu=qemu,profile=$name
    dict set ::results $full [dict create name $full verdict $verdict sub $sub why w dir $::tmp]
    return [dict create name $full profile [::acre::profile::find $name]]
}
proc blamed {args} {
    set ::results [dict create]
    set cases [lmap {name verdict sub} $args {one $name $verdict $sub}]
    return [dict keys [::acre::profiletable::judge $cases $::results]]
}
is [blamed linux FAIL view grub FAIL view bios FAIL view] boot@zoo/x,emu=qemu,profile=linux \
    "what the controls see otherwise, too, is the farm's fault"
is [blamed linux FAIL view grub FAIL view bios PASS legal] {} "... and not where one of them sees what was served"
is [blamed linux FAIL view] {} "... nor without one"

# --- GRUB's disk ---------------------------------------------------------------------------------------------------

set mbr [::acre::profileimage::Mbr [string repeat \xaa 512] 1000]
is [string length $mbr] 512 "a boot sector of 512 bytes"
binary scan $mbr @439H2H2@446H2@450H2@454ii@510H4 code cleared active type first count mark
is [list $code $cleared $active $type $first $count $mark] {aa 00 80 83 2048 1000 55aa} \
    "GRUB's code, one active partition of its sectors, the mark"
is [::acre::profileplan::Grub [dict create boot {{linux16 %k %a} {initrd16 %i}} append "a b" path /p initrd /i]] \
    {{{linux16 /kernel a b} {initrd16 /initrd}} {kernel /p initrd /i}} "what stands for kernel, words and initrd"
is [::acre::profileplan::Syslinux [dict create boot {{LINUX %k} {INITRD %i} {APPEND %a}} append "a b" path /p/k.c32 \
    initrd /q/i]] {{{LINUX k.c32} {INITRD i} {APPEND a b}} {k.c32 /p/k.c32 i /q/i}} "SYSLINUX goes by a file's own name"
done
