# SPDX-License-Identifier: Apache-2.0
# GRUB alone: it prints every entry as it came from the BIOS, so it tells whether the farm serves what it says.
about = GRUB: lsmmap
package = grub-common grub-pc-bin
start = grub
control = yes
boot = echo "BIOS-provided physical RAM map:"
boot = lsmmap
boot = echo "lsmmap is done"
started = GRUB is up
up = lsmmap is done
map = GRUB
map-rule = entries
seconds = 40
bochs-seconds = 90
