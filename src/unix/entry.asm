; SPDX-License-Identifier: Apache-2.0
;
; The way from ring 3 into a system call and back, and from one thread to another.
;
; The way itself stands in entry.inc, for src/unix/store_entry.asm has one, too, which counts the calls.

%include "layout.inc"
%include "src/x86_64/frame.inc"
%include "src/unix/entry.inc"

        bits 64
        section .text

extern  syscall_odd, thread_begun, entry_calls
global  entry_syscall, entry_enter, entry_switch, entry_begin, entry_user_rsp

; entry_syscall: where SYSCALL goes
        align 16
entry_syscall:
        syscall_way entry_calls, syscall_odd

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
