/* SPDX-License-Identifier: Apache-2.0 */
/* Each heap in real memory, as large as it is: given, written, guarded, refused, taken back. */
#include "backed.h"
#include "checks.h"
#include "kheap.h"
#include "pages_heap.h"
#include "physical.h"
#include "runtime/objcache.h"
#include "tables.h"
#include "runtime/range.h"
#include "virtual.h"
#include "x86_64/trap.h"

#define SIZES 8

/* Addresses alone: more pages than a span of virtual_huge has are imported from there, and go back. */
static bool virtual_imports(void)
{
    struct idheap_request request = { .count = 3ull << (VIRTUAL_HUGE_SHIFT - LAYOUT_FRAME_SHIFT) };
    struct idheap_stats before, during, after;
    uint64_t base;
    bool ok;

    idheap_stats(&virtual_huge, &before);
    if (idheap_import_alloc(&virtual_import, &request, &base) != STATUS_OK)
        return false;
    idheap_stats(&virtual_huge, &during);
    figure("base: 0x%lx", base << LAYOUT_FRAME_SHIFT);
    figure("spans: %lu", before.free - during.free);
    ok = during.free <= before.free - 3 && base << LAYOUT_FRAME_SHIFT < LAYOUT_TAG1_BASE;
    ok = idheap_import_free(&virtual_import, base, request.count) == STATUS_OK && ok;
    idheap_settle(&virtual_page);
    idheap_stats(&virtual_huge, &after);
    return ok && after.free == before.free;
}

/* A request that no heap can meet has a status, changes nothing and is counted. */
static bool refusals(void)
{
    struct heap *heaps[] = { &backed.heap, kheap(), physical_heap_of(OWNER_BACKED), pages_heap() };
    bool ok = true;

    for (size_t i = 0; i < sizeof heaps / sizeof *heaps; i++) {
        struct heap_stats before, after;
        uint64_t base = 1;

        heap_stats(heaps[i], &before);
        ok = ok && heap_alloc(heaps[i], ~0ull - LAYOUT_FRAME_SIZE, 1, &base) != STATUS_OK &&
             heap_alloc(heaps[i], 0, 1, &base) == STATUS_INVALID &&
             heap_alloc(heaps[i], LAYOUT_FRAME_SIZE, 3, &base) == STATUS_INVALID;
        heap_stats(heaps[i], &after);
        figure("%s: %lu objects, %lu refused", heaps[i]->name, after.objects, after.failures);
        ok = ok && base == 1 && after.objects == before.objects && after.allocated == before.allocated;
    }
    return ok;
}

static bool pages_are_slots(void)
{
    uint64_t base, zero = 0, slots = tables_slots();

    if (heap_alloc(pages_heap(), LAYOUT_FRAME_SIZE, 1, &base) != STATUS_OK)
        return false;
    figure("base: 0x%lx", base);
    for (uint32_t i = 0; i < PT_ENTRIES; i++)
        zero |= ((const uint64_t *)base)[i];
    return base >= LAYOUT_PAGES_BASE && zero == 0 && tables_slots() == slots + 1 &&
           heap_free(pages_heap(), base, HEAP_ANY_SIZE) == STATUS_OK && tables_slots() == slots &&
           heap_free(pages_heap(), base, HEAP_ANY_SIZE) == STATUS_NOT_ALLOCATED && !probe_read(base);
}

/*      |== 2 ==|g|=========== 3 ===========|g|      each end faults; a wrong free is refused and changes nothing */
static bool backed_guards(void)
{
    uint64_t two, three, page = LAYOUT_FRAME_SIZE;
    bool ok;

    if (heap_alloc(&backed.heap, 2 * page, 1, &two) != STATUS_OK)
        return false;
    if (heap_alloc(&backed.heap, 3 * page, 16 * page, &three) != STATUS_OK) {
        (void)!heap_free(&backed.heap, two, 2 * page); /* the ledger's points tell what is lost */
        return false;
    }
    figure("bases: 0x%lx 0x%lx", two, three);
    ok = three % (16 * page) == 0 && probe_write(three + 3 * page - 1) && !probe_read(three + 3 * page) &&
         !probe_read(two - 1) && !probe_read(two + 2 * page);
    ok = ok && heap_free(&backed.heap, three + page, HEAP_ANY_SIZE) == STATUS_INVALID &&
         heap_free(&backed.heap, three, 2 * page) == STATUS_INVALID &&
         heap_free(&backed.heap, three, 4 * page) == STATUS_INVALID &&
         heap_free(&backed.heap, LAYOUT_KERNEL_BASE, page) == STATUS_NOT_OWNED && probe_read(three + page);
    ok = heap_free(&backed.heap, three, HEAP_ANY_SIZE) == STATUS_OK && ok;
    ok = ok && heap_free(&backed.heap, three, HEAP_ANY_SIZE) == STATUS_NOT_ALLOCATED && !probe_read(three);
    return heap_free(&backed.heap, two, 2 * page) == STATUS_OK && ok && !probe_read(two);
}

#define LEAVES 64 /* looked at in one walk */

struct leaves {
    uint64_t phys[LEAVES];
    uint64_t passed, count, skip; /* leaves met, kept, and to be passed before the first is kept */
    uint64_t twins;
};

static bool keep_leaf(void *context, struct mapping leaf)
{
    struct leaves *leaves = context;

    if (leaves->passed++ >= leaves->skip && leaves->count < LEAVES)
        leaves->phys[leaves->count++] = leaf.phys.p;
    return true;
}

/* Each leaf is met among those that were kept once as itself; any further time it is a twin. */
static bool compare_leaf(void *context, struct mapping leaf)
{
    struct leaves *leaves = context;

    for (uint64_t i = 0; i < leaves->count; i++)
        leaves->twins += leaves->phys[i] == leaf.phys.p;
    return true;
}

/* Each frame that heap memory shows is shown once, nowhere else in the tables either. */
static bool mapped_once(void)
{
    static struct leaves leaves;
    uint64_t looked = 0;

    leaves = (struct leaves){ .skip = 0 };
    do {
        leaves.passed = leaves.count = 0;
        pagetable_each(&kernel_tables, virt(LAYOUT_KMEM_BASE), virt(LAYOUT_KMEM_LIMIT), keep_leaf, &leaves);
        pagetable_each(&kernel_tables, virt(0), virt(0), compare_leaf, &leaves);
        leaves.twins -= leaves.count;
        looked += leaves.count;
        leaves.skip += LEAVES;
    } while (leaves.passed > leaves.skip);
    figure("leaves: %lu", looked);
    figure("twice: %lu", leaves.twins);
    return looked > 0 && leaves.twins == 0;
}

#define STRIDE 248 /* bytes from word to word: some in each page, at other places of it */

static void fill(uint64_t base, uint64_t size, uint64_t seed)
{
    for (uint64_t i = 0; i + 8 <= size; i += STRIDE)
        *(uint64_t *)(base + i) = seed + i;
}

static bool is_filled(uint64_t base, uint64_t size, uint64_t seed)
{
    for (uint64_t i = 0; i + 8 <= size; i += STRIDE)
        if (*(const uint64_t *)(base + i) != seed + i)
            return false;
    return true;
}

/* All sizes at once, so that none lies in another; what a small machine has no room for is refused. */
static bool general_sizes(void)
{
    static const uint64_t sizes[SIZES] = { 16, 32, 100, 1000, 4096, 10000, 40000, 2 * SLAB_ALIGN + 5000 };
    uint64_t bases[SIZES], got = 0;
    bool ok = true;

    for (int i = 0; i < SIZES; i++) {
        bases[i] = (uint64_t)kheap_new(sizes[i]);
        if (!bases[i])
            continue;
        got++;
        ok = ok && bases[i] % 16 == 0 && tag_field(bases[i]) == 0;
        fill(bases[i], sizes[i], bases[i]);
    }
    for (int i = 0; i < SIZES; i++) {
        ok = ok && (!bases[i] || is_filled(bases[i], sizes[i], bases[i]));
        ok = ok && (!bases[i] || kheap_delete((void *)bases[i], i % 2 ? sizes[i] : HEAP_ANY_SIZE) == STATUS_OK);
    }
    figure("sizes: %lu of %u", got, SIZES);
    return ok && got >= 6;
}

static bool objcache_objects(void)
{
    struct objcache_config config = { .name = "trial", .pages = &backed.heap, .size = 64, .align = 64 };
    struct objcache cache;
    void *objects[100];
    uint64_t pages = backed.pages, slab = 0, count = 0;
    bool ok = objcache_init(&cache, &config) == STATUS_OK;

    while (ok && count < 100) {
        objects[count] = objcache_new(&cache);
        if (!objects[count])
            break;
        slab = range_max(slab, (uint64_t)objects[count] % SLAB_ALIGN);
        ok = (uint64_t)objects[count] % 64 == 0;
        fill((uint64_t)objects[count], 64, count);
        count++;
    }
    figure("objects: %lu", count);
    for (uint64_t i = 0; ok && i < count; i++)
        ok = is_filled((uint64_t)objects[i], 64, i) && objcache_delete(&cache, objects[i]) == STATUS_OK;
    ok = ok && count > 0 && objcache_delete(&cache, objects[0]) == STATUS_NOT_ALLOCATED;
    objcache_reclaim(&cache);
    ok = ok && backed.pages == pages; /* an empty cache keeps nothing under pressure */
    return objcache_fini(&cache) == STATUS_OK && ok;
}

static const struct check checks[] = {
    { "virtual_page heap: what it lacks is imported from virtual_huge, and goes back", virtual_imports },
    { "heaps: what cannot be met is refused, and changes nothing", refusals },
    { "pages heap: a zeroed slot of the window, gone when it is freed", pages_are_slots },
    { "backed heap: guard pages fault, wrong frees are refused, freed pages fault", backed_guards },
    { "backed heap: no frame is mapped twice", mapped_once },
    { "general heap: objects of all sizes keep what is written", general_sizes },
    { "object cache: objects keep what is written, empty slabs go back", objcache_objects },
};

const struct check_list checks_heaps = { checks, sizeof checks / sizeof *checks };
