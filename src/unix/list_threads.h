/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, scheduling, futexes and time. */
SYSCALL(24, sched_yield, "")
SYSCALL(60, exit, "status:d")
SYSCALL(158, arch_prctl, "option:x address:p")
SYSCALL(186, gettid, "")
