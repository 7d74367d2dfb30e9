/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's ELF file: read through the bounce buffer from front to back, once, in pieces; each byte goes to the
 * frame of its page. No two pages need be neighbours, so any frames below 4 GiB will do:
 *
 *   file   |ehdr phdr|--text--|-rodata-|-data-|          each piece has its sum; nothing is run before they agree
 *   pieces |     |     |     |     |     |     |         those that hold nothing wanted are not read: a sector is the
 *                                                        dearest thing of a boot
 *   pages     T T T     R R      D B B S S   -           T r-x, R r--, D data rw-, B bss, S stack; - not mapped (guard)
 *   frames    anywhere
 */
#include "runtime/bytes.h"
#include "runtime/elf.h"
#include "runtime/sum.h"
#include "stage2.h"
#include "x86_64/image.h"
#include "x86_64/layout.h"
#include "x86_64/protocol.h"
#include "x86_64/uart.h"

#define HEAD_SIZE (IMAGE_KERNEL_HEAD_SECTORS * LAYOUT_SECTOR_SIZE)
#define HEADERS_MAX ELF_SEGMENTS_MAX /* program headers: they stand in the head */
#define CHECKS_WANTED "checks=1" /* the option that has the self-checks run before a program */
#define TRACE_WANTED "trace=1" /* the one that has a program's calls written down */
#define META_OFF "meta=off" /* the one that keeps the meta store out */
#define META_WRITE "meta=write" /* the one that lets it be written to: then a trace may be turned on any time */
#define SYMBOLS_ROOM 64u /* frames that must be left for a program before its kernel gets its functions' names */
#define STORE_ROOM 512u /* the same for the meta store, which takes about 130 of them when it starts */
#define PARTS \
    (IMAGE_PART_CHECKS | IMAGE_PART_PROGRAM | IMAGE_PART_TRACE | IMAGE_PART_SYMBOLS | IMAGE_PART_STORE)

struct kernel_page kernel_pages[KERNEL_PAGES_MAX];
uint32_t kernel_page_count;

static struct elf_program program;

/*
 * The headers stand in the first sectors; tools/mkimage's kernel has them there or is refused here.  Beyond what every
 * program must keep, the kernel's segments start at pages, since the pages are made from their addresses.
 */
static void read_headers(const uint8_t *head)
{
    const struct elf_limits limits = {
        .file_size = HEADER32(IMAGE_HDR_KERNEL_BYTES),
        .lower = LAYOUT_KERNEL_BASE,
        .upper = LAYOUT_KERNEL_BASE + KERNEL_PAGES_MAX * LAYOUT_FRAME_SIZE,
        .types = 1 << ELF_TYPE_FIXED,
        .headers_max = HEADERS_MAX,
    };
    struct elf_fault fault;

    if (elf_check(&program, head, HEAD_SIZE, &limits, &fault) != STATUS_OK)
        refuse("the kernel file is damaged: %s: 0x%llx", fault.what, (unsigned long long)fault.number);
    for (uint32_t i = 0; i < program.segment_count; i++)
        if (program.segments[i].vaddr & (LAYOUT_FRAME_SIZE - 1))
            refuse("the kernel file is damaged: segment at no page's start: 0x%llx",
                   (unsigned long long)program.segments[i].vaddr);
}

static uint32_t page_index(uint64_t vaddr)
{
    return (uint32_t)(vaddr - LAYOUT_KERNEL_BASE) >> LAYOUT_FRAME_SHIFT;
}

static bool has_option(const char *options, const char *word)
{
    size_t length = text_length(word);

    for (const char *at = options; *at; at++)
        if ((at == options || at[-1] == ' ') && text_starts(at, word) && (!at[length] || at[length] == ' '))
            return true;
    return false;
}

static bool is_wanted(const struct elf_segment *s, uint32_t parts)
{
    return !(s->flags & PARTS & ~parts);
}

static uint32_t count_frames(uint32_t parts)
{
    uint32_t frames = 0;

    for (uint32_t i = 0; i < program.segment_count; i++)
        if (is_wanted(&program.segments[i], parts))
            frames += (uint32_t)(program.segments[i].memsz + LAYOUT_FRAME_SIZE - 1) >> LAYOUT_FRAME_SHIFT;
    return frames;
}

static uint32_t frames_needed(uint32_t frames)
{
    return frames + tables_most() + memory_handoff(frames) + STAGE3_FRAMES;
}

/* Whether so many frames are left for others when these parts and `pages` of an archive are there. */
static bool is_room(uint32_t parts, uint32_t pages, uint32_t room)
{
    return pages <= IMAGE_ARCHIVE_PAGES_MAX &&
           memory_available() >= frames_needed(count_frames(parts)) + pages + memory_books() + room;
}

/* The parts of the kernel that this boot needs: each costs frames, which a machine of 1 MiB does not have for all. */
static uint32_t parts_needed(const struct handoff *h, uint32_t pages)
{
    uint32_t parts = IMAGE_PART_PROGRAM | IMAGE_PART_SYMBOLS;

    if (!pages)
        return IMAGE_PART_CHECKS | IMAGE_PART_SYMBOLS;
    if (has_option(h->options, TRACE_WANTED))
        parts |= IMAGE_PART_TRACE;
    if (has_option(h->options, CHECKS_WANTED))
        return parts | IMAGE_PART_CHECKS; /* which look for names */
    if (!is_room(parts, pages, SYMBOLS_ROOM))
        parts &= ~IMAGE_PART_SYMBOLS;
    return parts;
}

/* The meta store is for who listens behind COM2, and never takes memory that a program could need. */
static uint32_t parts_wanted(const struct handoff *h)
{
    static const struct uart com2 = { .port = PROTO_COM2_PORT };
    uint32_t pages = HEADER32(IMAGE_HDR_ARCHIVE_PAGES), parts = parts_needed(h, pages), more = IMAGE_PART_STORE;

    if (pages && has_option(h->options, META_WRITE))
        more |= IMAGE_PART_TRACE;
    if (uart_is_there(&com2) && !has_option(h->options, META_OFF) && is_room(parts | more, pages, STORE_ROOM))
        parts |= more;
    return parts;
}

/* Leaves out the segments of other parts. */
static void choose_segments(uint32_t parts)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < program.segment_count; i++)
        if (is_wanted(&program.segments[i], parts))
            program.segments[kept++] = program.segments[i];
    program.segment_count = kept;
}

/* Marks each segment's pages with its flags; returns how many there are. */
static uint32_t lay_out_pages(void)
{
    uint32_t frames = 0;

    for (uint32_t i = 0; i < program.segment_count; i++) {
        uint32_t first = page_index(program.segments[i].vaddr);
        uint32_t last = page_index(program.segments[i].vaddr + program.segments[i].memsz - 1);

        for (uint32_t page = first; page <= last; page++) {
            kernel_pages[page].flags = (program.segments[i].flags & ELF_FLAGS) | KERNEL_PAGE_PRESENT;
            frames++;
        }
        if (last >= kernel_page_count)
            kernel_page_count = last + 1;
    }
    return frames;
}

static void take_frames(struct handoff *h, uint32_t frames)
{
    h->book_frames = memory_books();
    memory_need(frames_needed(frames), h->book_frames, "kernel, page tables and first heaps");
    for (uint32_t page = 0; page < kernel_page_count; page++)
        if (kernel_pages[page].flags) {
            kernel_pages[page].frame = memory_frame(REGION_KERNEL);
            bytes_fill((void *)(uintptr_t)kernel_pages[page].frame, 0, LAYOUT_FRAME_SIZE);
        }
}

/* Copies what of file bytes [at, at + bytes) belongs to segment s. */
static void place(const struct elf_segment *s, const uint8_t *data, uint32_t at, uint32_t bytes)
{
    uint32_t from = at > s->offset ? at : (uint32_t)s->offset;
    uint32_t to = at + bytes < s->offset + s->filesz ? at + bytes : (uint32_t)(s->offset + s->filesz);

    while (from < to) {
        uint64_t vaddr = s->vaddr + (from - (uint32_t)s->offset);
        uint32_t in_page = (uint32_t)vaddr & (LAYOUT_FRAME_SIZE - 1), part = LAYOUT_FRAME_SIZE - in_page;

        if (part > to - from)
            part = to - from;
        bytes_copy((void *)(uintptr_t)(kernel_pages[page_index(vaddr)].frame + in_page), data + (from - at), part);
        from += part;
    }
}

void check_sum(const char *what, uint64_t got, uint64_t want)
{
    if (got != want)
        refuse("the disk area is damaged: %s has sum 0x%llx, not 0x%llx", what, (unsigned long long)got,
               (unsigned long long)want);
}

/* stage1 has checked stage2, its header included; here are the rest of the area: MBR code and options. */
static void check_mbr(void)
{
    uint32_t sectors = 1;

    check_sum("stage1", sum_words(0, disk_read(0, &sectors), IMAGE_MBR_SUMMED), HEADER64(IMAGE_HDR_MBR_SUM));
}

static void read_options(struct handoff *h)
{
    uint32_t sectors = 1;
    const uint8_t *sector = disk_read(HEADER32(IMAGE_HDR_OPTIONS_LBA), &sectors);
    uint64_t want;

    bytes_copy(&want, sector + IMAGE_OPTIONS_SIZE, sizeof want);
    check_sum("the options sector", sum_words(0, sector, IMAGE_OPTIONS_SIZE), want);
    bytes_copy(h->options, sector, IMAGE_OPTIONS_SIZE);
    h->options[IMAGE_OPTIONS_SIZE - 1] = 0;
}

/* In pieces: a BIOS that reads by tracks may end one in the middle. */
static void read_head(uint32_t lba)
{
    static uint8_t head[HEAD_SIZE];

    for (uint32_t i = 0, sectors; i < IMAGE_KERNEL_HEAD_SECTORS; i += sectors) {
        const void *data;

        sectors = IMAGE_KERNEL_HEAD_SECTORS - i;
        data = disk_read(lba + i, &sectors);
        bytes_copy(head + i * LAYOUT_SECTOR_SIZE, data, sectors * LAYOUT_SECTOR_SIZE);
    }
    check_sum("the kernel file's head", sum_words(0, head, HEAD_SIZE), HEADER64(IMAGE_HDR_KERNEL_HEAD_SUM));
    read_headers(head);
}

/* Whether any segment that is left has bytes of the file in [at, at + bytes). */
static bool is_used(uint32_t at, uint32_t bytes)
{
    for (uint32_t i = 0; i < program.segment_count; i++) {
        const struct elf_segment *s = &program.segments[i];

        if (s->offset < at + bytes && at < s->offset + s->filesz)
            return true;
    }
    return false;
}

/* The sector of file offset `at`: sums it with the others of its piece, and places what is in it. */
static void take_sector(const uint8_t *data, uint32_t at, uint32_t limit)
{
    static uint64_t sum;
    uint32_t end = at + LAYOUT_SECTOR_SIZE, piece = at / IMAGE_PIECE_SIZE;

    sum = sum_words(at % IMAGE_PIECE_SIZE ? sum : 0, data, LAYOUT_SECTOR_SIZE);
    if (end % IMAGE_PIECE_SIZE == 0 || end == limit)
        check_sum("the kernel file", sum, HEADER64(IMAGE_HDR_PIECE_SUMS + piece * sizeof sum));
    for (uint32_t i = 0; i < program.segment_count; i++)
        place(&program.segments[i], data, at, LAYOUT_SECTOR_SIZE);
}

/* File bytes [at, end): whole pieces; the file's sectors end at `limit`. */
static void read_pieces(uint32_t at, uint32_t end, uint32_t limit)
{
    while (at < end) {
        uint32_t sectors = (end - at) / LAYOUT_SECTOR_SIZE;
        const uint8_t *data = disk_read(HEADER32(IMAGE_HDR_KERNEL_LBA) + at / LAYOUT_SECTOR_SIZE, &sectors);

        for (uint32_t i = 0; i < sectors; i++, at += LAYOUT_SECTOR_SIZE)
            take_sector(data + i * LAYOUT_SECTOR_SIZE, at, limit);
    }
}

/* Neighbours that are wanted are read as one. */
static void read_file(void)
{
    uint32_t limit = (HEADER32(IMAGE_HDR_SECTORS) - HEADER32(IMAGE_HDR_KERNEL_LBA)) * LAYOUT_SECTOR_SIZE, end;

    for (uint32_t at = 0; at < limit; at = end) {
        bool used = is_used(at, IMAGE_PIECE_SIZE);

        end = at;
        do
            end += IMAGE_PIECE_SIZE;
        while (end < limit && is_used(end, IMAGE_PIECE_SIZE) == used);
        if (end > limit)
            end = limit;
        if (used)
            read_pieces(at, end, limit);
    }
}

uint64_t kernel_load(struct handoff *h)
{
    check_mbr();
    read_options(h);
    read_head(HEADER32(IMAGE_HDR_KERNEL_LBA));
    h->kernel_parts = parts_wanted(h);
    choose_segments(h->kernel_parts);
    h->kernel_pages = lay_out_pages();
    take_frames(h, h->kernel_pages);
    read_file();
    return program.entry;
}
