/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id heap, case by case.  Pictures: '.' free, '#' used, ' ' not the heap's; a column is a block of ids, whose size
 * the case says: small ones for what happens within a word, large ones for what happens within and between leaves and
 * forks.
 */
#include "idheap_picture.h"

struct operation {
    const char *name, *before, *after;
    char what; /* 's' alloc_span, 't' take, 'f' free_span, '+' add, 'u' add used, '-' remove */
    unsigned column, columns; /* what it is for; for 's' the answer */
    enum status want;
    struct idheap_request request; /* in columns, for 's' */
};

static const struct operation operations[] = {
    {"span: lowest fit", "##..#....", "#####....", 's', 2, 2, STATUS_OK, {2, 0, 1, 0}},
    {"span: too short runs are passed", "#..#...#....", "#..#...#####", 's', 8, 4, STATUS_OK, {4, 0, 0, 0}},
    {"span: all there is", "....", "####", 's', 0, 4, STATUS_OK, {4, 0, 0, 0}},
    {"span: one more than there is", "....", "....", 's', 0, 5, STATUS_NOT_FOUND, {5, 0, 0, 0}},
    {"span: runs do not join over used ids", "...#...", "...#...", 's', 0, 6, STATUS_NOT_FOUND, {6, 0, 0, 0}},
    {"span: nor over foreign ones", "... ...", "... ...", 's', 0, 4, STATUS_NOT_FOUND, {4, 0, 0, 0}},
    {"span: lower limit within a run", "........", "...##...", 's', 3, 2, STATUS_OK, {2, 0, 3, 0}},
    {"span: lower limit behind a run", "..##....", "..####..", 's', 4, 2, STATUS_OK, {2, 0, 1, 0}},
    {"span: a run cut too short by the limit", "...#....", "...###..", 's', 4, 2, STATUS_OK, {2, 0, 2, 0}},
    {"span: upper limit is exclusive", "..#.....", "..#.....", 's', 0, 3, STATUS_NOT_FOUND, {3, 0, 0, 5}},
    {"span: up to the upper limit", "..#.....", "..####..", 's', 3, 3, STATUS_OK, {3, 0, 0, 6}},
    {"span: inverted limits", "....", "....", 's', 0, 1, STATUS_NOT_FOUND, {1, 0, 3, 1}},
    {"span: aligned [AL07]", ".......", "....##.", 's', 4, 2, STATUS_OK, {2, 4, 1, 0}},
    {"span: aligned, an exact fit", "#...####....#", "#...#########", 's', 8, 4, STATUS_OK, {4, 4, 0, 0}},
    {"span: aligned, the run is too short once aligned", " ....", " ....", 's', 0, 4, STATUS_NOT_FOUND, {4, 4, 0, 0}},
    {"span: alignment that is no power", "....", "....", 's', 0, 1, STATUS_INVALID, {1, 3, 0, 0}},
    {"span: no ids", "....", "....", 's', 0, 0, STATUS_INVALID, {0, 0, 0, 0}},
    {"take: what is asked for", "......", "..##..", 't', 2, 2, STATUS_OK, {0, 0, 0, 0}},
    {"take: partly used", "..#...", "..#...", 't', 1, 3, STATUS_OVERLAP, {0, 0, 0, 0}},
    {"take: partly foreign", ".. ...", ".. ...", 't', 1, 3, STATUS_NOT_OWNED, {0, 0, 0, 0}},
    {"take: nothing", "....", "....", 't', 1, 0, STATUS_INVALID, {0, 0, 0, 0}},
    {"free: the middle of what is used", "######", "##..##", 'f', 2, 2, STATUS_OK, {0, 0, 0, 0}},
    {"free: joins both sides", ".####.", "......", 'f', 1, 4, STATUS_OK, {0, 0, 0, 0}},
    {"free: partly free [AL12]", "##.##", "##.##", 'f', 1, 3, STATUS_NOT_ALLOCATED, {0, 0, 0, 0}},
    {"free: partly foreign", "## ##", "## ##", 'f', 1, 3, STATUS_NOT_OWNED, {0, 0, 0, 0}},
    {"free: free and foreign is foreign", "#. ##", "#. ##", 'f', 1, 2, STATUS_NOT_OWNED, {0, 0, 0, 0}},
    {"free: nothing", "####", "####", 'f', 1, 0, STATUS_INVALID, {0, 0, 0, 0}},
    {"add: between two ranges", ".. ..", ".....", '+', 2, 1, STATUS_OK, {0, 0, 0, 0}},
    {"add: what is partly there", ".. ..", ".. ..", '+', 1, 2, STATUS_OVERLAP, {0, 0, 0, 0}},
    {"add: what is there and used", "##", "##", '+', 0, 1, STATUS_OVERLAP, {0, 0, 0, 0}},
    {"add used: before a range", "  ...", " #...", 'u', 1, 1, STATUS_OK, {0, 0, 0, 0}},
    {"add used: between free and used", ".. ##", "..###", 'u', 2, 1, STATUS_OK, {0, 0, 0, 0}},
    {"add used: what is there", "..##", "..##", 'u', 2, 1, STATUS_OVERLAP, {0, 0, 0, 0}},
    {"remove: the middle", ".....", ".. ..", '-', 2, 1, STATUS_OK, {0, 0, 0, 0}},
    {"remove: partly used", "..#..", "..#..", '-', 1, 2, STATUS_OVERLAP, {0, 0, 0, 0}},
    {"remove: partly foreign", ".. ..", ".. ..", '-', 1, 2, STATUS_NOT_OWNED, {0, 0, 0, 0}},
    {"remove: all", "...", "", '-', 0, 3, STATUS_OK, {0, 0, 0, 0}},
};

#define OPERATIONS (sizeof operations / sizeof operations[0])

/* Runs o->what with its columns scaled to ids; *answer is where a span was found. */
static enum status run(struct idheap *heap, const struct operation *o, uint64_t first, uint64_t block, uint64_t *answer)
{
    uint64_t base = first + o->column * block, count = o->columns * block;
    struct idheap_request request = {o->request.count * block, o->request.align * block,
                                     o->request.lower ? first + o->request.lower * block : 0,
                                     o->request.upper ? first + o->request.upper * block : 0};

    switch (o->what) {
    case 's':
        return idheap_alloc_span(heap, &request, answer);
    case 't':
        return idheap_take(heap, base, count);
    case 'f':
        return idheap_free_span(heap, base, count);
    case '+':
        return idheap_add(heap, base, count);
    case 'u':
        return idheap_add_used(heap, base, count);
    default:
        return idheap_remove(heap, base, count);
    }
}

struct scale {
    const char *name;
    uint64_t first, block; /* first is a multiple of 4 blocks, for the aligned cases */
};

static const struct scale scales[] = {
    {"ids in a word", 8, 1},
    {"ids across words", 60, 1},
    {"ids across leaves", LEAF - 4, 1},
    {"ids across forks", FORK * 64 - 4, 1},
    {"eights in a leaf", 96, 8},
    {"words in a leaf", 256, 64},
    {"words across leaves", LEAF - 256, 64},
    {"quarters of a leaf", LEAF, LEAF / 4},
    {"leaves", 4 * LEAF, LEAF},
    {"leaves across forks", FORK - 4 * LEAF, LEAF},
    {"forks", 4 * FORK, FORK},
    {"forks across forks", 60 * FORK, FORK},
};

#define SCALES (sizeof scales / sizeof scales[0])

static bool one_case(const struct operation *o, const struct scale *scale)
{
    uint64_t answer = 0, first = scale->first, block = scale->block;
    struct idheap heap;
    bool good;

    set_up(&heap, first, block, o->before);
    good = run(&heap, o, first, block, &answer) == o->want;
    if (good && o->what == 's' && o->want == STATUS_OK)
        good = answer == first + o->column * block;
    good = good && !strcmp(draw(&heap, first, block), o->after) && idheap_check(&heap) == STATUS_OK;
    if (!good)
        tap_note("%s: '%s', span at %" PRId64, scale->name, draw(&heap, first, block), (int64_t)(answer - first));
    idheap_fini(&heap);
    return good && !nodes_out;
}

static void test_operations(void)
{
    for (unsigned i = 0; i < OPERATIONS; i++) {
        unsigned good = 0;

        for (unsigned s = 0; s < SCALES; s++)
            good += one_case(&operations[i], &scales[s]);
        tap_is_u64(good, SCALES, "%s; at all %u scales", operations[i].name, (unsigned)SCALES);
    }
}

/* Single ids: all are given once; then none; all come back. */
static void test_singles(void)
{
    static bool given[9000];
    struct idheap heap;
    uint64_t id = 0, wrong = 0;

    set_up(&heap, LEAF - 100, 1, "");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_NOT_FOUND, "an empty heap has no id");
    tap_ok(idheap_add(&heap, LEAF - 100, 9000) == STATUS_OK, "9,000 ids over four leaves");
    for (uint64_t i = 0; i < 9000; i++) {
        wrong += idheap_alloc(&heap, &id) != STATUS_OK || id - (LEAF - 100) >= 9000 || given[id - (LEAF - 100)];
        given[(id - (LEAF - 100)) % 9000] = true;
    }
    tap_is_u64(wrong, 0, "are given, each once");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_NOT_FOUND, "and then there are none");
    for (uint64_t i = 0; i < 9000; i++)
        wrong += idheap_free(&heap, LEAF - 100 + (i * 7 + 3) % 9000) != STATUS_OK;
    tap_is_u64(wrong, 0, "all are taken back, in another order");
    for (uint64_t i = 0; i < 9000; i++)
        wrong += idheap_free(&heap, LEAF - 100 + i) != STATUS_NOT_ALLOCATED;
    tap_is_u64(wrong, 0, "but not twice");
    tap_ok(idheap_free(&heap, LEAF - 101) == STATUS_NOT_OWNED && idheap_free(&heap, LEAF + 8900) == STATUS_NOT_OWNED &&
               idheap_free(&heap, UINT64_MAX) == STATUS_NOT_OWNED,
           "nor what was never the heap's");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* A heap whose ids start at the far end of 64 bits [AL06]. */
static void test_origin(void)
{
    const uint64_t origin = 0xffff800000123, all = 1ull << 35;
    struct idheap_request request = {.count = 100, .align = 1ull << 20};
    struct idheap heap;
    uint64_t id = 0;

    start(&heap, origin);
    tap_ok(idheap_add(&heap, origin, all) == STATUS_OK, "2^35 ids from an odd origin");
    tap_ok(idheap_alloc(&heap, &id) == STATUS_OK && id == origin, "the first is the origin");
    tap_ok(idheap_alloc_span(&heap, &request, &id) == STATUS_OK && id % request.align == 0 && id > origin,
           "alignment is that of the id, not of its distance to the origin");
    tap_ok(idheap_take(&heap, origin + all - 1, 1) == STATUS_OK, "the last can be taken");
    tap_ok(idheap_add(&heap, origin - 1, 1) == STATUS_INVALID, "nothing below the origin can be added");
    tap_ok(idheap_states(&heap, origin - 1, 2) == (IDHEAP_FOREIGN | IDHEAP_USED), "nor is it the heap's");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
}

/* A terabyte of frames costs a few nodes; so does the whole 52-bit space. */
static void test_lazy(void)
{
    struct idheap_stats stats;
    struct idheap heap;
    uint64_t id;

    start(&heap, 0);
    tap_ok(idheap_add(&heap, 0x100, (1ull << 28) - 0x100) == STATUS_OK, "a terabyte of frames from 1 MiB on");
    idheap_stats(&heap, &stats);
    tap_ok(stats.leaves <= 2 && stats.forks <= 3, "is %" PRIu64 " leaves and %" PRIu64 " forks", stats.leaves,
           stats.forks);
    tap_ok(stats.metadata_bytes < 32768, "%" PRIu64 " bytes with the spare ones", stats.metadata_bytes);
    tap_ok(idheap_add(&heap, 1ull << 28, IDHEAP_LIMIT - (1ull << 28)) == STATUS_OK, "all other ids below 2^52");
    tap_ok(idheap_take(&heap, IDHEAP_LIMIT - 1, 1) == STATUS_OK && idheap_alloc(&heap, &id) == STATUS_OK && id == 0x100,
           "the highest and the lowest are taken");
    tap_ok(idheap_add(&heap, IDHEAP_LIMIT, 1) == STATUS_INVALID && idheap_add(&heap, 0, UINT64_MAX) == STATUS_INVALID,
           "nothing above can be added");
    tap_is_u64(stats.total, (1ull << 28) - 0x100, "the total is that of what was added");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    idheap_fini(&heap);
    tap_is_u64(nodes_out, 0, "every node was given back");
}

/* Alternate ids used: the most nodes there can be; freed, they go. */
static void test_nodes_come_back(void)
{
    struct idheap_stats before, after;
    struct idheap heap;
    uint64_t wrong = 0;

    set_up(&heap, 0, 4 * FORK, ".");
    idheap_settle(&heap);
    idheap_stats(&heap, &before);
    for (uint64_t id = 0; id < 4 * FORK; id += 64)
        wrong += idheap_take(&heap, id, 1) != STATUS_OK;
    idheap_stats(&heap, &after);
    tap_is_u64(wrong + after.leaves, 256, "an id used in every word: every leaf has a node");
    tap_ok(idheap_check(&heap) == STATUS_OK, "the books are in order");
    for (uint64_t id = 0; id < 4 * FORK; id += 64)
        wrong += idheap_free(&heap, id) != STATUS_OK;
    idheap_settle(&heap);
    idheap_stats(&heap, &after);
    tap_ok(!wrong && after.leaves == before.leaves && after.forks == before.forks, "freed again: no node is left over");
    tap_is_u64(after.metadata_bytes, before.metadata_bytes, "nor a spare one");
    idheap_fini(&heap);
}

static void test_next(void)
{
    struct idheap_stretch s;
    struct idheap heap;

    set_up(&heap, 2 * LEAF, LEAF, "..##. #");
    tap_ok(idheap_next(&heap, 0, &s) && s.base == 0 && s.limit == 2 * LEAF && s.state == IDHEAP_FOREIGN, "foreign");
    tap_ok(idheap_next(&heap, s.limit, &s) && s.limit == 4 * LEAF && s.state == IDHEAP_FREE, "then free");
    tap_ok(idheap_next(&heap, s.limit, &s) && s.limit == 6 * LEAF && s.state == IDHEAP_USED, "then used");
    tap_ok(idheap_next(&heap, 5 * LEAF + 7, &s) && s.base == 5 * LEAF + 7 && s.limit == 6 * LEAF, "from within a run");
    tap_ok(idheap_next(&heap, 8 * LEAF, &s) && s.limit == 9 * LEAF && s.state == IDHEAP_USED, "the last run");
    tap_ok(!idheap_next(&heap, s.limit, &s) && !idheap_next(&heap, UINT64_MAX, &s), "then none");
    tap_is_u64(idheap_states(&heap, 0, 9 * LEAF), IDHEAP_FREE | IDHEAP_USED | IDHEAP_FOREIGN, "all three states");
    tap_is_u64(idheap_states(&heap, 0, 0), 0, "no ids have no state");
    idheap_fini(&heap);
}

int main(void)
{
    tap_plan(OPERATIONS + 8 + 7 + 9 + 4 + 8);
    test_operations();
    test_singles();
    test_origin();
    test_lazy();
    test_nodes_come_back();
    test_next();
    return tap_done();
}
