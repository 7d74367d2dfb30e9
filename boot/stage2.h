/* SPDX-License-Identifier: Apache-2.0 */
/* stage2's parts, in the order in which stage2_main uses them. */
#ifndef ACRE_BOOT_STAGE2_H
#define ACRE_BOOT_STAGE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "x86_64/handoff.h"
#include "runtime/region.h"
#include "x86_64/image.h"

/* Low memory is objects of nobody's: the compiler need not think about their bounds. */
static inline uint8_t *low(uint32_t address)
{
    __asm__("" : "+r"(address));
    return (uint8_t *)(uintptr_t)address;
}

/* console.c: COM1, and the screen for refusals. */
void console_init(void);
void note(const char *format, ...); /* a comment line on COM1; the format is src/runtime/fmt.h's */
void mark(const char *name, uint64_t tsc); /* a PROTO_MARK line */
/* Names what is wrong, on COM1 and on the screen, with PROTO_EXIT_REFUSED; ends the emulator; halts.  Never returns. */
_Noreturn void refuse(const char *format, ...);

/* processor.c: refuses a CPU without long mode; fills in h's phys_bits, features. */
void processor_check(struct handoff *h);

/* disk.c: the boot drive.  Reads land in the bounce buffer. */
void disk_open(uint32_t drive, struct handoff *h); /* EDD or CHS; sector size; refuses by name */
/* Reads *sectors or fewer (a track end, the buffer's size) and says how many; retries, then refuses by name.  Returns
 * the bounce buffer, good until the next BIOS read. */
const void *disk_read(uint32_t lba, uint32_t *sectors);

/* memory.c: the BIOS's memory map and the region table made of it. */
struct memory {
    struct map_entry *entries; /* as the BIOS gave them, in its order */
    uint32_t entry_count;
    struct region_table table;
};
extern struct memory memory;
void memory_detect(struct handoff *h); /* E820, then E801, then 88h; refuses by name */
/* One frame below 4 GiB, the lowest above 1 MiB, or where that is full the lowest below it that is neither stage2's nor
 * the BIOS's.  The region table records its type.  Refuses by name when there is none; ask memory_need first. */
uint32_t memory_frame(uint32_t type);
/* As many frames in a row as there are, `most` at most, where memory_frame would take its next one; stores how many.
 * The runs of one type lie in the order of their addresses, those above 1 MiB first.  Refuses as memory_frame does. */
uint32_t memory_run(uint32_t type, uint32_t most, uint32_t *frames);
/* Frames that memory_frame could still give. */
uint32_t memory_available(void);
/* Frames that the kernel's physical heap may need for its books, at most, with the regions as they are. */
uint32_t memory_books(void);
/* Frames of the hand-off when `taken` more frames are taken before it: each may make a region of its own. */
uint32_t memory_handoff(uint32_t taken);
/* Refuses by name, with both numbers, when fewer than `frames` are available, or fewer than `books` more anywhere. */
void memory_need(uint32_t frames, uint32_t books, const char *what);

/* kernel.c: the kernel's file, placed frame by frame. */
/* Refuses by name, with both sums, if what was read is not what the image's maker wrote. */
void check_sum(const char *what, uint64_t got, uint64_t want);
#define STAGE3_FRAMES 17 /* stage2's last stack, and what stage3 takes before it reclaims stage2's memory */
#define KERNEL_PAGES_MAX 512 /* 2 MiB of kernel image: stage2's own limit */
struct kernel_page {
    uint32_t frame; /* physical address */
    uint32_t flags; /* ELF segment flags, and KERNEL_PAGE_PRESENT; 0 for a page that stays unmapped */
};
#define KERNEL_PAGE_EXECUTE 1u
#define KERNEL_PAGE_WRITE 2u
#define KERNEL_PAGE_PRESENT (1u << 31)
extern struct kernel_page kernel_pages[KERNEL_PAGES_MAX]; /* from LAYOUT_KERNEL_BASE */
extern uint32_t kernel_page_count;
uint64_t kernel_load(struct handoff *h); /* returns the entry's virtual address; refuses a damaged file by name */

/* archive.c: the program's files, if the image carries any: read into frames of REGION_ARCHIVE, in memory_run's order.
 * Call it after kernel_load.  Refuses a damaged archive, and too little memory for it, by name. */
void archive_load(struct handoff *h);

/* tables.c: the initial page tables. */
#define HANDOFF_FRAMES_MAX 32
#define TABLES_MAX \
    16 /* 4 for the initial map, 3 for the stack, 3 for kernel and hand-off, 2 for the window, the root, spare */
/* Tables that tables_build will take, at most, with the regions as they are. */
uint32_t tables_most(void);
/* Maps the initial map, the stack's frame to itself, the kernel, the hand-off and the PAGES window; tells h where. */
void tables_build(struct handoff *h, uint32_t stack_frame, const uint32_t *handoff_frames, uint32_t handoff_count);

/* stage2.asm */
extern const uint8_t image_header[];
/* A field of the image header by its name, IMAGE_HDR_... */
#define HEADER32(field) (*(const uint32_t *)(image_header + (field)-IMAGE_HDR_MAGIC))
#define HEADER64(field) (*(const uint64_t *)(image_header + (field)-IMAGE_HDR_MAGIC))
void run_on_stack(void (*f)(void), uint32_t stack_limit);
_Noreturn void enter_long_mode(uint32_t cr3, uint32_t efer, const uint64_t *entry, const uint64_t *stack);

#endif
