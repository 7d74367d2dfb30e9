/* SPDX-License-Identifier: Apache-2.0 */
#include "runfile.h"

#include <stdbool.h>
#include <stddef.h>

struct texts {
    const char *at, *limit;
};

/* The next text; NULL: none that ends. */
static const char *next(struct texts *texts)
{
    const char *text = texts->at, *end = text;

    while (end < texts->limit && *end)
        end++;
    if (end == texts->limit)
        return NULL;
    texts->at = end + 1;
    return text;
}

static bool read_number(struct texts *texts, uint64_t *number)
{
    const char *text = next(texts);
    uint64_t value = 0;

    if (!text || !*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || value > UINT32_MAX)
            return false;
        value = value * 10 + (uint64_t)(*text - '0');
    }
    *number = value;
    return true;
}

static bool read_list(struct texts *texts, uint64_t *count, const char **first)
{
    if (!read_number(texts, count))
        return false;
    *first = texts->at;
    for (uint64_t i = 0; i < *count; i++)
        if (!next(texts))
            return false;
    return true;
}

enum status runfile_read(struct runfile *run, const char *bytes, uint64_t size, uint64_t *used)
{
    struct texts texts = { bytes, bytes + size };

    if (!read_list(&texts, &run->arg_count, &run->args) || !read_list(&texts, &run->env_count, &run->envs))
        return STATUS_CORRUPT;
    run->cwd = next(&texts);
    run->path = next(&texts);
    if (!run->cwd || !run->path)
        return STATUS_CORRUPT;
    *used = (uint64_t)(texts.at - bytes);
    return STATUS_OK;
}
