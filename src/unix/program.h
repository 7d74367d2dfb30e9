/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program: what belongs to all of its threads and is neither files, nor memory, nor signals.  There is one program
 * at a time; execve replaces it, and when it ends the machine ends.
 */
#ifndef ACRE_PROGRAM_H
#define ACRE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "unix/aslr.h"

struct inode;

/* Linux's numbers of resource limits. */
enum program_limit {
    LIMIT_CPU,
    LIMIT_FSIZE,
    LIMIT_DATA,
    LIMIT_STACK,
    LIMIT_CORE,
    LIMIT_RSS,
    LIMIT_NPROC,
    LIMIT_NOFILE,
    LIMIT_MEMLOCK,
    LIMIT_AS,
    LIMIT_LOCKS,
    LIMIT_SIGPENDING,
    LIMIT_MSGQUEUE,
    LIMIT_NICE,
    LIMIT_RTPRIO,
    LIMIT_RTTIME,
    LIMIT_COUNT
};

#define LIMIT_NONE UINT64_MAX

struct program_rlimit {
    uint64_t now, most; /* as struct rlimit64: rlim_cur, rlim_max */
};

#define PROGRAM_NAME_SIZE 16 /* a thread's name, with its NUL, as Linux has it */
#define PROGRAM_AUXV_MAX 32 /* pairs of the auxiliary vector */
#define PROGRAM_TICKS 100 /* a second, of times(2): AT_CLKTCK */
#define PROGRAM_PID 1 /* the program is the first and only process; its first thread's tid is the same */

/* As Linux has them: real, effective, saved, and for the file system. */
struct program_ids {
    uint32_t uid, euid, suid, fsuid, gid, egid, sgid, fsgid;
};

#define PROGRAM_GROUPS_MAX 32 /* supplementary groups */

/* What the program has set by prctl and setpriority; nothing here depends on it. */
struct program_settings {
    uint32_t death_signal, keep_capabilities, no_new_privileges, no_huge_pages, dumpable;
    int32_t nice;
    uint64_t slack; /* ns */
};

#define PROGRAM_SLACK_NS 50000ull /* Linux's */

struct program {
    struct inode *exe; /* held; what /proc/self/exe names; NULL before the first program */
    char name[PROGRAM_NAME_SIZE]; /* last part of the path, as prctl(PR_GET_NAME) has it at first */
    struct layout layout; /* of its address space */
    struct program_rlimit limits[LIMIT_COUNT];
    uint64_t args_base, args_limit; /* its argument strings on its stack: /proc/self/cmdline */
    uint64_t env_base, env_limit; /* and its environment */
    uint64_t auxv[2 * PROGRAM_AUXV_MAX]; /* as on its stack, AT_NULL included: /proc/self/auxv */
    uint32_t auxv_bytes;
    uint32_t personality; /* PER_LINUX and flags; kept, ADDR_NO_RANDOMIZE is heeded by the next execve */
    bool aslr; /* option aslr= */
    struct program_ids ids; /* all 0, root, at first; files are not guarded by them */
    uint32_t groups[PROGRAM_GROUPS_MAX], group_count;
    struct program_settings settings;
    uint64_t execs; /* programs so far, this one included */
};

extern struct program program;

/* As the first program of a boot finds it, but for its limits. */
void program_reset(void);

/*
 * Ends the program, as exit_group does: every thread stops, files are closed, memory goes back to the ledger, which
 * must then be as it was before the program; then the next program of the image runs, or the machine ends.  status:
 * 0..255, or 128 + signal.
 */
_Noreturn void program_exit(int status);

#endif
