/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The general heap, or whatever stands behind malloc and free, on the same trace.
 *
 *   general HEAP random            1,000,000 operations on a heap with 10,000 objects of 16..4096 bytes, each of which
 *                                  frees one at random or allocates one in the place of one that was freed
 *   general HEAP FILE              what trace.h reads from the file
 *
 * HEAP is `acre` or `malloc`.  Frees do not name the size, as free cannot.  For another malloc than the C library's the
 * environment has LD_PRELOAD.
 */
#include "bench.h"

#include "host/pages.h"
#include "runtime/general.h"
#include "trace.h"

#define LIVE 10000u
#define ROUNDS 1000000u

static struct general general;

/* Through pointers, so that the linker's step from one library to the other counts for nobody. */
static void *(*volatile other_malloc)(size_t size) = malloc;
static void (*volatile other_free)(void *p) = free;

MEASURED(acre_alloc, void *, (uint64_t size), general_new(&general, size), NULL)
MEASURED(acre_free, enum status, (void *p), general_delete(&general, p, HEAP_ANY_SIZE), STATUS_OK)
MEASURED(malloc_alloc, void *, (void *(*function)(size_t), uint64_t size), function(size), NULL)
MEASURED(malloc_free, int, (void (*function)(void *), void *p), (function(p), 0), 0)

/* Who is measured, or is not. */
struct subject {
    void *(*alloc)(uint64_t size);
    void (*free)(void *p);
};

static void *acre_alloc(uint64_t size)
{
    return measured_acre_alloc(size);
}

static void acre_free(void *p)
{
    BENCH_MUST(measured_acre_free(p) == STATUS_OK);
}

static void *malloc_alloc(uint64_t size)
{
    return measured_malloc_alloc(other_malloc, size);
}

static void malloc_free(void *p)
{
    measured_malloc_free(other_free, p);
}

static void *acre_alloc_first(uint64_t size)
{
    return general_new(&general, size);
}

static void acre_free_first(void *p)
{
    BENCH_MUST(general_delete(&general, p, HEAP_ANY_SIZE) == STATUS_OK);
}

static void *malloc_alloc_first(uint64_t size)
{
    return malloc(size);
}

static void *objects[2 * LIVE];

/* Each round looks at one place of 2 * LIVE, and changes whether there is an object. */
static void run_random(const struct subject *subject)
{
    for (uint32_t n = 0; n < ROUNDS; n++) {
        void **at = &objects[bench_below(2 * LIVE)];

        if (*at) {
            subject->free(*at);
            *at = NULL;
        } else {
            *at = subject->alloc(16 + bench_below(4096 - 16 + 1));
            BENCH_MUST(*at);
        }
    }
}

static void run_trace(const struct subject *subject, const char *path)
{
    static void *places[TRACE_PLACES];
    struct trace_step step;
    struct trace trace;

    BENCH_MUST(trace_open(&trace, path));
    bench_start();
    while (trace_next(&trace, &step)) {
        if (step.size)
            places[step.place] = subject->alloc(step.size);
        else
            subject->free(places[step.place]);
    }
    bench_end();
    BENCH_MUST(trace_close(&trace));
}

int main(int argc, char **argv)
{
    static const struct subject acre = {acre_alloc, acre_free}, acre_first = {acre_alloc_first, acre_free_first},
                                libc = {malloc_alloc, malloc_free}, libc_first = {malloc_alloc_first, free};
    static struct pages pages;
    bool is_acre;

    BENCH_MUST(argc == 3);
    is_acre = !strcmp(argv[1], "acre");
    pages_init(&pages, "pages", UINT64_MAX);
    general_init(&general, "general", &pages.heap, &pages.reclaim);
    bench_start();
    BENCH_MUST(!measured_acre_alloc_empty(1) && !measured_acre_free_empty(NULL));
    BENCH_MUST(!measured_malloc_alloc_empty(malloc, 1) && !measured_malloc_free_empty(free, NULL));
    bench_end();
    if (strcmp(argv[2], "random")) {
        run_trace(is_acre ? &acre : &libc, argv[2]);
    } else {
        run_random(is_acre ? &acre_first : &libc_first); /* a heap as it is after a while */
        bench_start();
        run_random(is_acre ? &acre : &libc);
        bench_end();
    }
    BENCH_REPORT(acre_alloc);
    BENCH_REPORT(acre_free);
    BENCH_REPORT(malloc_alloc);
    BENCH_REPORT(malloc_free);
    return 0;
}
