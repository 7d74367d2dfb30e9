/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user address space against a model that keeps a record a page: random calls of mmap and its kin, random accesses,
 * files that become shorter and longer.  Compared are results, signals, contents, rights in the page tables, and the
 * ledger with the leaves.  In every other round allocations fail at random: then a call that says -ENOMEM must have
 * changed nothing, or, where Linux allows that, only rights.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "space_world.h"
#include "space_model.h"

#define OPS 40000u
#define ROUND_OPS 2000u
#define SWEEP_EVERY 100u

static uint64_t op, seed, large, shrunk, collapsed;

/* ---- accesses */

static int expected_signal(uint64_t i, enum access access)
{
    const struct page *p = &model[i];

    if (!p->mapped)
        return SIGSEGV | SEGV_MAPERR << 8;
    if (access == ACCESS_WRITE ? !(p->access & 2) : access == ACCESS_FETCH ? !(p->access & 4) : !p->access)
        return SIGSEGV | SEGV_ACCERR << 8;
    if (p->file >= 0 && !p->own && p->index * PAGE >= files[p->file]->size)
        return SIGBUS | BUS_ADRERR << 8;
    return 0;
}

static uint64_t expected_value(const struct page *p)
{
    return p->own ? p->value : contents[p->file][p->index];
}

static void access_page(uint64_t i, enum access access)
{
    uint64_t value = random_next(), written = value;
    int expected = expected_signal(i, access), signal = touch(address_of(i), access, &value);

    if ((signal & 0xff) == SIGKILL && world.fail_percent)
        return;
    if (signal != expected) {
        differ("signal", signal, expected);
        return;
    }
    if (signal)
        return;
    if (access != ACCESS_WRITE) {
        if (value != expected_value(&model[i]))
            differ("contents", (int64_t)value, (int64_t)expected_value(&model[i]));
    } else if (model[i].shared) {
        contents[model[i].file][model[i].index] = written;
    } else {
        model[i].own = true;
        model[i].value = written;
    }
}

static void do_access(void)
{
    uint64_t first, count;

    random_range(&first, &count);
    for (uint64_t i = 0; i < count && i < 40 && !wrong; i++)
        access_page(first + i, below(2) ? ACCESS_WRITE : below(4) ? ACCESS_READ : ACCESS_FETCH);
}

/* New memory with room for large pages, of which some are written. */
static void do_large(void)
{
    uint64_t first = below(PAGES / 512) * 512, before;
    struct page page = { .mapped = true, .file = -1, .access = 3, .may_write = 1, .own = true };
    struct space_request r = { .address = address_of(first), .length = 512 * PAGE, .prot = page.access,
                               .flags = SPACE_MAP_FIXED | SPACE_MAP_PRIVATE | SPACE_MAP_ANONYMOUS };
    int64_t result = space_request(&r);

    if (is_excused(result))
        return;
    if (result != (int64_t)r.address)
        differ("mmap", result, (int64_t)r.address);
    set_range(first, 512, &page);
    before = ledger.frames[OWNER_FREE];
    for (uint64_t i = 0; i < 8 && !wrong; i++)
        access_page(first + below(512), ACCESS_WRITE);
    large += before - ledger.frames[OWNER_FREE] >= 512;
}

/* A file becomes shorter or longer. */
static void do_resize_file(void)
{
    uint64_t f = below(FILES), pages = below(FILE_PAGES + 1);

    inode_punch(files[f], pages * PAGE, FILE_PAGES * PAGE);
    files[f]->size = pages * PAGE;
    for (uint64_t i = pages; i < FILE_PAGES; i++)
        contents[f][i] = 0;
}

/* Memory is short: large pages are looked through, and no page's contents change. */
static void do_shrink(void)
{
    uint64_t before = ledger.frames[OWNER_FREE];
    bool any = space_shrink(NULL);

    if (any != (ledger.frames[OWNER_FREE] > before))
        differ("shrinking", any, !any);
    shrunk += ledger.frames[OWNER_FREE] - before;
}

/* Small pages become a large one, and no page's contents change. */
static void do_collapse(void)
{
    uint64_t block = address_of(below(PAGES / 512) * 512), before = block, after = block;
    int old = 0, new = 0;
    int64_t result;

    (void)pagetable_next(&kernel_tables, &before, block + HUGE_SIZE, &old);
    result = space_advise(block, HUGE_SIZE, 25);
    (void)pagetable_next(&kernel_tables, &after, block + HUGE_SIZE, &new);
    if (result == 0 && new != 2 && space_area(block) == space_area(block + HUGE_SIZE - 1))
        differ("a large page after MADV_COLLAPSE", new, 2);
    collapsed += result == 0 && old == 1;
}

/* ---- all of it */

/* Every page: mapped or not, with its rights; what a leaf allows; what it holds. */
static void sweep(void)
{
    uint32_t percent = world.fail_percent;

    world.fail_percent = 0;
    for (uint64_t i = 0; i < PAGES && !wrong; i++) {
        const struct area *area = space_area(address_of(i));
        struct mapping leaf;

        if ((area != NULL) != model[i].mapped)
            differ("mapped", area != NULL, model[i].mapped);
        else if (area && (area->flags & AREA_ACCESS) != model[i].access)
            differ("rights", area->flags & AREA_ACCESS, model[i].access);
        else if (area && ((area->flags & AREA_LOCKED) != 0) != model[i].locked)
            differ("locked", area->flags & AREA_LOCKED, model[i].locked);
        else if (pagetable_walk(&kernel_tables, virt(address_of(i)), &leaf) &&
                 (!model[i].access || (leaf.flags & PT_WRITE && !(model[i].access & 2)) ||
                  (!(leaf.flags & PT_NX) && !(model[i].access & 4)) || !(leaf.flags & PT_USER)))
            differ("a leaf's rights", (int64_t)(leaf.flags & 7), model[i].access);
        else if (model[i].mapped && model[i].access && !below(4))
            access_page(i, ACCESS_READ);
    }
    if (!area_tree_check(&space.tree))
        differ("the tree's invariants", 0, 1);
    if (!ledger_counts())
        differ("the ledger", 0, 1);
    world.fail_percent = percent;
}

static void check_books(void)
{
    uint64_t pages = 0, data = 0, locked = 0;

    for (uint64_t i = 0; i < PAGES; i++) {
        pages += model[i].mapped;
        data += model[i].mapped && !model[i].shared && model[i].access & 2;
        locked += model[i].mapped && model[i].locked;
    }
    if (space.pages != pages || space.data_pages != data || space.locked_pages != locked)
        differ("the books of pages", (int64_t)space.pages, (int64_t)pages);
}

static void step(void)
{
    static void (*const steps[])(void) = { do_map, do_map, do_unmap, do_protect, do_protect, do_lock, do_advise,
                                           do_remap, do_remap_here, do_access, do_access, do_access, do_access,
                                           do_access, do_large };

    if (!below(60))
        do_resize_file();
    else if (!below(100))
        do_shrink();
    else if (!below(20))
        do_collapse();
    else
        steps[below(sizeof steps / sizeof *steps)]();
}

static void open_files(void)
{
    for (unsigned f = 0; f < FILES; f++) {
        files[f] = inode_new(0100644, FILESYSTEM_ROOT);
        files[f]->size = FILE_PAGES / 2 * PAGE;
        memset(contents[f], 0, sizeof contents[f]);
    }
}

static bool round_of(uint64_t number, uint64_t ops)
{
    bool clean;

    world_open();
    open_files();
    set_range(0, PAGES, &(struct page){ .file = -1 });
    for (uint64_t i = 0; i < ops && !wrong; i++, op++) {
        world.fail_percent = number % 2 ? 10 : 0;
        step();
        world.fail_percent = 0;
        check_books();
        if (i % SWEEP_EVERY == 0 && !wrong)
            sweep();
    }
    clean = world_close();
    for (unsigned f = 0; f < FILES; f++)
        inode_release(files[f]);
    return clean && ledger.frames[OWNER_FILES] == 0;
}

int main(void)
{
    uint64_t ops = tap_number("ACRE_OPS", OPS);
    bool clean = true;

    tap_plan(6);
    random_state = seed = tap_number("ACRE_SEED", 20261125);
    for (uint64_t number = 0; op < ops && !wrong; number++)
        clean = round_of(number, ops - op < ROUND_OPS ? ops - op : ROUND_OPS) && clean;
    tap_ok(!wrong, "%" PRIu64 " operations agree with the model (ACRE_SEED=%" PRIu64 ")", op, seed);
    if (wrong)
        tap_note("operation %" PRIu64 ": %s", op, wrong);
    tap_ok(clean || wrong, "each round gave every frame, table and node back");
    tap_ok(world.refused > 100, "%" PRIu64 " allocations were refused", world.refused);
    tap_ok(large > 500, "%" PRIu64 " large pages were made", large);
    tap_ok(collapsed > 20, "%" PRIu64 " were made of small pages", collapsed);
    tap_ok(shrunk > 1000, "large pages gave %" PRIu64 " frames back", shrunk);
    return tap_done();
}
