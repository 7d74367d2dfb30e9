/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a program finds on its stack when it starts (psABI 3.4.1, in Linux's order), from the highest byte down:
 *
 *   stack_limit  8 zero bytes
 *                path of the program     AT_EXECFN
 *                environment strings     in order, the first one lowest
 *                argument strings        likewise
 *                stack_shift bytes, then down to 16
 *                "x86_64"                AT_PLATFORM
 *                16 random bytes         AT_RANDOM
 *                down to 16, so that the next ends there
 *                auxiliary vector, AT_NULL
 *                NULL, pointers to the environment
 *                NULL, pointers to the arguments
 *   rsp          argc
 *
 * Pure: memory is written through a function of the caller's.
 */
#ifndef ACRE_USERSTACK_H
#define ACRE_USERSTACK_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/status.h"

/* Types of entries of the auxiliary vector (getauxval(3)). */
enum auxv_type {
    AT_NULL = 0,
    AT_PHDR = 3,
    AT_PHENT = 4,
    AT_PHNUM = 5,
    AT_PAGESZ = 6,
    AT_BASE = 7,
    AT_FLAGS = 8,
    AT_ENTRY = 9,
    AT_UID = 11,
    AT_EUID = 12,
    AT_GID = 13,
    AT_EGID = 14,
    AT_PLATFORM = 15,
    AT_HWCAP = 16,
    AT_CLKTCK = 17,
    AT_SECURE = 23,
    AT_RANDOM = 25,
    AT_HWCAP2 = 26,
    AT_EXECFN = 31,
    AT_SYSINFO_EHDR = 33,
    AT_MINSIGSTKSZ = 51,
};

#define USERSTACK_AUXV_MAX 32 /* pairs, AT_NULL included */
#define USERSTACK_RANDOM_SIZE 16
#define USERSTACK_STRING_MAX 0x20000 /* bytes of one string, its NUL included: Linux's MAX_ARG_STRLEN */

/* Strings as execve was given them: arguments, environment, path of the program, NUL-ended, one behind the other. */
struct userstack_strings {
    const char *bytes;
    uint64_t size;
    uint64_t args, envs; /* how many */
};

/* A vector of pairs; the values of AT_PLATFORM, AT_RANDOM and AT_EXECFN are filled in by userstack_build. */
struct auxv {
    uint64_t words[2 * USERSTACK_AUXV_MAX];
    uint32_t count; /* pairs */
};

static inline void auxv_add(struct auxv *auxv, enum auxv_type type, uint64_t value)
{
    auxv->words[2 * auxv->count] = type;
    auxv->words[2 * auxv->count + 1] = value;
    auxv->count++;
}

struct userstack_request {
    uint64_t stack_limit, stack_shift; /* struct layout's */
    struct userstack_strings strings;
    uint8_t random[USERSTACK_RANDOM_SIZE];
    struct auxv *auxv; /* AT_NULL included */
    bool (*put)(uint64_t to, const void *from, uint64_t size); /* false: no memory there */
};

struct userstack {
    uint64_t rsp; /* a multiple of 16 */
    uint64_t args_base, args_limit, env_base, env_limit; /* the strings */
};

/* Bytes of stack that it takes at most. */
uint64_t userstack_size(const struct userstack_strings *strings, uint32_t auxv_count);

/* Writes it.  STATUS_NO_MEMORY: put said so. */
MUST_USE enum status userstack_build(struct userstack *stack, const struct userstack_request *request);

#endif
