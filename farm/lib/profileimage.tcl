# SPDX-License-Identifier: Apache-2.0
#
# profileimage.tcl: a hard disk that starts GRUB, which carries out commands and can load files.
#
#   ::acre::profileimage::grub OUT COMMANDS FILES   writes the disk OUT.  COMMANDS are lines for GRUB, FILES is
#                                  {NAME PATH ...}: what it finds as /NAME.  Raises {ACRE NEED}, naming a Debian package
#   ::acre::profileimage::needs    raises the same where GRUB is missing
#
#   sector 0      boot.img, with a partition table of ours
#   sector 1 ...  core.img: GRUB with its modules and the commands, where boot.img looks for it
#   sector 2048   the only partition: a tar archive, which GRUB reads as a file system
#
# So neither a mounted file system nor root is needed, and the same files give the same disk.  All that GRUB says, and
# what a kernel of GRUB's multiboot kind prints before it has a driver, comes on the first serial port.

::acre::paths::use casefile

namespace eval ::acre::profileimage {
    variable GRUB /usr/lib/grub/i386-pc
    variable MODULES {
        biosdisk part_msdos tar serial terminal echo lsmmap linux linux16 multiboot multiboot2 boot gzio halt reboot
    }
    variable SECTOR 512
    variable PARTITION 2048
    # Bochs reads nothing beyond cylinders x heads x sectors: the disk is a whole number of cylinders.
    variable CYLINDER 1008
    # Where the partition table stands in sector 0, and where the code before it ends (a disk's signature is between).
    variable TABLE 446
    variable CODE 440
}

proc ::acre::profileimage::needs {} {
    variable GRUB
    set tool [::acre::err::need grub-mkimage]
    if {![file isfile [file join $GRUB boot.img]]} {
        return -code error -errorcode {ACRE NEED grub-pc-bin} \
            "$GRUB/boot.img is missing (Debian package grub-pc-bin)"
    }
    return $tool
}

proc ::acre::profileimage::grub {out commands files} {
    variable GRUB
    variable MODULES
    set tool [needs]
    set dir $out.parts
    file delete -force -- $dir
    file mkdir [file join $dir files]
    try {
        ::acre::casefile::save [file join $dir config] [join [concat {
            {serial --unit=0 --speed=115200}
            {terminal_output serial}
            {echo "GRUB is up"}
            {set root=(hd0,msdos1)}
        } $commands] \n]\n
        exec $tool -d $GRUB -O i386-pc -p (hd0,msdos1)/ -c [file join $dir config] -o [file join $dir core.img] \
            {*}$MODULES 2>@1
        foreach {name path} $files {
            file copy -force -- $path [file join $dir files $name]
        }
        ::acre::casefile::save [file join $dir files grub] "read by GRUB\n"
        exec tar --format=ustar --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 --mode=u=rw,go=r \
            -C [file join $dir files] -cf [file join $dir tar] {*}[lsort [glob -tails -directory $dir/files *]]
        Disk $out [file join $GRUB boot.img] [file join $dir core.img] [file join $dir tar]
    } finally {
        file delete -force -- $dir
    }
}

proc ::acre::profileimage::Read {file} {
    set channel [open $file rb]
    set bytes [read $channel]
    close $channel
    return $bytes
}

proc ::acre::profileimage::Disk {out boot core tar} {
    variable SECTOR
    variable PARTITION
    variable CYLINDER
    set core [Read $core]
    set used [expr {([string length $core] + $SECTOR - 1) / $SECTOR}]
    if {$used > $PARTITION - 1} {
        return -code error -errorcode {ACRE BAD} "GRUB with its modules has $used sectors; at most\
            [expr {$PARTITION - 1}] fit before the partition"
    }
    set sectors [expr {([file size $tar] + $SECTOR - 1) / $SECTOR}]
    set total [expr {($PARTITION + $sectors + $CYLINDER - 1) / $CYLINDER * $CYLINDER}]
    set channel [open $out wb]
    puts -nonewline $channel [Mbr [Read $boot] [expr {$total - $PARTITION}]]$core
    seek $channel [expr {$PARTITION * $SECTOR}]
    puts -nonewline $channel [Read $tar]
    chan truncate $channel [expr {$total * $SECTOR}]
    close $channel
}

# boot.img with one partition of SECTORS, which begins at PARTITION; cylinders and heads are left to whoever can do no
# better.
proc ::acre::profileimage::Mbr {boot sectors} {
    variable PARTITION
    variable TABLE
    variable CODE
    set entry [binary format H2H6H2H6ii 80 fefeff 83 fefeff $PARTITION $sectors]
    return [binary format a${CODE}ia2a16a16a16a16H4 [string range $boot 0 $CODE-1] 0 "" $entry "" "" "" 55aa]
}
