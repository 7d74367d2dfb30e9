; SPDX-License-Identifier: Apache-2.0
;
; stage3's first instructions.
; in:  64-bit mode, interrupts off, stage2's stack, RDI = LAYOUT_HANDOFF_BASE, CR0.WP on, stage2's GDT
; out: kernel_main(handoff) on the kernel's own stack; never returns

%include "layout.inc"

        bits 64
        section .text

global  kernel_entry
extern  kernel_main, kernel_stack_limit

kernel_entry:
        mov     rsp, kernel_stack_limit
        xor     ebp, ebp                        ; a backtrace ends here
        call    kernel_main
.never: cli
        hlt
        jmp     .never

        section .stack nobits alloc noexec write align=4096
        resb LAYOUT_KERNEL_STACK_SIZE

        section .fault_stack nobits alloc noexec write align=4096
        resb LAYOUT_FAULT_STACK_SIZE

        section .note.GNU-stack noalloc noexec nowrite
