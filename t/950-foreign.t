#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre farm --profile: other kernels on maps of ours, under real emulators.  What their Debian packages bring is skipped
# where they are not installed.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use profile profileimage profilesyslinux
namespace path ::tap
if {[catch {package require Expect}]} {
    skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
need qemu-system-x86_64 qemu-system-x86
plan 45
set acre [file join $::env(top_builddir) acre]
cd [tmp]

# acre WORD... -> {status words}
proc acre {args} {
    set status 0
    if {[catch {exec nice $::acre {*}$args 2>@1} said options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [regsub {\nchild process exited abnormally$} $said ""]]
}
proc write {file args} {
    set out [open $file w]
    puts $out [join $args \n]
    close $out
    return $file
}
# result OUT NAME KEY -> what the case's result.txt says of KEY.
proc result {out name key} {
    regexp -line "^$key: (.*)\$" [bytes [file join $out $name result.txt]] - value
    return $value
}

# --- the command line ----------------------------------------------------------------------------------------------

foreach {words pattern} {
    {--profile nosuch} "acre: no such profile: 'nosuch'; there are bios, *"
    {--kernel x} "acre: --kernel, --append and --initrd are for --profile P*"
    {--profile bios grub --append quiet} "acre: --kernel, * are for one --profile, not for several"
    {--profile linux --kernel /nowhere/vmlinuz} "acre: /nowhere/vmlinuz: no such file; check the path of --kernel"
    {--profile bios --store} "acre: --store is for images of Acre*"
    {--profile bios --expect x --image y} "acre: --expect and --profile both say what the image prints*"
} {
    lassign [acre farm {*}$words] status said
    like "$status $said" "2 $pattern" "refused: [join $words]"
}
write lacking.profile "start = kernel" "up = x" "kernel = [pwd]/nothing-*" "package = linux-image-nowhere"
lassign [acre farm --profile lacking.profile] status said
like "$status $said" "2 acre: profile lacking: * is missing (Debian package linux-image-nowhere)*" \
    "a kernel that is not there: the error names its package"
write damaged.profile "start = kernel" "up"
like [lindex [acre farm --profile damaged.profile] 1] "acre: *damaged.profile:2: not a profile's line: *" \
    "a damaged profile: the error names the line"
set ::env(PATH) [file join [pwd] bin]:$::env(PATH)
lassign [acre farm --profile bios --emulator qemu bochs --select zoo/c-all-types --list] status said
is [lsort [lmap line [split $said \n] {lindex [split $line \t] 0}]] \
    [lsort [list boot@zoo/c-all-types,emu=bochs,profile=bios boot@zoo/c-all-types,emu=qemu,profile=bios]] \
    "the plan names each kernel"


# --- matrices ------------------------------------------------------------------------------------------------------

# The names of `acre farm --list WORD...`.
proc listed {args} {
    return [lmap line [split [lindex [acre farm --list {*}$args] 1] \n] {lindex [split $line \t] 0}]
}
set full [listed --group full]
set real [llength [glob -directory [file join $::env(srcdir) .. farm maps real] *.map]]
set counts {}
foreach kernel {linux grub xen gnumach ipxe bios memtest meminfo} {
    dict set counts $kernel [llength [lsearch -all $full boot@real/*,emu=qemu,profile=$kernel]]
}
is [lsort -unique [dict values $counts]] $real "full has every real map on each of eight kernels ($counts)"
is [lsearch -all -inline [listed --group nightly] *profile=*] {} "... which a night is too short for"
set only [listed --matrix foreign --profile bios]
is [list [llength $only] [lsearch -all -inline -not $only *,profile=bios]] \
    [list [llength [lsearch -all [listed --matrix foreign] *,profile=bios]] {}] "--profile takes the matrix's place"
write both.matrix "map = real/laptop-127m zoo/c-all-types" "emu = qemu" "profile = bios lacking.profile"
lassign [acre farm --matrix both.matrix --out both] status said
ok [expr {$status == 0}] "a kernel that is not installed makes no run red" $said
like $said "*2 skipped: profile lacking: * is missing (Debian package linux-image-nowhere)*2 passed, 0 failed, 2 *" \
    "... its cases are skipped and name the package"
like [acre farm --case both/boot@real/laptop-127m,emu=qemu,profile=bios/case] "0 {PASS *}" \
    "... and the others have been run"

# --- the BIOS, which needs no package ------------------------------------------------------------------------------

set maps {zoo/c-all-types zoo/c-reverse-order zoo/c-duplicate-entries real/laptop-127m real/dell-xps-13-9300-16g}
lassign [acre farm --profile bios --emulator qemu --select {*}$maps --out bios] status said
ok [expr {$status == 0}] "the BIOS serves five maps as they are" $said
like $said "*bios: 5 maps, 5 as they were served*5 passed, 0 failed" "... and the farm says so"
set rows [lsort [split [string trim [bytes bios/kernels.tsv]] \n]]
is $rows [lsort [list "map\tlabel\tbios" "boot@real/dell-xps-13-9300-16g,emu=qemu\todd\t." \
    "boot@real/laptop-127m,emu=qemu\tlegal\t." "boot@zoo/c-all-types,emu=qemu\todd\t." \
    "boot@zoo/c-duplicate-entries,emu=qemu\todd\t." "boot@zoo/c-reverse-order,emu=qemu\todd\t."]] \
    "kernels.tsv has a row a map"
# The same guest, held against another map than it was served: what it sees must be found wanting.
set case [bytes bios/boot@real/laptop-127m,emu=qemu,profile=bios/case]
set dir [dict get $case dir]
set rom [bytes [file join $dir map.rom]]
write lies.map "# expect: boots" "0x0 0x9f800 1" "0x100000 0x7ee0000 1"
lassign [acre farm --profile bios --emulator qemu --maps lies.map --out other] status said
ok [expr {$status == 0}] "another map is another view" $said
is [result other boot@lies,emu=qemu,profile=bios sub] legal "... which is that map's"
write stubborn.profile "start = sector" "kernel = farm/fakebios/e820dump.bin" "up = this never comes" \
    {started = ^e820\s} "seconds = 30"
lassign [acre farm --profile stubborn.profile --emulator qemu --select real/laptop-127m --out stubborn] status said
is $status 1 "what does not come up is a failure"
is [result stubborn boot@real/laptop-127m,emu=qemu,profile=stubborn sub] no-text "... of the kernel, which has begun"
write silent.profile "start = image" "up = x" "started = never"
lassign [acre farm --profile silent.profile --image [::acre::paths::product farm/probes/halt.bin] --emulator qemu \
    --select real/laptop-127m --out silent] status said
like [result silent boot@real/laptop-127m,emu=qemu,profile=silent why] "before the kernel's first word: *" \
    "what ends before the kernel's first word is told apart"
is [result silent boot@real/laptop-127m,emu=qemu,profile=silent verdict] HANG "... as what it is"

# A CD's image, which starts the same boot sector: sector 17 has El Torito's boot record, 19 its catalog, 20 the code.
# BIOSes start it with different segments; code at 0x10000 that moves it to where it runs comes before it.
set code [binary format H*x489a* fc0e1f31c08ec0be0002bf007cb90002f3a4ea007c0000 \
    [bytes [::acre::paths::product farm/fakebios/e820dump.bin]]]
set record [binary format ca5ca64i 0 CD001 1 "EL TORITO SPECIFICATION" 19]
# The sum of the first 32 bytes, as words, is 0.
set catalog [binary format csxa24sH4ccsssi 1 0 "" 0x55aa 55aa 0x88 0 0x1000 0 4 20]
set out [open sector.iso wb]
puts -nonewline $out [binary format a32768a2048a2048a2048a2048a1048576 "" [binary format ca5c 1 CD001 1] $record \
    [binary format ca5c 255 CD001 1] $catalog $code]
close $out
foreach emulator {qemu bochs} {
    if {$emulator eq "bochs" && [auto_execok bochs] eq ""} {
        skip "a CD's image under bochs" "needs bochs (Debian package bochs)"
        continue
    }
    lassign [acre farm --profile bios --image sector.iso --emulator $emulator --select real/laptop-127m --out cd] \
        status said
    ok [expr {$status == 0}] "a CD's image under $emulator sees the map as served" $said
}
like [bytes cd/boot@real/laptop-127m,emu=qemu,profile=bios/replay.sh] "*media=cdrom*" "... from the CD drive"

# --- with packages -------------------------------------------------------------------------------------------------

# shown PROFILE EMULATOR SUBJECT...: each of the maps is seen as it was served; skips what is not installed.
proc shown {name emulator args} {
    set what "$name under $emulator: [join $args]"
    set profile [::acre::profile::read [::acre::profile::find $name]]
    set lacking ""
    if {[catch {
        ::acre::profile::kernel $profile
        if {[dict get $profile start] eq "grub" || $emulator eq "bochs"} { ::acre::profileimage::needs }
        if {[dict get $profile start] eq "syslinux"} { ::acre::profilesyslinux::needs }
        if {$emulator eq "bochs"} { ::acre::err::need bochs }
    } lacking]} {
        skip "$what, the map as served" $lacking
        skip "$what, again from the case's file" $lacking
        return
    }
    set out $name-$emulator
    lassign [acre farm --profile $name --emulator $emulator --select {*}$args --out $out] status said
    ok [expr {$status == 0}] "$what, the map as served" $said
    set first $out/boot@[lindex $args 0],emu=$emulator,profile=$name/case
    lassign [acre farm --case $first] status said
    ok [expr {$status == 0 && [string match "PASS *" $said]}] "$what, again from the case's file" $said
}
shown grub qemu real/laptop-127m zoo/c-all-types zoo/c-reverse-order zoo/c-duplicate-entries
shown grub bochs real/laptop-127m
shown meminfo qemu real/laptop-127m zoo/c-all-types zoo/c-reverse-order
if {[catch {::acre::profilesyslinux::needs} lacking]} {
    skip "SYSLINUX's disk is the same each time" $lacking
} else {
    foreach disk {one two} {
        ::acre::profilesyslinux::make [file join [pwd] $disk.img] {{COM32 x}} [list x $::env(srcdir)/950-foreign.t]
        # FAT counts time in steps of two seconds.
        after 2100
    }
    ok [expr {[bytes one.img] eq [bytes two.img]}] "SYSLINUX's disk is the same each time"
}
shown linux qemu real/laptop-127m zoo/c-reverse-order
shown xen qemu real/laptop-127m
shown gnumach qemu real/laptop-127m
shown memtest qemu real/laptop-127m
if {[catch {::acre::profile::kernel [::acre::profile::read [::acre::profile::find linux]]} kernel]} {
    foreach what {"--kernel with --append" "and what it was given"} { skip $what $kernel }
} else {
    # Half of its memory taken away from it by its own command line: its total cannot be the map's any more.
    lassign [acre farm --profile linux --kernel $kernel --emulator qemu --select real/laptop-127m --out less --append \
        "console=ttyS0,115200 earlyprintk=serial,ttyS0,115200 panic=-1 mem=100M"] status said
    is $status 1 "--kernel with --append: a kernel that has less memory than the map says"
    is [result less boot@real/laptop-127m,emu=qemu,profile=linux sub] total "... is found by its total"
}
lassign [acre farm --profile bios grub --emulator qemu --select zoo/c-all-types --out both] status said
if {$status == 2} {
    skip "two kernels, one row" $said
} else {
    like [bytes both/kernels.tsv] "map\tlabel\tbios\tgrub\nboot@zoo/c-all-types,emu=qemu\todd\t.\t.\n" \
        "two kernels, one row"
}
done
