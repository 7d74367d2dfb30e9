# SPDX-License-Identifier: Apache-2.0
#
# ctlset.tcl: acre ctl set: the value as JSON of the row's type, and the proof that the key is known.  Part of
# cmd_ctl.tcl's namespace, and loaded by it.

::acre::paths::use storekey

namespace eval ::acre::ctl {
    variable FLAGS {true true yes true on true 1 true false false no false off false 0 false}
}

proc ::acre::ctl::Do_set {given path word} {
    if {[dict get $given key] eq ""} {
        ::acre::err::usage "ctl set needs the key that is in the guest's image: --key FILE; 'acre help ctl' says more"
    }
    set key [::acre::storekey::hex [dict get $given key]]
    set path [string trimright $path .]
    set ask [asker $given]
    try {
        set row [::acre::storejson::parse [{*}$ask get [dict replace [Path $path] depth 1]]]
        set value [Value [::acre::storejson::get $row type] $word]
        set nonce [::acre::storejson::get [::acre::storejson::parse [{*}$ask challenge {}]] nonce]
        set mac [::acre::storekey::mac $key [::acre::storejson::plain $nonce] $path $value]
        set text [{*}$ask set [dict replace [Path $path] value $value mac [::acre::storejson::quote $mac]]]
    } trap {ACRE STORE wrong-key} {} {
        return -code error -errorcode {ACRE STORE wrong-key} \
            "the key [dict get $given key] is not the one in the guest's image"
    } finally {
        ::acre::storepeer::close [lindex $ask end]
    }
    return [Print $given $text {Changed $path [::acre::storejson::parse $text]}]
}

proc ::acre::ctl::Changed {path answer} {
    foreach name {value old} {
        set $name [::acre::storeshow::words [::acre::storejson::get $answer $name]]
    }
    return [list "$path = $value (was $old)"]
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
        # Not more than 64 bits, so it is no negative number.
        return [expr {$lower + 0}]
    } elseif {$type eq "" && $lower in {true false}} {
        return $lower
    }
    return [::acre::storejson::quote $word]
}
