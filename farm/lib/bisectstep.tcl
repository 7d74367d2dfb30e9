# SPDX-License-Identifier: Apache-2.0
#
# bisectstep.tcl: one commit of a bisection: it is built, its image is booted, and git is told what came of it.
#
#   ::acre::bisectstep::run FILE      -> exit status, as `git bisect run` takes it: 0 good, 1 bad, 125 to be skipped.
#                                        FILE holds the plan, a dict: tree (of the commit), build (a command of sh, run
#                                        there), built (the image, a path in the tree), out (directory for logs), case,
#                                        wanted (the signature of what is searched for, "" for any failure)
#   ::acre::bisectstep::wanted PLAN   -> the signature of the failure that the last step has found
#
# A line is said of each step, "good|bad|skip COMMIT why", and the build's words are in OUT/build-COMMIT.log.

::acre::paths::use shrinkcase replay

namespace eval ::acre::bisectstep {
    # What git bisect takes for "this commit cannot be tested".
    variable SKIP 125
}

proc ::acre::bisectstep::run {file} {
    variable SKIP
    set plan [Plan $file]
    set tree [dict get $plan tree]
    set commit [exec git -C $tree rev-parse --short HEAD]
    set why [Build $plan $commit]
    if {$why ne ""} {
        return [Say skip $commit $why $SKIP]
    }
    set result [Boot $plan $commit]
    set words "[string trim "[dict get $result verdict] [dict get $result sub]"]: [dict get $result why]"
    if {[dict get $result verdict] eq "PASS"} {
        return [Say good $commit $words 0]
    }
    set signature [::acre::shrinkcase::signature $result]
    ::acre::casefile::save [file join [dict get $plan out] signature] [encoding convertto utf-8 $signature]
    if {[dict get $result verdict] ni {FAIL CRASH HANG} || [dict get $plan wanted] ni [list "" $signature]} {
        return [Say skip $commit "fails in another way: $words" $SKIP]
    }
    return [Say bad $commit $words 1]
}

proc ::acre::bisectstep::Plan {file} {
    set in [open $file]
    fconfigure $in -encoding utf-8
    set plan [read $in]
    close $in
    return [dict merge $plan]
}

proc ::acre::bisectstep::wanted {plan} {
    set in [open [file join [dict get $plan out] signature]]
    fconfigure $in -encoding utf-8
    set signature [read $in]
    close $in
    return $signature
}

proc ::acre::bisectstep::Say {what commit why status} {
    puts "$what $commit $why"
    return $status
}

# Builds the commit -> "" or why there is no image.  What an earlier commit has left may be in the way of a build: one
# that fails is done once more from nothing.
proc ::acre::bisectstep::Build {plan commit} {
    set tree [dict get $plan tree]
    set image [file join $tree [dict get $plan built]]
    set log [file join [dict get $plan out] build-$commit.log]
    foreach anew {0 1} {
        if {$anew} {
            exec git -C $tree clean -ffdxq 2>@1
        }
        file delete -- $image
        if {![catch {exec sh -c "cd [::acre::rundir::shell [list $tree]] && [dict get $plan build]" \
                </dev/null >$log 2>@1}] && [file isfile $image]} {
            return ""
        }
    }
    return "does not build: $log"
}

# Boots the case with the commit's image -> its result, as the runner has them.
proc ::acre::bisectstep::Boot {plan commit} {
    set case [dict get $plan case]
    set image [file join [dict get $plan tree] [dict get $plan built]]
    set dir [file join [dict get $plan out] $commit]
    dict set case image $image
    if {[dict get $case regex] eq ""} {
        dict set case audit-address [::acre::farm::AuditPoint [::acre::farm::Syms [dict create image $image syms ""]]]
    }
    set result [::acre::replay::boot $case "" $dir]
    return $result
}
