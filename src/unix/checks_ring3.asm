; SPDX-License-Identifier: Apache-2.0
;
; A program of one page for checks_ring3.c, which copies it to where it runs.  in: RSP = its struct report

        bits 64
        section .rodata

global  ring3_code, ring3_code_limit

SYS_SCHED_YIELD equ 24
SYS_EXIT        equ 60
SYS_GETTID      equ 186
SYS_ABSENT      equ 511
REPORT_TID      equ 0
REPORT_ABSENT   equ 8
REPORT_KEPT     equ 16

; One bit of the report if a register still has its number times this
PATTERN         equ 0x0101010101

%macro  SET 2
        mov     %1, PATTERN * %2
%endmacro

%macro  COMPARE 2
        mov     rcx, PATTERN * %2
        cmp     %1, rcx
        jne     %%changed
        or      dword [rsp + REPORT_KEPT], 1 << (%2 - 1)
%%changed:
%endmacro

ring3_code:
        mov     eax, SYS_GETTID
        syscall
        mov     [rsp + REPORT_TID], rax
        mov     eax, SYS_ABSENT
        syscall
        mov     [rsp + REPORT_ABSENT], rax
        SET     rbx, 1
        SET     rbp, 2
        SET     rdi, 3
        SET     rsi, 4
        SET     rdx, 5
        SET     r8, 6
        SET     r9, 7
        SET     r10, 8
        SET     r12, 9
        SET     r13, 10
        SET     r14, 11
        SET     r15, 12
        mov     eax, SYS_SCHED_YIELD
        syscall
        COMPARE rbx, 1
        COMPARE rbp, 2
        COMPARE rdi, 3
        COMPARE rsi, 4
        COMPARE rdx, 5
        COMPARE r8, 6
        COMPARE r9, 7
        COMPARE r10, 8
        COMPARE r12, 9
        COMPARE r13, 10
        COMPARE r14, 11
        COMPARE r15, 12
        xor     edi, edi
        mov     eax, SYS_EXIT
        syscall
ring3_code_limit:

        section .note.GNU-stack noalloc noexec nowrite
