# SPDX-License-Identifier: Apache-2.0
#
# profilesyslinux.tcl: a disk that starts SYSLINUX, which runs a program of its own kind (.c32) or a kernel.
#
#   ::acre::profilesyslinux::make OUT COMMANDS FILES   writes the disk OUT.  COMMANDS are the lines of its
#                                     configuration's only entry, FILES is {NAME PATH ...}: what it finds as NAME.
#                                     Raises {ACRE NEED}, naming a Debian package
#   ::acre::profilesyslinux::needs    raises the same where SYSLINUX is missing
#
# The disk is one FAT file system without a partition table, made by mtools, so neither root nor a mounted file system
# is needed.  Its times are fixed: the same files give the same disk.  All that SYSLINUX says comes on the first serial
# port; once a program of its own has ended it waits there at "boot: ".

::acre::paths::use casefile

namespace eval ::acre::profilesyslinux {
    # What every program of its kind wants beside it.
    variable LIBRARY /usr/lib/syslinux/modules/bios/libcom32.c32
    variable HEADS 16
    variable SECTORS 63
    # Bytes for the file system and SYSLINUX itself.
    variable ROOM 1048576
    # Seconds since 1970 of 1980-01-01, the first day that FAT knows.
    variable EPOCH 315532800
}

proc ::acre::profilesyslinux::needs {} {
    variable LIBRARY
    foreach tool {syslinux mformat mcopy} {
        ::acre::err::need $tool
    }
    if {![file isfile $LIBRARY]} {
        return -code error -errorcode {ACRE NEED syslinux-common} \
            "$LIBRARY is missing (Debian package syslinux-common)"
    }
}

proc ::acre::profilesyslinux::make {out commands files} {
    variable LIBRARY
    variable HEADS
    variable SECTORS
    variable ROOM
    needs
    lappend files [file tail $LIBRARY] $LIBRARY
    set bytes $ROOM
    foreach {name path} $files {
        incr bytes [file size $path]
    }
    set cylinder [expr {$HEADS * $SECTORS * 512}]
    set config $out.cfg
    try {
        ::acre::casefile::save $config [encoding convertto [encoding system] \
            [join [concat {{SERIAL 0 115200} {DEFAULT it} {PROMPT 0} {LABEL it}} $commands] \n]\n]
        file delete -- $out
        Tool mformat -C -i $out -t [expr {($bytes + $cylinder - 1) / $cylinder}] -h $HEADS -s $SECTORS -N 0 ::
        Tool syslinux --install $out
        foreach {name path} [linsert $files end syslinux.cfg $config] {
            Tool mcopy -i $out $path ::$name
        }
    } finally {
        file delete -- $config
    }
}

# mtools with nothing of the user's, of the clock's or of the place's.
proc ::acre::profilesyslinux::Tool {args} {
    variable EPOCH
    exec env TZ=UTC0 SOURCE_DATE_EPOCH=$EPOCH MTOOLSRC=/dev/null MTOOLS_SKIP_CHECK=1 {*}$args 2>@1
}
