# SPDX-License-Identifier: Apache-2.0
#
# storeoptions.tcl: the options of an image that are about its store.
#
#   ::acre::storeoptions::TABLE        the options of acre boot and acre run that say them, for options.tcl
#   ::acre::storeoptions::words WHAT MODE KEY HOLD -> list of NAME=VALUE, as --set takes them.  MODE is off, read, write
#                                      or "" (what the key asks for); KEY the file with the key, or "".  WHAT is the
#                                      command, for its errors
#   ::acre::storeoptions::shown NAME VALUE -> VALUE as it may be printed: the key is not

::acre::paths::use storekey

namespace eval ::acre::storeoptions {
    variable TABLE {--meta {maybe meta {} auto} --meta-key {one meta-key {}} --hold {flag hold 0}}
    variable MODES {off read write}
}

proc ::acre::storeoptions::words {what mode key hold} {
    variable MODES
    if {$mode ni [concat $MODES {{}}]} {
        ::acre::err::usage "$what: --meta is off, read or write, not '$mode'"
    } elseif {$mode eq "write" && $key eq ""} {
        ::acre::err::usage "$what: --meta write needs a key, from whoever may write: --meta-key FILE"
    } elseif {$mode in {off read} && $key ne ""} {
        ::acre::err::usage "$what: --meta-key is for --meta write; with --meta $mode nobody may write"
    } elseif {$mode eq "off" && $hold} {
        ::acre::err::usage "$what: --hold waits for a client of the store; with --meta off there is none"
    }
    set words {}
    if {$key ne ""} {
        lappend words meta=write metakey=[::acre::storekey::hex $key]
    } elseif {$mode ne ""} {
        lappend words meta=$mode metakey=
    }
    if {$hold} {
        lappend words hold=1
    }
    return $words
}

proc ::acre::storeoptions::shown {name value} {
    return [expr {$name eq "metakey" ? "(hidden)" : $value}]
}
