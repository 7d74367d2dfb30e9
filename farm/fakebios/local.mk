# SPDX-License-Identifier: Apache-2.0
#
# The template of the fake BIOS, and the boot sectors that ask it: e820dump for the farm, both for t/3xx.

pkgdata_DATA += farm/fakebios/fakebios.bin farm/fakebios/e820dump.bin
acre_BUILT += farm/fakebios/calldump.bin
