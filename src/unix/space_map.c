/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mmap: which arguments are good, where the area goes, what it is.  The order of the checks is Linux's (mm/mmap.c, its
 * manual page says less), so that a call that is wrong in two ways fails in the same one.
 *
 * MAP_SHARED | MAP_ANONYMOUS maps a file without a name, so that shared pages are pages of a file everywhere.
 */
#include <stddef.h>

#include "unix/log.h"
#include "unix/errno.h"
#include "unix/inode.h"
#include "unix/space_inner.h"

#define HIDDEN_MODE 0100600 /* S_IFREG, for its owner */
#define LEGACY_FLAGS 0xfc07f9f3 /* all flags of mmap but those that came after MAP_SHARED_VALIDATE: SYNC, NOREPLACE */

bool space_wxorx;

static uint64_t both_rights; /* mappings with both, since the program began: a JIT makes many, and one line says so */

bool space_refused(uint64_t address, uint64_t length, uint32_t prot)
{
    if ((prot & (SPACE_PROT_WRITE | SPACE_PROT_EXEC)) != (SPACE_PROT_WRITE | SPACE_PROT_EXEC))
        return false;
    if (both_rights++ == 0)
        log_line("warning: writable and executable: 0x%lx..0x%lx%s", address, address + length,
            space_wxorx ? ", refused" : "");
    return space_wxorx;
}

void space_refused_end(void)
{
    if (both_rights > 1)
        log_line("warning: writable and executable: %lu more%s", both_rights - 1, space_wxorx ? ", refused" : "");
    both_rights = 0;
}

/* What a file lets a mapping be. */
static int64_t check_file(const struct space_request *r, bool shared)
{
    if (shared && r->prot & SPACE_PROT_WRITE && !r->may_write)
        return r->sealed ? -EPERM : -EACCES;
    if (!r->may_read)
        return -EACCES;
    if (r->no_device)
        return -ENODEV;
    return r->flags & SPACE_MAP_GROWSDOWN ? -EINVAL : 0;
}

/* Linux's types of mapping: private, shared, and shared with flags that are looked at. */
static int64_t check_type(const struct space_request *r)
{
    switch (r->flags & SPACE_MAP_TYPE) {
    case SPACE_MAP_PRIVATE:
        return r->file ? check_file(r, false) : 0;
    case SPACE_MAP_SHARED_VALIDATE:
        if (!r->file)
            return -EINVAL;
        return r->flags & ~(uint32_t)LEGACY_FLAGS ? -EOPNOTSUPP : check_file(r, true);
    case SPACE_MAP_SHARED:
        if (r->file)
            return check_file(r, true);
        return r->flags & SPACE_MAP_GROWSDOWN ? -EINVAL : 0;
    default:
        return -EINVAL;
    }
}

static bool is_shared(const struct space_request *r)
{
    return (r->flags & SPACE_MAP_TYPE) != SPACE_MAP_PRIVATE;
}

static bool is_fixed(const struct space_request *r)
{
    return r->flags & (SPACE_MAP_FIXED | SPACE_MAP_FIXED_NOREPLACE);
}

static bool is_free(uint64_t base, uint64_t limit)
{
    const struct area *above = area_find(&space.tree, base);

    return !above || area_start(above) >= limit;
}

/* An address that the program only proposes is taken if it is free. */
static bool hint_is_good(uint64_t hint, uint64_t length, uint32_t flags)
{
    uint64_t limit = flags & SPACE_MAP_32BIT ? LAYOUT_MMAP_BASE : SPACE_LIMIT;

    return hint >= LAYOUT_USER_BASE && hint < limit && limit - hint >= length && is_free(hint, hint + length);
}

/* Where the area goes. */
static int64_t choose(const struct space_request *r, uint64_t length)
{
    uint64_t hint = page_up(r->address);

    if (length > SPACE_LIMIT)
        return -ENOMEM;
    if (!is_fixed(r))
        return r->address && hint_is_good(hint, length, r->flags) ? (int64_t)hint
                                                                  : space_place(length, r->flags, !r->file);
    if (r->address > SPACE_LIMIT - length)
        return -ENOMEM;
    if (r->address & PAGE_MASK)
        return -EINVAL;
    if (r->address < LAYOUT_USER_BASE)
        return -EPERM;
    if (r->flags & SPACE_MAP_FIXED_NOREPLACE) {
        const struct area *above = area_find(&space.tree, r->address);

        if (above && above->base < r->address + length)
            return -EEXIST;
    }
    return (int64_t)r->address;
}

static uint32_t flags_of(const struct space_request *r)
{
    uint32_t flags = r->prot & AREA_ACCESS;

    flags |= is_shared(r) ? AREA_SHARED : 0;
    flags |= !is_shared(r) || r->may_write ? AREA_MAY_WRITE : 0;
    flags |= r->flags & SPACE_MAP_GROWSDOWN ? AREA_GROWS : 0;
    flags |= r->flags & SPACE_MAP_NORESERVE ? AREA_NORESERVE : 0;
    flags |= r->flags & SPACE_MAP_STACK ? AREA_NOHUGE : 0; /* as Linux: a stack is used from one end, a little */
    flags |= r->flags & SPACE_MAP_LOCKED ? AREA_LOCKED : 0;
    return flags | space.future;
}

/* More private memory that can be written than the machine has is refused, unless the program says that it will not use
 * it: Linux's heuristic. */
static bool is_too_much(uint64_t pages, uint32_t flags)
{
    return (flags & (AREA_WRITE | AREA_SHARED | AREA_NORESERVE)) == AREA_WRITE && pages > space.frames;
}

/* Unmaps what lies there, and makes the area; nodes are there for all of it. */
static int64_t install(struct area *want)
{
    int64_t result = 0;

    if (!space_nodes_ready(3))
        return -ENOMEM;
    if (!is_free(want->base, want->limit))
        result = space_unmap(want->base, want->limit - want->base);
    if (result != 0 || !space_nodes_ready(1))
        return result ? result : -ENOMEM;
    space_add(want);
    return 0;
}

static struct inode *hidden_file(uint64_t size)
{
    struct inode *file = inode_new(HIDDEN_MODE, FILESYSTEM_ROOT);

    if (file)
        file->size = size;
    return file;
}

static int64_t make(const struct space_request *r, uint64_t base, uint64_t length)
{
    struct area want = { .base = base, .limit = base + length, .flags = flags_of(r), .kind = r->kind,
                         .file = r->file, .offset = r->file ? r->offset : 0 };
    uint64_t pages = pages_of(length);
    int64_t result;

    if (space_refused(base, length, r->prot))
        return -EACCES;
    if (!space_may_grow(pages, want.flags) || is_too_much(pages, want.flags) || space.tree.count >= SPACE_AREAS_MAX)
        return -ENOMEM;
    if (!r->file && is_shared(r)) {
        want.file = hidden_file(length);
        want.flags |= AREA_HIDDEN | AREA_MAY_WRITE;
        if (!want.file)
            return -ENOMEM;
    }
    want.kind = want.file ? AREA_FILE : r->kind;
    result = install(&want);
    if (want.file && !r->file)
        inode_release(want.file);
    return result;
}

int64_t space_request(const struct space_request *r)
{
    uint64_t length = page_up(r->length);
    int64_t base, result;

    if (r->length == 0)
        return -EINVAL;
    if (length == 0)
        return -ENOMEM;
    base = choose(r, length);
    if (base < 0)
        return base;
    result = r->flags & SPACE_MAP_LOCKED && !space_may_lock_any() ? -EPERM : 0;
    if (result == 0 && flags_of(r) & AREA_LOCKED && !space_may_lock(pages_of(length)))
        result = -EAGAIN;
    if (result == 0)
        result = r->file && r->offset > INT64_MAX - length ? -EOVERFLOW : check_type(r);
    if (result == 0)
        result = make(r, (uint64_t)base, length);
    if (result != 0)
        return result;
    if ((r->flags & (SPACE_MAP_POPULATE | SPACE_MAP_NONBLOCK)) == SPACE_MAP_POPULATE ||
        (r->flags & SPACE_MAP_LOCKED) || space.future)
        (void)space_populate((uint64_t)base, length, r->prot & SPACE_PROT_WRITE && !is_shared(r));
    return base;
}

int64_t space_map(uint64_t address, uint64_t length, int prot, int flags, struct inode *file, uint64_t offset)
{
    struct space_request r = { .address = address, .length = length, .prot = (uint32_t)prot, .flags = (uint32_t)flags,
                               .file = file, .offset = offset, .may_read = true, .may_write = true };

    return space_request(&r);
}

int64_t space_map_kernel(uint64_t address, uint64_t length, int prot, const void *pages)
{
    struct area want = { .base = address, .limit = address + page_up(length), .flags = (uint32_t)prot & AREA_ACCESS,
                         .kind = AREA_VDSO, .pages = pages };

    if ((address | length) & PAGE_MASK || address < LAYOUT_USER_BASE || address >= SPACE_LIMIT ||
        SPACE_LIMIT - address < length || length == 0)
        return -EINVAL;
    if (!is_free(want.base, want.limit))
        return -EEXIST;
    if (!space_nodes_ready(1))
        return -ENOMEM;
    space_add(&want);
    return (int64_t)address;
}
