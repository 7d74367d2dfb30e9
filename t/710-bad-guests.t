#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Guests and emulators that mean no good: they chatter, imitate a report, write to the terminal, reset after their last
# word, or are no emulators at all.  Each is told by its right name, in time, and nothing is left running.

source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : [file dirname [info script]]}] tap.tcl]

set acre [file join $::env(top_builddir) acre]
set image [::acre::paths::get image]
set talk [::acre::paths::product t/boots/talk.bin]
foreach file [list $acre $image $talk] {
    if {![file exists $file]} {
        tap::skip_all "needs $file (make)"
    }
}
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need qemu-system-x86_64 qemu-system-x86
set dir [tap::tmp]
cd $dir
# Where talk.asm has its fields.
set fields 0x80
set most 256

proc contents {name} {
    set in [open $name rb]
    set bytes [read $in]
    close $in
    return $bytes
}
proc save {name bytes} {
    set out [open $name wb]
    puts -nonewline $out $bytes
    close $out
}
# The sector of a guest that says TEXT so many TIMES (0: for ever) and ends in a way (0 leaves, 1 resets, 2 halts).
proc sector {text {times 1} {ending 0}} {
    global talk fields most
    if {[string length $text] >= $most} {
        error "text too long"
    }
    set bytes [binary format cca* $times $ending $text]
    return [string replace [contents $talk] $fields [expr {$fields + [string length $bytes] - 1}] $bytes]
}

# Runs acre ARGS -> {status words}.
proc run {args} {
    global acre
    set status 0
    if {[catch {exec timeout -k 1 60 $acre {*}$args </dev/null 2>@1} output options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : -1}]
    }
    return [list $status $output]
}
# Processes that have to do with this test's directory.
proc left {} {
    global dir
    set found {}
    foreach file [glob -nocomplain /proc/\[0-9\]*/cmdline] {
        if {[file dirname $file] ne "/proc/[pid]" && ![catch {contents $file} words]
                && [string first $dir $words] >= 0} {
            lappend found [string map {\0 " "} $words]
        }
    }
    return $found
}
# A point: the farm says PATTERN of the guest NAME, whose first sector is SECTOR, and nothing else of Acre's image is
# changed.
proc guest {name pattern sector {scale 0.3}} {
    global image
    save $name.img [string replace [contents $image] 0 511 $sector]
    lassign [run farm --image $name.img --syms [::acre::paths::get syms] --select ladder/64M --emulator qemu \
        --retries 0 --timeout-scale $scale --out out] status output
    set line [lindex [split $output \n] 0]
    set good [expr {$status == 1 && [string match "$pattern" $line] && ![regexp {[^\n -~]} $output]}]
    tap::ok [expr {$good && [left] eq ""}] "$name: [lindex [split $pattern] 0]" "status $status\n$output\n[left]"
}
# A point: with TEXT as the emulator, acre boot ends with STATUS and says PATTERN.
proc emulator {name status pattern text} {
    global image env dir
    save [file join fake qemu-system-x86_64] $text
    file attributes fake/qemu-system-x86_64 -permissions 0755
    set path $env(PATH)
    set env(PATH) $dir/fake:$path
    lassign [run boot --timeout 2 $image] got output
    set env(PATH) $path
    set good [expr {$got == $status && [string match $pattern [lindex [split $output \n] 0]]
        && [string length $output] < 1300 && ![regexp {[\x00-\x08\x0b-\x1f\x7f]} $output]}]
    tap::ok [expr {$good && [left] eq ""}] "an emulator that $name" "status $got\n$output\n[left]"
}

# Those that never end take long.
set talkers [tap::sample {endless babble} 1]
tap::plan [expr {18 + [llength $talkers]}]
set head "TAP version 13\n1..1\nok 1 - a\n"
set talk_of(endless) [sector "A report without an end [string repeat ., 90]\n" 0]
set talk_of(babble) [sector [string repeat A 250] 0]
foreach talker $talkers {
    guest $talker "HANG * timeout: still talking after 4M; *" $talk_of($talker) 1
}
guest imitation "FAIL * audit: *acre_audit_point*" [sector "$head# exit 0\n"]
guest skipper "FAIL * skipped: *" [sector "TAP version 13\n1..0 # SKIP no wish\n# exit 0\n"]
guest short-plan "CRASH * torn: line 4: 1 points of the plan's 5" [sector "[string map {1..1 1..5} $head]# exit 0\n"]
guest exit-twice "CRASH * torn: line 5: text after the exit line: *" [sector "$head# exit 0\n# exit 0\n"]
guest exit-early "CRASH * torn: line 5: text after the exit line: *" [sector "$head# exit 0\nok 2 - b\n"]
guest exit-only "CRASH * torn: line 1: no version line" [sector "# exit 0\n"]
guest escapes "CRASH * torn: line 3: *" [sector "[string map [list ok \33\[31mok] $head]# exit 0\n"]
guest panic-escapes "CRASH * panic: ?\\\[31m? \\\$x \\\[exit\\\] {" \
    [sector "# panic: \33\[31m\7 \$x \[exit\] {\n# exit 3\n"]
guest reset-after "CRASH * reset: *last line '# exit 0'" [sector "$head# exit 0\n" 1 1]
guest halt-after "HANG * dead-halt: *last line '# exit 0'" [sector "$head# exit 0\n" 1 2]
guest huge-numbers "CRASH * torn: *" [sector "TAP version 13\n1..[string repeat 9 40]\nok 1\n# exit 0\n"]
guest silent "CRASH * torn: line 0: no output at all" [sector ""]

# The image and the map may have any name, the run's directory too.
set odd " \$x, a=b; 'q' \"d\" {\[exit\] "
file mkdir $odd
file copy [file join [::acre::paths::get maps] zoo c-all-types.map] [file join $odd $odd.map]
file copy $image [file join $odd $odd.img]
lassign [run boot --keep [file join $odd keep] --map [file join $odd $odd.map] [file join $odd $odd.img]] status output
tap::ok [expr {$status == 0 && [string match "*# exit 0" $output]}] "names with every odd character" "$status $output"

# What calls itself an emulator
file mkdir fake
emulator "ends at once with words" 2 "acre: ERROR emulator: QEMU ended with status 1: no, thanks" \
    "#!/bin/sh\necho no, thanks\nexit 1\n"
emulator "writes rubbish" 2 "acre: ERROR emulator: QEMU ended with status 3: *..." \
    "#!/bin/sh\nhead -c 50000 /dev/urandom\nexit 3\n"
emulator "is killed" 2 "acre: ERROR emulator: QEMU was killed by SIGSEGV" "#!/bin/sh\nkill -SEGV \$\$\n"
emulator "is no program" 2 "acre: ERROR emulator: *" "\1\2\3 rubbish\n"

# The farm's own clocks have no part in this: a reader that goes away ends a boot at once.
set began [clock milliseconds]
catch {exec sh -c {"$0" boot "$1" | head -n 1} $acre $image 2>@1} output
tap::ok [expr {[llength [split $output \n]] <= 2 && [clock milliseconds] - $began < 10000 && [left] eq ""}] \
    "a reader that goes away" $output
tap::done
