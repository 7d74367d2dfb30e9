# SPDX-License-Identifier: Apache-2.0
#
# For t/bench: what a Linux program pays on Acre, and on Debian's Linux kernel with the same program as init.  Both boot
# under -icount shift=0 with the same processor and memory, so the time-stamp counter counts instructions.
#
#   program-*      t/benches/linux/view.c: Acre's count over Linux's, least of its rounds
#   start-64m      instructions from the first MBR instruction to the first of t/benches/linux/hello.c, at 64 MiB
#   start-ratio    that over what Linux takes from QEMU's start, which puts its kernel into memory for nothing
#   ram-*          the least MiB, of those tried from 1 on, in which the program runs; python3: beyond its files'
#
# The kernel is looked for in /boot; ACRE_LINUX names another place.

namespace eval bench {
    variable LINUX_PACKAGE linux-image-cloud-amd64
    variable PROGRAM_CPU {-cpu max}
    variable PROGRAM_MEMORY 1G ;# Linux has no transparent huge pages below 512 MiB
    variable PROGRAM_LIMIT 600
    variable views {
        getppid 0.5  clock-vdso 1.0  touch-page 0.5  touch-huge 0.5  map-unmap-1 0.5  map-unmap-1000 0.5
        protect-middle 0.5  remap-256 0.5  brk-up-down 0.5  gap-10000 0.5  futex-pair 0.7  signal-self 0.7
    }
}

proc bench::Linux_kernel {} {
    variable LINUX_PACKAGE
    if {[info exists ::env(ACRE_LINUX)]} {
        return $::env(ACRE_LINUX)
    }
    set found [lsort -dictionary [glob -nocomplain /boot/vmlinuz-*-cloud-amd64]]
    if {$found eq ""} {
        ::acre::err::bad "bench: no Linux kernel to compare with: install Debian's $LINUX_PACKAGE, or let ACRE_LINUX\
            name its vmlinuz"
    }
    return [lindex $found end]
}

# What a compiler makes of t/benches/linux/NAME.c -> its path.
proc bench::Linux_program {name args} {
    set file [file join [tap::tmp] $name]
    set source [file join $::env(srcdir) benches linux [lindex [split $name -] 0].c]
    exec -ignorestderr $::env(CC_FOR_BUILD) -O2 -w -o $file $source {*}$args
    return $file
}

# QEMU's output of one boot; ARGS say what is booted.
proc bench::Booted {memory args} {
    variable ICOUNT
    variable PROGRAM_CPU
    variable PROGRAM_LIMIT
    catch {
        exec timeout -k 1 $PROGRAM_LIMIT qemu-system-x86_64 -nodefaults -machine pc -accel tcg {*}$PROGRAM_CPU \
            -m $memory -display none -serial stdio -no-reboot {*}$boots::EXIT {*}$ICOUNT {*}$args </dev/null 2>@1
    } said
    return $said
}

proc bench::On_acre {memory program args} {
    set image [file join [tap::tmp] program.img]
    exec [file join $::env(top_builddir) acre] image {*}$args -o $image {*}$program
    return [Booted $memory -drive file=$image,format=raw,snapshot=on]
}

proc bench::On_linux {memory program} {
    set root [file join [tap::tmp] linux-root]
    file mkdir $root
    file copy -force $program [file join $root init]
    exec sh -c {cd "$1" && echo init | cpio -o -H newc --quiet >../initrd} sh $root
    return [Booted $memory -kernel [Linux_kernel] -initrd [file join [tap::tmp] initrd] \
        -append "console=ttyS0 quiet panic=-1 -- init"]
}

proc bench::Figures {said where} {
    set figures {}
    foreach {- name value} [regexp -all -inline {figure (\S+) (\d+)} $said] {
        dict set figures $name $value
    }
    if {![string match "*figures end*" $said]} {
        fail "the program did not end on $where: [lindex [split $said \n] end]"
    }
    return $figures
}

proc bench::Tsc {said where} {
    if {![regexp {tsc (\d+)} $said - tsc]} {
        fail "the program did not start on $where: [lindex [split $said \n] end]"
    }
    return [scan $tsc %lld]
}

proc bench::Views {} {
    variable views
    variable PROGRAM_MEMORY
    set program [Linux_program view -static -pthread]
    set acre [Figures [On_acre $PROGRAM_MEMORY $program] Acre]
    set linux [Figures [On_linux $PROGRAM_MEMORY $program] Linux]
    dict for {name bar} $views {
        figure program-$name [format %.3f [expr {double([dict get $acre $name]) / [dict get $linux $name]}]] times $bar
    }
    set growth [expr {double([dict get $acre gap-10000]) / [dict get $acre gap-10]}]
    figure program-gap-growth [format %.3f $growth] times 2
}

proc bench::Start {} {
    variable PROGRAM_CPU
    set program [Linux_program hello -static -nostdlib]
    set file [boots::save [boots::product t/boots/rdtsc.bin]]
    set mbr [dict get [marks [string map {\r ""} [Booted 64M -drive file=$file,format=raw,snapshot=on]]] mbr]
    set acre [expr {[Tsc [On_acre 64M $program] Acre] - $mbr}]
    set linux [Tsc [On_linux 256M $program] Linux]
    figure start-64m $acre instructions 3000000
    figure start-ratio [format %.5f [expr {double($acre) / $linux}]] times 0.0025
}

# The least MiB of memory from BASE on, up to LAST, in which PROGRAM says WHAT; LAST + 1 if in none.
proc bench::Least_memory {base last what program args} {
    for {set memory $base} {$memory <= $last} {incr memory} {
        if {[string first $what [On_acre ${memory}M $program {*}$args]] >= 0} {
            return $memory
        }
    }
    return $memory
}

proc bench::Python_memory {} {
    set python /usr/bin/python3 ;# Debian's: another that stands before it in PATH may bring a library of any size
    if {![file executable $python]} {
        ::acre::err::bad "bench: python3 is needed (Debian package python3)"
    }
    set library [exec $python -c {import sysconfig; print(sysconfig.get_path("stdlib"))}]
    set image [file join [tap::tmp] python.img]
    set program [list $python -I -S -c {print("hel" + "lo")}]
    exec [file join $::env(top_builddir) acre] image --file $library -o $image {*}$program
    set files [expr {([file size $image] + (1 << 20) - 1) >> 20}]
    set memory [Least_memory [expr {$files + 16}] [expr {$files + 16}] hello $program --file $library]
    return [expr {$memory - $files}]
}

proc bench::program {} {
    foreach tool {qemu-system-x86_64 cpio} {
        ::acre::err::need $tool
    }
    Views
    Start
    figure ram-hello [Least_memory 1 1 tsc [Linux_program hello -static -nostdlib]] MiB 1
    figure ram-static-glibc [Least_memory 1 4 hello [Linux_program greet -static]] MiB 4
    figure ram-dynamic-glibc [Least_memory 2 8 hello [Linux_program greet-dynamic]] MiB 8
    figure ram-python3 [Python_memory] MiB 16
}
