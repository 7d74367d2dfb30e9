/* SPDX-License-Identifier: Apache-2.0 */
/* /proc and /sys: files whose text is made when they are opened. */
#ifndef ACRE_PROC_H
#define ACRE_PROC_H

#include "inode.h"
#include "runtime/fmt.h"

/* Makes both below the root.  False: no memory. */
bool proc_make(struct inode *root);

/* Where a file's text goes; proc_text.c and proc_self.c write to it with fmt_write(&text->sink, ...). */
struct proc_text {
    struct fmt_sink sink;
    struct inode *file;
    uint64_t number; /* which of several files of one row this is */
    bool full; /* memory has run out */
};

/* Bytes as they are. */
void proc_put(struct proc_text *text, const void *bytes, uint64_t size);

/* What writes the text of a file. */
struct proc_row {
    const char *directory; /* from the root on */
    const char *name;
    void (*write)(struct proc_text *text);
};
extern const struct proc_row proc_system[], proc_self[]; /* each ends with a name of NULL */

/* What /proc/self/fd says of an open file: its path, or "pipe:[7]" and so on; its length, or -ERANGE: no room. */
int64_t proc_text_of(struct inode *inode, char *to, uint64_t room);

/* The directory of the only process, which /proc/self leads to. */
#define PROC_PID "1"
#define PROC_SELF "proc/" PROC_PID

/* A file of the row in a directory; its text->number will be this one.  False: no memory. */
bool proc_add(struct inode *in, const struct proc_row *row, uint64_t number);

#endif
