# SPDX-License-Identifier: Apache-2.0
# The kernel, and the portable code that it shares with stage2 and with host programs.

runtime_C += src/x86_64/pagetable.c src/x86_64/pagetable_leaf.c src/x86_64/pagetable_page.c src/x86_64/pagetable_walk.c

kernel_C += src/kernel/archive.c src/kernel/backed.c src/kernel/bench.c src/kernel/boot.c src/kernel/census.c \
	src/kernel/checks.c src/kernel/checks_boot.c src/kernel/checks_heaps.c src/kernel/checks_layout.c \
	src/kernel/checks_ledger.c \
	src/kernel/checks_memory.c src/kernel/checks_pressure.c src/kernel/checks_tagged.c src/kernel/crash.c \
	src/kernel/crash_heap.c src/kernel/debuginfo_kernel.c src/kernel/fail.c src/kernel/kheap.c src/kernel/ledger.c \
	src/kernel/main.c src/kernel/mapped.c src/kernel/meta.c src/kernel/options.c \
	src/kernel/options_program.c src/kernel/pages_heap.c \
	src/kernel/panic.c src/kernel/physical.c src/kernel/report.c src/kernel/say.c src/kernel/sections.c \
	src/kernel/symbols.c src/kernel/tables.c src/kernel/tagheap.c src/kernel/values.c src/kernel/virtual.c \
	src/x86_64/com1.c src/x86_64/pagetable.c src/x86_64/pagetable_leaf.c src/x86_64/pagetable_page.c \
	src/x86_64/pagetable_walk.c src/x86_64/protect.c src/x86_64/trap.c src/x86_64/uart.c \
	src/runtime/buffer.c src/runtime/bytes.c src/runtime/bytes_abi.c \
	src/runtime/debugheap.c src/runtime/debugheap_look.c src/runtime/entries.c src/runtime/fmt.c \
	src/runtime/fmt_text.c src/runtime/general.c \
	src/runtime/heap.c src/runtime/idheap.c src/runtime/idheap_carve.c src/runtime/idheap_check.c \
	src/runtime/idheap_find.c src/runtime/idheap_fork.c src/runtime/idheap_import.c src/runtime/idheap_leaf.c \
	src/runtime/idheap_look.c src/runtime/idheap_loose.c src/runtime/idheap_nodes.c src/runtime/idheap_one.c \
	src/runtime/idheap_runs.c src/runtime/idheap_span.c src/runtime/idheap_tree.c \
	src/runtime/keytree.c src/runtime/objcache.c src/runtime/reclaim.c src/runtime/record.c \
	src/runtime/region.c src/runtime/scalar.c src/runtime/slabs.c src/runtime/status.c \
	src/runtime/sum.c src/runtime/symbol.c src/runtime/table.c src/runtime/tag.c src/runtime/tagged.c \
	src/runtime/tuple.c src/runtime/value.c src/runtime/value_parse.c src/runtime/value_print.c \
	src/runtime/vector.c
# The meta store, whose files make a part of the kernel of their own.
store_C = src/runtime/sha256.c src/runtime/store.c src/runtime/store_read.c src/runtime/storeconfig.c \
	src/runtime/storecrc.c src/runtime/storeframe.c src/runtime/storejson.c src/runtime/storekey.c \
	src/runtime/storeop.c src/runtime/storeout.c src/runtime/storereply.c src/runtime/storeserver.c \
	src/runtime/storetags.c src/runtime/storetext.c src/runtime/storewatch.c src/runtime/textring.c \
	src/runtime/view.c
acre_BUILT += $(store_C:.c=.k.o)
acre_DEPS += $(store_C:.c=.k.o)
kernel_ASM += src/kernel/start.asm src/x86_64/traps.asm
kstore_C = src/kernel/kstore.c src/kernel/kstore_boot.c src/kernel/kstore_config.c src/kernel/kstore_cpu.c \
	src/kernel/kstore_heaps.c src/kernel/kstore_layout.c src/kernel/kstore_machine.c src/kernel/kstore_memory.c \
	src/kernel/kstore_panic.c src/kernel/kstore_read.c src/kernel/kstore_structs.c \
	src/kernel/kstore_tables.c src/kernel/kstore_time.c \
	src/x86_64/com2.c
kernel_C += $(store_C) $(kstore_C) src/kernel/options_store.c

# What runs once (once_CFLAGS): small counts, on the disk, in a machine of 640 KiB, and for an emulator that translates
# each instruction before it runs.
once_C = src/kernel/archive.k.o src/kernel/boot.k.o src/kernel/fail.k.o src/kernel/main.k.o src/kernel/options.k.o \
	src/kernel/options_store.k.o src/kernel/panic.k.o src/kernel/report.k.o src/kernel/sections.k.o \
	src/kernel/symbols.k.o src/runtime/fmt.k.o \
	src/runtime/idheap_check.k.o src/runtime/value_parse.k.o src/runtime/value_print.k.o src/x86_64/protect.k.o
src/kernel/checks%.k.o src/kernel/crash%.k.o src/unix/checks%.k.o $(once_C): \
private KERNEL_CFLAGS += $(once_CFLAGS)

# Two links: the first says where the functions are, the second has the table of their names (src/kernel/symbols.c).
gen/symbols_none.asm: $(top_srcdir)/tools/symbols
	$(AM_V_GEN)$(MKDIR_P) $(@D) && AWK='$(AWK)' $(top_srcdir)/tools/symbols </dev/null >$@
acre-unnamed.elf: $(kernel_OBJS) gen/symbols_none.n64.o src/kernel/kernel.lds
	$(AM_V_LD)$(KERNEL_LD) -T src/kernel/kernel.lds -o $@ $(kernel_OBJS) gen/symbols_none.n64.o
gen/symbols.asm: acre-unnamed.elf $(top_srcdir)/tools/symbols
	$(AM_V_GEN)$(NM) -n acre-unnamed.elf | AWK='$(AWK)' $(top_srcdir)/tools/symbols >$@
acre.elf: $(kernel_OBJS) gen/symbols.n64.o src/kernel/kernel.lds
	$(AM_V_LD)$(KERNEL_LD) -T src/kernel/kernel.lds -o $@ $(kernel_OBJS) gen/symbols.n64.o
acre.syms: acre.elf
	$(AM_V_GEN)$(NM) -n acre.elf >$@
acre-stripped.elf: acre.elf
	$(AM_V_GEN)$(OBJCOPY) --strip-all acre.elf $@

acre.img: tools/mkimage boot/stage1.bin boot/stage2.bin acre-stripped.elf
	$(AM_V_GEN)tools/mkimage $@ boot/stage1.bin boot/stage2.bin acre-stripped.elf

pkgdata_DATA += acre.img acre.syms acre.elf
CLEANFILES += acre-unnamed.elf acre-stripped.elf
