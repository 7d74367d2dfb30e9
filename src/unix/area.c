/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A balanced tree of areas (G. Adelson-Velsky and E. Landis, 1962), in order of address, and a list of them beside it.
 *
 *               [ D ]                 each subtree knows where it begins (low), where it ends (high) and the largest
 *         [ B ]       [ F ]           gap between two of its areas (most); gaps around it are its parents' business
 *      [A]    [C]   [E]    [G]
 *
 * I1  areas ascend in the tree and in the list, and do not overlap
 * I2  the heights of a node's two subtrees differ by one at most
 * I3  low, high, most and height of a node follow from its children's and its own bounds
 * I4  `near` is NULL or linked
 *
 * A guard is part of the gap's other side: an area that grows begins, for gaps, AREA_GUARD_SIZE below its base.  Areas
 * may lie in a guard all the same, if their maker insists on the address.
 *
 * Cost: logarithmic in the number of areas, but for the neighbours in the list, which are at hand.
 */
#include "unix/area.h"

#include <stddef.h>

#define AREA_PROPERTIES (~(uint32_t)AREA_TOUCHED)

uint64_t area_start(const struct area *area)
{
    uint64_t guard = area->flags & AREA_GROWS ? AREA_GUARD_SIZE : 0;

    return area->base > guard ? area->base - guard : 0;
}

bool area_joins(const struct area *first, const struct area *second)
{
    return first->limit == second->base && !((first->flags ^ second->flags) & AREA_PROPERTIES) &&
           first->kind == second->kind && first->file == second->file && first->pages == second->pages &&
           ((!first->file && !first->pages) || first->offset + (first->limit - first->base) == second->offset);
}

/* ---- the tree */

static int32_t height_of(const struct area *t)
{
    return t ? t->height : 0;
}

static uint64_t gap_between(uint64_t from, uint64_t to)
{
    return to > from ? to - from : 0;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* I3 for one node. */
static void sum_up(struct area *t)
{
    const struct area *l = t->left, *r = t->right;
    uint64_t start = area_start(t);

    t->low = start;
    t->high = t->limit;
    t->most = 0;
    if (l) {
        t->low = l->low;
        t->most = larger(l->most, gap_between(l->high, start));
    }
    if (r) {
        t->high = r->high;
        t->most = larger(t->most, larger(r->most, gap_between(t->limit, r->low)));
    }
    t->height = 1 + (height_of(l) > height_of(r) ? height_of(l) : height_of(r));
}

/*      t           l
 *    l   c   ->  a   t
 *   a b             b c   */
static struct area *turn_right(struct area *t)
{
    struct area *l = t->left;

    t->left = l->right;
    l->right = t;
    sum_up(t);
    sum_up(l);
    return l;
}

static struct area *turn_left(struct area *t)
{
    struct area *r = t->right;

    t->right = r->left;
    r->left = t;
    sum_up(t);
    sum_up(r);
    return r;
}

/* Mends I2 and I3 of a node whose subtrees are in order and differ by two at most. */
static struct area *rebalance(struct area *t)
{
    int32_t tilt = height_of(t->left) - height_of(t->right);

    if (tilt > 1) {
        if (height_of(t->left->left) < height_of(t->left->right))
            t->left = turn_left(t->left);
        return turn_right(t);
    }
    if (tilt < -1) {
        if (height_of(t->right->right) < height_of(t->right->left))
            t->right = turn_right(t->right);
        return turn_left(t);
    }
    sum_up(t);
    return t;
}

/*
 * The same on the way up.  Where a node is what it was before, in the eyes of those above, *settled is set, and they
 * need not look: most changes are forgotten after two or three levels.
 */
static struct area *balance(struct area *t, bool *settled)
{
    struct area old;

    if (*settled)
        return t;
    old.low = t->low;
    old.high = t->high;
    old.most = t->most;
    old.height = t->height;
    t = rebalance(t);
    *settled = old.low == t->low && old.high == t->high && old.most == t->most && old.height == t->height;
    return t;
}

static struct area *put(struct area *t, struct area *area, bool *settled)
{
    if (!t)
        return area;
    if (area->base < t->base)
        t->left = put(t->left, area, settled);
    else
        t->right = put(t->right, area, settled);
    return balance(t, settled);
}

/* Takes the first node of a subtree out; the rest is returned. */
static struct area *take_first(struct area *t, struct area **first)
{
    if (!t->left) {
        *first = t;
        return t->right;
    }
    t->left = take_first(t->left, first);
    return rebalance(t);
}

static struct area *take(struct area *t, struct area *area, bool *settled)
{
    struct area *next;

    if (area->base < t->base) {
        t->left = take(t->left, area, settled);
    } else if (area->base > t->base) {
        t->right = take(t->right, area, settled);
    } else if (!t->left || !t->right) {
        return t->left ? t->left : t->right;
    } else {
        struct area *right = take_first(t->right, &next);

        next->left = t->left;
        next->right = right;
        return rebalance(next);
    }
    return balance(t, settled);
}

/* I3 along the way to an area whose bounds have changed. */
static void sum_up_to(struct area *t, const struct area *area, bool *settled)
{
    if (t == area) {
        sum_up(t);
        return;
    }
    sum_up_to(area->base < t->base ? t->left : t->right, area, settled);
    (void)balance(t, settled); /* heights are as they were: it turns nothing */
}

/* ---- */

struct area *area_find(struct area_tree *tree, uint64_t address)
{
    struct area *found = NULL, *t = tree->near;

    /* In the area that was found last, in the gap before it, or in the one after it. */
    if (t && address < t->limit && (t->base <= address || !t->before || t->before->limit <= address))
        return t;
    if (t && address >= t->limit && (!t->after || address < t->after->limit))
        return t->after;
    t = tree->root;
    while (t) {
        if (t->limit > address) {
            found = t;
            if (t->base <= address)
                break;
            t = t->left;
        } else {
            t = t->right;
        }
    }
    if (found)
        tree->near = found;
    return found;
}

struct area *area_at(struct area_tree *tree, uint64_t address)
{
    struct area *found = area_find(tree, address);

    return found && found->base <= address ? found : NULL;
}

void area_link(struct area_tree *tree, struct area *area)
{
    struct area *after = area_find(tree, area->base), *before = after ? after->before : tree->last;
    bool settled = false;

    area->left = area->right = NULL;
    area->before = before;
    area->after = after;
    *(before ? &before->after : &tree->first) = area;
    *(after ? &after->before : &tree->last) = area;
    sum_up(area);
    tree->root = put(tree->root, area, &settled);
    tree->near = area;
    tree->count++;
}

void area_unlink(struct area_tree *tree, struct area *area)
{
    bool settled = false;

    tree->root = take(tree->root, area, &settled);
    *(area->before ? &area->before->after : &tree->first) = area->after;
    *(area->after ? &area->after->before : &tree->last) = area->before;
    if (tree->near == area)
        tree->near = area->before ? area->before : area->after;
    tree->count--;
}

void area_resize(struct area_tree *tree, struct area *area, uint64_t base, uint64_t limit)
{
    bool settled = false;

    area->base = base;
    area->limit = limit;
    sum_up_to(tree->root, area, &settled);
}

void area_refresh(struct area_tree *tree, struct area *area)
{
    bool settled = false;

    sum_up_to(tree->root, area, &settled);
}

/* ---- gaps */

/* The area after the lowest gap of `size` between two areas of the subtree that begins at or above `low`, or
 * false.  A subtree without is left at once, but for those on the way to `low`, so the steps are logarithmic. */
static bool gap_within(struct area *t, uint64_t low, uint64_t size, struct area **after)
{
    if (!t || t->most < size || t->high <= low)
        return false;
    if (t->left) {
        if (gap_within(t->left, low, size, after))
            return true;
        if (t->left->high >= low && gap_between(t->left->high, area_start(t)) >= size) {
            *after = t;
            return true;
        }
    }
    if (t->right && t->limit >= low && gap_between(t->limit, t->right->low) >= size) {
        *after = t->after;
        return true;
    }
    return gap_within(t->right, low, size, after);
}

bool area_gap(struct area_tree *tree, uint64_t low, uint64_t high, uint64_t size, uint64_t *base)
{
    struct area *above = tree->first, *after;
    uint64_t found = low;

    if (above && above->limit <= low)
        above = area_find(tree, low);
    if (above && (area_start(above) < low || area_start(above) - low < size)) {
        if (gap_within(tree->root, above->limit, size, &after)) {
            found = after->before->limit;
            tree->near = after; /* whoever asks for the gap's address next finds it at once */
        } else {
            found = tree->last->limit;
        }
    }
    if (found >= high || high - found < size)
        return false;
    *base = found;
    return true;
}

/* ---- for tests */

struct check {
    const struct area *last; /* in order */
    uint64_t count;
    bool good;
};

static void check_node(const struct area *t, struct check *check)
{
    int32_t tilt = height_of(t->left) - height_of(t->right);
    struct area same = *t;

    if (t->left)
        check_node(t->left, check);
    sum_up(&same);
    check->good = check->good && tilt >= -1 && tilt <= 1 && same.low == t->low && same.high == t->high &&
                  same.most == t->most && same.height == t->height && t->base < t->limit &&
                  t->before == check->last &&
                  (!check->last || (check->last->after == t && check->last->limit <= t->base));
    check->last = t;
    check->count++;
    if (t->right)
        check_node(t->right, check);
}

bool area_tree_check(const struct area_tree *tree)
{
    struct check check = { .good = true };

    if (tree->root)
        check_node(tree->root, &check);
    return check.good && check.count == tree->count && tree->last == check.last &&
           (!check.last || !check.last->after) && (tree->first != NULL) == (tree->root != NULL) &&
           (!tree->first || !tree->first->before);
}
