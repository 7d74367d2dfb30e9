#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# doc/walk.md: every command in it is typed again, in a directory beside the build's, and says what stands there; "..."
# stands for any lines, and at a line's end for the rest of it.  Numbers may be others, but not in a block that is
# "console exact".  And the picture in it is of that case.
source [file join $::env(srcdir) tap.tcl]
tap::need qemu-system-x86_64 qemu-system-x86

set top $::env(top_srcdir)
set build $::env(top_builddir)
set acre [file join $build acre]
if {![file exists $acre]} {
    tap::skip_all "needs the acre command in the build tree: make"
}

# The walk's directory is as a build tree: ../farm is the sources'.
set root [tap::tmp]
set dir [file join $root build]

# Without the paths of this machine; and numbers as "#".
proc plain {line} {
    global dir
    return [string map [list $dir/ ""] [string trimright $line]]
}
proc masked {line} {
    return [regsub -all {0x[0-9a-f]+|[0-9][0-9.,]*} [plain $line] #]
}
# {command how expected-lines} of each command in the text's console blocks.
proc commands {text} {
    set commands {}
    set how ""
    foreach line [split $text \n] {
        if {[string match "```*" $line]} {
            set how [dict get {"```console" masked "```console exact" plain "```" ""} $line]
        } elseif {$how ne "" && [string match {$ *} $line]} {
            lappend commands [list [string range $line 2 end] $how {}]
        } elseif {$how ne ""} {
            lset commands end 2 [concat [lindex $commands end 2] [list $line]]
        }
    }
    return $commands
}
proc same {how got want} {
    if {[string match "* ..." $want]} {
        set want [string range $want 0 end-4]
        return [string equal -length [string length [$how $want]] [$how $want] [$how $got]]
    }
    return [expr {[$how $got] eq [$how $want]}]
}
# Where GOT stops to be WANT, as HOW (masked, plain) sees lines, or nothing.
proc difference {how got want} {
    set at 0
    set free 0
    foreach line $want {
        if {$line eq "..."} {
            set free 1
            continue
        }
        while {$free && $at < [llength $got] && ![same $how [lindex $got $at] $line]} {
            incr at
        }
        if {$at >= [llength $got] || ![same $how [lindex $got $at] $line]} {
            return "want: $line\ngot:  [expr {$at < [llength $got] ? [lindex $got $at] : "(the end)"}]"
        }
        set free 0
        incr at
    }
    return [expr {$free || $at == [llength $got] ? "" : "more than wanted: [lindex $got $at]"}]
}

set commands [commands [tap::slurp [file join $top doc walk.md]]]
tap::plan [expr {[llength $commands] + 5}]
tap::is [difference masked {a 1 b c} {a 2 ... c}] "" "numbers and what is left out may be others"
tap::is [lindex [split [difference plain {a 1} {a 2}] \n] 0] "want: 2" "where they count, they may not"
tap::is [difference masked {a b} {a}] "more than wanted: b" "a line more is one too many"

file mkdir $dir
file link -symbolic [file join $root farm] [file join $top farm]
file link -symbolic [file join $dir acre] $acre
file mkdir [file join $build broken]
file link -symbolic [file join $dir broken] [file join $build broken]
set ::env(LC_ALL) C.UTF-8
array unset ::env NO_COLOR
array unset ::env COLUMNS
foreach name {MAKEFLAGS MFLAGS MAKELEVEL} {
    array unset ::env $name
}
set make [expr {[info exists ::env(MAKE)] ? $::env(MAKE) : "make"}]
foreach command $commands {
    lassign $command line how want
    # make is this build's; all else is typed as it stands.
    set typed [regsub {^make } $line "$make -C '$build' "]
    catch {exec sh -c "cd '$dir' && { $typed ; } 2>&1" </dev/null >$root/said}
    set said [split [string trimright [tap::slurp $root/said] \n] \n]
    set problem [difference $how $said $want]
    tap::ok [expr {$problem eq ""}] $line $problem
}

# What the picture tells in words: the same owners, with the same parts of memory unknown.
proc owners {file} {
    regexp {<desc id="desc">(.*?)</desc>} [tap::slurp $file] - words
    return [masked $words]
}
set drawn [file join $dir good boot@zoo acpi60-spec-example,emu=qemu ledger.svg]
tap::is [owners $drawn] [owners [file join $top doc pictures case-memory.svg]] \
    "doc/pictures/case-memory.svg is that case's ledger.svg"
tap::ok [string match "*Ledger and pages agree*" [tap::slurp $drawn]] "whose ledger and pages agree" [owners $drawn]
file delete -force $root
