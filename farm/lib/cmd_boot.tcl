# SPDX-License-Identifier: Apache-2.0
#
# acre boot: boots an image in the terminal.  Its serial port is standard output, as it comes; everything of ours goes
# to
# standard error.  Status: 0 if the guest ended well, 1 if it did not, 2 for a wrong command line, a missing tool or an
# emulator in trouble.
#
# An image with a program in it is booted with a console (console.tcl): its output and its status are the program's.

::acre::paths::use storeoptions bootimage bootdump bootend

namespace eval ::acre::boot {
    variable TABLE [concat $::acre::storeoptions::TABLE {
        --emulator {one emulator qemu} --machine {one machine pc} --memory {one memory {}} --map {one map {}}
        --quirk {one quirk {}} --cpu {one cpu {}} --disk {one disk {}} --accel {one accel tcg}
        --timeout {one timeout {}} --gdb {maybe gdb {} auto} --keep {one keep {}} --icount {flag icount 0}
        --dump {one dump {}} --log {flag log 0} --trace {flag trace 0} -v {flag verbose 0} --verbose {flag verbose 0}
    }]
    variable TOOLS {qemu qemu-system-x86_64 bochs bochs}
    # Seconds of silence, or before the first byte, that end a run at the latest; a person may allow less by --timeout.
    variable QUIET 30
    # Bytes of RAM without --memory and without a map.
    variable MEMORY 0x4000000
    # Seconds of a run without --timeout; and of everything where a person stops the guest in a debugger.
    variable TOTAL 120
    variable UNHURRIED 1000000
    # Bytes that the path of a Unix socket may have (sun_path).
    variable SOCKET_MOST 107
    # ms between looks for gdb's socket.
    variable LOOK 20
    # What a machine with a program has instead of MEMORY and the machine's own CPU: one with all that an emulator can
    # do, as programs look for it (AVX, RDRAND) and the kernel too (SMAP).
    variable PROGRAM_MEMORY 0x20000000
    variable VIRTIO_MEMORY 0x1000000
    variable PROGRAM_CPU {qemu max bochs corei7_skylake_x}
}

proc ::acre::cmd::boot {args} {
    ::acre::paths::use options
    lassign [::acre::options::split $::acre::boot::TABLE $args] options images
    set given [::acre::options::parse boot $::acre::boot::TABLE $options]
    if {[llength $images] != 1 || $images eq {{}}} {
        ::acre::err::usage [expr {[llength $images] > 1 ? "boot takes one image, not '[lindex $images 1]' too"
            : "boot needs an image: acre boot disk.img"}]
    }
    dict set given image [lindex $images 0]
    ::acre::paths::use drive tap verdict map mapops plan rom quirks
    if {[dict get $given map] ne ""} {
        dict set given map [::acre::map::locate [dict get $given map]]
    }
    return [::acre::boot::Run $given]
}

# Runs it in a directory that is kept if somebody wants to look into it.  GIVEN may have `make`, a command prefix that
# is called with a path and the options that a console needs, and makes the image there.
proc ::acre::boot::Run {given} {
    variable TOOLS
    set emulator [dict get $given emulator]
    ::acre::machine::row $emulator [dict get $given machine]
    ::acre::err::need [dict get $TOOLS $emulator]
    set keep [expr {[dict get $given keep] ne "" || [dict get $given log]}]
    set dir [Directory [dict get $given keep]]
    lassign [Store $given] given sockets
    set guardian [::acre::process::guardian {*}$sockets {*}[expr {$keep ? {} : [list $dir]}]]
    try {
        set given [Program $given $dir]
        set case [::acre::machine::complete [Case $given $dir]]
        Accel $case $dir
        return [Go $given $case]
    } finally {
        if {[info exists case] && [Socket $case] ne "" && [file exists [Socket $case]]} {
            file delete -- [Socket $case]
        }
        file delete -- {*}$sockets
        if {!$keep} {
            file delete -force -- $dir
        }
        ::acre::process::dismiss $guardian
    }
}

# Boots it -> exit status.
proc ::acre::boot::Go {given case} {
    if {![dict get $given program]} {
        set run [::acre::drive::run $case]
        ::acre::bootdump::deafen 0
    } else {
        ::acre::console::open [Console $given]
        try {
            set run [::acre::drive::run $case]
        } finally {
            ::acre::console::close
        }
    }
    ::acre::bootdump::say $case $run
    if {[dict get $given log]} {
        set log [dict get {qemu qemu.log bochs bochs.log} [dict get $given emulator]]
        puts stderr "acre: the emulator's log is [file join [dict get $case dir] $log]"
    }
    return [expr {[dict get $given program] ? [::acre::bootend::program $run] : [::acre::bootend::guest $run]}]
}

# What the console is to know.
proc ::acre::boot::Console {given} {
    return [dict merge {out "" names 0} \
        [dict filter $given script {key value} {expr {$key in {next out names verbose}}}]]
}

proc ::acre::boot::Directory {keep} {
    if {$keep eq ""} {
        set parent [expr {[info exists ::env(TMPDIR)] ? $::env(TMPDIR) : "/tmp"}]
        if {[catch {close [file tempfile path [file join $parent acre-boot]]} why]} {
            ::acre::err::bad "cannot make a directory in $parent: $why; set TMPDIR to a better place, or use --keep"
        }
        file delete -- $path
        set keep $path.d
    }
    if {[catch {file mkdir $keep} why]} {
        set why [string trim [lindex [split $why :] end]]
        ::acre::err::bad "cannot make the directory $keep: $why; name another with --keep"
    }
    return [file normalize $keep]
}

# What drive.tcl is to do, from the command line.
proc ::acre::boot::Case {given dir} {
    variable QUIET
    variable TOTAL
    variable UNHURRIED
    set gdb [Gdb $given $dir]
    set total [dict get $given timeout]
    set program [dict get $given program]
    # Somebody in a debugger, or at the store, may think.
    set hurried [expr {$gdb eq "" && ![dict get $given hold]}]
    if {$total eq ""} {
        set total [expr {$hurried && !$program ? $TOTAL : $UNHURRIED}]
    }
    if {![::acre::options::number $total 1e6]} {
        ::acre::err::usage "boot: --timeout takes seconds, more than 0 and at most 1000000, not '$total'"
    }
    set quiet [expr {$hurried ? min($total, $QUIET) : $UNHURRIED}]
    set deafen [expr {!$program && [dict get $given dump] ne ""}]
    set case [dict create dir $dir echo 1 memory [Memory $given] gdb $gdb meta [dict get $given meta] \
        limits [dict create first-byte $quiet silence $quiet total $total] \
        on-start [list ::acre::boot::Started [dict get $given verbose] $gdb [dict get $given meta] $deafen]]
    foreach key {emulator machine cpu disk accel icount image} {
        dict set case $key [dict get $given $key]
    }
    dict set case dump [::acre::bootdump::path $given]
    dict set case disk [Disk $given]
    dict set case trace [dict get $given log]
    if {$program} {
        set case [With_console $given $case]
    }
    dict set case rom [Rom $given $case]
    return $case
}

# --disk, else what the BIOS reads a program's files from fastest: virtio takes a sixth of IDE's time.  With 1 MiB of
# RAM the BIOS has no room for its rings, and hangs.
proc ::acre::boot::Disk {given} {
    variable VIRTIO_MEMORY
    if {[dict get $given disk] ne ""} {
        return [dict get $given disk]
    }
    set disks [::acre::machine::disks [::acre::machine::row [dict get $given emulator] [dict get $given machine]]]
    set roomy [expr {[Memory $given] >= $VIRTIO_MEMORY}]
    return [expr {[dict get $given program] && $roomy && "virtio" in $disks ? "virtio" : "ide"}]
}

# A program may be silent for as long as it likes, and what it says is the console's to show.
proc ::acre::boot::With_console {given case} {
    variable PROGRAM_CPU
    dict set case echo 0
    dict set case console ::acre::console::on
    dict set case limits silence [dict get $case limits total]
    if {[dict get $given cpu] eq "" && [dict get $given accel] eq "tcg"} {
        dict set case cpu [dict get $PROGRAM_CPU [dict get $given emulator]]
    }
    return $case
}

# --memory, else what the map needs, else a default.
proc ::acre::boot::Memory {given} {
    variable MEMORY
    variable PROGRAM_MEMORY
    if {[dict get $given memory] ne ""} {
        return [::acre::machine::bytes [dict get $given memory]]
    }
    if {[dict get $given map] ne ""} {
        return [::acre::plan::memory_for [dict get $given emulator] [dict get $given map]]
    }
    return [expr {[dict get $given program] ? $PROGRAM_MEMORY : $MEMORY}]
}

# The option ROM that serves the map, or "".  What the emulator has no RAM for is cut, and said.
proc ::acre::boot::Rom {given case} {
    set quirks [split [dict get $given quirk] ,]
    if {[dict get $given map] eq ""} {
        if {[llength $quirks]} {
            ::acre::err::usage "boot: --quirk is about the map that is served: give one with --map"
        }
        return ""
    }
    set map [::acre::map::read [dict get $given map]]
    set cut [::acre::map::cut [dict get $map entries] [::acre::drive::backed $case]]
    set rom [file join [dict get $case dir] map.rom]
    set quirks [concat [dict get $map quirks] [lmap word $quirks {string trim $word}]]
    ::acre::rom::make [dict get $cut entries] $quirks $rom
    foreach range [dict get $cut cut] {
        puts stderr [format "acre: not backed by RAM here, so not served as usable: 0x%llx-0x%llx" {*}$range]
    }
    return $rom
}

proc ::acre::boot::Accel {case dir} {
    if {[dict get $case accel] eq "kvm"} {
        set why [::acre::qemu::kvm_trouble $dir]
        if {$why ne ""} {
            ::acre::err::bad "kvm does not work here ($why); leave out --accel kvm"
        }
    }
}

# Where QEMU is to wait for gdb, in the words of its option -gdb; "" without --gdb.
proc ::acre::boot::Gdb {given dir} {
    variable SOCKET_MOST
    set at [dict get $given gdb]
    if {$at eq ""} {
        return ""
    } elseif {[dict get $given emulator] ne "qemu"} {
        ::acre::err::usage "boot: --gdb needs --emulator qemu"
    } elseif {[string is digit $at]} {
        if {[scan $at %lld] < 1 || [scan $at %lld] > 65535} {
            ::acre::err::usage "boot: --gdb takes a port, 1 to 65535, or the path of a socket, not '$at'"
        }
        return tcp:127.0.0.1:[scan $at %lld]
    }
    set path [expr {$at eq "auto" ? [file join $dir gdb.socket] : [file normalize $at]}]
    if {[string length [encoding convertto utf-8 $path]] > $SOCKET_MOST || [string match *,* $path]} {
        ::acre::err::usage "boot: --gdb: no socket can be called '$path'; take a short path without a comma, or a port"
    } elseif {[file exists $path] && [file type $path] ne "socket"} {
        ::acre::err::usage "boot: --gdb: '$path' is there already, and no socket"
    }
    if {![file isdirectory [file dirname $path]]} {
        ::acre::err::usage "boot: --gdb: there is no directory '[file dirname $path]'"
    }
    return unix:$path,server=on,wait=off
}

# The path of the socket in what Gdb gave, or "".
proc ::acre::boot::Socket {case} {
    return [expr {[regexp {^unix:(.*),server=on,wait=off$} [dict get $case gdb] - path] ? $path : ""}]
}

# The emulator runs: its command line, the store's socket, and what is to be typed where it waits for gdb.
proc ::acre::boot::Started {verbose gdb meta deafen argv} {
    if {$deafen} {
        ::acre::bootdump::deafen 1
    }
    if {$verbose} {
        puts stderr "acre: [::acre::rundir::shell $argv]"
    }
    if {$meta ne ""} {
        Tell $meta "acre: the store: [::acre::rundir::shell [list acre ctl -c $meta]] get, or acre top"
    }
    if {$gdb ne ""} {
        set socket [Socket [dict create gdb $gdb]]
        set at [expr {$socket ne "" ? $socket : [regsub {^tcp:} $gdb ""]}]
        set words [list gdb -x [::acre::paths::get gdb] [::acre::paths::get elf] -ex "target remote $at"]
        Tell $socket "acre: the guest waits for gdb: [::acre::rundir::shell $words]"
    }
}

# Says TEXT when the socket is there: QEMU makes it some time after its start.
proc ::acre::boot::Tell {socket text} {
    variable LOOK
    if {$socket ne "" && ![file exists $socket]} {
        after $LOOK [list ::acre::boot::Tell $socket $text]
    } else {
        puts stderr $text
    }
}
