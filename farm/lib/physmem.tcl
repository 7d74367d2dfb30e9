# SPDX-License-Identifier: Apache-2.0
#
# physmem.tcl: physical memory of a stopped guest, fast: the emulator writes a piece of it to a file in the case's
# directory, which is cheaper than to have it told in words.  What cannot be had so is asked of the driver.
#
# QEMU writes physical memory: aligned blocks are kept, as page tables stand near each other.  Bochs 2.7 writes only
# what it finds at linear addresses; but its `info tab` says, by its own walk, which frame stands where, so a frame
# that is mapped in the kernel's PAGES window can be read there.  Neither trusts a word of the guest.

namespace eval ::acre::physmem {
    variable BLOCK 0x10000
    variable FILE physical.bin
    # More of the window is not read at once: a guest may map what it likes there.
    variable WINDOW_MOST 0x100000
    variable frames
    variable closed 0
}

# open EMULATOR HANDLE DIR TAB: forgets what was read before.  DIR is the emulator's working directory; TAB what Bochs
# said of its mappings ({base limit phys} runs, listing.tcl), "" for QEMU.
proc ::acre::physmem::open {emulator handle dir tab} {
    variable frames [dict create]
    variable closed 0
    if {$emulator eq "bochs"} {
        Window $handle $dir $tab
    }
}

# close: the guest goes on; what was not read yet cannot be read any more.
proc ::acre::physmem::close {} {
    variable closed 1
}

# read EMULATOR HANDLE DIR PHYS LENGTH -> LENGTH bytes, within one frame.  Raises what the driver raises.
proc ::acre::physmem::read {emulator handle dir phys length} {
    variable frames
    variable closed
    set frame [expr {$phys & ~0xfff}]
    if {![dict exists $frames $frame]} {
        if {$closed} {
            return -code error "physical [format 0x%llx $frame] was not read while the guest stood still"
        } elseif {$emulator eq "qemu"} {
            fetch $handle $dir [list $frame]
        }
    }
    if {![dict exists $frames $frame]} {
        dict set frames $frame [::acre::drive::readphys $handle $frame 4096]
    }
    set at [expr {$phys - $frame}]
    return [string range [dict get $frames $frame] $at [expr {$at + $length - 1}]]
}

# fetch HANDLE DIR FRAMES: QEMU writes the blocks around these frames, for one wait; what it does not is not kept.
proc ::acre::physmem::fetch {handle dir frames} {
    variable BLOCK
    variable FILE
    set bases [lsort -unique [lmap frame $frames {expr {$frame & ~($BLOCK - 1)}}]]
    catch {
        ::acre::drive::monitors $handle [lmap base $bases {
            format "pmemsave 0x%llx 0x%x %s%llx" $base $BLOCK $FILE $base
        }]
    }
    foreach base $bases {
        catch {Keep [file join $dir $FILE[format %llx $base]] $base [expr {$BLOCK + 0}]}
    }
}

# Bochs: the runs that lie in the PAGES window.
proc ::acre::physmem::Window {handle dir tab} {
    variable FILE
    variable WINDOW_MOST
    set runs [lmap run $tab {
        lassign $run base limit phys
        set length [expr {$limit - $base}]
        if {$base < $::layout::LAYOUT_PAGES_BASE || $length > $WINDOW_MOST} continue
        list $base $phys $length
    }]
    catch {
        ::acre::drive::monitors $handle [lmap run $runs {
            lassign $run base phys length
            format {writemem "%s%llx" 0x%llx 0x%x} $FILE $phys $base $length
        }]
    }
    foreach run $runs {
        lassign $run base phys length
        catch {Keep [file join $dir $FILE[format %llx $phys]] $phys $length}
    }
}

# Takes the file, which must hold just as much as was asked for.
proc ::acre::physmem::Keep {path base length} {
    variable frames
    set in [::open $path rb]
    set bytes [::read $in]
    ::close $in
    file delete $path
    if {[string length $bytes] != $length} {
        return
    }
    for {set at 0} {$at < $length} {incr at 4096} {
        dict set frames [expr {$base + $at}] [string range $bytes $at [expr {$at + 4095}]]
    }
}
