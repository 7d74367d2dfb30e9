# SPDX-License-Identifier: Apache-2.0
#
# guest.tcl: the files that a guest gets, as a tree that is put together from the host's files and then written as
# an archive.
#
#   ::acre::guest::new                        -> a HANDLE
#   ::acre::guest::host HANDLE PATH           the host's PATH (absolute) at the same path, symbolic links as they are
#   ::acre::guest::put HANDLE GUEST HOST      the host's HOST at the path GUEST; a directory with all that is in it
#   ::acre::guest::data HANDLE GUEST MODE BYTES   a file with these bytes
#   ::acre::guest::find HANDLE GUEST          -> path of the host's file that the guest's path GUEST leads to, or "":
#                                             what the tree has, else what the host has there
#   ::acre::guest::files HANDLE               -> the guest paths of all regular files from the host, sorted
#   ::acre::guest::write HANDLE CHANNEL       writes the archive; -> what ::acre::archive::close returns
#   ::acre::guest::free HANDLE
#
# An entry is a dict: kind (directory, file, link, fifo, data), mode, mtime, and of a file its path on the host, of a
# link its target, of data the bytes.  What has no place in a guest (sockets, devices) is left out and said.

::acre::paths::use archive

namespace eval ::acre::guest {
    variable count 0
    variable LINKS_MOST 40
    variable DIRECTORY {kind directory mode 0755 mtime 0}
}

proc ::acre::guest::new {} {
    variable count
    set handle ::acre::guest::tree[incr count]
    upvar #0 $handle tree
    array set tree {}
    return $handle
}

proc ::acre::guest::free {handle} {
    upvar #0 $handle tree
    unset tree
}

# The entry of the host's PATH, or "" for what is left out.
proc ::acre::guest::Entry {path} {
    if {[catch {file lstat $path stat} why]} {
        ::acre::err::bad "cannot read $path: [string trim [lindex [split $why :] end]]"
    }
    set entry [dict create mode [format %#o [expr {$stat(mode) & 07777}]] mtime $stat(mtime)]
    switch -- $stat(type) {
        directory - fifo { dict set entry kind $stat(type) }
        link { dict set entry kind link; dict set entry target [file readlink $path] }
        file {
            if {![file readable $path]} {
                ::acre::err::bad "cannot read $path: permission denied"
            }
            dict set entry kind file
            dict set entry path $path
        }
        default {
            puts stderr "acre: left out: $path is a $stat(type)"
            return ""
        }
    }
    return $entry
}

# Words of a path without empty ones and ".".
proc ::acre::guest::Split {path} {
    return [lmap word [split $path /] {
        if {$word in {"" .}} continue
        set word
    }]
}

# Walk HANDLE PATH STEP: goes along PATH, following links, and calls STEP with each place's path; STEP -> the entry
# there or "".  -> the path where it ends.
proc ::acre::guest::Walk {handle path step} {
    variable LINKS_MOST
    set words [Split $path]
    set at {}
    set links 0
    while {[llength $words]} {
        set words [lassign $words word]
        if {$word eq ".."} {
            set at [lrange $at 0 end-1]
            continue
        }
        set place /[join [concat $at [list $word]] /]
        set entry [{*}$step $handle $place]
        if {$entry eq "" || [dict get $entry kind] ne "link"} {
            lappend at $word
            continue
        }
        if {[incr links] > $LINKS_MOST} {
            ::acre::err::bad "$path: too many symbolic links"
        }
        set target [dict get $entry target]
        if {[string match /* $target]} {
            set at {}
        }
        set words [concat [Split $target] $words]
    }
    return /[join $at /]
}

# A step that takes what is missing from the host.
proc ::acre::guest::Take {handle place} {
    upvar #0 $handle tree
    if {![info exists tree($place)]} {
        set entry [Entry $place]
        if {$entry eq ""} {
            ::acre::err::bad "$place has no place in an image: it is neither a file nor a directory"
        }
        set tree($place) $entry
    }
    return $tree($place)
}

proc ::acre::guest::host {handle path} {
    set end [Walk $handle $path ::acre::guest::Take]
    if {[file isdirectory $path]} {
        Copy $handle $end $path
    }
    return $end
}

# A step that makes missing directories.
proc ::acre::guest::Make {handle place} {
    variable DIRECTORY
    upvar #0 $handle tree
    if {![info exists tree($place)]} {
        set tree($place) $DIRECTORY
    } elseif {[dict get $tree($place) kind] ni {directory link}} {
        ::acre::err::bad "$place is a file in the image, and cannot be a directory too"
    }
    return $tree($place)
}

# Makes the directories above GUEST; -> where it really lies.
proc ::acre::guest::Parents {handle guest} {
    set words [Split $guest]
    set above [Walk $handle /[join [lrange $words 0 end-1] /] ::acre::guest::Make]
    return [string trimright $above /]/[lindex $words end]
}

proc ::acre::guest::put {handle guest host} {
    if {![file isdirectory $host]} {
        # What a link leads to, under the name that was asked for.
        set path $host
        while {![catch {file readlink $path} target]} {
            set path [file join [file dirname $path] $target]
        }
        Set $handle [Parents $handle $guest] [Entry $path]
        return
    }
    set place [expr {[Split $guest] eq "" ? "" : [Parents $handle $guest]}]
    if {$place ne ""} {
        Set $handle $place [Entry $host/.]
    }
    Copy $handle $place $host
}

proc ::acre::guest::Set {handle place entry} {
    upvar #0 $handle tree
    if {$entry eq ""} {
        return
    }
    if {[info exists tree($place)]} {
        set was [dict get $tree($place) kind]
        if {($was eq "directory") != ([dict get $entry kind] eq "directory")} {
            # A link to a directory and a directory: what is put in goes where the link leads.
            if {$was eq "link" && [dict get $entry kind] eq "directory"} {
                return
            }
            ::acre::err::bad "$place is a $was in the image already, and cannot be a [dict get $entry kind] too"
        }
    }
    set tree($place) $entry
}

# All that is in the host's directory DIR.
proc ::acre::guest::Copy {handle place dir} {
    upvar #0 $handle tree
    set names [glob -nocomplain -directory $dir -tails -- * .*]
    foreach name [lsort -unique [lmap name $names {regsub {^\./} $name ""}]] {
        if {$name in {. ..}} continue
        set entry [Entry $dir/$name]
        Set $handle $place/$name $entry
        if {$entry ne "" && [dict get $entry kind] eq "directory"} {
            Copy $handle [Walk $handle $place/$name ::acre::guest::Look] $dir/$name
        }
    }
}

proc ::acre::guest::data {handle guest mode bytes} {
    upvar #0 $handle tree
    set tree([Parents $handle $guest]) [dict create kind data mode $mode mtime 0 bytes $bytes]
}

# A step that only looks: the tree's entry, else the host's.
proc ::acre::guest::Look {handle place} {
    upvar #0 $handle tree
    if {[info exists tree($place)]} {
        return $tree($place)
    }
    if {![catch {file readlink $place} target]} {
        return [dict create kind link target $target]
    }
    return ""
}

proc ::acre::guest::find {handle guest} {
    upvar #0 $handle tree
    set place [Walk $handle $guest ::acre::guest::Look]
    if {![info exists tree($place)]} {
        return [expr {[file exists $place] ? $place : ""}]
    }
    set entry $tree($place)
    return [expr {[dict exists $entry path] ? [dict get $entry path] : ""}]
}

proc ::acre::guest::files {handle} {
    upvar #0 $handle tree
    return [lsort [lmap place [array names tree] {
        if {[dict get $tree($place) kind] ne "file"} continue
        set place
    }]]
}

# Files of the host that are one under several names: host's path -> all guest paths; and each guest path -> the last.
proc ::acre::guest::Links {handle} {
    upvar #0 $handle tree
    set groups [dict create]
    foreach place [files $handle] {
        file stat [dict get $tree($place) path] stat
        if {$stat(nlink) > 1} {
            dict lappend groups $stat(dev):$stat(ino) $place
        }
    }
    set links [dict create]
    dict for {inode places} $groups {
        foreach place $places {
            dict set links $place $places
        }
    }
    return $links
}

proc ::acre::guest::write {handle channel} {
    upvar #0 $handle tree
    set links [Links $handle]
    set archive [::acre::archive::open $channel]
    foreach place [lsort [array names tree]] {
        set entry $tree($place)
        set name [string range $place 1 end]
        switch -- [dict get $entry kind] {
            directory { ::acre::archive::directory $archive $name $entry }
            fifo { ::acre::archive::fifo $archive $name $entry }
            link { ::acre::archive::symlink $archive $name $entry [dict get $entry target] }
            data { ::acre::archive::data $archive [list $name] $entry [dict get $entry bytes] }
            file {
                set names [expr {[dict exists $links $place] ? [dict get $links $place] : [list $place]}]
                # All names at once where the last one stands: then the directories of all are there.
                if {$place eq [lindex $names end]} {
                    set names [lmap other $names {string range $other 1 end}]
                    ::acre::archive::file $archive $names $entry [dict get $entry path]
                }
            }
        }
    }
    return [::acre::archive::close $archive]
}
