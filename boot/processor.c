/* SPDX-License-Identifier: Apache-2.0 */
/* Which CPU this is: what Acre cannot do without is refused by name, what it can do without is said. */
#include "x86_64/cpu.h"
#include "x86_64/handoff.h"
#include "stage2.h"

#define EFLAGS_ID (1u << 21)
#define PHYS_BITS_MAX 52 /* what a page-table entry has room for */
#define PHYS_BITS_DEFAULT 36 /* where the CPU has no leaf 80000008h (SDM vol. 3A 4.1.4) */

static bool has_cpuid(void)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl; pushfl; popl %1; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID));
    return (before ^ after) & EFLAGS_ID;
}

void processor_check(struct handoff *h)
{
    struct cpuid extended;
    uint32_t leaves;

    if (!has_cpuid())
        refuse("this CPU has no CPUID, so no long mode (64 bit)");
    leaves = cpu_id(CPUID_EXTENDED, 0).eax;
    if (leaves < CPUID_EXTENDED_FEATURES)
        refuse("this CPU has no long mode (64 bit): its last extended CPUID leaf is 0x%x", leaves);
    extended = cpu_id(CPUID_EXTENDED_FEATURES, 0);
    if (!(extended.edx & CPUID_X_EDX_LONG_MODE))
        refuse("this CPU has no long mode (64 bit): CPUID 0x80000001 EDX is 0x%x", extended.edx);
    if (!(cpu_id(1, 0).edx & CPUID_1_EDX_TSC))
        refuse("this CPU has no time-stamp counter");
    h->phys_bits = leaves >= CPUID_ADDRESS_SIZES ? cpu_id(CPUID_ADDRESS_SIZES, 0).eax & 0xff : PHYS_BITS_DEFAULT;
    if (h->phys_bits > PHYS_BITS_MAX)
        h->phys_bits = PHYS_BITS_MAX;
    if (extended.edx & CPUID_X_EDX_NX)
        h->features |= HANDOFF_NX;
    else
        note("this CPU has no NX: data pages stay executable");
    if (extended.edx & CPUID_X_EDX_PAGE1G)
        h->features |= HANDOFF_PAGE1G;
    else
        note("this CPU has no 1 GiB pages: 2 MiB pages are used");
}
