#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# A report in headless Chromium (browser.py): clicks, keys, both colour schemes, desktop and phone, contrast, what a
# screen reader needs, hostile text.  ACRE_SHOTS names a directory for the pictures.
source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) report-runs.tcl]
tap::need chromium chromium
tap::need chromedriver chromium-driver
# Debian's own Python has Debian's packages.
set python [expr {[file executable /usr/bin/python3] ? "/usr/bin/python3" : "python3"}]
if {[catch {exec $python -c "import selenium" 2>@1}]} {
    tap::skip_all "needs selenium for $python (Debian package python3-selenium)"
}
set acre [runs::command]
tap::plan 51
set dir [tap::tmp]
runs::night $dir/tonight
runs::before $dir/last
set out [open $dir/known w]
puts $out "\[boot@zoo/second,emu=bochs\]\nreason = issue 7\nuntil = 2099-01-01"
close $out
catch {exec $acre report -q --html --since $dir/last --known $dir/known $dir/tonight}
set shots $dir/shots
if {[info exists ::env(ACRE_SHOTS)]} {
    set shots [file normalize $::env(ACRE_SHOTS)]
}
file mkdir $shots
# Neither the browser nor its driver may leave anything at home.
set ::env(HOME) $dir
set ::env(CHROMIUM) [lindex [auto_execok chromium] 0]
set ::env(CHROMEDRIVER) [lindex [auto_execok chromedriver] 0]
set failed [catch {exec $python [file join $::env(srcdir) browser.py] $dir/tonight/report $shots >@stdout 2>$dir/err}]
if {$failed} {
    set in [open $dir/err]
    tap::note [read $in]
    close $in
    puts "Bail out! browser.py ended badly"
}
file delete -force $dir
