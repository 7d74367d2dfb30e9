/* SPDX-License-Identifier: Apache-2.0 */
/* Tags in addresses, casts, objects one by one, what destroying reaches. */
#include "tagged_model.h"

#include "runtime/buffer.h"
#include "runtime/record.h"
#include "runtime/scalar.h"
#include "runtime/symbol.h"
#include "runtime/table.h"
#include "runtime/tuple.h"
#include "runtime/vector.h"
#include "runtime/view.h"

static struct tagged *const t = &model_tagged;

static struct value *integer(int64_t number)
{
    return integer_as_value(integer_create(t, number));
}

/* Kernel form: every tag's slot, its first and its last byte; user form: every tag's region. */
static void test_addresses(void)
{
    unsigned wrong = 0, listed = 0;

    for (uint32_t tag = 0; tag < 0xff; tag++) {
        uint64_t base = 0xffff800000000000 + tag * ((uint64_t)1 << 39), last = base + ((uint64_t)1 << 39) - 1;

        wrong += tag_base(tag) != base || tag_limit(tag) != last + 1;
        wrong += tag_field(base) != tag || tag_field(last) != tag;
        listed += strcmp(tag_name(tag), "unlisted") != 0;
    }
    tap_is_u64(wrong, 0, "255 tags, each one PML4 slot of 512 GiB, first and last byte");
    tap_is_u64(listed, 15, "14 of them and none are listed");
    tap_is_u64(tag_base(1), LAYOUT_TAG1_BASE, "tag 0x01 is where the layout says");
    tap_is_u64(tag_base(0x7f), LAYOUT_TAG7F_BASE, "tag 0x7f is where the layout says");
    tap_is_u64(tag_limit(0xfe), LAYOUT_TAGFF_BASE, "tag 0xff is where the layout says");
    wrong = 0;
    for (uint32_t tag = 0; tag < TAG_COUNT; tag++)
        wrong += tag_user_region(tag) != (tag < 7 ? tag : 7);
    tap_is_u64(wrong, 0, "user regions: six tags have one each, all others the seventh");
    wrong = 0;
    for (uint64_t region = 0; region < 8; region++)
        wrong += tag_user_field(region << 44) != region ||
                 tag_user_field((region << 44) + ((uint64_t)1 << 44) - 1) != region;
    tap_is_u64(wrong, 0, "user regions are 16 TiB each");
}

/* One value of each tag. */
static struct value *one_of(uint32_t tag)
{
    struct symbol_value *name = symbol_from(t, "name");

    switch (tag) {
    case TAG_SYMBOL:
        return symbol_as_value(name);
    case TAG_TUPLE:
        return tuple_as_value(tuple_create(t));
    case TAG_TABLE:
        return table_as_value(table_create(t));
    case TAG_VECTOR:
        return vector_as_value(vector_create(t));
    case TAG_STRING:
        return string_as_value(string_from(t, "text"));
    case TAG_INTEGER:
        return integer(1);
    case TAG_BUFFER:
        return buffer_as_value(buffer_create(t));
    case TAG_FUNCTION:
        return function_as_value(record_function(t, name, 0x1234));
    case TAG_HEAP:
        return heap_as_value(record_heap(t, name, t->heap_of(t, TAG_HEAP)));
    case TAG_REGION:
        return region_as_value(record_region(t, 0x1000, 0x9f000, 1));
    case TAG_PROGRAM:
        return program_as_value(record_program(t, name));
    case TAG_FAULT:
        return fault_as_value(record_fault(t, name, 0xfee, string_from(t, "text")));
    case TAG_VIEW:
        return view_as_value(view_create(t, VIEW_HERE, 0x1234, 0));
    default:
        return unknown_as_value(record_unknown(t, "12345", 5));
    }
}

#define CAST_ROW(name, NAME, number) case number: value_as_##name(value); break;

static void cast(struct value *value, uint32_t tag)
{
    switch (tag) {
        TAG_LIST(CAST_ROW)
    default:
        break;
    }
}

static void free_one(struct value *value, uint32_t tag)
{
    (void)tag;
    value_free(t, value);
}

static void destroy(struct value *value, uint32_t tag)
{
    (void)tag;
    value_destroy(t, value);
}

/* Every value through every cast. */
static void test_casts(void)
{
    unsigned wrong = 0, faulty = 0;
    uint64_t before = model_live();

    for (uint32_t is = 1; is < TAG_COUNT; is++) {
        struct value *value = one_of(is);

        wrong += !value || tag_of(value) != is || (uint64_t)value % 16 != 0;
        for (uint32_t wanted = 1; wanted < TAG_COUNT; wanted++) {
            bool faulted = faults(cast, value, wanted);

            faulty += faulted;
            wrong += faulted != (is != wanted);
            wrong += faulted && (caught.wanted != wanted || caught.found != is || caught.address != (uint64_t)value ||
                                 strcmp(caught.what, "wrong tag") != 0);
        }
        value_destroy(t, value);
    }
    tap_is_u64(wrong, 0, "13 kinds of values through 13 casts: the right one goes, the others name both tags");
    tap_is_u64(faulty, 14 * 13, "so many value faults");
    tap_is_u64(model_live(), before + 2, "and nothing is left but a symbol and its chains");
    tap_ok(faults(cast, NULL, TAG_STRING) && caught.found == TAG_NONE, "NULL is no string");
    tap_is_u64(tag_of(NULL), TAG_NONE, "and has no tag");
}

static void test_faults(void)
{
    struct value *integers[2] = {integer(5), integer(6)};
    uint64_t word[4] = {0};

    tap_ok(faults(free_one, (struct value *)0x1000, 0) && !strcmp(caught.what, "not a value"),
           "what has no tag cannot be freed");
    tap_ok(faults(destroy, (struct value *)0x1000, 0), "nor destroyed");
    word[0] = TAG_COUNT; /* on the stack, which is in the shared region on Linux */
    tap_ok(tag_user_field((uint64_t)word) != TAG_USER_SHARED ||
               (faults(free_one, (struct value *)(word + 2), 0) && caught.found == TAG_COUNT),
           "nor what has a tag that is not listed");
    value_free(t, integers[0]);
    tap_ok(faults(free_one, integers[0], 0) && caught.status == STATUS_NOT_ALLOCATED &&
               !strcmp(caught.what, "free refused"),
           "what the heap does not take back is a fault");
    value_free(t, integers[1]);
    value_free(t, NULL);
    value_destroy(t, NULL);
    tap_is_u64(model_heaps[TAG_INTEGER].objects, 0, "freeing NULL does nothing");
}

static void test_symbols(void)
{
    struct symbol_value *first = symbol_from(t, "interned"), *symbols[1000];
    unsigned wrong = 0;
    char name[16];

    tap_ok(first == symbol_intern(t, "internedX", 8), "the same bytes are the same symbol");
    tap_ok(first != symbol_intern(t, "interned", 9), "a NUL more is another");
    tap_ok(symbol_known(t, "interned", 8) == first && !symbol_known(t, "unheard", 7), "known or not");
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "s%u", i);
        symbols[i] = symbol_from(t, name);
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "s%u", i);
        wrong += symbol_from(t, name) != symbols[i] || strcmp(symbols[i]->text, name) != 0;
    }
    tap_is_u64(wrong, 0, "1,000 symbols keep their addresses while the chains grow");
    tap_is_u64(t->symbol_count, 1000 + 3, "each is there once");
    tap_ok(t->symbol_chains >= t->symbol_count, "with a chain each, on average");
    value_free(t, symbol_as_value(first));
    value_destroy(t, symbol_as_value(first));
    tap_ok(symbol_from(t, "interned") == first, "freeing one does nothing");
    tap_ok(symbol_from(t, "") == symbol_intern(t, "x", 0) && symbol_from(t, "") != NULL, "no bytes are a symbol too");
}

/* Words that have the same hash, in pairs; found by trying. */
static void test_same_hash(void)
{
    static const char *const pairs[][2] = {{"liquid", "costarring"}, {"declinate", "macallums"}};

    for (int i = 0; i < 2; i++) {
        struct symbol_value *first = symbol_from(t, pairs[i][0]), *second = symbol_from(t, pairs[i][1]);

        tap_ok(first->hash == second->hash && first != second, "%s and %s have the same hash and are two symbols",
               pairs[i][0], pairs[i][1]);
        tap_ok(symbol_from(t, pairs[i][0]) == first && symbol_from(t, pairs[i][1]) == second, "each is found again");
    }
}

int main(void)
{
    model_init();
    tap_plan(7 + 5 + 5 + 8 + 4 + 1);
    test_addresses();
    test_casts();
    test_faults();
    test_symbols();
    test_same_hash();
    symbol_free_all(t);
    tap_is_u64(model_live(), 0, "nothing is left");
    return tap_done();
}
