/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clone and clone3: a thread of the program, as clone(2) has it.  Another process is not to be had: it is answered
 * ENOSYS, by design.
 */
#include "errno.h"
#include "runtime/bytes.h"
#include "syscalls.h"
#include "thread.h"
#include "user.h"
#include "x86_64/layout.h"

#define CLONE_VM 0x100ull
#define CLONE_FS 0x200ull
#define CLONE_FILES 0x400ull
#define CLONE_SIGHAND 0x800ull
#define CLONE_THREAD 0x10000ull
#define CLONE_SYSVSEM 0x40000ull
#define CLONE_SETTLS 0x80000ull
#define CLONE_PARENT_SETTID 0x100000ull
#define CLONE_CHILD_CLEARTID 0x200000ull
#define CLONE_DETACHED 0x400000ull /* without meaning */
#define CLONE_CHILD_SETTID 0x1000000ull
#define CLONE_NEEDED (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD)
#define CLONE_KNOWN \
    (CLONE_NEEDED | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | \
     CLONE_CHILD_SETTID)
#define CLONE_SIGNAL 0xffull /* of clone: what the parent gets at the end; a thread's parent gets none */

/* As clone3 has it. */
struct clone_args {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

#define ARGS_SIZE_FIRST 64 /* of the first version of the struct: up to tls */

static int64_t check_flags(uint64_t flags)
{
    if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)))
        return -EINVAL;
    return (flags & CLONE_NEEDED) == CLONE_NEEDED && !(flags & ~CLONE_KNOWN) ? 0 : -ENOSYS;
}

/* As Linux: where nothing can be written, nothing is, and the thread runs all the same. */
static void write_tids(const struct clone_args *args, int32_t tid)
{
    const uint64_t places[] = { args->flags & CLONE_PARENT_SETTID ? args->parent_tid : 0,
                                args->flags & CLONE_CHILD_SETTID ? args->child_tid : 0 };

    for (uint32_t i = 0; i < 2; i++)
        if (places[i] && !user_put(places[i], tid))
            continue;
}

/* args->stack is the new thread's stack pointer, 0 for the same. */
static int64_t clone_thread(const struct clone_args *args)
{
    struct trap_frame frame = *current->frame;
    int64_t result = check_flags(args->flags);
    struct thread *thread;

    if (result)
        return result;
    if (args->flags & CLONE_SETTLS && args->tls >= LAYOUT_USER_LIMIT)
        return -EPERM;
    frame.rax = 0;
    frame.rsp = args->stack ? args->stack : frame.rsp;
    if (thread_new(&frame, &thread) != STATUS_OK)
        return -EAGAIN;
    if (args->flags & CLONE_SETTLS)
        thread->fs_base = args->tls;
    if (args->flags & CLONE_CHILD_CLEARTID)
        thread->clear_child_tid = args->child_tid;
    write_tids(args, thread->tid);
    thread_start(thread);
    return thread->tid;
}

int64_t sys_clone(const uint64_t *a)
{
    struct clone_args args = {
        .flags = a[0] & ~CLONE_SIGNAL, .stack = a[1], .parent_tid = a[2], .child_tid = a[3], .tls = a[4]
    };

    return clone_thread(&args);
}

/* Whether what a newer program than this kernel asks for is nothing. */
static int64_t check_rest(uint64_t address, uint64_t size)
{
    uint8_t byte;

    for (uint64_t at = sizeof(struct clone_args); at < size; at++) {
        if (!user_get(byte, address + at))
            return -EFAULT;
        if (byte)
            return -E2BIG;
    }
    return 0;
}

int64_t sys_clone3(const uint64_t *a)
{
    struct clone_args args = { 0 };
    uint64_t size = a[1];
    int64_t result;

    if (size < ARGS_SIZE_FIRST)
        return -EINVAL;
    if (size > LAYOUT_FRAME_SIZE)
        return -E2BIG;
    if (!user_read(&args, a[0], size < sizeof args ? size : sizeof args))
        return -EFAULT;
    result = check_rest(a[0], size);
    if (result)
        return result;
    if (!args.stack != !args.stack_size || args.exit_signal > CLONE_SIGNAL || args.set_tid_size ||
        (args.flags & CLONE_THREAD && args.exit_signal) || (args.flags & CLONE_DETACHED))
        return -EINVAL;
    args.stack += args.stack_size;
    return clone_thread(&args);
}
