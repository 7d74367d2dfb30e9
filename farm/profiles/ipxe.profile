# SPDX-License-Identifier: Apache-2.0
# It moves itself to the end of memory by the BIOS's map, hides that from whoever asks after it, and looks for a network
# that the farm's machines have not got.  It prints by the BIOS only, which Bochs's does not send to the serial port.
about = iPXE: it comes up and finds no network
package = ipxe
kernel = /boot/ipxe.lkrn
start = kernel
screen = serial
# As a bzImage is, at 1 MiB.
loaded = 0x100000-0x150000
started = iPXE initialising
up = No more network devices
emulator = qemu
seconds = 40
