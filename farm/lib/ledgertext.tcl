# SPDX-License-Identifier: Apache-2.0
#
# ledgertext.tcl: the words of a picture of the ledger, the same in the terminal and in SVG: sizes, shares, addresses,
# and the legend's lines.

::acre::paths::use places mapdraw mapshow owners

namespace eval ::acre::ledgertext {
    variable FRAME $::layout::LAYOUT_FRAME_SIZE
}

# size BYTES -> "62.5 MiB"; never rounded up.
proc ::acre::ledgertext::size {bytes} {
    regexp {^([0-9.]+)([KMGTPE]?)$} [::acre::mapdraw::human $bytes] - number unit
    if {$unit eq ""} {
        return "$number [expr {$number eq "1" ? "byte" : "bytes"}]"
    }
    return "$number ${unit}iB"
}

# share BYTES OF -> "99.7 %"; what is there is never 0, and less than all is never 100.
proc ::acre::ledgertext::share {bytes of} {
    if {$of == 0 || $bytes == 0} {
        return ""
    }
    # In hundredths of a per cent, rounded down.
    set parts [expr {$bytes * 10000 / $of}]
    if {$parts == 0} {
        return "<0.01 %"
    }
    return [format "%d.%02d %%" [expr {$parts / 100}] [expr {$parts % 100}]]
}

# address VALUE DIGITS -> "0x00100000"
proc ::acre::ledgertext::address {value digits} {
    return [format 0x%0${digits}llx $value]
}

# amount BYTES OWNER -> "11 frames, 44 KiB"; frames only of what the ledger counts.
proc ::acre::ledgertext::amount {bytes owner} {
    variable FRAME
    if {[::acre::owners::nobody $owner]} {
        return [size $bytes]
    }
    return "[::acre::mapshow::counted [expr {$bytes / $FRAME}] frame], [size $bytes]"
}

# legend MODEL -> list of {owner frames size share}: texts.
proc ::acre::ledgertext::legend {model} {
    variable FRAME
    set usable [dict get $model usable]
    return [lmap row [dict get $model owners] {
        lassign $row owner bytes
        if {[::acre::owners::nobody $owner]} {
            list $owner "" [size $bytes] ""
        } else {
            list $owner [::acre::mapshow::grouped [expr {$bytes / $FRAME}]] [size $bytes] [share $bytes $usable]
        }
    }]
}

# What all owners together have, as a sentence.
proc ::acre::ledgertext::sum {model} {
    variable FRAME
    set usable [dict get $model usable]
    set free 0
    foreach row [dict get $model owners] {
        if {[lindex $row 0] eq "free"} {
            set free [lindex $row 1]
        }
    }
    return "usable: [size $usable] in [::acre::mapshow::counted [expr {$usable / $FRAME}] frame], of which\
        [size [expr {$usable - $free}]] have an owner and [size $free] are free"
}

# verdict MODEL -> list of sentences: that the ledger agrees, or what does not fit; then what has other names there.
proc ::acre::ledgertext::verdict {model} {
    set lines [dict get $model notes]
    if {$lines eq ""} {
        set lines [list "Ledger and pages agree: every owner has as many frames in both."]
    }
    return [concat $lines [dict get $model renamed]]
}
