# SPDX-License-Identifier: Apache-2.0
#
# nights.tcl: for tests of acre nightly: a repository of revisions that are made up, and nights of them.
#
#   nights::repository DIR            makes one; its configure and make take no time, its farm is night-double.tcl
#   nights::revision TITLE ?KEY VALUE...?   a commit -> its number.  rows, status (1 if a row is red), seconds, as
#                                     night-double.tcl has them; host: lines of make bench BENCH=host, {NAME VALUE BAR};
#                                     broken: make's last words
#   nights::row NAME ?VERDICT SUB WHY?      -> a row of a revision
#   nights::config FILE ?KEY VALUE...?      writes a configuration
#   nights::night FILE ?ARG...?       acre nightly --config FILE ARG... -> {STATUS STDOUT STDERR}
#   nights::history DIR ARG...        acre history --file DIR/history.sqlite ARG... -> {STATUS STDOUT STDERR}

source [file join $::env(srcdir) report-runs.tcl]

namespace eval ::nights {
    variable repository ""
}

proc ::nights::git {args} {
    variable repository
    return [exec git -c user.name=n -c user.email=n@example.org -c commit.gpgsign=false -C $repository {*}$args]
}

proc ::nights::repository {dir} {
    variable repository $dir
    file mkdir $dir
    exec git -c init.defaultBranch=main init --quiet $dir
    ::runs::Put $dir/configure "#!/bin/sh
echo configured with \"\$@\" >configured
cat >Makefile <<'END'
all:
	@test ! -s ../source/broken || { cat ../source/broken >&2; exit 1; }
	@printf '#!/bin/sh\\nexec tclsh [file join $::env(srcdir) night-double.tcl] '\$(CURDIR)'/../source \"\$\$@\"\\n' >acre
	@chmod 755 acre
bench:
	@cat ../source/bench-\$(BENCH)
END
"
    file attributes $dir/configure -permissions 0755
}

proc ::nights::revision {title args} {
    variable repository
    set what [dict merge {rows {} status "" seconds 0 host {} broken ""} $args]
    if {[dict get $what status] eq ""} {
        set red {^\S+ (FAIL|CRASH|HANG|ERROR|MISSING)}
        dict set what status [expr {[lsearch -regexp [dict get $what rows] $red] >= 0}]
    }
    ::runs::Put $repository/night [dict filter $what key rows status seconds]
    ::runs::Put $repository/broken [expr {[dict get $what broken] eq "" ? "" : "[dict get $what broken]\n"}]
    ::runs::Put $repository/bench-host [join [lmap figure [dict get $what host] {
        lassign $figure name value bar
        string cat [join [list $name $value instructions $bar [expr {$value > $bar ? "short" : "ok"}]] \t] \n
    }] ""]
    git add -A
    git commit --quiet --allow-empty -m $title
    return [git rev-parse HEAD]
}

proc ::nights::row {name {verdict PASS} {sub points} {why "1 of 1 points"}} {
    return [list boot@$name $verdict $sub $why]
}

proc ::nights::config {file args} {
    ::runs::Put $file "# a comment\n[join [lmap {key value} $args {string cat $key " = " $value}] \n]\n"
}

proc ::nights::Run {args} {
    set dir [tap::tmp]
    set status 0
    if {[catch {exec [::runs::command] {*}$args >$dir/out 2>$dir/err </dev/null} message options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [tap::slurp $dir/out] [tap::slurp $dir/err]]
}

proc ::nights::night {file args} {
    return [Run nightly --config $file {*}$args]
}

proc ::nights::history {dir args} {
    return [Run history --file [file join $dir history.sqlite] {*}$args]
}
