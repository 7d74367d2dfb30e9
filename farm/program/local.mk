# SPDX-License-Identifier: Apache-2.0
#
# The program of the farm's program cases: a static Linux program without a libc, of the kernel's compiler.
pkgdata_DATA += farm/program/chain
CLEANFILES += farm/program/chain
acre_DEPS += farm/program/chain

farm/program/chain: farm/program/chain.c
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(CC) -std=gnu11 -O2 -m64 -march=x86-64 -ffreestanding -fno-pic -fno-pie -static \
	  -nostdlib -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none $(WARN_CFLAGS) \
	  -Wl,--build-id=none $(compile_deps) -o $@ $<
