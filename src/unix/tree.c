/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <stddef.h>

#include "abi_file.h"
#include "device.h"
#include "directory.h"
#include "path.h"
#include "proc.h"
#include "runtime/bytes.h"

#define TMP_MODE 01777

static uint32_t length_of(const char *name)
{
    return (uint32_t)text_length(name);
}

struct inode *tree_directory(struct inode *in, const char *name, uint32_t mode, enum filesystem filesystem)
{
    struct entry *entry = directory_entry(in, name, length_of(name));
    struct inode *made = entry ? NULL : directory_new(in, mode, filesystem);

    if (entry)
        return entry->inode;
    return tree_add(in, name, made) ? made : NULL;
}

bool tree_add(struct inode *in, const char *name, struct inode *inode)
{
    bool good = inode && directory_add(in, name, length_of(name), inode);

    if (inode)
        inode_release(inode);
    return good;
}

bool tree_link(struct inode *in, const char *name, const char *text, const struct inode_ops *ops)
{
    struct inode *link = inode_new(S_IFLNK | 0777, in->filesystem);

    if (!link)
        return false;
    link->ops = ops;
    if (!ops && !inode_target(link, text, length_of(text))) {
        inode_release(link);
        return false;
    }
    return tree_add(in, name, link);
}

static bool make_devices(struct inode *root)
{
    struct inode *dev = tree_directory(root, "dev", 0755, FILESYSTEM_DEV);
    bool good = dev != NULL;

    for (uint32_t n = 0; good && device_name(n); n++)
        good = tree_add(dev, device_name(n), device_new(device_name(n)));
    good = good && tree_link(dev, "fd", "/proc/self/fd", NULL) && tree_link(dev, "stdin", "/proc/self/fd/0", NULL);
    good = good && tree_link(dev, "stdout", "/proc/self/fd/1", NULL);
    good = good && tree_link(dev, "stderr", "/proc/self/fd/2", NULL);
    return good && tree_directory(dev, "shm", TMP_MODE, FILESYSTEM_DEV);
}

bool tree_init(void)
{
    struct inode *root = directory_new(NULL, 0755, FILESYSTEM_ROOT);

    if (!root)
        return false;
    path_root = root;
    path_cwd = inode_hold(root);
    return make_devices(root) && proc_make(root) && tree_directory(root, "tmp", TMP_MODE, FILESYSTEM_ROOT);
}
