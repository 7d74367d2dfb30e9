# SPDX-License-Identifier: Apache-2.0
#
# nightbuild.tcl: the revision that a night tries, fetched and built anew in the directory of the nights.
#
#   ::acre::nightbuild::fetch CONF STDIN LOG -> dict revision title: DIR/source becomes a clone of the repository, with
#                                               the revision checked out
#   ::acre::nightbuild::commits CONF OLD NEW -> how many commits NEW has that OLD has not, "" if git cannot tell
#   ::acre::nightbuild::build CONF STDIN LOG -> path of the acre command in DIR/build
#   ::acre::nightbuild::run LOG STDIN DIR COMMAND... -> runs a command in DIR; its words go to the file LOG
# STDIN is a channel (nightdir.tcl's lock).  Raise {ACRE NIGHT} with the last of what a command said.

namespace eval ::acre::nightbuild {
    # What of git's environment would lead it elsewhere.
    variable UNSET {-u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE -u MAKEFLAGS -u MFLAGS -u MAKELEVEL}
}

proc ::acre::nightbuild::run {log stdin dir args} {
    variable UNSET
    set out [open $log a]
    puts $out "+ $args"
    close $out
    set from [file size $log]
    if {[catch {exec env {*}$UNSET -C $dir GIT_TERMINAL_PROMPT=0 {*}$args <@ $stdin >>$log 2>>$log} why options]} {
        if {[lindex [dict get $options -errorcode] 0] eq "POSIX"} {
            return -options $options $why
        }
        set command "[file tail [lindex $args 0]] [join [lrange $args 1 3]]"
        return -code error -errorcode {ACRE NIGHT} "'$command' failed: [Last $log $from $why]"
    }
}

# The last line of what LOG got after its first FROM bytes that says something; what make says of itself is not.
proc ::acre::nightbuild::Last {log from otherwise} {
    set in [open $log]
    seek $in $from
    set lines [lsearch -all -inline -not [split [read $in] \n] ""]
    close $in
    foreach line [lreverse $lines] {
        if {![regexp {^make(\[\d+\])?: } $line]} {
            return $line
        }
    }
    return [lindex [split $otherwise \n] end]
}

proc ::acre::nightbuild::Git {source args} {
    return [exec env -u GIT_DIR -u GIT_WORK_TREE -u GIT_INDEX_FILE [::acre::err::need git] -C $source {*}$args 2>@1]
}

proc ::acre::nightbuild::fetch {conf stdin log} {
    set git [::acre::err::need git]
    set dir [dict get $conf directory]
    set source [file join $dir source]
    set repository [dict get $conf repository]
    if {![file isdirectory [file join $source .git]]} {
        file delete -force -- $source
        run $log $stdin $dir $git clone --quiet --no-checkout -- $repository $source
    } else {
        run $log $stdin $source $git remote set-url origin $repository
        run $log $stdin $source $git fetch --quiet --prune --tags --force origin
        run $log $stdin $source $git remote set-head origin --auto
    }
    set revision [Commit $source [dict get $conf revision]]
    run $log $stdin $source $git checkout --quiet --force --detach $revision
    run $log $stdin $source $git clean --quiet -ffdx
    return [dict create revision $revision title [Git $source log -1 --format=%s $revision]]
}

# A branch of the repository's, else a tag or a commit.
proc ::acre::nightbuild::Commit {source name} {
    foreach try [list origin/$name $name] {
        if {![catch {Git $source rev-parse --verify --quiet --end-of-options "$try^{commit}"} commit]
                && [regexp {[0-9a-f]{40,64}$} $commit commit]} {
            return $commit
        }
    }
    return -code error -errorcode {ACRE NIGHT} "the repository has no revision '$name'"
}

proc ::acre::nightbuild::commits {conf old new} {
    if {$old eq "" || [catch {Git [file join [dict get $conf directory] source] rev-list --count $old..$new} count]
            || ![string is digit -strict $count]} {
        return ""
    }
    return $count
}

proc ::acre::nightbuild::build {conf stdin log} {
    set dir [dict get $conf directory]
    set source [file join $dir source]
    set build [file join $dir build]
    file delete -force -- $build
    file mkdir $build
    if {![file exists [file join $source configure]]} {
        run $log $stdin $source ./autogen.sh
    }
    run $log $stdin $build sh -c "exec \"\$0\" [dict get $conf configure]" ../source/configure
    run $log $stdin $build [::acre::err::need make] -j[Jobs $conf]
    set acre [file join $build acre]
    if {![file executable $acre]} {
        return -code error -errorcode {ACRE NIGHT} "make made no acre command"
    }
    return $acre
}

proc ::acre::nightbuild::Jobs {conf} {
    if {[dict get $conf jobs] ne ""} {
        return [dict get $conf jobs]
    }
    return [expr {[catch {exec nproc} cores] ? 1 : $cores}]
}
