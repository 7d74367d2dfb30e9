# SPDX-License-Identifier: Apache-2.0
#
# dumptree.tcl: the tree of a store as the server's writer would write it (runtime/storeout.h), from what a dump has.
#
#   ::acre::dumptree::write VALUES HOST NODE QUERY -> JSON; VALUES is dumpvalue.tcl's handle; HOST a command prefix that
#                                is called with the path of a computed node and the address of its function_value, and
#                                with "heap:PATH" and the address of a heap_value: it returns a NODE.  QUERY is a dict:
#                                path, mode (values, types, list), depth, fields (a list).  Raises
#                                {ACRE STORE CODE} with the server's words where the path leads nowhere
#
# A NODE is one of
#   {number N} {signed N} {flag B} {text BYTES} {address N}     a leaf
#   {object {NAME NODE ...}} {list {NODE ...}}                  what the host made
#   {value ADDRESS}                                             a tagged value of the dump
#   {computed WHY} {broken WHY}                                 {"computed":WHY}, {"broken":WHY}
#
# The tree is a graph in damaged memory: a container within itself is broken, and after VALUES_MOST values it is enough.

::acre::paths::use dumpvalue

namespace eval ::acre::dumptree {
    variable VALUES_MOST 100000
    # Containers in each other (STORE_NEST_MAX).
    variable NEST_MOST 16
}

proc ::acre::dumptree::write {values host node query} {
    variable VALUES_MOST
    variable state
    array set state [list values $values host $host left $VALUES_MOST open {}]
    array set state $query
    set names [split [dict get $query path] .]
    set done {}
    set node [Settle $node ""]
    foreach name $names {
        set node [Child $node $name $done]
        lappend done $name
        set node [Settle $node [join $done .]]
    }
    if {[lindex $node 0] in {computed broken} && $state(mode) eq "values"} {
        Refuse [lindex $node 0] "\"[join $done .]\" is [lindex $node 0]: [lindex $node 1]"
    }
    return [Text $node [join $done .] $state(depth) [expr {$state(fields) eq ""}]]
}

proc ::acre::dumptree::Refuse {code words} {
    return -code error -errorcode [list ACRE STORE $code] $words
}

# A value of the dump as what it is: a leaf, {tuple ADDRESS}, {vector ADDRESS}, or what the host says.
proc ::acre::dumptree::Settle {node path} {
    variable state
    while {[lindex $node 0] eq "value"} {
        if {[catch {Value [lindex $node 1] $path} node options]} {
            if {[lrange [dict get $options -errorcode] 0 1] ne {ACRE DUMP}} {
                return -options $options $node
            }
            return [list broken $node]
        }
    }
    return $node
}

proc ::acre::dumptree::Value {address path} {
    variable state
    set tag [::acre::dumpvalue::tag $state(values) $address]
    switch -- $tag {
        tuple - vector {
            if {$address in $state(open)} {
                return [list broken [format "the %s at 0x%llx is within itself" $tag $address]]
            }
            return [list $tag $address]
        }
        view { return [::acre::dumpvalue::view $state(values) $address] }
        function { return [{*}$state(host) $path $address] }
        heap { return [{*}$state(host) heap:$path $address] }
        symbol - string { return [list text [dict get [::acre::dumpvalue::fields $state(values) $address] text]] }
        integer {
            set number [dict get [::acre::dumpvalue::fields $state(values) $address] number]
            return [list [expr {$number < 0 ? "signed" : "number"}] $number]
        }
        none - unlisted { return [list broken [format "0x%llx is no value" $address]] }
    }
    return [list text $tag]
}

# The entry NAME of a container.
proc ::acre::dumptree::Child {node name done} {
    variable state
    if {[lindex $node 0] in {computed broken}} {
        Refuse [lindex $node 0] "\"[join $done .]\" is [lindex $node 0]: [lindex $node 1]"
    }
    set list [expr {[lindex $node 0] in {list vector}}]
    foreach {key child} [Entries $node] {
        if {$list ? [string is digit -strict $name] && [scan $name %lld] == $key : $key eq $name} {
            return $child
        }
    }
    set within [expr {$done eq "" ? "" : " in \"[join $done .]\""}]
    Refuse not-found "there is no \"$name\"$within; list says what is there"
}

# The entries of a container, {NAME NODE ...}; of a list's the numbers are the names.
proc ::acre::dumptree::Entries {node} {
    variable state
    lassign $node kind content
    set entries {}
    set number -1
    switch -- $kind {
        object { return $content }
        list {
            foreach item $content {
                lappend entries [incr number] $item
            }
        }
        tuple {
            foreach member [Read $kind members $content] {
                lappend entries [lindex $member 0] [list value [lindex $member 1]]
            }
        }
        vector {
            foreach item [Read $kind items $content] {
                lappend entries [incr number] [list value $item]
            }
        }
    }
    return $entries
}

# A container of the dump that cannot be read ends the whole answer where it was asked for by its path.
proc ::acre::dumptree::Read {kind what address} {
    variable state
    try {
        return [::acre::dumpvalue::$what $state(values) $address]
    } trap {ACRE DUMP} why {
        Refuse broken $why
    }
}

# The JSON of a settled node; ALL: none of its leaves is left out for its name.
proc ::acre::dumptree::Text {node path depth all} {
    variable state
    variable VALUES_MOST
    if {[incr state(left) -1] < 0} {
        Refuse too-big "it has more than $VALUES_MOST values; ask for less: a longer path, fields, depth"
    }
    lassign $node kind content
    if {$kind in {computed broken}} {
        return [expr {$state(mode) eq "values" ? "{\"$kind\":[Quoted $content]}" : "\"$kind\""}]
    } elseif {$kind ni {object list tuple vector}} {
        return [expr {$state(mode) eq "values" ? [Leaf $kind $content] : "\"$kind\""}]
    }
    set list [expr {$kind in {list vector}}]
    if {$depth == 0 && $state(mode) ne "values"} {
        return [expr {$list ? {"list"} : {"object"}}]
    }
    set open $state(open)
    try {
        return [expr {$depth == 0 ? "{\"+\":[Count $node]}" : [Container $node $path $depth $all $list]}]
    } trap {ACRE STORE broken} why {
        set state(open) $open
        return [Text [list broken $why] $path $depth $all]
    }
}

proc ::acre::dumptree::Count {node} {
    variable state
    lassign $node kind content
    switch -- $kind {
        object { return [expr {[llength $content] / 2}] }
        list { return [llength $content] }
    }
    return [Read $kind size $content]
}

proc ::acre::dumptree::Container {node path depth all list} {
    variable state
    variable NEST_MOST
    if {[llength $state(open)] >= $NEST_MOST} {
        Refuse broken "there are more than $NEST_MOST containers in each other"
    }
    set parts {}
    lappend state(open) [expr {[lindex $node 0] in {tuple vector} ? [lindex $node 1] : ""}]
    foreach {name child} [Entries $node] {
        set below [expr {$path eq "" ? $name : "$path.$name"}]
        set child [Settle $child $below]
        set wanted [expr {$all || (!$list && $name in $state(fields))}]
        if {!$wanted && [lindex $child 0] ni {object list tuple vector}} continue
        set text [Text $child $below [expr {$depth - 1}] $wanted]
        lappend parts [expr {$list ? $text : "[Quoted $name]:$text"}]
        if {$list && $state(mode) eq "types"} break
    }
    set state(open) [lrange $state(open) 0 end-1]
    set text [join $parts ,]
    return [expr {$list ? "\[$text\]" : "{$text}"}]
}

proc ::acre::dumptree::Leaf {kind content} {
    switch -- $kind {
        flag { return [expr {$content ? "true" : "false"}] }
        text { return [Quoted $content] }
        address { return [format {"0x%llx"} $content] }
    }
    return $content
}

# A JSON string whose characters are the bytes.
proc ::acre::dumptree::Quoted {bytes} {
    set text [string map {\\ \\\\ \" \\\"} $bytes]
    if {[regexp {^[ -~]*$} $text]} {
        return "\"$text\""
    }
    set quoted ""
    foreach character [split $text ""] {
        append quoted [expr {[string match {[ -~]} $character] ? $character : [format \\u%04x [scan $character %c]]}]
    }
    return "\"$quoted\""
}
