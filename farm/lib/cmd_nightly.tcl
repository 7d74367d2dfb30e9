# SPDX-License-Identifier: Apache-2.0
#
# acre nightly: a night of the farm, as one file says it.  doc/nightly.md is the description for users.

namespace eval ::acre::cmd {}
namespace eval ::acre::cmdnightly {
    variable options {
        --config {one config {}} --check {flag check 0} --quiet {flag quiet 0} -q {flag quiet 0}
    }
}

# acre nightly ARG... -> exit status
proc ::acre::cmd::nightly {args} {
    ::acre::paths::use options nightconf
    set given [::acre::options::parse nightly $::acre::cmdnightly::options $args]
    set file [::acre::nightconf::find [dict get $given config]]
    set conf [::acre::nightconf::read $file]
    if {![namespace exists ::layout]} {
        uplevel #0 [list source [::acre::paths::get layout]]
    }
    ::acre::paths::use nightly
    if {[dict get $given check]} {
        return [::acre::cmdnightly::Check $conf $file]
    }
    foreach tool {sqlite3 flock} {
        ::acre::err::need $tool
    }
    return [::acre::nightly::run $conf [list ::acre::cmdnightly::Say [dict get $given quiet]]]
}

proc ::acre::cmdnightly::Say {quiet line} {
    if {!$quiet} {
        puts $line
        flush stdout
    }
}

# What a night would be, and nothing of it done.
proc ::acre::cmdnightly::Check {conf file} {
    puts "$file:"
    set acre acre
    if {[dict get $conf repository] ne ""} {
        puts "  build [dict get $conf revision] of [dict get $conf repository]"
        set acre [file join [dict get $conf directory] build acre]
    }
    set when [clock seconds]
    puts "  [string trim [::acre::nightly::farm $conf $acre [file join [dict get $conf directory] nights \
        [clock format $when -format %Y-%m-%d]] $when]]"
    foreach part [dict get $conf figures] {
        puts "  make bench BENCH=$part"
    }
    puts "  keep [dict get $conf keep] nights in [dict get $conf directory]"
    if {[dict get $conf mail] ne ""} {
        puts "  mail ([dict get $conf mail-when]): [dict get $conf mail]"
    }
    return 0
}
