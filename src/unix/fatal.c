/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   # fault: SIGSEGV (11): nothing is mapped there: rip 0x401136, thread 1
 *   # address 0x10 lies in no mapping
 *   # rip 0x401136 lies in 0x401000-0x402000 r-x /bin/prog
 *   # rax 0x...                                           registers
 *   # frame 0 0x0000000000401136 main+0x6 /bin/prog       by the chain of RBP
 *   # map 0x400000-0x401000 r-- /bin/prog                 every mapping
 *
 * or, where no core would be left, a line: "# ended by SIGTERM (15): sent by the program".  Who ended because no frame
 * was left is told who has them: the ledger's rows, those of nothing left out.
 *
 *   # ended by SIGKILL (9): out of memory
 *   # ledger user-anonymous 3583
 *   # ledger total 4006
 */
#include "fatal.h"

#include "fault_map.h"
#include "kernel/ledger.h"
#include "kernel/say.h"
#include "log.h"
#include "thread.h"
#include "user.h"
#include "x86_64/protocol.h"

#define FRAMES_MAX 24

#define CORE \
    (SIGNAL_BIT(SIGSEGV) | SIGNAL_BIT(SIGBUS) | SIGNAL_BIT(SIGILL) | SIGNAL_BIT(SIGFPE) | SIGNAL_BIT(SIGTRAP) | \
     SIGNAL_BIT(SIGSYS) | SIGNAL_BIT(SIGABRT) | SIGNAL_BIT(SIGQUIT))

static bool by_program(const struct siginfo *info)
{
    return info->code == SI_USER || info->code == SI_TKILL || info->code == SI_QUEUE;
}

static const char *why(const struct siginfo *info)
{
    if (by_program(info))
        return "sent by the program";
    switch (info->number) {
    case SIGSEGV:
        return info->code == SEGV_MAPERR ? "nothing is mapped there" :
               info->code == SEGV_ACCERR ? "the mapping does not allow it" :
                                           "a privileged or malformed access";
    case SIGBUS:
        return info->code == BUS_ADRERR ? "beyond the end of the file" :
               info->code == BUS_ADRALN ? "not aligned" :
                                          "a bad stack or segment";
    case SIGFPE:
        return info->code == FPE_INTDIV ? "integer division" : "floating point";
    case SIGILL:
        return "no instruction";
    default:
        return "from the kernel";
    }
}

static void say_registers(const struct trap_frame *f)
{
    log_line("rax 0x%016lx rbx 0x%016lx rcx 0x%016lx rdx 0x%016lx", f->rax, f->rbx, f->rcx, f->rdx);
    log_line("rsi 0x%016lx rdi 0x%016lx rbp 0x%016lx rsp 0x%016lx", f->rsi, f->rdi, f->rbp, f->rsp);
    log_line("r8  0x%016lx r9  0x%016lx r10 0x%016lx r11 0x%016lx", f->r8, f->r9, f->r10, f->r11);
    log_line("r12 0x%016lx r13 0x%016lx r14 0x%016lx r15 0x%016lx", f->r12, f->r13, f->r14, f->r15);
    log_line("rip 0x%016lx rflags 0x%08lx fs 0x%lx gs 0x%lx", f->rip, f->rflags, current->fs_base,
             current->gs_base);
}

/* Whoever was compiled without frame pointers has one frame, and perhaps some that are not true. */
static void say_frames(const struct trap_frame *f)
{
    uint64_t rbp = f->rbp, link[2];

    fault_map_frame(0, f->rip);
    for (uint32_t i = 1; i < FRAMES_MAX && user_get(link, rbp) && link[1]; i++) {
        fault_map_frame(i, link[1]);
        if (link[0] <= rbp)
            return;
        rbp = link[0];
    }
}

static void say_ledger(void)
{
    for (int i = 0; i < OWNER_COUNT; i++)
        if (ledger.frames[i])
            say(PROTO_LEDGER "%s %lu\n", owner_name((enum owner)i), ledger.frames[i]);
    say(PROTO_LEDGER "total %lu\n", ledger_total(&ledger));
}

void fatal_memory(void)
{
    log_line("ended by %s (%d): out of memory", signal_name(SIGKILL), SIGKILL);
    say_ledger();
}

void fatal_report(const struct trap_frame *frame, const struct siginfo *info)
{
    const char *name = signal_name(info->number);

    if (info->number == SIGSTOP) {
        log_line("stopped by %s (%d): nobody is there to let it go on", name, info->number);
        return;
    }
    if (info->number == SIGKILL && !by_program(info)) {
        fatal_memory();
        return;
    }
    if (!(CORE & SIGNAL_BIT(info->number))) {
        log_line("ended by %s (%d): %s", name, info->number, why(info));
        return;
    }
    log_line("fault: %s (%d): %s: rip 0x%lx, thread %d", name, info->number, why(info), frame->rip, current->tid);
    if (info->code > SI_USER && info->code < SI_KERNEL)
        fault_map_place("address", info->fault.address);
    fault_map_place("rip", frame->rip);
    say_registers(frame);
    say_frames(frame);
    fault_map();
}
