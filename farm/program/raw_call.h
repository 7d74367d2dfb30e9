/* SPDX-License-Identifier: Apache-2.0 */
/* A system call as the kernel sees it: no C library between, nothing of it touched.  For Linux programs. */
#ifndef ACRE_RAW_CALL_H
#define ACRE_RAW_CALL_H

/* Returns what the kernel returns: -4095..-1 are -errno. */
static inline long raw_call(long number, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
