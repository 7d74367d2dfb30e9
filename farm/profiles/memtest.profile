# SPDX-License-Identifier: Apache-2.0
# It draws a screen on the serial line; it is up when its first test has begun.  It prints no map, but how much memory
# it has found to test.
about = Memtest86+: it comes up and begins to test
package = memtest86+
kernel = /boot/memtest86+x64.bin
start = kernel
boot = linux16 %k %a
boot = boot
append = console=ttyS0,115200 nosmp nobench
started = Memtest86
loaded = bzimage
up = \[\S+ of \S+\]
total = \[\S+ of ([\d.]+)([KMGT])B\]
# It tests the memory of ACPI's tables as well.
total-types = 1 3
counted = 0x0-0x100000000000
seconds = 90
bochs-seconds = 400
