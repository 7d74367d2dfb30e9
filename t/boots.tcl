# SPDX-License-Identifier: Apache-2.0
#
# For t/5xx: boots under QEMU and Bochs with command lines of our own, some at a time.  Nothing here knows the farm's
# drivers or its reading of a log, so that these tests say something about the boot alone.
#
#   boots::emulators WHICH...     -> those of WHICH (qemu bochs) that are installed; skips the whole test if none is
#   boots::plan WHICH N M         the plan: N points, and M for each emulator of WHICH; a missing one is a skipped point
#   boots::image                  -> bytes of the build's acre.img
#   boots::product NAME           -> bytes of a product of the build
#   boots::options BYTES TEXT     -> the image with this options text and its sum
#   boots::flip BYTES OFFSET MASK -> the image with one byte changed
#   boots::save BYTES             -> a new file of the test's own, with 1.44 MB or as many as BYTES has
#   boots::qemu FILE KEY VALUE... -> a job; keys machine disk memory cpu extra (a list of further arguments)
#   boots::bochs FILE KEY VALUE...-> a job; keys disk memory cpu extra (a list of further lines of bochsrc)
#   boots::run JOBS               JOBS is a dict name -> job; -> dict name -> {status serial}; AT_ONCE at a time
#   boots::end RESULT             -> how it ended: "pass", "refused: WHY", "panic: WHAT", "failed: WHAT", "torn: ..."
#   boots::yaml RESULT KEY        -> the value of the first line KEY in the report, or ""
#   boots::word BYTES OFFSET      -> the little-endian 32-bit word there

source [file join $::env(srcdir) tap.tcl]
source [::acre::paths::get layout]

namespace eval boots {
    # Seconds.  A boot takes one; on a machine with three times as many emulators as processors, reading half a megabyte
    # by IDE, sector by sector, took more than 20.
    variable LIMIT 60
    variable AT_ONCE 2
    variable EXIT [list -device isa-debug-exit,iobase=$::layout::PROTO_DEBUGEXIT_PORT,iosize=4]
    variable tools {qemu {qemu-system-x86_64 qemu-system-x86} bochs {bochs-bin bochs}}
    variable disks {
        ide {-device ide-hd,drive=boot}
        virtio {-device virtio-blk-pci,drive=boot}
        floppy {-device floppy,drive=boot -boot a}
    }
    variable files 0 waiting {} active 0 results {}
}

proc boots::emulators {args} {
    variable tools
    set found {}
    set missing {}
    foreach name $args {
        lassign [dict get $tools $name] program package
        if {[auto_execok $program] ne ""} {
            lappend found $name
        } else {
            lappend missing "$program (Debian package $package)"
        }
    }
    if {$found eq ""} {
        tap::skip_all "needs [join $missing { or }]"
    }
    return $found
}

proc boots::plan {which common each} {
    variable tools
    set found [emulators {*}$which]
    tap::plan [expr {$common + [llength $found] * $each + [llength $which] - [llength $found]}]
    foreach name $which {
        if {$name ni $found} {
            lassign [dict get $tools $name] program package
            tap::skip $name "needs $program (Debian package $package)"
        }
    }
    return $found
}

proc boots::Read {path} {
    set channel [open $path rb]
    set bytes [read $channel]
    close $channel
    return $bytes
}

proc boots::Write {path bytes} {
    set channel [open $path wb]
    puts -nonewline $channel $bytes
    close $channel
    return $path
}

proc boots::image {} {
    return [Read [::acre::paths::get image]]
}

proc boots::product {name} {
    return [Read [::acre::paths::product $name]]
}

proc boots::word {bytes offset} {
    binary scan $bytes @[expr {$offset}]iu word
    return $word
}

# A field of the image header.
proc boots::header {bytes name} {
    return [word $bytes [expr {$::layout::LAYOUT_SECTOR_SIZE + [set ::layout::IMAGE_HDR_$name]}]]
}

# Stretches {base limit} of the image, whole pieces of the kernel's file beyond its head, that hold bytes of a segment
# of these PARTS (USED 1) or of none (USED 0): what stage2 is to read or to leave, told from the program headers.
proc boots::stretches {image parts used} {
    set from [expr {[header $image KERNEL_LBA] * $::layout::LAYOUT_SECTOR_SIZE}]
    set bytes [expr {[header $image SECTORS] * $::layout::LAYOUT_SECTOR_SIZE - $from}]
    set pieces [Pieces [string range $image $from end] $parts]
    set found {}
    for {set at 0} {$at < $bytes} {set at $end} {
        set end [expr {min($at + $::layout::IMAGE_PIECE_SIZE, $bytes)}]
        if {[dict exists $pieces $at] != $used} continue
        set base [expr {$from + max($at, $::layout::IMAGE_KERNEL_HEAD_SECTORS * $::layout::LAYOUT_SECTOR_SIZE)}]
        if {[lindex $found end 1] == $base} {
            lset found end 1 [expr {$from + $end}]
        } else {
            lappend found [list $base [expr {$from + $end}]]
        }
    }
    return $found
}

# Offsets of the pieces that hold bytes of a segment of these parts, as a dictionary's keys.
proc boots::Pieces {file parts} {
    set all 0
    foreach part {CHECKS PROGRAM TRACE SYMBOLS STORE} {
        set all [expr {$all | [set ::layout::IMAGE_PART_$part]}]
    }
    set size $::layout::IMAGE_PIECE_SIZE
    set pieces {}
    binary scan $file @32wu@56su headers count
    for {set i 0} {$i < $count} {incr i} {
        binary scan $file @[expr {$headers + 56 * $i}]iuiuwuwuwuwu type flags offset - - bytes
        if {$type != 1 || $bytes == 0 || ($flags & $all & ~$parts)} continue
        for {set at [expr {$offset / $size * $size}]} {$at < $offset + $bytes} {incr at [expr {$size + 0}]} {
            dict set pieces $at 1
        }
    }
    return $pieces
}

# The 8 bytes that src/runtime/sum.h makes of BYTES.
proc boots::sum {bytes} {
    set a 0
    set b 0
    binary scan $bytes iu* words
    foreach word $words {
        set a [expr {($a + $word) & 0xffffffff}]
        set b [expr {($b + $a) & 0xffffffff}]
    }
    return [binary format ii $a $b]
}

proc boots::options {bytes text} {
    set at [expr {[header $bytes OPTIONS_LBA] * $::layout::LAYOUT_SECTOR_SIZE}]
    set sector [binary format a[expr {$::layout::IMAGE_OPTIONS_SIZE}] $text]
    append sector [sum $sector]
    return [string replace $bytes $at [expr {$at + [string length $sector] - 1}] $sector]
}

proc boots::flip {bytes offset mask} {
    binary scan $bytes @${offset}cu byte
    return [string replace $bytes $offset $offset [binary format c [expr {$byte ^ $mask}]]]
}

proc boots::save {bytes} {
    variable files
    if {[string length $bytes] < $::layout::IMAGE_SIZE} {
        set bytes [binary format a[expr {$::layout::IMAGE_SIZE}] $bytes]
    }
    return [Write [file join [tap::tmp] [incr files].img] $bytes]
}

# A file of exactly these bytes.
proc boots::save_short {bytes} {
    variable files
    return [Write [file join [tap::tmp] [incr files].img] $bytes]
}

proc boots::qemu {file args} {
    variable disks
    variable LIMIT
    variable EXIT
    set said [dict merge {machine pc disk ide memory 64M cpu "" extra {} drive {}} $args]
    dict with said {
        if {$drive eq ""} {
            set drive if=none,id=boot,format=raw,snapshot=on,file=$file
        }
        set command [list timeout -k 1 $LIMIT qemu-system-x86_64 -no-user-config -nodefaults -machine $machine \
            -accel tcg -m $memory {*}[expr {$cpu eq "" ? {} : [list -cpu $cpu]}] -display none -nic none -vga none \
            -no-reboot -drive $drive {*}[dict get $disks $disk] {*}$EXIT -serial stdio {*}$extra]
    }
    return [dict create command $command log ""]
}

# The display and how Bochs is started with it: the text display wants a terminal; rfb wants a port, and two that start
# at once sometimes crash over it.
proc boots::Display {} {
    variable LIMIT
    set start {cd "$1" && exec %s </dev/null >out.log 2>&1}
    set bochs "timeout --foreground -s KILL $LIMIT bochs-bin -q -f rc -rc go.rc"
    if {[glob -nocomplain /usr/lib/*/bochs/plugins/libbx_term*] ne "" && [auto_execok script] ne ""} {
        return [list term "TERM=dumb; export TERM; [format $start "script -qefc '$bochs' /dev/null"]"]
    }
    return [list {rfb, options="timeout=0"} [format $start $bochs]]
}

# ips as low as Bochs takes it: the UART's 87 us a character then cost the fewest instructions.
proc boots::bochs {file args} {
    variable files
    set said [dict merge {disk ide memory 64 cpu "" extra {}} $args]
    set dir [file join [tap::tmp] bochs[incr files]]
    file mkdir $dir
    set share [expr {[info exists ::env(BXSHARE)] ? $::env(BXSHARE) : "/usr/share/bochs"}]
    lassign [Display] display script
    set heads 2
    set cylinders [expr {$::layout::IMAGE_SIZE / $::layout::LAYOUT_SECTOR_SIZE / $heads / 18}]
    switch -- [dict get $said disk] {
        floppy { set disk "floppya: 1_44=$file, status=inserted, write_protected=1\nboot: floppy" }
        ide { set disk "ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\nata0-master: type=disk, path=$file,\
            mode=volatile, cylinders=$cylinders, heads=$heads, spt=18\nboot: disk" }
        none { set disk "" }
    }
    set memory [dict get $said memory]
    set cpu [dict get $said cpu]
    set lines [list "memory: guest=$memory, host=$memory" "romimage: file=$share/BIOS-bochs-latest" \
        "vgaromimage: file=$share/VGABIOS-lgpl-latest" $disk "com1: enabled=1, mode=file, dev=serial.log" \
        "cpu: ips=1000000[expr {$cpu eq {} ? {} : ", model=$cpu"}],\
        reset_on_triple_fault=0" "clock: sync=none, time0=1577836800" "sound: driver=dummy" "log: bochs.log" \
        "panic: action=fatal" "error: action=report" "info: action=ignore" "debug: action=ignore" \
        "display_library: $display" {*}[dict get $said extra]]
    Write [file join $dir rc] [join $lines \n]\n
    Write [file join $dir go.rc] c\n
    return [dict create command [list sh -c $script sh $dir] log [file join $dir serial.log]]
}

proc boots::run {jobs} {
    variable AT_ONCE
    variable waiting $jobs
    variable active 0
    variable results {}
    for {set i 0} {$i < $AT_ONCE} {incr i} {
        Next
    }
    while {$active > 0} {
        vwait ::boots::active
    }
    return $results
}

proc boots::Next {} {
    variable waiting
    variable active
    if {![dict size $waiting]} {
        return
    }
    set name [lindex [dict keys $waiting] 0]
    set job [dict get $waiting $name]
    dict unset waiting $name
    incr active
    set channel [open |[list {*}[dict get $job command] </dev/null 2>@1] rb]
    fconfigure $channel -blocking 0 -buffersize 65536
    fileevent $channel readable [list ::boots::Came $channel $name $job]
    variable text
    set text($channel) ""
}

proc boots::Came {channel name job} {
    variable text
    variable results
    variable active
    append text($channel) [read $channel]
    if {![eof $channel]} {
        return
    }
    fconfigure $channel -blocking 1
    set status 0
    if {[catch {close $channel} - options]} {
        set code [dict get $options -errorcode]
        set status [expr {[lindex $code 0] eq "CHILDSTATUS" ? [lindex $code 2] : $code}]
    }
    set serial $text($channel)
    unset text($channel)
    if {[dict get $job log] ne ""} {
        set serial [expr {[file exists [dict get $job log]] ? [Read [dict get $job log]] : ""}]
    }
    dict set results $name [dict create status $status serial $serial]
    Next
    incr active -1
}

# The emulator's status must fit the guest's exit line: QEMU says 2 v + 1, Bochs nothing of it; 124 and 137 are the time
# limit's.
proc boots::Fits {status code} {
    set qemu [expr {(2 * ($::layout::PROTO_DEBUGEXIT_OFFSET + $code) + 1) & 0xff}]
    return [expr {$status == $qemu || $status ni {124 137} && $status < 2 * $::layout::PROTO_DEBUGEXIT_OFFSET}]
}

proc boots::end {result} {
    set serial [dict get $result serial]
    set status [dict get $result status]
    if {![regexp "(?:^|\n)${::layout::PROTO_EXIT}(\\d+)\n$" $serial - code] || ![Fits $status $code]} {
        return "torn: status $status, last words '[string range [string trim $serial] end-160 end]'"
    }
    foreach {end name} {REFUSED refused PANIC panic} {
        if {$code == [set ::layout::PROTO_EXIT_$end]
                && [regexp "(?:^|\n)[set ::layout::PROTO_$end](\[^\n]+)\n" $serial - why]} {
            return "$name: $why"
        }
    }
    if {$code == $::layout::PROTO_EXIT_OK && [Complete $serial]} {
        return pass
    }
    if {[regexp "\nnot ok \[^\n]*" $serial line]} {
        return "failed: [string trim $line]"
    }
    return "failed: exit $code"
}

# Every planned point is there, in order, and ok.
proc boots::Complete {serial} {
    if {![regexp {\n1\.\.(\d+)\n} $serial - planned]} {
        return 0
    }
    set count 0
    foreach {- number} [regexp -all -inline {\nok (\d+) } $serial] {
        if {$number != [incr count]} {
            return 0
        }
    }
    return [expr {$count == $planned && ![regexp {\nnot ok } $serial]}]
}

proc boots::yaml {result key} {
    set value ""
    regexp "\n  $key: (\[^\n]*)" [dict get $result serial] - value
    return $value
}
