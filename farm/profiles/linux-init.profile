# SPDX-License-Identifier: Apache-2.0
# Linux as Debian builds it, until it has nothing left to do but to start its first program, which it has not got.
about = Debian's Linux, all of it
package = linux-image-cloud-amd64 linux-image-amd64
kernel = /boot/vmlinuz-*-amd64
start = kernel
boot = linux16 %k %a
boot = boot
# no_timer_check: whether interrupts come in time says nothing of memory, and a busy host may be too slow for it.
append = console=ttyS0,115200 earlyprintk=serial,ttyS0,115200 panic=-1 nokaslr cryptomgr.notests no_timer_check
started = Linux version
up = VFS: Unable to mount root fs
gives-up = Kernel panic - not syncing: (?!VFS:)
map = BIOS-e820 BIOS-e801 BIOS-88
map-from = BIOS-provided physical RAM map:
map-to = NX \(Execute Disable\)|DMI|printk:
map-rule = highest
total = Memory: \d+K/(\d+)K available
counted = 0x1000-0xa0000 0x100000-0x400000000000
ram-most = 4G
loaded = bzimage
usable-least = 128M
seconds = 90
bochs-seconds = 400
# Its clock ticks 250 times a second: with few instructions in between it would do nothing else.
bochs-ips = 50000000
