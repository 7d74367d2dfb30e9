/* SPDX-License-Identifier: Apache-2.0 */
/* One block of whole pages that is doubled when it is full: strings are copied about twice each. */
#include "exec_args.h"

#include "errno.h"
#include "kernel/backed.h"
#include "kernel/panic.h"
#include "runtime/bytes.h"
#include "runtime/range.h"
#include "user.h"
#include "x86_64/layout.h"

#define LEAST 0x20000ull /* execve(2): ARG_MAX of old, whatever the stack's limit */
#define MOST 0x600000ull /* three quarters of the usual stack */
#define POINTER 8

void exec_args_init(struct exec_args *args, uint64_t stack_limit)
{
    *args = (struct exec_args){ .most = range_max(range_min(stack_limit / 4, MOST), LEAST) };
}

static void give_back(void *bytes, uint64_t room)
{
    if (bytes && heap_delete(&backed.heap, bytes, room) != STATUS_OK)
        panic("execve: its strings at %p cannot be freed", bytes);
}

void exec_args_end(struct exec_args *args)
{
    give_back(args->bytes, args->room);
    args->bytes = NULL;
    args->room = 0;
    args->strings = (struct userstack_strings){ 0 };
}

/* Makes room for `more` bytes behind those that there are. */
static int64_t grow(struct exec_args *args, uint64_t more)
{
    uint64_t want = args->strings.size + more, room = range_max(args->room * 2, LAYOUT_FRAME_SIZE);
    char *bytes;

    if (want <= args->room)
        return 0;
    room = range_align_up(range_max(room, want), LAYOUT_FRAME_SIZE);
    bytes = heap_new(&backed.heap, room);
    if (!bytes)
        return -ENOMEM;
    bytes_copy(bytes, args->strings.bytes, args->strings.size);
    give_back(args->bytes, args->room);
    args->bytes = bytes;
    args->strings.bytes = bytes;
    args->room = room;
    return 0;
}

static uint64_t left(const struct exec_args *args)
{
    uint64_t pointers = (args->strings.args + args->strings.envs) * POINTER;

    return args->most - range_min(args->most, args->strings.size + pointers + POINTER);
}

int64_t exec_args_add(struct exec_args *args, const char *text, uint64_t *count)
{
    uint64_t size = text_length(text) + 1;
    int64_t error = size > left(args) || size > USERSTACK_STRING_MAX ? -E2BIG : grow(args, size);

    if (error)
        return error;
    bytes_copy(args->bytes + args->strings.size, text, size);
    args->strings.size += size;
    *count += 1;
    return 0;
}

/* The string at `from`, in as much room as it takes. */
static int64_t read_text(struct exec_args *args, uint64_t from)
{
    uint64_t most = range_min(left(args), USERSTACK_STRING_MAX), try = LAYOUT_FRAME_SIZE / 16;

    for (;; try *= 2) {
        uint64_t room = range_min(try, most);
        int64_t length, error = room ? grow(args, room) : -E2BIG;

        if (error)
            return error;
        length = user_text(args->bytes + args->strings.size, from, room);
        if (length >= 0) {
            args->strings.size += (uint64_t)length + 1;
            return 0;
        }
        if (length != -ENAMETOOLONG)
            return length;
        if (room == most)
            return -E2BIG;
    }
}

static int64_t read_vector(struct exec_args *args, uint64_t vector, uint64_t *count)
{
    for (; vector; vector += POINTER) {
        uint64_t text;
        int64_t error;

        if (!user_get(text, vector))
            return -EFAULT;
        if (!text)
            break;
        error = read_text(args, text);
        if (error)
            return error;
        *count += 1;
    }
    return 0;
}

int64_t exec_args_read(struct exec_args *args, uint64_t argv, uint64_t envp)
{
    int64_t error = read_vector(args, argv, &args->strings.args);

    if (!error && !args->strings.args) /* Linux, since 5.18: no program starts without an argument */
        error = exec_args_add(args, "", &args->strings.args);
    return error ? error : read_vector(args, envp, &args->strings.envs);
}

/* Puts `text` in at `*at`, which goes on behind it; there is room. */
static void put_in(struct exec_args *args, uint64_t *at, const char *text)
{
    uint64_t size = text_length(text) + 1;

    bytes_move(args->bytes + *at + size, args->bytes + *at, args->strings.size - *at);
    bytes_copy(args->bytes + *at, text, size);
    args->strings.size += size;
    args->strings.args++;
    *at += size;
}

int64_t exec_args_script(struct exec_args *args, const char *name, const char *argument, const char *path)
{
    uint64_t more = text_length(name) + text_length(path) + 2 + (argument ? text_length(argument) + 1 : 0);
    uint64_t first = args->strings.args ? text_length(args->strings.bytes) + 1 : 0, at = 0;
    int64_t error = more > left(args) ? -E2BIG : grow(args, more);

    if (error)
        return error;
    if (args->strings.args) {
        args->strings.size -= first;
        args->strings.args--;
        bytes_move(args->bytes, args->bytes + first, args->strings.size);
    }
    put_in(args, &at, name);
    if (argument)
        put_in(args, &at, argument);
    put_in(args, &at, path);
    return 0;
}
