# SPDX-License-Identifier: Apache-2.0
# acre version: which Acre this is, one line.

proc ::acre::cmd::version {args} {
    if {[llength $args]} {
        ::acre::err::usage "version takes no argument, not '[lindex $args 0]'"
    }
    puts "acre [::acre::paths::get version]"
    return 0
}
