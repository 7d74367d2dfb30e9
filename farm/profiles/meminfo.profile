# SPDX-License-Identifier: Apache-2.0
# SYSLINUX with its program meminfo.c32: a second loader that shares no code with GRUB prints every entry as it came
# from the BIOS, so it tells whether the farm serves what it says.
about = SYSLINUX: meminfo.c32
package = syslinux-common
kernel = /usr/lib/syslinux/modules/bios/meminfo.c32
start = syslinux
control = yes
boot = COM32 %k
started = ^SYSLINUX
# It waits for a command once meminfo.c32 has ended.
up = ^boot:
map = meminfo
map-from = INT 15 E801:
map-rule = entries
# It prints E801's answers, which are no map, and nothing of an entry that has no type; and it asks no further than a
# kernel may.
without = smap-lost-after-3 e820-unsupported e820-empty short-entry
seconds = 40
bochs-seconds = 90
