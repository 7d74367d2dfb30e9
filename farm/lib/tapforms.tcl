# SPDX-License-Identifier: Apache-2.0
#
# tapforms.tcl: the comments of a guest that have a form, each with what it adds to what was read.  Part of tap.tcl.

namespace eval ::acre::tap {}

# A comment: one of the forms, or free text, which may hold printable characters only.
proc ::acre::tap::Comment {tapvar number line} {
    upvar 1 $tapvar tap
    foreach {start form} $::acre::patterns::FORMS {
        if {[string equal -length [string length $start] $start $line]} {
            if {![::acre::patterns::match $form $line a b c d e f]} {
                Problem tap $number "not a whole '[string trim $start]' line: [Shown $line]"
                return
            }
            return [Form_$form tap $number $a $b $c $d $e $f]
        }
    }
    if {![::acre::patterns::match comment $line] || [regexp {[^\x20-\x7e\t\r\n]} $line]} {
        Problem tap $number "a damaged comment: [Shown $line]"
    }
}

# What each form of comment adds.
proc ::acre::tap::Form_mark {tapvar number name tsc args} {
    upvar 2 $tapvar tap
    dict set tap marks $name $tsc
}
proc ::acre::tap::Form_e820 {tapvar number base length type attributes args} {
    upvar 2 $tapvar tap
    dict lappend tap e820 [list $base $length $type $attributes]
}
proc ::acre::tap::Form_usable {tapvar number base limit args} {
    upvar 2 $tapvar tap
    dict lappend tap usable [list $base $limit]
}
proc ::acre::tap::Form_mapping {tapvar number args} {
    upvar 2 $tapvar tap
    # Only leaves that a heap has mapped say whose they are.
    dict lappend tap mappings [expr {[lindex $args 5] eq "" ? [lrange $args 0 4] : $args}]
}
proc ::acre::tap::Form_ledger {tapvar number owner frames args} {
    upvar 2 $tapvar tap
    if {[dict exists $tap ledger $owner]} {
        Problem tap $number "owner '$owner' is twice in the ledger"
    }
    dict set tap ledger $owner $frames
}
proc ::acre::tap::Form_exit {tapvar number code args} {
    upvar 2 $tapvar tap
    dict set tap exit $code
}
proc ::acre::tap::Form_refused {tapvar number why args} {
    upvar 2 $tapvar tap
    dict set tap refused $why
}
proc ::acre::tap::Form_panic {tapvar number what args} {
    upvar 2 $tapvar tap
    # The first panic is the one that counts; one within a panic is kept in the log only.
    if {[dict get $tap panic] eq ""} {
        dict set tap panic $what
        dict set tap frames {}
    }
}
proc ::acre::tap::Form_failing {tapvar number allocation args} {
    upvar 2 $tapvar tap
    dict set tap failing $allocation
}
proc ::acre::tap::Form_allocations {tapvar number count refused args} {
    upvar 2 $tapvar tap
    dict set tap allocations [list $count $refused]
}
proc ::acre::tap::Form_frame {tapvar number frame args} {
    upvar 2 $tapvar tap
    dict lappend tap frames $frame
}
