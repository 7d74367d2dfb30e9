/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Program files, from the tree of files into the program's address space.  Files are the world's: what cannot be loaded
 * is refused, with one line on the log that says why.  Results are 0 (or an address) or -ENAME.
 */
#ifndef ACRE_LOAD_H
#define ACRE_LOAD_H

#include "elfuser.h"
#include "inode.h"
#include "userstack.h"

struct load_file {
    struct inode *inode; /* held; NULL: none */
    struct elfuser elf;
    uint64_t bias; /* what is added to its addresses, once it is mapped */
};

static inline void load_end(struct load_file *file)
{
    if (file->inode)
        inode_release(file->inode);
    file->inode = NULL;
}

/* The file of a path that may be executed, held: -ENOENT, ..., -EACCES where it is no regular file or has no x bit. */
int64_t load_find(struct inode *from, const char *path, uint32_t path_flags, struct inode **inode);

/* Reads the ELF headers of file->inode, which `path` names on the log, into `head` of ELFUSER_HEAD_SIZE bytes, and
 * checks them: -ENOEXEC. */
int64_t load_check(struct load_file *file, const char *path, uint8_t *head);

/* The path of its interpreter into `to` of ELFUSER_PATH_MAX bytes: -ENOEXEC if it does not end. */
int64_t load_interpreter(const struct load_file *file, char *to);

/*
 * Maps all segments, page for page as the file says, what has no bytes in the file zeroed to the byte.  A file that
 * runs anywhere comes to `base`, or where mmap finds room if that is 0.
 */
int64_t load_map(struct load_file *file, uint64_t base);

#endif
