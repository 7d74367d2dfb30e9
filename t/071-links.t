#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# What the texts name is there: files that they link to, headings within them, files and tests in back quotes, targets
# of make, subcommands of acre.  In names of files words of capitals and "1NN-name" stand for anything.
source [file join $::env(srcdir) tap.tcl]
set top $::env(top_srcdir)

# The text without its blocks of code.
proc prose {text} {
    set lines {}
    set fenced 0
    foreach line [split $text \n] {
        if {[string match "```*" $line]} {
            set fenced [expr {!$fenced}]
        } elseif {!$fenced && ![string match "    *" $line]} {
            lappend lines $line
        }
    }
    return [join $lines \n]
}
# What a link to a heading of TEXT may say.
proc fragments {text} {
    return [lmap {- title} [regexp -all -inline -line {^#+ (.*)$} [prose $text]] {
        string map {" " -} [regsub -all {[^a-z0-9 _-]} [string tolower $title] ""]
    }]
}
# TARGET of a link in FILE: what is wrong with it, or nothing.
proc link_wrong {file target} {
    if {[regexp {^[a-z]+:} $target]} return
    regexp {^([^#]*)#?(.*)$} $target - path fragment
    set path [expr {$path eq "" ? $file : [file join [file dirname $file] $path]}]
    if {![file exists $path]} {
        return "no such file"
    }
    if {$fragment ne "" && $fragment ni [fragments [tap::slurp $path]]} {
        return "no such heading"
    }
}
# WORD in back quotes: what is wrong with it, or nothing.
proc word_wrong {top word} {
    # A test by its number, or without its suffix; a unit test is a program of t/unit.
    regsub {^t/([0-9]+)$} [regsub {^t/(\d)xx$} $word {t/\1??}] {t/\1-} word
    if {[regexp {^t/[^.]*$} $word]} {
        set words [list $word* t/unit/[string range $word 2 end]*]
    } else {
        set words [list $word]
    }
    set word [lindex $words 0]
    if {[regexp {^(boot|src|tools|farm|t|doc|debian|rpm|m4)/[A-Za-z0-9_*@{}/.-]+$} $word]} {
        set words [lmap name $words {regsub -all {[A-Z]{3,}[A-Z-]*} [regsub -all {[0-9N]*N-name} $name *] *}]
        # What a build makes stands in the build tree.
        foreach dir [list $top $::env(top_builddir)] {
            if {[llength [glob -nocomplain -directory $dir -- {*}$words]]} return
        }
        return "no such file"
    }
    if {[regexp {^make ([a-z][a-z-]*)( .*)?$} $word - target] && ![has_target $target]} {
        return "no such target"
    }
    if {[regexp {^(?:\./)?acre ([a-z][a-z-]*)( .*)?$} $word - command] \
            && ![file exists [file join $top farm lib cmd_$command.tcl]]} {
        return "no such command"
    }
}
proc has_target {target} {
    global makefile
    return [regexp -line "^(\[^:=\\t#\]* )?$target\[ :\]" $makefile]
}
# "FILE: what: why" of each thing that is wrong in FILE.
proc wrongs {top file} {
    set text [prose [tap::slurp $file]]
    set wrongs {}
    foreach {- target} [regexp -all -inline {\]\(([^)\s]+)\)} $text] {
        set why [link_wrong $file $target]
        if {$why ne ""} {
            lappend wrongs "[file tail $file]: link to $target: $why"
        }
    }
    # In doc/gdb.md "acre" is gdb's command.
    set text [expr {[file tail $file] eq "gdb.md" ? [string map {"`acre " "`"} $text] : $text}]
    foreach {- word} [regexp -all -inline {`([^`]+)`} $text] {
        set why [word_wrong $top [regsub -all {\s+} $word " "]]
        if {$why ne ""} {
            lappend wrongs "[file tail $file]: `$word`: $why"
        }
    }
    return $wrongs
}

set makefile [tap::slurp [file join $::env(top_builddir) Makefile]]
set files [lsort [glob -directory $top *.md doc/*.md]]
tap::plan [expr {[llength $files] + 2}]
foreach file $files {
    tap::is [join [wrongs $top $file] \n] "" "[string range $file [string length $top]+1 end]: what it names is there"
}

# Every text of doc/ is a chapter.
set list [tap::slurp [file join $top doc manual.md]]
set named [lmap {- name} [regexp -all -inline -line {^- \[[^]]*\]\(([^)]+)\)} $list] {file tail $name}]
set missing [lmap file [glob -directory $top -tails doc/*.md *.md] {
    if {[file tail $file] in [concat manual.md $named]} continue
    set file
}]
tap::is $missing {} "every text is a chapter of doc/manual.md"

# A text with a mistake of each kind.
set dir [tap::tmp]
set out [open [file join $dir bad.md] w]
puts $out "# Head\n\[a\](none.md) \[b\](#nowhere) \[c\](#head) `src/none.c` `t/999` `make nothing` `acre nothing`"
puts $out "`doc/boot.md` `t/0xx` `make check TESTS=x` `acre farm` `src/kernel/checks_*.c` `t/NNN-name.t`"
puts $out "\n    `src/none.c`"
close $out
tap::is [llength [wrongs $top [file join $dir bad.md]]] 6 \
    "a link, a heading, a file, a test, a target and a command that are not there are found"
file delete -force $dir
