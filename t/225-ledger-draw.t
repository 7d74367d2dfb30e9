#!/usr/bin/env tclsh
# SPDX-License-Identifier: Apache-2.0
# Pictures of ledgers: what the terminal and the SVG file show, from 640 KiB to 1 TiB, and how a bad report ends.
source [file join $::env(srcdir) tap.tcl]
::acre::paths::use ledgersvg ledgerterm mapreport casefile case
source [file join $::env(srcdir) ledger-report.tcl]
namespace path ::tap

set acre [file join $::env(top_builddir) acre]
if {![file exists $acre]} {
    skip_all "needs the acre command in the build tree: make"
}
plan 105
set dir [tmp]
set ::env(LC_ALL) C
array unset ::env NO_COLOR
array unset ::env COLUMNS

proc spit {file text} {
    file mkdir [file dirname $file]
    set channel [open $file wb]
    puts -nonewline $channel $text
    close $channel
    return $file
}
# acre map draw ARGS: {status stdout stderr}.
proc run {args} {
    global acre dir
    set status 0
    if {[catch {exec $acre map draw {*}$args >$dir/out 2>$dir/err} message options]} {
        set status [lindex [dict get $options -errorcode] 2]
    }
    return [list $status [slurp $dir/out] [slurp $dir/err]]
}
# A run that must end with 2, one line on standard error that matches, and nothing on standard output.
proc refused {arguments pattern desc} {
    lassign [run {*}$arguments] status out err
    ok [expr {$status == 2 && $out eq "" && [string match "acre: $pattern\n" $err] && [llength [split $err \n]] == 2}] \
        "refused: $desc" "status: $status\nstdout: $out\nstderr: $err\nlike:   acre: $pattern"
}

# Reports that are drawn: what for -> model.
proc spread {count} {
    set mapping [dict get $::reports::small mapping]
    for {set i 0} {$i < $count} {incr i} {
        set at [expr {0xffff810000000000 + $i * 0x2000}]
        lappend mapping [list $at [expr {$at + 0x1000}] [expr {0x200000 + $i * 0x2000}] rw-]
    }
    return $mapping
}
set models [dict create \
    "640 KiB" [reports::model] \
    "1 TiB" [reports::model {*}[reports::big]] \
    "2000 runs" [reports::model usable {{0x1000 0x9f000} {0x100000 0x10000000}} mapping [spread 1000]] \
    "all of 64 bits" [reports::model e820 {{0 0xffffffffffffffff 2} {0 0x1000 5} {0x2000 0x1000 3} {0x100000 1 4}}] \
    "one frame" [reports::model usable {{0x1000 0x2000}} e820 {} mapping {} sections "" ledger {free 1 total 1}]]

# --- terminal ------------------------------------------------------------------------------------------------------
proc terminal {model args} {
    return [::acre::ledgerterm::draw $model [dict merge {ascii 1 color 0 width 80 parts {physical virtual}} $args]]
}
# A backslash before a line's end would be Tcl's.
set want [string map {~ \\} {
     physical memory

     ========  0x00000  not used                                           4 KiB
     ::::::::  0x01000  free                                  55 frames, 220 KiB
     ::::::::
     /~/~/~/~
     ::::::::
     ::::::::
     TTTTTTTT  0x38000  kernel-text                             3 frames, 12 KiB
     RRRRRRRR  0x3b000  kernel-rodata                             1 frame, 4 KiB
     DDDDDDDD  0x3c000  kernel-data                               1 frame, 4 KiB
     BBBBBBBB  0x3d000  kernel-bss                                1 frame, 4 KiB
     SSSSSSSS  0x3e000  stack-kernel                             2 frames, 8 KiB
     PPPPPPPP  0x40000  page-tables                             3 frames, 12 KiB
     MMMMMMMM  0x43000  heap-metadata                             1 frame, 4 KiB
     HHHHHHHH  0x44000  heap                                      1 frame, 4 KiB
     ::::::::  0x45000  free                                  90 frames, 360 KiB
     ::::::::
     /~/~/~/~
     ::::::::
     ::::::::
     ========  0x9f000  not used                                           3 KiB
     --------  0x9fc00  reserved                                           1 KiB
     /~/~/~/~  0xa0000  not described                                    320 KiB
     /~/~/~/~  0xf0000  reserved                                          64 KiB

           owner                 frames       size  of usable
     ::::  free                     145    580 KiB    91.77 %
     TTTT  kernel-text                3     12 KiB     1.89 %
     RRRR  kernel-rodata              1      4 KiB     0.63 %
     DDDD  kernel-data                1      4 KiB     0.63 %
     BBBB  kernel-bss                 1      4 KiB     0.63 %
     SSSS  stack-kernel               2      8 KiB     1.26 %
     PPPP  page-tables                3     12 KiB     1.89 %
     MMMM  heap-metadata              1      4 KiB     0.63 %
     HHHH  heap                       1      4 KiB     0.63 %
     ====  not used                          7 KiB
     ----  reserved                         65 KiB
     ....  not described                   320 KiB

     usable: 632 KiB in 158 frames, of which 52 KiB have an owner and 580 KiB are free
     Ledger and pages agree: every owner has as many frames in both.
     stack-kernel 2 here: stacks 2 in the ledger}]
set small [dict get $models "640 KiB"]
is "\n[join [terminal $small parts physical] \n]" $want "terminal: physical memory of 640 KiB, and the legend"
set virtual [join [terminal $small parts virtual] \n]
like $virtual "     virtual memory\n*0x0000000000000000  user: null page to fixed *empty, 128 TiB\n*\
    SSSSSSSS  0xffffffff80007000  stack-kernel rw-  *2 frames, 8 KiB\n*" "terminal: virtual memory"
ok [expr {![string match "*physical memory*" $virtual]}] "terminal: only the part that was asked for"

# How many columns a line has; colours have none.
proc columns {line} { return [string length [regsub -all {\033\[[0-9;]*m} $line ""]] }
dict for {what model} $models {
    set wide {}
    foreach width {64 80 100 120} {
        set lines [terminal $model width $width]
        # Sentences wrap as the terminal does it.
        foreach line [lrange $lines 0 [lsearch $lines "*usable: *"]-1] {
            if {[columns $line] > $width} {
                lappend wide $line
            }
        }
    }
    is $wide {} "terminal: $what: no line is wider than the terminal"
    set told [dict create]
    foreach line [terminal $model] {
        if {[regexp {0x0*([0-9a-f]+)  (\S.*?)  +} $line - address name]} {
            dict set told "$address $name" 1
        }
    }
    set missing {}
    foreach run [concat [dict get $model physical] [dict get $model virtual]] {
        lassign $run base limit owner flags
        if {$owner ne "" && ![dict exists $told [string trim [format "%llx %s %s" $base $owner $flags]]]} {
            lappend missing $run
        }
    }
    is $missing {} "terminal: $what: every run has a line"
}
set plain [join [terminal $small] \n]
set colored [join [terminal $small color 1] \n]
is [regsub -all {\033\[[0-9;]*m} $colored ""] $plain "terminal: colours change nothing but the colour"
ok [expr {[regexp {\033\[0;38;5;33mTTTTTTTT\033\[0m} $colored] && ![regexp {\033} $plain]}] \
    "terminal: only if asked for"
ok [string is ascii $plain] "terminal: ASCII"
like [join [terminal $small ascii 0] \n] "*\u2571\u2572\u2571\u2572*" "terminal: a zigzag in UTF-8"
is [lmap width {1 64 1000} {columns [lindex [terminal $small width $width] 2]}] {64 64 120} \
    "terminal: no narrower than can be read, no wider than the eye follows"

# --- SVG -----------------------------------------------------------------------------------------------------------
# The elements of XML text, as {name attributes text} in the order of their ends; raises an error if it is not
# well-formed.
proc elements {xml} {
    variable stack {}
    set found {}
    if {![regsub {^<\?xml version="1.0" encoding="UTF-8"\?>\n} $xml "" xml]} {
        error "no XML declaration"
    }
    foreach line [split $xml \n] {
        while {$line ne ""} {
            if {![regexp {^(?:<[^<>]*>|[^<>]+)} $line token]} {
                error "not XML: [string range $line 0 60]"
            }
            lappend found {*}[Token $token]
            set line [string range $line [string length $token] end]
        }
    }
    if {$stack ne ""} {
        error "not ended: $stack"
    }
    return $found
}
# Takes a tag or a text; returns a list of the element that ends with it, if one does.
proc Token {token} {
    variable stack
    if {[regexp {^</([a-z]+)>$} $token - name]} {
        set last [lindex $stack end]
        set stack [lrange $stack 0 end-1]
        if {[lindex $last 0] ne $name} {
            error "</$name> ends [lindex $last 0]"
        }
        return [list $last]
    }
    if {[regexp {^<([a-z]+)((?: [a-zA-Z0-9:-]+="[^"<>&]*")*)(/?)>$} $token - name attributes empty]} {
        set pairs [dict create]
        foreach {- key value} [regexp -all -inline { ([a-zA-Z0-9:-]+)="([^"]*)"} $attributes] {
            if {[dict exists $pairs $key]} {
                error "$key twice: $token"
            }
            dict set pairs $key $value
        }
        if {$empty ne ""} {
            return [list [list $name $pairs ""]]
        }
        lappend stack [list $name $pairs ""]
        return {}
    }
    if {$stack eq "" || ![regexp {^(?:[^<>&]|&(?:amp|lt|gt|quot);)+$} $token]} {
        error "not XML: [string range $token 0 60]"
    }
    lset stack end 2 [lindex $stack end 2][string map {&lt; < &gt; > &quot; \" &amp; &} $token]
    return {}
}
proc of {elements name} {
    return [lsearch -all -inline -index 0 $elements $name]
}
# {left right baseline text} of every text, by widths that DejaVu Sans does not exceed for what we write.
proc boxes {elements} {
    return [lmap element [of $elements text] {
        lassign $element - attributes text
        set size [expr {[dict exists $attributes font-size] ? [dict get $attributes font-size] : 12}]
        set each [expr {[dict exists $attributes font-family] ? 0.603
            : [dict exists $attributes font-weight] ? 0.64 : 0.57}]
        set width [expr {[string length $text] * $each * $size}]
        set x [dict get $attributes x]
        set end [expr {[dict exists $attributes text-anchor] && [dict get $attributes text-anchor] eq "end"}]
        list [expr {$end ? $x - $width : $x}] [expr {$end ? $x : $x + $width}] [dict get $attributes y] $text
    }]
}
# Texts that lie over each other: a line of text is 12 pixels high at least.
proc overlaps {boxes} {
    set over {}
    set boxes [lsort -real -index 2 $boxes]
    for {set i 0} {$i < [llength $boxes]} {incr i} {
        lassign [lindex $boxes $i] left right y text
        for {set j [expr {$i + 1}]} {$j < [llength $boxes] && [lindex $boxes $j 2] - $y < 12} {incr j} {
            lassign [lindex $boxes $j] left2 right2 - text2
            if {$left < $right2 && $left2 < $right} {
                lappend over "$text / $text2 at $y"
            }
        }
    }
    return $over
}
# The rectangles of a column at X: {top bottom title}.
proc column {elements x} {
    set titles [lmap element [of $elements title] {lindex $element 2}]
    set rects {}
    set index 0
    # A title stands before its rect in this list: it ends first; the first is the file's.
    set title ""
    foreach element $elements {
        lassign $element name attributes text
        if {$name eq "title"} {
            set title $text
        } elseif {$name eq "rect" && $title ne "" && [dict exists $attributes x] && [dict get $attributes x] == $x
                && [dict get $attributes width] > 100} {
            set y [dict get $attributes y]
            lappend rects [list $y [expr {$y + [dict get $attributes height]}] $title [dict get $attributes fill]]
        }
    }
    return $rects
}

dict for {what model} $models {
    set svg [::acre::ledgersvg::draw $model "a <test> & \"more\""]
    set failed [catch {elements $svg} elements]
    ok [expr {!$failed}] "SVG: $what: well-formed" $elements
    set root [lindex $elements end]
    is [lindex $root 0] svg "SVG: $what: one root"
    set missing {}
    set texts [lmap element [of $elements text] {lindex $element 2}]
    foreach row [dict get $model owners] {
        if {[lindex $row 0] ni $texts} {
            lappend missing [lindex $row 0]
        }
    }
    is $missing {} "SVG: $what: every owner is in the legend"
    set problems {}
    foreach {x runs} [list 32 [dict get $model physical] 600 [dict get $model virtual]] {
        set rects [column $elements $x]
        if {[llength $rects] != [llength $runs]} {
            lappend problems "[llength $runs] runs, [llength $rects] rects"
        }
        foreach rect [lrange $rects 0 [llength $runs]-1] next [lrange $rects 1 end] run $runs {
            if {$rect eq ""} break
            lassign $rect top bottom title fill
            if {$bottom - $top < 3.9} {
                lappend problems "not to be seen: $title"
            }
            if {$next ne "" && abs([lindex $next 0] - $bottom) > 0.02} {
                lappend problems "a gap after $title"
            }
            if {![string match [format "0x%llx-0x%llx, *" {*}[lrange $run 0 1]] $title]} {
                lappend problems "$title for $run"
            }
            if {$fill ne [::acre::ledgersvg::Fill [lindex $run 2]]} {
                lappend problems "$fill for $run"
            }
        }
        if {[lindex $rects end 1] > [dict get [lindex $root 1] height]} {
            lappend problems "below the picture: [lindex $rects end 1]"
        }
    }
    is $problems {} "SVG: $what: every run is seen, in its place and its owner's colour, without a gap"
    set boxes [boxes $elements]
    is [overlaps $boxes] {} "SVG: $what: no text lies over another"
    set out {}
    foreach box $boxes {
        if {[lindex $box 0] < 0 || [lindex $box 1] > [dict get [lindex $root 1] width]
                || [lindex $box 2] > [dict get [lindex $root 1] height]} {
            lappend out $box
        }
    }
    # 186 is where the labels of physical memory begin; an x-height of text is 8 pixels.
    set top [lindex [column $elements 32] 0 0]
    foreach box $boxes {
        if {[lindex $box 0] == 186 && [lindex $box 2] < $top + 8} {
            lappend out "above its column: $box"
        }
    }
    is $out {} "SVG: $what: no text lies outside, no label above its column"
}
set svg [::acre::ledgersvg::draw $small "a <test> & \"more\" \x07\ud800"]
ok [expr {![regexp {<script|<style|<image|href|@import|url\((?!#)} $svg]}] "SVG: stands alone"
set elements [elements $svg]
is [lindex [of $elements title] 0 2] "Memory and its owners: a <test> & \"more\" ??" "SVG: the title is the caption"
like [lindex [of $elements desc] 0 2] "usable: 632 KiB in 158 frames*free 580 KiB, kernel-text 12 KiB*agree*" \
    "SVG: the picture in words"
is [dict filter [lindex $elements end 1] key role aria-labelledby] {role img aria-labelledby {title desc}} \
    "SVG: and it is found there"
# Whether the column at X has a zigzag within the rect whose title matches.
proc torn {elements x pattern} {
    foreach rect [column $elements $x] {
        lassign $rect top bottom title
        if {![string match $pattern $title]} continue
        foreach polygon [of $elements polygon] {
            lassign [split [lindex [dict get [lindex $polygon 1] points] 0] ,] left y
            if {$left == $x && $top < $y && $y < $bottom} {
                return 1
            }
        }
        return 0
    }
    error "no $pattern"
}
set big [elements [::acre::ledgersvg::draw [dict get $models "1 TiB"] big]]
is [lmap {elements x pattern} [list $big 32 "*: free" $elements 32 "*: free" $big 32 "*: kernel-text" \
    $big 600 "*: empty (user*" $big 600 "*: kernel-text*"] {torn $elements $x $pattern}] {1 0 0 1 0} \
    "SVG: a terabyte is broken; 640 KiB and a kernel are not"
set many [elements [::acre::ledgersvg::draw [dict get $models "2000 runs"] many]]
set labels [lmap element [of $many text] {lindex $element 2}]
set shown [llength [lsearch -all -regexp $labels ^0x]]
ok [expr {$shown > 20 && $shown <= 2 * $::acre::ledgersvg::LABELS && "PAGES: page tables" in $labels}] \
    "SVG: of 2000 runs only the largest have labels, and every region" $shown

# --- looks ---------------------------------------------------------------------------------------------------------
set names {free kernel-text kernel-rodata kernel-data kernel-bss stacks page-tables heap-metadata heap files user-memory
    boot-leftovers reserved {ACPI data} {ACPI NVS} bad {not used} {not described}}
lappend names {*}[lmap {tag -} $::owners::TAGS {string cat tag- $tag}]
set colors [lmap name $names {::acre::owners::color $name}]
is [llength [lsort -unique $colors]] [llength $names] "every owner that we know has a colour of its own"
is [lsearch -all -inline -not -regexp $colors {^#[0-9a-f]{6}$}] {} "and it is one"
is [::acre::owners::color nobody-knows] [::acre::owners::color nobody-knows] "an unknown owner always has the same one"
ok [regexp {^#[0-9a-f]{6}$} [::acre::owners::color {}]] "whatever its name"
is [::acre::owners::sorted {reserved zz heap tag-tuple free bad tag-string}] \
    {free tag-string tag-tuple heap zz reserved bad} "owners have an order, unknown ones too"

# --- words ---------------------------------------------------------------------------------------------------------
is [lmap bytes {0 1 1023 4096 1025 0x10000000000 0x10000000000000000} {::acre::ledgertext::size [expr {$bytes}]}] \
    {{0 bytes} {1 byte} {1023 bytes} {4 KiB} {1 KiB} {1 TiB} {16 EiB}} "sizes"
is [lmap {a b} {0 10 1 1000000 9999999 10000000 10 10 1 3} {::acre::ledgertext::share $a $b}] \
    {{} {<0.01 %} {99.99 %} {100.00 %} {33.33 %}} "shares: what is there is not 0, and less than all is not 100"

# --- the command ---------------------------------------------------------------------------------------------------
set log [spit $dir/boot.log [reports::text]]
lassign [run --report $log] status out err
is [list $status $err] {0 {}} "a report is drawn"
like $out "\n     boot.log\n\n     physical memory\n*virtual memory\n*Ledger and pages agree*\n\n" \
    "both parts and the legend"
ok [string is ascii $out] "in ASCII where the locale is"
ok [expr {![regexp {\033} $out]}] "without colours off a terminal"
ok [regexp {\033\[0;38;5;33m} [lindex [run --report --color $log] 1]] "with colours if asked for"
like [lindex [run --report --unicode $log] 1] "*\u2571\u2572*" "in UTF-8 if asked for"
is [regexp -all "physical memory|virtual memory" [lindex [run --report --virtual $log] 1]] 1 "one part if asked for"
set ::env(COLUMNS) 100
is [string length [lindex [split [lindex [run --report $log] 1] \n] 5]] 100 "as wide as COLUMNS says"
array unset ::env COLUMNS
is [exec $acre map draw --report - < $log] [string map {boot.log "standard input"} [string trimright $out \n]]\n \
    "from standard input"
is [run --report --svg $dir/boot.svg $log] {0 {} {}} "an SVG file"
is [slurp $dir/boot.svg] [::acre::ledgersvg::draw $small boot.log] "is the picture"
is [lindex [run --report --svg=- $log] 1] [slurp $dir/boot.svg] "or goes to standard output"
set crlf [spit $dir/crlf.log [string map {\n \r\n} [reports::text]]]
is [lindex [run --report $crlf] 0] 0 "a log with a terminal's line ends is drawn"
set wrong [spit $dir/wrong.log [string map {"heap 1\n" "heap 2\n"} [reports::text]]]
lassign [run --report $wrong] status out err
is [list $status $err] {1 {}} "ledger and pages that differ end it with 1"
like $out "*the pages make heap 1, the ledger says heap 2\n*" "and are said in the picture"
lassign [run --report --svg $dir/wrong.svg $wrong] status out err
is [list $status $out] {1 {}} "in SVG too"
like $err "acre: *wrong.log: ledger and pages differ: the pages make heap 1, the ledger says heap 2\n*" \
    "on standard error"
like [slurp $dir/wrong.svg] "*#b00000*the pages make heap 1, the ledger says heap 2</text>*" \
    "and in the picture, in red"

refused [list --report $dir/none] "*none: cannot be read: no such file or directory; *" "no such file"
file mkdir $dir/empty
refused [list --report $dir/empty] "*empty: no serial.log in it; name a case's directory*" "a directory without a log"
refused [list --report [spit $dir/x.txt "hello\n"]] "*x.txt: no report of Acre's kernel: it has no '# usable' line; *" \
    "another text"
refused [list --report [spit $dir/zero ""]] "*zero: no report of Acre's kernel*" "an empty file"
refused [list --report [spit $dir/zeros [string repeat \0 100000]]] "*zeros: no report of Acre's kernel*" \
    "a file of zeros"
refused [list --report [spit $dir/huge [string repeat "# x\n" 1100000]]] "*huge: too large for a report: *" \
    "a huge file"
refused [list --report [spit $dir/torn [string range [reports::text] 0 end-20]]] \
    "*torn: the report is torn, and only a whole one can be drawn: line *" "a torn report"
refused [list --report [spit $dir/torn2 [string range [reports::text] 0 50]]] "*torn2: the report is torn*" \
    "a beginning"
refused [list --report [spit $dir/refuse "# refused: no usable memory\n# exit 2\n"]] \
    "*refuse: nothing to draw: the guest refused to go on: no usable memory" "a guest that refused"
set over [lrepeat 2 {0xffff800000000000 0xffff800000001000 0 rw-}]
refused [list --report [spit $dir/over [reports::text mapping $over]]] \
    "*over: the mapping 0xffff800000000000-0xffff800000001000 is no run *" "nonsense"
refused [list --report --svg $dir/no/such/dir.svg $log] "*dir.svg: cannot be written: no such file or directory; *" \
    "a place that is not there"
refused [list --report --svg /dev/full $log] "/dev/full: cannot be written: no space left on device; *" "a full disk"
refused [list --report] "map draw: no file; *" "no name"
refused [list --report --svg $dir/two.svg $log $log] "map draw: --svg takes one report, not '*' too" "two in one file"
refused [list --svg $dir/map.svg linux-snb-bad-pages] "map draw: --svg is for the report of a boot: *" "an SVG of a map"
refused [list --report --frob $log] "map draw: unknown option: '--frob'; *" "an option that is none"

# --- a case's directory --------------------------------------------------------------------------------------------
proc case {name text} {
    global dir
    set case [dict create name "boot@$name" emulator qemu machine pc memory 1 image i dir $dir/cases/$name expect boots]
    ::acre::casefile::prepare $case
    spit $dir/cases/$name/serial.log $text
    return $case
}
proc drawn {case} {
    return [lsort [lmap file [glob -nocomplain -directory [dict get $case dir] ledger.*] {file tail $file}]]
}
set case [case passed [reports::text]]
::acre::case::Picture $case {verdict PASS}
is [drawn $case] {} "a case that passed is not drawn"
::acre::case::Picture [dict replace $case pictures 1] {verdict PASS}
is [drawn $case] {ledger.svg ledger.txt} "but with --pictures"
like [lindex [run --report [dict get $case dir]] 1] "\n     boot@passed\n*" \
    "its directory can be drawn later, by its name"
set case [case failed [reports::text]]
::acre::case::Picture $case {verdict FAIL}
is [drawn $case] {ledger.svg ledger.txt} "a case that failed is drawn"
is [slurp $dir/cases/failed/ledger.svg] [::acre::ledgersvg::draw $small boot@failed] "as SVG"
is "\n[slurp $dir/cases/failed/ledger.txt]\n" [lindex [run --report $dir/cases/failed] 1] "and as text"
set case [case torn [string range [reports::text] 0 end-20]]
::acre::case::Picture $case {verdict CRASH}
is [drawn $case] ledger.txt "of a torn report there is no picture"
like [slurp $dir/cases/torn/ledger.txt] "no picture: boot@torn: the report is torn, *\n" "and it is said why"
set case [case refused "# refused: no usable memory\n# exit 2\n"]
::acre::case::Picture $case {verdict FAIL}
is [drawn $case] {} "a guest that came to no report has no picture"
set case [case odd [reports::text ledger {free 1 free 2}]]
::acre::case::Picture $case {verdict FAIL}
is [drawn $case] ledger.txt "whatever a guest says, nothing is raised"
done
