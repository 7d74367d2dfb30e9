/* SPDX-License-Identifier: Apache-2.0 */
/* Page tables: every branch of map, walk, split and unmap, and each allocation failing once. */
#include "pagetable_world.h"

static bool leaf_is(struct world *w, uint64_t address, uint64_t base, uint64_t bytes, uint64_t to)
{
    struct mapping leaf;

    return pagetable_walk(&w->pt, virt(address), &leaf) && leaf.base.v == base && leaf.bytes == bytes &&
           leaf.phys.p == to;
}

static void test_links(void)
{
    bool same = true;

    for (uint32_t slot = 0; slot < 16384; slot++) {
        uint64_t entry = pagetable_link(slot, phys(0xffffffffff000));

        same = same && pagetable_slot(entry) == slot && (entry & PT_FRAME) == PT_FRAME && !(entry & PT_NX) &&
               !(entry & PT_LARGE);
    }
    tap_ok(same, "an entry carries any of 16,384 slots beside any frame");
}

static void test_one_page(void)
{
    struct world w;
    struct mapping leaf;

    world_open(&w);
    tap_ok(pagetable_map(&w.pt, virt(KERNEL), phys(0x5000), K4, PT_WRITE | PT_NX, false) == STATUS_OK,
           "one page is mapped");
    tap_ok(leaf_is(&w, KERNEL + 5, KERNEL, K4, 0x5000), "it is found from any of its bytes");
    tap_ok(pagetable_walk(&w.pt, virt(KERNEL), &leaf) && leaf.flags == (PT_WRITE | PT_NX), "with its flags");
    tap_ok(!pagetable_walk(&w.pt, virt(KERNEL + K4), &leaf) && !pagetable_walk(&w.pt, virt(0), &leaf), "and no other");
    tap_is_u64(w.pt.tables, 4, "it took three tables and the root");
    tap_ok(pagetable_map(&w.pt, virt(KERNEL), phys(0x6000), K4, 0, false) == STATUS_OVERLAP &&
               leaf_is(&w, KERNEL, KERNEL, K4, 0x5000),
           "mapping it again is refused and changes nothing");
    tap_ok(pagetable_unmap(&w.pt, virt(KERNEL), K4, NULL, NULL) == STATUS_OK && w.invalidated == 1,
           "unmapping invalidates it");
    tap_ok(world_close(&w), "and gives the tables back");
}

static void test_bad_arguments(void)
{
    static const struct {
        uint64_t base, to, bytes, flags;
        const char *what;
    } bad[] = {
        { KERNEL + 1, 0, K4, 0, "an odd virtual address" },
        { KERNEL, 1, K4, 0, "an odd physical address" },
        { KERNEL, 0, 0, 0, "no bytes" },
        { KERNEL, 0, K4 + 1, 0, "an odd size" },
        { 0x7ffffffff000, 0, 2 * K4, 0, "a range into the hole" },
        { 0x800000000000, 0, K4, 0, "a range in the hole" },
        { 0xfffffffffffff000, 0, 2 * K4, 0, "a range that wraps" },
        { KERNEL, (1ull << 40) - K4, 2 * K4, 0, "a frame beyond MAXPHYADDR" },
        { KERNEL, 0xfffffffffffff000, 2 * K4, 0, "physical addresses that wrap" },
        { KERNEL, 0, K4, PT_LARGE, "a flag that is not the caller's" },
    };
    struct world w;

    world_open(&w);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        tap_ok(pagetable_map(&w.pt, virt(bad[i].base), phys(bad[i].to), bad[i].bytes, bad[i].flags, true) ==
                   STATUS_INVALID,
               "map refuses %s", bad[i].what);
    tap_ok(pagetable_map(&w.pt, virt(KERNEL), phys((1ull << 40) - K4), K4, 0, true) == STATUS_OK &&
               pagetable_map(&w.pt, virt(0xfffffffffffff000), phys(0), K4, 0, true) == STATUS_OK,
           "the last frame and the last page are allowed");
    pagetable_unmap(&w.pt, virt(KERNEL), K4, NULL, NULL);
    pagetable_unmap(&w.pt, virt(0xfffffffffffff000), K4, NULL, NULL);
    tap_ok(world_close(&w), "nothing is left");
}

static void test_no_nx(void)
{
    struct world w;
    struct mapping leaf;

    world_open(&w);
    w.pt.nx = false;
    pagetable_map(&w.pt, virt(KERNEL), phys(0), K4, PT_NX | PT_WRITE, false);
    tap_ok(pagetable_walk(&w.pt, virt(KERNEL), &leaf) && !(leaf.flags & PT_NX),
           "without NX the reserved bit stays clear");
    pagetable_unmap(&w.pt, virt(KERNEL), K4, NULL, NULL);
    world_close(&w);
}

/*   |4K|--------- 1 GiB ---------|--2 MiB--|4K|      the largest page that fits, at each place */
static void test_sizes(bool page1g)
{
    struct world w;
    uint64_t base = HEAP + G1 - K4, to = 3 * G1 - K4, bytes = K4 + G1 + M2 + K4;

    world_open(&w);
    w.pt.page1g = page1g;
    tap_ok(pagetable_map(&w.pt, virt(base), phys(to), bytes, 0, true) == STATUS_OK, "pages of all sizes in one range");
    tap_ok(leaf_is(&w, base, base, K4, to), "4 KiB before the boundary");
    tap_ok(leaf_is(&w, HEAP + G1 + 5 * M2 + 7, page1g ? HEAP + G1 : HEAP + G1 + 5 * M2, page1g ? G1 : M2,
                   page1g ? 3 * G1 : 3 * G1 + 5 * M2),
           "%s in the middle", page1g ? "1 GiB" : "2 MiB");
    tap_ok(leaf_is(&w, HEAP + 2 * G1, HEAP + 2 * G1, M2, 4 * G1), "2 MiB after it");
    tap_ok(leaf_is(&w, HEAP + 2 * G1 + M2, HEAP + 2 * G1 + M2, K4, 4 * G1 + M2), "4 KiB at the end");
    pagetable_unmap(&w.pt, virt(base), bytes, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

/* Virtual and physical address aligned differently: no large page may be used (Xen b07c7d63f9). */
static void test_misaligned(void)
{
    struct world w;

    world_open(&w);
    pagetable_map(&w.pt, virt(HEAP), phys(K4), M2, 0, true);
    tap_ok(leaf_is(&w, HEAP, HEAP, K4, K4) && leaf_is(&w, HEAP + M2 - 1, HEAP + M2 - K4, K4, M2),
           "a 2 MiB range with a shifted target has 4 KiB pages");
    pagetable_unmap(&w.pt, virt(HEAP), M2, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

static void gone(void *context, struct mapping leaf)
{
    ((struct world *)context)->gone_pages += leaf.bytes / K4;
}

/*   |------------------ 1 GiB -------------------|
 *   |2M|2M| ... |4K|4K| x |4K ... |2M|2M| ...  2M|      x: one page unmapped out of the middle */
static void test_split(void)
{
    struct world w;
    uint64_t hole = HEAP + 7 * M2 + 3 * K4;
    struct mapping leaf;

    world_open(&w);
    pagetable_map(&w.pt, virt(HEAP), phys(G1), G1, PT_WRITE | PT_GLOBAL, true);
    tap_ok(pagetable_unmap(&w.pt, virt(hole), K4, gone, &w) == STATUS_OK && w.gone_pages == 1, "one page out of 1 GiB");
    tap_ok(!pagetable_walk(&w.pt, virt(hole), &leaf), "it is gone");
    tap_ok(leaf_is(&w, hole - 1, hole - K4, K4, G1 + 7 * M2 + 2 * K4) &&
               leaf_is(&w, hole + K4, hole + K4, K4, G1 + 7 * M2 + 4 * K4),
           "its neighbours are 4 KiB pages of the same frames");
    tap_ok(leaf_is(&w, HEAP + 6 * M2, HEAP + 6 * M2, M2, G1 + 6 * M2) &&
               leaf_is(&w, HEAP + 8 * M2, HEAP + 8 * M2, M2, G1 + 8 * M2),
           "the neighbouring 2 MiB pages are whole");
    tap_ok(pagetable_walk(&w.pt, virt(hole + K4), &leaf) && leaf.flags == (PT_WRITE | PT_GLOBAL), "flags live on");
    tap_ok(pagetable_unmap(&w.pt, virt(HEAP), G1, gone, &w) == STATUS_OK && w.gone_pages == G1 / K4,
           "the rest, counted to the page");
    tap_ok(world_close(&w), "all gone");
}

/* A large leaf that is there and translates nothing: a program's, whose parts are opened one by one later. */
static void test_split_shut(void)
{
    struct world w;
    struct mapping leaf;
    uint64_t *entry;

    world_open(&w);
    tap_ok(pagetable_prepare(&w.pt, virt(HEAP), 2, &entry) == STATUS_OK, "an entry of level 2");
    pagetable_store(&w.pt, virt(HEAP), entry, M2 | PT_LARGE);
    tap_ok(pagetable_cut(&w.pt, virt(HEAP + 3 * K4)) == STATUS_OK, "its leaf is cut");
    entry = pagetable_entry(&w.pt, virt(HEAP + 3 * K4));
    pagetable_store(&w.pt, virt(HEAP + 3 * K4), entry, *entry | PT_PRESENT | PT_USER);
    tap_ok(pagetable_walk(&w.pt, virt(HEAP + 3 * K4), &leaf) && leaf.flags & PT_USER && leaf.phys.p == M2 + 3 * K4,
           "a part that is opened is open for users");
    tap_ok(!pagetable_walk(&w.pt, virt(HEAP + 4 * K4), &leaf), "its neighbour is not");
    pagetable_unmap(&w.pt, virt(HEAP), M2, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

/* Allocation number k fails: map leaves nothing behind, for every k; with one more it works. */
static void test_failures(void)
{
    struct world w;
    uint64_t base = HEAP + G1 - K4, bytes = K4 + G1 + M2 + K4;
    int64_t needed = 0;
    bool clean = true;
    enum status status;

    do {
        world_open(&w);
        w.fail_after = needed++;
        status = pagetable_map(&w.pt, virt(base), phys(3 * G1 - K4), bytes, 0, true);
        if (status == STATUS_OK)
            pagetable_unmap(&w.pt, virt(base), bytes, NULL, NULL);
        else
            clean = clean && status == STATUS_NO_MEMORY;
        clean = world_close(&w) && clean;
    } while (status != STATUS_OK);
    tap_ok(clean, "whichever table cannot be had, map leaves all as it was");
    tap_is_u64((uint64_t)needed - 1, 5, "and it needs five here: the PDPT, a PD and a table on either side");
}

struct order {
    uint64_t last;
    unsigned count;
    bool sorted;
};

static bool in_order(void *context, struct mapping leaf)
{
    struct order *o = context;

    o->sorted = o->sorted && (o->count == 0 || leaf.base.v > o->last);
    o->last = leaf.base.v;
    return ++o->count < 4;
}

static void test_each(void)
{
    static const uint64_t at[] = { 0x7ffffffff000, KERNEL, 0x1000, HEAP, 0xfffffffffffff000 };
    struct world w;
    struct order o = { .sorted = true };

    world_open(&w);
    for (int i = 0; i < 5; i++)
        pagetable_map(&w.pt, virt(at[i]), phys(0), K4, i == 2 ? PT_USER : 0, false);
    pagetable_each(&w.pt, virt(0), virt(0), in_order, &o);
    tap_ok(o.sorted && o.count == 4 && o.last == KERNEL, "each goes through both halves in order, and stops when told");
    o = (struct order){ .sorted = true };
    pagetable_each(&w.pt, virt(KERNEL), virt(0), in_order, &o);
    tap_ok(o.count == 2 && o.last == 0xfffffffffffff000, "up to the very last page");
    o = (struct order){ .sorted = true };
    pagetable_each(&w.pt, virt(0x2000), virt(0x7ffffffff000), in_order, &o);
    tap_ok(o.count == 0, "and only within its range");
    for (int i = 0; i < 5; i++)
        pagetable_unmap(&w.pt, virt(at[i]), K4, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

/* Taking a table maps a page of its own nearby, as the kernel's books do: neither may lose the other's tables. */
static struct world *nested;

static enum status nested_take(void *context, int level, uint32_t *slot, phys_t *frame)
{
    struct world *w = nested;

    nested = NULL;
    if (w && pagetable_map(&w->pt, virt(HEAP + 64 * K4), phys(K4), K4, 0, false) != STATUS_OK)
        abort();
    return world_take(context, level, slot, frame);
}

static void test_nested(void)
{
    struct world w;

    world_open(&w);
    w.pt.take = nested_take;
    nested = &w;
    tap_ok(pagetable_map(&w.pt, virt(HEAP), phys(0), K4, 0, false) == STATUS_OK, "a map within a map's allocation");
    tap_ok(leaf_is(&w, HEAP, HEAP, K4, 0) && leaf_is(&w, HEAP + 64 * K4, HEAP + 64 * K4, K4, K4), "both are there");
    tap_is_u64(pagetable_count(&w.pt, 0), w.pt.tables, "no table is lost");
    pagetable_unmap(&w.pt, virt(HEAP), 65 * K4, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

int main(void)
{
    tap_plan(58);
    test_links();
    test_one_page();
    test_bad_arguments();
    test_no_nx();
    test_sizes(true);
    test_sizes(false);
    test_misaligned();
    test_split();
    test_split_shut();
    test_failures();
    test_each();
    test_nested();
    return tap_done();
}
