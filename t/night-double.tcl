# SPDX-License-Identifier: Apache-2.0
#
# night-double.tcl: `acre farm` of a revision that is made up, for tests of acre nightly: what comes of it stands in the
# revision itself, in the file `night`, a dict: rows (report-runs.tcl's), status, seconds (how long it takes; the
# results are there from the start, the last row's but for its end).
#
#   tclsh night-double.tcl SOURCE farm ARG...      the words stand in OUT/words afterwards

source [file join $::env(srcdir) tap.tcl]
source [file join $::env(srcdir) report-runs.tcl]

set words [lassign $argv source]
set out [lindex $words [lsearch -exact $words --out]+1]
set night [tap::slurp [file join $source night]]
if {[dict get $night rows] eq ""} {
    puts stderr "acre: nothing to try"
    exit 2
}
runs::make $out [dict get $night rows]
runs::Put [file join $out words] [lrange $words 1 end]
if {[dict get $night seconds]} {
    set text [tap::slurp [file join $out results.tsv]]
    runs::Put [file join $out results.tsv] [string range $text 0 end-10]
    runs::Put [file join $out farm.pid] [pid]
    after [expr {int(1000 * [dict get $night seconds])}]
    runs::Put [file join $out results.tsv] $text
}
exit [dict get $night status]
