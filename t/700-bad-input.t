#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Bad input of every kind: one clear line that names the thing, exit status 2, no stack trace, no hang, nothing left.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]

set acre [file join $::env(top_builddir) acre]
set image [::acre::paths::get image]
foreach file [list $acre $image] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
set dir [tap::tmp]
cd $dir
# What a command leaves for a moment goes here, so that it can be seen.
file mkdir scratch
set env(TMPDIR) [file join $dir scratch]
set seconds 15

proc save {name bytes} {
    set out [open [file join [pwd] $name] wb]
    puts -nonewline $out $bytes
    close $out
    return $name
}

proc contents {name} {
    set in [open $name rb]
    set bytes [read $in]
    close $in
    return $bytes
}

# Runs acre ARGS without input -> {status output errors}.
proc run {args} {
    global acre seconds
    # By way of a script, because exec takes some words for its own.
    set words [lmap word [list timeout -k 1 $seconds $acre {*}$args] {string cat ' [string map {' '\\''} $word] '}]
    save script "exec [join $words] </dev/null 2>errors\n"
    set failed [catch {exec sh script} output options]
    set status 0
    if {$failed} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : -1}]
    }
    return [list $status [regsub {\n?child process exited abnormally$} $output ""] [contents errors]]
}

# A point: acre ARGS is refused with one line that matches PATTERN, and leaves nothing behind.
proc refused {pattern args} {
    lassign [run {*}$args] status output errors
    set left [glob -nocomplain -directory scratch *]
    set good [expr {$status == 2 && [regexp {\Aacre: [^\x00-\x1f]+\n\Z} $errors] && [string length $errors] < 400
        && [string match "acre: $pattern\n" $errors] && ![string match "*internal error*" $errors] && $left eq ""}]
    tap::ok $good "acre [string range [join [lmap word $args {regsub {^.*/} $word {}}] { }] 0 60]: one line, status 2" \
        "acre $args\nstatus $status\nerrors: [string range $errors 0 600]\noutput: $output\nleft: $left"
}
# A point: acre ARGS ends with STATUS, and its output matches PATTERN.
proc ends {status pattern args} {
    lassign [run {*}$args] got output errors
    tap::ok [expr {$got == $status && [string match $pattern $output] && [glob -nocomplain scratch/*] eq ""}] \
        "acre [string range [join $args { }] 0 60]: status $status" "status $got\n$output\n$errors"
}

set good "0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x4000000 1\n"
# name, content, what is said of it
set maps [list \
    empty "" ":0: no entries: *" \
    notes "# nothing\n" ":2: no entries: *" \
    no-hex "0x0 0xzz 1\n" ":1: limit is not a hex number: '0xzz'; *" \
    field "0x0 0x9fc00\n" ":1: an entry has 3 fields, this line has 2: *" \
    below "0x9000 0x1000 1\n" ":1: limit is below base: '0x1000'; *" \
    minus "-0x1000 0x1000 1\n" ":1: base is not a hex number: '-0x1000'; *" \
    huge "0x1[string repeat 0 20] 0x2[string repeat 0 20] 1\n" ":1: base does not fit in 64 bits: *" \
    type "0x0 0x1000 4294967296\n" ":1: type is not a number from 0 to 4294967295: *" \
    nul "0x0 0x1000 1\n\0\n" ":2: not a text file: *" \
    latin "# title: caf\xe9\n$good" ":1: not a text file: *" \
    list "\{ \[exit\] \$x\n" ":1: base is not a hex number: *" \
    long "0x[string repeat f 100000] 0x1 1\n" ":1: base is not a hex number: '0xfff*...'; *" \
    many [string repeat "0x0 0x1000 2\n" 50000] ":4097: too many entries: '4097'; a map has at most 4096" \
    large [string repeat $good 100000] ": too large for a map: more than 4194304 bytes; *" \
    quirk "# quirk: nosuch\n$good" ":1: unknown quirk word: 'nosuch'; *" \
    both "# quirk: e820-empty, e820-unsupported\n$good" ":5: quirks contradict each other: *" \
    twice "# quirk: ebda:0x9000, ebda:0x8000\n$good" ":5: quirks contradict each other: *" \
    expect "# expect: maybe\n$good" ":1: expectation unknown: 'maybe'; *" \
    slip "# expct: refuses: x\n$good" ":1: unknown header: 'expct'; did you mean '# expect:'?" \
    ram0 "# ram: 0\n$good" ":1: ram is not a whole number above 0: '0'; *" \
    ramT "# ram: 10T\n$good" ":1: ram is not a whole number above 0: '10T'; *"]
set sound [list windows [string map {\n \r\n} $good] mark "\xef\xbb\xbf# expect: boots\n$good" \
    "|name" $good " \{ \[exit\] \$x; 'a', b=\"c\" ~" $good "line\nend" $good]

set bytes [contents $image]
set damaged [string replace $bytes 0x200 0x20f [string repeat X 16]]
foreach {name content} [list empty "" byte U short [string range $bytes 0 510] cut [string range $bytes 0 40000] \
        damaged $damaged script "#!/bin/sh\n[string repeat "exit 1\n" 500]"] {
    save $name.img $content
}
file mkdir folder out
save file ""
save ok.log "BIOS-e820: \[mem 0x1000-0x1fff\] usable\n"
exec mkfifo pipe.map
exec ln -s loop.map loop.map

set plan [expr {[llength $maps] / 3 + [llength $sound] / 2 + 4 + 5 + 5 + 6 + 10 + 17 + 4}]
tap::plan $plan

foreach {name content said} $maps {
    refused "$name.map$said" map check -q [save $name.map $content]
}
foreach {name content} $sound {
    save $name.map $content
    ends 0 "1 map checked, 0 with problems" map check -- $name.map
}
# Through the other commands
refused "[file join $dir no-hex.map]:1: *" farm --maps no-hex.map --out out
refused "no-hex.map:1: *" boot --map no-hex.map $image
refused "both.map:5: *" boot --map both.map $image
refused "*many.map:4097: *" farm --maps many.map --out out
# No file of one's own
refused "pipe.map:0: no entries*" map check -q pipe.map
refused "pipe.map: is no file that can be read more than once*" farm --maps pipe.map
refused "loop.map: no such map file*" map check loop.map
refused "folder: no .map file in this directory*" farm --maps folder
refused {user "no-such-user" doesn't exist; *} map check ~no-such-user

# Imports
refused "standard input:1: no memory map found *" map import
refused "standard input:1: no memory map found *" map import -
refused "none.log: cannot be read: *" map import none.log
refused "wide.log:1: not a range: 'fffff*...'; was the line pasted whole?" \
    map import [save wide.log "BIOS-e820: [string repeat f 9000]\n"]
set long ""
for {set i 1} {$i <= 9000} {incr i} {
    append long [format "BIOS-e820: \[mem 0x%x000-0x%xfff\] usable\n" $i $i]
}
refused "long.log:4097: too many entries: *" map import [save long.log $long]

# Images
foreach {name said} {empty "* is too short: *" short "* is too short: *"} {
    refused $said boot $name.img
}
foreach {name said} {byte "* is not an Acre image*" script "* is not an Acre image*" damaged "* is not an Acre image*"
        cut "* is cut short: it has 40001 bytes*"} {
    refused $said farm --image $name.img --syms [::acre::paths::get syms] --out out
}

# Places that cannot be written
refused "cannot make the directory *file: file already exists; *" farm --select ladder/64M --out file
refused "cannot make the directory *: file already exists; *" boot --keep file $image
refused "folder: cannot be written: *" map import -o folder ok.log
refused "/dev/full: cannot be written: no space left on device; *" map import -o /dev/full ok.log
refused "cannot write /dev/full: no space left on device" image -o /dev/full
refused "/: cannot be read; *" farm --syms / --list
refused "/: cannot be read; *" farm --case /
refused "*acre: not a case: *" farm --case $acre
set env(TMPDIR) [file join $dir nowhere]
refused "cannot make a directory in *nowhere: *; set TMPDIR *" boot $image
set env(TMPDIR) [file join $dir scratch]
ends 0 "" map import -o 1e3 ok.log

# Values
foreach scale {0 -1 inf nan 1e999 x} {
    refused "--timeout-scale '$scale' is not a number above 0*" farm --timeout-scale $scale --list
    if {$scale ni {0 x}} continue
    refused "boot: --timeout takes seconds, more than 0*" boot --timeout $scale $image
}
refused "boot: --timeout takes seconds, more than 0*" boot --timeout nan $image
refused "--jobs '1e3' is not a number from 1 to 999" farm --jobs 1e3 --list
refused "no CPU can be called '../x'; *" farm --cpu ../x --list
refused "no machine can have '10T' of memory; *" farm --memory 10T --list
refused "the plan is empty: *" farm --select nothing/* --list
refused "boot needs an image*" boot ""
refused "farm: --out needs a value; *" farm --out
save huge.map "# ram: 10485760\n$good"
ends 0 "boot@huge,emu=qemu\t*1024000 MiB*" farm --maps huge.map --list
save [string repeat x 230].map $good
ends 0 "boot@xxx*" farm --maps [string repeat x 230].map --list

# Missing tools
file mkdir bin
foreach tool {sh tclsh timeout env} {
    file link -symbolic bin/$tool [lindex [auto_execok $tool] 0]
}
set path $env(PATH)
set env(PATH) [file join $dir bin]
refused "qemu-system-x86_64 is missing (Debian package qemu-system-x86)" boot $image
refused "bochs is missing (Debian package bochs)" boot --emulator bochs $image
file delete bin/tclsh
refused "tclsh is missing (Debian package tcl)" map show
set env(PATH) $path
tap::is [glob -nocomplain -directory out *] "" "nothing was written where nothing ran"
tap::done
