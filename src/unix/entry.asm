; SPDX-License-Identifier: Apache-2.0
;
; The way from ring 3 into a system call and back, and from one thread to another.
;
; SYSCALL leaves the program's stack pointer in RSP and has no stack of its own: entry_stack, the limit of the current
; thread's kernel stack, is loaded first.  Interrupts are off in the kernel, and there is one CPU, so that the program's
; RSP can wait in one place.  The frame is a struct trap_frame (x86_64/trap.h), at the same place as an exception's.
;
; The time-stamp counter is read on the way in and on the way out: what lies between is the thread's system time.
;
; The call comes back by SYSRET if the thread's `work` is 0: then its frame is as it was, C has kept the registers that
; it must keep, and only those that it may change are loaded.  Else entry_work does what is to be done and all registers
; are loaded by IRET.  SYSRET to an address that is not canonical would fault in ring 0 with the program's stack on
; Intel's CPUs (CVE-2012-0217); one that SYSCALL left in RCX is at most 2^47.

%include "layout.inc"
%include "src/x86_64/frame.inc"

        bits 64
        section .text

extern  trap_return, entry_work, syscall_odd, thread_begun
extern  entry_stack, entry_tick, entry_calls, entry_table, current
global  entry_syscall, entry_enter, entry_switch, entry_begin

TRAP_SYSCALL    equ 0x100                       ; trap.h
FRAME_ARGUMENTS equ 6 * 8                       ; offsets in struct trap_frame
FRAME_RAX       equ 12 * 8
FRAME_RIP       equ 17 * 8
FRAME_RFLAGS    equ 19 * 8
FRAME_RSP       equ 20 * 8
THREAD_SYSTEM   equ 8                           ; offset in struct thread (thread.h): system_ticks

; tick: RAX = the time-stamp counter; clobbers RDX
%macro tick 0
        rdtsc
        shl     rdx, 32
        or      rax, rdx
%endmacro

; entry_syscall: where SYSCALL goes.  in: RAX number, RDI RSI RDX R10 R8 R9 arguments, RCX = RIP, R11 = RFLAGS of the
; program, its RSP; DF, AC, TF and IF clear (FMASK)
        align 16
entry_syscall:
        mov     [rel entry_user_rsp], rsp
        mov     rsp, [rel entry_stack]
        push    LAYOUT_SELECTOR_USER_DATA
        push    qword [rel entry_user_rsp]
        push    r11
        push    LAYOUT_SELECTOR_USER_CODE
        push    rcx
        push    rax
        push    TRAP_SYSCALL
        push_registers
        tick
        mov     [rel entry_tick], rax
        mov     rax, [rsp + FRAME_RAX]
        lea     rdi, [rsp + FRAME_ARGUMENTS]
        cmp     rax, [rel entry_calls]          ; 0 while calls are traced
        jae     .odd
        call    [entry_table + rax * 8]
.back:  mov     rdx, [rel current]
        mov     rcx, [rsp + FRAME_RIP]
        cmp     dword [rdx], 0                  ; struct thread: work
        jne     .work
        bt      rcx, 47
        jc      .work
        mov     rsi, rax
        mov     rdi, rdx
        tick
        sub     rax, [rel entry_tick]
        add     [rdi + THREAD_SYSTEM], rax
        mov     rax, rsi
        mov     r11, [rsp + FRAME_RFLAGS]
        add     rsp, FRAME_ARGUMENTS
        pop_arguments
        mov     rsp, [rsp - FRAME_RAX + FRAME_RSP]
        o64 sysret

.odd:   call    syscall_odd
        jmp     .back

.work:  mov     [rsp + FRAME_RAX], rax
        mov     rdi, rsp
        call    entry_work
        jmp     trap_return

; void entry_enter(struct trap_frame *frame): to ring 3 with these registers; the kernel's stack is empty from there on
entry_enter:
        mov     rsp, rdi
        jmp     trap_return

; void entry_switch(uint64_t *save, uint64_t load): keeps what C keeps on this stack and its pointer in *save, and goes
; on on the other one, which was left in the same way
entry_switch:
        push    rbx
        push    rbp
        push    r12
        push    r13
        push    r14
        push    r15
        mov     [rdi], rsp
        mov     rsp, rsi
        pop_kept
        ret

; entry_begin: the first thing that a new thread does, on its own stack, after the switch to it.  in: RSP = its frame
entry_begin:
        mov     rdi, rsp
        call    thread_begun
        jmp     trap_return

        section .bss
entry_user_rsp: resq 1

        section .note.GNU-stack noalloc noexec nowrite
