/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages are disposed of in order: `settled` is the first one of which nobody has decided yet.  A file's pages become
 * the file's.  The last of them may hold the heads, names and small data of members after it, too; so its rest is
 * zeroed only when all members that begin in it have been read.  There is never more than one such page, for the next
 * file whose pages are taken starts behind it.
 *
 * Hard links have the same device and inode number; GNU cpio gives the data to the last of them, others to the first.
 */
#include "unpack.h"

#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "filepage.h"
#include "newc.h"
#include "path.h"
#include "runtime/bytes.h"
#include "x86_64/layout.h"

#define PATH_MODE 0755 /* of directories that have no member of their own */

struct unpacking {
    struct newc archive;
    uint8_t *base;
    uint64_t pages, settled;
    uint8_t *tail, *tail_limit; /* to be zeroed; NULL: none */
    struct radix links; /* held inodes, by device and number */
};

static uint64_t page_of(uint64_t offset)
{
    return offset >> LAYOUT_FRAME_SHIFT;
}

static uint64_t pages_for(uint64_t size)
{
    return page_of(size + LAYOUT_FRAME_SIZE - 1);
}

/* Nobody reads the archive's pages below `limit` any more. */
static void settle(struct unpacking *u, uint64_t limit)
{
    if (u->tail && u->tail_limit <= u->base + (limit << LAYOUT_FRAME_SHIFT)) {
        bytes_fill(u->tail, 0, (size_t)(u->tail_limit - u->tail));
        u->tail = NULL;
    }
    for (; u->settled < limit; u->settled++)
        filepage_free(u->base + (u->settled << LAYOUT_FRAME_SHIFT));
}

/* Hangs the archive's pages into the file. */
static bool adopt(struct unpacking *u, struct inode *file, const struct newc_member *member)
{
    uint64_t first = page_of(member->data), count = pages_for(member->size);

    for (uint64_t i = 0; i < count; i++) {
        settle(u, first + i);
        if (!inode_page_put(file, i, u->base + (u->settled << LAYOUT_FRAME_SHIFT)))
            return false;
        u->settled++;
    }
    u->tail = u->base + member->data + member->size;
    u->tail_limit = u->base + (u->settled << LAYOUT_FRAME_SHIFT);
    file->size = member->size;
    return true;
}

static bool copy(struct unpacking *u, struct inode *file, const struct newc_member *member)
{
    const uint8_t *from = u->archive.bytes + member->data;

    file->size = member->size;
    for (uint64_t done = 0; done < member->size; done += LAYOUT_FRAME_SIZE) {
        uint64_t part = member->size - done < LAYOUT_FRAME_SIZE ? member->size - done : LAYOUT_FRAME_SIZE;
        uint8_t *page = inode_page(file, page_of(done), true, NULL);

        if (!page)
            return false;
        bytes_copy(page, from + done, part);
    }
    return true;
}

static bool fill(struct unpacking *u, struct inode *file, const struct newc_member *member)
{
    if (!member->size)
        return true;
    (void)inode_resize(file, 0);
    return (member->data % LAYOUT_FRAME_SIZE ? copy : adopt)(u, file, member);
}

static void set_attributes(struct inode *inode, const struct newc_member *member)
{
    struct inode_time time = { member->time, 0 };

    inode->mode = (inode->mode & S_IFMT) | (member->mode & MODE_BITS);
    inode->uid = member->uid;
    inode->gid = member->gid;
    inode->accessed = inode->modified = inode->changed = inode->born = time;
}

/* The directory of this part of a path, made if it is missing; NULL: no memory, or (*why) something else is there. */
static struct inode *enter(struct inode *in, const char *name, uint32_t length, const char **why)
{
    struct entry *entry = directory_entry(in, name, length);
    struct inode *made = entry ? NULL : directory_new(in, PATH_MODE, in->filesystem);
    bool good = made && directory_add(in, name, length, made);

    if (made)
        inode_release(made);
    if (entry && !inode_is(entry->inode, S_IFDIR))
        *why = "a file lies below something that is no directory";
    else if (entry)
        return entry->inode;
    return good ? made : NULL;
}

/* The directory in which the member's name stands; *name becomes its last part.  NULL as enter. */
static struct inode *find_place(const char **name, uint32_t *length, const char **why)
{
    struct inode *in = path_root;

    for (;;) {
        const char *part = *name;

        for (*length = 0; part[*length] && part[*length] != '/';)
            ++*length;
        *name = part + *length;
        while (**name == '/')
            ++*name;
        if (*length == 1 && *part == '.')
            *length = 0;
        if (!**name) {
            *name = part;
            return in;
        }
        in = *length ? enter(in, part, *length, why) : in;
        if (!in)
            return NULL;
    }
}

static struct inode *make_inode(struct unpacking *u, struct inode *in, const struct newc_member *member)
{
    uint32_t type = member->mode & S_IFMT;
    struct inode *inode;

    if (type == S_IFDIR)
        return directory_new(in, 0, in->filesystem);
    inode = inode_new(type, in->filesystem);
    if (!inode || type != S_IFLNK)
        return inode;
    if (inode_target(inode, (const char *)u->archive.bytes + member->data, member->size))
        return inode;
    inode_release(inode);
    return NULL;
}

/* The inode that an earlier member of the same number made; held.  Makes it if this is the first. */
static struct inode *linked_inode(struct unpacking *u, struct inode *in, const struct newc_member *member)
{
    uint64_t key = (uint64_t)member->device << 32 | member->inode;
    struct inode *inode = radix_get(&u->links, key);

    if (inode)
        return inode_hold(inode);
    inode = make_inode(u, in, member);
    if (inode && radix_set(&u->links, key, inode) == STATUS_OK)
        return inode_hold(inode);
    if (inode)
        inode_release(inode);
    return NULL;
}

/* Gives the inode the name, in the place of what has it. */
static bool put_name(struct inode *in, const char *name, uint32_t length, struct inode *inode, const char **why)
{
    struct entry *entry = directory_entry(in, name, length);

    if (!entry)
        return directory_add(in, name, length, inode);
    if (inode_is(entry->inode, S_IFDIR) || inode_is(inode, S_IFDIR))
        *why = "a directory and a file have the same name";
    else if (entry->inode != inode && in->filesystem == FILESYSTEM_ROOT)
        directory_replace(in, entry, inode);
    return !*why;
}

static bool make_member(struct unpacking *u, struct inode *in, const char *name, uint32_t length,
                        const struct newc_member *member, const char **why)
{
    bool linked = (member->mode & S_IFMT) == S_IFREG && member->links > 1, good;
    struct inode *inode = linked ? linked_inode(u, in, member) : make_inode(u, in, member);

    if (!inode)
        return false;
    set_attributes(inode, member);
    good = put_name(in, name, length, inode, why); /* first: its page may go as the data is taken */
    good = good && (!inode_is(inode, S_IFREG) || fill(u, inode, member));
    inode_release(inode);
    return good;
}

static bool is_kept(uint32_t mode)
{
    uint32_t type = mode & S_IFMT;

    return type == S_IFREG || type == S_IFDIR || type == S_IFLNK || type == S_IFIFO;
}

/* One member; false: no memory, or *why. */
static bool unpack_member(struct unpacking *u, const struct newc_member *member, const char **why)
{
    const char *name = member->name;
    uint32_t length;
    struct inode *in = find_place(&name, &length, why);
    struct entry *entry;

    if (!in)
        return false;
    entry = length ? directory_entry(in, name, length) : NULL;
    if ((member->mode & S_IFMT) == S_IFDIR && (!length || (entry && inode_is(entry->inode, S_IFDIR)))) {
        set_attributes(length ? entry->inode : in, member);
        return true;
    }
    if (!length || !is_kept(member->mode))
        return true;
    if ((member->mode & S_IFMT) == S_IFLNK && (!member->size || member->size >= PATH_MAX))
        *why = "a symbolic link's text is empty or too long";
    return !*why && make_member(u, in, name, length, member, why);
}

static void release_links(struct unpacking *u)
{
    uint64_t key = 0;

    for (struct inode *inode; (inode = radix_next(&u->links, &key));) {
        radix_take(&u->links, key);
        inode_release(inode);
    }
}

enum status unpack(void *base, uint64_t bytes, const char **why)
{
    struct unpacking u = { .base = base, .pages = pages_for(bytes) };
    struct newc_member member;
    enum status status;

    *why = NULL;
    newc_init(&u.archive, base, bytes);
    while ((status = newc_next(&u.archive, &member)) == STATUS_OK) {
        if (!unpack_member(&u, &member, why)) {
            status = *why ? STATUS_CORRUPT : STATUS_NO_MEMORY;
            break;
        }
        settle(&u, page_of(u.archive.at));
    }
    if (status != STATUS_NOT_FOUND && !*why)
        *why = status == STATUS_CORRUPT ? u.archive.why : "memory is full";
    settle(&u, u.pages);
    release_links(&u);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
