# SPDX-License-Identifier: Apache-2.0
# The BIOS itself (SeaBIOS under QEMU, Bochs's own under Bochs): it starts a boot sector of the farm's, which prints
# what INT 15h returned.  What is wrong here is the farm's or the emulator's fault, and no kernel's.
about = the BIOS itself: a boot sector prints what its calls return
package = -
kernel = farm/fakebios/e820dump.bin
start = sector
control = yes
started = ^e820\s
up = ^e820dump end
map = e820dump
map-rule = entries
# It asks on where a kernel must not, and it prints E801's answers, which are no map.
without = smap-lost-after-3 repeat-last e820-unsupported e820-empty short-entry
seconds = 30
