/* SPDX-License-Identifier: Apache-2.0 */
/* Page tables: random maps and unmaps against a model that keeps one record a page. */
#include "pagetable_world.h"

#define MODEL_PAGES (3 * 512)
#define MODEL_STEPS 20000

static uint64_t random_state = 88172645463325252ull;

static uint64_t random_below(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

static bool model_agrees(struct world *w, const uint64_t *model)
{
    for (int i = 0; i < MODEL_PAGES; i++) {
        struct mapping leaf;
        bool found = pagetable_walk(&w->pt, virt(HEAP + (uint64_t)i * K4), &leaf);

        if (found != (model[i] != 0))
            return false;
        if (found && leaf.phys.p + (HEAP + (uint64_t)i * K4 - leaf.base.v) != model[i])
            return false;
    }
    return true;
}

static bool model_free(const uint64_t *model, uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        if (model[i])
            return false;
    return true;
}

/* Each table is counted under the level that it was taken for. */
static bool levels_agree(const struct world *w)
{
    for (int level = 1; level <= PT_LEVELS; level++)
        if (pagetable_count(&w->pt, level) != w->levels[level])
            return false;
    return pagetable_count(&w->pt, 0) == w->pt.tables;
}

/* One page, by the quick way. */
static bool model_step_page(struct world *w, uint64_t *model)
{
    uint64_t page = random_below(MODEL_PAGES), at = HEAP + page * K4, to = G1 + random_below(4096) * K4;
    struct mapping leaf;
    uint64_t *entry;

    if (random_below(2)) {
        if (pagetable_map_page(&w->pt, virt(at), phys(to), PT_WRITE) != (model[page] ? STATUS_OVERLAP : STATUS_OK))
            return false;
        model[page] = model[page] ? model[page] : to;
        return levels_agree(w);
    }
    entry = pagetable_entry(&w->pt, virt(at));
    if (pagetable_walk(&w->pt, virt(at), &leaf) && leaf.bytes > K4)
        return !entry;
    if (!entry || !*entry)
        return model[page] == 0;
    pagetable_unmap_page(&w->pt, virt(at), entry, &leaf);
    if (leaf.phys.p != model[page] || leaf.base.v != at || leaf.bytes != K4)
        return false;
    model[page] = 0;
    return levels_agree(w);
}

static bool model_step(struct world *w, uint64_t *model)
{
    uint64_t first = random_below(MODEL_PAGES), count = 1 + random_below(MODEL_PAGES - first);
    uint64_t to = G1 + (random_below(2) ? first : random_below(4096)) * K4;
    bool map = random_below(2), free = model_free(model, first, count);
    enum status status;

    if (random_below(4) == 0)
        count = 1;
    free = model_free(model, first, count);
    status = map ? pagetable_map(&w->pt, virt(HEAP + first * K4), phys(to), count * K4, 0, random_below(2))
                 : pagetable_unmap(&w->pt, virt(HEAP + first * K4), count * K4, NULL, NULL);
    if (status != (map && !free ? STATUS_OVERLAP : STATUS_OK))
        return false;
    for (uint64_t i = 0; i < count && status == STATUS_OK; i++)
        model[first + i] = map ? to + i * K4 : 0;
    return levels_agree(w);
}

static void test_random(void)
{
    static uint64_t model[MODEL_PAGES];
    struct world w;
    bool same = true;
    int step;

    world_open(&w);
    for (step = 0; step < MODEL_STEPS && same; step++)
        same = (random_below(2) ? model_step : model_step_page)(&w, model) && (step % 16 || model_agrees(&w, model));
    tap_ok(same, "%d random maps and unmaps agree with a page-by-page model", step);
    pagetable_unmap(&w.pt, virt(HEAP), MODEL_PAGES * K4, NULL, NULL);
    tap_ok(world_close(&w), "all gone");
}

int main(void)
{
    tap_plan(2);
    test_random();
    return tap_done();
}
