/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of the program, in the form that proc(5) gives. */
#include <stddef.h>

#include "abi_file.h"
#include "at.h"
#include "clock.h"
#include "file.h"
#include "kernel/kheap.h"
#include "kernel/ledger.h"
#include "path.h"
#include "proc.h"
#include "runtime/bytes.h"
#include "space.h"
#include "thread.h"
#include "user.h"
#include "x86_64/layout.h"

#define KIB_SHIFT (LAYOUT_FRAME_SHIFT - 10)
#define PIECE 256u
#define MAPS_COLUMN 73u /* where a mapping's name begins */

/* Bytes of the program's own memory. */
static void write_memory(struct proc_text *text, uint64_t base, uint64_t limit)
{
    uint8_t bytes[PIECE];

    while (base < limit) {
        uint64_t part = limit - base < PIECE ? limit - base : PIECE;

        if (!user_read(bytes, base, part))
            return;
        proc_put(text, bytes, part);
        base += part;
    }
}

static void write_cmdline(struct proc_text *text)
{
    write_memory(text, program.args_base, program.args_limit);
}

static void write_environ(struct proc_text *text)
{
    write_memory(text, program.env_base, program.env_limit);
}

static void write_auxv(struct proc_text *text)
{
    proc_put(text, program.auxv, program.auxv_bytes);
}

static void write_comm(struct proc_text *text)
{
    fmt_write(&text->sink, "%s\n", program.name);
}

static const char *path_text(struct inode *inode, char *path)
{
    return path_of(inode, path, PATH_MAX) < 0 ? "(deleted)" : path;
}

struct map_row {
    struct proc_text *text;
    char *path; /* PATH_MAX bytes */
};

static void write_area(void *context, const struct area *area)
{
    struct map_row *row = context;
    struct inode *file = area->flags & AREA_HIDDEN ? NULL : area->file;
    const char *name = file ? path_text(file, row->path) : space_kind_name(area);
    char start[96];
    size_t length;

    length = fmt_text(start, sizeof start, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", area->base, area->limit,
                      area->flags & AREA_READ ? 'r' : '-', area->flags & AREA_WRITE ? 'w' : '-',
                      area->flags & AREA_EXEC ? 'x' : '-', area->flags & AREA_SHARED ? 's' : 'p', area->offset, 0,
                      file ? file->filesystem : 0u, file ? file->number : 0ul);
    proc_put(row->text, start, length);
    while (*name && length++ < MAPS_COLUMN)
        proc_put(row->text, " ", 1);
    fmt_write(&row->text->sink, "%s\n", name);
}

static void write_maps(struct proc_text *text)
{
    struct map_row row = { text, kheap_new(PATH_MAX) };

    if (!row.path) {
        text->full = true;
        return;
    }
    space_maps(write_area, &row);
    (void)!kheap_delete(row.path, PATH_MAX);
}

static uint64_t resident_pages(void)
{
    return ledger.frames[OWNER_USER_ANONYMOUS] + ledger.frames[OWNER_USER_STACK] + ledger.frames[OWNER_USER_HEAP] +
           ledger.frames[OWNER_USER_PROGRAM];
}

static void write_statm(struct proc_text *text)
{
    struct space_stats stats;

    space_stats(&stats);
    fmt_write(&text->sink, "%lu %lu 0 0 0 %lu 0\n", stats.pages, resident_pages(), stats.data_pages);
}

static void write_ids(struct proc_text *text)
{
    fmt_write(&text->sink, "Umask:\t0%u%u%u\n", at_umask >> 6, at_umask >> 3 & 7, at_umask & 7);
    fmt_write(&text->sink, "State:\tR (running)\nTgid:\t%d\nNgid:\t0\nPid:\t%d\nPPid:\t0\nTracerPid:\t0\n",
              PROGRAM_PID, PROGRAM_PID);
    fmt_write(&text->sink, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t64\nGroups:\t0\n");
}

static void write_status(struct proc_text *text)
{
    struct space_stats stats;

    space_stats(&stats);
    fmt_write(&text->sink, "Name:\t%s\n", program.name);
    write_ids(text);
    fmt_write(&text->sink, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n",
              stats.pages << KIB_SHIFT, stats.pages << KIB_SHIFT, stats.locked_pages << KIB_SHIFT,
              resident_pages() << KIB_SHIFT, resident_pages() << KIB_SHIFT);
    fmt_write(&text->sink, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmSwap:\t%8lu kB\nThreads:\t%u\n",
              stats.data_pages << KIB_SHIFT, stats.stack_pages << KIB_SHIFT, 0ul, threads_count);
    fmt_write(&text->sink, "SigPnd:\t%016lx\nSigBlk:\t%016lx\n", current->signals.own.pending,
              current->signals.blocked);
    fmt_write(&text->sink, "Cpus_allowed:\t1\nCpus_allowed_list:\t0\n");
}

static void write_stat(struct proc_text *text)
{
    struct space_stats stats;
    uint64_t system = clock_program_system(), all = clock_program(), tick = CLOCK_SECOND / 100;

    space_stats(&stats);
    fmt_write(&text->sink, "%d (%s) R 0 %d %d 1281 %d 4194304 0 0 0 0 %lu %lu 0 0 20 0 %u 0 0 %lu %lu ", PROGRAM_PID,
              program.name, PROGRAM_PID, PROGRAM_PID, PROGRAM_PID, (all - system) / tick, system / tick, threads_count,
              stats.pages << LAYOUT_FRAME_SHIFT, resident_pages());
    fmt_write(&text->sink, "18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 0 0 0 %lu %lu %lu %lu 0\n",
              program.args_base, program.args_limit, program.env_base, program.env_limit);
}

/* One file system without a device for all, though /dev, /proc and /sys say that they are others. */
static void write_mounts(struct proc_text *text)
{
    fmt_write(&text->sink, "rootfs / tmpfs rw,noatime 0 0\ndevtmpfs /dev tmpfs rw,nosuid,noatime 0 0\n"
                           "proc /proc proc rw,nosuid,nodev,noexec 0 0\nsysfs /sys sysfs rw,nosuid,nodev,noexec 0 0\n");
}

const struct proc_row proc_self[] = {
    { PROC_SELF, "auxv", write_auxv },       { PROC_SELF, "cmdline", write_cmdline },
    { PROC_SELF, "comm", write_comm },       { PROC_SELF, "environ", write_environ },
    { PROC_SELF, "maps", write_maps },       { PROC_SELF, "mounts", write_mounts },
    { PROC_SELF, "stat", write_stat },       { PROC_SELF, "statm", write_statm },
    { PROC_SELF, "status", write_status },   { NULL, NULL, NULL },
};
