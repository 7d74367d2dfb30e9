/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A writer keeps one frame for each container that the producer has open.  What is done with the entries of one:
 *
 *   SEEK    it lies on the path: the entry with the path's next name is wanted, once
 *   SHOW    it lies at the path's end or below, within the depth: its entries are written
 *   COUNT   it lies one beyond the depth: its entries are counted, and {"+":N} is written at its end
 *   SKIP    nobody wants it, and what is in it
 *
 * A name is written when its value comes, since only then is it known whether it is a leaf, which may have to be left
 * out for its name, or a container.
 *
 * I1  wanted: the next value lies on the path or below its end, and is not left out for what was known at its key.
 * I2  path_at bytes of the path have been found: 0, or up to the end of a name of it.
 * I3  shown is the number of SHOW frames; once one is open, none is SEEK above it.
 *
 * Containers beyond STORE_NEST_MAX have no frame and are as if in SKIP.
 */
#include "storeout.h"

#include "bytes.h"
#include "digits.h"
#include "storetext.h"

enum doing { SEEK, SHOW, COUNT, SKIP };

/* ---- the path and the fields */

static bool same(struct store_text text, const char *bytes, size_t size)
{
    return text.size == size && !bytes_compare(text.bytes, bytes, size);
}

static bool at_path_end(const struct store_out *out)
{
    return out->path_at == out->query->path.size;
}

static bool is_field(const struct store_out *out)
{
    for (uint32_t i = 0; out->key && i < out->query->field_count; i++)
        if (same(out->query->fields[i], out->key, out->key_size))
            return true;
    return false;
}

/* ---- entries and values */

static struct store_frame *top_frame(struct store_out *out)
{
    return out->nest && out->nest <= STORE_NEST_MAX ? &out->frames[out->nest - 1] : NULL;
}

/* Whether an entry of that name is the next on the path; one in a container is. */
static bool seek(struct store_out *out, struct store_frame *frame, const char *name, size_t size)
{
    if (frame->begun || !same(store_out_name(out), name, size))
        return false;
    store_out_step(out, size);
    frame->begun = true;
    return true;
}

/* Whether the entry that begins, whose name is that, is wanted. */
static bool begin_entry(struct store_out *out, const char *name, size_t size)
{
    struct store_frame *frame = top_frame(out);

    out->wanted = false;
    if (!frame || out->full)
        return false;
    frame->count++;
    if (frame->doing == SEEK)
        out->wanted = seek(out, frame, name, size);
    else if (frame->doing == SHOW)
        out->wanted = !frame->list || out->query->mode != STORE_TYPES || frame->count == 1;
    return out->wanted;
}

/* Writes what stands before a value: a comma, its name. */
static void put_before(struct store_out *out)
{
    struct store_frame *frame = top_frame(out);

    if (!out->shown)
        return;
    if (frame->begun)
        storetext_byte(out, ',');
    frame->begun = true;
    if (!frame->list) {
        storetext_quoted(out, out->key, out->key_size);
        storetext_byte(out, ':');
    }
}

/* Begins a leaf whose type has that word; true: its value is to be written. */
static bool begin_leaf(struct store_out *out, const char *word)
{
    bool wanted = out->wanted && at_path_end(out);

    out->wanted = false;
    if (!wanted || (out->shown && !top_frame(out)->all && !is_field(out)))
        return false;
    put_before(out);
    out->found = !out->shown;
    if (out->query->mode == STORE_VALUES)
        return true;
    storetext_word(out, word);
    return false;
}

static bool is_all(struct store_out *out)
{
    if (!out->shown)
        return !out->query->field_count;
    return top_frame(out)->all || is_field(out);
}

/* What is done with the entries of a container that is wanted, and writes its beginning. */
static enum doing open_wanted(struct store_out *out, bool list)
{
    if (!at_path_end(out))
        return SEEK;
    put_before(out);
    if (out->shown < out->query->depth) {
        storetext_byte(out, list ? '[' : '{');
        return SHOW;
    }
    if (out->query->mode == STORE_VALUES)
        return COUNT;
    storetext_word(out, list ? STORE_WORD_LIST : STORE_WORD_OBJECT);
    out->found = !out->shown;
    return SKIP;
}

static void open(struct store_out *out, bool list)
{
    struct store_frame frame = {.doing = SKIP, .list = list};
    bool wanted = out->wanted && out->nest < STORE_NEST_MAX;

    if (wanted) {
        frame.all = is_all(out);
        frame.doing = open_wanted(out, list);
        out->shown += frame.doing == SHOW;
    }
    if (out->nest < STORE_NEST_MAX)
        out->frames[out->nest] = frame;
    out->nest++;
    out->wanted = false;
}

static void put_count(struct store_out *out, uint64_t count)
{
    storetext_put(out, "{\"+\":", 5);
    storetext_decimal(out, count);
    storetext_byte(out, '}');
    out->found = !out->shown;
}

/* ---- the interface */

struct store_text store_out_name(const struct store_out *out)
{
    struct store_text path = out->query->path;
    size_t at = out->path_at + (out->path_at != 0), end = at;

    while (end < path.size && path.bytes[end] != '.')
        end++;
    return (struct store_text){path.bytes + at, end - at};
}

void store_out_step(struct store_out *out, size_t size)
{
    out->path_at += (out->path_at != 0) + size;
}

void store_out_start(struct store_out *out, const struct store_query *query, char *bytes, size_t size)
{
    out->bytes = bytes;
    out->size = size;
    out->used = out->path_at = 0;
    out->query = query;
    out->key = NULL;
    out->wanted = true;
    out->found = out->full = false;
    out->nest = out->shown = 0;
}

enum status store_out_end(struct store_out *out, size_t *written)
{
    if (out->full)
        return STATUS_FULL;
    if (!out->found) {
        *written = out->path_at;
        return STATUS_NOT_FOUND;
    }
    *written = out->used;
    return STATUS_OK;
}

bool store_out_over(const struct store_out *out)
{
    return out->full || out->found;
}

void store_number(struct store_out *out, uint64_t number)
{
    if (begin_leaf(out, STORE_WORD_NUMBER))
        storetext_decimal(out, number);
}

void store_signed(struct store_out *out, int64_t number)
{
    if (!begin_leaf(out, STORE_WORD_SIGNED))
        return;
    if (number < 0)
        storetext_byte(out, '-');
    storetext_decimal(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

void store_flag(struct store_out *out, bool flag)
{
    if (!begin_leaf(out, STORE_WORD_FLAG))
        return;
    if (flag)
        storetext_put(out, "true", 4);
    else
        storetext_put(out, "false", 5);
}

void store_text(struct store_out *out, const char *bytes, size_t size)
{
    if (begin_leaf(out, STORE_WORD_TEXT))
        storetext_quoted(out, bytes, size);
}

void store_joined(struct store_out *out, struct store_text first, struct store_text second)
{
    if (!begin_leaf(out, STORE_WORD_TEXT))
        return;
    storetext_byte(out, '"');
    storetext_escaped(out, first.bytes, first.size);
    storetext_escaped(out, second.bytes, second.size);
    storetext_byte(out, '"');
}

void store_words(struct store_out *out, const char *text)
{
    store_text(out, text, text ? text_length(text) : 0);
}

void store_address(struct store_out *out, uint64_t address)
{
    if (begin_leaf(out, STORE_WORD_ADDRESS))
        storetext_address(out, address);
}

void store_object(struct store_out *out)
{
    open(out, false);
}

void store_array(struct store_out *out)
{
    open(out, true);
}

void store_end(struct store_out *out)
{
    struct store_frame *frame = top_frame(out);

    out->nest--;
    out->wanted = false;
    if (!frame)
        return;
    if (frame->doing == SHOW) {
        out->shown--;
        storetext_byte(out, frame->list ? ']' : '}');
        out->found = !out->shown;
    } else if (frame->doing == COUNT) {
        put_count(out, frame->count);
    }
}

bool store_key_text(struct store_out *out, const char *name, size_t size)
{
    out->key = name;
    out->key_size = size;
    return begin_entry(out, name, size);
}

bool store_key(struct store_out *out, const char *name)
{
    return store_key_text(out, name, text_length(name));
}

bool store_item(struct store_out *out)
{
    struct store_frame *frame = top_frame(out);
    char digits[DIGITS_MAX], *end = digits + sizeof digits, *first = end;

    if (frame && frame->doing == SEEK)
        first = digits_decimal(end, frame->count);
    out->key = NULL;
    return begin_entry(out, first, (size_t)(end - first));
}

bool store_beyond(struct store_out *out, uint64_t count, bool list)
{
    if (out->wanted && (!at_path_end(out) || out->shown < out->query->depth))
        return false;
    if (out->wanted && open_wanted(out, list) == COUNT)
        put_count(out, count);
    out->wanted = false;
    return true;
}

void store_number_of(struct store_out *out, const char *name, uint64_t number)
{
    store_key(out, name);
    store_number(out, number);
}

void store_signed_of(struct store_out *out, const char *name, int64_t number)
{
    store_key(out, name);
    store_signed(out, number);
}

void store_flag_of(struct store_out *out, const char *name, bool flag)
{
    store_key(out, name);
    store_flag(out, flag);
}

void store_words_of(struct store_out *out, const char *name, const char *text)
{
    store_key(out, name);
    store_words(out, text);
}

void store_address_of(struct store_out *out, const char *name, uint64_t address)
{
    store_key(out, name);
    store_address(out, address);
}
