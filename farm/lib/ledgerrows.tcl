# SPDX-License-Identifier: Apache-2.0
#
# ledgerrows.tcl: what a picture of a ledger shows, row by row, for the terminal and for SVG.
#
#   ::acre::ledgerrows::physical MODEL, ::acre::ledgerrows::virtual MODEL -> list of dicts, ascending by address:
#     bytes    its length; "" for a headline, which has no memory of its own: the region that begins with the next row
#     owner    "" where nothing is mapped
#     hole     1: nothing to see but its length
#     address name amount    the words
#     head     1: the name is a region's         quiet   1: worth words only where there is room
#     region   of virtual memory: its name where something is mapped in it, else ""
#     title    range, size and owner, in full

namespace eval ::acre::ledgerrows {}

proc ::acre::ledgerrows::Row {base limit digits args} {
    set bytes [expr {$limit - $base}]
    set size [::acre::ledgertext::size $bytes]
    set title [format "0x%llx-0x%llx, %s" $base $limit $size]
    return [dict merge [dict create bytes $bytes owner "" hole 0 head 0 quiet 0 region "" amount $size title $title \
        address [::acre::ledgertext::address $base $digits]] $args]
}

proc ::acre::ledgerrows::physical {model} {
    set items [dict get $model physical]
    set digits [string length [format %llx [expr {[lindex $items end 1] - 1}]]]
    return [lmap item $items {
        lassign $item base limit owner
        set row [Row $base $limit $digits owner $owner name $owner hole [::acre::owners::nobody $owner] \
            amount [::acre::ledgertext::amount [expr {$limit - $base}] $owner]]
        dict append row title ": $owner"
        set row
    }]
}

# Each region has a headline; what is mapped in it stands below, with its rights.  An empty one is all in one row.
proc ::acre::ledgerrows::virtual {model} {
    set rows {}
    set items [dict get $model virtual]
    set at 0
    foreach region [dict get $model regions] {
        lassign $region start end name mapped
        set head [Row $start $end 16 name $name head 1 hole 1]
        if {$mapped} {
            lappend rows [dict replace $head bytes ""]
        } else {
            dict append head title ": empty ($name)"
            lappend rows [dict replace $head amount "empty, [dict get $head amount]"]
        }
        for {} {$at < [llength $items] && [lindex $items $at 0] < $end} {incr at} {
            if {$mapped} {
                lappend rows [Virtual [lindex $items $at] $name]
            }
        }
    }
    return $rows
}

proc ::acre::ledgerrows::Virtual {item region} {
    lassign $item base limit owner flags
    if {$owner eq ""} {
        set row [Row $base $limit 16 region $region name "not mapped" hole 1 quiet 1]
    } else {
        set row [Row $base $limit 16 region $region owner $owner name "$owner $flags" \
            amount [::acre::ledgertext::amount [expr {$limit - $base}] $owner]]
    }
    dict append row title ": [dict get $row name] ($region)"
    return $row
}
