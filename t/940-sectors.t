#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# t/522 with every sector that stage1 and stage2 read, in a boot of its own each: once, and for good.
set ::env(ACRE_SECTORS) all
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] 522-unreadable.t]
