# SPDX-License-Identifier: Apache-2.0
#
# reportmemory.tcl: a case's memory on its page: physical and virtual memory as columns whose rows are as high as the
# runs are long, on scale.tcl's broken scale, and the ledger.  Rows are rows of a table, so they can be read without
# being seen, and words are text, so they fit a phone and have the page's colours.
#
#   ::acre::reportmemory::columns MODEL -> markup: both columns
#   ::acre::reportmemory::ledger MODEL  -> markup: who owns how much, as a table
#   ::acre::reportmemory::map ENTRIES   -> markup: the map as served, as a strip and a table
#
# MODEL is ledgermap.tcl's.

::acre::paths::use html owners scale ledgertext ledgerrows mapshow reportstrip

namespace eval ::acre::reportmemory {
    # Pixels: a row's least height, a run's and a hole's greatest, a page's at most, a column's.
    variable ROW 22 RUN_MOST 150 HOLE_MOST 44 PAGE_MOST 26 COLUMN 1000
}

proc ::acre::reportmemory::columns {model} {
    set columns ""
    foreach {what title} {physical "Physical memory" virtual "Virtual memory"} {
        append columns [Column [::acre::ledgerrows::$what $model] $title]
    }
    return "<div class=\"columns\">$columns</div>\n"
}

proc ::acre::reportmemory::Column {rows title} {
    variable ROW
    variable RUN_MOST
    variable HOLE_MOST
    variable PAGE_MOST
    variable COLUMN
    set items [lmap row $rows {
        if {[dict get $row bytes] eq ""} continue
        list [expr {[dict get $row bytes] / double($::acre::ledgertext::FRAME)}] \
            [expr {[dict get $row hole] ? $HOLE_MOST : $RUN_MOST}]
    }]
    lassign [::acre::scale::fit $items $ROW $COLUMN $PAGE_MOST] unit heights
    set body ""
    set at 0
    foreach row $rows {
        if {[dict get $row bytes] eq ""} {
            append body [Headline $row]
            continue
        }
        lassign [lindex $items $at] length most
        append body [Run $row [lindex $heights $at] [::acre::scale::broken $length $most $unit]]
        incr at
    }
    set heads [join [lmap head {Address Picture Whose "How much"} {::acre::html::tag th {scope col} $head}] ""]
    return "<table class=\"memory\"><caption>$title</caption><thead class=\"unseen\"><tr>$heads</tr></thead>\n[
        ]<tbody>$body</tbody></table>\n"
}

# A region in which something is mapped: its rows follow.
proc ::acre::reportmemory::Headline {row} {
    return "<tr class=\"region\"><th scope=\"row\">[Address $row]</th><td></td><td colspan=\"2\">[::acre::html::text \
        "[dict get $row name], [dict get $row amount]"]</td></tr>\n"
}

proc ::acre::reportmemory::Address {row} {
    return "<code>[::acre::html::text [dict get $row address]]</code>"
}

proc ::acre::reportmemory::Run {row height broken} {
    set class [expr {[dict get $row head] ? "empty" : [dict get $row quiet] ? "quiet" : ""}]
    set bar [::acre::html::tag td [dict create class [string trim "bar [expr {$broken ? "torn" : ""}]"] \
        style "height:[format %.0f $height]px;[Paint [dict get $row owner]]" title [dict get $row title]] ""]
    return "[expr {$class eq "" ? "<tr>" : "<tr class=\"$class\">"}]<th scope=\"row\">[Address $row]</th>$bar<td>[
        ::acre::html::text [dict get $row name]]</td><td>[::acre::html::text [dict get $row amount]]</td></tr>\n"
}

# Nobody's memory is hatched, each kind its own way.
proc ::acre::reportmemory::Paint {owner} {
    if {$owner in {"" "not described"}} {
        return ""
    }
    set color [::acre::owners::color $owner]
    if {![::acre::owners::nobody $owner]} {
        return "background-color:$color"
    }
    set angle [expr {[lsearch [dict keys $::acre::owners::nobody] $owner] * 30 + 45}]
    return "background-image:repeating-linear-gradient(${angle}deg,$color 0 4px,transparent 4px 6px)"
}

proc ::acre::reportmemory::ledger {model} {
    set rows [lmap row [::acre::ledgertext::legend $model] {
        lassign $row owner frames size share
        set chip [::acre::html::tag span [dict create class chip style [Paint $owner]] ""]
        list "$chip [::acre::html::text $owner]" [::acre::html::text $frames] $size [::acre::html::text $share]
    }]
    set notes [dict get $model notes]
    set class [expr {$notes eq "" ? "good" : "wrong"}]
    set text "<p>[::acre::html::text [::acre::ledgertext::sum $model]].</p>\n"
    foreach line [::acre::ledgertext::verdict $model] {
        set kind [expr {$line in [dict get $model renamed] ? "quiet" : $class}]
        append text [::acre::html::tag p [dict create class $kind] [::acre::html::text $line]]\n
    }
    return $text[::acre::html::scroll "Ledger" [::acre::html::table figures "Who owns how much" \
        {Owner Frames Size "Of usable"} $rows]]
}

proc ::acre::reportmemory::map {entries} {
    set top [::acre::reportstrip::top [list $entries]]
    set words [::acre::reportstrip::words $entries]
    set strip [::acre::reportstrip::draw $entries $top $words]
    set number 0
    set rows [lmap entry $entries {
        lassign $entry base limit type
        list [incr number] "<code>[format 0x%llx $base]</code>" "<code>[format 0x%llx $limit]</code>" \
            [::acre::ledgertext::size [expr {$limit - $base}]] [::acre::html::text [::acre::mapshow::Named $type]]
    }]
    set table [::acre::html::scroll "Entries of the map" [::acre::html::table figures "Entries, in the BIOS's order" \
        {No. From To Size Type} $rows]]
    return "<div class=\"wide-strip\">$strip[::acre::reportstrip::axis $top]</div>\n[Legend]<details><summary>[
        ::acre::html::text $words]</summary>\n$table</details>\n"
}

# What the colours of strips mean.
proc ::acre::reportmemory::Legend {} {
    set items ""
    foreach kind [dict keys $::acre::mapdraw::kinds] {
        append items "<li><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><path class=\"k-$kind\"\
            d=\"M0 0h10v10h-10z\"/></svg> [::acre::html::text [lindex [::acre::mapdraw::Look $kind] 0]]</li>"
    }
    return "<ul class=\"legend\" aria-label=\"Colours of maps\">$items</ul>\n"
}
