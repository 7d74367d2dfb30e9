#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# t/coverage finds what is not covered: a small tree of its own, whose programs call one function with chosen arguments.

source [file join [file dirname [info script]] tap.tcl]
if {![info exists ::env(COVERAGE_CC)] || $::env(COVERAGE_CC) eq ""} {
    tap::skip_all "needs clang-19 (Debian packages clang-19 llvm-19 libclang-rt-19-dev)"
}
tap::plan 26

set top [file join [tap::tmp] top]
file mkdir $top/t/unit $top/src/runtime $top/build
foreach name {coverage coverage.tcl} {
    file copy [file join $::env(srcdir) $name] $top/t
}
cd $top/build

proc write {file text} {
    set out [open $file w]
    puts -nonewline $out $text
    close $out
}

set sample {int sample(int a, int b, int c);
int sample(int a, int b, int c)
{
    if ((a && b) || c)
        return a ? 1 : 2;
    return 0;
}
}
set header {static inline int least(int a, int b)
{
    return a < b ? a : b;
}
}

proc compile {source object} {
    file mkdir [file dirname $object]
    set flags {-O1 -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc}
    exec $::env(COVERAGE_CC) {*}$flags -I$::top/src/runtime -c -o $object $source >$object.said 2>@1
}

# Makes coverage/libruntime.a and coverage/runtime of all of src/runtime.
proc runtime {} {
    file delete -force coverage
    foreach source [glob $::top/src/runtime/*.c] {
        compile $source coverage/src/runtime/[file rootname [file tail $source]].o
    }
    exec ar cr coverage/libruntime.a {*}[glob coverage/src/runtime/*.o]
    exec $::env(COVERAGE_CC) -fprofile-instr-generate -o coverage/runtime -x c - -x none \
        {*}[glob coverage/src/runtime/*.o] << "int main(void) { return 0; }\n"
}

# Makes a program that runs STATEMENTS and then says POINT -> its name.
proc program {name statements {point "ok 1 - it runs"}} {
    write $::top/t/unit/$name.c "#include <stdio.h>\n#include \"least.h\"\nint sample(int a, int b, int c);\n
        int main(void) { $statements; puts(\"1..1\\n$point\"); return 0; }\n"
    compile $::top/t/unit/$name.c coverage/t/unit/$name.o
    file mkdir coverage/t
    exec $::env(COVERAGE_CC) -fprofile-instr-generate -o coverage/t/$name.t coverage/t/unit/$name.o \
        coverage/libruntime.a
    return coverage/t/$name.t
}

# -> {exit status, what it said}
proc cover {args} {
    if {![catch {exec [info nameofexecutable] $::top/t/coverage coverage/runtime {*}$args 2>@1} said options]} {
        return [list 0 $said]
    }
    return [list [lindex [dict get $options -errorcode] 2] [join [lrange [split $said \n] 0 end-1] \n]]
}

proc gaps {said} {
    return [join [lsearch -all -inline -glob [split $said \n] src/*:*:*] \n]
}

write $top/src/runtime/sample.c $sample
write $top/src/runtime/least.h $header
write $top/t/coverage-exceptions "# none\n"
runtime
set all {sample(1, 1, 0); sample(0, 0, 0); sample(0, 0, 1); sample(1, 0, 0)}
set both "least(1, 2); least(2, 1)"
set full [program full "$all; $both"]

lassign [cover $full] status said
tap::is $status 0 "all covered: exit status 0"
tap::is [gaps $said] "" "and no gap"
tap::like $said "lines    100.00 %  8 of 8\nbranches 100.00 %  10 of 10\nMC/DC    100.00 %  3 of 3\n*" \
    "three figures"
tap::like $said "*\n4 passed, 0 failed" "and the last line"

lassign [cover [program less "sample(1, 1, 0); $both"]] status said
tap::is $status 1 "one call only: exit status 1"
tap::like $said "*src/runtime/sample.c:6: line: never runs\n*" "the line that it did not reach"
tap::like $said "*src/runtime/sample.c:5: branch: column 16 to 17 is never false\n*" \
    "the branch that it did not take"
tap::like $said "*src/runtime/sample.c:4: condition: condition 1 of 3 *" "and a condition"
tap::like $said "*\nlines     87.50 %  7 of 8\n*" "the figures are less"
tap::like $said "*\n3 passed, 1 failed" "and the last line tells"

# a is seen both ways and so is the decision, but never the one because of the other.
set ways "sample(1, 1, 0); sample(0, 0, 1); sample(1, 0, 0); sample(1, 0, 1)"
lassign [cover [program decided "$ways; $both"]] status said
tap::is "$status [gaps $said]" \
    "1 src/runtime/sample.c:4: condition: condition 1 of 3 from column 9 to 22 never decides alone" \
    "every branch taken is not MC/DC"

# A header is compiled in each program; one reaches what another does not.
lassign [cover [program one "$all; least(1, 2)"]] status said
tap::is [gaps $said] "src/runtime/least.h:3: branch: column 12 to 17 is never false" "half of an inline function"
tap::is [lindex [cover [program one "$all; least(1, 2)"] [program two "least(2, 1)"]] 0] 0 \
    "two programs cover it together"

tap::is [lindex [cover $full [program red "" "not ok 1 - it is"]] 0] 1 "a point that is not ok is a failure"
tap::is [lindex [cover $full [program dead "__builtin_trap()"]] 0] 1 "so is a program that dies"

# What is excepted is one line, and what follows from it.
set part [program part "sample(1, 1, 0); sample(0, 0, 1); sample(1, 0, 1); $both"]
write $top/t/coverage-exceptions "src/runtime/sample.c | if ((a && b) || c) | c is always set\n"
lassign [cover $part] status said
tap::is [gaps $said] "src/runtime/sample.c:6: line: never runs" "an exception excuses its own line"
write $top/t/coverage-exceptions "src/runtime/sample.c | if ((a && b) || c) | c is always set
src/runtime/sample.c | return 0; | then this is never reached\n"
lassign [cover $part] status said
tap::like "$status $said" "0 *of these * excepted*" "both lines excepted: exit status 0"
tap::like "[lindex [cover $full] 0] $said" "1 *" "an exception of what is covered is a failure"
write $top/t/coverage-exceptions [string repeat "src/runtime/sample.c | return 0; | unreached\n" 6]
tap::like [lindex [cover $part] 1] "*6 exceptions; at most 5*" "more than five are too many"
write $top/t/coverage-exceptions "src/runtime/sample.c return 0;\n"
tap::is [lindex [cover $full] 0] 2 "a line that is no exception: exit status 2"
write $top/t/coverage-exceptions ""

# What no program links is uncovered; what no program includes and no object has, too, unless it is only data.
write $top/src/runtime/table.c "const int table\[\] = {1, 2};\n"
runtime
tap::is [lindex [cover [program full "$all; $both"]] 0] 0 "a file of data only has nothing to cover"
write $top/src/runtime/gone.c "int gone(void) { return 1; }\n"
lassign [cover $full] status said
tap::like "$status $said" "1 *src/runtime/gone.c is in no program*" "a file that nobody compiles is missed"
file delete $top/src/runtime/gone.c

write $top/src/runtime/nested.c {int nested(int a, int b, int c);
int nested(int a, int b, int c) { return a && !(b && c); }
}
runtime
lassign [cover [program full "$all; $both"]] status said
tap::like $said "*src/runtime/nested.c:2: line: never runs\n*" "what no program links is uncovered"
tap::like $said "*src/runtime/nested.c:2: decision: *" "a decision that clang cannot measure is named"

set ::env(LLVM_COV) false
tap::is [lindex [cover coverage/t/full.t] 0] 2 "a tool that fails: exit status 2"
foreach name {MAKEFLAGS MFLAGS MAKELEVEL} {
    unset -nocomplain ::env($name)
}
catch {exec make -s -C $::env(top_builddir) coverage COVERAGE_CC= 2>@1} said
tap::like $said "*Debian packages clang-19 llvm-19*" "without clang the packages are named"
tap::done
