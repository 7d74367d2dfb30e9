/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of areas against a map of pages: random areas are linked, unlinked and resized, and whatever is asked of the
 * tree (which area, which gap is the lowest) is answered from the pages as well.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "heap_world.h"

#include "unix/area.h"

#define PAGES 2048u
#define BASE 0x100000000ull
#define PAGE (uint64_t)LAYOUT_FRAME_SIZE
#define GUARD_PAGES (AREA_GUARD_SIZE / LAYOUT_FRAME_SIZE)
#define OPS 60000u
#define CHECK_EVERY 64u

static struct area_tree tree;
static struct area *owner[PAGES]; /* of each page: the area that holds it */
static const char *wrong;

static uint64_t below(uint64_t limit)
{
    return random_next() % limit;
}

static void differ(const char *what)
{
    wrong = wrong ? wrong : what;
}

static uint64_t index_of(uint64_t address)
{
    return (address - BASE) / PAGE;
}

static void paint(const struct area *area, struct area *value)
{
    for (uint64_t i = index_of(area->base); i < index_of(area->limit); i++)
        owner[i] = value;
}

static bool is_free(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        if (owner[i])
            return false;
    return true;
}

/* Whether a gap search may use page i: free, and not in the guard of the next area. */
static bool is_open(uint64_t i)
{
    for (uint64_t k = i; k < PAGES && k <= i + GUARD_PAGES; k++)
        if (owner[k])
            return k != i && !(owner[k]->flags & AREA_GROWS);
    return true;
}

static void do_link(void)
{
    uint64_t first = below(PAGES - 16), count = 1 + below(12);
    struct area *area;

    if (!is_free(first, count))
        return;
    area = calloc(1, sizeof *area);
    area->base = BASE + first * PAGE;
    area->limit = area->base + count * PAGE;
    area->flags = below(20) ? AREA_READ : AREA_READ | AREA_GROWS;
    area_link(&tree, area);
    paint(area, area);
}

static void do_unlink(void)
{
    struct area *area = owner[below(PAGES)];

    if (!area)
        return;
    area_unlink(&tree, area);
    paint(area, NULL);
    free(area);
}

static void do_resize(void)
{
    struct area *area = owner[below(PAGES)];
    uint64_t low, high;

    if (!area)
        return;
    paint(area, NULL);
    low = index_of(area->base);
    high = index_of(area->limit);
    while (low > 0 && below(3) && !owner[low - 1])
        low--;
    while (high < PAGES && below(3) && !owner[high])
        high++;
    while (high - low > 1 && below(2))
        high--;
    while (high - low > 1 && below(2))
        low++;
    area_resize(&tree, area, BASE + low * PAGE, BASE + high * PAGE);
    if (!below(8)) {
        area->flags ^= AREA_GROWS;
        area_refresh(&tree, area);
    }
    paint(area, area);
}

static void ask_find(void)
{
    uint64_t i = below(PAGES), k = i;
    struct area *found = area_find(&tree, BASE + i * PAGE + below(PAGE));

    if (found != owner[i] && owner[i])
        differ("area_find: the address is in an area");
    while (k < PAGES && !owner[k])
        k++;
    if (found != (k < PAGES ? owner[k] : NULL))
        differ("area_find: the next area");
    if (area_at(&tree, BASE + i * PAGE) != owner[i])
        differ("area_at");
}

/* The lowest run of open pages, by looking at each. */
static bool lowest(uint64_t low, uint64_t high, uint64_t count, uint64_t *first)
{
    uint64_t run = 0;

    for (uint64_t i = low; i < high; i++) {
        run = is_open(i) ? run + 1 : 0;
        if (run == count) {
            *first = i + 1 - count;
            return true;
        }
    }
    return false;
}

static void ask_gap(void)
{
    uint64_t low = below(PAGES), high = low + below(PAGES + 1 - low), count = 1 + below(below(2) ? 24 : 400);
    uint64_t want = 0, got = 0;
    bool is = lowest(low, high, count, &want);

    if (area_gap(&tree, BASE + low * PAGE, BASE + high * PAGE, count * PAGE, &got) != is)
        differ("area_gap: whether there is a gap");
    else if (is && got != BASE + want * PAGE)
        differ("area_gap: where the gap is");
}

static void step(void)
{
    switch (below(8)) {
    case 0:
    case 1:
    case 2:
        do_link();
        break;
    case 3:
        do_unlink();
        break;
    case 4:
        do_resize();
        break;
    case 5:
        ask_find();
        break;
    default:
        ask_gap();
    }
}

static void end(void)
{
    while (tree.first) {
        struct area *area = tree.first;

        area_unlink(&tree, area);
        free(area);
    }
}

static void test_random(void)
{
    uint64_t seed = tap_number("ACRE_SEED", 20261125), ops = tap_number("ACRE_OPS", OPS), done = 0;

    random_state = seed;
    while (done < ops && !wrong) {
        step();
        if (done++ % CHECK_EVERY == 0 && !area_tree_check(&tree))
            differ("the tree's invariants");
    }
    tap_ok(!wrong, "%" PRIu64 " operations agree with the pages (ACRE_SEED=%" PRIu64 ")", done, seed);
    if (wrong)
        tap_note("operation %" PRIu64 ": %s", done, wrong);
    end();
    tap_ok(!tree.root && !tree.last && !tree.count && area_tree_check(&tree), "and nothing is left");
}

/* Joined or not, by what differs. */
static void test_joins(void)
{
    struct area a = { .base = BASE, .limit = BASE + PAGE, .flags = AREA_READ }, b = a;
    int file;

    b.base = a.limit;
    b.limit = b.base + PAGE;
    b.flags |= AREA_TOUCHED;
    tap_ok(area_joins(&a, &b) && !area_joins(&b, &a), "neighbours of one kind join, whoever was touched");
    b.flags |= AREA_WRITE;
    tap_ok(!area_joins(&a, &b), "not with other rights");
    b.flags = a.flags;
    b.offset = 5 * PAGE;
    tap_ok(area_joins(&a, &b), "without a file offsets say nothing");
    a.file = b.file = (struct inode *)&file;
    tap_ok(!area_joins(&a, &b), "with one they must go on");
    a.offset = 4 * PAGE;
    tap_ok(area_joins(&a, &b), "and then they join");
    b.base += PAGE;
    tap_ok(!area_joins(&a, &b), "but not over a gap");
}

/* Degenerate orders of insertion make no list of the tree. */
static void test_depth(void)
{
    static struct area areas[10000];
    int32_t up;

    for (int i = 0; i < 10000; i++) {
        areas[i] = (struct area){ .base = BASE + 2 * i * PAGE, .limit = BASE + (2 * i + 1) * PAGE };
        area_link(&tree, &areas[i]);
    }
    up = tree.root->height;
    for (int i = 9999; i >= 64; i--)
        area_unlink(&tree, &areas[i]);
    tap_ok(up <= 18 && tree.root->height <= 8 && area_tree_check(&tree),
           "10,000 ascending areas: height %d; the first 64 of them: %d", (int)up, (int)tree.root->height);
    for (int i = 0; i < 64; i++)
        area_unlink(&tree, &areas[i]);
}

int main(void)
{
    tap_plan(9);
    test_joins();
    test_depth();
    test_random();
    return tap_done();
}
