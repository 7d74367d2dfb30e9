/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser and the printer of values.  The first byte chooses the allocation that is refused, the second the depth of
 * another print, the rest is text.  A naive reader (value_naive.h) says whether it is a value and how it is printed:
 * the parser must say the same, and what is printed is read and printed again as it stands.  Whatever happens, every
 * allocation is given back, and no value fault occurs.
 */
#include "value_naive.h"

#include "unit/tagged_model.h"

#include "runtime/symbol.h"

#define TEXT_MAX 65536u /* more than INPUT_MAX bytes can become: each is four at most */
#define INPUT_MAX 8192u

struct text {
    struct fmt_sink sink;
    size_t size;
    char bytes[TEXT_MAX];
};

static void put(struct fmt_sink *sink, const char *bytes, size_t size)
{
    struct text *text = (struct text *)sink;

    if (size > TEXT_MAX - text->size)
        fuzz_fail("a print of more than %u bytes", TEXT_MAX);
    memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
}

static __attribute__((noreturn)) void on_fault(const struct value_fault *fault)
{
    fuzz_fail("value fault: %s", fault->what);
}

static void print(struct text *text, const struct value *value, size_t depth)
{
    size_t size;

    text->sink.put = put;
    text->size = 0;
    size = value_print(&text->sink, value, depth);
    if (size != text->size)
        fuzz_fail("%zu bytes printed, and said to be %zu", text->size, size);
}

/* Reads again what was printed; it must print the same. */
static void there_and_back(const struct text *printed)
{
    static struct text again;
    struct value_error error;
    struct value *value;

    if (value_parse(&model_tagged, printed->bytes, printed->size, &value, &error) != STATUS_OK)
        fuzz_fail("printed and not read: %s at %zu of '%.*s'", error.what, error.offset, (int)printed->size,
                  printed->bytes);
    print(&again, value, 0);
    if (again.size != printed->size || memcmp(again.bytes, printed->bytes, again.size))
        fuzz_fail("printed '%.*s', read, printed '%.*s'", (int)printed->size, printed->bytes, (int)again.size,
                  again.bytes);
    value_destroy(&model_tagged, value);
}

static void look_at_value(struct value *value, const struct naive *naive, size_t depth)
{
    static struct text printed, shallow;
    uint64_t live = model_live();

    print(&printed, value, 0);
    if (printed.size != naive->size || memcmp(printed.bytes, naive->out, printed.size))
        fuzz_fail("printed '%.*s', by the naive reader '%.*s'", (int)printed.size, printed.bytes, (int)naive->size,
                  naive->out);
    there_and_back(&printed);
    print(&shallow, value, depth);
    if (depth > naive->deepest && (shallow.size != printed.size || memcmp(shallow.bytes, printed.bytes, printed.size)))
        fuzz_fail("a depth of %zu, which is enough, changed the print", depth);
    if (model_live() != live)
        fuzz_fail("printing and reading changed what is allocated");
}

static void look_at_refusal(enum status status, const struct value_error *error, const struct naive *naive, size_t size)
{
    if (status == STATUS_INVALID && naive->ok)
        fuzz_fail("refused, and a value for the naive reader: %s at %zu", error->what, error->offset);
    if (!error->what || !*error->what || error->offset > size)
        fuzz_fail("refused without a reason, or beyond the text");
    fuzz_outcome_of(status_text(status), error->what);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct naive naive;
    struct fuzz_input input = {data, data + size};
    uint64_t refused = fuzz_number(&input, 1);
    size_t depth = fuzz_below(&input, VALUE_DEPTH_MAX + 2), text_size = (size_t)(input.end - input.at);
    struct value *value = NULL;
    struct value_error error = {0, NULL};
    enum status status;
    char *text;

    if (text_size > INPUT_MAX)
        return 0;
    text = malloc(text_size + !text_size); /* exactly so large: a byte read beyond it shows */
    memcpy(text, input.at, text_size);
    naive_read(&naive, input.at, text_size);
    model_init();
    value_fault_hook = on_fault;
    model_allowed = refused < 128 ? refused : UINT64_MAX;
    status = value_parse(&model_tagged, text, text_size, &value, &error);
    if (status == STATUS_NO_MEMORY && !model_allowed)
        fuzz_outcome("no memory, as told");
    else if (status != STATUS_OK && status != STATUS_INVALID)
        fuzz_fail("%s", status_text(status));
    model_allowed = UINT64_MAX;
    if (status == STATUS_OK) {
        if (!naive.ok)
            fuzz_fail("read, and no value for the naive reader");
        look_at_value(value, &naive, depth);
        value_destroy(&model_tagged, value);
        fuzz_outcome(naive.what);
    } else {
        look_at_refusal(status, &error, &naive, text_size);
    }
    symbol_free_all(&model_tagged);
    if (model_live())
        fuzz_fail("%llu allocations are not given back", (unsigned long long)model_live());
    free(text);
    return 0;
}
