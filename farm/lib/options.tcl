# SPDX-License-Identifier: Apache-2.0
#
# options.tcl: a command line into a dict, from a table.
#
# The table maps an option to {KIND NAME DEFAULT}.  KIND: flag (1 when given), one (the next word, or --opt=word), list
# (all words up to the next option; may be given several times and as --opt=word), maybe (only as --opt=word, or without
# a word: {maybe NAME DEFAULT BARE}).

namespace eval ::acre::options {}

# parse COMMAND TABLE WORDS -> dict NAME -> value.  Raises {ACRE USAGE}, naming the word and what to do.
proc ::acre::options::parse {command table words} {
    set given [dict create]
    dict for {option rule} $table {
        dict set given [lindex $rule 1] [lindex $rule 2]
    }
    while {$words ne ""} {
        set words [lassign $words word]
        set joined [regexp {^(--[a-z0-9-]+)=(.*)$} $word - word value]
        if {![dict exists $table $word]} {
            Usage "$command: [expr {[string match -* $word] ? "no such option" : "not understood"}]: '$word';\
                see 'acre help $command'"
        }
        lassign [dict get $table $word] kind name
        if {$kind eq "flag" && !$joined} {
            dict set given $name 1
            continue
        } elseif {$kind eq "maybe" && !$joined} {
            dict set given $name [lindex [dict get $table $word] 3]
            continue
        } elseif {$kind eq "flag"} {
            Usage "$command: $word takes no value: '$value'; see 'acre help $command'"
        }
        if {$joined} {
            set values [list $value]
        } else {
            set values [Values words $kind]
        }
        if {$values eq "" || "" in $values} {
            Usage "$command: $word needs a value; see 'acre help $command'"
        }
        # No expr here: it would make another word of a value that looks like a number.
        if {$kind in {one maybe}} {
            dict set given $name [lindex $values 0]
        } else {
            dict set given $name [concat [dict get $given $name] $values]
        }
    }
    return $given
}

# split TABLE WORDS ?NUMBERS? -> {OPTIONS OTHERS}: the options with their values, for parse, and the words that are
# none, in their order; all after "--" are none, and with NUMBERS 1 no number is an option, negative or not.
proc ::acre::options::split {table words {numbers 0}} {
    set options {}
    set others {}
    while {$words ne ""} {
        set words [lassign $words word]
        if {$word eq "--"} {
            return [list $options [concat $others $words]]
        } elseif {![string match -?* $word] || ($numbers && [string is entier -strict $word])} {
            lappend others $word
            continue
        }
        lappend options $word
        if {[dict exists $table $word] && [lindex [dict get $table $word] 0] eq "one" && [llength $words]} {
            set words [lassign $words value]
            lappend options $value
        }
    }
    return [list $options $others]
}

# number TEXT MOST -> 1 if TEXT is a number above 0 and at most MOST ("inf" and "nan" are none).
proc ::acre::options::number {text most} {
    return [expr {[regexp {^[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?$} $text] && $text > 0 && $text <= $most}]
}

# Takes an option's values off WORDS: one, or all up to the next option.
proc ::acre::options::Values {wordsVar kind} {
    upvar 1 $wordsVar words
    set values {}
    while {$words ne "" && ($kind eq "one" ? $values eq "" : ![string match --* [lindex $words 0]])} {
        set words [lassign $words value]
        lappend values $value
    }
    return $values
}

proc ::acre::options::Usage {message} {
    return -code error -level 2 -errorcode {ACRE USAGE} $message
}
