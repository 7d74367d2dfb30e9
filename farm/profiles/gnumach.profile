# SPDX-License-Identifier: Apache-2.0
# GNU Mach gets its map from GRUB, so what differs here may be GRUB's doing: the profile grub tells.  It keeps what it
# says before it has a console in little room, so of long maps the beginning is lost.
about = GNU Mach: its biosmem map
package = gnumach-image-1.8-486
kernel = /boot/gnumach-*-486.gz
start = grub
boot = multiboot %k %a
boot = boot
append = console=com0
started = GNU Mach|biosmem:
up = No bootstrap code loaded
gives-up = ^panic
map = biosmem
map-rule = usable
map-cut = yes
emulator = qemu
seconds = 40
