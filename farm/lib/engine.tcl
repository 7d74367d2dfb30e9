# SPDX-License-Identifier: Apache-2.0
#
# engine.tcl: where the cases of `acre farm` run, and which of them: here, on a cluster, or elsewhere already.
#
#   ::acre::engine::check VAR          VAR is the dict of cmd_farm.tcl's options.  Fills in what depends on the engine:
#                                      jobs and out.  Raises {ACRE USAGE} or {ACRE BAD} before anything is written
#   ::acre::engine::cases GIVEN        -> the cases: those of the shard's file, or the plan
#   ::acre::engine::part GIVEN CASES   -> those that are this shard's, with --shard I/N
#   ::acre::engine::options GIVEN COMMAND   -> options for farmrun.tcl: loop, probe, part, scratch; COMMAND is acre's

::acre::paths::use shard

namespace eval ::acre::engine {
    variable engines {local slurm}
    # What says which cases there are; a shard's file says it by itself.
    variable choosing {
        emulators maps select memory machines cpus disks groups matrices programs random seed image syms regex since
        merge
    }
    variable FILE_NAME {^([0-9]+)/([0-9]+)$}
}

proc ::acre::engine::check {givenVar} {
    upvar 1 $givenVar given
    variable engines
    set engine [dict get $given engine]
    if {$engine ni $engines} {
        ::acre::err::usage "no such engine: '$engine'; there are [join $engines { and }]"
    }
    foreach {option key} {--shards shards --sbatch sbatch} {
        if {[dict get $given $key] ne "" && $engine ne "slurm"} {
            ::acre::err::usage "$option is for --engine slurm"
        }
    }
    if {$engine eq "slurm"} {
        CheckSlurm given
    }
    CheckShard given
    if {[dict get $given out] eq ""} {
        dict set given out farm-out
    }
    CheckMerge $given
    set scratch [dict get $given scratch]
    if {$scratch ne "" && $engine eq "local" && !([file isdirectory $scratch] && [file writable $scratch])} {
        ::acre::err::bad "--scratch $scratch: no directory that can be written in"
    }
}

proc ::acre::engine::CheckSlurm {givenVar} {
    upvar 1 $givenVar given
    foreach tool {sbatch squeue scancel sinfo} {
        ::acre::err::need $tool
    }
    if {[dict get $given shard] ne "" || [dict get $given merge] ne ""} {
        ::acre::err::usage "--engine slurm makes its shards and merges them itself, without --shard and --merge"
    }
    if {[dict get $given shards] ne "" && ![regexp {^[1-9][0-9]{0,3}$} [dict get $given shards]]} {
        ::acre::err::usage "--shards '[dict get $given shards]' is not a number from 1 to 9999"
    }
    if {[dict get $given jobs] eq ""} {
        dict set given jobs 1
    }
}

proc ::acre::engine::CheckShard {givenVar} {
    upvar 1 $givenVar given
    variable choosing
    variable FILE_NAME
    set shard [dict get $given shard]
    if {[regexp $FILE_NAME $shard - index count]} {
        if {[string length $count] > 4 || ![string match {[1-9]*} $index] || $index > $count} {
            ::acre::err::usage "--shard '$shard' is not the I-th of N shards, from 1/1 to 9999/9999"
        }
        if {[dict get $given random] ne "" && [dict get $given seed] eq ""} {
            ::acre::err::usage "--shard $shard of random maps: say --seed, the same for all shards"
        }
    } elseif {$shard ne ""} {
        foreach key $choosing {
            if {[dict get $given $key] ne ""} {
                ::acre::err::usage "--shard $shard: the file says which cases there are; leave the other options out"
            }
        }
        if {[dict get $given out] eq ""} {
            dict set given out [file dirname [file normalize $shard]]
        }
    }
}

proc ::acre::engine::CheckMerge {given} {
    set dirs [dict get $given merge]
    if {$dirs ne "" && [dict get $given random] ne "" && [dict get $given seed] eq ""} {
        ::acre::err::usage "--merge of random maps: say --seed, that of the shards"
    }
    if {$dirs eq ""} {
        return
    }
    if {[dict get $given shard] ne "" || [dict get $given resume] || [dict get $given scratch] ne ""} {
        ::acre::err::usage "--merge runs nothing: leave --shard, --resume and --scratch out"
    }
    foreach dir $dirs {
        if {![file isfile [file join $dir results.tsv]]} {
            ::acre::err::bad "--merge $dir: no results.tsv in it; name what was --out of a run"
        }
        if {[file normalize $dir] eq [file normalize [dict get $given out]]} {
            ::acre::err::usage "--merge $dir: this is where the merged results go; name another with --out"
        }
    }
}

proc ::acre::engine::cases {given} {
    variable FILE_NAME
    set shard [dict get $given shard]
    if {$shard eq "" || [regexp $FILE_NAME $shard]} {
        return [::acre::farm::Plan $given]
    }
    return [::acre::shard::read $shard]
}

proc ::acre::engine::part {given cases} {
    variable FILE_NAME
    if {![regexp $FILE_NAME [dict get $given shard] - index count]} {
        return $cases
    }
    # By the plan's own guess, which is the same on every machine.
    set shards [::acre::shard::cut $cases [::acre::shard::expected $cases {}] $count]
    if {$index > [llength $shards]} {
        ::acre::err::usage "shard $index/$count is empty: there are [llength $cases] cases"
    }
    return [lindex $shards $index-1]
}

proc ::acre::engine::options {given command} {
    ::acre::paths::use shardtake
    set options [dict create part [expr {[dict get $given shard] ne ""}] scratch [dict get $given scratch]]
    set out [file normalize [dict get $given out]]
    if {[dict get $given merge] ne ""} {
        dict set options loop [list ::acre::shardtake::merge [dict get $given merge] $out]
    } elseif {[dict get $given engine] eq "slurm"} {
        ::acre::paths::use engineslurm
        dict set options scratch ""
        dict set options loop [list ::acre::engineslurm::loop [dict create out $out command $command \
            {*}[dict filter $given key jobs shards sbatch scratch resume]]]
    }
    return $options
}
