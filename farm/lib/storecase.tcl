# SPDX-License-Identifier: Apache-2.0
#
# storecase.tcl: the cases in which the guest serves its store (case key `store` is "served"): its image holds at the
# end until a client says bye, its machine has a second serial port, and the farm is that client.
#
#   ::acre::storecase::wanted CASE        -> 1 for such a case
#   ::acre::storecase::image CASE IMAGE   -> the path of a copy of IMAGE that serves and holds, in the case's directory;
#                                         IMAGE itself for a case that does not
#   ::acre::storecase::start SECONDS      forgets what was told before; SECONDS: how long the guest may owe an answer
#   ::acre::storecase::com2 CHANNELS      drive.tcl's com2
#   ::acre::storecase::talk HANDLE        asks what storejudge.tcl compares, then says bye.  To be called in an event of
#                                         the run, once the guest goes on from its audit point
#   ::acre::storecase::told               -> dict: trouble ("" or why the store was not read), and what storejudge.tcl
#                                         takes
#
# A reply has 64 KiB at most: what may be longer, the lists of a large map, is asked for in two halves.

namespace eval ::acre::storecase {
    # Key of `told` -> path, depth, fields ("" for all).
    variable QUESTIONS {
        memory {memory 1 {}} ledger {memory.ledger 2 {}} physical {memory.physical 1 {}}
        map-where {memory.bios-map 3 {base length}} map-what {memory.bios-map 3 {type attributes}}
        regions {memory.regions 3 {base limit}}
        layout {layout 3 {}} page_tables {page_tables 3 {}} heaps {heaps 4 {}}
    }
    variable peer ""
    variable told {}
    variable seconds 0
    # Milliseconds between two looks whether the guest is still there.
    variable PAUSE 50
}

proc ::acre::storecase::wanted {case} {
    return [expr {[dict exists $case store] && [dict get $case store] ne ""}]
}

proc ::acre::storecase::image {case image} {
    if {![wanted $case]} {
        return $image
    }
    ::acre::paths::use image
    set out [file join [dict get $case dir] served.img]
    ::acre::image::changed $image [::acre::image::load $image] $out {meta read hold 1}
    return $out
}

proc ::acre::storecase::start {patience} {
    variable peer ""
    variable told [dict create trouble "the guest did not come so far"]
    variable seconds $patience
}

proc ::acre::storecase::com2 {channels} {
    variable peer
    variable seconds
    ::acre::paths::use storepeer storejson
    set peer [::acre::storepeer::over {*}$channels $seconds]
}

proc ::acre::storecase::told {} {
    variable told
    return $told
}

proc ::acre::storecase::talk {handle} {
    variable QUESTIONS
    variable peer
    variable told
    Watch $handle $peer
    try {
        dict for {key question} $QUESTIONS {
            dict set told $key [Ask {*}$question]
        }
        dict set told trouble ""
        ::acre::storepeer::ask $peer bye {}
    } trap {ACRE STORE} why {
        dict set told trouble "$key: $why"
        catch {::acre::storepeer::ask $peer bye {}}
    } trap {ACRE PEER} why {
        dict set told trouble $why
    } finally {
        ::acre::storepeer::close $peer
        set peer ""
    }
}

# A guest that has ended owes no answer: its pipe does not tell.
proc ::acre::storecase::Watch {handle asked} {
    variable peer
    variable PAUSE
    if {$asked eq "" || $peer ne $asked} {
        return
    } elseif {![info exists $handle] || [set ${handle}(end)] ne "" || [set ${handle}(gone)]} {
        set ${peer}(end) closed
    } else {
        after $PAUSE [list ::acre::storecase::Watch $handle $peer]
    }
}

# The answer as nested dicts and lists.
proc ::acre::storecase::Ask {path depth fields} {
    variable peer
    set arguments [dict create path "\"$path\"" depth $depth]
    if {$fields ne ""} {
        dict set arguments fields \[[join [lmap field $fields {string cat \" $field \"}] ,]\]
    }
    return [::acre::storejson::dictionary [::acre::storejson::parse [::acre::storepeer::ask $peer get $arguments]]]
}
