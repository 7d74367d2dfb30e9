/* SPDX-License-Identifier: Apache-2.0 */
/* select and pselect6: three sets of bits in, three out. */
#include <stddef.h>

#include "abi_file.h"
#include "errno.h"
#include "kernel/kheap.h"
#include "program.h"
#include "syscalls.h"
#include "user.h"
#include "waiting.h"

#define SETS 3
#define WORD 64

/* What makes a descriptor ready for reading, writing, and in the third set. */
static const uint32_t ready_bits[SETS] = {
    POLLIN | POLLRDNORM | POLLRDBAND | POLLHUP | POLLERR,
    POLLOUT | POLLWRNORM | POLLWRBAND | POLLERR,
    POLLPRI,
};

struct selection {
    uint64_t count, words; /* descriptors; words of a set */
    uint64_t at[SETS]; /* in the program's memory; 0: no such set */
    uint64_t *asked, *found; /* all three sets, one after the other */
};

static uint64_t asked_of(const struct selection *s, uint32_t set, uint64_t fd)
{
    return s->asked[set * s->words + fd / WORD] >> fd % WORD & 1;
}

/* Ready ones among the sets of one descriptor; -EBADF. */
static int64_t look_at(struct selection *s, uint64_t fd)
{
    struct file *file;
    int64_t ready = 0;
    uint32_t bits;

    if (!(asked_of(s, 0, fd) | asked_of(s, 1, fd) | asked_of(s, 2, fd)))
        return 0;
    file = file_get(fd);
    if (!file)
        return -EBADF;
    bits = file_poll(file);
    for (uint32_t set = 0; set < SETS; set++) {
        if (!asked_of(s, set, fd) || !(bits & ready_bits[set]))
            continue;
        s->found[set * s->words + fd / WORD] |= 1ull << fd % WORD;
        ready++;
    }
    return ready;
}

static int64_t look_at_all(void *context)
{
    struct selection *s = context;
    int64_t ready = 0;

    for (uint64_t fd = 0; fd < s->count; fd++) {
        int64_t one = look_at(s, fd);

        if (one < 0)
            return one;
        ready += one;
    }
    return ready;
}

/* Bytes of a set in the program's memory: whole 64-bit words. */
static bool get_sets(struct selection *s)
{
    for (uint32_t set = 0; set < SETS; set++) {
        uint64_t *words = s->asked + set * s->words;

        if (s->at[set] && !user_read(words, s->at[set], s->words * sizeof *words))
            return false;
        if (s->count % WORD) /* bits beyond the last descriptor do not count */
            words[s->words - 1] &= (1ull << s->count % WORD) - 1;
    }
    return true;
}

static bool put_sets(const struct selection *s)
{
    for (uint32_t set = 0; set < SETS; set++)
        if (s->at[set] && !user_write(s->at[set], s->found + set * s->words, s->words * sizeof *s->found))
            return false;
    return true;
}

static int64_t select_until(struct selection *s, uint64_t deadline)
{
    uint64_t few[6 * SETS * 2] = { 0 }, words = SETS * s->words, bytes = 2 * words * sizeof(uint64_t);
    uint64_t *sets = bytes > sizeof few ? kheap_new(bytes) : few;
    int64_t result;

    if (!sets)
        return -ENOMEM;
    s->asked = sets;
    s->found = s->asked + words;
    for (uint64_t i = 0; i < 2 * words; i++)
        s->asked[i] = 0;
    result = get_sets(s) ? waiting_for(look_at_all, s, deadline) : -EFAULT;
    if (result >= 0 && !put_sets(s))
        result = -EFAULT;
    if (sets != few)
        (void)!kheap_delete(sets, bytes);
    s->asked = s->found = NULL;
    return result;
}

static int64_t select_call(const uint64_t *a, uint64_t deadline)
{
    struct selection s = { .count = (uint32_t)a[0], .at = { a[1], a[2], a[3] } };

    if ((int32_t)a[0] < 0)
        return -EINVAL;
    if (s.count > program.limits[LIMIT_NOFILE].now)
        s.count = program.limits[LIMIT_NOFILE].now;
    s.words = (s.count + WORD - 1) / WORD;
    return select_until(&s, deadline);
}

int64_t sys_select(const uint64_t *a)
{
    uint64_t deadline;
    int64_t result = waiting_until(a[4], 1000, &deadline);

    if (result)
        return result;
    result = select_call(a, deadline);
    waiting_rest(a[4], 1000, deadline);
    return result;
}

int64_t sys_pselect6(const uint64_t *a)
{
    uint64_t mask[2] = { 0, 0 }, deadline; /* the sixth argument: where the set of signals is, and its size */
    int64_t result = waiting_until(a[4], 1, &deadline);

    if (!result && a[5] && !user_get(mask, a[5]))
        result = -EFAULT;
    if (!result)
        result = waiting_mask(mask[0], mask[1]);
    if (result)
        return result;
    result = select_call(a, deadline);
    waiting_rest(a[4], 1, deadline);
    return result;
}
