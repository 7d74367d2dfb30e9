/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the program.  What it had is taken from it piece by piece: threads, files, memory.  Then the ledger must
 * be what it was before the first program started, owner by owner; whatever it is not, is a leak of the kernel's and
 * makes the exit a failure, for a kernel that loses frames would lose them at every program.
 *
 * The tree of files lives on: what the program wrote there is no leak.  So if files have grown or shrunk, they and what
 * their books take are left out, but never what belongs to a program alone.  An owner may have less than before: the
 * descriptors that the first program was given are closed.
 */
#include "program.h"

#include "commands.h"
#include "file.h"
#include "filenode.h"
#include "inode.h"
#include "kernel/backed.h"
#include "kernel/kheap.h"
#include "kernel/ledger.h"
#include "kernel/options.h"
#include "kernel/panic.h"
#include "log.h"
#include "program_ledger.h"
#include "signals.h"
#include "space.h"
#include "thread.h"
#include "timers.h"

struct program program;

static struct ledger before;
static uint64_t before_nodes;
static int exit_status;

/* Owners that grow with the tree of files, which outlives a program. */
static bool is_of_files(enum owner owner)
{
    return owner == OWNER_FILES || owner == OWNER_GENERAL || owner == OWNER_BACKED || owner == OWNER_METADATA_VIRTUAL ||
           owner == OWNER_METADATA_PHYSICAL || (owner >= OWNER_TABLES_PT && owner <= OWNER_TABLES_PDPT);
}

/* The books of an id heap take a page more or less for the shape that the free spans happen to have. */
#define BOOKS_SLACK 2

static uint64_t slack(enum owner owner)
{
    return owner == OWNER_METADATA_VIRTUAL || owner == OWNER_METADATA_PHYSICAL ? BOOKS_SLACK : 0;
}

static void settle(void)
{
    kheap_settle();
    while (backed_settle())
        ;
}

void program_ledger_begin(void)
{
    settle();
    before = ledger;
    before_nodes = filenode_bytes;
}

bool program_ledger_is_clear(void)
{
    uint64_t frames = 0;

    for (enum owner owner = OWNER_USER_ANONYMOUS; owner <= OWNER_USER_VDSO; owner++) {
        if (ledger.frames[owner])
            log_line("ledger: %s has %lu frames, and there is no program", owner_name(owner), ledger.frames[owner]);
        frames += ledger.frames[owner];
    }
    return frames == 0;
}

bool program_ledger_check(void)
{
    bool files_same, good = true;

    settle();
    files_same = ledger.frames[OWNER_FILES] == before.frames[OWNER_FILES] && filenode_bytes == before_nodes;
    for (enum owner owner = 0; owner < OWNER_COUNT; owner++) {
        if (owner == OWNER_FREE || ledger.frames[owner] <= before.frames[owner] + slack(owner) ||
            (!files_same && is_of_files(owner)))
            continue;
        log_line("ledger: %s has %lu frames after the program, had %lu before", owner_name(owner),
                 ledger.frames[owner], before.frames[owner]);
        good = false;
    }
    return good && ledger_total(&ledger) == ledger_total(&before);
}

/* On the first thread, which is the only one. */
static void end(void)
{
    files_end();
    timers_end();
    signals_end();
    space_reset(NULL);
    if (program.exe)
        inode_release(program.exe);
    program.exe = NULL;
    if (!program_ledger_check())
        panic("frames are lost after the program's end with status %d", exit_status);
    commands_ended(exit_status);
}

void program_reset(void)
{
    program = (struct program){ .exe = program.exe, .execs = program.execs, .aslr = options_program.aslr };
    program.settings.dumpable = 1;
    program.settings.slack = PROGRAM_SLACK_NS;
}

void program_exit(int status)
{
    exit_status = status & 0xff;
    threads_end_others();
    thread_on_first(end);
    panic("exit: the first thread came back");
}
