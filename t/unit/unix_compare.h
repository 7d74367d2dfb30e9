/* SPDX-License-Identifier: Apache-2.0 */
/* A tree of src/unix against the one that Linux has in a directory, and the end of the latter; after unix_pair.h. */
#ifndef ACRE_UNIX_COMPARE_H
#define ACRE_UNIX_COMPARE_H

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "unix/directory.h"
#include "unix/inode.h"

#define COMPARED 20000u /* bytes of a file, from its beginning */

/* All that lies in `ours` against what lies below `path`. */
static void compare_trees(struct inode *ours, const char *path);

static void compare_entry(const struct entry *entry, const char *path)
{
    char inner[PATH_MAX];
    struct stat stat;

    snprintf(inner, sizeof inner, "%s/%s", path, entry->name);
    if (lstat(inner, &stat)) {
        differ(inner, -1, 0);
        return;
    }
    if (stat.st_mode != entry->inode->mode || (!S_ISDIR(stat.st_mode) && (uint64_t)stat.st_size != entry->inode->size))
        differ(inner, (int64_t)stat.st_size, (int64_t)entry->inode->size);
    if (S_ISDIR(stat.st_mode))
        compare_trees(entry->inode, inner);
    if (S_ISREG(stat.st_mode)) {
        static uint8_t one[COMPARED], other[COMPARED];
        int fd = open(inner, O_RDONLY);
        ssize_t size = read(fd, one, COMPARED);

        if (inode_read(entry->inode, other, COMPARED, 0) != size || memcmp(one, other, (size_t)size))
            differ("contents", size, 0);
        close(fd);
    }
}

static void compare_trees(struct inode *ours, const char *path)
{
    uint64_t cookie = 0, count = 0;
    DIR *directory = opendir(path);

    for (struct entry *entry; (entry = directory_next(ours, &cookie)); cookie++)
        compare_entry(entry, path);
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    if (count != ours->directory.count + 2)
        differ("names in a directory", (int64_t)count, (int64_t)ours->directory.count + 2);
}

/* Removes all that Linux has below a directory. */
static void clear(const char *path)
{
    DIR *directory = opendir(path);
    char inner[PATH_MAX];

    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (entry->d_type == DT_DIR) {
            clear(inner);
            rmdir(inner);
        } else {
            unlink(inner);
        }
    }
    if (directory)
        closedir(directory);
}

#endif
