#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Completion in bash and zsh: what the rows say that tools/help-table makes of the help texts is what the commands take,
# and what a person gets who types and presses the tabulator.

source [file join $::env(srcdir) tap.tcl]
set build $::env(top_builddir)
set acre [file join $build acre]

# --- the rows against the tables of options ---------------------------------------------------------------------------

set file [open [file join $build doc completion rows]]
set rows [lmap line [split [string trim [read $file]] \n] { split $line | }]
close $file
proc rows {kind command} {
    return [lmap row $::rows {
        if {[lindex $row 0] ne $kind || ($command ne "" && [lindex $row 1] ne $command)} continue
        set row
    }]
}

# Options that only the command itself gives: acre report --pages, for a share of the pages.
set internal {--pages}

# The options that COMMAND takes by its code: dict option -> flag, one, list or maybe; several values in the rows'
# sense are "list", but a program's command takes them one by one.
proc taken {command} {
    if {$command eq "map"} {
        return [words_taken $::acre::cmdmap::options]
    }
    set tables [lmap name [list ::acre::${command}::ARGUMENTS ::acre::${command}::TABLE ::acre::${command}::options \
            ::acre::cmd${command}::options] {
        if {![info exists $name]} continue
        set name
    }]
    if {$tables eq ""} {
        return {}
    }
    return [dict map {option rule} [dict remove [set [lindex $tables 0]] {*}$::internal] {lindex $rule 0}]
}
# The same of acre map's table, subcommand -> options, where a = says that there is a value.
proc words_taken {table} {
    set taken {}
    foreach words [dict values $table] {
        foreach word $words {
            dict set taken [string trimright $word =] [expr {[string match *= $word] ? "one" : "flag"}]
        }
    }
    return $taken
}
# What differs, in words.
proc differences {command} {
    set taken [taken $command]
    set differences {}
    foreach row [rows o $command] {
        lassign $row - - - option arity
        if {$option eq "--help"} continue
        if {![dict exists $taken $option]} {
            lappend differences "$option is in the help only"
        } elseif {($arity in {one list}) != ([dict get $taken $option] in {one list})} {
            lappend differences "$option is $arity in the help, [dict get $taken $option] in the code"
        }
        dict unset taken $option
    }
    foreach option [dict keys $taken] {
        lappend differences "$option is not in the help"
    }
    return [join $differences \n]
}

proc groups {} {
    set file [open [file join [::acre::paths::get maps] groups.conf]]
    set names [lmap {- name} [regexp -all -inline -line {^\[([a-z-]+)\]$} [read $file]] { set name }]
    close $file
    return $names
}

set commands [lmap row [rows c ""] { lindex $row 1 }]
namespace eval ::acre::cmd {}
::acre::paths::use err
foreach command $commands {
    ::acre::paths::use cmd_$command
}

# --- shells -----------------------------------------------------------------------------------------------------

# What bash would offer for the last of WORDS, sorted.
proc offered {args} {
    set script {
        . "$0"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        _acre
        printf '%s\n' "${COMPREPLY[@]}" | sort
    }
    return [exec bash -c $script [file join $::build doc completion acre] {*}$args 2>@1]
}

# The line that stands there after WORDS were typed in SHELL, a tabulator after them; the directory is one with the
# files disk.img and mine.map.
proc typed {shell words} {
    set home [file join [tap::tmp] home]
    file mkdir $home
    foreach name {disk.img mine.map} { close [open [file join $home $name] w] }
    set link [file join $home acre]
    if {![file exists $link]} { file link -symbolic $link $::acre }
    set ::env(PATH) $home:$::path
    set ::env(HOME) $home
    set ::env(TERM) dumb
    if {$shell eq "bash"} {
        set start "PS1='ready> '; bind 'set bell-style none'; . '$::build/doc/completion/acre'"
        spawn -noecho bash --norc --noprofile -i
    } else {
        set start "fpath=('$::build/doc/completion' \$fpath); autoload -Uz compinit && compinit -D -u; unsetopt beep;\
            PS1='ready> '; PS2=; unsetopt prompt_cr prompt_sp zle_bracketed_paste 2>/dev/null"
        spawn -noecho zsh -f -i
    }
    send -- "cd '$home'; $start; echo star''ted\r"
    expect "started\r\n" {} timeout { return "(did not start)" } eof { return "(ended)" }
    expect "ready> "
    # The line is made the argument of an echo.
    send -- "$words\t"
    after 100
    send -- "\001echo '<'\005'>'\r"
    set line "(nothing)"
    expect -re {\n< ?([^\r\n]*)>\r?\n} { set line $expect_out(1,string) } timeout {} eof {}
    send -- "exit\r"
    expect eof
    catch { close }
    catch { wait }
    return [string trim $line]
}
set path $::env(PATH)
set bash [expr {[auto_execok bash] ne ""}]
set zsh [expr {[auto_execok zsh] ne ""}]
set expect [expr {![catch {package require Expect}]}]
if {$expect} {
    log_user 0
    set timeout 60
}

# What is typed, and the line after it; both shells.
set lines {
    "acre ima" "acre image"
    "acre boot --emulator q" "acre boot --emulator qemu"
    "acre boot --emulator=boc" "acre boot --emulator=bochs"
    "acre boot dis" "acre boot disk.img"
    "acre map dra" "acre map draw"
    "acre map diff min" "acre map diff mine.map"
    "acre map import --ti" "acre map import --title"
    "acre farm --group check quic" "acre farm --group check quickstart"
    "acre boot --map linux-snb-bad-p" "acre boot --map linux-snb-bad-pages"
    "acre map draw min" "acre map draw mine.map"
    "acre boot --quirk clobber-esi,a20-o" "acre boot --quirk clobber-esi,a20-off-after"
}
# What bash offers for words, all of it.
set offers {
    {acre {}} {--help --version boot ctl farm help history image map nightly report run shrink top version}
    {acre help ver} version
    {acre help map-f} map-format
    {acre help g} groups-format
    {acre boot -e} ""
    {acre boot --disk {}} {floppy ide virtio}
    {acre run --disk {}} {ide virtio}
    {acre run --memory {}} ""
    {acre map {}} {capture check diff draw import show stats}
    {acre map check -} {--help -q}
    {acre map diff -} {--help -q}
    {acre map import --ma} --map
    {acre farm --se} {--seed --select}
    {acre farm --seed {}} ""
    {acre map draw --r} --report
    {acre map show --r} ""
    {acre image --set = heap = {}} ""
    {acre image --set heap = d} debug
    {acre image -o x --set bench=h} bench=heaps
    {acre run --memory 64M ls --em} ""
    {acre run --em} --emulator
}

tap::plan [expr {2 + 2 * [llength $commands] + [llength $offers] / 2 + [llength $lines] / 2}]

tap::is $commands [lsort [lmap file [glob -directory [::acre::paths::get lib] -tails cmd_*.tcl] {
    string range [file rootname $file] 4 end
}]] "every command has rows"
set none [lmap row [rows o ""] {
    if {[lindex $row 5] ni {words commas} || [lindex $row 6] ne ""} continue
    set row
}]
tap::is $none "" "every option with known values has them"
foreach command $commands {
    tap::is [differences $command] "" "acre $command: the options of the rows are those that the code takes"
    set known {}
    foreach row [rows o $command] {
        if {[lindex $row 3] in {--emulator --machine --group --matrix}} {
            lappend known [list [lindex $row 3] {*}[lindex $row 6]]
        }
    }
    set wrong {}
    foreach values $known {
        set values [lassign $values option]
        set real [switch $option {
            --emulator { list qemu bochs }
            --machine { lsort -unique [lmap file [glob -tails -directory [::acre::paths::get machines] *.tcl] {
                regsub {^[a-z]+-} [file rootname $file] "" }] }
            --group { groups }
            --matrix { lmap file [glob -tails -directory [::acre::paths::get matrices] *.matrix] {
                file rootname $file } }
        }]
        if {[lsort $values] ne [lsort $real]} { lappend wrong "$option: help has $values, there are $real" }
    }
    tap::is $wrong "" "acre $command: emulators, machines and groups are those that there are"
}
foreach {words want} $offers {
    set name "bash, [string trimright [join $words]]: [expr {$want eq "" ? "nothing" : $want}]"
    if {$bash} {
        tap::is [offered {*}$words] [join $want \n] $name
    } else {
        tap::skip $name "needs bash (Debian package bash)"
    }
}
foreach {words want} $lines {
    set name "typed: $words"
    if {!$expect} {
        tap::skip $name "needs Expect (Debian package tcl-expect)"
    } elseif {!$bash && !$zsh} {
        tap::skip $name "needs bash or zsh (Debian packages bash, zsh)"
    } else {
        set shells [concat [expr {$bash ? "bash" : ""}] [expr {$zsh ? "zsh" : ""}]]
        set got [lmap shell $shells { typed $shell $words }]
        tap::is $got [lmap shell $shells { set want }] "$name ([join $shells {, }])"
    }
}
tap::done
