/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signal an exception of ring 3 is: as Linux has it on x86-64 (signal(7), sigaction(2)), so that a handler finds
 * the si_code and si_addr that it looks for.
 */
#include "fault.h"

#include "signal_deliver.h"
#include "space.h"
#include "thread.h"
#include "x86_64/layout.h"

#define MXCSR_MASKS_SHIFT 7
#define X87_STATUS_OFFSET 2
#define MXCSR_OFFSET 24

/* Bits of the exceptions in the x87 status word and in MXCSR (SDM vol. 1 8.1.3, 10.2.3). */
enum { FPU_INVALID = 1, FPU_DENORMAL = 2, FPU_DIVIDE = 4, FPU_OVERFLOW = 8, FPU_UNDERFLOW = 16, FPU_PRECISION = 32 };

uint64_t fault_counts[TRAP_COUNT], fault_pages[FAULT_PAGE_KINDS];

static int space_code(uint64_t address, uint64_t error, int *signal)
{
    struct fault fault = { .address = address,
                           .write = error & TRAP_PF_WRITE,
                           .fetch = error & TRAP_PF_FETCH,
                           .present = error & TRAP_PF_PRESENT,
                           .user = true };
    int code = SEGV_MAPERR;

    fault_pages[error % FAULT_PAGE_KINDS]++;
    *signal = address < LAYOUT_USER_LIMIT ? space_fault(&fault, &code) : SIGSEGV;
    return code;
}

bool fault_resolve(uint64_t address, uint64_t error)
{
    int signal;

    space_code(address, error, &signal);
    if (signal == SIGKILL)
        fault_raise(SIGKILL, SI_KERNEL, 0);
    return signal == 0;
}

void fault_raise(int number, int code, uint64_t address)
{
    struct siginfo info = { .number = number, .code = code, .fault.address = address };

    signal_force(number, &info);
}

/*
 * A fault that ring 3 meets and that is not of ring 3's rights at a page that is there is none that another try mends.
 * Seen on: QEMU 7.2's TCG with SMAP, where IRETQ reads its frame with the kernel's rights and loops.
 */
static void page_fault(struct trap_frame *frame)
{
    uint64_t address = trap_cr2();
    int signal, code = space_code(address, frame->error, &signal);

    if (!signal && (frame->error & (TRAP_PF_PRESENT | TRAP_PF_USER)) == TRAP_PF_PRESENT) {
        fault_raise(SIGSEGV, SI_KERNEL, 0);
        return;
    }
    if (!signal)
        return;
    current->fault_address = address;
    fault_raise(signal, signal == SIGKILL ? SI_KERNEL : code, address);
}

static int fpu_code(uint32_t raised)
{
    if (raised & FPU_INVALID)
        return FPE_FLTINV;
    if (raised & FPU_DIVIDE)
        return FPE_FLTDIV;
    if (raised & FPU_OVERFLOW)
        return FPE_FLTOVF;
    return raised & (FPU_UNDERFLOW | FPU_DENORMAL) ? FPE_FLTUND : FPE_FLTRES;
}

/* The exceptions that are raised and not masked. */
static uint32_t fpu_raised(uint64_t vector)
{
    const uint8_t *bytes = current->fpu.bytes;

    fpu_save(&current->fpu);
    if (vector == TRAP_SIMD) {
        uint32_t mxcsr = *(const uint32_t *)(bytes + MXCSR_OFFSET);

        return mxcsr & ~(mxcsr >> MXCSR_MASKS_SHIFT);
    }
    return *(const uint16_t *)(bytes + X87_STATUS_OFFSET) & ~(uint32_t) * (const uint16_t *)bytes;
}

static const struct {
    int signal, code;
    bool at; /* si_addr is the instruction's address */
} rows[TRAP_COUNT] = {
    [TRAP_DIVIDE] = { SIGFPE, FPE_INTDIV, true }, [TRAP_DEBUG] = { SIGTRAP, TRAP_TRACE, true },
    [TRAP_BREAKPOINT] = { SIGTRAP, SI_KERNEL, false }, [TRAP_OVERFLOW] = { SIGSEGV, SI_KERNEL, false },
    [TRAP_BOUND] = { SIGSEGV, SI_KERNEL, false }, [TRAP_OPCODE] = { SIGILL, ILL_ILLOPN, true },
    [TRAP_SEGMENT] = { SIGBUS, SI_KERNEL, false }, [TRAP_STACK] = { SIGBUS, SI_KERNEL, false },
    [TRAP_PROTECTION] = { SIGSEGV, SI_KERNEL, false }, [TRAP_ALIGNMENT] = { SIGBUS, BUS_ADRALN, false },
};

void fault_user(struct trap_frame *frame)
{
    uint64_t vector = frame->vector;

    fault_counts[vector]++;
    current->fault_vector = vector;
    current->fault_error = frame->error;
    if (vector == TRAP_PAGE_FAULT)
        page_fault(frame);
    else if (vector == TRAP_FPU || vector == TRAP_SIMD)
        fault_raise(SIGFPE, fpu_code(fpu_raised(vector)), frame->rip);
    else if (rows[vector].signal)
        fault_raise(rows[vector].signal, rows[vector].code, rows[vector].at ? frame->rip : 0);
    else
        trap_unexpected(frame);
}
