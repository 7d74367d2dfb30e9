/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory map: INT 15h E820, then E801, then 88h.  What BIOSes do wrong, and who saw it, stands at the line that
 * minds it. What comes out is judged by src/runtime/region.c, which also runs on the host.
 */
#include "bios.h"
#include "runtime/range.h"
#include "runtime/region.h"
#include "stage2.h"
#include "x86_64/layout.h"

#define SMAP 0x534d4150u /* "SMAP" */
#define ENTRY_BYTES 24 /* asked for; 20 is the least that counts (ACPI 6.5 section 15.1) */
#define ENTRY_BYTES_MIN 20
#define REPEATS_ENDLESS 32 /* a table full of the same entry is an endless list, not a long one (wimboot#16) */
#define REGIONS_MAX (LAYOUT_E820_MAX + 64) /* one an entry, one more, and two for each type that stage2 hands out */
#define BOOKS_LEAF_SHIFT 12 /* src/runtime/idheap.c: a leaf has 2^12 ids, a fork 64 nodes */
#define BOOKS_LEAF_SIZE 1366 /* bytes: two leaves, which ids are the heap's and which are free; six leaves a page */
#define BOOKS_FORK_SIZE 2048 /* bytes; two a page (src/kernel/meta.c) */
#define BOOKS_LEVELS 3 /* of forks: up to 2^42 bytes */
#define BOOKS_SPARE_FRAMES 8 /* nodes kept ready, tables for the books' pages */
#define E801_BELOW_16M_MAX 0x3c00 /* KiB between 1 and 16 MiB */

struct memory memory;

static struct map_entry entries[LAYOUT_E820_MAX];

/* One buffer, cleared once, because some BIOSes answer only into what they wrote before (syslinux 50b49634); with room
 * behind, because others write more than they were asked for. */
static struct {
    struct map_entry entry;
    uint8_t slack[64];
} buffer __attribute__((aligned(16)));

enum answer { ANSWER_ENTRY, ANSWER_END, ANSWER_BAD };

static enum answer e820_call(uint32_t *continuation, uint32_t *bytes)
{
    /* All of EAX is loaded (RBIL: a high half that is not 0 fails), EDX and ES:DI anew each time (linux, iPXE
     * 50dc9344b). */
    struct bios_registers r = { .eax = 0xe820,
                                .ebx = *continuation,
                                .ecx = ENTRY_BYTES,
                                .edx = SMAP,
                                .edi = bios_offset(&buffer),
                                .es = bios_segment(&buffer) };

    buffer.entry.attributes = 1; /* preset: who writes 20 bytes leaves it (Award 4.50PG copies 20 whatever ECX says) */
    bios(&r, 0x15);
    if (bios_failed(&r)) /* before the signature, which is absent then on some (linux arch/x86/boot/memory.c) */
        return ANSWER_END;
    if (r.eax != SMAP) /* lost in the middle: the whole table is worth nothing */
        return ANSWER_BAD;
    *continuation = r.ebx;
    *bytes = r.ecx;
    return r.ecx < ENTRY_BYTES_MIN ? ANSWER_BAD : ANSWER_ENTRY;
}

static bool same_entry(const struct map_entry *a, const struct map_entry *b)
{
    return a->base == b->base && a->length == b->length && a->type == b->type;
}

/* Appends the buffer's entry; true if the list goes on.  *repeats counts how often the last entry has come again. */
static bool e820_store(uint32_t *repeats, bool same_continuation, uint32_t bytes)
{
    struct map_entry *last = memory.entry_count ? &entries[memory.entry_count - 1] : NULL;

    *repeats = last && same_entry(last, &buffer.entry) ? *repeats + 1 : 0;
    if (*repeats && (same_continuation || (*repeats >= REPEATS_ENDLESS && memory.entry_count == LAYOUT_E820_MAX))) {
        memory.entry_count -= *repeats - 1; /* the entry itself stays, once */
        return false;
    }
    if (memory.entry_count == LAYOUT_E820_MAX)
        refuse("the BIOS memory map has more than %u entries: entry %u was offered", LAYOUT_E820_MAX,
               LAYOUT_E820_MAX + 1);
    entries[memory.entry_count] = buffer.entry;
    if (bytes < ENTRY_BYTES)
        entries[memory.entry_count].attributes = 1;
    memory.entry_count++;
    return true;
}

static bool detect_e820(void)
{
    uint32_t continuation = 0, before, bytes, repeats = 0;
    enum answer answer;

    do {
        before = continuation;
        answer = e820_call(&continuation, &bytes);
        if (answer == ANSWER_END)
            break;
        if (answer == ANSWER_BAD) {
            note("memory map: the answer of INT 15h E820 after %u entries is not to be trusted", memory.entry_count);
            memory.entry_count = 0;
            return false;
        }
        if (!e820_store(&repeats, before != 0 && continuation == before, bytes))
            break;
    } while (continuation != 0);
    return memory.entry_count > 0;
}

static void add_usable(uint64_t base, uint64_t length)
{
    if (length)
        entries[memory.entry_count++] =
            (struct map_entry){ .base = base, .length = length, .type = REGION_USABLE, .attributes = 1 };
}

static void add_conventional(const struct handoff *h)
{
    uint32_t kib = h->base_memory_kib < LAYOUT_LOWMEM_LIMIT >> 10 ? h->base_memory_kib : LAYOUT_LOWMEM_LIMIT >> 10;

    add_usable(0, (uint64_t)kib << 10);
}

/* AX or CX: KiB from 1 MiB; BX or DX: 64 KiB blocks from 16 MiB, a range of its own since a hole may lie between. */
static bool detect_e801(const struct handoff *h)
{
    struct bios_registers r = { .eax = 0xe801 };
    uint32_t kib, blocks;

    bios(&r, 0x15);
    if (bios_failed(&r))
        return false;
    kib = r.eax & 0xffff;
    blocks = r.ebx & 0xffff;
    if (kib == 0 && blocks == 0) { /* some answer in CX and DX only (linux memory.c) */
        kib = r.ecx & 0xffff;
        blocks = r.edx & 0xffff;
    }
    if ((kib == 0 && blocks == 0) || kib > E801_BELOW_16M_MAX)
        return false;
    add_conventional(h);
    add_usable(LAYOUT_HIMEM_BASE, (uint64_t)kib << 10);
    add_usable(LAYOUT_HIMEM_BASE << 4, (uint64_t)blocks << 16);
    return true;
}

static bool detect_88(const struct handoff *h)
{
    struct bios_registers r = { .eax = 0x8800 };

    bios(&r, 0x15);
    if (bios_failed(&r))
        return false;
    add_conventional(h);
    add_usable(LAYOUT_HIMEM_BASE, (uint64_t)(r.eax & 0xffff) << 10);
    return true;
}

static void build_table(const struct handoff *h)
{
    static struct region regions[REGIONS_MAX];
    static uint16_t order[LAYOUT_E820_MAX];
    struct map map = { .entries = entries, .count = memory.entry_count, .order = order };
    struct region_limits limits;
    enum status status;

    memory.table = (struct region_table){ .regions = regions, .capacity = REGIONS_MAX };
    region_limits_set(&limits, h->low_limit, h->phys_bits);
    status = region_build(&memory.table, &map, &limits);
    if (status == STATUS_OK)
        status = region_claim(&memory.table, LAYOUT_FRAME_SIZE, LAYOUT_STAGE2_LIMIT, REGION_STAGE2);
    if (status != STATUS_OK)
        refuse("the region table cannot be made of %u entries: %s", memory.entry_count, status_text(status));
    if (map.ignore_attributes)
        note("memory map: the attributes say that no entry is valid; they are not believed");
}

static uint16_t bda_word(uint32_t address)
{
    return *(const volatile uint16_t *)low(address);
}

static void detect_map(struct handoff *h)
{
    if (detect_e820())
        h->map_source = MAP_SOURCE_E820;
    else if (detect_e801(h))
        h->map_source = MAP_SOURCE_E801;
    else if (detect_88(h))
        h->map_source = MAP_SOURCE_88;
    else
        refuse("no usable memory: the BIOS gives no memory map by INT 15h E820, E801 or 88h");
}

void memory_detect(struct handoff *h)
{
    memory.entries = entries;
    h->base_memory_kib = bda_word(LAYOUT_BDA_MEMSIZE_BASE);
    detect_map(h);
    h->ebda_pointer = bda_word(LAYOUT_BDA_EBDA_BASE); /* after the calls: a BIOS may move its data in any of them */
    h->low_limit = region_low_limit(h->ebda_pointer);
    build_table(h);
}

uint32_t memory_available(void)
{
    return (uint32_t)(region_total(&memory.table, REGION_USABLE, 0, LAYOUT_PHYS32_LIMIT) >> LAYOUT_FRAME_SHIFT);
}

/* Different places of 2^shift bytes in which a region begins or ends, but not exactly at the place's edge. */
static uint32_t places_cut(uint32_t shift)
{
    uint64_t last = UINT64_MAX;
    uint32_t count = 0;

    for (uint32_t i = 0; i < 2 * memory.table.count; i++) {
        const struct region *r = &memory.table.regions[i / 2];
        uint64_t edge = i % 2 ? r->limit : r->base;

        if ((edge & ((1ull << shift) - 1)) && edge >> shift != last) {
            last = edge >> shift;
            count++;
        }
    }
    return count;
}

/* The id heap has a node for each place that is neither wholly free nor wholly used, at each of its levels (4,096 ids,
 * and 64 times as many at each further one).  The kernel's self-checks compare this with what it really took. */
uint32_t memory_books(void)
{
    uint32_t bytes = places_cut(LAYOUT_FRAME_SHIFT + BOOKS_LEAF_SHIFT) * BOOKS_LEAF_SIZE;

    for (uint32_t level = 1; level <= BOOKS_LEVELS; level++)
        bytes += places_cut(LAYOUT_FRAME_SHIFT + BOOKS_LEAF_SHIFT + 6 * level) * BOOKS_FORK_SIZE;
    return ((bytes + LAYOUT_FRAME_SIZE - 1) >> LAYOUT_FRAME_SHIFT) + BOOKS_SPARE_FRAMES;
}

uint32_t memory_handoff(uint32_t taken)
{
    uint32_t regions = memory.table.count + taken + TABLES_MAX + HANDOFF_FRAMES_MAX;
    uint32_t bytes = (uint32_t)sizeof(struct handoff) + memory.entry_count * (uint32_t)sizeof(struct map_entry) +
                     regions * (uint32_t)sizeof(struct region);

    return (bytes + LAYOUT_FRAME_SIZE - 1) >> LAYOUT_FRAME_SHIFT;
}

void memory_need(uint32_t frames, uint32_t books, const char *what)
{
    uint32_t found = memory_available();
    uint64_t all = region_total(&memory.table, REGION_USABLE, 0, UINT64_MAX) >> LAYOUT_FRAME_SHIFT;

    if (found < frames)
        refuse("%s: %u KiB found below 4 GiB, %u KiB needed for %s",
               found ? "not enough usable memory" : "no usable memory", found << 2, frames << 2, what);
    if (all < frames + books)
        refuse("not enough usable memory: %u KiB found, %u KiB needed for %s and the books of %u regions",
               (uint32_t)all << 2, (frames + books) << 2, what, memory.table.count);
}

/* Stores the lowest usable frames of [base, limit), `most` at most, that lie in one row; false if there are none. */
static bool find_run(uint64_t base, uint64_t limit, uint32_t most, struct region *run)
{
    for (uint32_t i = 0; i < memory.table.count; i++) {
        *run = memory.table.regions[i];
        run->base = range_max(run->base, base);
        run->limit = range_min(range_min(run->limit, limit), run->base + ((uint64_t)most << LAYOUT_FRAME_SHIFT));
        if (run->type == REGION_USABLE && run->base < run->limit)
            return true;
    }
    return false;
}

uint32_t memory_run(uint32_t type, uint32_t most, uint32_t *frames)
{
    struct region run;
    enum status status = STATUS_NOT_FOUND;

    if (find_run(LAYOUT_HIMEM_BASE, LAYOUT_PHYS32_LIMIT, most, &run) ||
        find_run(LAYOUT_STAGE2_LIMIT, LAYOUT_LOWMEM_LIMIT, most, &run))
        status = region_retype(&memory.table, run.base, run.limit, type);
    if (status != STATUS_OK)
        refuse("no frame for %s: %s", region_type_name(type), status_text(status));
    *frames = (uint32_t)((run.limit - run.base) >> LAYOUT_FRAME_SHIFT);
    return (uint32_t)run.base;
}

uint32_t memory_frame(uint32_t type)
{
    struct region_request request = { .bytes = LAYOUT_FRAME_SIZE,
                                      .align = LAYOUT_FRAME_SIZE,
                                      .base = LAYOUT_HIMEM_BASE,
                                      .limit = LAYOUT_PHYS32_LIMIT,
                                      .type = type };
    uint64_t base;
    enum status status = region_alloc(&memory.table, &request, &base);

    if (status == STATUS_NOT_FOUND) {
        request.base = LAYOUT_STAGE2_LIMIT;
        request.limit = LAYOUT_LOWMEM_LIMIT;
        status = region_alloc(&memory.table, &request, &base);
    }
    if (status != STATUS_OK)
        refuse("no frame for %s: %s", region_type_name(type), status_text(status));
    return (uint32_t)base;
}
