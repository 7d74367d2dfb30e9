#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# acre image with a program: what is in the image's archive and its header, and one clear line for everything that
# cannot go into an image.

source [file join $::env(srcdir) tap.tcl]
source $::env(top_builddir)/gen/layout.tcl
::acre::paths::use image program
set acre [file join $::env(top_builddir) acre]
if {![file exists [::acre::paths::get image]]} {
    tap::skip_all "there is no acre.img in the build tree"
}
tap::plan 51
set dir [tap::tmp]
set out [file join $dir out.img]

# -> {status output errors}
proc run {args} {
    set err [file join $::dir err]
    set status 0
    if {[catch {exec -keepnewline $::acre {*}$args 2>$err} output options]} {
        set status [lindex [dict get $options -errorcode] 2]
        set output ""
    }
    set channel [open $err]
    set errors [string trimright [read $channel] \n]
    close $channel
    return [list $status $output $errors]
}
proc save {name text {mode 0755}} {
    file mkdir [file dirname $::dir/$name]
    set channel [open $::dir/$name wb]
    puts -nonewline $channel $text
    close $channel
    file attributes $::dir/$name -permissions $mode
    return $::dir/$name
}
# The file NAME of the image's archive.
proc inside {name} {
    return [::acre::image::file $::out [::acre::image::load $::out] $name]
}
proc slurp {path} {
    set channel [open $path rb]
    set bytes [read $channel]
    close $channel
    return $bytes
}
proc texts {} {
    return [lrange [split [inside .acre/run] \0] 0 end-1]
}

# A program of our own, without libraries; a link leads to it.
set elf "\x7fELF\x02\x01\x01[string repeat \0 9]"
append elf [binary format ssiwwwissssss 2 62 1 0x400078 64 0 0 64 56 1 64 0 0]
append elf [binary format iiwwwwww 1 5 0 0x400000 0x400000 200 200 4096]
set program [save bin/program [binary format a200 $elf]]
exec ln -s bin/program $dir/link
cd $dir

tap::is [run image -o $out --set a=b $program one {two words} ""] {0 {} {}} "an image with a program"
set path [string range $program 1 end]
tap::ok [expr {[inside $path] eq [slurp $program]}] "the program is in it, at its own path"
tap::is [lrange [texts] 0 4] [list 4 $program one {two words} ""] "so are its arguments"
tap::is [lrange [texts] end-1 end] [list / $program] "the working directory and the program's path"
tap::is [::acre::image::options [::acre::image::load $out]] {a b} "and the options"
set bytes [slurp $out]
set head [::acre::image::load $out]
set at [expr {[dict get [::acre::image::archive $head] lba] * 512}]
tap::is [expr {$at % 4096}] 0 "the archive begins at a page of the image's file"
binary scan $bytes @[expr {446 + 16 + 4}]cu@[expr {446 + 16 + 8}]iuiu type first sectors
tap::is [list $type [expr {$first * 512}]] [list [expr {$::layout::IMAGE_ARCHIVE_TYPE}] $at] \
    "partition 2 is where it is"
tap::is [expr {$sectors / 8}] [dict get [::acre::image::archive $head] pages] "and as large"
binary scan $bytes @[expr {446 + 12}]iu before
tap::ok [expr {(1 + $before) * 512 <= $at}] "partition 1 ends before it"
tap::is [string length $bytes] [expr {$::layout::IMAGE_SIZE}] "a small program's image is still a floppy"

run image -o $out --env A=1 --env PATH=/p --env A=2=3 --cwd /tmp --arg0 zero ./link x
tap::is [lrange [texts] 0 2] {2 zero x} "--arg0"
tap::is [lrange [texts] end-1 end] [list /tmp $dir/link] "--cwd"
set environment [lrange [texts] 4 end-2]
tap::is [lindex [texts] 3] [llength $environment] "the environment is counted"
tap::is [lsearch -all -inline -regexp $environment {^(A|PATH)=}] {PATH=/p A=2=3} "--env, the last one of a name"
tap::is [string length [inside $path]] 200 "a link's target comes along"
tap::is [inside [string range $dir/link 1 end]] bin/program "so does the link"

save root/etc/words "hello\n" 0644
save root/bin/tool [slurp $program]
tap::is [lindex [run image -o $out --root root --file $program:/opt/other --file root/etc:/e /bin/tool] 0] 0 \
    "--root and --file"
tap::is [lmap name {etc/words opt/other bin/tool e/words} {string length [inside $name]}] {6 200 200 6} \
    "all that they name is there, and the program is found there"
set ::env(PATH) $dir/bin:$::env(PATH)
tap::is [lindex [run image -o $out program] 0] 0 "a program is found in PATH"
tap::is [lindex [texts] end] $program "at its whole path"

# Scripts.
save bin/script "#!$program -x\n"
tap::is [lindex [run image -o $out script 1] 0] 0 "a script"
tap::is [list [lindex [texts] end] [string length [inside $path]]] [list $dir/bin/script 200] "with its interpreter"
save bin/env [slurp $program]
save bin/wrapped "#!$dir/bin/env -S program\n"
tap::is [lindex [run image -o $out wrapped] 0] 0 "a script of env's"
tap::is [string length [inside $path]] 200 "with the program that env is to find"

# Several.
save list "# two\n\n$program 'a b' c\\ d \"e \\\" \\\\ f\" g''h # end\n  script\n" 0644
tap::is [lindex [run image -o $out --commands list] 0] 0 "--commands"
tap::is [::acre::program::paths [inside .acre/run]] [list $program $dir/bin/script] "two programs"
tap::is [lrange [texts] 0 5] [list 5 $program "a b" "c d" "e \" \\ f" gh] "with a shell's quotes"

# From image to image.
set copy [file join $dir copy.img]
run image -o $copy --from $out --set trace=1
set was [inside .acre/run]
set out $copy
tap::is [inside .acre/run] $was "--from takes the archive along"
tap::is [run image --get --from $copy] "0 {trace=1\n} {}" "with new options"
set out [file join $dir out.img]
file delete $out

# One line and status 2; nothing is written.
proc refuses {pattern what args} {
    lassign [run image -o $::out {*}$args] status output errors
    set good [expr {$status == 2 && $output eq "" && [string match "acre: $pattern" $errors]
        && ![string match *\n* $errors] && ![file exists $::out] && [glob -nocomplain $::out*] eq ""}]
    tap::ok $good "$what: one line, status 2, no image" "status $status; $errors"
}
refuses "no program is called 'nonesuch'*" "a program that is nowhere" nonesuch
refuses "./nonesuch does not exist" "a path that is not there" ./nonesuch
refuses "$dir/bin is no executable file" "a directory" $dir/bin
save bin/plain x 0644
refuses "bin/plain is no executable file" "a file without the x bit" bin/plain
save bin/text "hello" 0755
refuses "$dir/bin/text is neither an ELF program nor a script*" "a text" text
save bin/gone "#!/nonesuch/sh\n"
refuses "/nonesuch/sh is missing: the script $dir/bin/gone names it*" "a script without its interpreter" gone
save bin/loop "#!$dir/bin/loop\n"
refuses "$dir/bin/loop: scripts that are scripts' interpreters go deeper than 4" "a script of itself" loop
save bin/short "\x7fELF\x02\x01\x01"
refuses "$dir/bin/short is no x86-64 ELF file*" "an ELF file that is cut short" short
refuses "--root $program is no directory" "a --root that is a file" --root $program program
refuses "--file /nonesuch:/x: /nonesuch does not exist" "a --file that is not there" --file /nonesuch:/x program
refuses "/opt is a file in the image*" "a file where a directory must be" \
    --file $program:/opt --file $program:/opt/x program
refuses "--env wants NAME=VALUE, not 'A'" "a bad --env" --env A program
refuses "--cwd takes a path of the guest, from /, not 'tmp'" "a relative --cwd" --cwd tmp program
refuses "--env is about a program: name one*" "--env without a program" --env A=1
refuses "either --commands or a program, so not 'program' too" "both" --commands list program
refuses "cannot read nonesuch: no such file*" "a list that is not there" --commands nonesuch
save bad "program 'x\n" 0644
refuses "bad:1: a quote has no end*" "an open quote" --commands bad
save none "# nothing\n" 0644
refuses "none has no command" "an empty list" --commands none
refuses "--arg0 is about one program*" "--arg0 with several" --arg0 x --commands list
file mkdir big
exec truncate -s 4294967296 big/file
refuses "* is too large for an image: 4294967296 bytes*" "a file of 4 GiB" --file big/file:/x program
lassign [run image -o /dev/full program] status output errors
tap::is [list $status $errors] {2 {acre: cannot write /dev/full: no space left on device}} "a full disk"
tap::is [glob -nocomplain *.part*] {} "nothing half-written is left"
tap::done
