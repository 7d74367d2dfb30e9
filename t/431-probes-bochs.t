#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Bochs: the six probes get their verdicts.
source [file join $::env(srcdir) drivers.tcl]
set emulator bochs
source [file join $::env(srcdir) probes.tcl]
