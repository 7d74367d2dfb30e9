/* SPDX-License-Identifier: Apache-2.0 */
/* Objects of 64 bytes from an object cache: 10,000 in use on average, allocated and freed in random order. */
#include "bench.h"

#include "host/pages.h"
#include "runtime/objcache.h"

#define LIVE 10000u
#define ROUNDS 1000000u

MEASURED(alloc, void *, (struct objcache * cache), objcache_new(cache), NULL)
MEASURED(free, enum status, (struct objcache * cache, void *p), objcache_delete(cache, p), STATUS_OK)

static void *objects[2 * LIVE];

/* Each round looks at one place of 2 * LIVE, and changes whether there is an object. */
static void churn(struct objcache *cache)
{
    for (uint32_t n = 0; n < ROUNDS; n++) {
        void **at = &objects[bench_below(2 * LIVE)];

        if (*at) {
            BENCH_MUST(measured_free(cache, *at) == STATUS_OK);
            *at = NULL;
        } else {
            *at = measured_alloc(cache);
            BENCH_MUST(*at);
        }
    }
}

int main(void)
{
    static struct pages pages;
    static struct objcache the_cache;
    struct objcache *volatile unknown = &the_cache, *cache = unknown; /* no address that the compiler can put in */
    struct objcache_config config = {.name = "bench", .pages = &pages.heap, .size = 64, .align = 1};

    pages_init(&pages, "pages", UINT64_MAX);
    BENCH_MUST(objcache_init(cache, &config) == STATUS_OK);
    for (uint32_t i = 0; i < 2 * LIVE; i += 2) {
        objects[i] = objcache_new(cache);
        BENCH_MUST(objects[i]);
    }
    bench_start();
    BENCH_MUST(!measured_alloc_empty(cache) && measured_free_empty(cache, NULL) == STATUS_OK);
    churn(cache);
    bench_end();
    BENCH_REPORT(alloc);
    BENCH_REPORT(free);
    return 0;
}
