/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stage2_main: from stage1 to the kernel's first instruction.  doc/boot.md tells the way in words.
 *
 * C runs on the early stack in stage2's bss as long as the BIOS is needed; then on a frame from the region allocator,
 * which the kernel unmaps and reclaims.
 */
#include "bios.h"
#include "runtime/bytes.h"
#include "runtime/sum.h"
#include "stage2.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"

extern uint8_t stage2_bss_limit[]; /* linker script */

#define PAINT 0xacu /* never-used bytes of the real-mode stack */

static struct handoff handoff;
static uint64_t kernel_entry;
static uint32_t handoff_frames[HANDOFF_FRAMES_MAX];

/* What the rows of low memory that are not ours look like now: the kernel looks again. */
static void witness_low_memory(void)
{
    handoff.mbr_sum = sum_words(0, low(LAYOUT_MBR_BASE), LAYOUT_MBR_LIMIT - LAYOUT_MBR_BASE);
    handoff.unused_sum = sum_words(0, low(LAYOUT_UNUSED_BASE), LAYOUT_UNUSED_LIMIT - LAYOUT_UNUSED_BASE);
    bytes_fill(low(LAYOUT_RMSTACK_BASE), PAINT, LAYOUT_RMSTACK_LIMIT - LAYOUT_RMSTACK_BASE);
    /* stage1 is through, and the real-mode stack is in the same page.  An emulator that keeps what it has made of
     * stage1's code takes each push for a change of it until that has happened: QEMU 7.2, 6,600 times in a boot. */
    bytes_copy(low(LAYOUT_MBR_BASE), low(LAYOUT_MBR_BASE), LAYOUT_MBR_LIMIT - LAYOUT_MBR_BASE);
}

static uint32_t rmstack_used(void)
{
    uint32_t at = LAYOUT_RMSTACK_BASE;

    while (at < LAYOUT_RMSTACK_LIMIT && *low(at) == PAINT)
        at++;
    return LAYOUT_RMSTACK_LIMIT - at;
}

/* Copies to the hand-off's place, which is frames that need not be neighbours. */
static void handoff_write(uint32_t at, const void *data, uint32_t bytes)
{
    const uint8_t *from = data;

    while (bytes > 0) {
        uint32_t in_page = at & (LAYOUT_FRAME_SIZE - 1), part = LAYOUT_FRAME_SIZE - in_page;

        if (part > bytes)
            part = bytes;
        bytes_copy((uint8_t *)(uintptr_t)handoff_frames[at >> LAYOUT_FRAME_SHIFT] + in_page, from, part);
        at += part;
        from += part;
        bytes -= part;
    }
}

/* The record's frames are taken before its last regions exist, with room for them. */
static uint32_t take_handoff_frames(void)
{
    uint32_t frames = memory_handoff(0);

    for (uint32_t i = 0; i < frames; i++)
        handoff_frames[i] = memory_frame(REGION_HANDOFF);
    return frames;
}

static void handoff_finish(void)
{
    uint32_t entry_bytes = memory.entry_count * (uint32_t)sizeof(struct map_entry);
    uint32_t region_bytes = memory.table.count * (uint32_t)sizeof(struct region);

    handoff.magic = HANDOFF_MAGIC;
    handoff.entry_count = memory.entry_count;
    handoff.entries_offset = sizeof handoff;
    handoff.region_count = memory.table.count;
    handoff.regions_offset = handoff.entries_offset + entry_bytes;
    handoff.bytes = handoff.regions_offset + region_bytes;
    handoff.stage2_limit = (uint32_t)(uintptr_t)stage2_bss_limit;
    handoff.rmstack_used = rmstack_used();
    handoff_write(handoff.entries_offset, memory.entries, entry_bytes);
    handoff_write(handoff.regions_offset, memory.table.regions, region_bytes);
    handoff_write(0, &handoff, sizeof handoff);
    if (handoff.kernel_parts & IMAGE_PART_STORE) /* who may read this memory later does not find a key there */
        bytes_fill(handoff.options, 0, sizeof handoff.options);
}

/* The last part: no BIOS any more, on the stack that the kernel starts with. */
static void enter_kernel(void)
{
    uint64_t stack =
        (uint64_t)handoff.stack_base + LAYOUT_FRAME_SIZE; /* in 64 bits: the frame may be the last below 4 GiB */
    uint32_t frames = take_handoff_frames();

    tables_build(&handoff, handoff.stack_base, handoff_frames, frames);
    handoff_finish();
    enter_long_mode((uint32_t)handoff.cr3, EFER_LME | (handoff.features & HANDOFF_NX ? EFER_NXE : 0), &kernel_entry,
                    &stack);
}

_Noreturn void stage2_main(uint32_t drive);

_Noreturn void stage2_main(uint32_t drive)
{
    const char *a20;

    console_init();
    note("acre " ACRE_VERSION);
    processor_check(&handoff);
    handoff.tsc_stage2 = cpu_tsc();
    mark("stage2", handoff.tsc_stage2);
    witness_low_memory();
    a20 = a20_open();
    if (!a20)
        refuse("A20 cannot be opened by the BIOS, port 0x92 or the keyboard controller");
    bytes_copy(handoff.a20, a20, text_length(a20));
    disk_open(drive, &handoff);
    memory_detect(&handoff);
    /* Only now: a BIOS may set vectors of its own in any of those calls, and there our writing begins. */
    handoff.ivt_sum = sum_words(0, low(LAYOUT_IVT_BASE), LAYOUT_IVT_LIMIT - LAYOUT_IVT_BASE);
    kernel_entry = kernel_load(&handoff);
    archive_load(&handoff);
    handoff.bounce_sum = sum_words(0, low(LAYOUT_BOUNCE_BASE), handoff.bounce_bytes); /* the last read is done */
    handoff.tsc_loaded = cpu_tsc();
    mark("loaded", handoff.tsc_loaded);
    handoff.stack_base = memory_frame(REGION_STACK);
    run_on_stack(enter_kernel, handoff.stack_base + LAYOUT_FRAME_SIZE);
    cpu_halt_for_ever();
}
