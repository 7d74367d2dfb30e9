#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The process that runs one case after the other: who is given the next case and who is not, and that no case leaves
# anything to the next one: in one process under true emulators all is as it is in a process of its own.

source [file join [file dirname [info script]] tap.tcl]
source [file join $::env(srcdir) farm-runs.tcl]
::acre::paths::use cmd_farm
::acre::farm::load 1
::acre::progress::silence

# --- children that are told what to do by the names of their cases ----------------------------------------------------

# A child writes down its number and the case's name; then: well-... it takes one more, ill-... it fails and waits all
# the same, ends-... it passes and ends, dies-... it says that it waits and ends, talks-... it talks while it waits,
# mute-... it ends without a result, late-... it takes two seconds, first-... it ends without a word unless this is its
# first case.
write $tmp/child {
    file=$1
    first=$1
    while :; do
        name=$(sed -n 's/^name //p' "$file")
        echo "$$ $name" >>"$LOG"
        case $name in
        late-*) sleep 2;;
        mute-*) echo "no result here"; exit 3;;
        ill-*) printf 'result\tFAIL\tpoints\tso it is\t0\t0\n'; exit 0;;
        first-*) test "$first" = "$file" || exit 3;;
        ends-*) printf 'result\tPASS\tpoints\tfine\t0\t0\n'; exit 0;;
        esac
        printf 'result\tPASS\tpoints\tfine\t0\t0\nnext\n'
        case $name in
        dies-*) exit 0;;
        talks-*) sleep 0.3; echo something;;
        esac
        IFS= read -r line || exit 0
        file=$(printf '%b' "$line")
    done
}

# ran JOBS PATIENCE NAME... -> {results, in the names' order; the names that each child had, in the children's order}
set runs 0
proc ran {jobs patience args} {
    global tmp runs
    set out $tmp/run[incr runs]
    file mkdir $out
    set ::env(LOG) $out/log
    set cases [lmap name $args {
        dict create name $name emulator qemu memory 67108864 cost 1 hash "" dir $out/$name
    }]
    set results [::acre::runner::run $cases {} [dict create out $out jobs $jobs tty 0 patience $patience \
        memory 4000000000 command [list /bin/sh $tmp/child]]]
    set had [dict create]
    foreach line [split [string trim [tap::slurp $out/log]] \n] {
        dict lappend had [lindex $line 0] [join [lrange $line 1 end]]
    }
    return [list [lmap name $args {dict get $results $name verdict}] [dict values $had]]
}

tap::plan 24
tap::is [ran 1 20 well-1 well-2 well-3] {{PASS PASS PASS} {{well-1 well-2 well-3}}} \
    "a child that waits gets the next case"
tap::is [ran 1 20 ends-1 ends-2] {{PASS PASS} {ends-1 ends-2}} "one that ends is followed by another"
tap::is [ran 1 20 well-1 ill-1 well-2] {{PASS FAIL PASS} {{well-1 ill-1} well-2}} "so is one whose case was not well"
tap::is [lindex [ran 1 20 dies-1 well-1 well-2] 0] {PASS PASS PASS} "one that dies while it waits costs no case"
tap::is [ran 1 20 well-1 first-1 well-2] {{PASS PASS PASS} {{well-1 first-1} {first-1 well-2}}} \
    "one that ends without a word may not have heard of its case: a new one has it"
tap::is [lindex [ran 1 20 talks-1 late-1 well-2] 0] {PASS PASS PASS} "nor does one that talks while it waits"
tap::is [ran 1 20 well-1 mute-1 well-2] {{PASS ERROR PASS} {{well-1 mute-1} well-2}} \
    "what ends without a result is an error, also as the second case"
tap::is [ran 1 1 well-1 late-1 well-2] {{PASS ERROR PASS} {{well-1 late-1} well-2}} \
    "a second case that takes too long is given up with its child"
set had [lindex [ran 2 20 late-1 late-2 well-1 well-2] 1]
tap::ok [expr {[llength $had] == 2}] "two at once are two children, for all cases" $had
tap::is [::acre::family::children [pid]] {} "no child is left behind"

foreach path [list /tmp/a "/tmp/a\nb" {/tmp/a\nb} "/tmp/\\\n\\n"] {
    set line [::acre::caseprocess::line $path]
    tap::is [string match *\n* $line][::acre::caseprocess::path $line] 0$path "a file's name is one line: $line"
}

# The true one, told so by its case: what it has said when its pipe is still open, up to its end or to the first `next`.
farm --maps [maps $tmp/maps fail-1 pass-1] --emulator qemu --out $tmp/double-out
foreach {name last} {fail-1 "" pass-1 next} {
    set channel [open |[list [info nameofexecutable] $double farm --one "$tmp/double-out/boot@$name,emu=qemu/case"] r+]
    set line ""
    while {$line ne "next" && [gets $channel line] >= 0} {}
    tap::is $line $last "after $name: [expr {$last eq {} ? {it ends} : {it waits}}]"
    close $channel
}

# --- one process for all, and one for each ----------------------------------------------------------------------------

# Each kind of case after a different one: entries that end differently, refusals, quirks, the store, programs.
set kinds {
    {--select zoo/osdev259-qemu72-own-64m} {--select zoo/osdev259-qemu72-own-64m --store}
    {--select quirk/clobber-all quirk/islands-mixed quirk/nothing-supported --store}
    {--select ladder/1M ladder/640K} {--select zoo/osdev259-qemu72-own-64m --program chain}
}

# All that a case's directory says of the case, but for what differs from boot to boot.
proc said {dir} {
    set text ""
    foreach name {result.txt audit.txt served.map cut.txt} {
        if {[file exists $dir/$name]} {
            append text [regsub -all -line {^margin: .*\n} [tap::slurp $dir/$name] ""]
        }
    }
    return $text
}

foreach emulator {qemu bochs} {
    if {[auto_execok [dict get $::acre::farm::emulators $emulator]] eq ""} {
        foreach point {together alone same pipes} {
            tap::skip "$emulator: $point" "needs $emulator (Debian package $emulator)"
        }
        continue
    }
    set cases {}
    foreach kind $kinds {
        set given [::acre::options::parse farm $::acre::farm::options [list --emulator $emulator {*}$kind]]
        ::acre::farm::Check given
        lappend cases {*}[::acre::farm::Plan $given]
    }
    # In turn, so that no two of a kind follow each other; each twice.
    foreach round {1 2} {
        set out $tmp/$emulator$round
        file mkdir $out
        set number 0
        set $round [lmap case $cases {
            dict replace $case dir $out/[incr number] hash "" cost [expr {($number * 7) % 5}] \
                name [dict get $case name],number=$number
        }]
    }
    set command [list [info nameofexecutable] [file join $::env(top_builddir) acre] farm --one]
    set options [dict create jobs 1 tty 0 patience 60 memory 4000000000]
    set together [::acre::runner::run $1 {} [dict merge $options [dict create out $tmp/${emulator}1 command $command]]]
    set verdicts [lmap case $1 {dict get $together [dict get $case name] verdict}]
    tap::is [lsort -unique $verdicts] PASS "$emulator: [llength $1] cases in one process pass"
    foreach case $2 {
        set result [::acre::runner::run [list $case] {} \
            [dict merge $options [dict create out $tmp/${emulator}2 command $command]]]
        lappend alone($emulator) [dict get $result [dict get $case name] verdict]
    }
    tap::is [lsort -unique $alone($emulator)] PASS "... and each in its own"
    set differ [lmap one $1 other $2 {
        if {[said [dict get $one dir]] eq [said [dict get $other dir]]} continue
        dict get $one name
    }]
    tap::is $differ {} "... and all that is said of them is the same"
    tap::is [llength [glob -nocomplain $tmp/$emulator*/*/*.{in,out}]] 0 "... and no pipe is left"
}
tap::done
