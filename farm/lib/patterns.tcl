# SPDX-License-Identifier: Apache-2.0
#
# patterns.tcl: everything that is recognised in what a guest or an emulator says; the one home of all patterns.
#
# A pattern is a Tcl regular expression for one whole line, its line end included.  What comes in is cut into whole
# lines first (feed), so it does not matter whether it comes in one read or byte by byte.  The texts that Acre's kernel
# prints come from protocol.h through layout.tcl.

if {![namespace exists ::layout]} {
    source [::acre::paths::get layout]
}

namespace eval ::acre::patterns {
    variable pattern
    # Expect's own pattern: whatever there is; feed makes lines of it.
    variable ANYTHING {.+}
}

# A text that stands for itself in a regular expression.
proc ::acre::patterns::Quote {text} {
    return [regsub -all {[][*+?{}()<>|\\^$.]} $text {\\&}]
}

proc ::acre::patterns::Define {name start rest} {
    variable pattern
    set pattern($name) "^[Quote $start]$rest\\r?\\n\$"
}

# The guest's lines.  A hexadecimal number is a group without its 0x only where Tcl could not take it as it stands.
namespace eval ::acre::patterns {
    variable hex {0x[0-9a-f]+}
    # A line that was damaged on its way shows other characters than these; a point's name has no # and no blank end.
    variable printable {[\x20-\x7e]}
    variable name {[\x20-\x22\x24-\x7e]*[\x21\x22\x24-\x7e]}
    Define version   $::layout::PROTO_TAP_VERSION {}
    Define plan      {} {1\.\.(\d+)(?: # SKIP ?([^\r\n]*))?}
    Define point     {} "(not )?ok (\\d+)(?: - ($name))?(?: # (SKIP|TODO)(?: ($printable*))?)?"
    Define yaml-open {} {  ---}
    Define yaml-end  {} {  \.\.\.}
    Define yaml-key  {} {  ([A-Za-z0-9][A-Za-z0-9_-]*): ([\x20-\x7e]*)}
    Define comment   {#} {(?: [^\r\n]*)?}
    Define mark      $::layout::PROTO_MARK {(\S+) (\d+)}
    Define e820      $::layout::PROTO_E820 "($hex) ($hex) (\\d+) ($hex|\\d+)"
    Define usable    $::layout::PROTO_USABLE "($hex) ($hex)"
    Define ledger    $::layout::PROTO_LEDGER {(\S+) (\d+)}
    Define mapping   $::layout::PROTO_MAPPING \
        "($hex) ($hex) ($hex) (4k|2m|1g) (\[r-]\[w-]\[x-]u?)(?: (\[a-z]\[a-z0-9_-]*))?"
    Define exit      $::layout::PROTO_EXIT {(\d+)}
    Define refused   $::layout::PROTO_REFUSED {([^\r\n]+)}
    Define panic     $::layout::PROTO_PANIC {([^\r\n]+)}
    Define failing   $::layout::PROTO_FAILING {(\d+)}
    Define allocations $::layout::PROTO_ALLOCATIONS {(\d+) (\d+)}
    Define frame     $::layout::PROTO_FRAME {([^\r\n]+)}
    # The comments that have a form, by the text they begin with: a line that begins so must be whole.
    variable FORMS [list $::layout::PROTO_MARK mark $::layout::PROTO_E820 e820 $::layout::PROTO_USABLE usable \
        $::layout::PROTO_LEDGER ledger $::layout::PROTO_MAPPING mapping $::layout::PROTO_EXIT exit \
        $::layout::PROTO_REFUSED refused $::layout::PROTO_PANIC panic $::layout::PROTO_FRAME frame \
        $::layout::PROTO_FAILING failing $::layout::PROTO_ALLOCATIONS allocations]

    # QEMU's -d cpu_reset log, and its words on stderr.
    Define qemu-triple-fault {} {Triple fault}
    Define qemu-stderr {} {(qemu-system-x86_64: [^\r\n]+)}
    Define qemu-warning {} {qemu-system-x86_64: (?:-[^\r\n]*: )?warning: [^\r\n]*}

    # Bochs: its debugger's screen, and bochs.log.
    Define bochs-breakpoint {} {\(0\) Breakpoint (\d+),? [^\r\n]*}
    Define bochs-next {} {Next at t=(\d+)}
    Define bochs-calc {} {0x[0-9a-f]+ (\d+)}
    Define bochs-shutdown {} {[^\r\n]*Shutdown port: shutdown requested[^\r\n]*}
    Define bochs-triple-fault {} {[^\r\n]*exception\(\): 3rd \(\d+\) exception with no resolution[^\r\n]*}
    Define bochs-reset {} {(\d+)i\[SYS *\] bx_pc_system_c::Reset\((?:HARDWARE|SOFTWARE)\) called}
    Define bochs-halt {} {\d+i\[CPU\d *\] WARNING: HLT instruction with IF=0!}
    Define bochs-register {} {\d+i\[CPU\d *\] (?:\| )?([^\r\n]*\m(?:[ER]IP|[ER]SP|CR\d|EFER) *=[^\r\n]*)}
    Define bochs-panic {} {\d+p\[([^\]]*)\] >>PANIC<< ([^\r\n]*)}
}

# match NAME LINE ?VAR...? -> 1 if LINE (line end included) is the pattern's; the variables get its groups.
proc ::acre::patterns::match {name line args} {
    variable pattern
    uplevel 1 [list regexp $pattern($name) $line -] $args
}

# feed BUFFER CHUNK: the whole lines, line ends included, that BUFFER (a variable's name) holds once CHUNK has come;
# what is left, the start of a line, stays in BUFFER.
proc ::acre::patterns::feed {buffer chunk} {
    upvar 1 $buffer held
    append held $chunk
    set last [string last \n $held]
    set whole [string range $held 0 $last]
    set held [string range $held $last+1 end]
    return [lines $whole]
}

# lines TEXT -> its lines, each with its line end; the last may lack one.
proc ::acre::patterns::lines {text} {
    set result {}
    set from 0
    while {[set at [string first \n $text $from]] >= 0} {
        lappend result [string range $text $from $at]
        set from [expr {$at + 1}]
    }
    if {$from < [string length $text]} {
        lappend result [string range $text $from end]
    }
    return $result
}
