/* SPDX-License-Identifier: Apache-2.0 */
/* Pages of a host process: sizes, alignments, the guard page behind each span, wrong frees, the limit. */
#include "heap_world.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct pages pages;

/* Whether a child that writes there dies of it. */
static bool write_faults(uint64_t address)
{
    int status = 0;
    pid_t child = fork();

    if (!child) {
        signal(SIGSEGV, SIG_DFL);
        *(volatile uint8_t *)(uintptr_t)address = 1;
        _exit(0);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV;
}

static bool is_mapped(uint64_t address)
{
    unsigned char vector;

    return !mincore((void *)(uintptr_t)address, LAYOUT_FRAME_SIZE, &vector);
}

/* Pages of this process's address space, mapped or reserved; 0 where there is no /proc. */
static uint64_t pages_of_process(void)
{
    char text[128] = "";
    int statm = open("/proc/self/statm", O_RDONLY);

    if (statm < 0 || read(statm, text, sizeof text - 1) <= 0)
        return 0;
    close(statm);
    return strtoull(text, NULL, 10);
}

/* A page at every alignment, given back at once. */
static bool page_at_each(void)
{
    uint64_t base = 0;
    bool good = true;

    for (uint64_t align = 1; align <= 1 << 26; align <<= 1) {
        good = good && heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, align, &base) == STATUS_OK && base % align == 0;
        good = good && heap_free(&pages.heap, base, HEAP_ANY_SIZE) == STATUS_OK && !is_mapped(base);
    }
    return good;
}

static void test_spans(void)
{
    uint64_t base = 0, before;
    bool good;

    pages_init(&pages, "pages", UINT64_MAX);
    tap_ok(heap_alloc(&pages.heap, 3 * LAYOUT_FRAME_SIZE, 1, &base) == STATUS_OK && base % LAYOUT_FRAME_SIZE == 0,
           "three pages");
    memset((void *)(uintptr_t)base, 0xff, 3 * LAYOUT_FRAME_SIZE);
    tap_ok(write_faults(base + 3 * LAYOUT_FRAME_SIZE), "a write past the end faults");
    tap_ok(!write_faults(base), "a write to the span does not");
    tap_ok(pages.held == 3 * LAYOUT_FRAME_SIZE && pages.spans == 1 && stats_of(&pages.heap).allocated == pages.held,
           "they are counted");
    tap_ok(heap_free(&pages.heap, base, 3 * LAYOUT_FRAME_SIZE) == STATUS_OK && !pages.held, "they go back");
    tap_ok(!is_mapped(base) && !is_mapped(base + 3 * LAYOUT_FRAME_SIZE),
           "and are no longer mapped, nor the guard page");
    /* Once to have what the C library or a sanitizer maps for it; what stands beside the page may be theirs. */
    good = page_at_each();
    before = pages_of_process();
    tap_ok(page_at_each() && good, "any alignment");
    if (before)
        tap_is_u64(pages_of_process(), before, "and nothing stays mapped beside");
    else
        tap_skip("and nothing stays mapped beside", "needs /proc");
}

static void test_refusals(void)
{
    uint64_t base = 0, other = 0;

    tap_ok(heap_alloc(&pages.heap, 100, 1, &base) == STATUS_INVALID, "a size that is no multiple of a page is refused");
    tap_ok(heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, (uint64_t)1 << 60, &base) == STATUS_NOT_FOUND,
           "an alignment beyond the address space is");
    tap_ok(heap_alloc(&pages.heap, (uint64_t)1 << 60, 1, &base) == STATUS_NOT_FOUND, "a size beyond it is");
    tap_ok(heap_alloc(&pages.heap, 2 * LAYOUT_FRAME_SIZE, 1, &base) == STATUS_OK, "two pages");
    tap_ok(heap_free(&pages.heap, base, LAYOUT_FRAME_SIZE) == STATUS_INVALID, "freed as one are refused");
    tap_ok(heap_free(&pages.heap, base + LAYOUT_FRAME_SIZE, HEAP_ANY_SIZE) != STATUS_OK, "so is their middle");
    tap_ok(heap_free(&pages.heap, (uintptr_t)&base, HEAP_ANY_SIZE) == STATUS_NOT_OWNED, "so is foreign memory");
    tap_ok(heap_free(&pages.heap, base, HEAP_ANY_SIZE) == STATUS_OK, "they go back");
    tap_ok(heap_free(&pages.heap, base, HEAP_ANY_SIZE) == STATUS_NOT_ALLOCATED, "but not twice");
    pages.limit = 2 * LAYOUT_FRAME_SIZE;
    tap_ok(heap_alloc(&pages.heap, 2 * LAYOUT_FRAME_SIZE, 1, &base) == STATUS_OK, "up to the limit");
    tap_ok(heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, 1, &other) == STATUS_NOT_FOUND, "and not beyond");
    pages.limit = 0;
    tap_ok(heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, 1, &other) == STATUS_NOT_FOUND, "a limit below what is held");
    tap_is_u64(stats_of(&pages.heap).failures, 4, "refusals are counted");
    pages_fini(&pages);
    tap_ok(!is_mapped(base) && !pages.held, "the end unmaps what was in use");
}

/* A hook that gives a span back. */
static bool give_back(void *context)
{
    uint64_t *base = context;
    enum status status = heap_free(&pages.heap, *base, HEAP_ANY_SIZE);

    return status == STATUS_OK;
}

static void test_reclaim(void)
{
    uint64_t kept = 0, base = 0;
    struct reclaim hook = {.name = "test", .run = give_back, .context = &kept};

    pages_init(&pages, "pages", LAYOUT_FRAME_SIZE);
    reclaim_add(&pages.reclaim, &hook);
    tap_ok(heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, 1, &kept) == STATUS_OK, "the only page is kept by somebody");
    tap_ok(heap_alloc(&pages.heap, LAYOUT_FRAME_SIZE, 1, &base) == STATUS_OK, "who gives it back under pressure");
    reclaim_remove(&pages.reclaim, &hook);
    pages_fini(&pages);
}

int main(void)
{
    tap_plan(8 + 14 + 2);
    test_spans();
    test_refusals();
    test_reclaim();
    return tap_done();
}
