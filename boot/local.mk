# SPDX-License-Identifier: Apache-2.0
# stage1 and stage2: what runs before the kernel.

stage2_ASM += boot/stage2.asm
stage2_C += boot/main.c boot/archive.c boot/bios.c boot/console.c boot/disk.c boot/kernel.c boot/memory.c \
	boot/processor.c boot/tables.c \
	src/x86_64/com1.c src/x86_64/uart.c src/x86_64/pagetable.c src/x86_64/pagetable_walk.c \
	src/runtime/bytes.c src/runtime/bytes_abi.c src/runtime/elf.c src/runtime/fmt.c src/runtime/fmt_text.c \
	src/runtime/map.c src/runtime/region.c src/runtime/region_alloc.c src/runtime/region_build.c \
	src/runtime/status.c src/runtime/sum.c

boot/stage2.elf: $(stage2_OBJS) boot/stage2.lds
	$(AM_V_LD)$(STAGE2_LD) -T boot/stage2.lds -o $@ $(stage2_OBJS)
boot/stage2.bin: boot/stage2.elf
	$(AM_V_GEN)$(OBJCOPY) -O binary -j .low -j .text -j .rodata -j .data $< $@
CLEANFILES += boot/stage2.elf

# stage1 once more, with its symbols and lines, for gdb (acre farm --replay CASE --gdb=stage1); nothing of it is booted.
# Its source's name is from the top, as a prefix map makes those of C.
boot/stage1.n32.o: boot/stage1.asm nasm.flags gen/layout.inc | $(gen_FILES)
	$(AM_V_NASM)$(MKDIR_P) $(@D) && build=`pwd` && cd $(top_srcdir) && $(NASM_ANYWHERE) -I$$build/gen/ \
	-MD $$build/$@.d -g -F dwarf -f elf32 -o $$build/$@ boot/stage1.asm
boot/stage1.elf: boot/stage1.n32.o $(top_srcdir)/src/x86_64/layout.h
	$(AM_V_LD)base=`$(SED) -n 's/^#define LAYOUT_MBR_BASE \([^ ]*\).*/\1/p' $(top_srcdir)/src/x86_64/layout.h` && \
	$(LD) -m elf_i386 -Ttext=$$base -e $$base -o $@.new boot/stage1.n32.o && \
	AWK='$(AWK)' $(SHELL) $(top_srcdir)/tools/no-comp-dir '$(OBJCOPY)' $@.new && mv -f $@.new $@
CLEANFILES += boot/stage1.elf
acre_DEPS += boot/stage1.n32.o
pkgdata_DATA += boot/stage1.elf boot/stage2.elf
