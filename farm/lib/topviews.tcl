# SPDX-License-Identifier: Apache-2.0
#
# topviews.tcl: what acre top shows: the views, and where in the store their rows come from.
#
#   ::acre::topviews::names            -> the views, in the order of their keys 1, 2 ...
#   ::acre::topviews::title VIEW       -> what it shows, in some words
#   ::acre::topviews::columns VIEW     -> list of {KEY HEADING FORM}; FORM is text, path (a text of which the end
#                                      counts), count, rate, speed, bytes, share
#   ::acre::topviews::first_sort VIEW  -> {KEY DESCENDING}
#   ::acre::topviews::rows VIEW ASK    -> list of rows, dicts with the keys of the columns and: name, which no other row
#                                      has; of, from which rates are made; bar, how much of the bar's whole it is;
#                                      idle, 1 if it never counted; order, by which names are sorted, if not by
#                                      themselves.  ASK is a command prefix: ASK PATH DEPTH -> what stands there, nested
#                                      dicts, or "" if there is no such path
#   ::acre::topviews::head ASK         -> dict for the first lines: program, threads, free, total (frames), calls,
#                                      faults
#   ::acre::topviews::rate ROWS BEFORE SECONDS -> ROWS with `rate`, BEFORE being a dict name -> of; "" where it is not
#                                      known yet

namespace eval ::acre::topviews {
    variable FRAME 4096
    variable VIEWS {
        ledger {
            title {every frame of memory, by its owner}
            columns {{name owner text} {of frames count} {bytes size bytes} {rate frames/s rate} {bar share share}}
            sort {of 1}
        }
        heaps {
            title {what the kernel's heaps and tags have given out}
            columns {{name heap text} {of objects count} {bytes size bytes} {held held bytes} {peak peak bytes}
                {failures failed count} {rate objects/s rate} {bar share share}}
            sort {bytes 1}
        }
        mappings {
            title {the program's memory}
            columns {{name base text} {size size bytes} {access acc text} {kind kind text} {of frames count}
                {rate frames/s rate} {bar there share} {file file path}}
            sort {name 0}
        }
        faults {
            title {faults of the program, by kind}
            columns {{name fault text} {of count count} {rate per-s speed} {bar share share}}
            sort {of 1}
        }
        calls {
            title {system calls}
            columns {{name call text} {of count count} {rate per-s speed} {ticks ticks count} {each ticks/call count}
                {bar share share}}
            sort {of 1}
        }
    }
}

proc ::acre::topviews::names {} {
    variable VIEWS
    return [dict keys $VIEWS]
}

proc ::acre::topviews::title {view} {
    variable VIEWS
    return [dict get $VIEWS $view title]
}

proc ::acre::topviews::columns {view} {
    variable VIEWS
    return [dict get $VIEWS $view columns]
}

proc ::acre::topviews::first_sort {view} {
    variable VIEWS
    return [dict get $VIEWS $view sort]
}

proc ::acre::topviews::rows {view ask} {
    return [Rows_$view $ask]
}

# Members of the dict that are whole numbers.
proc ::acre::topviews::Numbers {tree} {
    return [dict filter $tree script {name value} {string is entier -strict $value}]
}

# The member NAME, or 0.
proc ::acre::topviews::Member {tree name} {
    # Not in an expr, which would make another word of a text that looks like a number.
    if {[dict exists $tree $name]} {
        return [dict get $tree $name]
    }
    return 0
}

proc ::acre::topviews::Share {part whole} {
    return [expr {$whole > 0 ? double($part) / $whole : 0.0}]
}

proc ::acre::topviews::Rows_ledger {ask} {
    variable FRAME
    set owners [Numbers [{*}$ask memory.ledger 1]]
    set total [Member $owners total]
    return [lmap {name frames} [dict remove $owners total] {
        dict create name $name of $frames bytes [expr {$frames * $FRAME}] bar [Share $frames $total] \
            idle [expr {$frames == 0}]
    }]
}

proc ::acre::topviews::Rows_heaps {ask} {
    set heaps [Heaps [{*}$ask heaps 5] ""]
    set most [::tcl::mathfunc::max 1 {*}[lmap {name heap} $heaps {Member $heap allocated}]]
    return [lmap {name heap} $heaps {
        set bytes [Member $heap allocated]
        dict create name $name of [Member $heap objects] bytes $bytes held [Member $heap held] \
            peak [Member $heap peak-held] failures [Member $heap failures] bar [Share $bytes $most] \
            idle [expr {[Member $heap objects] == 0}]
    }]
}

# Every object below TREE that has a number of objects: its path, and itself.
proc ::acre::topviews::Heaps {tree path} {
    set found {}
    dict for {name item} $tree {
        if {[string is entier -strict $item] || [catch {dict size $item}]} continue
        set place [expr {$path eq "" ? $name : "$path.$name"}]
        if {[dict exists $item objects] && [string is entier -strict [dict get $item objects]]} {
            lappend found $place $item
        }
        lappend found {*}[Heaps $item $place]
    }
    return $found
}

proc ::acre::topviews::Rows_mappings {ask} {
    variable FRAME
    return [lmap mapping [{*}$ask program.mappings 3] {
        set base [dict get $mapping base]
        set size [expr {[dict get $mapping limit] - $base}]
        set frames [expr {[dict get $mapping frames 4k] + 512 * [dict get $mapping frames 2m]}]
        set file [dict get $mapping file]
        dict create name [string range $base 2 end] order [format %016llx $base] size $size \
            access [dict get $mapping access] \
            kind [dict get $mapping kind] of $frames bar [Share [expr {$frames * $FRAME}] $size] file $file idle 0
    }]
}

proc ::acre::topviews::Rows_faults {ask} {
    set counts [dict create]
    foreach {path lead} {program.page-faults page- program.faults ""} {
        dict for {name count} [Numbers [{*}$ask $path 1]] {
            # A page fault is told by its kind.
            if {$path ne "program.faults" || $name ne "page"} {
                dict set counts $lead$name $count
            }
        }
    }
    return [Counted $counts]
}

proc ::acre::topviews::Counted {counts} {
    set total [::tcl::mathop::+ {*}[dict values $counts]]
    return [lmap {name count} $counts {
        dict create name $name of $count bar [Share $count $total] idle [expr {$count == 0}]
    }]
}

proc ::acre::topviews::Rows_calls {ask} {
    set ticks [Numbers [{*}$ask program.call-ticks 1]]
    return [lmap row [Counted [Numbers [{*}$ask program.calls 1]]] {
        set spent [Member $ticks [dict get $row name]]
        dict replace $row ticks $spent each [expr {[dict get $row of] ? $spent / [dict get $row of] : 0}]
    }]
}

proc ::acre::topviews::head {ask} {
    set head [dict create program "" threads 0 free 0 total 0 calls 0 faults 0]
    set program [{*}$ask program 1]
    if {$program ne ""} {
        dict set head program [Member $program name]
        dict set head threads [Member $program thread-count]
    }
    set ledger [Numbers [{*}$ask memory.ledger 1]]
    dict set head free [Member $ledger free]
    dict set head total [Member $ledger total]
    foreach {key path} {calls program.calls faults program.page-faults} {
        dict set head $key [::tcl::mathop::+ {*}[dict values [Numbers [{*}$ask $path 1]]]]
    }
    return $head
}

proc ::acre::topviews::rate {rows before seconds} {
    return [lmap row $rows {
        set name [dict get $row name]
        set rate ""
        if {[dict exists $before $name] && $seconds > 0} {
            set rate [expr {([dict get $row of] - [dict get $before $name]) / double($seconds)}]
        }
        dict replace $row rate $rate
    }]
}
