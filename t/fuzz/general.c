/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The general heap over a small page heap, by itself or with debug strength over it.  The bytes are operations, right
 * and wrong: objects lie apart and keep their contents, every misuse is refused (or, with debug strength, reported,
 * with kind and place), a request is refused only when the page heap refused, and in the end all pages are back.
 */
#include "arena.h"

#include "runtime/debugheap.h"
#include "runtime/general.h"

#define OPERATIONS_MAX 150u
#define OBJECTS_MAX 64u
#define QUARANTINE 8192u /* bytes */

struct object {
    uint64_t base, size, align;
    uint8_t pattern;
};

struct run {
    struct fuzz_input input;
    struct arena arena;
    struct general general;
    struct debugheap debug;
    struct heap *heap; /* one of the two */
    bool debugged;
    struct object objects[OBJECTS_MAX];
    uint32_t count;
    struct object freed[OBJECTS_MAX]; /* the last ones, in order; with debug strength those in quarantine */
    uint32_t freed_count;
    uint64_t bytes; /* of the objects */
    uint8_t pattern;
};

/* ---- what debug strength reports */

static struct debugheap_fault seen;
static uint32_t seen_count;

static void on_fault(void *context, const struct debugheap_fault *fault)
{
    (void)context;
    seen = *fault;
    seen_count++;
    fuzz_outcome_of("reported", debugheap_kind_text(fault->kind));
}

/* Since the last call exactly this one fault was reported, at this place. */
static void expect_fault(enum debugheap_kind kind, uint64_t where)
{
    if (seen_count != 1 || seen.kind != kind || seen.where != where)
        fuzz_fail("%u faults reported, the last %s at 0x%llx, not %s at 0x%llx", seen_count,
                  seen_count ? debugheap_kind_text(seen.kind) : "", (unsigned long long)seen.where,
                  debugheap_kind_text(kind), (unsigned long long)where);
    seen_count = 0;
}

static void expect(const char *what, enum status got, enum status want)
{
    fuzz_outcome_of(what, status_text(got));
    if (got != want)
        fuzz_fail("%s: %s, expected %s", what, status_text(got), status_text(want));
}

/* ---- the model */

static uint64_t block_size(const struct object *object)
{
    return (object->align > DEBUGHEAP_ZONE ? object->align : DEBUGHEAP_ZONE) + object->size + DEBUGHEAP_ZONE;
}

static void check_contents(const struct object *object)
{
    const uint8_t *at = (const uint8_t *)(uintptr_t)object->base;

    if (object->size && (*at != object->pattern || memcmp(at, at + 1, object->size - 1)))
        fuzz_fail("an object at 0x%llx lost its contents", (unsigned long long)object->base);
}

static void add_object(struct run *run, const struct object *object)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (object->base < run->objects[i].base + run->objects[i].size &&
            run->objects[i].base < object->base + object->size)
            fuzz_fail("two objects overlap");
    run->objects[run->count++] = *object;
    run->bytes += object->size;
    memset((void *)(uintptr_t)object->base, object->pattern, object->size);
}

/* Out of the model, and onto the list of what was freed last. */
static struct object remove_object(struct run *run, uint32_t index)
{
    struct object object = run->objects[index];

    run->objects[index] = run->objects[--run->count];
    run->bytes -= object.size;
    if (run->freed_count == OBJECTS_MAX)
        memmove(run->freed, run->freed + 1, --run->freed_count * sizeof run->freed[0]);
    run->freed[run->freed_count++] = object;
    return object;
}

/* What has left quarantine leaves the list: the oldest until the rest is within the limit. */
static void trim_freed(struct run *run, uint64_t limit)
{
    uint64_t sum = 0;
    uint32_t first = run->freed_count;

    while (first && sum + block_size(&run->freed[first - 1]) <= limit)
        sum += block_size(&run->freed[--first]);
    memmove(run->freed, run->freed + first, (run->freed_count - first) * sizeof run->freed[0]);
    run->freed_count -= first;
}

/* The page heap has run short, so the quarantine was emptied. */
static void note_pressure(struct run *run)
{
    if (run->arena.refused != UINT64_MAX)
        run->freed_count = 0;
    run->arena.refused = UINT64_MAX;
}

/* ---- operations */

static uint64_t take_size(struct run *run)
{
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1);

    if (how < 0xa0)
        return how * 4u + fuzz_below(&run->input, 4);
    if (how < 0xe0)
        return fuzz_below(&run->input, 0x2100);
    return how < 0xfe ? fuzz_below(&run->input, 0x8000) : fuzz_number(&run->input, 8);
}

static void look_at_refusal(struct run *run, const struct object *object, enum status status)
{
    uint64_t most = (uint64_t)ARENA_PAGES * LAYOUT_FRAME_SIZE;

    if (status == STATUS_INVALID && object->size > most)
        return;
    if (status == STATUS_OK || status == STATUS_INVALID)
        fuzz_fail("alloc %llu: %s", (unsigned long long)object->size, status_text(status));
    if (object->size > most || object->align > ARENA_ALIGN)
        return;
    if (run->arena.refused == UINT64_MAX)
        fuzz_fail("alloc %llu: refused although the page heap did not", (unsigned long long)object->size);
    /* To the last page: a slab for small objects can be of one. */
    if (object->size + 2 * object->align <= 2048 && run->arena.refused != LAYOUT_FRAME_SIZE)
        fuzz_fail("alloc %llu: one page was not tried", (unsigned long long)object->size);
}

static void do_alloc(struct run *run)
{
    struct object object = {.size = take_size(run), .align = 1, .pattern = ++run->pattern};
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1);
    enum status status;

    if (how & 1)
        object.align = how & 2 ? 1u << (how >> 2) % 18 : how >> 2;
    if (run->count == OBJECTS_MAX)
        return;
    status = heap_alloc(run->heap, object.size, object.align, &object.base);
    fuzz_outcome_of(object.size > GENERAL_SLAB_MAX ? "alloc of pages" : "alloc", status_text(status));
    if (!object.size || !object.align || object.align & (object.align - 1)) {
        expect("alloc of nothing, or badly aligned", status, STATUS_INVALID);
    } else if (status != STATUS_OK) {
        look_at_refusal(run, &object, status);
    } else {
        if (object.base % object.align || object.base % 16)
            fuzz_fail("alloc: misaligned");
        add_object(run, &object);
    }
    note_pressure(run);
}

static void do_free(struct run *run)
{
    bool any = fuzz_below(&run->input, 2);
    struct object object;

    if (!run->count)
        return;
    object = remove_object(run, fuzz_below(&run->input, run->count));
    check_contents(&object);
    expect("free", heap_free(run->heap, object.base, any ? HEAP_ANY_SIZE : object.size), STATUS_OK);
    if (run->debugged)
        trim_freed(run, QUARANTINE);
}

/* More than twice the size is no size of the same class; less may be, where an alignment made it larger. */
static void do_free_wrong_size(struct run *run)
{
    const struct object *object;
    uint32_t index;
    uint64_t size;
    enum status status;

    if (!run->count)
        return;
    index = fuzz_below(&run->input, run->count);
    object = &run->objects[index];
    size = take_size(run);
    if (size == HEAP_ANY_SIZE || size == object->size)
        return;
    status = heap_free(run->heap, object->base, size);
    if (run->debugged)
        expect_fault(DEBUGHEAP_WRONG_SIZE, object->base);
    if (run->debugged || size > 2 * (object->size + object->align) + 64 || object->size > GENERAL_SLAB_MAX ||
        status != STATUS_OK)
        expect("free with a wrong size", status, STATUS_INVALID);
    else
        remove_object(run, index);
}

static bool is_live(const struct run *run, uint64_t address)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (run->objects[i].base == address)
            return true;
    return false;
}

/* The live object that holds the address, or NULL. */
static const struct object *holder(const struct run *run, uint64_t address)
{
    for (uint32_t i = 0; i < run->count; i++)
        if (address - run->objects[i].base < run->objects[i].size)
            return &run->objects[i];
    return NULL;
}

/*
 * Whether the general heap may be asked to free what is no object.  It looks at the head of the slab that the address
 * would lie in, so there must be one; and while there are spans of pages, their books are objects that only it knows.
 */
static bool may_look(const struct run *run, uint64_t address)
{
    uint64_t slab = address / SLAB_ALIGN * SLAB_ALIGN;
    bool there = address == slab, books = false;

    for (uint32_t i = 0; i < run->count; i++) {
        books |= run->objects[i].base % SLAB_ALIGN == 0;
        there |= run->objects[i].base != slab && run->objects[i].base / SLAB_ALIGN * SLAB_ALIGN == slab;
    }
    return there && !books;
}

static void do_free_twice(struct run *run)
{
    const struct object *object;
    uint32_t index;
    enum status status;

    if (!run->freed_count)
        return;
    index = run->debugged ? fuzz_below(&run->input, run->freed_count) : run->freed_count - 1;
    object = &run->freed[index];
    /* Without debug strength only what was freed just now, and if its slab is there still. */
    if (is_live(run, object->base) || (!run->debugged && !may_look(run, object->base)))
        return;
    status = heap_free(run->heap, object->base, object->size);
    fuzz_outcome_of("free twice", status_text(status));
    if (run->debugged) {
        expect("free what is in quarantine", status, STATUS_NOT_ALLOCATED);
        expect_fault(DEBUGHEAP_DOUBLE_FREE, object->base);
    } else if (status == STATUS_OK) {
        fuzz_fail("free twice: ok");
    }
}

/*
 * Any address with debug strength; else one that lies in the slab of a live object, or in a live object of pages.  0:
 * there is none.
 */
static uint64_t take_foreign(struct run *run)
{
    uint64_t offset = fuzz_number(&run->input, 2), address;
    const struct object *object;

    if (run->debugged && offset & 1)
        return offset << 48 | fuzz_number(&run->input, 6);
    if (!run->count)
        return 0;
    object = &run->objects[fuzz_below(&run->input, run->count)];
    if (object->base % SLAB_ALIGN == 0)
        return object->base + offset % object->size;
    address = object->base + (offset & 2 ? offset / 4 * 16 : (uint64_t)0 - offset / 4 * 16);
    return address / SLAB_ALIGN == object->base / SLAB_ALIGN ? address : 0;
}

static void do_free_foreign(struct run *run)
{
    uint64_t address = take_foreign(run);
    const struct object *object = holder(run, address);
    enum status status;

    if (!address || is_live(run, address) || (!run->debugged && !may_look(run, address) && !object))
        return;
    for (uint32_t i = 0; i < run->freed_count && run->debugged; i++)
        if (run->freed[i].base == address)
            return;
    status = heap_free(run->heap, address, HEAP_ANY_SIZE);
    fuzz_outcome_of("free a foreign address", status_text(status));
    if (run->debugged)
        expect_fault(object ? DEBUGHEAP_INNER_FREE : DEBUGHEAP_FOREIGN_FREE, address);
    if (status == STATUS_OK || (status == STATUS_NOT_ALLOCATED && (run->debugged || object)))
        fuzz_fail("free a foreign address: %s", status_text(status));
}

/* Writes where nobody may, and has it found. */
static void do_damage(struct run *run)
{
    uint32_t how = (uint32_t)fuzz_number(&run->input, 1), index, n = fuzz_below(&run->input, DEBUGHEAP_ZONE);
    enum debugheap_kind kind = how % 3 == 0 ? DEBUGHEAP_WRITE_BEFORE
                               : how % 3 == 1 ? DEBUGHEAP_WRITE_PAST : DEBUGHEAP_WRITE_FREED;
    const struct object *objects = kind == DEBUGHEAP_WRITE_FREED ? run->freed : run->objects;
    uint32_t count = kind == DEBUGHEAP_WRITE_FREED ? run->freed_count : run->count;
    uint64_t where;

    if (!run->debugged || !count)
        return;
    index = fuzz_below(&run->input, count);
    where = objects[index].base;
    if (kind == DEBUGHEAP_WRITE_BEFORE)
        where -= n + 1;
    else
        where += kind == DEBUGHEAP_WRITE_PAST ? objects[index].size + n : n % objects[index].size;
    *(uint8_t *)(uintptr_t)where ^= 0x40;
    if (how & 0x80 && kind != DEBUGHEAP_WRITE_FREED) {
        struct object object = remove_object(run, index);

        expect("free what is damaged", heap_free(run->heap, object.base, HEAP_ANY_SIZE), STATUS_OK);
        trim_freed(run, QUARANTINE);
    } else {
        expect("check what is damaged", debugheap_check(&run->debug), STATUS_CORRUPT);
    }
    expect_fault(kind, where);
}

static void do_limit(struct run *run)
{
    run->arena.limit = run->arena.held + fuzz_below(&run->input, 64);
    if (run->arena.limit > ARENA_PAGES)
        run->arena.limit = ARENA_PAGES;
}

static void do_reclaim(struct run *run)
{
    if (run->debugged)
        debugheap_reclaim(&run->debug);
    run->freed_count = 0;
    general_reclaim(&run->general);
}

static void do_look(struct run *run)
{
    struct heap_stats stats;

    for (uint32_t i = 0; i < run->count; i++)
        check_contents(&run->objects[i]);
    heap_stats(run->heap, &stats);
    if (stats.objects != run->count || (run->debugged ? stats.allocated != run->bytes : stats.allocated < run->bytes))
        fuzz_fail("%llu objects of %llu bytes in the statistics, not %u of %llu", (unsigned long long)stats.objects,
                  (unsigned long long)stats.allocated, run->count, (unsigned long long)run->bytes);
    if (!run->debugged && stats.held != (uint64_t)run->arena.held * LAYOUT_FRAME_SIZE)
        fuzz_fail("the heap holds %llu bytes by its statistics, and %u pages", (unsigned long long)stats.held,
                  run->arena.held);
    if (run->debugged && debugheap_check(&run->debug) != STATUS_OK)
        fuzz_fail("debug strength found what nobody did");
}

/* ---- a run */

static void start(struct run *run)
{
    uint32_t kind = (uint32_t)fuzz_number(&run->input, 1);
    struct debugheap_config config = {.name = "debug", .quarantine = QUARANTINE, .fault = on_fault};

    arena_init(&run->arena, kind & 2 ? ARENA_PAGES : 32 + kind / 4);
    general_init(&run->general, "general", &run->arena.heap, &run->arena.reclaim);
    run->heap = &run->general.heap;
    run->debugged = kind & 1;
    if (run->debugged) {
        config.parent = config.books = &run->general.heap;
        config.reclaim = &run->arena.reclaim;
        debugheap_init(&run->debug, &config);
        run->heap = &run->debug.heap;
    }
    seen_count = 0;
}

/* Half of the objects are freed, the other half are left to fini; no page may be left in either case. */
static void finish(struct run *run)
{
    do_look(run);
    while (run->count > OBJECTS_MAX / 2)
        do_free(run);
    if (run->debugged)
        expect("end of debug strength", debugheap_fini(&run->debug), STATUS_OK);
    expect("end", general_fini(&run->general), STATUS_OK);
    if (run->arena.held)
        fuzz_fail("%u pages are not given back", run->arena.held);
    if (seen_count)
        fuzz_fail("reported: %s", debugheap_kind_text(seen.kind));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const operations[])(struct run *) = {
        do_alloc, do_alloc, do_alloc,    do_alloc,           do_free,       do_free,
        do_free,  do_look,  do_free_twice, do_free_wrong_size, do_free_foreign, do_damage,
        do_limit, do_reclaim,
    };
    struct run run = {.input = {data, data + size}};

    start(&run);
    for (uint32_t i = 0; i < OPERATIONS_MAX && fuzz_left(&run.input); i++) {
        operations[fuzz_below(&run.input, sizeof operations / sizeof operations[0])](&run);
        if (seen_count)
            fuzz_fail("reported without a reason: %s", debugheap_kind_text(seen.kind));
    }
    finish(&run);
    return 0;
}
