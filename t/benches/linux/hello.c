/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest program: its first instruction reads the time-stamp counter, then it says "tsc N" and ends.  With an
 * argument it is the init of a machine of its own, and restarts that.
 */
#include <stdint.h>
#include <sys/syscall.h>

#define RESTART_MAGIC1 0xfee1dead /* reboot(2) */
#define RESTART_MAGIC2 672274793
#define RESTART 0x01234567

__asm__(".globl _start\n_start: rdtsc\n shl $32, %rdx\n or %rdx, %rax\n mov %rax, %rdi\n mov (%rsp), %rsi\n"
        "and $-16, %rsp\n call hello");

void hello(uint64_t tsc, uint64_t argc);

static long call(long number, long a, long b, long c)
{
    long result;

    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
    return result;
}

void hello(uint64_t tsc, uint64_t argc)
{
    char text[] = "tsc 00000000000000000000\n";

    for (int i = sizeof text - 3; tsc; i--, tsc /= 10)
        text[i] = (char)('0' + tsc % 10);
    call(SYS_write, 1, (long)text, sizeof text - 1);
    if (argc > 1)
        call(SYS_reboot, RESTART_MAGIC1, RESTART_MAGIC2, RESTART);
    call(SYS_exit, 0, 0, 0);
    __builtin_unreachable();
}
