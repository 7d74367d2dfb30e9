# SPDX-License-Identifier: Apache-2.0
#
# rundir.tcl: what a run puts into its case's directory: logs, named pipes, the disk, the replay script.
#
#   ::acre::rundir::create DIR FILE      -> a channel that writes FILE, raises ACRE CASE if it cannot
#   ::acre::rundir::fifos HANDLE NAME... makes named pipes; run(fifo,NAME) is a channel that reads and writes.  In two
#                                        steps: fifos_begin, something else, fifos_end
#   ::acre::rundir::boot_file HANDLE     -> path of the disk to boot
#   ::acre::rundir::own_disk HANDLE      -> path of a copy of it for this run alone, removed with it, or ""
#   ::acre::rundir::replay HANDLE ARGV REDIRECT AFTER ?RECORDING COUNTED?   writes replay.sh
#   ::acre::rundir::shell ARGV           -> the command as sh reads it

namespace eval ::acre::rundir {
    # Bytes of a disk that a run copies for itself.  QEMU's snapshot=on makes a file of its own, through which each
    # sector is read: a fifth of the time of a boot.
    variable OWN_MOST 4194304
    variable OWN run.img
}

proc ::acre::rundir::create {dir file} {
    if {[catch {open [file join $dir $file] w} channel]} {
        return -code error -errorcode {ACRE CASE} "cannot write in the case's directory: $channel"
    }
    return $channel
}

proc ::acre::rundir::fifos {handle args} {
    fifos_begin $handle {*}$args
    fifos_end $handle {*}$args
}

# The guardian makes them, which takes it some milliseconds: there is time for something else.
proc ::acre::rundir::fifos_begin {handle args} {
    variable OWN
    upvar #0 $handle run
    set paths [lmap name $args {file join $run(dir) $name}]
    file delete -force -- {*}$paths
    set own [file join $run(dir) $OWN]
    set run(guardian) [::acre::process::guardian_of_pipes $run(dir) $args {*}$paths $own {*}$run(files)]
    lappend run(files) {*}$paths
}

# Both ends of a pipe stay open here, so that neither side waits for the other to open it.
proc ::acre::rundir::fifos_end {handle args} {
    upvar #0 $handle run
    if {[gets $run(guardian) why] < 0 || $why ne "made"} {
        return -code error -errorcode {ACRE EMULATOR} "cannot make named pipes in $run(dir): $why"
    }
    foreach name $args path [lmap name $args {file join $run(dir) $name}] {
        set run(fifo,$name) [open $path {RDWR NONBLOCK}]
        fconfigure $run(fifo,$name) -blocking 0 -buffering none -translation binary
        lappend run(channels) $run(fifo,$name)
    }
}

# A copy of the file IMAGE that may be written to, as DIR/NAME -> its path.
proc ::acre::rundir::Copy {image dir name} {
    set copy [file join $dir $name]
    file copy -force -- $image $copy
    file attributes $copy -permissions u+rw
    return $copy
}

# The image, or a copy of it in the case's directory that is filled up with zeros to a floppy's size, because BIOSes
# find no geometry in a smaller disk.
proc ::acre::rundir::boot_file {handle} {
    upvar #0 $handle run
    set image [dict get $run(case) image]
    if {[file size $image] >= $::acre::machine::FLOPPY || [dict get $run(case) kernel]} {
        return $image
    }
    set copy [Copy $image $run(dir) disk.img]
    set channel [open $copy rb+]
    chan truncate $channel $::acre::machine::FLOPPY
    close $channel
    return $copy
}

proc ::acre::rundir::own_disk {handle} {
    variable OWN_MOST
    variable OWN
    upvar #0 $handle run
    set disk [dict get $run(case) boot]
    if {[file size $disk] > $OWN_MOST || [dict get $run(case) kernel] || [::acre::qemuboot::cd $run(case)]} {
        return ""
    }
    set own [file join $run(dir) $OWN]
    lappend run(files) $own
    if {[catch {Copy $disk $run(dir) $OWN} why]} {
        return -code error -errorcode {ACRE CASE} "cannot write in the case's directory: $why"
    }
    return $own
}

# A script that runs the emulator again; REDIRECT is for its files, AFTER lines of sh for what is to be done afterwards.
# An emulator that is not the same to the bit by itself has a RECORDING: COUNTED are the arguments with which it makes
# one, $mode being record, or repeats it ($mode is replay), as $file.
proc ::acre::rundir::replay {handle argv redirect after {recording ""} {counted ""}} {
    upvar #0 $handle run
    set path [file join $run(dir) replay.sh]
    set lines [list "#!/bin/sh" \
        "# Runs this case's emulator again, with the guest's serial port on standard output, the same to the bit each" \
        "# time.  Its status is the emulator's own." \
        "cd \"\$(dirname \"\$0\")\" || exit 2"]
    set most $run(total)
    if {$recording ne ""} {
        set most [expr {$most * $::acre::qemuargs::SLOWER}]
        lappend lines {*}[Recorded $recording $counted [shell [list [dict get $run(case) boot]]]]
        append redirect " \$counted \"\$@\""
        append after "test \"\$mode\" != record || mv -f $recording.new $recording\n"
    }
    lappend lines "timeout -k 9 [expr {int(ceil($most))}] [shell $argv]$redirect" "status=\$?" "${after}exit \$status"
    set script [join $lines \n]\n
    set channel [create $run(dir) replay.sh]
    puts -nonewline $channel $script
    close $channel
    file attributes $path -permissions 0755
}

# The lines of that script that choose between recording and repeating.
proc ::acre::rundir::Recorded {recording counted image} {
    return [list "# The first boot counts its instructions and is recorded; those after it repeat the recording." \
        "# With --plain first it goes by the host's clock.  What else is given is for the emulator." \
        "mode=record file=$recording.new" "test ! $recording -nt $image || mode=replay file=$recording" \
        "counted=\"[join $counted]\"" \
        "test \"\$1\" != --plain || { mode=plain counted=; shift; }"]
}

proc ::acre::rundir::shell {argv} {
    return [join [lmap word $argv {
        expr {[regexp {^[A-Za-z0-9_./:=,@%+-]+$} $word] ? $word : "'[string map {' '\\''} $word]'"}
    }] " "]
}
