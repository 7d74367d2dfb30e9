#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre run as a person uses it: programs of this host, with their arguments, input, files and environment, do in the
# guest what they do here, and end with the same status.

source [file join $::env(srcdir) drivers.tcl]
if {[catch {package require Expect}]} {
    tap::skip_all "needs Tcl package Expect (Debian package tcl-expect)"
}
tap::need qemu-system-x86_64 qemu-system-x86
set bochs [expr {[auto_execok bochs] ne ""}]
set acre [file join $::env(top_builddir) acre]
if {![file exists [::acre::paths::get image]]} {
    tap::skip_all "there is no acre.img in the build tree"
}
set dir [tap::tmp]
set ::env(TMPDIR) $dir
tap::plan 30

proc save {name bytes {mode 0755}} {
    set channel [open $::dir/$name wb]
    puts -nonewline $channel $bytes
    close $channel
    file attributes $::dir/$name -permissions $mode
    return $::dir/$name
}
# -> {status output errors}
proc outcome {input words} {
    save in $input
    set status 0
    if {[catch {exec {*}$words <$::dir/in >$::dir/out 2>$::dir/err} - options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [drv::slurp $::dir/out] [string trimright [drv::slurp $::dir/err] \n]]
}
proc run {args} {
    return [outcome "" [list timeout 100 $::acre run {*}$args]]
}
# The same words here, in an environment as the guest's.
proc alike {what input options words} {
    # A shell says a signal's status as acre does.
    set environment [list sh -c {"$@"; exit $?} sh env -i PATH=/usr/bin:/bin HOME=/root]
    set want [lrange [outcome $input [concat $environment $words]] 0 1]
    set got [outcome $input [concat [list timeout 100 $::acre run] $options $words]]
    tap::ok [expr {[lrange $got 0 1] eq $want}] "$what: output and status as here" \
        "got:  [string range $got 0 600]\nwant: [string range $want 0 600]"
}

alike "arguments" "" {} [list /bin/sh -c {for a; do echo "<$a>"; done} sh one {two words} "" * \\ \"\n]
alike "status 3" "" {} {/bin/sh -c {echo out; exit 3}}
alike "no line's end" "" {} {/usr/bin/printf %s abc}
alike "what looks like an end" "" {} [list /usr/bin/printf %s "\n# status 3\n# exit 3\n"]
for {set i 0; set bytes ""} {$i < 256} {incr i} {
    append bytes [binary format c $i]
}
alike "bytes in and out" [string repeat $bytes 40] {} /bin/cat
alike "an empty input" "" {} {/usr/bin/wc -c}
alike "a file" "" [list --file $dir/in:/data] {/usr/bin/sha256sum /dev/null}
# Some 100 KiB wait in pipes; the rest waits in the guest.
exec sh -c {"$0" run seq 1 50000 2>/dev/null </dev/null | (sleep 3; cat)} $acre >$dir/late
tap::ok [expr {[drv::slurp $dir/late] eq "[exec seq 1 50000]\n"}] "who reads late misses nothing" [file size $dir/late]
alike "a signal's status" "" {} {/bin/sh -c {kill -9 $$}}

save script "#!/bin/sh\necho \"\$0 \$1\"; pwd; echo \"\$A\"\n"
set got [run --env A=b --cwd /tmp $dir/script x]
tap::is $got [list 0 "$dir/script x\n/tmp\nb\n" ""] "a script, --env, --cwd"
file mkdir $dir/root/etc
save root/etc/words "hello\n" 0644
tap::is [run --root $dir/root --file $dir/script:/opt/s cat /etc/words /opt/s] \
    [list 0 "hello\n[drv::slurp $dir/script]" ""] "--root and --file"
tap::is [lrange [run --arg0 other sh -c {echo $0}] 0 1] [list 0 "other\n"] "--arg0"

lassign [run --trace /bin/true] status output errors
tap::ok [regexp {exit_group\(status=0\)} $errors] "--trace says the calls" $errors
tap::is [list $status $output] {0 {}} "and leaves output alone"
lassign [run -v /bin/true] status output errors
tap::like $errors "acre: qemu* -m 512M *-cpu max *# program /*true*" "-v: the machine, and what is said before"

lassign [run --memory 1M /bin/ls] status output errors
tap::like [list $status $output $errors] "1 {} *acre: FAIL refused: it refused: not enough usable memory: *" \
    "too little memory: one line says so"
lassign [run --timeout 8 sleep 1000] status output errors
tap::like [list $status $errors] "1 *acre: HANG timeout: *" "--timeout ends a program that sleeps"
tap::is [run --set seed=1 --set aslr=0 /bin/true] {0 {} {}} "--set"
tap::like [run --set nonesuch=1 /bin/true] "1 {} *unknown option in the image: nonesuch=1*" \
    "an unknown option is refused"
foreach {words pattern} {
    {}               "acre: run needs a program*"
    nonesuch         "acre: no program is called 'nonesuch'*"
    {--nonesuch x}   "acre: run: no such option: '--nonesuch'*"
} {
    lassign [run {*}$words] status output errors
    tap::ok [expr {$status == 2 && $output eq "" && [string match $pattern $errors]}] \
        "acre run $words: status 2 and one line" "$status: $errors"
}
if {$bochs} {
    tap::is [run --emulator bochs sh -c {echo bochs; exit 4}] [list 4 "bochs\n" ""] "under Bochs"
    tap::is [lrange [outcome "in\n" [list timeout 100 $acre run --emulator bochs cat]] 0 1] [list 0 "in\n"] \
        "with its input"
} else {
    tap::skip "under Bochs" "needs bochs (Debian package bochs)"
    tap::skip "with its input" "needs bochs (Debian package bochs)"
}
# A prompt that looks like the beginning of the end comes while the program waits for an answer.
log_user 0
remove_nulls 0
set timeout 60
spawn -noecho $acre run sh -c {printf 'a\n# '; read -r answer; printf 'b\n# st'; read -r answer; echo "<$answer>"}
set got ""
set expect_out(buffer) ""
foreach {prompt answer} [list "a\r\n# " one\r "b\r\n# st" two\r] {
    expect timeout break eof break -ex $prompt {
        lappend got $prompt
        send $answer
    }
}
expect eof
set text $expect_out(buffer)
catch wait
tap::is $got [list "a\r\n# " "b\r\n# st"] "prompts are shown"
tap::ok [expr {[string match "*<two>\r\n*" $text] && [string first \r\r $text] < 0}] \
    "a line ends with one CR LF on a terminal" $text
foreach link {-static {}} {
    if {[auto_execok musl-gcc] eq ""} {
        tap::skip "a program of musl's $link" "needs musl-gcc (Debian package musl-tools)"
        continue
    }
    save musl.c "#include <stdio.h>\nint main(int c, char **v) { printf(\"%d %s\\n\", c, v\[1\]); return 5; }\n"
    exec musl-gcc {*}$link -o $dir/musl $dir/musl.c
    tap::is [run $dir/musl word] [list 5 "2 word\n" ""] "a program of musl's $link"
}
set pid [exec $acre run sleep 1000 >/dev/null 2>/dev/null </dev/null &]
after 4000
exec kill -TERM $pid
after 1500
tap::is [list [drv::alive $pid] [glob -nocomplain -directory $dir acre-boot*]] {0 {}} \
    "killed, it leaves neither process nor directory"
tap::is [glob -nocomplain -directory $dir *.part*] {} "nor half an image"
tap::done
