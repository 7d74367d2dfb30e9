# SPDX-License-Identifier: Apache-2.0
#
# frames.tcl: the frames behind a guest's mappings: each is usable memory, and each is mapped once.  Part of the audit.

namespace eval ::acre::frames {}

# judge RUNS TABLES USABLE -> list of findings.  RUNS and TABLES are pagewalk.tcl's; USABLE the oracle's {base limit}s.
proc ::acre::frames::judge {runs tables usable} {
    return [concat [Usable $runs $tables $usable] [Once $runs]]
}

# Every mapped frame and every table lies in usable memory: no device is mapped, so nothing reserved may be.
proc ::acre::frames::Usable {runs tables usable} {
    set findings {}
    foreach run $runs {
        lassign $run base limit phys
        if {![Inside $phys [expr {$phys + $limit - $base}] $usable]} {
            lappend findings "mapped frames: expected usable memory, got [::acre::pagewalk::text $run]"
        }
    }
    foreach frame $tables {
        if {![Inside $frame [expr {$frame + 4096}] $usable]} {
            lappend findings [format "page table: expected usable memory, got frame 0x%llx" $frame]
        }
    }
    return $findings
}

proc ::acre::frames::Inside {base limit usable} {
    foreach range $usable {
        if {[lindex $range 0] <= $base && $limit <= [lindex $range 1]} {
            return 1
        }
    }
    return 0
}

# No frame stands behind two pages: a page that may be written and another that may be executed would be one memory.
proc ::acre::frames::Once {runs} {
    set findings {}
    set last {0 0 "" ""}
    foreach run [lsort -integer -index 0 [lmap run $runs {
        lassign $run base limit phys
        list $phys [expr {$phys + $limit - $base}] [::acre::pagewalk::text $run]
    }]] {
        lassign $run phys end text
        if {$phys < [lindex $last 1]} {
            lappend findings "frames: expected each behind one page, got [lindex $last 2] and $text"
        }
        if {$end > [lindex $last 1]} {
            set last $run
        }
    }
    return $findings
}
