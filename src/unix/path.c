/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk has a stack of texts: the path, and on top of it the target of each symbolic link that is met before the end.
 * A text that is used up is left for the one below.  The last part is the one after which no text has any more parts.
 */
#include "path.h"

#include <stddef.h>

#include "abi_file.h"
#include "directory.h"
#include "errno.h"
#include "runtime/bytes.h"

struct inode *path_root, *path_cwd;

struct walk {
    const char *text; /* what is still to be walked */
    const char *below[SYMLINKS_MAX + 1]; /* and after it, the last first */
    uint32_t depth, links;
    struct path *path;
};

static void move_to(struct path *path, struct inode *held)
{
    inode_release(path->directory);
    path->directory = held;
}

static const char *skip_slashes(const char *text)
{
    while (*text == '/')
        text++;
    return text;
}

static void leave_used_up(struct walk *walk)
{
    while (!*walk->text && walk->depth)
        walk->text = walk->below[--walk->depth];
}

/* Starts on a text: at the root if it starts with a slash. */
static void begin_text(struct walk *walk, const char *text)
{
    if (*text == '/')
        move_to(walk->path, inode_hold(path_root));
    walk->text = skip_slashes(text);
    leave_used_up(walk);
}

/* Cuts the next part off into path->name; -ENAMETOOLONG. */
static int64_t cut(struct walk *walk)
{
    struct path *path = walk->path;
    const char *start = walk->text;
    uint32_t length = 0;

    while (start[length] && start[length] != '/')
        if (++length > NAME_MAX)
            return -ENAMETOOLONG;
    bytes_copy(path->name, start, length);
    path->name[length] = 0;
    path->length = length;
    path->last = text_equal(path->name, ".") ? PATH_DOT : text_equal(path->name, "..") ? PATH_DOTDOT : PATH_NAME;
    walk->text = skip_slashes(start + length);
    path->slash |= start[length] == '/' && !*walk->text && !walk->depth;
    leave_used_up(walk);
    return 0;
}

/* What path->name stands for in path->directory, held; NULL and -ENOENT if there is nothing. */
static int64_t look(struct path *path, struct inode **found)
{
    *found = NULL;
    if (!inode_is(path->directory, S_IFDIR))
        return -ENOTDIR;
    if (path->last == PATH_NAME) {
        int64_t result = directory_find(path->directory, path->name, path->length, found);

        if (!result)
            (*found)->home = path->directory;
        return result;
    }
    *found = inode_hold(path->last == PATH_DOT ? path->directory : path->directory->directory.parent);
    return 0;
}

/*
 * Goes on with the link's target, before what is left of the text.  `link` is held; the hold goes: its name holds it,
 * for nothing changes in a walk.  0: the walk stands at an inode already.  1: there is a text to walk.
 */
static int64_t follow(struct walk *walk, struct inode *link)
{
    struct inode *to;
    int64_t result = 1;

    if (++walk->links > SYMLINKS_MAX)
        result = -ELOOP;
    else if (link->ops)
        result = link->ops->follow(link, &to);
    if (!result) {
        move_to(walk->path, to);
        walk->path->last = PATH_DOT;
    } else if (result > 0) {
        if (*walk->text)
            walk->below[walk->depth++] = walk->text;
        begin_text(walk, link->target);
    }
    inode_release(link);
    return result;
}

/* Walks all parts but the last, whose name is left in the path. */
static int64_t walk_parts(struct walk *walk)
{
    struct path *path = walk->path;

    path->last = PATH_ROOT;
    while (*walk->text) {
        struct inode *next;
        int64_t result = cut(walk);

        if (result)
            return result;
        if (!*walk->text)
            return inode_is(path->directory, S_IFDIR) ? 0 : -ENOTDIR;
        result = look(path, &next);
        if (result)
            return result;
        if (inode_is(next, S_IFLNK)) {
            result = follow(walk, next);
            if (result < 0)
                return result;
        } else {
            move_to(path, next);
        }
        if (!inode_is(path->directory, S_IFDIR))
            return -ENOTDIR;
    }
    return 0;
}

/* Whether a link at the end is followed. */
static bool follows(const struct path *path, uint32_t flags)
{
    return flags & PATH_FOLLOW || (path->slash && !(flags & PATH_LAST));
}

/* Looks the last part up, and goes on where it is a link that is followed. */
static int64_t walk_last(struct walk *walk, uint32_t flags)
{
    struct path *path = walk->path;

    for (;;) {
        int64_t result = walk_parts(walk);

        if (result)
            return result;
        if (path->last == PATH_ROOT) {
            path->inode = inode_hold(path->directory);
            return 0;
        }
        if (flags & PATH_CREATE && path->slash && path->last == PATH_NAME)
            return -EISDIR;
        result = look(path, &path->inode);
        if (result == -ENOENT)
            return 0;
        if (result || !inode_is(path->inode, S_IFLNK) || !follows(path, flags))
            return result;
        result = follow(walk, path->inode);
        path->inode = NULL;
        if (result < 0)
            return result;
        if (!result) { /* a link that leads to an inode, which stands where the directory did */
            path->inode = inode_hold(path->directory);
            return 0;
        }
    }
}

int64_t path_walk(struct path *path, struct inode *from, const char *text, uint32_t flags)
{
    struct walk walk = { .path = path };
    int64_t result;

    *path = (struct path){ .directory = inode_hold(from) };
    if (!*text && flags & PATH_EMPTY) {
        path->last = PATH_DOT;
        path->inode = inode_hold(from);
        return 0;
    }
    begin_text(&walk, text);
    result = *text ? walk_last(&walk, flags) : -ENOENT;
    if (!result && path->inode && path->slash && !(flags & PATH_LAST) && !inode_is(path->inode, S_IFDIR))
        result = -ENOTDIR;
    if (result)
        path_end(path);
    return result;
}

void path_end(struct path *path)
{
    if (path->inode)
        inode_release(path->inode);
    inode_release(path->directory);
    path->inode = path->directory = NULL;
}

int64_t path_find_from(struct inode *from, const char *text, uint32_t flags, struct inode **inode)
{
    struct path path;
    int64_t result = path_walk(&path, from, text, flags);

    if (result)
        return result;
    if (!path.inode)
        result = -ENOENT;
    else
        *inode = inode_hold(path.inode);
    path_end(&path);
    return result;
}

int64_t path_find(const char *text, bool follow_last, struct inode **inode)
{
    return path_find_from(path_cwd, text, follow_last ? PATH_FOLLOW : 0, inode);
}

/* The name of `inode` in a directory; NULL: it has none there. */
static const struct entry *name_in(const struct inode *directory, const struct inode *inode)
{
    uint64_t cookie = 0;
    const struct entry *entry;

    for (; (entry = directory_next(directory, &cookie)) && entry->inode != inode; cookie++)
        ;
    return entry;
}

/* Puts "/NAME" before the text that starts at to[*start]. */
static bool prepend(char *to, uint64_t *start, const struct entry *entry)
{
    if (*start < entry->length + 1u)
        return false;
    *start -= entry->length + 1u;
    to[*start] = '/';
    bytes_copy(to + *start + 1, entry->name, entry->length);
    return true;
}

int64_t path_of(struct inode *inode, char *to, uint64_t room)
{
    struct inode *at = inode_is(inode, S_IFDIR) ? inode->directory.parent : inode->home;
    uint64_t start = room;

    if (!room)
        return -ERANGE;
    to[--start] = 0;
    if (!at)
        return -ENOENT;
    for (; inode != path_root; inode = at, at = at->directory.parent) {
        const struct entry *entry = name_in(at, inode);

        if (!entry)
            return -ENOENT;
        if (!prepend(to, &start, entry))
            return -ERANGE;
    }
    if (to[start] != '/') {
        if (!start)
            return -ERANGE;
        to[--start] = '/';
    }
    bytes_move(to, to + start, room - start);
    return (int64_t)(room - start - 1);
}
