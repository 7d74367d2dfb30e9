; SPDX-License-Identifier: Apache-2.0
;
; Exceptions and interrupts: 48 stubs that all end in trap(struct trap_frame *); and the instructions that may fault on
; purpose.

%include "layout.inc"
%include "src/x86_64/frame.inc"

        bits 64
        section .text

extern  trap, trap_tss
global  trap_stubs, probe_read, probe_write, probe_execute, probe_read_at, probe_write_at, probe_fault, probe_stack
global  load_descriptors, trap_return

; trap_stubs: 48 of 16 bytes each.  in: what the CPU pushed.  Every frame looks the same: a 0 stands where there is no
; error code
        align 16
trap_stubs:
%assign vector 0
%rep 48
        align 16
  %if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
        nop
        nop
  %else
        push    0
  %endif
        push    vector
  %if vector == 1
        jmp     near trap_debug
  %else
        jmp     near trap_common
  %endif
  %assign vector vector + 1
%endrep

TSS_RSP0        equ 4                           ; trap.c: struct tss

; trap_debug: a debug exception comes on IST 1, for it may come where RSP is still the program's (trap.c).  One of ring
; 3 belongs on the thread's own stack, as its other exceptions do: its frame is pushed there again
trap_debug:
        test    byte [rsp + 3 * 8], 3           ; CS
        jz      trap_common
        mov     [rel debug_rax], rax
        mov     rax, rsp
        mov     rsp, [rel trap_tss + TSS_RSP0]
%assign offset 6 * 8
%rep 7
        push    qword [rax + offset]
  %assign offset offset - 8
%endrep
        mov     rax, [rel debug_rax]

; trap_common: saves the registers as struct trap_frame (trap.h asserts the order) and calls trap.  All but the fixed
; ones may change there.  trap_return: loads them all from the frame at RSP and goes back
trap_common:
        push_registers
        cld
        mov     rdi, rsp
        mov     rbp, rsp
        and     rsp, -16
        call    trap
        mov     rsp, rbp
trap_return:
        pop_kept
        pop_arguments
        pop     rax
        pop     rcx
        pop     r11
        add     rsp, 16
        iretq

; bool probe_read(uint64_t address), bool probe_write(uint64_t address), bool probe_execute(uint64_t address): reads
; or rewrites the
; byte there, or calls it.  out: 1, or 0 if that faulted: trap() sends RIP to probe_fault.  A called address must hold
; a RET
probe_read:
probe_read_at:
        mov     al, [rdi]
        mov     eax, 1
        ret

probe_write:
        xor     eax, eax
probe_write_at:
        lock or [rdi], al                       ; a write of what is there already
        mov     eax, 1
        ret

probe_execute:
        push    rbp
        mov     rbp, rsp
        mov     [rel probe_stack], rsp
        call    rdi
        mov     qword [rel probe_stack], 0
        mov     eax, 1
        pop     rbp
        ret

probe_fault:
        xor     eax, eax
        cmp     qword [rel probe_stack], 0
        je      .plain
        mov     rsp, [rel probe_stack]
        mov     qword [rel probe_stack], 0
        pop     rbp
.plain: ret

; void load_descriptors(const void *gdt_pointer, const void *idt_pointer, uint32_t code, uint32_t tss): GDT, CS, SS
; and the data
; segments, IDT, task register.  in: code, tss = selectors.  SS is kernel data, as after SYSCALL and IRET (trap.c)
load_descriptors:
        lgdt    [rdi]
        lidt    [rsi]
        ltr     cx
        xor     eax, eax
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     eax, LAYOUT_SELECTOR_DATA
        mov     ss, ax
        pop     rax
        push    rdx
        push    rax
        retfq

        section .bss
probe_stack: resq 1
debug_rax: resq 1

        section .note.GNU-stack noalloc noexec nowrite
