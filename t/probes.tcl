# SPDX-License-Identifier: Apache-2.0
#
# The six probes on one emulator, sourced by t/430 and t/431 with the name of the emulator in `emulator`: each gives its
# verdict word, in its time, with its files; nothing is left behind.

drv::need $emulator
tap::plan 38

set left {}
foreach {probe verdict end seconds} {
    ok     {PASS points}        exit         10
    triple {CRASH triple-fault} triple-fault 10
    reset  {CRASH reset}        reset        10
    halt   {HANG dead-halt}     dead-halt    2.5
    spin   {HANG spin}          spin         20
    torn   {CRASH torn}         exit         10
} {
    set run [drv::run $probe [dict create emulator $emulator]]
    tap::is [list [drv::verdict $run] [dict get $run end]] [list $verdict $end] "$probe: $verdict"
    # A loaded machine may be slow to start; what counts for a hang is the time after the last byte.
    set first [dict get $run seconds first-byte]
    set after [expr {[dict get $run seconds total] - ($first eq "" ? 0 : $first)}]
    tap::ok [expr {$after < $seconds}] "$probe: told within $seconds s of its last words" "$after s"
    tap::ok [expr {[dict get $run margin] >= 0 && [dict get $run margin] <= 1}] "$probe: the margin is a share"
    set dir [file dirname [dict get $run serial]]
    lappend left {*}[drv::pids $dir]
    foreach file [glob -directory $dir *] {
        if {[file type $file] ni {file link}} {
            lappend left $file
        }
    }
    set runs($probe) $run
}
tap::is $left {} "no process and no pipe is left"

tap::is [dict get $runs(ok) guest-exit] [dict get {qemu 0 bochs any} $emulator] "ok: the emulator's end agrees"
tap::is [dict get $runs(ok) status] [dict get {qemu 33 bochs 1} $emulator] "ok: its status"
foreach {probe low high} {triple 0x7c00 0x7e00 halt 0x7c00 0x7e00 spin 0x7c00 0x7e00} {
    set registers [dict get $runs($probe) registers]
    set rip [expr {$registers eq "" ? -1 : [dict get $registers rip]}]
    tap::ok [expr {$rip >= $low && $rip < $high}] "$probe: RIP is within the probe" $registers
}
tap::is [list [dict get $runs(halt) registers hlt] [expr {[dict get $runs(halt) registers rflags] & 0x200}]] {1 0} \
    "halt: halted, interrupts off"
tap::like [dict get $runs(halt) detail] "halted with interrupts off; rip 0x*last line '1..1'" \
    "halt: the detail says where"
tap::is [dict get $runs(spin) registers hlt] 0 "spin: not halted"
tap::is [drv::serial $runs(triple)] "TAP version 13\n1..1\n" "triple: the log has all that was said"
tap::is [drv::serial $runs(torn)] "TAP version 13\n1..2\nok 1 - the probe runs\nok 2 - the pro\n# ex" \
    "torn: so has torn's"

# The script in the directory runs the same again.
set again [catch {exec -ignorestderr [dict get $runs(ok) command] </dev/null} said options]
tap::is [string trim $said "\n"] "[string trim [drv::serial $runs(ok)]]\nchild process exited abnormally" \
    "the replay script gives the same bytes"
tap::is [lindex [dict get $options -errorcode] 2] [dict get $runs(ok) status] "and the emulator's status"

# The same log, told by the words of a foreign image.
set run [drv::run spin [dict create emulator $emulator expect {^1\.\.1}]]
tap::is [list [dict get $run end] [drv::verdict $run seen]] {expect {PASS expect}} \
    "a foreign image ends at its expected text"
set run [drv::run halt [dict create emulator $emulator expect {login:}]]
tap::is [drv::verdict $run seen] {HANG dead-halt} "and hangs without it"
tap::is [drv::verdict [drv::run ok [dict create emulator $emulator expect {login:}]] seen] {CRASH no-text} \
    "or ends without it"
set run [drv::run spin [dict create emulator $emulator limits {first-byte 60 silence 60 total 2}]]
tap::is [list [dict get $run end] [drv::verdict $run] [dict get $run margin]] {timeout {HANG timeout} 1.0} \
    "the total clock ends a run"
# Nothing said, interrupts on, halted again and again: sti; hlt; jmp.
set run [drv::boot [drv::sector "fb f4 ebfc" ""] [dict create emulator $emulator limits {first-byte 3}]]
tap::is [list [dict get $run end] [drv::verdict $run] [drv::serial $run]] {first-byte {HANG first-byte} {}} \
    "no byte at all"
# One byte, then the same: what waits for an interrupt is neither dead nor spinning.
set run [drv::boot [drv::sector "bafb03 b003 ee baf803 b041 ee fb f4 ebfc" ""] [dict create emulator $emulator]]
tap::is [list [dict get $run end] [drv::verdict $run] [drv::serial $run]] {silence {HANG silence} A} \
    "waits for an interrupt for ever"
tap::like [dict get $run detail] "silent for 2 s, halted until an interrupt*" "and says so"
tap::done
