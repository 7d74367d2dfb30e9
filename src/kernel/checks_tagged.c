/* SPDX-License-Identifier: Apache-2.0 */
/* Tagged memory: where it lies, how much there is, that it goes; and values in it. */
#include "checks.h"
#include "kheap.h"
#include "runtime/bytes.h"
#include "runtime/tuple.h"
#include "runtime/value_text.h"
#include "tables.h"
#include "tagheap.h"
#include "values.h"
#include "virtual.h"

#define TRIAL_BYTES 5000 /* more than a page, so that each tag needs more than one */

static uint64_t pages_of(uint32_t tag)
{
    return tables_pages(tag_base(tag), tag_limit(tag));
}

/* Two objects of a tag in its slot; memory counted three ways; nothing left after them. */
static bool tag_works(uint32_t tag)
{
    uint64_t tables = kernel_tables.tables, one, two, pages;
    struct heap *heap = tagheap_of(tag);
    bool ok;

    if (!heap || heap_alloc(heap, 32, 1, &one) != STATUS_OK)
        return false;
    if (heap_alloc(heap, TRIAL_BYTES, 1, &two) != STATUS_OK)
        two = one; /* a machine with little memory: one object it has */
    pages = pages_of(tag);
    ok = tag_field(one) == tag && tag_field(two) == tag && pages > 0 && pages == tagheap_pages(tag) &&
         pages == ledger.frames[owner_of_tag(tag)] && kernel_tables.tables >= tables + 3;
    if (two != one)
        ok = heap_free(heap, two, TRIAL_BYTES) == STATUS_OK && ok;
    ok = heap_free(heap, one, HEAP_ANY_SIZE) == STATUS_OK && ok;
    ok = ok && pages_of(tag) == 0; /* at once: neither an empty slab nor quarantine keeps the slot's tables */
    tagheap_settle();
    return ok && kernel_tables.tables <= tables;
}

static bool every_tag(void)
{
    uint32_t good = 0;

    for (uint32_t tag = 1; tag < TAG_COUNT; tag++) {
        if (tag_works(tag))
            good++;
        else
            figure("%s: wrong", tag_name(tag));
    }
    figure("tags: %u", good);
    return good == TAG_COUNT - 1;
}

/* Text to values to text, every object in the slot of its tag. */
static bool values_in_text(void)
{
    static const char text[] = "(name: \"acre\" sizes: [1 -2 3] map: {\"a\" = b} bytes: #0aff)";
    char back[sizeof text];
    struct value_error error = { 0, "" };
    struct symbol_value *symbol;
    struct value *value, *name;
    bool ok;

    if (value_parse(&values, text, sizeof text - 1, &value, &error) != STATUS_OK) {
        figure("error: %s at %lu", error.what, error.offset);
        return false;
    }
    symbol = symbol_from(&values, "name");
    name = symbol ? tuple_get(value_as_tuple(value), symbol) : NULL;
    ok = tag_of(value) == TAG_TUPLE && tag_field((uint64_t)name) == TAG_STRING;
    fmt_text(back, sizeof back, "%pv", (void *)value);
    figure("value: %pv", (void *)value);
    value_destroy(&values, value);
    return ok && text_equal(back, text);
}

static bool symbols_interned(void)
{
    struct symbol_value *one = symbol_from(&values, "one"), *again = symbol_from(&values, "one");
    struct symbol_value *other = symbol_from(&values, "two");

    figure("symbols: %u", values.symbol_count);
    return one && one == again && other && other != one;
}

/* The last of the group: with the symbols goes the last of tagged memory. */
static bool all_gone(void)
{
    uint64_t pages = 0, free;

    symbol_free_all(&values);
    kheap_settle();
    for (uint32_t tag = 1; tag < TAG_COUNT; tag++)
        pages += pages_of(tag);
    figure("pages: %lu", pages);
    free = idheap_states(&virtual_huge, tag_base(1) >> VIRTUAL_HUGE_SHIFT, VIRTUAL_SLOT_SPANS * (TAG_COUNT - 1));
    return pages == 0 && free == IDHEAP_FREE;
}

static const struct check checks[] = {
    { "tagged heap: every tag in its slot, counted by books, ledger and tables; tables go with the last", every_tag },
    { "values: text becomes values in the slots of their tags, and the same text again", values_in_text },
    { "values: the same name is the same symbol", symbols_interned },
    { "tagged heap: nothing is left, the slots are free", all_gone },
};

const struct check_list checks_tagged = { checks, sizeof checks / sizeof *checks };
