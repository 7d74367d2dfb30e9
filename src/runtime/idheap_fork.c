/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forks.  A child is a node, or a stretch of one state without one.  So that a search looks at one number a child,
 * best[i] is the longest run of free ids that starts in child i: inside it, or at its end and on into its right
 * neighbours.
 *
 *   child      0          1          2          3          4
 *         |..uuuu....|..........|...uuuuuuu|uuu....uuu|uuuuuuuuuu|
 *   best       17         0          3          4          0
 *
 * A wholly free child into which a run comes from the left starts none: its best is 0.  So of a run only one entry
 * speaks, and a change in a child touches three: its own, that of the child where the run at its start begins, and its
 * right neighbour's.
 */
#include "bytes.h"
#include "idheap_node.h"
#include "range.h"

enum idheap_state fork_state(const struct idheap_fork *fork, uint32_t i)
{
    if (bit_is_set(fork->node.all, i))
        return IDHEAP_FREE;
    return bit_is_set(fork->owned, i) ? IDHEAP_USED : IDHEAP_FOREIGN;
}

void fork_start(struct idheap_fork *fork, uint32_t level, enum idheap_state state)
{
    bool is_free = state == IDHEAP_FREE;
    uint64_t mask = is_free ? ~(uint64_t)0 : 0, ids = is_free ? node_span(level) : 0;

    fork->node = (struct idheap_node){mask, mask, ids, ids, ids};
    fork->split = 0;
    fork->owned = state == IDHEAP_FOREIGN ? 0 : ~(uint64_t)0;
    bytes_fill(fork->best, 0, sizeof fork->best);
    fork->best[0] = ids;
    bytes_fill(fork->group, 0, sizeof fork->group);
    fork->group[0] = ids;
    bytes_fill(fork->child, 0, sizeof fork->child);
}

uint64_t fork_run_right(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint32_t full;

    if (++i == FORK_CHILDREN)
        return 0;
    full = bits_upward(fork->node.all, i);
    i += full;
    return full * size + (i < FORK_CHILDREN ? child_lead(fork, i, size) : 0);
}

uint64_t fork_best(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint64_t run = child_tail(fork, i, size);

    if (bit_is_set(fork->node.all, i) && i && child_tail(fork, i - 1, size))
        return 0;
    if (run)
        run += fork_run_right(fork, i, size);
    return range_max(run, child_max(fork, i, size));
}

/* The child in which the run begins that comes into child i from the left; i if none does. */
static uint32_t run_start(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint32_t first = i - bits_downward(fork->node.all, i);

    return first && child_tail(fork, first - 1, size) ? first - 1 : first;
}

static uint64_t highest_of_8(const uint64_t *numbers)
{
    uint64_t low = range_max(range_max(numbers[0], numbers[1]), range_max(numbers[2], numbers[3]));
    uint64_t high = range_max(range_max(numbers[4], numbers[5]), range_max(numbers[6], numbers[7]));

    return range_max(low, high);
}

/* Sets best[i] and what is the highest of its group of eight. */
static void set_best(struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint64_t before = fork->best[i], now = fork_best(fork, i, size), *group = &fork->group[i / 8];

    fork->best[i] = now;
    if (now >= *group)
        *group = now;
    else if (before == *group)
        *group = highest_of_8(&fork->best[i & ~7u]);
}

static void set_ends(struct idheap_fork *fork, uint64_t size)
{
    uint32_t low = bits_at_bottom(fork->node.all), high = bits_at_top(fork->node.all);

    fork->node.lead = low * size + (low < FORK_CHILDREN ? child_lead(fork, low, size) : 0);
    fork->node.tail = high * size + (high < FORK_CHILDREN ? child_tail(fork, FORK_CHILDREN - 1 - high, size) : 0);
}

void fork_summarise(struct idheap_fork *fork, uint32_t level, uint32_t first, uint32_t last)
{
    uint64_t size = (uint64_t)1 << child_shift(level);
    uint32_t start = run_start(fork, first, size);

    if (start < first)
        set_best(fork, start, size);
    for (uint32_t i = first; i <= last + 1 && i < FORK_CHILDREN; i++)
        set_best(fork, i, size);
    fork->node.max = highest_of_8(fork->group);
    set_ends(fork, size);
}

void fork_summarise_max(struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    set_best(fork, i, (uint64_t)1 << child_shift(level));
    fork->node.max = highest_of_8(fork->group);
}
