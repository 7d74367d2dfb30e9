# SPDX-License-Identifier: Apache-2.0
#
# storeframe.tcl: the frames in which the store's server speaks (doc/store.md): "$", the JSON's length in bytes as 5
# hexadecimal digits, ":", its CRC-32 as 8, ":", the JSON, a line's end.
#
#   ::acre::storeframe::make JSON      -> the frame's bytes
#   ::acre::storeframe::take VARIABLE  -> the JSON texts of the good frames in the bytes that VARIABLE holds, in their
#                                      order; what may be the beginning of one more is left there, all else is gone
#
# JSON has no control characters, so a frame is one line, and what is no frame ends at the next line's end at the
# latest: a cut frame spoils none but itself.  VARIABLE never grows beyond MOST bytes.

namespace eval ::acre::storeframe {
    # Bytes of "$LLLLL:CCCCCCCC:", and of the longest JSON.
    variable HEAD 16
    variable JSON_MOST 65536
    variable MOST 65600
    variable FORM {^\$([0-9a-fA-F]{5}):([0-9a-fA-F]{8}):(.*)$}
}

proc ::acre::storeframe::make {json} {
    set bytes [encoding convertto utf-8 $json]
    return [format "\$%05x:%08x:%s\n" [string length $bytes] [zlib crc32 $bytes] $bytes]
}

proc ::acre::storeframe::take {variable} {
    variable MOST
    upvar 1 $variable bytes
    set found {}
    while {[set end [string first \n $bytes]] >= 0} {
        set json [Good [string range $bytes 0 $end-1]]
        if {$json ne ""} {
            lappend found $json
        }
        set bytes [string range $bytes $end+1 end]
    }
    if {[string length $bytes] > $MOST} {
        set bytes [string range $bytes end-[expr {$MOST - 1}] end]
    }
    return $found
}

# The JSON of the frame at the end of LINE, whatever stands before it, or "".
proc ::acre::storeframe::Good {line} {
    variable FORM
    for {set at 0} {[set at [string first \$ $line $at]] >= 0} {incr at} {
        if {[regexp $FORM [string range $line $at end] - length sum json]
                && [scan $length %x] == [string length $json] && [scan $sum %x] == [zlib crc32 $json]} {
            return [encoding convertfrom utf-8 $json]
        }
    }
    return ""
}
