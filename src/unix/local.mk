# SPDX-License-Identifier: Apache-2.0
# The Linux program's view.  What is portable is in both lists: the unit tests have it in a host process, too.

# ELF, layout, start and end of the program
runtime_C += src/unix/aslr.c src/unix/elfuser.c src/unix/script.c src/unix/userstack.c
kernel_C += src/unix/aslr.c src/unix/elfuser.c src/unix/script.c src/unix/userstack.c src/runtime/elf.c

# The border to ring 3, threads, waiting, time, signals
kernel_C += src/unix/absent.c src/unix/calls_clone.c src/unix/calls_sched.c src/unix/calls_signals.c \
	src/unix/calls_threads.c src/unix/calls_time.c src/unix/calls_timers.c src/unix/checks_ring3.c \
	src/unix/clock.c src/unix/entry.c src/unix/fatal.c src/unix/fault_map.c src/unix/signal_deliver.c \
	src/unix/signal_frame.c src/unix/fault.c src/unix/futex.c src/unix/input.c src/unix/interrupt.c \
	src/unix/log.c src/unix/rseq.c src/unix/signals.c src/unix/syscalls.c src/unix/thread.c src/unix/trace.c \
	src/unix/user.c src/unix/wait.c src/x86_64/cmos.c src/x86_64/fpu.c src/x86_64/pic.c src/x86_64/pit.c
kernel_ASM += src/unix/checks_ring3.asm src/unix/entry.asm src/x86_64/access.asm
