/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What files are, apart from their names: regular files, directories, symbolic links, pipes, devices.
 *
 * An inode lives as long as somebody holds it: a name in a directory, an open file, a mapping, a working directory.
 * Calls that return int64_t return 0 or what they say, or -ENAME (errno.h).
 */
#ifndef ACRE_INODE_H
#define ACRE_INODE_H

#include <stdbool.h>
#include <stdint.h>

#include "radix.h"
#include "runtime/keytree.h"

struct file;
struct inode;
struct pipe;

struct inode_time {
    int64_t seconds;
    uint32_t nanoseconds;
};

/* What is not plain data in memory: /proc, devices.  Members may be NULL. */
struct inode_ops {
    /* Of a file: makes an open file of it work, by its ops and data. */
    int64_t (*open)(struct inode *inode, struct file *file);
    /* Of a symbolic link: its text into `to` of so many bytes, without NUL; returns its length. */
    int64_t (*text)(struct inode *inode, char *to, uint64_t room);
    /* Of a symbolic link that leads to an inode whatever its text says: that inode, held. */
    int64_t (*follow)(struct inode *inode, struct inode **to);
    /* Of a directory whose names are made when asked for: the inode of a name, held; and the first name at or above
     * *cookie, NUL-ended, with its inode, held.  -ENOENT: none. */
    int64_t (*find)(struct inode *directory, const char *name, uint32_t length, struct inode **found);
    int64_t (*list)(struct inode *directory, uint64_t *cookie, char *name, struct inode **found);
};

/* Which file system an inode is of; rename and link do not cross. */
enum filesystem { FILESYSTEM_ROOT = 1, FILESYSTEM_DEV, FILESYSTEM_PROC, FILESYSTEM_SYS, FILESYSTEM_PIPE };

struct directory {
    struct inode *parent; /* held; itself, not held, for the root */
    struct keytree_node *names; /* by hash; entries of one hash are chained */
    struct radix order; /* by cookie: in the order in which they were made */
    uint64_t next_cookie, count;
    bool dead; /* rmdir has taken its name away: nothing can be made in it */
};

struct inode {
    uint32_t references; /* holds */
    uint32_t links, mode, uid, gid;
    enum filesystem filesystem;
    uint64_t number, size, rdev;
    uint32_t seals; /* F_SEAL_ bits of a memfd */
    struct inode_time accessed, modified, changed, born;
    struct inode *home; /* not held: the directory in which a name of it was found last, or NULL */
    const struct inode_ops *ops; /* NULL: plain */
    const void *data; /* of ops */
    union {
        struct {
            struct radix pages; /* of a regular file; what is missing is a hole */
            uint64_t page_count;
        };
        struct directory directory;
        char *target; /* of a symbolic link, `size` bytes and a NUL */
        struct pipe *pipe; /* of a FIFO while it is open */
    };
};

/* A new inode of this mode, held once, with no name; NULL: no memory.  Its times are 0 until inode_touch. */
struct inode *inode_new(uint32_t mode, enum filesystem filesystem);

struct inode *inode_hold(struct inode *inode);
void inode_release(struct inode *inode);

static inline bool inode_is(const struct inode *inode, uint32_t type)
{
    return (inode->mode & 0170000) == type; /* S_IFMT */
}

/* /proc's and /sys's are the kernel's: nobody can make or remove a name in such a directory, or map such a file. */
static inline bool inode_is_fixed(const struct inode *inode)
{
    return inode->filesystem == FILESYSTEM_PROC || inode->filesystem == FILESYSTEM_SYS;
}

/* Which times inode_touch sets to now. */
#define TOUCH_ACCESSED 1u
#define TOUCH_MODIFIED 2u
#define TOUCH_CHANGED 4u
#define TOUCH_BORN 8u
void inode_touch(struct inode *inode, uint32_t times);

/*
 * The kernel address of page `index` of a regular file.  Where the file has a hole there it is made, zeroed, if `make`;
 * else NULL.  NULL also beyond the end of the file, and without memory: then *full is set (full may be NULL).
 */
void *inode_page(struct inode *file, uint64_t index, bool make, bool *full);

/* Reads into a kernel buffer; returns the bytes read, fewer only at the end. */
int64_t inode_read(struct inode *file, void *to, uint64_t size, uint64_t offset);

/* Makes a regular file so long; what is new is a hole.  -EFBIG. */
int64_t inode_resize(struct inode *file, uint64_t size);

/* Makes a hole of all bytes in [from, limit), limit at most the size rounded up to a page; pages that lie in it whole
 * go. */
void inode_punch(struct inode *file, uint64_t from, uint64_t limit);

/* Hangs a page in (it is the file's from now on).  False: no memory, and the page is still the caller's. */
bool inode_page_put(struct inode *file, uint64_t index, void *page);

/* Sets the text of a new symbolic link.  False: no memory. */
bool inode_target(struct inode *link, const char *text, uint64_t length);

/* Whether the program, which is root, may execute it: a regular file with an x bit. */
bool inode_may_execute(const struct inode *inode);

#endif
