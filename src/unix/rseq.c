/* SPDX-License-Identifier: Apache-2.0 */
/*
 * There is one CPU, so that what a program reads in its area never changes: CPU 0, node 0.  What remains is the promise
 * that a sequence that was interrupted does not go on.  A section that is not as it must be gives SIGSEGV, as on Linux.
 */
#include "rseq.h"

#include "errno.h"
#include "fault.h"
#include "signals.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"

#define AREA_SIZE 32u /* of the first version of struct rseq */
#define AREA_ALIGN 32u
#define FLAG_UNREGISTER 1u

struct rseq_area {
    uint32_t cpu_id_start, cpu_id;
    uint64_t section;
    uint32_t flags, node_id, concurrency_id, pad;
};

struct rseq_section {
    uint32_t version, flags;
    uint64_t base, size, abort;
};

_Static_assert(sizeof(struct rseq_area) == AREA_SIZE, "rseq(2)");

static bool section_good(const struct rseq_section *section)
{
    uint32_t signature;

    return section->version == 0 && section->abort - section->base >= section->size &&
           user_get(signature, section->abort - sizeof signature) && signature == current->rseq_signature;
}

void rseq_abort(struct trap_frame *frame)
{
    uint64_t at = current->rseq + __builtin_offsetof(struct rseq_area, section), address, none = 0;
    struct rseq_section section;

    if (!current->rseq)
        return;
    if (!user_get(address, at)) {
        fault_raise(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    if (!address)
        return;
    if (!user_get(section, address) || !section_good(&section) || !user_put(at, none))
        fault_raise(SIGSEGV, SI_KERNEL, 0);
    else if (frame->rip - section.base < section.size)
        frame->rip = section.abort;
}

static int64_t leave(const uint64_t *a)
{
    struct rseq_area area = { .cpu_id = UINT32_MAX };

    if ((uint32_t)a[2] != FLAG_UNREGISTER || current->rseq != a[0] || !current->rseq ||
        current->rseq_size != (uint32_t)a[1])
        return -EINVAL;
    if (current->rseq_signature != (uint32_t)a[3])
        return -EPERM;
    current->rseq = 0;
    return user_put(a[0], area) ? 0 : -EFAULT;
}

int64_t sys_rseq(const uint64_t *a)
{
    struct rseq_area area = { 0 };
    uint32_t size = (uint32_t)a[1];

    if (a[2])
        return leave(a);
    if (current->rseq)
        return current->rseq != a[0] || current->rseq_size != size        ? -EINVAL :
               current->rseq_signature != (uint32_t)a[3] ? -EPERM :
                                                           -EBUSY;
    if (size < AREA_SIZE || a[0] % AREA_ALIGN)
        return -EINVAL;
    if (!user_range(a[0], size) || !user_put(a[0], area))
        return -EFAULT;
    current->rseq = a[0];
    current->rseq_size = size;
    current->rseq_signature = (uint32_t)a[3];
    return 0;
}
