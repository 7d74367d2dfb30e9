/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names in directories.  Finding, adding and removing one takes steps as the logarithm of their number; going through
 * them in order may be left off and taken up at any cookie, whatever was added and removed meanwhile.
 *
 * These calls do as they are told: what Linux allows is judged by names.c.
 */
#ifndef ACRE_DIRECTORY_H
#define ACRE_DIRECTORY_H

#include "inode.h"

struct entry {
    struct keytree_node node; /* of the first entry of its hash */
    struct entry *same; /* the next of the same hash */
    uint64_t cookie;
    struct inode *inode; /* held */
    uint32_t length;
    char name[];
};

/* A new directory in `parent` (NULL: it is a root), without a name yet, held once.  NULL: no memory. */
struct inode *directory_new(struct inode *parent, uint32_t mode, enum filesystem filesystem);

/* The entry of the name, or NULL. */
struct entry *directory_entry(const struct inode *directory, const char *name, uint32_t length);

/* What the name stands for, held: also in a directory whose names are made when asked for.  -ENOENT. */
int64_t directory_find(struct inode *directory, const char *name, uint32_t length, struct inode **found);

/* Adds a name, which is not there, for the inode, which gets a hold and a link (and the directory one, if that is what
 * the inode is).  Sets no times.  False: no memory. */
bool directory_add(struct inode *directory, const char *name, uint32_t length, struct inode *inode);

/* The reverse. */
void directory_remove(struct inode *directory, struct entry *entry);

/* Gives the name another inode; links and holds go along. */
void directory_replace(struct inode *directory, struct entry *entry, struct inode *inode);

/* The first entry at or above *cookie, which becomes its cookie; NULL: none. */
struct entry *directory_next(const struct inode *directory, uint64_t *cookie);

/* Whether `inner` is `outer` or lies somewhere below it. */
bool directory_within(const struct inode *inner, const struct inode *outer);

/* For inode_release: frees what an inode has as a directory, which is empty. */
void directory_end(struct inode *directory);

#endif
