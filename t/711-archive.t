#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# The archive that acre image writes is one that GNU cpio reads: the same files, links, modes and times come out as went
# in; the data of every file begins at a page; the sum is the one of src/runtime/sum.h.

source [file join $::env(srcdir) tap.tcl]
source $::env(top_builddir)/gen/layout.tcl
::acre::paths::use guest
tap::need cpio cpio
tap::plan 25

set dir [tap::tmp]
set host [file join $dir host]
proc write {name bytes {mode 0644} {mtime 1000000000}} {
    set path $::host/$name
    file mkdir [file dirname $path]
    set channel [open $path wb]
    puts -nonewline $channel $bytes
    close $channel
    file attributes $path -permissions $mode
    file mtime $path $mtime
}
proc slurp {path} {
    set channel [open $path rb]
    set bytes [read $channel]
    close $channel
    return $bytes
}

# Sizes round the edges of words, pages and of what is read at once.
expr {srand(20261125)}
foreach size {0 1 3 4 5 4095 4096 4097 8192 70001 1048575 1048576 1048577} {
    set bytes ""
    for {set i 0} {$i < $size} {incr i 4} {
        append bytes [binary format i [expr {int(rand() * 4294967296)}]]
    }
    write sizes/$size [string range $bytes 0 [expr {$size - 1}]]
}
write tree/set-uid x 04755 1234567890
write tree/private x 0600 1
write "tree/ a name with blanks, 'quotes' and \$x" y
write tree/.hidden z
write tree/~tilde t
write [string repeat d/ 20]deep w
write tree/[string repeat n 255] v
write links/first linked
file link -hard $host/links/second $host/links/first
file link -hard $host/links/third $host/links/first
exec ln -s third $host/links/good
exec ln -s /nowhere/at/all $host/links/dangling
file mkdir $host/empty
file attributes $host/empty -permissions 01777
exec mkfifo $host/fifo

set tree [::acre::guest::new]
::acre::guest::put $tree / $host
::acre::guest::data $tree /.acre/run 0444 "some\0bytes"
set image [open [file join $dir archive] wb+]
# It need not begin at the file's start.
seek $image 4096
set told [::acre::guest::write $tree $image]
flush $image
set bytes [string range [slurp [file join $dir archive]] 4096 end]
tap::is [string length $bytes] [expr {[dict get $told pages] * 4096}] "whole pages, as many as it says"
set a 0
set b 0
binary scan $bytes iu* words
foreach word $words {
    set a [expr {($a + $word) & 0xffffffff}]
    set b [expr {($b + $a) & 0xffffffff}]
}
tap::is [binary encode hex [dict get $told sum]] [binary encode hex [binary format ii $a $b]] \
    "the sum, added up word by word"

set cpio [file join $dir cpio]
set channel [open $cpio wb]
puts -nonewline $channel $bytes
close $channel
set listed [split [exec cpio -t --quiet <$cpio] \n]
set there [lsort [lmap path [split [exec find $host -mindepth 1 -printf %P\\n] \n] {set path}]]
tap::is [lsort $listed] [lsort [concat $there .acre .acre/run]] "cpio lists every file, and the one that was made"
set guest [file join $dir guest]
file mkdir $guest
exec sh -c {cd "$1" && cpio -idm --quiet <"$2"} sh $guest $cpio
file delete -force $guest/.acre
tap::is [exec sh -c {diff -r --no-dereference "$1" "$2" 2>&1 | grep -v fifo || true} sh $host $guest] "" \
    "what cpio takes out is what went in"
proc listing {dir} {
    # Of a directory the time is the one of the last file that cpio put there, of a link and a fifo when it did.
    return [exec find $dir -mindepth 1 -type f -printf "%P %y %m %n %T@\n" -o -printf "%P %y %m %l\n" | sort]
}
tap::is [listing $guest] [listing $host] "kinds, modes, links, targets and times are the same"
file stat $guest/links/first first
file stat $guest/links/third third
tap::is $first(ino) $third(ino) "hard links are one file"

# Where the data begins.
set off {}
foreach name [glob -directory $host/sizes *] {
    set data [slurp $name]
    if {$data ne "" && [string length $data] > 5 && [string first $data $bytes] % 4096} {
        lappend off [file tail $name]
    }
}
tap::is $off {} "the data of every file begins at a page"
tap::is [regexp -all 070701 $bytes] [expr {[llength $listed] + 1}] "one header a name, and the trailer"

# The reader.
proc found {name} {
    seek $::image 4096
    return [::acre::archive::find $::image $name]
}
tap::is [found .acre/run] "some\0bytes" "a file is found again"
tap::is [found sizes/4097] [slurp $host/sizes/4097] "and one of more than a page"
tap::is [found sizes] "" "a directory has no bytes"
tap::is [found nowhere] "" "a name that is not there has none"
tap::is [found links/first] "" "of hard links the first has none"
tap::is [found links/third] linked "the last has them"
close $image

# The tree.
tap::is [::acre::guest::find $tree /links/good] $host/links/third "a link is followed within the tree"
tap::is [::acre::guest::find $tree /empty/../links/./first] $host/links/first "dots are minded"
tap::is [::acre::guest::find $tree /links/dangling] "" "a dangling link leads to nothing"
tap::is [::acre::guest::find $tree $host/sizes/4] $host/sizes/4 "what the tree has not, the host has"
exec ln -s loop $host/loop
set other [::acre::guest::new]
tap::raises {::acre::guest::host $other $host/loop} {ACRE BAD} "*too many symbolic links" "a loop of links"
tap::raises {::acre::guest::host $other $host/none} {ACRE BAD} "cannot read $host/none: no such file*" \
    "a file that is not there"
::acre::guest::put $other /a/b $host/sizes/4
tap::raises {::acre::guest::put $other /a/b/c $host/sizes/4} {ACRE BAD} "/a/b is a file in the image*" \
    "a file that would be a directory"
tap::raises {::acre::guest::put $other /a $host/sizes/4} {ACRE BAD} "/a is a directory in the image already*" \
    "a directory that would be a file"
exec ln -s links $host/aside
::acre::guest::host $other $host/aside/good
tap::is [lmap path [::acre::guest::files $other] {string map [list $host H] $path}] {/a/b H/links/third} \
    "the host's links on the way come along, and the file they lead to"
set long [::acre::guest::new]
tap::ok [catch {::acre::guest::put $long / /dev/null/none}] "a root that is no directory"
tap::is [catch {::acre::guest::put $long /dev /dev/shm}] 0 "a directory under another name"
file delete -force $dir/host
tap::done
