# SPDX-License-Identifier: Apache-2.0
# The vDSO runs in ring 3: a shared object of its own, which the kernel carries as bytes.
kernel_ASM += src/unix/vdso/image.asm
vdso_CC = $(CC) -std=gnu11 -m64 -march=x86-64 -O2 -fPIC -ffreestanding -fvisibility=default -fno-common \
	-fasynchronous-unwind-tables -mno-mmx -mno-sse $(prefix_map) $(GUEST_CFLAGS) $(WARN_CFLAGS) $(GUEST_CPPFLAGS)
vdso.flags: FORCE
	$(call flags_file,$(call shell_quote,$(vdso_CC)))
src/unix/vdso/vdso.pic.o: src/unix/vdso/vdso.c vdso.flags | $(gen_FILES)
	$(AM_V_K)$(MKDIR_P) $(@D) && $(vdso_CC) $(compile_deps) -c -o $@ $<
src/unix/vdso/vdso.so: src/unix/vdso/vdso.pic.o src/unix/vdso/vdso.lds
	$(AM_V_LD)$(LD) -m elf_x86_64 -shared -nostdlib -soname linux-vdso.so.1 --hash-style=both --eh-frame-hdr \
	  --build-id=none -z noexecstack -z max-page-size=0x1000 -s -T src/unix/vdso/vdso.lds -o $@ src/unix/vdso/vdso.pic.o
src/unix/vdso/image.n64.o: src/unix/vdso/vdso.so
acre_DEPS += src/unix/vdso/vdso.pic.o
CLEANFILES += src/unix/vdso/vdso.so
