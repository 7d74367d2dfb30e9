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
 *
 * The children are sorted by their best into classes, one for each power of two, as masks: so a search finds a child of
 * the smallest class whose runs surely are long enough in one step, and has to compare numbers only in the class below,
 * when there is no other.
 */
#include "bytes.h"
#include "idheap_node.h"
#include "range.h"

enum idheap_state fork_state(const struct idheap_fork *fork, uint32_t i)
{
    if (bit_is_set(fork->all, i))
        return IDHEAP_FREE;
    return bit_is_set(fork->owned, i) ? IDHEAP_USED : IDHEAP_FOREIGN;
}

/* The power of two below which all runs are of class 0; 0 where there are classes for all that a fork can have. */
static inline uint32_t lowest_power(uint32_t level)
{
    uint32_t highest = LEAF_SHIFT + FORK_SHIFT * level;

    return highest < CLASSES ? 0 : highest - (CLASSES - 1);
}

uint32_t fork_class(uint32_t level, uint64_t run)
{
    uint32_t power = bit_highest(run), lowest = lowest_power(level);

    return power > lowest ? power - lowest : 0;
}

void fork_start(struct idheap_fork *fork, uint32_t level, enum idheap_state state)
{
    bool is_free = state == IDHEAP_FREE;
    uint64_t mask = is_free ? ~(uint64_t)0 : 0, ids = is_free ? node_span(level) : 0;

    bytes_fill(fork, 0, sizeof *fork);
    fork->node = (struct idheap_node){.lead = ids, .max = ids, .tail = ids, .poor = !is_free};
    fork->any = fork->rich = fork->all = mask;
    fork->owned = state == IDHEAP_FOREIGN ? 0 : ~(uint64_t)0;
    fork->best[0] = ids;
    for (uint32_t i = 0; i < FORK_CHILDREN; i++)
        fork->child[i] = fork_nothing(level);
    if (!is_free)
        return;
    fork->has = bit_mask(fork_class(level, ids));
    fork->classes[fork_class(level, ids)] = 1;
}

uint64_t fork_run_right(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint32_t full;

    if (++i == FORK_CHILDREN)
        return 0;
    full = bits_upward(fork->all, i);
    i += full;
    return full * size + (i < FORK_CHILDREN ? child_lead(fork, i) : 0);
}

uint64_t fork_best(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint64_t run = child_tail(fork, i, size);

    if (bit_is_set(fork->all, i) && i && child_tail(fork, i - 1, size))
        return 0;
    if (run)
        run += fork_run_right(fork, i, size);
    return range_max(run, child_max(fork, i, size));
}

/* ---- searching */

/* The smallest class all of whose runs are count at least. */
static inline uint32_t sure_class(uint32_t level, uint64_t count)
{
    uint32_t power = count > 1 ? bit_highest(count - 1) + 1 : 0, lowest = lowest_power(level);

    if (!lowest)
        return power;
    return power > lowest ? power - lowest : 1;
}

uint32_t fork_fit(const struct idheap_fork *fork, uint32_t level, uint64_t count)
{
    uint32_t class = sure_class(level, count);
    uint64_t sure = class < CLASSES ? fork->has >> class : 0;

    if (sure)
        return bit_lowest(fork->classes[class + bit_lowest(sure)]);
    if (!class || class > CLASSES)
        return FORK_CHILDREN;
    for (uint64_t left = fork->classes[class - 1]; left; left &= left - 1)
        if (fork->best[bit_lowest(left)] >= count)
            return bit_lowest(left);
    return FORK_CHILDREN;
}

uint64_t fork_candidates(const struct idheap_fork *fork, uint32_t level, uint64_t count)
{
    uint32_t class = fork_class(level, count);
    uint64_t found = 0;

    for (uint64_t has = fork->has & ~(uint64_t)0 << class; has; has &= has - 1)
        found |= fork->classes[bit_lowest(has)];
    return found;
}

/* ---- summing up */

/* The child in which the run begins that comes into child i from the left; i if none does. */
static uint32_t run_start(const struct idheap_fork *fork, uint32_t i, uint64_t size)
{
    uint32_t first = i - bits_downward(fork->all, i);

    return first && child_tail(fork, first - 1, size) ? first - 1 : first;
}

/* The highest of all best. */
static uint64_t highest(const struct idheap_fork *fork)
{
    uint64_t max = 0;

    if (!fork->has)
        return 0;
    for (uint64_t left = fork->classes[bit_highest(fork->has)]; left; left &= left - 1)
        max = range_max(max, fork->best[bit_lowest(left)]);
    return max;
}

/* Child i goes from the class of one run to that of another; a run of 0 is in none. */
static void change_class(struct idheap_fork *fork, uint32_t level, uint32_t i, uint64_t before, uint64_t now)
{
    uint32_t old = before ? fork_class(level, before) : CLASSES, new = now ? fork_class(level, now) : CLASSES;

    if (old == new)
        return;
    if (before) {
        fork->classes[old] &= ~bit_mask(i);
        if (!fork->classes[old])
            fork->has &= ~bit_mask(old);
    }
    if (now) {
        fork->classes[new] |= bit_mask(i);
        fork->has |= bit_mask(new);
    }
}

/* Sets best[i], and the fork's max. */
static void set_best(struct idheap_fork *fork, uint32_t level, uint32_t i, uint64_t size)
{
    uint64_t before = fork->best[i], now = fork_best(fork, i, size);

    if (before == now)
        return;
    fork->best[i] = now;
    change_class(fork, level, i, before, now);
    if (now >= fork->node.max)
        fork->node.max = now;
    else if (before == fork->node.max)
        fork->node.max = highest(fork);
}

static void set_ends(struct idheap_fork *fork, uint64_t size)
{
    uint32_t low = bits_at_bottom(fork->all), high = bits_at_top(fork->all);

    fork->node.lead = low * size + (low < FORK_CHILDREN ? child_lead(fork, low) : 0);
    fork->node.tail = high * size + (high < FORK_CHILDREN ? child_tail(fork, FORK_CHILDREN - 1 - high, size) : 0);
}

void fork_summarise(struct idheap_fork *fork, uint32_t level, uint32_t first, uint32_t last)
{
    uint64_t size = (uint64_t)1 << child_shift(level);
    uint32_t start = run_start(fork, first, size);

    if (start < first)
        set_best(fork, level, start, size);
    for (uint32_t i = first; i <= last; i++)
        set_best(fork, level, i, size);
    if (last + 1 < FORK_CHILDREN && bit_is_set(fork->all, last + 1))
        set_best(fork, level, last + 1, size);
    set_ends(fork, size);
    fork->node.poor = !fork->rich;
}

void fork_summarise_max(struct idheap_fork *fork, uint32_t level, uint32_t i)
{
    set_best(fork, level, i, (uint64_t)1 << child_shift(level));
    fork->node.poor = !fork->rich;
}
