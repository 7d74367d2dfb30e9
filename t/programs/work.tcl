# SPDX-License-Identifier: Apache-2.0
set f [open words.txt]
set count [dict create]
while {[gets $f line] >= 0} {
    dict incr count [lindex $line 3]
}
close $f
puts [lsort -stride 2 $count]
proc collatz {n} {
    for {set steps 0} {$n != 1} {incr steps} {
        set n [expr {$n % 2 ? 3 * $n + 1 : $n / 2}]
    }
    return $steps
}
set longest 0
for {set i 1} {$i < 2000} {incr i} {
    set longest [expr {max($longest, [collatz $i])}]
}
puts "$longest [expr {2 ** 200}] [format %.12f [expr {exp(1)}]]"
after 10 {set done 1}
vwait done
puts "[clock format 1000000000 -gmt 1 -format {%Y-%m-%d %H:%M:%S}] [string length [encoding convertto utf-8 \u20ac]]"
puts [lsort [glob tree/sub/*]]
puts [zlib crc32 [string repeat acre 10000]]
