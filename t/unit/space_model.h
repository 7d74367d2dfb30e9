/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model of the address space that keeps a record a page, and calls of mmap and its kin with random arguments, made on
 * the model and on src/unix; after space_world.h.  The first difference is noted, and `wrong` says what it was.
 */
#ifndef ACRE_SPACE_MODEL_H
#define ACRE_SPACE_MODEL_H

#define PAGES 2560u /* of the window: five large pages */
#define BASE LAYOUT_MMAP_BASE
#define PAGE (uint64_t)LAYOUT_FRAME_SIZE
#define FILES 3u

struct page {
    bool mapped, own; /* own: a private copy of a file's page, or anonymous */
    uint8_t access, may_write, shared, locked, odd; /* odd: a number that tells areas apart that must not join */
    int file; /* -1: anonymous */
    uint64_t index; /* in the file */
    uint64_t value; /* of its first 8 bytes, if own */
};

static struct page model[PAGES];
static struct inode *files[FILES];
static uint64_t contents[FILES][FILE_PAGES];
static const char *wrong;

static uint64_t below(uint64_t limit)
{
    return random_next() % limit;
}

static void differ(const char *what, int64_t got, int64_t want)
{
    if (!wrong)
        tap_note("%s: got %" PRId64 ", expected %" PRId64, what, got, want);
    wrong = wrong ? wrong : what;
}

static uint64_t address_of(uint64_t page)
{
    return BASE + page * PAGE;
}

/* A range in the window; mostly short, sometimes with large pages. */
static void random_range(uint64_t *first, uint64_t *count)
{
    *first = below(4) ? below(PAGES) : below(PAGES / 512) * 512;
    *count = 1 + below(below(4) ? 8 : below(3) ? 200 : 1200);
    if (*first + *count > PAGES)
        *count = PAGES - *first;
}

static bool any_mapped(uint64_t first, uint64_t count)
{
    for (uint64_t i = first; i < first + count; i++)
        if (model[i].mapped)
            return true;
    return false;
}

/* A call that may fail for lack of memory in this round: true if it did, and may. */
static bool is_excused(int64_t result)
{
    return result == -ENOMEM && world.fail_percent;
}

/* Rights and locks as the areas say: after a call that has stopped halfway. */
static void resync(void)
{
    for (uint64_t i = 0; i < PAGES; i++) {
        const struct area *area = space_area(address_of(i));

        if ((area != NULL) != model[i].mapped) {
            differ("a failed call has changed what is mapped", area != NULL, model[i].mapped);
            return;
        }
        if (area) {
            model[i].access = area->flags & AREA_ACCESS;
            model[i].locked = (area->flags & AREA_LOCKED) != 0;
        }
    }
}

/* ---- mmap, munmap */

static bool lowest_gap(uint64_t count, uint64_t *first)
{
    uint64_t run = 0;

    for (uint64_t i = 0; i < PAGES; i++) {
        run = model[i].mapped ? 0 : run + 1;
        if (run == count) {
            *first = i + 1 - count;
            return true;
        }
    }
    return false;
}

static void set_range(uint64_t first, uint64_t count, const struct page *page)
{
    for (uint64_t i = 0; i < count; i++) {
        model[first + i] = *page;
        model[first + i].index += i;
    }
}

static void do_map(void)
{
    uint64_t first, count, want = 0;
    struct space_request r = { 0 };
    struct page page = { .mapped = true, .file = below(3) ? -1 : (int)below(FILES) };
    int64_t result, expected;

    random_range(&first, &count);
    page.access = (uint8_t)(below(4) ? 3 : below(8));
    page.shared = page.file >= 0 && below(2);
    page.may_write = !page.shared || below(2);
    page.index = page.file >= 0 ? below(FILE_PAGES) : 0;
    page.own = page.file < 0;
    if (page.shared && !page.may_write)
        page.access &= 5;
    if (!below(3) && first + count < PAGES && model[first + count].mapped &&
        (model[first + count].file < 0 || model[first + count].index >= count)) { /* it may join the next one */
        page = model[first + count];
        page.index -= page.file >= 0 ? count : 0;
        page.mapped = true;
        page.own = page.file < 0;
        page.value = page.locked = 0;
    }
    r = (struct space_request){ .address = address_of(first), .length = count * PAGE - below(PAGE), .prot = page.access,
                                .file = page.file < 0 ? NULL : files[page.file], .offset = page.index * PAGE,
                                .may_read = true, .may_write = page.may_write };
    r.flags = (page.shared ? SPACE_MAP_SHARED : SPACE_MAP_PRIVATE) | (page.file < 0 ? SPACE_MAP_ANONYMOUS : 0);
    switch (below(4)) {
    case 0:
        r.flags |= SPACE_MAP_FIXED_NOREPLACE;
        expected = any_mapped(first, count) ? -EEXIST : (int64_t)r.address;
        break;
    case 1:
        r.address = 0;
        if (count >= 512 || !lowest_gap(count, &want))
            return;
        expected = (int64_t)address_of(want);
        first = want;
        break;
    case 2:
        if (count >= 512 || (any_mapped(first, count) && !lowest_gap(count, &want)))
            return;
        first = any_mapped(first, count) ? want : first;
        expected = (int64_t)address_of(first);
        break;
    default:
        r.flags |= SPACE_MAP_FIXED;
        expected = (int64_t)r.address;
    }
    result = space_request(&r);
    if (is_excused(result) && expected >= 0)
        return;
    if (result != expected)
        differ("mmap", result, expected);
    if (result >= 0)
        set_range(first, count, &page);
}

static void do_unmap(void)
{
    uint64_t first, count;
    int64_t result;

    random_range(&first, &count);
    result = space_unmap(address_of(first), count * PAGE - below(PAGE));
    if (is_excused(result))
        return;
    if (result != 0)
        differ("munmap", result, 0);
    set_range(first, count, &(struct page){ .file = -1 });
}

/* ---- mprotect, mlock, madvise */

static void do_protect(void)
{
    uint64_t first, count, i;
    uint8_t access = (uint8_t)below(8);
    int64_t result, expected = 0;

    random_range(&first, &count);
    result = space_protect(address_of(first), count * PAGE, access);
    if (is_excused(result)) {
        resync();
        return;
    }
    for (i = first; i < first + count && expected == 0; i++) {
        if (!model[i].mapped)
            expected = -ENOMEM;
        else if (access & 2 && !model[i].may_write)
            expected = -EACCES;
        else
            model[i].access = access;
    }
    if (result != expected)
        differ("mprotect", result, expected);
}

static void do_lock(void)
{
    uint64_t first, count;
    bool lock = below(2);
    int64_t result, expected = 0;

    random_range(&first, &count);
    result = lock ? space_lock(address_of(first), count * PAGE, true) : space_unlock(address_of(first), count * PAGE);
    if (is_excused(result)) {
        resync();
        return;
    }
    for (uint64_t i = first; i < first + count && expected == 0; i++) {
        if (!model[i].mapped)
            expected = -ENOMEM;
        else
            model[i].locked = lock;
    }
    if (result != expected)
        differ("mlock", result, expected);
}

static void forget(uint64_t i)
{
    if (model[i].file < 0)
        model[i].value = 0;
    else
        model[i].own = false;
}

static void do_advise(void)
{
    static const int advices[] = { 4, 4, 8, 14, 15, 0, 24 };
    int advice = advices[below(7)];
    uint64_t first, count;
    int64_t result, expected = 0;
    bool hole = false;

    random_range(&first, &count);
    result = space_advise(address_of(first), count * PAGE, advice);
    if (is_excused(result)) { /* what lies before the cut that failed may be gone: now all of it goes */
        world.fail_percent = 0;
        result = space_advise(address_of(first), count * PAGE, advice);
    }
    for (uint64_t i = first; i < first + count && expected == 0; i++) {
        hole = hole || !model[i].mapped;
        if (!model[i].mapped)
            continue;
        if ((advice == 4 || advice == 8) && model[i].locked)
            expected = -EINVAL;
        else if (advice == 8 && model[i].file >= 0)
            expected = -EINVAL;
        else if (advice == 4 || advice == 8 || advice == 24)
            forget(i);
    }
    if (expected == 0 && hole)
        expected = -ENOMEM;
    if (result != expected)
        differ("madvise", result, expected);
}

/* ---- mremap */

static bool same_mapping(uint64_t a, uint64_t b)
{
    return model[b].mapped && space_area(address_of(a)) == space_area(address_of(b));
}

static void move_model(uint64_t from, uint64_t to, uint64_t old, uint64_t count, bool stays)
{
    static struct page moved[PAGES];
    struct page more = model[from];

    memcpy(moved, model + from, old * sizeof *moved);
    for (uint64_t i = old; i < count; i++) {
        more.index = moved[0].index + i;
        more.own = more.file < 0;
        more.value = 0;
        moved[i] = more;
    }
    for (uint64_t i = 0; i < old; i++) {
        if (stays) {
            forget(from + i);
            continue;
        }
        model[from + i] = (struct page){ .file = -1 };
    }
    memcpy(model + to, moved, count * sizeof *moved);
}

/* To a fixed place, which does not overlap; all of one area. */
static void do_remap(void)
{
    uint64_t first, old, to, count, most = 0;
    bool stays = !below(4);
    int64_t result;

    random_range(&first, &old);
    random_range(&to, &count);
    if (!model[first].mapped)
        return;
    while (most < old && first + most < PAGES && same_mapping(first, first + most))
        most++;
    old = most;
    count = stays ? old : count;
    if (model[first].locked && count > old) /* the new pages would be made at once, as far as there is memory */
        return;
    if (to + count > PAGES || (first < to + count && to < first + old))
        return;
    result = space_remap(address_of(first), old * PAGE, count * PAGE, stays ? 7 : 3, address_of(to));
    if (result == -ENOMEM && world.fail_percent) {
        for (uint64_t i = to; i < to + count; i++)
            if (!space_area(address_of(i)))
                model[i] = (struct page){ .file = -1 };
        for (uint64_t i = first + count; i < first + old; i++)
            if (!space_area(address_of(i)))
                model[i] = (struct page){ .file = -1 };
        resync();
        return;
    }
    if (result != (int64_t)address_of(to))
        differ("mremap", result, (int64_t)address_of(to));
    set_range(to, count, &(struct page){ .file = -1 });
    if (count < old) {
        set_range(first + count, old - count, &(struct page){ .file = -1 });
        old = count;
    }
    move_model(first, to, old, count, stays);
}

/* Where it lies: shorter, or longer if there is room. */
static void do_remap_here(void)
{
    uint64_t first, old, count, most = 0, room;
    int64_t result, expected;

    random_range(&first, &old);
    count = 1 + below(300);
    if (!model[first].mapped)
        return;
    while (most < old && first + most < PAGES && same_mapping(first, first + most))
        most++;
    old = most;
    if (first + count > PAGES || (model[first].locked && count > old))
        return;
    for (room = old; first + room < PAGES && !model[first + room].mapped; room++)
        ;
    expected = count <= room || count <= old ? (int64_t)address_of(first) : -ENOMEM;
    if (count > old && same_mapping(first, first + old))
        expected = -ENOMEM;
    result = space_remap(address_of(first), old * PAGE, count * PAGE, 0, 0);
    if (is_excused(result))
        return;
    if (result != expected)
        differ("mremap in place", result, expected);
    if (result >= 0 && count < old)
        set_range(first + count, old - count, &(struct page){ .file = -1 });
    else if (result >= 0)
        move_model(first, first, old, count, false);
}

#endif
