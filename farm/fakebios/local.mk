# SPDX-License-Identifier: Apache-2.0
#
# The template of the fake BIOS, and the boot sectors that t/3xx asks it with.

pkgdata_DATA += farm/fakebios/fakebios.bin
acre_BUILT += farm/fakebios/e820dump.bin farm/fakebios/calldump.bin
