#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# QEMU: the six probes get their verdicts.
source [file join $::env(srcdir) drivers.tcl]
set emulator qemu
source [file join $::env(srcdir) probes.tcl]
