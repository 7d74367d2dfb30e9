# SPDX-License-Identifier: Apache-2.0
# The Linux program's view.  What is portable is in both lists: the unit tests have it in a host process, too.

# ELF, layout, start and end of the program
exec_portable = src/unix/aslr.c src/unix/chacha.c src/unix/elfuser.c src/unix/runfile.c src/unix/script.c \
	src/unix/userstack.c
runtime_C += $(exec_portable)
kernel_C += $(exec_portable) src/runtime/elf.c src/unix/calls_exec.c src/unix/calls_identity.c \
	src/unix/calls_limits.c src/unix/calls_prctl.c src/unix/calls_system.c src/unix/commands.c src/unix/exec.c \
	src/unix/exec_args.c src/unix/exec_commit.c src/unix/load.c src/unix/main.c src/unix/program.c \
	src/unix/random.c src/unix/vdso_map.c
include src/unix/vdso/local.mk

# The border to ring 3, threads, waiting, time, signals
kernel_C += src/unix/calls_clone.c src/unix/calls_sched.c src/unix/calls_signals.c src/unix/calls_threads.c \
	src/unix/calls_time.c src/unix/calls_timers.c src/unix/checks_ring3.c src/unix/clock.c src/unix/entry.c \
	src/unix/fatal.c src/unix/fault.c src/unix/fault_map.c src/unix/fault_symbol.c src/unix/futex.c \
	src/unix/input.c src/unix/interrupt.c src/unix/log.c src/unix/rseq.c src/unix/signal_deliver.c \
	src/unix/signal_frame.c src/unix/signalfd.c src/unix/signals.c src/unix/syscalls.c src/unix/thread.c \
	src/unix/trace.c src/unix/user.c src/unix/wait.c src/x86_64/cmos.c src/x86_64/fpu.c src/x86_64/pic.c \
	src/x86_64/pit.c
kernel_ASM += src/unix/checks_ring3.asm src/unix/entry.asm src/x86_64/access.asm

# The store: a part of its own (kernel.lds.S)
kernel_C += src/unix/store_calls.c src/unix/store_faults.c src/unix/store_files.c src/unix/store_maps.c \
	src/unix/store_program.c src/unix/store_rows.c src/unix/store_serve.c src/unix/store_threads.c \
	src/unix/store_user.c
kernel_ASM += src/unix/store_entry.asm

# Files
unix_files_C = src/unix/at.c src/unix/call_attributes.c src/unix/call_copy.c src/unix/call_data.c src/unix/call_fd.c \
	src/unix/call_names.c src/unix/call_open.c src/unix/call_pipe.c src/unix/call_place.c src/unix/call_poll.c \
	src/unix/call_rename.c src/unix/call_select.c src/unix/call_splice.c src/unix/call_stat.c src/unix/directory.c \
	src/unix/epoll.c src/unix/file.c src/unix/file_directory.c src/unix/file_regular.c src/unix/filenode.c \
	src/unix/inode.c src/unix/inode_data.c src/unix/memfd.c src/unix/newc.c src/unix/path.c src/unix/pipe.c \
	src/unix/pipe_pair.c src/unix/radix.c src/unix/transfer.c src/unix/unpack.c src/unix/waiting.c
unix_files_C += src/unix/call_socket.c src/unix/eventfd.c src/unix/line.c src/unix/timerfd.c
runtime_C += $(unix_files_C)
kernel_C += $(unix_files_C) src/unix/console.c src/unix/device.c src/unix/filepage.c src/unix/files_boot.c \
	src/unix/memmap.c src/unix/proc.c src/unix/proc_self.c src/unix/proc_system.c src/unix/tree.c src/unix/tty.c

# The user address space
space_C = src/unix/area.c src/unix/space.c src/unix/space_advise.c src/unix/space_areas.c src/unix/space_brk.c \
	src/unix/space_change.c src/unix/space_collapse.c src/unix/space_fault.c src/unix/space_huge.c \
	src/unix/space_lock.c src/unix/space_map.c src/unix/space_pages.c src/unix/space_remap.c \
	src/unix/space_shrink.c src/unix/space_touch.c
runtime_C += $(space_C)
kernel_C += $(space_C) src/unix/call_memory.c src/unix/userpage.c
kernel_ASM += src/x86_64/page.asm

# What a program does seldom, and what is long for other reasons than speed, is compiled for size: 1 MiB of RAM has to
# hold it.
unix_SELDOM = store_calls store_faults store_files store_maps store_program store_rows store_serve store_threads \
	store_user aslr at call_attributes call_copy call_data call_fd call_names call_open call_pipe call_place call_poll \
	call_rename call_select call_socket call_splice call_stat calls_clone calls_exec calls_identity calls_limits \
	calls_prctl calls_sched calls_signals calls_system calls_threads calls_time calls_timers commands console \
	device directory elfuser epoll eventfd exec exec_args exec_commit fatal fault fault_map fault_symbol \
	file_directory files_boot inode inode_data line load main memfd memmap newc path pipe pipe_pair proc proc_self \
	proc_system program random rseq runfile script signal_frame signalfd signals space_advise space_collapse \
	space_lock space_remap space_shrink thread timerfd trace tree tty unpack userstack waiting
$(unix_SELDOM:%=src/unix/%.k.o) src/runtime/elf.k.o: private KERNEL_CFLAGS += -Os
