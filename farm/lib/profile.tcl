# SPDX-License-Identifier: Apache-2.0
#
# profile.tcl: profiles: how a kernel that is not Acre is started, and how one knows what it makes of a memory map.
#
#   ::acre::profile::read FILE      -> dict: name, file and the keys below.  Raises {ACRE PROFILE}, naming the line
#   ::acre::profile::find NAME      -> the path of a bundled profile, or NAME itself if it is a file; raises
#                                      {ACRE USAGE}
#   ::acre::profile::names          -> the bundled profiles
#   ::acre::profile::is_path NAME   -> whether NAME can only be a file's
#   ::acre::profile::loaded PROFILE FILE -> {base limit}: where a loader puts the kernel FILE, whatever the map says, or
#                                      "" where that is not known
#   ::acre::profile::kernel PROFILE -> the kernel's path, "" for one that needs none.  Raises {ACRE NEED}, naming the
#                                      Debian packages of which one has it
#
# A profile is text, a line `key = value` each, # begins a comment.  doc/farm.md describes the keys; the table below
# is what is accepted: key -> {form default}.

namespace eval ::acre::profile {
    variable keys {
        about {text ""} package {words ""} kernel {text ""} start {start ""} boot {lines ""} append {text ""}
        started {regex ""} up {regex ""} gives-up {regex ""} ends {ends text}
        map {words ""} map-from {regex ""} map-to {regex ""} map-rule {rule usable} map-cut {yes no}
        total {regex ""} total-types {words 1} counted {ranges ""} control {yes no} ram-most {size ""}
        usable-least {size ""} screen {screen ""} loaded {loaded ""} without {words ""}
        emulator {emulators {qemu bochs}} seconds {seconds 30} bochs-seconds {seconds ""} bochs-ips {number ""}
    }
    variable forms {
        start     ^(kernel|grub|syslinux|sector|image)$
        ends      ^(text|off|reset)$
        rule      ^(entries|highest|usable)$
        ranges    {^0x[0-9a-f]{1,16}-0x[0-9a-f]{1,17}(?: 0x[0-9a-f]{1,16}-0x[0-9a-f]{1,17})*$}
        size      {^[1-9][0-9]{0,6}[MGT]$}
        emulators {^(?:qemu|bochs)(?: (?:qemu|bochs))*$}
        yes       ^(yes|no)$
        screen    ^serial$
        loaded    {^(?:bzimage|0x[0-9a-f]{1,16}-0x[0-9a-f]{1,17})$}
        number    {^[1-9][0-9]{5,8}$}
        seconds   {^[1-9][0-9]{0,3}$}
    }
    variable SUFFIX .profile
    # A profile is small; what is larger is none.
    variable MOST 65536
}

proc ::acre::profile::names {} {
    variable SUFFIX
    return [lsort [lmap file [glob -nocomplain -tails -directory [::acre::paths::get profiles] *$SUFFIX] {
        file rootname $file
    }]]
}

proc ::acre::profile::is_path {name} {
    variable SUFFIX
    return [string match *$SUFFIX $name]
}

proc ::acre::profile::find {name} {
    variable SUFFIX
    set bundled [file join [::acre::paths::get profiles] $name$SUFFIX]
    if {$name in [names]} {
        return $bundled
    }
    if {[file isfile $name]} {
        return [file normalize $name]
    }
    ::acre::err::usage "no such profile: '$name'; there are [join [names] {, }], or name a file"
}

proc ::acre::profile::Bad {where what} {
    return -code error -level 2 -errorcode {ACRE PROFILE} "$where: $what"
}

proc ::acre::profile::read {file} {
    variable keys
    variable MOST
    if {[catch {open [file join [pwd] $file] r} in]} {
        Bad $file "cannot be read; check the path"
    }
    fconfigure $in -encoding utf-8
    set text [::read $in $MOST]
    close $in
    set profile [dict map {key rule} $keys {lindex $rule 1}]
    dict set profile name [string range [string tolower [file rootname [file tail $file]]] 0 39]
    dict set profile file [file normalize $file]
    set seen {}
    set number 0
    foreach line [split $text \n] {
        incr number
        # What stands before and behind a value counts for nothing.
        set line [string trim $line]
        if {$line eq "" || [string match "#*" $line]} continue
        Line profile seen $line $file:$number
    }
    Whole $profile $file
    return $profile
}

proc ::acre::profile::Line {profileVar seenVar line where} {
    upvar 1 $profileVar profile $seenVar seen
    variable keys
    variable forms
    if {![regexp {^([a-z-]+)\s*=\s*(.*)$} $line - key value] || ![dict exists $keys $key]} {
        Bad $where "not a profile's line: '$line'; it has 'key = value', with one of [join [dict keys $keys] {, }]"
    }
    set form [lindex [dict get $keys $key] 0]
    if {$form eq "lines"} {
        dict lappend profile $key $value
        return
    }
    if {$key in $seen} {
        Bad $where "a second $key: '$value'"
    }
    lappend seen $key
    if {$form eq "regex" && [catch {regexp -- $value ""} why]} {
        Bad $where "$key is no regular expression: $why"
    }
    if {[dict exists $forms $form] && ![regexp [dict get $forms $form] $value]} {
        Bad $where "$key cannot be '$value'; doc/farm.md says what it may be"
    }
    dict set profile $key [expr {$form eq "words" ? [join [split $value]] : $value}]
}

# What a profile cannot do without.
proc ::acre::profile::Whole {profile file} {
    foreach key {start up} {
        if {[dict get $profile $key] eq ""} {
            Bad $file "it has no '$key = ...'"
        }
    }
    foreach {start name} {grub GRUB syslinux SYSLINUX} {
        if {[dict get $profile start] eq $start && [dict get $profile boot] eq ""} {
            Bad $file "start = $start needs lines 'boot = COMMAND' for $name"
        }
    }
    if {[dict get $profile total] ne "" && [dict get $profile counted] eq ""} {
        Bad $file "total needs 'counted = 0xBASE-0xLIMIT ...': of which addresses it is the total"
    }
    if {[regexp {^[^a-z0-9]|[^a-z0-9._+-]} [dict get $profile name]]} {
        Bad $file "its name becomes part of the cases' names: it may have a-z, 0-9 and ._+- only"
    }
}

proc ::acre::profile::kernel {profile} {
    set pattern [dict get $profile kernel]
    if {$pattern eq ""} {
        return ""
    }
    if {[file pathtype $pattern] ne "absolute"} {
        return [::acre::paths::product $pattern]
    }
    # The newest, as versions go: 6.1.0-9 comes before 6.1.0-56.
    set found [lindex [lsort -dictionary [glob -nocomplain -types f -- $pattern]] end]
    if {$found eq ""} {
        Need [dict get $profile name] $pattern [dict get $profile package]
    }
    if {![file readable $found]} {
        ::acre::err::bad "$found: cannot be read; let whoever runs the farm read it, or name a copy with --kernel"
    }
    return $found
}

# A bzImage says where it wants to run and how much it needs there (Linux's boot protocol, from version 2.10 on).
proc ::acre::profile::loaded {profile file} {
    set loaded [dict get $profile loaded]
    if {$loaded ne "bzimage"} {
        return [lmap number [split $loaded -] {expr {$number}}]
    }
    set channel [open $file rb]
    set head [::read $channel 1024]
    close $channel
    if {![binary scan $head @514a4su@600wuiu magic version base size] || $magic ne "HdrS" || $version < 0x20a} {
        return ""
    }
    return [list $base [expr {$base + $size}]]
}

proc ::acre::profile::Need {name what packages} {
    set words [expr {[llength $packages] > 1 ? "one of the Debian packages" : "Debian package"}]
    return -code error -level 2 -errorcode [list ACRE NEED $what] \
        "profile $name: $what is missing ($words [join $packages {, }]); or name another one with --kernel"
}
