/* SPDX-License-Identifier: Apache-2.0 */
/* Names are those that /proc/self/fd has.  Two descriptors of one open file both show its offset and references. */
#include "store_files.h"

#include <stddef.h>

#include "abi_file.h"
#include "file.h"
#include "proc.h"
#include "runtime/storeout.h"

static const char *kind_of(const struct inode *inode)
{
    switch (inode->mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "link";
    case S_IFIFO:
        return "pipe";
    case S_IFSOCK:
        return "socket";
    case S_IFCHR:
        return "device";
    default:
        return "other";
    }
}

static const char *access_of(const struct file *file)
{
    static const char *const words[] = { "r", "w", "rw", "none" };

    return file->flags & O_PATH ? "path" : words[file->flags & O_ACCMODE];
}

static void write_file(struct store_out *out, uint64_t fd, const struct file *file)
{
    store_object(out);
    store_number_of(out, "fd", fd);
    if (store_key(out, "path"))
        store_words(out, store_files_path(file->inode));
    store_words_of(out, "kind", kind_of(file->inode));
    store_words_of(out, "access", access_of(file));
    store_address_of(out, "flags", file->flags);
    store_flag_of(out, "close-on-exec", fd_cloexec(fd));
    store_number_of(out, "offset", file->offset);
    store_number_of(out, "size", file->inode->size);
    store_number_of(out, "inode", file->inode->number);
    store_number_of(out, "references", file->references);
    store_end(out);
}

const char *store_files_path(struct inode *inode)
{
    static char path[PATH_MAX];

    return inode && proc_text_of(inode, path, sizeof path) >= 0 ? path : "";
}

void store_files_read(struct store_out *out, const void *context)
{
    (void)context;
    store_array(out);
    for (uint64_t fd = 0; fd_next(&fd) && !store_out_over(out); fd++)
        if (store_item(out))
            write_file(out, fd, file_get_any(fd));
    store_end(out);
}
