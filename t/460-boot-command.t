#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre boot as a person uses it: the serial port on standard output, one line on standard error for what went wrong, the
# guest's status; one clear line and status 2 for every wrong word.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need kill procps
tap::need qemu-system-x86_64 qemu-system-x86
set bochs [expr {[auto_execok bochs] ne ""}]
tap::plan 60
set acre [file join $::env(top_builddir) acre]
set map [file join [tap::tmp] small.map]
set channel [open $map w]
puts $channel "# title: small\n# source: this test\n# ram: 64\n0x0 0x9fc00 1\n0x100000 0x8000000 1"
close $channel
set ::env(TMPDIR) [tap::tmp]

# boot WORD... -> dict status out err.
proc boot {args} {
    set err [file join [tap::tmp] err]
    set status 0
    if {[catch {exec -keepnewline $::acre boot {*}$args 2>$err} out options]} {
        set status [lindex [dict get $options -errorcode] 2]
        set out [regsub {\n?child process exited abnormally$} $out ""]
    }
    return [dict create status $status out $out err [string trimright [drv::slurp $err] \n]]
}

set ok [drv::probe ok]
set said "TAP version 13\n1..2\nok 1 - the probe runs\n  ---\n  segment: 0x0\n  ...\n"
append said "ok 2 - the probe prints\n# exit 0\n"
tap::is [boot $ok] [dict create status 0 out $said err ""] "a good image: its words, status 0, nothing else"
foreach {probe pattern} {
    triple "acre: CRASH triple-fault: *rip 0x7c*"
    reset  "acre: CRASH reset: *"
    halt   "acre: HANG dead-halt: halted with interrupts off; rip 0x7c*"
    torn   "acre: CRASH torn: line 5: the line is cut off: '# ex'"
} {
    foreach emulator {qemu bochs} {
        if {$emulator eq "bochs" && !$bochs} {
            tap::skip "$probe under bochs" "needs bochs (Debian package bochs)"
            tap::skip "$probe under bochs" "needs bochs (Debian package bochs)"
            continue
        }
        set got [boot --emulator $emulator [drv::probe $probe]]
        tap::is [dict get $got status] 1 "$probe under $emulator: status 1"
        tap::like [dict get $got err] $pattern "$probe under $emulator: one line says what"
    }
}
set got [boot --timeout 2 [drv::probe spin]]
tap::is [dict get $got status] 1 "--timeout ends a spin: status 1"
tap::like [dict get $got err] "acre: HANG timeout: not finished within its total of 2* s; *" "and says so"

set got [boot -v --memory=1M --disk floppy $ok]
tap::is [list [dict get $got status] [dict get $got out]] [list 0 $said] "-v leaves standard output alone"
tap::like [dict get $got err] "acre: qemu-system-x86_64 * -m 1M *-device floppy*" \
    "and prints the emulator's command line"

set dir [file join [tap::tmp] "keep it"]
boot --keep $dir $ok
set kept [lsort [lmap file [glob -directory $dir *] {file tail $file}]]
tap::is $kept {disk.img qemu.log replay.sh serial.log stderr.log} \
    "--keep keeps the run's files"
set got [boot --log --keep $dir $ok]
tap::is [dict get $got err] "acre: the emulator's log is [file join $dir qemu.log]" "--log says where it is"
tap::ok [regexp -line {^IN:} [drv::slurp [file join $dir qemu.log]]] "and it has the guest's instructions"
tap::is [glob -nocomplain -directory [tap::tmp] acre-boot*] {} "a run that is not kept leaves nothing"

set dump [::acre::paths::product farm/fakebios/e820dump.bin]
set got [boot --map $map $dump]
tap::like [dict get $got out] "*e820 0000000000000000 000000000009FC00 00000001*e820 *100000 *3EC0000 00000001*" \
    "--map serves the map, cut to what is backed"
tap::is [dict get $got err] "acre: not backed by RAM here, so not served as usable: 0x3fc0000-0x8000000" \
    "and says what was cut"
tap::like [dict get [boot --map $map --quirk size-24 $dump] out] "*00000001 00000001 00000018*" "--quirk is acted"

set short [file join [tap::tmp] short.img]
set channel [open $short w]
puts $channel x
close $channel
foreach {words pattern} [list \
    {} "acre: boot needs an image*" \
    "a b" "acre: boot takes one image, not 'b' too" \
    "--nonesuch $ok" "acre: boot: no such option: '--nonesuch'*" \
    "$ok --memory" "acre: boot: --memory needs a value*" \
    "--memory 3x $ok" "acre: '3x' is no size*" \
    "--memory 2000G $ok" "acre: qemu machine pc cannot have 2000G of RAM; the most is 1000G" \
    "--emulator vmware $ok" "acre: no emulator is called 'vmware'*" \
    "--machine ps2 $ok" "acre: qemu has no machine 'ps2'*" \
    "--disk scsi $ok" "acre: *cannot boot from 'scsi'*" \
    "--accel hax $ok" "acre: no accelerator is called 'hax'*" \
    "--timeout soon $ok" "acre: boot: --timeout takes seconds*not 'soon'" \
    "--cpu nonesuch $ok" "acre: ERROR emulator: *unable to find CPU model 'nonesuch'*" \
    "--quirk df-set $ok" "acre: boot: --quirk*--map" \
    "--map $map --quirk nonesuch $ok" "acre: *'nonesuch'*" \
    "--map /nonesuch.map $ok" "acre: /nonesuch.map*" \
    "/nonesuch.img" "acre: image /nonesuch.img does not exist" \
    "[tap::tmp]" "acre: image * cannot be read as a file" \
    $short "acre: image * is too short*" \
    "--gdb=0 $ok" "acre: boot: --gdb takes a port, 1 to 65535, or the path of a socket, not '0'" \
    "--gdb=65536 $ok" "acre: boot: --gdb takes a port, 1 to 65535, *" \
    "--gdb=$short $ok" "acre: boot: --gdb: '*' is there already, and no socket" \
    "--gdb=/tmp/[string repeat x 120] $ok" "acre: boot: --gdb: no socket can be called '/tmp/xxx*" \
    "--gdb=/nonesuch/socket $ok" "acre: boot: --gdb: there is no directory '/nonesuch'" \
    "--emulator bochs --gdb $ok" "acre: boot: --gdb needs --emulator qemu" \
    "--trace $ok" "acre: boot: --trace is about a program, and * has none" \
    "--keep /dev/null/x $ok" "acre: cannot make the directory /dev/null/x*" \
] {
    set got [boot {*}$words]
    set lines [llength [split [dict get $got err] \n]]
    set words [string map [list [tap::tmp] T $ok ok] $words]
    tap::ok [expr {[dict get $got status] == 2 && $lines == 1 && [dict get $got out] eq ""
        && [string match $pattern [dict get $got err]]}] "status 2 and one line: acre boot $words" \
        "status [dict get $got status]; [dict get $got err]"
}

# With --gdb the guest waits, for as long as it is let, and nothing calls it hung; the socket goes with it.
set socket [file join [tap::tmp] gdb.socket]
set got [boot --gdb=$socket --timeout 2 $ok]
tap::like [list [dict get $got status] [dict get $got err]] "1 {acre: the guest waits for gdb: gdb -x *acre-gdb.py\
    *acre.elf -ex 'target remote *gdb.socket'\nacre: HANG *}" "--gdb: the guest waits, and what to type is said"
tap::ok [expr {![file exists $socket]}] "the socket is gone"

# Words with blanks and commas, as one argument each.
set odd [file join [tap::tmp] "an image, with 'quotes'.img"]
file copy $ok $odd
tap::is [dict get [boot $odd] status] 0 "an image with blanks, commas and quotes in its path"
tap::is [dict get [boot -- $odd] status] 0 "the same after --"
if {$bochs} {
    tap::is [dict get [boot --emulator bochs --keep "$dir, b" $odd] status] 0 "and under Bochs"
} else {
    tap::skip "and under Bochs" "needs bochs (Debian package bochs)"
}

# Interrupted: 130, and nothing left.
set pid [exec $acre boot [drv::probe spin] >/dev/null 2>/dev/null &]
after 1500
exec kill -INT $pid
after 1000
tap::is [list [drv::alive $pid] [glob -nocomplain -directory [tap::tmp] acre-boot*]] {0 {}} \
    "an interrupted boot leaves neither process nor directory"
tap::done
