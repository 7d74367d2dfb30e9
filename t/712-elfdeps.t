#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What a program needs is told from its ELF headers: the same libraries as ld.so finds for real programs of this host,
# the right ones where RPATH, RUNPATH, LD_LIBRARY_PATH and $ORIGIN compete, and a clear word for what is damaged.

source [file join $::env(srcdir) tap.tcl]
::acre::paths::use elfdeps
set dir [tap::tmp]
set real [lmap name {sh ls tclsh make bash} {
    set path [lindex [auto_execok $name] 0]
    if {$path eq "" || ![::acre::elfdeps::is $path]} continue
    set path
}]
tap::plan [expr {[llength $real] + 36}]

proc closure {guest {library_path {}} {find ::find}} {
    return [::acre::elfdeps::closure $guest $library_path $find]
}
proc find {guest} {
    return [expr {[file exists $guest] ? $guest : ""}]
}
proc name {paths} {
    return [lmap path $paths {string map [list $::dir T] $path}]
}

# Real programs: ld.so lists the same names, wherever links lead.
foreach path $real {
    set interpreter [dict get [::acre::elfdeps::read $path] interpreter]
    set listed [lsort [regexp -all -inline {/[^ \t\n]+(?= \()} [exec $interpreter --list $path]]]
    set got [lsort [lrange [closure $path] 1 end]]
    tap::is [lsort [lmap file $got {file tail $file}]] [lsort [lmap file $listed {file tail $file}]] \
        "[file tail $path] needs what ld.so says"
}

# ELF files of our own making: MACHINE TYPE, then a list of {kind text}.
proc strings {entries offsets} {
    upvar 1 $offsets at
    set table \0
    foreach {kind text} $entries {
        lappend at [string length $table]
        append table $text\0
    }
    return $table
}
proc elf {entries {interpreter ""} {type 3} {machine 62}} {
    set tags {needed 1 soname 14 rpath 15 runpath 29}
    set offsets {}
    set table [strings $entries offsets]
    set dynamic ""
    foreach {kind text} $entries at $offsets {
        append dynamic [binary format ww [dict get $tags $kind] $at]
    }
    set base 0x10000
    set first [expr {64 + 3 * 56}]
    set size [expr {[string length $dynamic] + 48}]
    append dynamic [binary format wwwwww 5 [expr {$base + $first + $size}] 10 [string length $table] 0 0]
    set body $dynamic$table
    set named [expr {$interpreter eq "" ? 0 : [string length $interpreter] + 1}]
    set whole [expr {$first + [string length $body] + $named}]
    set segments [binary format iiwwwwww 1 5 0 $base $base $whole $whole 4096]
    append segments [binary format iiwwwwww 2 6 $first [expr {$base + $first}] 0 $size $size 8]
    append segments [binary format iiwwwwww [expr {$named ? 3 : 4}] 4 [expr {$first + [string length $body]}] 0 0 \
        $named $named 1]
    set header "\x7fELF\x02\x01\x01[string repeat \0 9]"
    append header [binary format ssiwwwissssss $type $machine 1 $base 64 0 0 64 56 3 64 0 0]
    return $header$segments$body[expr {$named ? "$interpreter\0" : ""}]
}
proc save {name bytes} {
    set path $::dir/$name
    file mkdir [file dirname $path]
    set channel [open $path wb]
    puts -nonewline $channel $bytes
    close $channel
    return $path
}
proc make {name entries args} {
    return [save $name [elf [string map [list T/ $::dir/] $entries] {*}$args]]
}

set program [make bin/plain {needed libone.so runpath T/lib} $dir/ld]
make ld {}
make lib/libone.so {soname libone.so needed libtwo.so runpath T/lib}
make lib/libtwo.so {soname libtwo.so}
tap::is [dict get [::acre::elfdeps::read $program] interpreter] $dir/ld "the interpreter's name"
tap::is [dict get [::acre::elfdeps::read $program] type] dyn "the type"
tap::is [dict get [::acre::elfdeps::read [make bin/fixed {} "" 2]] type] exec "the type of one at fixed addresses"
tap::is [name [closure $program]] {T/bin/plain T/ld T/lib/libone.so T/lib/libtwo.so} "program, interpreter, libraries"
tap::is [name [closure [make bin/static {}]]] T/bin/static "a static program needs itself"
tap::is [name [closure [make bin/twice {needed libone.so needed libtwo.so needed libone.so runpath T/lib} $dir/ld]]] \
    {T/bin/twice T/ld T/lib/libone.so T/lib/libtwo.so} "each once"
make lib/libround.so {needed libround.so needed libagain.so runpath T/lib}
make lib/libagain.so {needed libround.so runpath T/lib}
tap::is [name [closure [make bin/round {needed libround.so runpath T/lib}]]] \
    {T/bin/round T/lib/libround.so T/lib/libagain.so} "libraries that need each other"

# Who is asked first.
foreach place {a b c} {
    make $place/libwhere.so {soname libwhere.so}
}
foreach {what entries library_path want} {
    "RPATH"                        {needed libwhere.so rpath T/a}                  {}  a
    "RPATH before LD_LIBRARY_PATH" {needed libwhere.so rpath T/a}                  b   a
    "LD_LIBRARY_PATH before RUNPATH" {needed libwhere.so runpath T/a}              b   b
    "RUNPATH hides RPATH"          {needed libwhere.so rpath T/a runpath T/c}      {}  c
    "RPATH in order"               {needed libwhere.so rpath T/none:T/b:T/a}       {}  b
    "$ORIGIN"                      {needed libwhere.so runpath $ORIGIN/../c}       {}  c
    "${ORIGIN}"                    {needed libwhere.so runpath ${ORIGIN}/../b}     {}  b
} {
    set path [make bin/where $entries]
    set got [lindex [closure $path [lmap place $library_path {set place $dir/$place}]] 1]
    tap::is [file normalize $got] $dir/$want/libwhere.so "$what"
}
make mid/libmid.so {needed libwhere.so}
set path [make bin/chain {needed libmid.so rpath T/mid:T/a}]
tap::is [name [closure $path]] {T/bin/chain T/mid/libmid.so T/a/libwhere.so} "RPATH of who loaded who needs it"
set path [make bin/chain {needed libmid.so runpath T/mid:T/a}]
tap::raises {closure $path} {ACRE BAD} "libwhere.so is missing: $dir/mid/libmid.so needs it; looked for in *" \
    "RUNPATH is not inherited, and who needs it is named"
make lib/libwhere.so {} "" 3 40
set path [make bin/where {needed libwhere.so runpath T/lib:T/a}]
tap::is [name [closure $path]] {T/bin/where T/a/libwhere.so} "another machine's library is passed over"
set path [make bin/slash "needed $dir/b/libwhere.so"]
tap::is [name [closure $path]] {T/bin/slash T/b/libwhere.so} "a needed path is taken as it is"
make lib/libalias.so {soname libreal.so}
set path [make bin/alias {needed libalias.so needed libreal.so runpath T/lib}]
tap::is [name [closure $path]] {T/bin/alias T/lib/libalias.so} "a library that is loaded is known by its soname"

# musl's way: one path, RUNPATH inherited, its libc is itself.
make lib/ld-musl-x86_64.so.1 {}
make other/libmid.so {needed libwhere.so needed libc.so needed libc.musl-x86_64.so.1}
set path [make bin/musl {needed libmid.so needed libpthread.so runpath T/other:T/c} $dir/lib/ld-musl-x86_64.so.1]
tap::is [name [closure $path]] {T/bin/musl T/lib/ld-musl-x86_64.so.1 T/other/libmid.so T/c/libwhere.so} "under musl"

# /etc/ld.so.conf, through the guest's eyes.
file mkdir $dir/etc
save etc/ld.so.conf "# a comment\ninclude $dir/etc/*.conf\n$dir/none $dir/a # and another\n"
save etc/x.conf "$dir/mid\ninclude $dir/etc/ld.so.conf\n"
make mid/libconf.so {}
proc guest {path} {
    return [find [string map [list /etc/ld.so.conf $::dir/etc/ld.so.conf] $path]]
}
set path [make bin/conf {needed libconf.so needed libwhere.so}]
tap::is [name [closure $path {} guest]] {T/bin/conf T/mid/libconf.so T/a/libwhere.so} \
    "directories of ld.so.conf, with an include that goes in circles"

# Damage: never an error of our own.
set good [elf {needed libone.so soname libx.so runpath /lib} /lib/ld.so]
foreach {what bytes pattern} [list \
    "no ELF file" "#!/bin/sh\n" "*its header is not that of*" \
    "an empty file" "" "*its header is not that of*" \
    "32 bits" [string replace $good 4 4 \x01] "*its header is not that of*" \
    "the other byte order" [string replace $good 5 5 \x02] "*its header is not that of*" \
    "another machine" [elf {} "" 3 183] "*its machine is 183, its type 3" \
    "an object file" [elf {} "" 1] "*its machine is 62, its type 1" \
    "no program headers" [string replace $good 56 57 \0\0] "*it has 0 program headers of 56 bytes" \
    "program headers of another size" [string replace $good 54 54 \x20] "*it has 3 program headers of 32 bytes" \
    "the table beyond the end" [string replace $good 32 39 [binary format w 1000000]] \
        "*table of program headers lies*" \
    "the dynamic section beyond the end" [string replace $good 128 135 [binary format w 1000000]] \
        "*its dynamic section lies beyond*" \
    "strings in no segment" [string replace $good 80 87 [binary format w 0x700000]] \
        "*strings at 0x* lie in no segment" \
] {
    set path [save bin/damaged $bytes]
    tap::raises {::acre::elfdeps::read $path} {ACRE BAD} "$path is no x86-64 ELF file$pattern" "$what"
}
expr {srand(471)}
set wild {}
for {set i 0} {$i < 2000} {incr i} {
    set bytes $good
    for {set n [expr {1 + int(rand() * 4)}]} {$n > 0} {incr n -1} {
        set at [expr {16 + int(rand() * ([string length $good] - 16))}]
        set bytes [string replace $bytes $at $at [binary format c [expr {int(rand() * 256)}]]]
    }
    if {rand() < 0.3} {
        set bytes [string range $bytes 0 [expr {int(rand() * [string length $bytes])}]]
    }
    set path [save bin/damaged $bytes]
    if {[catch {::acre::elfdeps::read $path} why options]
            && [lrange [dict get $options -errorcode] 0 1] ne "ACRE BAD"} {
        lappend wild $why
    }
}
tap::is [lsort -unique $wild] {} "2,000 damaged files are read or refused by name"
tap::is [::acre::elfdeps::is $dir/none] 0 "a file that is not there is none"
tap::raises {closure [make bin/gone {} $dir/no-ld]} {ACRE BAD} "$dir/no-ld is missing: $dir/bin/gone names it*" \
    "an interpreter that is not there"
tap::raises {closure [make bin/need {needed libnone.so} $dir/ld]} {ACRE BAD} "libnone.so is missing: $dir/bin/need*" \
    "a library that is nowhere"
tap::done
