# SPDX-License-Identifier: Apache-2.0
#
# ctlset.tcl: acre ctl set: the value as JSON of the row's type, and the proof that the key is known.  Part of
# cmd_ctl.tcl's namespace, and loaded by it.

::acre::paths::use storekey

namespace eval ::acre::ctl {
    variable FLAGS {true true yes true on true 1 true false false no false off false 0 false}
}

proc ::acre::ctl::Do_set {given path word} {
    # What is wrong with the file is said before the guest is troubled.
    set key [expr {[dict get $given key] eq "" ? "" : [::acre::storekey::hex [dict get $given key]]}]
    set path [string trimright $path .]
    set ask [asker $given]
    try {
        set row [::acre::storejson::parse [{*}$ask get [dict replace [Path $path] depth 1]]]
        set value [Value [::acre::storejson::get $row type] $word]
        set arguments [dict replace [Path $path] value $value]
        if {$key ne ""} {
            set nonce [::acre::storejson::parse [{*}$ask challenge {}]]
            set nonce [::acre::storejson::plain [::acre::storejson::get $nonce nonce]]
            dict set arguments mac [::acre::storejson::quote [::acre::storekey::mac $key $nonce $path $value]]
        }
        set text [{*}$ask set $arguments]
    } trap {ACRE STORE read-only} why {
        set hint [expr {$key eq "" ? "; name the key with --key FILE" : ""}]
        return -code error -errorcode {ACRE STORE read-only} $why$hint
    } finally {
        ::acre::storepeer::close [lindex $ask end]
    }
    return [Print $given $text [list list "$path = [::acre::storeshow::words [::acre::storejson::parse $value]]"]]
}

# The JSON of what a person wrote, for a row of the type TYPE.  What is not of that type goes as a text: the server
# knows best why it is none.
proc ::acre::ctl::Value {type word} {
    variable FLAGS
    set type [expr {$type eq "" ? "" : [::acre::storejson::plain $type]}]
    set lower [string tolower $word]
    if {$type eq "flag" && [dict exists $FLAGS $lower]} {
        return [dict get $FLAGS $lower]
    } elseif {$type in {"" number} && [regexp {^(-?)(\d{1,20})$} $word - sign digits]} {
        return $sign[Decimal $digits]
    } elseif {$type in {"" number} && [regexp {^0x[0-9a-f]{1,16}$} $lower]} {
        return [format %llu $lower]
    } elseif {$type eq "" && $lower in {true false}} {
        return $lower
    }
    return [::acre::storejson::quote $word]
}
