# SPDX-License-Identifier: Apache-2.0
#
# acre top: a running guest's memory, mappings, faults and system calls on the whole screen, over and over.  Status: 0
# when a person or the guest ended it, 1 if the guest panicked, 2 for a wrong command line, or if there is no guest.

::acre::paths::use options storejson storepeer storesocket topviews topscreen topterm

namespace eval ::acre::top {
    variable TABLE {
        -c {one socket {}} --once {flag once 0} --view {one view ledger} --sort {one sort {}}
        --interval {one interval 1} --timeout {one timeout 5} --columns {one columns {}} --rows {one rows {}}
        --all {flag all 0} --ascii {flag ascii 0}
    }
    # Seconds between two looks that a key chooses from; and between two looks at the terminal's size.
    variable INTERVALS {0.1 0.2 0.5 1 2 5 10 30 60}
    variable RESIZE 0.3
    variable state
    # What has been asked in this look: path -> tree.
    variable known
}

proc ::acre::cmd::top {args} {
    set given [::acre::options::parse top $::acre::top::TABLE $args]
    ::acre::top::Start $given
    set socket [dict get $given socket]
    if {$socket eq ""} {
        set socket [::acre::storesocket::find]
    }
    set peer [::acre::storepeer::open $socket [dict get $given timeout]]
    try {
        return [expr {[dict get $given once] ? [::acre::top::Once $given $peer] : [::acre::top::Live $peer]}]
    } trap {ACRE PEER} why {
        ::acre::err::bad $why
    } finally {
        ::acre::topterm::close
        ::acre::storepeer::close $peer
    }
}

# The state of the screen, from the command line.
proc ::acre::top::Start {given} {
    variable state
    set view [dict get $given view]
    set names [::acre::topviews::names]
    if {[string is integer -strict $view]} {
        set view [lindex $names $view-1]
    }
    if {$view ni $names} {
        ::acre::err::usage "top: no such view: '[dict get $given view]'; there are [join $names {, }]"
    }
    foreach {name most} {interval 3600 timeout 1e6 columns 1000 rows 1000} {
        set value [dict get $given $name]
        if {$value ne "" && (![::acre::options::number $value $most]
                || $name in {columns rows} && ![string is integer -strict $value])} {
            ::acre::err::usage "top: --$name takes a number above 0, at most [expr {int($most)}], not '$value'"
        }
    }
    set state [dict create view $view sorts [dict create] paused 0 interval [dict get $given interval] first 0 \
        all [dict get $given all] help 0 word "" ascii [expr {[dict get $given ascii] || ![Unicode]}] \
        rows {} before "" head {program "" threads 0 free 0 total 0 calls 0 faults 0} seconds "" looked ""]
    if {[dict get $given sort] ne ""} {
        Sort_by [dict get $given sort]
    }
}

# Whether the terminal is told to show more than ASCII.
proc ::acre::top::Unicode {} {
    return [expr {[encoding system] eq "utf-8"}]
}

# --sort: a column by its key or heading, with "-" before it the other way round.
proc ::acre::top::Sort_by {word} {
    variable state
    set view [dict get $state view]
    set name [string trimleft $word -]
    foreach column [::acre::topviews::columns $view] {
        lassign $column key heading
        if {$name in [list $key $heading]} {
            set descending [expr {![::acre::topscreen::Textual $key]}]
            dict set state sorts $view [list $key [expr {[string match -* $word] ? !$descending : $descending}]]
            return
        }
    }
    set headings [lmap column [::acre::topviews::columns $view] {lindex $column 1}]
    ::acre::err::usage "top: the view $view has no column '$name'; it has [join $headings {, }]"
}

# How the view is sorted now.
proc ::acre::top::Sort {} {
    variable state
    set view [dict get $state view]
    if {[dict exists $state sorts $view]} {
        return [dict get $state sorts $view]
    }
    return [::acre::topviews::first_sort $view]
}

# What stands at PATH, or "" if there is no such path; asked once in a look.
proc ::acre::top::Get {peer path depth} {
    variable known
    if {![dict exists $known $path]} {
        dict set known $path [Ask $peer $path $depth]
    }
    return [dict get $known $path]
}

proc ::acre::top::Ask {peer path depth} {
    try {
        set text [::acre::storepeer::ask $peer get \
            [dict create path [::acre::storejson::quote $path] depth $depth]]
    } trap {ACRE STORE} {} {
        return ""
    }
    set value [::acre::storejson::parse $text]
    return [expr {[lindex $value 0] in {object list} ? [::acre::storejson::dictionary $value] : ""}]
}

# Looks at the guest: new rows and a new head, with rates if this view was looked at before.
proc ::acre::top::Look {peer} {
    variable state
    variable known [dict create]
    set ask [list ::acre::top::Get $peer]
    set view [dict get $state view]
    set head [::acre::topviews::head $ask]
    set rows [::acre::topviews::rows $view $ask]
    set now [clock microseconds]
    set seconds ""
    set before ""
    set last ""
    if {[dict get $state looked] ne ""} {
        lassign [dict get $state looked] then last_view counts last
        set seconds [expr {($now - $then) / 1e6}]
        set before [expr {$last_view eq $view ? $counts : ""}]
    }
    set counts [dict create]
    foreach row $rows {
        dict set counts [dict get $row name] [dict get $row of]
    }
    set rows [::acre::topviews::rate $rows $before [expr {$seconds eq "" ? 0 : $seconds}]]
    dict set state looked [list $now $view $counts $head]
    set state [dict merge $state [dict create rows $rows head $head before $last seconds $seconds word ""]]
}

proc ::acre::top::Screen {columns rows} {
    variable state
    return [::acre::topscreen::draw [dict replace $state sort [Sort]] $columns $rows]
}

# --once: two looks, for the rates, and one screen.
proc ::acre::top::Once {given peer} {
    variable state
    set columns [expr {[dict get $given columns] eq "" ? 80 : [dict get $given columns]}]
    set rows [expr {[dict get $given rows] eq "" ? 24 : [dict get $given rows]}]
    Look $peer
    after [expr {int([dict get $state interval] * 1000)}]
    Look $peer
    puts [join [Screen $columns $rows] \n]
    return 0
}

# The live screen, until a key or the guest ends it.
proc ::acre::top::Live {peer} {
    variable state
    Try $peer
    ::acre::topterm::open
    while {1} {
        Draw
        if {[Panicked $peer]} {
            return [Ended 1 "the guest panicked"]
        }
        set key [Key $peer]
        if {$key in {q Q \x03 eof}} {
            return 0
        } elseif {$key ne ""} {
            Pressed $key
        }
        if {![dict get $state paused] && ([Due] <= 0 || [Stale])} {
            if {![Try $peer]} {
                # Its last words may have come with its end.
                return [expr {[Panicked $peer] ? [Ended 1 "the guest panicked"] : [Ended 0 "the guest has ended"]}]
            }
        }
    }
}

proc ::acre::top::Ended {status words} {
    ::acre::topterm::close
    puts stderr "acre: $words"
    return $status
}

# Looks at the guest -> 0 if it has ended.  One that does not answer may do so again.
proc ::acre::top::Try {peer} {
    variable state
    try {
        Look $peer
    } trap {ACRE PEER silent} why {
        if {[dict get $state looked] eq ""} {
            ::acre::err::bad $why
        }
        dict set state word "NO ANSWER"
    } trap {ACRE PEER closed} why {
        if {[dict get $state looked] eq ""} {
            ::acre::err::bad $why
        }
        return 0
    }
    return 1
}

proc ::acre::top::Panicked {peer} {
    foreach event [::acre::storepeer::pending $peer] {
        if {[::acre::storejson::get $event post-mortem] ne ""} {
            return 1
        }
    }
    return 0
}

# Seconds until the next look.
proc ::acre::top::Due {} {
    variable state
    return [expr {[dict get $state interval] - ([clock microseconds] - [lindex [dict get $state looked] 0]) / 1e6}]
}

# Whether what was looked at last is another view.
proc ::acre::top::Stale {} {
    variable state
    return [expr {[lindex [dict get $state looked] 1] ne [dict get $state view]}]
}

proc ::acre::top::Draw {} {
    variable state
    lassign [::acre::topterm::size] columns rows
    set state [dict replace $state columns $columns height $rows]
    # No further than to the last row.
    set count [llength [::acre::topscreen::sorted [dict replace $state sort [Sort]]]]
    dict set state first [expr {max(0, min([dict get $state first], $count - ($rows - 4)))}]
    ::acre::topterm::show [Screen $columns $rows] $columns
}

# The next key, or "" when it is time to look again or the terminal has another size.
proc ::acre::top::Key {peer} {
    variable state
    variable RESIZE
    while {1} {
        set left [expr {[dict get $state paused] ? $RESIZE : [Due]}]
        if {$left <= 0} {
            return ""
        }
        set key [::acre::topterm::key [expr {min($left, $RESIZE)}]]
        if {$key ne "" || [::acre::topterm::size] ne [list [dict get $state columns] [dict get $state height]]} {
            return $key
        }
    }
}

# What a key does to the state.
proc ::acre::top::Pressed {key} {
    variable state
    set names [::acre::topviews::names]
    set page [expr {max(1, [dict get $state height] - 4)}]
    switch -- $key {
        h - ? { dict set state help [expr {![dict get $state help]}] }
        p - " " { Pause }
        a { dict set state all [expr {![dict get $state all]}] }
        s { Next_sort 1 }
        S { Next_sort -1 }
        r { Reverse }
        + { Interval 1 }
        - { Interval -1 }
        tab { View [lindex $names [expr {([lsearch -exact $names [dict get $state view]] + 1) % [llength $names]}]] }
        up - k { dict incr state first -1 }
        down - j { dict incr state first 1 }
        page-up { dict incr state first -$page }
        page-down { dict incr state first $page }
        home { dict set state first 0 }
        end { dict set state first 1000000 }
        default {
            if {[string is integer -strict $key] && $key >= 1 && $key <= [llength $names]} {
                View [lindex $names $key-1]
            }
        }
    }
}

proc ::acre::top::View {view} {
    variable state
    if {$view ne [dict get $state view]} {
        # A view that has not been looked at shows nothing until it is; a pause ends with it.
        set state [dict merge $state [dict create view $view rows {} first 0 help 0 paused 0]]
    }
    dict set state help 0
}

proc ::acre::top::Pause {} {
    variable state
    dict set state paused [expr {![dict get $state paused]}]
}

proc ::acre::top::Next_sort {step} {
    variable state
    set view [dict get $state view]
    set keys [lmap column [::acre::topviews::columns $view] {lindex $column 0}]
    set key [lindex $keys [expr {([lsearch -exact $keys [lindex [Sort] 0]] + $step) % [llength $keys]}]]
    dict set state sorts $view [list $key [expr {![::acre::topscreen::Textual $key]}]]
    dict set state first 0
}

proc ::acre::top::Reverse {} {
    variable state
    lassign [Sort] key descending
    dict set state sorts [dict get $state view] [list $key [expr {!$descending}]]
}

proc ::acre::top::Interval {step} {
    variable state
    variable INTERVALS
    set now [dict get $state interval]
    if {$step > 0} {
        set next [lindex [lmap value $INTERVALS {if {$value <= $now} continue; set value}] 0]
    } else {
        set next [lindex [lmap value $INTERVALS {if {$value >= $now} continue; set value}] end]
    }
    if {$next ne ""} {
        dict set state interval $next
    }
}
