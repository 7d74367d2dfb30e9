/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program's address space: what mmap and its kin do, and what happens at a page fault of the user half.
 *
 *   areas (area.h)   what is mapped where, and with what rights         the truth
 *   page tables      pages that have been touched, with leaves that     made by faults, thrown away at will if the page
 *                    say whose frame they show (ledger.h)               can be had again
 *
 * Every page is made when it is touched: anonymous pages read as zeros from one page for all until they are written,
 * pages of files show the file's own frame until a private one is written.  2 MiB pages where an area has room for them
 * and memory is plenty.
 *
 * What files ask of it stands in forget.h.
 *
 * One program, one thread of the kernel at a time: no locks.  Results are Linux's: 0 or more, or -ENAME.
 */
#ifndef ACRE_SPACE_H
#define ACRE_SPACE_H

#include <stdbool.h>
#include <stdint.h>

#include "unix/area.h"

struct inode;
struct layout;

enum space_prot {
    SPACE_PROT_READ = 1,
    SPACE_PROT_WRITE = 2,
    SPACE_PROT_EXEC = 4,
    SPACE_PROT_SEM = 8,
    SPACE_PROT_GROWSDOWN = 0x1000000,
    SPACE_PROT_GROWSUP = 0x2000000,
};

enum space_map_flags {
    SPACE_MAP_SHARED = 1,
    SPACE_MAP_PRIVATE = 2,
    SPACE_MAP_SHARED_VALIDATE = 3,
    SPACE_MAP_TYPE = 0xf,
    SPACE_MAP_FIXED = 0x10,
    SPACE_MAP_ANONYMOUS = 0x20,
    SPACE_MAP_32BIT = 0x40,
    SPACE_MAP_GROWSDOWN = 0x100,
    SPACE_MAP_LOCKED = 0x2000,
    SPACE_MAP_NORESERVE = 0x4000,
    SPACE_MAP_POPULATE = 0x8000,
    SPACE_MAP_NONBLOCK = 0x10000,
    SPACE_MAP_STACK = 0x20000,
    SPACE_MAP_HUGETLB = 0x40000,
    SPACE_MAP_SYNC = 0x80000,
    SPACE_MAP_FIXED_NOREPLACE = 0x100000,
};

/* A page fault of the user half, as the CPU tells it. */
struct fault {
    uint64_t address;
    bool write, fetch, present, user;
};

enum { SPACE_SEGV_MAPERR = 1, SPACE_SEGV_ACCERR = 2, SPACE_BUS_ADRERR = 2 };

/*
 * Resolves a page fault.  0: run on.  Otherwise the signal (SIGSEGV 11 and SIGBUS 7 with their si_code, SIGKILL 9 when
 * memory ran out).
 */
int space_fault(const struct fault *fault, int *si_code);

/*
 * mmap, with arguments that are only as good as the program's.  The address, or -errno.  A file is mapped from
 * `offset`, a multiple of the page; the area takes a hold of its own.
 */
struct space_request {
    uint64_t address, length;
    uint32_t prot, flags;
    struct inode *file; /* NULL: anonymous */
    uint64_t offset;
    bool may_read, may_write; /* how the file was opened */
    bool sealed; /* it may not be written although it was opened for it: -EPERM */
    bool no_device; /* nothing of its kind can be mapped: -ENODEV */
    enum area_kind kind; /* AREA_ANONYMOUS, or AREA_STACK; AREA_FILE goes without saying */
};
int64_t space_request(const struct space_request *request);

/* The same for a file that may be written, or for anonymous memory. */
int64_t space_map(uint64_t address, uint64_t length, int prot, int flags, struct inode *file, uint64_t offset);

/* Shows `length` bytes of pages of the kernel, which stay where they are, at a fixed address: the vDSO. */
int64_t space_map_kernel(uint64_t address, uint64_t length, int prot, const void *pages);

int64_t space_unmap(uint64_t address, uint64_t length);
int64_t space_protect(uint64_t address, uint64_t length, int prot);
int64_t space_remap(uint64_t address, uint64_t old_length, uint64_t new_length, int flags, uint64_t new_address);
int64_t space_advise(uint64_t address, uint64_t length, int advice);

/* Where brk begins: `start`, page-aligned; brk is there at first.  brk itself: the new end, or the old one. */
void space_brk_set(uint64_t start);
int64_t space_brk(uint64_t wanted);

/* Makes the pages of a range, for reading or writing, as faults would; -EFAULT, -ENOMEM. */
int64_t space_populate(uint64_t address, uint64_t length, bool write);

/* The most frames of its own that the program had at any time, whatever it replaced itself by. */
uint64_t space_most_resident(void);

/* Unmaps all there is; frames and tables go back to the ledger.  The next program's bases are the layout's, if any. */
void space_reset(const struct layout *layout);

/* Each area in order of address. */
void space_maps(void (*row)(void *context, const struct area *area), void *context);

/* The area that holds an address, or NULL. */
const struct area *space_area(uint64_t address);

/* Where a signal's frame, a stack or a name for people is looked for: the kind's name as in /proc/self/maps, or "". */
const char *space_kind_name(const struct area *area);

struct space_stats {
    uint64_t areas, pages; /* pages: of all areas, touched or not */
    uint64_t data_pages; /* of private areas that may be written, without stacks */
    uint64_t stack_pages, locked_pages;
    uint64_t brk_base, brk;
};
void space_stats(struct space_stats *stats);

/* Areas that may be both written and executed are refused with EACCES (option wxorx=1), else only reported. */
extern bool space_wxorx;

#endif
