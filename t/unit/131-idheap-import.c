/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An id heap that imports from a parent: what goes over, within which limits, that it comes back, and that nothing
 * changes when either heap has no memory for its books.  Then random operations against a byte for each id.
 *
 * ACRE_SEED=n replays from seed n; ACRE_OPS=n changes how many operations there are.
 */
#include "idheap_model.h"

#include "runtime/idheap_import.h"

#define SHIFT 6u
#define SIZE (1u << SHIFT)
#define PARENTS 96u /* ids of the parent, from BASE on */
#define BASE 1000u
#define CHILDREN (PARENTS * SIZE)
#define OPS 2000000u

struct world {
    struct source sources[2]; /* of the parent's nodes, of the child's */
    struct idheap parent, child;
    struct idheap_import import;
    uint8_t used[CHILDREN]; /* by the child's id, less BASE * SIZE */
};

static void open_world(struct world *w)
{
    *w = (struct world){.import = {.child = &w->child, .parent = &w->parent, .shift = SHIFT}};
    for (int i = 0; i < 2; i++) {
        struct idheap_config config = {.name = i ? "child" : "parent", .outside = true};

        config.meta = (struct idheap_meta){source_alloc, source_free, &w->sources[i]};
        if (idheap_init(i ? &w->child : &w->parent, &config) != STATUS_OK)
            abort();
    }
    if (idheap_add(&w->parent, BASE, PARENTS) != STATUS_OK)
        abort();
}

/* Whether parent and child are as at the start, and no node is lost. */
static bool close_world(struct world *w)
{
    struct idheap_stats parent, child;

    idheap_stats(&w->parent, &parent);
    idheap_stats(&w->child, &child);
    idheap_fini(&w->child);
    idheap_fini(&w->parent);
    return parent.free == PARENTS && child.total == 0 && w->import.imported == 0 && !w->sources[0].live &&
           !w->sources[1].live;
}

static enum status take(struct world *w, struct idheap_request request, uint64_t *base)
{
    return idheap_import_alloc(&w->import, &request, base);
}

static void test_simple(void)
{
    static struct world w;
    uint64_t one, more;

    open_world(&w);
    tap_ok(take(&w, (struct idheap_request){.count = 1}, &one) == STATUS_OK && one == BASE * SIZE,
           "the first id imports the parent's lowest");
    tap_is_u64(w.import.imported, 1, "one");
    tap_ok(take(&w, (struct idheap_request){.count = SIZE - 1}, &more) == STATUS_OK && w.import.imported == 1,
           "what fits besides imports nothing");
    tap_ok(take(&w, (struct idheap_request){.count = SIZE + 1}, &more) == STATUS_OK, "a span larger than one");
    tap_is_u64(w.import.imported, 3, "imports two more in a row");
    tap_ok(idheap_import_free(&w.import, more, SIZE + 1) == STATUS_OK && w.import.imported == 1, "which go back");
    tap_ok(idheap_import_free(&w.import, one, 1) == STATUS_OK && w.import.imported == 1, "a used one does not");
    tap_ok(idheap_import_free(&w.import, one, 1) == STATUS_NOT_ALLOCATED, "a double free is the child's to refuse");
    tap_ok(idheap_import_free(&w.import, one + 1, SIZE - 1) == STATUS_OK && w.import.imported == 0, "with its last id");
    tap_ok(close_world(&w), "everything is where it was");
}

static void test_limits(void)
{
    static struct world w;
    uint64_t base, lower = (BASE + 4) * SIZE + 1, upper = (BASE + 7) * SIZE - 1;
    struct idheap_request within = {.count = SIZE, .lower = lower, .upper = upper};

    open_world(&w);
    w.import.lower = BASE + 2;
    w.import.upper = BASE + 10;
    tap_ok(take(&w, (struct idheap_request){.count = 1}, &base) == STATUS_OK && base == (BASE + 2) * SIZE,
           "imports lie in the window");
    tap_ok(take(&w, (struct idheap_request){.count = 8 * SIZE}, &base) == STATUS_NOT_FOUND, "all of it is too much");
    tap_ok(take(&w, within, &base) == STATUS_OK && base == (BASE + 5) * SIZE, "and within a request's limits");
    tap_ok(take(&w, within, &base) == STATUS_NOT_FOUND, "of which there is no second span");
    tap_ok(take(&w, (struct idheap_request){.count = 1, .upper = SIZE - 1}, &base) == STATUS_NOT_FOUND,
           "below the first whole one there is none");
    tap_ok(take(&w, (struct idheap_request){.count = 1, .align = 4 * SIZE}, &base) == STATUS_OK &&
               base % (4 * SIZE) == 0,
           "an alignment beyond an id of the parent is the parent's");
    tap_ok(take(&w, (struct idheap_request){.count = 0}, &base) == STATUS_INVALID, "a count of 0 imports nothing");
    for (uint64_t id = (BASE + 2) * SIZE; id < (BASE + 10) * SIZE; id++)
        if (idheap_states(&w.child, id, 1) == IDHEAP_USED && idheap_import_free(&w.import, id, 1) != STATUS_OK)
            abort();
    tap_ok(close_world(&w), "everything goes back");
}

/* Fails the n-th node of one of the heaps, for every n until all goes well. */
static bool fail_each(int which, uint64_t *places)
{
    for (*places = 0;; ++*places) {
        static struct world w;
        uint64_t base = 0, calls;
        enum status status;

        open_world(&w);
        calls = w.sources[which].calls;
        w.sources[which].fail_at = calls + *places + 1;
        w.sources[which].fail_count = 1;
        status = take(&w, (struct idheap_request){.count = 3 * SIZE + 5}, &base);
        w.sources[which].fail_at = 0;
        if (status != STATUS_OK && (status != STATUS_NO_MEMORY || w.import.imported || w.child.total))
            return false;
        if (status == STATUS_OK && idheap_import_free(&w.import, base, 3 * SIZE + 5) != STATUS_OK)
            return false;
        calls = w.sources[which].calls - calls;
        if (!close_world(&w))
            return false;
        if (calls <= *places)
            return true;
    }
}

static void test_failures(void)
{
    uint64_t places;
    bool good;

    tap_ok(fail_each(0, &places), "each node of the parent missing once: refused or done, nothing lost");
    good = fail_each(1, &places);
    tap_ok(good && places > 0, "each node of the child missing once (%" PRIu64 " places)", places);
}

/* ---- at random */

static bool all_are(const struct world *w, uint64_t from, uint64_t count, uint8_t used)
{
    while (count--)
        if (w->used[from + count] != used)
            return false;
    return true;
}

static bool random_alloc(struct world *w)
{
    struct idheap_request request = {.count = 1 + random_below(random_below(8) ? 20 : 5 * SIZE)};
    uint64_t base, from;

    if (!random_below(4))
        request.align = 1u << random_below(SHIFT + 3);
    if (take(w, request, &base) != STATUS_OK)
        return true;
    from = base - BASE * SIZE;
    if (base < BASE * SIZE || from + request.count > CHILDREN || (request.align && base % request.align) ||
        !all_are(w, from, request.count, 0))
        return false;
    memset(w->used + from, 1, request.count);
    return true;
}

static bool random_free(struct world *w)
{
    uint64_t from = random_below(CHILDREN), count = 0;

    while (from < CHILDREN && !w->used[from])
        from++;
    while (from + count < CHILDREN && w->used[from + count] && count < 40)
        count++;
    if (!count)
        return true;
    memset(w->used + from, 0, count);
    return idheap_import_free(&w->import, BASE * SIZE + from, count) == STATUS_OK;
}

/* An id of the parent is imported if and only if one of its ids is in use. */
static bool agrees(struct world *w)
{
    uint64_t imported = 0;

    for (uint32_t p = 0; p < PARENTS; p++) {
        bool any = !all_are(w, p * SIZE, SIZE, 0);

        imported += any;
        if ((idheap_states(&w->parent, BASE + p, 1) == IDHEAP_USED) != any)
            return false;
    }
    return imported == w->import.imported && idheap_check(&w->child) == STATUS_OK &&
           idheap_check(&w->parent) == STATUS_OK;
}

static void test_random(uint64_t seed, uint64_t operations)
{
    static struct world w;
    bool good = true;
    uint64_t done = 0;

    random_state = seed;
    open_world(&w);
    for (; done < operations && good; done++) {
        /* Now more, now less than it can hold. */
        good = random_below(16) < (done / 4096 % 2 ? 6u : 10u) ? random_alloc(&w) : random_free(&w);
        if (good && done % 512 == 0)
            good = agrees(&w);
    }
    if (!tap_ok(good, "%" PRIu64 " random operations agree with the model", operations))
        tap_note("ACRE_SEED=%" PRIu64 " fails after %" PRIu64 " operations", seed, done);
    for (uint32_t i = 0; i < CHILDREN; i++)
        if (w.used[i] && idheap_import_free(&w.import, BASE * SIZE + i, 1) != STATUS_OK)
            good = false;
    tap_ok(close_world(&w) && good, "and all goes back");
}

int main(void)
{
    tap_plan(22);
    test_simple();
    test_limits();
    test_failures();
    test_random(tap_number("ACRE_SEED", 131), tap_number("ACRE_OPS", OPS));
    return tap_done();
}
