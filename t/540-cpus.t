#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# CPUs: what the kernel cannot do without is refused by name, what it can do without is said, what there is is used.
source [file join [expr {[info exists ::env(srcdir)] ? $::env(srcdir) : "."}] boots.tcl]

set no_nx "this CPU has no NX: data pages stay executable"
set no_1g "this CPU has no 1 GiB pages: 2 MiB pages are used"
set none "refused: this CPU has no long mode (64 bit)*"

# emulator, model -> end, comment lines that must stand in the log (without a - before them, else must not), YAML lines
set cases [list \
    {qemu 486} [list $none {} {}] \
    {qemu pentium} [list $none {} {}] \
    {qemu pentium3} [list $none {} {}] \
    {qemu qemu64,-lm} [list $none {} {}] \
    {qemu qemu64,-nx} [list pass [list $no_nx $no_1g] {NX absent}] \
    {qemu qemu64} [list pass [list -$no_nx $no_1g] \
        {WP on NX on PGE on SMEP absent SMAP absent UMIP absent phys-bits 40}] \
    {qemu qemu64,+pdpe1gb} [list pass [list -$no_nx -$no_1g] {NX on}] \
    {qemu qemu64,-pge,-pat,-mtrr} [list pass [list -$no_nx] {NX on PGE absent}] \
    {qemu qemu64,phys-bits=36} [list pass {} {phys-bits 36}] \
    {qemu kvm64} [list pass [list -$no_nx $no_1g] {NX on}] \
    {qemu phenom} [list pass [list -$no_nx -$no_1g] {NX on}] \
    {qemu Nehalem} [list pass [list -$no_nx $no_1g] {NX on}] \
    {qemu Skylake-Client} [list pass [list -$no_nx] {NX on SMEP on SMAP on}] \
    {qemu EPYC} [list pass [list -$no_nx -$no_1g] {NX on SMEP on SMAP on UMIP absent}] \
    {qemu max} [list pass [list -$no_nx -$no_1g] {WP on NX on PGE on SMEP on SMAP on UMIP on}] \
    {bochs pentium_mmx} [list $none {} {}] \
    {bochs p3_katmai} [list $none {} {}] \
    {bochs athlon64_clawhammer} [list pass [list -$no_nx $no_1g] {NX on SMEP absent SMAP absent}] \
    {bochs core2_penryn_t9600} [list pass [list -$no_nx $no_1g] {NX on SMEP absent}] \
    {bochs corei7_ivy_bridge_3770k} [list pass [list -$no_nx $no_1g] {NX on SMEP on SMAP absent}] \
    {bochs corei7_skylake_x} [list pass [list -$no_nx -$no_1g] {NX on SMEP on SMAP on UMIP absent}] \
    {bochs corei7_icelake_u} [list pass [list -$no_nx -$no_1g] {NX on SMEP on SMAP on UMIP on}] \
    {bochs ryzen} [list pass [list -$no_nx -$no_1g] {NX on SMEP on SMAP on}]]

set emulators [boots::emulators qemu bochs]
set file [boots::save [boots::image]]
set jobs {}
dict for {name case} $cases {
    lassign $name emulator cpu
    if {$emulator in $emulators} {
        dict set jobs $name [boots::$emulator $file cpu $cpu]
    }
}
tap::plan [dict size $jobs]
set results [boots::run $jobs]
foreach name [dict keys $jobs] {
    set result [dict get $results $name]
    lassign [dict get $cases $name] end said checks
    set wrong [lmap line $said {
        set want [expr {[string index $line 0] ne "-"}]
        set text [string trimleft $line -]
        set got [string match "*\n# $text\n*" "\n[dict get $result serial]"]
        expr {$got == $want ? [continue] : "there is [expr {$got ? {a} : {no}}] line '# $text'"}
    }]
    foreach {key value} $checks {
        set got [boots::yaml $result $key]
        if {$got ne $value} {
            lappend wrong "$key is '$got', not '$value'"
        }
    }
    set got [boots::end $result]
    tap::ok [expr {[string match $end $got] && $wrong eq ""}] "[join $name {, }]: $end" "got: $got\n[join $wrong \n]"
}
tap::done
