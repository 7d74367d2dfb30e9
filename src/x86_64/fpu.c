/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XSAVE where the CPU has it, else FXSAVE (SDM vol. 1 chapter 13).  Of the states of XCR0 those that every program may
 * use without asking are enabled: x87, SSE, AVX, AVX-512.  Their order and size in the standard form is the same on
 * every CPU so far; a CPU on which they are larger than FPU_STATE_SIZE has only x87 and SSE enabled.
 */
#include "fpu.h"

#include "access.h"
#include "cpu.h"
#include "runtime/bytes.h"

#define CPUID_1_ECX_XSAVE (1u << 26)
#define CR4_OSFXSR (1ul << 9)
#define CR4_OSXMMEXCPT (1ul << 10)
#define CR4_OSXSAVE (1ul << 18)
#define CR0_MP (1ul << 1)
#define CR0_EM (1ul << 2)
#define CR0_TS (1ul << 3)
#define CR0_NE (1ul << 5)
#define XCR0_BASIC 3u /* x87 and SSE */
#define XCR0_AVX 4u
#define XCR0_AVX512 0xe0u
#define MXCSR_OFFSET 24
#define MXCSR_MASK_OFFSET 28
#define MXCSR_MASK_DEFAULT 0xffbfu /* where FXSAVE stores a mask of 0 (SDM vol. 1 11.6.6) */
#define MXCSR_START 0x1f80u
#define CONTROL_START 0x37fu

static uint64_t features;
static uint32_t size = FPU_LEGACY_SIZE, mxcsr_mask;
static struct fpu_state start;

static void set_xcr0(uint64_t value)
{
    __asm__ volatile("xsetbv" : : "c"(0), "a"((uint32_t)value), "d"((uint32_t)(value >> 32)));
}

static void enable_xsave(void)
{
    struct cpuid states = cpu_id(0xd, 0);

    features = XCR0_BASIC;
    if (states.eax & XCR0_AVX)
        features |= XCR0_AVX;
    if ((states.eax & (XCR0_AVX | XCR0_AVX512)) == (XCR0_AVX | XCR0_AVX512))
        features |= XCR0_AVX512;
    set_xcr0(features);
    size = cpu_id(0xd, 0).ebx;
    if (size > FPU_STATE_SIZE) {
        features = XCR0_BASIC;
        set_xcr0(features);
        size = FPU_LEGACY_SIZE + FPU_HEADER_SIZE;
    }
}

static void set_control(bool xsave)
{
    uint64_t cr0, cr4;

    __asm__ volatile("mov %%cr0, %0; mov %%cr4, %1" : "=r"(cr0), "=r"(cr4));
    cr0 = (cr0 & ~(CR0_EM | CR0_TS)) | CR0_MP | CR0_NE;
    cr4 |= CR4_OSFXSR | CR4_OSXMMEXCPT | (xsave ? CR4_OSXSAVE : 0);
    __asm__ volatile("mov %0, %%cr0; mov %1, %%cr4" : : "r"(cr0), "r"(cr4) : "memory");
}

void fpu_init(void)
{
    bool xsave = cpu_id(1, 0).ecx & CPUID_1_ECX_XSAVE;
    uint32_t control = CONTROL_START, mxcsr = MXCSR_START;

    set_control(xsave);
    if (xsave)
        enable_xsave();
    __asm__ volatile("fninit; fxsave64 %0" : "+m"(start));
    bytes_copy(&mxcsr_mask, start.bytes + MXCSR_MASK_OFFSET, sizeof mxcsr_mask);
    mxcsr_mask = mxcsr_mask ? mxcsr_mask : MXCSR_MASK_DEFAULT;
    bytes_fill(&start, 0, sizeof start);
    bytes_copy(start.bytes, &control, 2);
    bytes_copy(start.bytes + MXCSR_OFFSET, &mxcsr, sizeof mxcsr);
    if (features)
        start.bytes[FPU_LEGACY_SIZE] = XCR0_BASIC; /* XSTATE_BV; what is not named there is loaded as 0 */
    fpu_reset();
}

uint32_t fpu_size(void)
{
    return size;
}

uint64_t fpu_features(void)
{
    return features;
}

void fpu_save(struct fpu_state *state)
{
    if (features)
        __asm__ volatile("xsave64 %0"
                         : "+m"(*state)
                         : "a"((uint32_t)features), "d"((uint32_t)(features >> 32))
                         : "memory");
    else
        __asm__ volatile("fxsave64 %0" : "+m"(*state) : : "memory");
}

static bool load(const struct fpu_state *state)
{
    return features ? access_xrstor(state, features) : access_fxrstor(state);
}

bool fpu_load(const struct fpu_state *state)
{
    bool good = load(state);

    if (!good)
        fpu_reset();
    return good;
}

void fpu_reset(void)
{
    load(&start);
}

bool fpu_save_user(uint64_t state)
{
    return features ? access_xsave((void *)state, features) : access_fxsave((void *)state);
}

bool fpu_load_user(uint64_t state)
{
    return fpu_load((const struct fpu_state *)state);
}

bool fpu_mxcsr_good(uint32_t mxcsr)
{
    return !(mxcsr & ~mxcsr_mask);
}
