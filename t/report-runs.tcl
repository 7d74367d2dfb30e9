# SPDX-License-Identifier: Apache-2.0
#
# report-runs.tcl: made-up runs of the farm, for tests of reports.
#
#   runs::make DIR ROWS   writes DIR as acre farm would leave it.  A row: {NAME VERDICT SUB WHY ?KEY VALUE...?}; keys:
#     seconds, margin, cut, memory; serial (the log; "" for a case without a directory), audit (text of audit.txt),
#     map (text of served.map)
#   runs::night DIR       a night with one of everything, of which runs::before DIR is the night before
#   runs::hostile         text with all that a guest could do to a reader
#   runs::command         the acre command of the build tree; without it the whole test is skipped
#   runs::report ARG...   acre report ARG... -> {STATUS STDOUT STDERR}, the two also in `out` and `err` of tap::tmp

source [file join $::env(srcdir) ledger-report.tcl]

namespace eval ::runs {
    variable map "# title: a map <b>\n# seed: 4711\n# ram: 64\n0x0 0x9fc00 1\n0x9fc00 0xa0000 2\n0x100000 0x4000000 1\n"
    variable hostile "\x1b\[31mred\x07 </pre><script>document.title='owned'</script><img src=x onerror=\"alert(1)\">"
    append hostile "\r\n\u202egnp.exe\u200b \"quoted\" 'single' &amp; ]]> \x00\x7f\u009b end\n"
}

proc ::runs::command {} {
    set acre [file join $::env(top_builddir) acre]
    if {![file exists $acre]} {
        tap::skip_all "needs the acre command in the build tree: make"
    }
    return $acre
}

proc ::runs::report {args} {
    set dir [tap::tmp]
    set status 0
    if {[catch {exec [command] report {*}$args >$dir/out 2>$dir/err} message options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [tap::slurp $dir/out] [tap::slurp $dir/err]]
}

proc ::runs::hostile {} {
    variable hostile
    # As a guest sends it, with bytes that are no UTF-8 behind.
    return [encoding convertto utf-8 $hostile]\xff\xfe\xc0\n
}

proc ::runs::Put {file text} {
    file mkdir [file dirname $file]
    set out [open $file wb]
    puts -nonewline $out $text
    close $out
}

proc ::runs::make {dir rows} {
    variable map
    set plan [list [join {name emulator machine memory map expect origin} \t]]
    set results {}
    foreach row $rows {
        set keys [lassign $row name verdict sub why]
        set case [dict merge [dict create seconds 1.50 margin 0.10 cut 0 memory 67108864 map $map audit "" \
            serial [::reports::text]] $keys]
        regexp {emu=([a-z]+)} $name - emulator
        lappend plan [join [list $name $emulator pc [dict get $case memory] /maps/x.map boots "bundled zoo map"] \t]
        if {$verdict ne "MISSING"} {
            lappend results [join [list $name $verdict $sub $why [dict get $case seconds] [dict get $case margin] \
                /elsewhere/$name 0123456789abcdef [dict get $case cut]] \t]
        }
        if {[dict get $case serial] ne ""} {
            Case [file join $dir $name] $name $emulator $case
        }
    }
    Put [file join $dir plan.tsv] "[join $plan \n]\n"
    Put [file join $dir results.tsv] "[join $results \n]\n"
    return $dir
}

proc ::runs::Case {dir name emulator case} {
    Put $dir/case "name $name\nemulator $emulator\nmachine pc\nmemory [dict get $case memory]\nimage acre.img\ndir [
        list $dir]\nexpect boots\ncpu {}\ndisk ide\nprogram {}\n"
    Put $dir/replay.sh "#!/bin/sh\necho replayed\n"
    Put $dir/served.map [dict get $case map]
    Put $dir/serial.log [dict get $case serial]
    if {[dict get $case audit] ne ""} {
        Put $dir/audit.txt [dict get $case audit]
    }
    if {[dict get $case cut]} {
        Put $dir/cut.txt "# usable, and not served\n0x4000000 0x8000000\n"
    }
}

proc ::runs::Marked {init} {
    return [string map [list "TAP version" "# mark stage2 7000000\n# mark init $init\nTAP version"] [::reports::text]]
}

proc ::runs::night {dir} {
    set short "usable run: expected 0x100000 0x5000000, got nothing"
    return [make $dir [list \
        [list boot@ladder/64M,emu=qemu PASS points "1 of 1 points" seconds 0.40] \
        [list boot@ladder/64M,emu=bochs PASS points "1 of 1 points" serial [Marked 8000500]] \
        [list boot@zoo/first,emu=qemu FAIL compare "$short (and 1 more in audit.txt)" \
            audit "$short\nledger total: 1\n# x\n"] \
        [list boot@zoo/first,emu=bochs FAIL compare "usable run: expected 0x1000 0x2000, got nothing" memory 33554432] \
        [list boot@zoo/second,emu=qemu CRASH panic "heap: no frame left" serial [::runs::hostile]] \
        [list boot@zoo/second,emu=bochs HANG spin "at 0xffffffff80001234" margin 0.99] \
        [list boot@zoo/third,emu=qemu PASS points "1 of 1 points" cut 4096] \
        [list boot@zoo/third,emu=bochs SKIP "" "nothing usable is left" serial ""] \
        [list boot@zoo/third,emu=bochs,cpu=core2 PASS points "1 of 1 points" seconds 9.90] \
        [list boot@real/board,emu=qemu ERROR emulator "could not start: <no> such machine"] \
        [list boot@real/board,emu=bochs MISSING "" "" serial ""]]]
}

proc ::runs::before {dir} {
    return [make $dir [list \
        [list boot@ladder/64M,emu=qemu FAIL points "not ok: 1 - it" seconds 0.40] \
        [list boot@ladder/64M,emu=bochs PASS points "1 of 1 points" serial [Marked 8000000]] \
        [list boot@zoo/first,emu=qemu PASS points "1 of 1 points"] \
        [list boot@zoo/first,emu=bochs FAIL compare "usable run: expected 0x5000 0x6000, got nothing"] \
        [list boot@zoo/second,emu=qemu FAIL points "not ok: 3 - heap"] \
        [list boot@zoo/second,emu=bochs PASS points "1 of 1 points"] \
        [list boot@zoo/third,emu=qemu PASS points "1 of 1 points"] \
        [list boot@zoo/third,emu=bochs PASS points "1 of 1 points"] \
        [list boot@zoo/old,emu=bochs PASS points "1 of 1 points"]]]
}
