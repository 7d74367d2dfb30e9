/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two trees over the same entries: by the hash of the name, and by cookie.  Cookies count up and are never used twice,
 * so a reader's place stays good.
 *
 * Each directory holds its parent, and its name in the parent holds it: rmdir breaks the circle.  A directory that lost
 * its name (`dead`) keeps its parent for "..", as long as somebody holds it.
 */
#include "directory.h"
#include "filenode.h"

#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "filepage.h"
#include "runtime/bytes.h"
#include "runtime/hash.h"

static struct keytree_node **hash_link(const struct inode *directory, const char *name, uint32_t length)
{
    struct keytree_node **root = (struct keytree_node **)(uintptr_t)&directory->directory.names;

    return keytree_link(root, hash_bytes(name, length));
}

struct inode *directory_new(struct inode *parent, uint32_t mode, enum filesystem filesystem)
{
    struct inode *inode = inode_new(S_IFDIR | mode, filesystem);

    if (!inode)
        return NULL;
    inode->links = parent ? 1 : 2; /* its own "."; a root's ".." too */
    inode->directory.parent = parent ? inode_hold(parent) : inode;
    return inode;
}

void directory_end(struct inode *directory)
{
    if (directory->directory.parent != directory)
        inode_release(directory->directory.parent);
}

struct entry *directory_entry(const struct inode *directory, const char *name, uint32_t length)
{
    struct entry *entry = (struct entry *)*hash_link(directory, name, length);

    while (entry && (entry->length != length || bytes_compare(entry->name, name, length)))
        entry = entry->same;
    return entry;
}

int64_t directory_find(struct inode *directory, const char *name, uint32_t length, struct inode **found)
{
    struct entry *entry = directory_entry(directory, name, length);

    if (entry) {
        *found = inode_hold(entry->inode);
        return 0;
    }
    if (directory->ops && directory->ops->find)
        return directory->ops->find(directory, name, length, found);
    return -ENOENT;
}

static uint64_t entry_size(uint32_t length)
{
    return sizeof(struct entry) + length + 1;
}

static void link_inode(struct inode *directory, struct inode *inode)
{
    inode_hold(inode);
    inode->links++;
    inode->home = directory;
    if (!inode_is(inode, S_IFDIR))
        return;
    directory->links++;
    if (inode->directory.parent == directory)
        return;
    inode_hold(directory);
    inode_release(inode->directory.parent);
    inode->directory.parent = directory;
}

static void unlink_inode(struct inode *directory, struct inode *inode)
{
    inode->links--;
    if (inode->home == directory)
        inode->home = NULL;
    if (inode_is(inode, S_IFDIR))
        directory->links--;
    inode_release(inode);
}

bool directory_add(struct inode *directory, const char *name, uint32_t length, struct inode *inode)
{
    struct entry *entry = filepage_room() ? filenode_new(entry_size(length)) : NULL;
    struct keytree_node **link = hash_link(directory, name, length);

    if (!entry)
        return false;
    if (radix_set(&directory->directory.order, directory->directory.next_cookie, entry) != STATUS_OK) {
        filenode_delete(entry, entry_size(length));
        return false;
    }
    *entry = (struct entry){ .cookie = directory->directory.next_cookie++, .inode = inode, .length = length };
    bytes_copy(entry->name, name, length);
    entry->name[length] = 0;
    if (*link) {
        entry->same = ((struct entry *)*link)->same;
        ((struct entry *)*link)->same = entry;
    } else {
        entry->node.key = hash_bytes(name, length);
        *link = &entry->node;
    }
    link_inode(directory, inode);
    directory->directory.count++;
    return true;
}

/* Takes the entry out of the tree of hashes. */
static void unhash(struct inode *directory, struct entry *entry)
{
    struct keytree_node **link = hash_link(directory, entry->name, entry->length);
    struct entry *at = (struct entry *)*link;

    if (at == entry && entry->same) { /* the next of its hash takes its place */
        entry->same->node = entry->node;
        *link = &entry->same->node;
    } else if (at == entry) {
        keytree_remove(link);
    } else {
        while (at->same != entry)
            at = at->same;
        at->same = entry->same;
    }
}

void directory_remove(struct inode *directory, struct entry *entry)
{
    unhash(directory, entry);
    radix_take(&directory->directory.order, entry->cookie);
    directory->directory.count--;
    unlink_inode(directory, entry->inode);
    filenode_delete(entry, entry_size(entry->length));
}

void directory_replace(struct inode *directory, struct entry *entry, struct inode *inode)
{
    struct inode *old = entry->inode;

    link_inode(directory, inode);
    entry->inode = inode;
    unlink_inode(directory, old);
}

struct entry *directory_next(const struct inode *directory, uint64_t *cookie)
{
    return radix_next(&directory->directory.order, cookie);
}

bool directory_within(const struct inode *inner, const struct inode *outer)
{
    while (inner != outer && inner->directory.parent != inner)
        inner = inner->directory.parent;
    return inner == outer;
}
