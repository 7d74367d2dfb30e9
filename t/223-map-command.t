#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre map as people call it: words, streams and exit status.
source [file join $::env(srcdir) tap.tcl]
namespace path ::tap

set acre [file join $::env(top_builddir) acre]
if {![file exists $acre]} {
    skip_all "needs the acre command in the build tree: make"
}
plan 57
set dir [tmp]
set ::env(LC_ALL) C
array unset ::env NO_COLOR

# Runs acre map ARGS: {status stdout stderr}.
proc run {args} {
    global acre dir
    set status 0
    if {[catch {exec $acre map {*}$args >$dir/out 2>$dir/err} message options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [slurp $dir/out] [slurp $dir/err]]
}
proc spit {file text} {
    set channel [open $file w]
    puts -nonewline $channel $text
    close $channel
    return $file
}
# A run that must end with 2, one line on standard error that matches, and nothing on standard output.
proc refused {arguments pattern} {
    lassign [run {*}$arguments] status out err
    ok [expr {$status == 2 && $out eq "" && [string match "acre: $pattern\n" $err] && [llength [split $err \n]] == 2}] \
        "refused: acre map [join $arguments]" "status: $status\nstdout: $out\nstderr: $err\nlike:   acre: $pattern"
}
# A run that must end well: its standard output.
proc good {args} {
    lassign [run {*}$args] status out err
    ok [expr {$status == 0 && $err eq ""}] "ends with 0: acre map [join $args]" "status: $status\nstderr: $err"
    return $out
}

set map [spit $dir/m.map "# title: mine\n0x0 0x9fc00 1\n0x100000 0x4000000 1\n"]
set odd [spit $dir/odd.map "# pages-above-1m: 7\n0x0 0x9fc00 1\n0x100000 0x4000000 1\n"]
set hope [spit $dir/hope.map "# expect: refuses: no usable memory\n0x100000 0x4000000 1\n"]
set bad [spit $dir/bad.map "0x0 0x9fc00 1\n0x0 0x1000\n0x0 0x1 one\n"]
set log [spit $dir/boot.log "BIOS-e820: \[mem 0x0000000000000000-0x000000000009fbff\] usable\n"]

# usage
refused {} "map: say what to do with a map; choose from show, check, draw, stats, diff, import, capture*"
refused {paint} "map: unknown subcommand: 'paint'; choose from *"
refused {--frob} "map: unknown subcommand: '--frob'; *"
refused {show --frob} "map show: unknown option: '--frob'; see 'acre help map'"
refused {draw --color=red linux-snb-bad-pages} "map draw: unknown option: '--color'; *"
refused {import -o} "map import: option needs a value: '-o'; *"
refused {check} "map check: no file; *"
refused {draw} "map draw: no file; *"
refused {capture x} "map capture: takes no file: 'x'; *"
refused [list import $log $log] "map import: more than one file: *"
like [lindex [run show --help] 1] "acre map - look at a memory map*" "--help prints the help text"

# show
set shown [good show $map]
like $shown \
    "m\n  title     mine\n  expects   boots\n*   1  0x0000000000000000  0x000000000009fc00   *639 KiB  1 usable\n*" \
    "show: the table"
like $shown "*oracle      boots: 16,286 usable frames (65,144 KiB), by E820\n*158 below 1 MiB, 16,128 from 1 MiB up*" \
    "show: the oracle"
like [good show q-attr0-clear-one] "*quirk     acpi-attr0-clear:4: ECX=24*4,096 from 1 MiB up*" "show: quirks by name"
like [good show c-no-usable-at-all] "*expects   refuses: no usable memory*oracle      refuses: no usable memory*" \
    "show: a refusal"
is [llength [split [string trim [good show zoo]] \n]] 88 "show: a folder, a line a map"
is [llength [split [string trim [good show]] \n]] 583 "show: all bundled maps"
refused {show nonesuch} "nonesuch: no such map file, and no bundled map of this name; *"
refused [list show $bad] "*bad.map:2: an entry has 3 fields*"

# check
like [good check $map zoo] "89 maps checked, 0 with problems\n" "check: good maps"
is [good check -q $map] "" "check -q says nothing of good maps"
lassign [run check $map $odd] status out err
is [list $status $err] [list 1 "acre: $odd: pages-above-1m does not fit the entries: '7'; they make 16128\n"] \
    "check: pages-above-1m that does not follow ends with 1"
lassign [run check $hope] status out err
is [list $status $err] [list 1 "acre: $hope: expectation does not fit the entries: 'refuses: no usable memory';\
    by the rules a kernel boots\n"] "check: an expectation that does not follow ends with 1"
lassign [run check $dir] status out err
is [list $status [llength [split [string trim $err] \n]] $out] [list 2 4 "4 maps checked, 3 with problems\n"] \
    "check: each mistake a line, and 2 goes before 1"
spit $dir/long.txt [string repeat "x\n" 50]
lassign [run check $dir/long.txt] status out err
is [list $status [llength [split [string trim $err] \n]]] {2 11} "check: ten mistakes of a file, then 'and 40 more'"

# draw
set drawn [good draw $map]
like $drawn "\n     m\n     mine\n\n     4K *\n   0 *## usable 63.6M*\n\n  oracle      boots: *" "draw: the picture"
ok [string is ascii $drawn] "draw: ASCII where the locale is"
ok [expr {![regexp {\033} $drawn]}] "draw: no colours off a terminal"
ok [regexp {\033\[0;32m} [good draw --color $map]] "draw: colours if asked for"
set ::env(LC_ALL) C.UTF-8
like [good draw $map] "*\u2588\u2588 usable*" "draw: UTF-8 where the locale is"
ok [string is ascii [good draw --ascii $map]] "draw: ASCII if asked for"

# import and capture
set got [good import $log]
is $got "# source: BIOS-e820 lines of a boot log (boot.log)\n# expect: boots\n0x0 0x9fc00 1\n" "import: a map file"
good import --title "my machine" -o $dir/new.map $log
is [slurp $dir/new.map] "# title: my machine\n$got" "import: title and file"
like [good check $dir/new.map] "1 map checked, 0 with problems\n" "import: makes a good map"
is [exec $acre map import < $log] [string map {boot.log "standard input"} [string trim $got]] \
    "import: from standard input"
refused [list import $map] "*m.map:3: no memory map found up to here; *"
refused [list import --map x $log] "map import: --map 'x' is not the number of a map in the log, counted from 1"
refused [list import --map 2 $log] "*boot.log:1: no map 2: there are 1"
set two [spit $dir/two.log "BIOS-e820: \[mem 0x0000000000000000-0x000000000009fbff\] usable\nx\nSMAP type=01\
    base=0000000000000000 len=000000000009f000\n"]
lassign [run import $two] status out err
is [list $status $err [lindex [split $out \n] 2]] [list 0 "acre: $two:1: took the BIOS-e820 map that begins here; left\
    out: map 2 (SMAP, line 3); --map takes another\n" "0x0 0x9fc00 1"] "import: of two maps the best, and it is said"
lassign [run import --map=2 $two] status out err
is "$status [lindex [split $out \n] 2]" "0 0x0 0x9f000 1" "import: --map takes the other"
refused [list import $dir/nothing] "*nothing: cannot be read: no such file or directory; *"
refused [list import -o $dir/no/such/dir $log] "*no/such/dir: cannot be written: no such file or directory; *"
refused [list capture --from $dir/nothing] "*nothing: not there; *"
done
