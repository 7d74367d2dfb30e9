/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ring 3 itself, before there is a program: a thread of a few instructions in a page of its own (checks_ring3.asm), on
 * the way that every program goes.  What it found it leaves in its page.
 */
#include "errno.h"
#include "kernel/checks.h"
#include "kernel/physical.h"
#include "kernel/tables.h"
#include "runtime/bytes.h"
#include "thread.h"
#include "user.h"
#include "x86_64/cpu.h"

#define KEPT_ALL 0xfff /* twelve registers */
#define PAGE LAYOUT_USER_BASE
#define REPORT (PAGE + LAYOUT_FRAME_SIZE - sizeof(struct report))

/* What the code leaves at the end of its page. */
struct report {
    uint64_t tid; /* result of gettid */
    uint64_t absent; /* of a call that is not there */
    uint64_t kept; /* registers that a call must keep and has: a bit each */
};

extern const uint8_t ring3_code[], ring3_code_limit[];

static bool map(void)
{
    phys_t frame;

    if (physical_alloc(OWNER_USER_PROGRAM, &frame) != STATUS_OK)
        return false;
    if (tables_map_page(virt(PAGE), frame, PT_USER | PT_WRITE, OWNER_USER_PROGRAM) != STATUS_OK) {
        physical_free(OWNER_USER_PROGRAM, frame, 1);
        return false;
    }
    return true;
}

static bool load(void)
{
    return user_fill(PAGE, 0, LAYOUT_FRAME_SIZE) &&
           user_write(PAGE, ring3_code, (uint64_t)(ring3_code_limit - ring3_code));
}

static void unmap(void)
{
    physical_free(OWNER_USER_PROGRAM, tables_unmap_page(virt(PAGE)), 1);
}

static bool run(struct report *report)
{
    struct trap_frame frame = { .rip = PAGE, .rsp = REPORT };
    struct thread *thread;
    enum status status;

    frame.cs = LAYOUT_SELECTOR_USER_CODE;
    frame.ss = LAYOUT_SELECTOR_USER_DATA;
    frame.rflags = RFLAGS_IF | RFLAGS_FIXED;
    status = thread_new(&frame, &thread);
    if (status != STATUS_OK)
        return false;
    thread_start(thread);
    while (threads_count > 1)
        thread_yield();
    return user_get(*report, REPORT);
}

static bool call_comes_back(void)
{
    struct report report = { 0 };
    bool ok;

    if (!current)
        threads_init();
    if (!map())
        return false;
    ok = load() && run(&report);
    unmap();
    figure("tid: %ld", (int64_t)report.tid);
    figure("absent: %ld", (int64_t)report.absent);
    figure("kept: 0x%lx", report.kept);
    return ok && report.tid == THREAD_FIRST_TID + 1 && report.absent == (uint64_t)-ENOSYS && report.kept == KEPT_ALL;
}

static bool user_memory(void)
{
    uint8_t byte = 1;
    char text[8];

    return !user_get(byte, PAGE) && !user_put(PAGE, byte) && !user_fill(PAGE, 0, 1) && !user_get(byte, UINT64_MAX) &&
           !user_get(byte, LAYOUT_KERNEL_BASE) && user_text(text, PAGE, sizeof text) < 0 && byte == 1;
}

static const struct check checks[] = {
    { "ring 3: a call comes back, with every register it must keep", call_comes_back },
    { "ring 3: memory that is not the program's is not read or written for it", user_memory },
};

const struct check_list checks_ring3 = { checks, sizeof checks / sizeof *checks };
