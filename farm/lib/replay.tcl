# SPDX-License-Identifier: Apache-2.0
#
# replay.tcl: `acre farm --replay CASE`: one case again, and the same to the bit each time.
#
#   ::acre::replay::command GIVEN      -> exit status; GIVEN has the options of cmd_farm.tcl
#   ::acre::replay::find WORD GIVEN    -> {CASE HOME}: the case that WORD names: a case's directory, its file, or its
#                                         name, which is looked for in --out and then in the plan; HOME is what a run
#                                         left of it, a directory, "" for a case of the plan.  Raises {ACRE USAGE}
#   ::acre::replay::own CASE HOME DIR  -> CASE to be run in DIR: recorded, or as the recording there has it
#   ::acre::replay::boot CASE HOME DIR -> the result of its run there, as the runner has them
#   ::acre::replay::prepared CASE      -> CASE, whose directory is there, with the recording if it is to be repeated
#
# Under QEMU a run of the farm goes by the host's clock: timers fire after more or fewer instructions, and the counter
# of `# mark` lines is never twice the same.  The first replay counts instructions and is recorded (qemu.tcl): clock and
# chance are fixed then, and what is left, when the disk answers, stands in the recording.  Those after it repeat the
# recording, as long as image and map are the same, so all that a replay prints of itself can be compared: every byte of
# the serial log, and in it the counts at each mark.  Bochs is the same each time by itself.
#
# A client of the store is no part of a recording: such a case only counts its instructions.

::acre::paths::use pair

namespace eval ::acre::replay {}

proc ::acre::replay::command {given} {
    ::acre::farm::CheckFailures $given
    lassign [find [dict get $given replay] $given] case home
    ::acre::err::need [dict get $::acre::farm::emulators [dict get $case emulator]]
    if {![file isfile [dict get $case image]]} {
        ::acre::err::bad "[dict get $case image]: the case's image is gone; run the case again with 'acre farm'"
    }
    foreach key {gdb record} {
        if {[dict get $given $key] ni {"" 0}} {
            ::acre::paths::use replaygdb
            ::acre::replaygdb::check $case [dict get $given gdb]
        }
    }
    Changed $case $home
    set other [::acre::pair::other $case $home]
    if {$other ne "" && [dict get $given gdb] eq "" && ![dict get $given record]} {
        return [::acre::pair::again [list $case $home] $other]
    }
    set home [Home $case $home $given]
    set dir [file join $home replay]
    if {[dict get $given record]} {
        dict set case back 1
    }
    set status 0
    if {[dict get $given gdb] eq "" || ![Recorded [own $case $home $dir]]} {
        set status [Again $case $home $dir]
    }
    if {[dict get $given record]} {
        puts "gdb can go back in this recording (reverse-stepi, reverse-continue):\
            acre farm --replay [::acre::summary::Quoted $home] --gdb"
    }
    if {[dict get $given gdb] ne ""} {
        ::acre::replaygdb::run [own $case $home $dir] [dict get $given gdb]
    }
    return $status
}

proc ::acre::replay::find {word given} {
    set out [dict get $given out]
    foreach file [list $word [file join $word case] [file join $out $word case]] {
        if {[file isfile $file]} {
            return [list [::acre::casefile::read $file] [file dirname [file normalize $file]]]
        }
    }
    return [list [Planned $word $given] ""]
}

# The case of that name of the plan that the other options make.
proc ::acre::replay::Planned {word given} {
    if {[dict get $given select] eq "" && [dict get $given groups] eq "" && [dict get $given matrices] eq ""} {
        dict set given select [list [string map {* \\* ? \\? [ \\[ ] \\] \\ \\\\} $word]]
    }
    ::acre::farm::Check given
    set found {}
    if {![catch {::acre::farm::Plan $given} cases options]} {
        set found [lsearch -inline -index 1 [lmap case $cases {list $case [dict get $case name]}] $word]
    } elseif {[lindex [dict get $options -errorcode] 1] ne "USAGE"} {
        return -options $options $cases
    }
    if {$found eq ""} {
        ::acre::err::usage "'$word' is no case: neither a case's directory or file, nor in [dict get $given out]\
            (--out DIR), nor in the plan; 'acre farm --list' has the names"
    }
    return [lindex $found 0]
}

# The case's directory, absolute; one that has not been run gets one.
proc ::acre::replay::Home {case home given} {
    if {$home ne ""} {
        return $home
    }
    set home [file normalize [file join [dict get $given out] [dict get $case name]]]
    if {[dict exists $case text]} {
        dict set case map [file join $home [file tail [dict get $case map]]]
    }
    prepared [dict replace $case dir $home]
    return $home
}

# A map that was made for the case stands in its directory, wherever that is now, and is made again in the new one.
proc ::acre::replay::own {case home dir} {
    set map [dict get $case map]
    # A case of the plan has no directory yet, and its map stands where the maps do.
    if {$home ne "" && $map ne "" && [dict exists $case dir] && [file dirname $map] eq [dict get $case dir]} {
        set in [open [file join $home [file tail $map]]]
        fconfigure $in -encoding utf-8
        dict set case text [read $in]
        close $in
    }
    if {[dict exists $case text]} {
        dict set case map [file join $dir [file tail $map]]
    }
    dict set case dir $dir
    if {[dict get $case emulator] eq "qemu" && ![dict exists $case rr]} {
        dict set case scale [expr {[dict get $case scale] * $::acre::qemuargs::SLOWER}]
        dict set case icount 1
        dict set case rr [expr {[::acre::storecase::wanted $case] ? "" : [Recorded $case] ? "replay" : "record"}]
    }
    return $case
}

# Whether the case's directory has a recording of it: it is newer than what was booted.
proc ::acre::replay::Recorded {case} {
    set dir [dict get $case dir]
    if {[catch {
        set then [::acre::casefile::read [file join $dir case]]
        set made [file mtime [file join $dir $::acre::qemuargs::RECORDING]]
        set newest [::tcl::mathfunc::max {*}[lmap file [list [dict get $case image] [dict get $case map]] {
            expr {$file eq "" || [dict exists $case text] ? 0 : [file mtime $file]}
        }]]
    }]} {
        return 0
    }
    foreach key {image regex memory machine cpu disk} {
        if {[dict get $then $key] ne [dict get $case $key]} {
            return 0
        }
    }
    return [expr {$made > $newest && (![dict exists $case back] || [dict exists $then back])}]
}

# Says so where the same name stands for something else by now.
proc ::acre::replay::Changed {case home} {
    if {$home eq "" || ![dict exists $case hash] || [dict get $case hash] eq ""
            || [catch {::acre::farmrun::hashes [list [own $case $home [dict get $case dir]]]} hashes]} {
        return
    }
    if {[dict get $hashes [dict get $case name]] ne [dict get $case hash]} {
        puts stderr "acre: the image, its map, the farm or the emulator is not what it was in that run"
    }
}

proc ::acre::replay::prepared {case} {
    set dir [dict get $case dir]
    if {[catch {
        if {![dict exists $case rr] || [dict get $case rr] ne "replay"} {
            ::acre::casefile::prepare $case
        }
    } why]} {
        ::acre::err::bad "cannot write in $dir: $why; copy the case to a better place"
    }
    return [dict remove $case text]
}

proc ::acre::replay::boot {case home dir} {
    set case [own $case $home $dir]
    if {[dict exists $case rr] && [dict get $case rr] eq "replay"} {
        return [Repeat $case]
    }
    return [dict merge [::acre::case::run [prepared $case]] [dict create name [dict get $case name] dir $dir]]
}

# Repeats the recording in CASE's directory -> the result that it had when it was made.  What there is to be seen from
# outside was seen then: the guest is not stopped, so that nothing of ours is between it and its recording.
proc ::acre::replay::Repeat {case} {
    set log [file join [dict get $case dir] serial.log]
    set before [Bytes $log]
    set outcome [::acre::drive::run [dict merge [::acre::case::Drive $case [::acre::case::Serve $case]] \
        {audit-address "" on-audit "" on-output "" on-start ""}]]
    set result [dict merge [::acre::pair::recorded [dict get $case dir]] \
        [dict create name [dict get $case name] dir [dict get $case dir]]]
    if {[Bytes $log] ne $before} {
        set why "the recording does not repeat ([dict get $outcome detail]): [Differ $before [Bytes $log]]"
        return [dict merge $result [dict create verdict ERROR sub replay why $why]]
    }
    # An image that is made for each boot is newer than it by now.
    file mtime [file join [dict get $case dir] $::acre::qemuargs::RECORDING] [clock seconds]
    return $result
}

proc ::acre::replay::Again {case home dir} {
    set log [file join $dir serial.log]
    set before [Bytes $log]
    set result [boot $case $home $dir]
    puts [said $result]
    set bytes [Bytes $log]
    puts "serial log: [string length $bytes] bytes[Counted $bytes]"
    if {$before ne "" && $bytes eq $before} {
        puts "bit for bit the same as the replay before"
    }
    Then $result $home
    puts "the emulator alone: sh [::acre::summary::Quoted [file join $dir replay.sh]]"
    return [::acre::verdict::status [dict get $result verdict]]
}

# A result in a line.
proc ::acre::replay::said {result} {
    set kind [string trim "[dict get $result verdict] [dict get $result sub]"]
    return "$kind: [dict get $result name]: [dict get $result why]"
}

# What the run found, where the replay finds something else.
proc ::acre::replay::Then {result home} {
    set then [expr {$home eq "" ? "" : [::acre::pair::recorded $home]}]
    if {$then eq ""} {
        return
    }
    set kind [dict get $then verdict]
    if {$kind ne [dict get $result verdict] || [dict get $then sub] ni [list flaky [dict get $result sub]]} {
        puts "in the run it was [string trim "$kind [dict get $then sub]"]: [dict get $then why]"
        puts "a failure that comes and goes depends on time; sh replay.sh --plain goes by the clock, as the run did"
    }
}

proc ::acre::replay::Bytes {file} {
    if {![file isfile $file]} {
        return ""
    }
    set in [open $file rb]
    set bytes [read $in]
    close $in
    return $bytes
}

# How many instructions it took to the last mark.
proc ::acre::replay::Counted {bytes} {
    lassign [lrange [regexp -all -inline -line {^# mark ([a-z0-9-]{1,32}) (\d{1,19})\r?$} $bytes] end-1 end] name count
    return [expr {$name eq "" ? "" : ", $count instructions to mark $name"}]
}

# The first line that is another.
proc ::acre::replay::Differ {one other} {
    foreach a [split $one \n] b [split $other \n] {
        incr line
        if {$a ne $b} {
            return "line $line was '[::acre::safetext::line [::acre::safetext::bytes [string trimright $a]]]',\
                is '[::acre::safetext::line [::acre::safetext::bytes [string trimright $b]]]'"
        }
    }
}
