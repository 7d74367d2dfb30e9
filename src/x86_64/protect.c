/* SPDX-License-Identifier: Apache-2.0 */
#include "protect.h"

#include "cpu.h"

static uint64_t read_cr0(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

uint64_t protect_cr4(void)
{
    uint64_t value;

    __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

/* The CR4 bits of what CPUID offers. */
static uint64_t cr4_offered(void)
{
    uint64_t bits = cpu_id(1, 0).edx & CPUID_1_EDX_PGE ? CR4_PGE : 0;

    if (cpu_id(0, 0).eax >= 7) {
        struct cpuid seven = cpu_id(7, 0);

        bits |= seven.ebx & CPUID_7_EBX_SMEP ? CR4_SMEP : 0;
        bits |= seven.ebx & CPUID_7_EBX_SMAP ? CR4_SMAP : 0;
        bits |= seven.ecx & CPUID_7_ECX_UMIP ? CR4_UMIP : 0;
    }
    return bits;
}

void protect_enable(void)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(protect_cr4() | cr4_offered()) : "memory");
}

void protect_read(struct protection list[PROTECTION_COUNT])
{
    uint64_t offered = cr4_offered(), on = protect_cr4();
    bool nx = cpu_id(CPUID_EXTENDED_FEATURES, 0).edx & CPUID_X_EDX_NX;

    list[0] = (struct protection){ "WP", true, read_cr0() & CR0_WP };
    list[1] = (struct protection){ "NX", nx, nx && (cpu_msr(MSR_EFER) & EFER_NXE) };
    list[2] = (struct protection){ "PGE", offered & CR4_PGE, on & CR4_PGE };
    list[3] = (struct protection){ "SMEP", offered & CR4_SMEP, on & CR4_SMEP };
    list[4] = (struct protection){ "SMAP", offered & CR4_SMAP, on & CR4_SMAP };
    list[5] = (struct protection){ "UMIP", offered & CR4_UMIP, on & CR4_UMIP };
}
