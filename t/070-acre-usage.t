#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The acre command as a person meets it: help, versions, and for every kind of mistake one clear line and exit status 2.

source [file join $::env(srcdir) tap.tcl]

set acre [file join $::env(top_builddir) acre]

# Runs acre ARGS with no input -> {status output errors}
proc run {args} {
    global acre
    set errors [file join [tap::tmp] errors]
    set failed [catch {exec $acre {*}$args </dev/null 2>$errors} output options]
    set status 0
    if {$failed} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : -1}]
        # exec adds its own words at the end.
        set output [regsub {\n?child process exited abnormally$} $output ""]
    }
    return [list $status $output [contents $errors]]
}

proc contents {path} {
    set file [open $path]
    try {
        return [read $file]
    } finally {
        close $file
    }
}

# A point: acre ARGS ends with status 2, says nothing on standard output and one line that matches PATTERN on
# standard error.
proc refuses {pattern desc args} {
    lassign [run {*}$args] status output errors
    set good [expr {$status == 2 && $output eq "" && [regexp {\Aacre: [^\n]+\n\Z} $errors]
        && [string match "acre: $pattern\n" $errors]}]
    tap::ok $good "$desc: one line, status 2" "acre $args\nstatus $status\noutput: $output\nerrors: $errors"
}

set commands [lmap line [regexp -all -inline -line {^  [a-z]+ +\S.*$} \
    [regsub {^.*\nCommands:\n(.*?)\n\n.*$} [lindex [run help] 1] {\1}]] {lindex $line 0}]
# What this version has.
set must {boot ctl farm help history image map nightly report run shrink top version}
set topics {groups-format map-format nightly-format profile-format results-format}
set dir [tap::tmp]
set bundled [file exists [::acre::paths::get image]]

tap::plan [expr {7 + 2 * [llength $topics] + 3 * [llength $commands] + 19 + 12}]

# Help
lassign [run help] status output errors
tap::is $status 0 "acre help succeeds"
tap::is $errors "" "acre help says nothing on standard error"
foreach command [lsort -unique [concat $must]] {
    set missing [expr {$command in $commands ? "" : $command}]
    if {$missing ne ""} { lappend absent $missing }
}
tap::is [expr {[info exists absent] ? $absent : ""}] "" "acre help lists [join $must {, }]"
tap::is [lindex [run --help] 1] $output "acre --help is acre help"
tap::is [lindex [run --version] 1] "acre [::acre::paths::get version]" "acre --version"
tap::is [lindex [run version] 1] "acre [::acre::paths::get version]" "acre version"
foreach topic $topics {
    lassign [run help $topic] status text
    tap::ok [expr {$status == 0 && [regexp "^acre $topic - " $text] && $topic in [split $output " \n"]}] \
        "acre help $topic has a first line, and acre help has its name" $text
    tap::is [lsearch -inline [split $text \n] [string repeat ? 81]*] "" "acre help $topic fits a terminal"
}
tap::ok [expr {"(no" ni [split $output]}] "every command has a help text" $output
foreach command $commands {
    lassign [run help $command] status text
    set good [expr {$status == 0 && [regexp "^acre $command - " $text]}]
    tap::ok [expr {$good && [regexp -line "^Usage: acre $command" $text]}] \
        "acre help $command has a first line and a usage" $text
    tap::is [lindex [run $command --help] 1] $text "acre $command --help is the same"
    tap::is [lsearch -inline [split $text \n] [string repeat ? 81]*] "" "acre help $command fits a terminal"
}

# Mistakes
refuses "say what to do*" "no command"
refuses "no such command: 'frobnicate'*" "an unknown command" frobnicate
refuses "no such command: '../version'*" "a command that is a path" ../version
refuses "no such option: '-x'*" "an unknown option" -x
refuses "no help about 'frobnicate'*" "help about nothing" help frobnicate
refuses "help takes one command*" "help with two" help image map
refuses "version takes no argument*" "version with an argument" version now
refuses "no such command: 'a b'*" "a command with a blank" "a b"
refuses "no such command: 'Image'*" "a command in capitals" Image
refuses "image wants -o FILE*" "image without anything" image
refuses "image: no such option: '-q'*" "image with an unknown option" image -q
refuses "image: no such option: '--jobs'*" "image with an unknown long option" image --jobs=3
refuses "image: -o needs a value*" "image -o without a name" image -o
refuses "image wants -o FILE*" "image with a program and no file" image /bin/true
foreach command $commands {
    # These load Expect before they look at their words; without it they end with its name, which t/0xx cannot require.
    set expect {exit [catch {package require Expect}]}
    if {$command in {farm boot} && [catch {exec [info nameofexecutable] << $expect}]} continue
    if {$command in {help version image}} continue
    lappend others $command
}
foreach command [lrange [concat $others {image image image image image}] 0 4] {
    refuses "*--no-such-option*" "$command with an unknown option" $command --no-such-option
}

# acre image and its files
if {!$bundled} {
    for {set i 0} {$i < 12} {incr i} {
        tap::skip "acre image" "there is no acre.img in the build tree"
    }
    tap::done
}
set out [file join $dir disk.img]
tap::is [run image -o $out --set a=b --set a=c --set cpu.x-y=7 --get] [list 0 "a=c\ncpu.x-y=7" ""] \
    "image sets options; the last word counts"
tap::is [run image --from $out --get --set a=] [list 0 "cpu.x-y=7" ""] "an empty value removes one"
tap::is [file size $out] [file size [::acre::paths::get image]] "the copy has the image's size"
refuses "bad option name 'A'*" "a bad option name" image -o $out --set A=1
refuses "bad value 'b c'*" "a value with a blank" image -o $out --set "a=b c"
refuses "--set wants NAME=VALUE, not 'a'*" "an option without a value" image -o $out --set a
refuses "the options take *, an image has room for 503*" "options that do not fit" \
    image -o $out --set a=[string repeat x 502]
refuses "cannot read *nowhere*" "an image that is not there" image --get --from $dir/nowhere
refuses "* is not an Acre image*" "a file that is no image" image --get --from $acre
refuses "cannot write *nowhere/disk.img*" "a directory that is not there" image -o $dir/nowhere/disk.img
refuses "cannot write $dir: it is a directory*" "an output that is a directory" image -o $dir
refuses "cannot write /dev/full: no space left on device*" "a full disk" image -o /dev/full
tap::done
