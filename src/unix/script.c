/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   #!  [blanks]  name  [blanks  argument]  [blanks]  newline
 *
 * Blanks are spaces and tabs.  The name ends at a blank, the argument does not: it is one, with its blanks.  A NUL ends
 * both.  Without a newline in the head the line is the head without its last byte, if a blank or a NUL shows that the
 * name is whole.
 */
#include "script.h"

#include <stddef.h>

#include "runtime/bytes.h"

#define FIRST 2 /* behind #! */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t skip_blanks(const char *head, size_t at, size_t limit)
{
    while (at < limit && is_blank(head[at]))
        at++;
    return at;
}

/* The first blank or NUL, or limit. */
static size_t find_end(const char *head, size_t at, size_t limit)
{
    while (at < limit && head[at] && !is_blank(head[at]))
        at++;
    return at;
}

/* Where the line ends; 0: its name may go on beyond the head. */
static size_t find_line(const char *head)
{
    size_t limit = 0, start;

    while (limit < SCRIPT_HEAD_SIZE && head[limit] != '\n')
        limit++;
    if (limit < SCRIPT_HEAD_SIZE)
        return limit;
    start = skip_blanks(head, FIRST, SCRIPT_HEAD_SIZE);
    return find_end(head, start, SCRIPT_HEAD_SIZE) < SCRIPT_HEAD_SIZE ? SCRIPT_HEAD_SIZE - 1 : 0;
}

static void keep(char *to, const char *head, size_t at, size_t limit)
{
    size_t size = 0;

    while (at + size < limit && head[at + size])
        size++;
    bytes_copy(to, head + at, size);
    to[size] = 0;
}

enum status script_read(struct script *script, const char *head)
{
    size_t limit, name, end;

    if (head[0] != '#' || head[1] != '!')
        return STATUS_NOT_FOUND;
    limit = find_line(head);
    if (!limit)
        return STATUS_INVALID;
    while (is_blank(head[limit - 1]))
        limit--;
    name = skip_blanks(head, FIRST, limit);
    if (name == limit)
        return STATUS_INVALID;
    end = find_end(head, name, limit);
    keep(script->name, head, name, end);
    script->has_argument = end < limit && head[end];
    keep(script->argument, head, skip_blanks(head, end, limit), script->has_argument ? limit : 0);
    return STATUS_OK;
}
