# SPDX-License-Identifier: Apache-2.0
#
# dump.tcl: the store in a memory dump (an ELF core), asked as the kernel itself is asked over COM2 (doc/store.md).
#
#   ::acre::dump::is FILE            -> 1 if FILE begins as an ELF file does; a socket, or no file, is none
#   ::acre::dump::open FILE          -> DUMP; raises {ACRE BAD}, naming what is wrong: no ELF core, cut short, no anchor
#                                    of a store in it, tables that lead nowhere
#   ::acre::dump::answer DUMP REQUEST -> the reply, one line of JSON without the line's end, as the server writes it:
#                                    {"id":N,"ok":VALUE} or {"id":N,"error":CODE,"text":WORDS}.  REQUEST is what
#                                    json::json2dict makes of a request: id, op (get list schema tags read ping), path,
#                                    depth, fields (a list), address, bytes.  Never raises for what a dump holds
#   ::acre::dump::close DUMP
#
# What the kernel computes when it is asked, and the host cannot, is {"computed":WHY} in its place; what of the store is
# damaged is {"broken":WHY}, and all around it can still be read.  What steers (set, challenge, watch) has the error
# "read-only".

namespace eval ::acre::dump {}

proc ::acre::dump::is {path} {
    if {![file isfile $path] || [catch {::open [file join [pwd] $path] rb} in]} {
        return 0
    }
    set magic [read $in 4]
    ::close $in
    return [expr {$magic eq "\x7fELF"}]
}
