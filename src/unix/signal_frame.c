/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   rsp of the program, less 128 (the red zone); or the limit of the alternate stack
 *   |---- FPU state, aligned to 64, its second magic word after it
 *   |---- siginfo
 *   |---- ucontext
 *   rsp   return address: the program's restorer, which calls rt_sigreturn; rsp + 8 is a multiple of 16
 *
 * Sources: Linux's uapi headers asm/sigcontext.h and asm/ucontext.h, the psABI.  Everything that comes back with
 * rt_sigreturn is the program's word: the flags are masked, segments that are not the program's, an FPU state that is
 * none, are refused (SIGSEGV).  An RIP that is not canonical is entry.c's to refuse.
 */
#include "signal_frame.h"

#include "entry.h"
#include "errno.h"
#include "runtime/bytes.h"
#include "thread.h"
#include "user.h"
#include "x86_64/cpu.h"
#include "x86_64/layout.h"

#define RED_ZONE 128u
#define UC_FLAGS 7u /* FP_XSTATE, SIGCONTEXT_SS, STRICT_RESTORE_SS */
#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u
#define MXCSR_OFFSET 24
#define SOFTWARE_OFFSET 464 /* of the FPU state: 48 bytes that the CPU leaves alone */
#define STACK_MIN 2048u /* MINSIGSTKSZ */

struct software {
    uint32_t magic1, extended_size;
    uint64_t features;
    uint32_t size, pad[7];
};

struct context {
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15, rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
    uint16_t cs, gs, fs, ss;
    uint64_t error, vector, old_mask, cr2, fpu, reserved[8];
};

struct frame {
    uint64_t back;
    struct {
        uint64_t flags, link;
        struct signal_stack stack;
        struct context context;
        uint64_t mask;
    } uc;
    struct siginfo info;
};

_Static_assert(sizeof(struct context) == 256 && sizeof(struct frame) == 440, "Linux");

static bool on_stack(uint64_t rsp)
{
    return rsp - current->signals.stack_base - 1 < current->signals.stack_size;
}

struct signal_stack signal_stack_get(uint64_t rsp)
{
    const struct thread_signals *s = &current->signals;

    if (!s->stack_size)
        return (struct signal_stack){ .flags = SS_DISABLE };
    return (struct signal_stack){ .base = s->stack_base,
                                  .size = s->stack_size,
                                  .flags = s->stack_flags | (on_stack(rsp) ? SS_ONSTACK : 0) };
}

int64_t signal_stack_set(const struct signal_stack *stack, uint64_t rsp)
{
    struct thread_signals *s = &current->signals;
    uint32_t mode = stack->flags & ~SS_AUTODISARM;

    if (on_stack(rsp) && !(s->stack_flags & SS_AUTODISARM))
        return -EPERM;
    if (mode != 0 && mode != SS_ONSTACK && mode != SS_DISABLE)
        return -EINVAL;
    if (mode != SS_DISABLE && stack->size < STACK_MIN)
        return -ENOMEM;
    s->stack_base = mode == SS_DISABLE ? 0 : stack->base;
    s->stack_size = mode == SS_DISABLE ? 0 : stack->size;
    s->stack_flags = stack->flags & SS_AUTODISARM;
    return 0;
}

/* Where the FPU state and the frame go; 0: the alternate stack is full. */
static uint64_t place(uint64_t rsp, const struct signal_action *action, uint64_t *fpu)
{
    const struct thread_signals *s = &current->signals;
    bool was_on = on_stack(rsp), on = was_on;
    uint64_t top = rsp - RED_ZONE, bottom;

    if (action->flags & SA_ONSTACK && s->stack_size && (!was_on || s->stack_flags & SS_AUTODISARM)) {
        top = s->stack_base + s->stack_size;
        on = true;
    }
    *fpu = (top - fpu_size() - sizeof(uint32_t)) & ~63ull;
    bottom = ((*fpu - sizeof(struct frame)) & ~15ull) - 8;
    return on && !(bottom - s->stack_base < s->stack_size) ? 0 : bottom;
}

static bool write_fpu(uint64_t at)
{
    uint32_t magic2 = MAGIC2, size = fpu_size();
    struct software software = { MAGIC1, size + 4, fpu_features(), size, { 0 } };

    return fpu_save_user(at) &&
           (!software.features || (user_put(at + SOFTWARE_OFFSET, software) && user_put(at + size, magic2)));
}

static void save_context(struct context *c, const struct trap_frame *f, uint64_t fpu, uint64_t mask)
{
    c->r8 = f->r8;
    c->r9 = f->r9;
    c->r10 = f->r10;
    c->r11 = f->r11;
    c->r12 = f->r12;
    c->r13 = f->r13;
    c->r14 = f->r14;
    c->r15 = f->r15;
    c->rdi = f->rdi;
    c->rsi = f->rsi;
    c->rbp = f->rbp;
    c->rbx = f->rbx;
    c->rdx = f->rdx;
    c->rax = f->rax;
    c->rcx = f->rcx;
    c->rsp = f->rsp;
    c->rip = f->rip;
    c->rflags = f->rflags;
    c->cs = (uint16_t)f->cs;
    c->gs = c->fs = 0;
    c->ss = (uint16_t)f->ss;
    c->error = current->fault_error;
    c->vector = current->fault_vector;
    c->old_mask = mask;
    c->cr2 = current->fault_address;
    c->fpu = fpu;
    bytes_fill(c->reserved, 0, sizeof c->reserved);
}

static void begin_handler(struct trap_frame *f, const struct signal_action *action, int number, uint64_t at)
{
    f->rdi = (uint64_t)number;
    f->rsi = at + offsetof(struct frame, info);
    f->rdx = at + offsetof(struct frame, uc);
    f->rax = 0;
    f->rsp = at;
    f->rip = action->handler;
    f->rflags &= ~(RFLAGS_DF | RFLAGS_RF | RFLAGS_TF);
    entry_tame(f);
    fpu_reset();
}

bool signal_frame_push(struct trap_frame *f, const struct signal_action *action, const struct siginfo *info,
                       uint64_t mask)
{
    uint64_t fpu, at = place(f->rsp, action, &fpu);
    struct frame frame;

    if (!at || !(action->flags & SA_RESTORER) || !user_range(fpu, fpu_size()) || !write_fpu(fpu))
        return false;
    frame.back = action->restorer;
    frame.uc.flags = fpu_features() ? UC_FLAGS : UC_FLAGS & ~1u;
    frame.uc.link = 0;
    frame.uc.stack = signal_stack_get(f->rsp);
    frame.uc.stack.flags = current->signals.stack_size ? current->signals.stack_flags : SS_DISABLE;
    save_context(&frame.uc.context, f, fpu, mask);
    frame.uc.mask = mask;
    frame.info = *info;
    if (!user_put(at, frame))
        return false;
    if (current->signals.stack_flags & SS_AUTODISARM)
        current->signals.stack_base = current->signals.stack_size = current->signals.stack_flags = 0;
    begin_handler(f, action, info->number, at);
    return true;
}

/* Whether the state is one with a header: the frame's words say so at both ends. */
static bool is_extended(uint64_t at)
{
    struct software software;
    uint32_t magic2;

    return fpu_features() && user_get(software, at + SOFTWARE_OFFSET) && software.magic1 == MAGIC1 &&
           software.size == fpu_size() && user_get(magic2, at + fpu_size()) && magic2 == MAGIC2;
}

/* A state without a header, or not aligned: FXSAVE's part of it, with a header that says so. */
static bool read_legacy(uint64_t at)
{
    struct fpu_state *state = &current->fpu;
    uint64_t legacy = 3; /* x87 and SSE */

    if (!user_read(state, at, FPU_LEGACY_SIZE))
        return false;
    bytes_fill(state->bytes + FPU_LEGACY_SIZE, 0, FPU_HEADER_SIZE);
    bytes_copy(state->bytes + FPU_LEGACY_SIZE, &legacy, sizeof legacy);
    return fpu_load(state);
}

/* The CPU itself refuses a state that is none (SDM vol. 1 13.8.1); it reads the program's memory only once. */
static bool read_fpu(uint64_t at)
{
    uint32_t mxcsr;

    if (!at) {
        fpu_reset();
        return true;
    }
    if (!user_get(mxcsr, at + MXCSR_OFFSET) || !fpu_mxcsr_good(mxcsr))
        return false;
    if (at % 64 == 0 && user_range(at, fpu_size()) && is_extended(at))
        return fpu_load_user(at);
    return read_legacy(at);
}

static void load_context(struct trap_frame *f, const struct context *c)
{
    f->r8 = c->r8;
    f->r9 = c->r9;
    f->r10 = c->r10;
    f->r11 = c->r11;
    f->r12 = c->r12;
    f->r13 = c->r13;
    f->r14 = c->r14;
    f->r15 = c->r15;
    f->rdi = c->rdi;
    f->rsi = c->rsi;
    f->rbp = c->rbp;
    f->rbx = c->rbx;
    f->rdx = c->rdx;
    f->rax = c->rax;
    f->rcx = c->rcx;
    f->rsp = c->rsp;
    f->rip = c->rip;
    f->rflags = c->rflags;
    entry_tame(f);
}

bool signal_frame_pop(struct trap_frame *f)
{
    struct frame frame;
    const struct context *c = &frame.uc.context;

    if (!user_read(&frame, f->rsp - 8, offsetof(struct frame, info)) || (c->cs | 3) != LAYOUT_SELECTOR_USER_CODE ||
        (c->ss | 3) != LAYOUT_SELECTOR_USER_DATA || !read_fpu(c->fpu))
        return false;
    load_context(f, c);
    signal_block(frame.uc.mask);
    signal_stack_set(&frame.uc.stack, f->rsp);
    return true;
}
