# SPDX-License-Identifier: Apache-2.0
# The hypervisor alone: it asks the BIOS by its own boot code.  It prints the map only if it has a first guest; what it
# gets here (itself, compressed) is none, so it ends where it would start it.
about = Xen: its Xen-e820 map
package = xen-hypervisor-4.17-amd64
kernel = /boot/xen-[0-9]*.gz
start = grub
boot = multiboot %k %a
boot = module %k
boot = boot
append = com1=115200,8n1 console=com1 sync_console noreboot vga=text-80x25
started = Xen version
# Its last words are a panic, "Could not construct domain 0"; what it says before that first line is up already.
up = Will only load images built for|Could not (?:set up DOM0 guest OS|construct domain 0)
gives-up = Panic on CPU
map = Xen-e820
# Its heading says which call it got the map from.
map-from = \S RAM map:
map-rule = highest
# Its one segment, to where GRUB copies it before it starts.
loaded = 0x200000-0x5a7000
seconds = 60
bochs-seconds = 300
