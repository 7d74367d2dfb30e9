# SPDX-License-Identifier: Apache-2.0
#
# storekey.tcl: the key that allows to write a guest's store.
#
#   ::acre::storekey::hex FILE         -> the key as the image has it: SHA-256 of the file's bytes, 64 digits; raises
#                                      {ACRE BAD} for a file that cannot be one
#   ::acre::storekey::mac KEY NONCE PATH JSON  -> what proves to the server that the key is known (doc/store.md); KEY as
#                                      `hex` has it, JSON is the value as it stands in the request

namespace eval ::acre::storekey {
    # Bytes of a key's file: a passphrase or some random bytes, not a disk.
    variable FILE_MOST 65536
}

proc ::acre::storekey::hex {path} {
    variable FILE_MOST
    ::acre::err::package sha256
    if {[file isdirectory $path]} {
        ::acre::err::bad "the key $path is a directory; name a file"
    } elseif {[catch {open $path rb} channel]} {
        ::acre::err::bad "cannot read the key $path: [lindex $::errorCode 2]"
    }
    set bytes [read $channel [expr {$FILE_MOST + 1}]]
    close $channel
    if {$bytes eq ""} {
        ::acre::err::bad "the key $path is empty; make one: head -c 32 /dev/urandom >$path"
    } elseif {[string length $bytes] > $FILE_MOST} {
        ::acre::err::bad "the key $path has more than $FILE_MOST bytes; take fewer"
    }
    return [::sha2::sha256 -hex -- $bytes]
}

proc ::acre::storekey::mac {key nonce path json} {
    ::acre::err::package sha256
    return [::sha2::hmac -hex -key [binary format H* $key] -- $nonce\n$path\n$json]
}
