# SPDX-License-Identifier: Apache-2.0
#
# acre ctl: the store of a running guest, for shells and scripts.  Status: 0 done, 1 the store refused, 2 for a wrong
# command line, or if no answer came.

::acre::paths::use options storejson storepeer storesocket storeshow ctlset ctlwatch dump

namespace eval ::acre::ctl {
    variable TABLE {
        -c {one socket {}} --json {flag json 0} --key {one key {}} --timeout {one timeout 5}
        --depth {one depth {}} --fields {one fields {}} --interval {one interval {}} --above {one above {}}
        --below {one below {}} --count {one count {}}
    }
    # Of each action: words at least, at most, what they are, and the options that it takes beside the common ones.
    variable ACTIONS {
        get         {0 1 {[PATH]} {depth fields}}
        list        {0 1 {[PATH]} {}}
        schema      {0 1 {[PATH]} {}}
        set         {2 2 {PATH VALUE} {key}}
        watch       {1 1 PATH {depth interval above below count}}
        tags        {0 0 {} {}}
        read        {1 2 {ADDRESS [BYTES]} {}}
        ping        {0 0 {} {}}
        bye         {0 0 {} {}}
        post-mortem {0 0 {} {}}
        complete    {0 1 {[PREFIX]} {}}
    }
    variable COMMON {socket json timeout}
    # What can be asked of a memory dump.
    variable DEAD {get list schema tags read ping complete}
    # Seconds that completion may take: a person waits.
    variable COMPLETE_TIMEOUT 1
    # Bytes of a read, without a number.
    variable READ_BYTES 64
}

proc ::acre::cmd::ctl {args} {
    variable ::acre::ctl::ACTIONS
    lassign [::acre::options::split $::acre::ctl::TABLE $args 1] options words
    set given [::acre::options::parse ctl $::acre::ctl::TABLE $options]
    set words [lassign $words action]
    if {$action eq ""} {
        ::acre::err::usage "ctl needs to be told what to do: [join [dict keys $ACTIONS] {, }]; see 'acre help ctl'"
    } elseif {![dict exists $ACTIONS $action]} {
        ::acre::err::usage "ctl: no such action: '$action'; there are [join [dict keys $ACTIONS] {, }]"
    }
    ::acre::ctl::Check $action $given $words
    try {
        ::acre::ctl::Living $action $given
        return [::acre::ctl::Do_$action $given {*}$words]
    } trap {ACRE STORE} why {
        puts stderr "acre: $why"
        return 1
    } trap {ACRE PEER} why {
        ::acre::err::bad $why
    }
}

# The action has the words it needs, and no option of another's.
proc ::acre::ctl::Check {action given words} {
    variable ACTIONS
    variable TABLE
    variable COMMON
    lassign [dict get $ACTIONS $action] least most form takes
    if {[llength $words] < $least} {
        ::acre::err::usage "ctl $action needs more words: acre ctl $action $form"
    } elseif {[llength $words] > $most} {
        ::acre::err::usage "ctl $action takes no '[lindex $words $most]': [string trim "acre ctl $action $form"]"
    }
    dict for {option rule} $TABLE {
        lassign $rule kind name default
        if {$name ni $takes && $name ni $COMMON && [dict get $given $name] ne $default} {
            ::acre::err::usage "ctl $action takes no $option; see 'acre help ctl'"
        }
    }
    if {![::acre::options::number [dict get $given timeout] 1e6]} {
        ::acre::err::usage "ctl: --timeout takes seconds, more than 0 and at most 1000000,\
            not '[dict get $given timeout]'"
    }
    foreach name {depth interval above below count} {
        if {[dict get $given $name] ne "" && ![regexp {^\d{1,20}$} [dict get $given $name]]} {
            ::acre::err::usage "ctl: --$name takes a number, not '[dict get $given $name]'"
        }
    }
}

# A file is a memory dump: it can be read, and that is all.
proc ::acre::ctl::Living {action given} {
    variable DEAD
    if {$action ni $DEAD && [::acre::dump::is [dict get $given socket]]} {
        return -code error -errorcode {ACRE STORE dump} "[dict get $given socket] is a dump, which does not change:\
            ctl $action is for a running guest; there are [join $DEAD {, }]"
    }
}

# asker GIVEN -> a command prefix that takes OPERATION ARGUMENTS and returns the answer's JSON text.
proc ::acre::ctl::asker {given {farewell ""}} {
    set socket [dict get $given socket]
    if {$socket eq ""} {
        set socket [::acre::storesocket::find]
    }
    if {[::acre::dump::is $socket]} {
        return [list ::acre::dump::ask [::acre::dump::open $socket]]
    }
    return [list ::acre::storepeer::ask [::acre::storepeer::open $socket [dict get $given timeout] $farewell]]
}

# One request -> the answer's JSON text.
proc ::acre::ctl::Ask {given operation arguments} {
    set ask [asker $given]
    try {
        return [{*}$ask $operation $arguments]
    } finally {
        [namespace qualifiers [lindex $ask 0]]::close [lindex $ask end]
    }
}

# An argument with the option's number, if it was given.
proc ::acre::ctl::Numbers {given args} {
    set arguments [dict create]
    foreach name $args {
        if {[dict get $given $name] ne ""} {
            dict set arguments $name [Decimal [dict get $given $name]]
        }
    }
    return $arguments
}

# JSON knows no leading zeros.
proc ::acre::ctl::Decimal {digits} {
    return [scan $digits %lld]
}

# What stands in the tree at PATH, which may be written with a dot behind.
proc ::acre::ctl::Path {path} {
    return [dict create path [::acre::storejson::quote [string trimright $path .]]]
}

# Prints an answer: as it is, or the lines that the caller's script SHOW makes of it.
proc ::acre::ctl::Print {given text show} {
    if {[dict get $given json]} {
        puts $text
    } else {
        foreach line [uplevel 1 $show] {
            puts $line
        }
    }
    return 0
}

proc ::acre::ctl::Do_get {given {path ""}} {
    set arguments [dict merge [Path $path] [Numbers $given depth]]
    if {[dict get $given fields] ne ""} {
        set names [lmap name [split [dict get $given fields] ,] {::acre::storejson::quote [string trim $name]}]
        dict set arguments fields \[[join $names ,]\]
    }
    set text [Ask $given get $arguments]
    return [Print $given $text {::acre::storeshow::lines [::acre::storejson::parse $text] [string trimright $path .]}]
}

proc ::acre::ctl::Do_list {given {path ""}} {
    set text [Ask $given list [Path $path]]
    return [Print $given $text {::acre::storeshow::types [::acre::storejson::parse $text] ""}]
}

proc ::acre::ctl::Do_schema {given {path ""}} {
    set text [Ask $given schema [Path $path]]
    return [Print $given $text {::acre::storeshow::types [::acre::storejson::parse $text] [string trimright $path .]}]
}

proc ::acre::ctl::Do_tags {given} {
    set text [Ask $given tags {}]
    return [Print $given $text {::acre::storeshow::tags [::acre::storejson::parse $text]}]
}

proc ::acre::ctl::Do_read {given address {bytes ""}} {
    variable READ_BYTES
    foreach {what word} [list ADDRESS $address BYTES $bytes] {
        if {![regexp -nocase {^(0x[0-9a-f]{1,16}|\d{1,20})$} $word] && !($what eq "BYTES" && $word eq "")} {
            ::acre::err::usage "ctl read: $what is a number, as 0xffff800000001000 or 64, not '$word'"
        }
    }
    set address [format 0x%llx [expr {[string match -nocase 0x* $address] ? $address : [Decimal $address]}]]
    if {$bytes eq ""} {
        set bytes $READ_BYTES
    }
    set bytes [expr {[string match -nocase 0x* $bytes] ? $bytes : [Decimal $bytes]}]
    set text [Ask $given read [dict create address [::acre::storejson::quote $address] bytes $bytes]]
    return [Print $given $text {::acre::storeshow::lines [::acre::storejson::parse $text] ""}]
}

proc ::acre::ctl::Do_ping {given} {
    set began [clock microseconds]
    set text [Ask $given ping {}]
    set ms [format %.1f [expr {([clock microseconds] - $began) / 1000.0}]]
    set answer [::acre::storejson::dictionary [::acre::storejson::parse $text]]
    set word [expr {[dict exists $answer write] && [dict get $answer write] ? "may be changed" : "may be read"}]
    return [Print $given $text {list "the guest answers in $ms ms; its store $word"}]
}

proc ::acre::ctl::Do_bye {given} {
    Print $given [Ask $given bye {}] {list}
}
