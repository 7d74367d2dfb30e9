/* SPDX-License-Identifier: Apache-2.0 */
/* The directory's names are made when asked for, and so are their files: a map of 1,024 entries costs nothing. */
#include "memmap.h"

#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "errno.h"
#include "kernel/boot.h"
#include "proc.h"
#include "tree.h"

static const struct map_entry *entry_of(const struct proc_text *text)
{
    return &boot.entries[text->number];
}

static void write_start(struct proc_text *text)
{
    fmt_write(&text->sink, "0x%lx\n", entry_of(text)->base);
}

static void write_end(struct proc_text *text)
{
    fmt_write(&text->sink, "0x%lx\n", entry_of(text)->base + entry_of(text)->length - 1);
}

static void write_type(struct proc_text *text)
{
    static const char *const names[] = { "Reserved", "System RAM", "Reserved", "ACPI Tables",
                                         "ACPI Non-volatile Storage", "Unusable memory" };
    uint32_t type = entry_of(text)->type;

    fmt_write(&text->sink, "%s\n", names[type < sizeof names / sizeof *names ? type : 0]);
}

static const struct proc_row rows[] = {
    { "", "start", write_start },
    { "", "end", write_end },
    { "", "type", write_type },
};

/* The directory of one entry, held. */
static int64_t make_entry(struct inode *memmap, uint64_t number, struct inode **found)
{
    struct inode *made = directory_new(memmap, 0555, memmap->filesystem);

    if (!made)
        return -ENOMEM;
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!proc_add(made, &rows[i], number)) {
            inode_release(made);
            return -ENOMEM;
        }
    }
    *found = made;
    return 0;
}

static int64_t find(struct inode *memmap, const char *name, uint32_t length, struct inode **found)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9' || length > 4 || (length > 1 && name[0] == '0'))
            return -ENOENT;
        number = number * 10 + (uint64_t)(name[i] - '0');
    }
    return number < boot.handoff.entry_count ? make_entry(memmap, number, found) : -ENOENT;
}

static int64_t list(struct inode *memmap, uint64_t *cookie, char *name, struct inode **found)
{
    if (*cookie >= boot.handoff.entry_count)
        return -ENOENT;
    fmt_text(name, NAME_MAX + 1, "%lu", *cookie);
    return make_entry(memmap, *cookie, found);
}

static const struct inode_ops memmap_ops = { .find = find, .list = list };

bool memmap_make(struct inode *memmap)
{
    if (memmap)
        memmap->ops = &memmap_ops;
    return memmap != NULL;
}
