; SPDX-License-Identifier: Apache-2.0
;
; Pages, filled 16 bytes an instruction: half the instructions of REP STOSQ, of which an emulator counts each step.  The
; registers of SSE are the program's (fpu.h): what is used is put back.

        bits 64
        section .text

global  page_clear, page_copy

%define BLOCK 1024                              ; bytes a round of the loop

; void page_clear(void *page, uint64_t bytes): zeros.  in: RDI aligned to 16, RSI a multiple of BLOCK, not 0; memory
; that does not fault.  clobbers: RDI, RSI, flags
        align 16
page_clear:
        sub     rsp, 24
        movups  [rsp], xmm0
        pxor    xmm0, xmm0
        add     rsi, rdi
.next:
%assign at 0
%rep BLOCK / 16
        movaps  [rdi + at], xmm0
%assign at at + 16
%endrep
        add     rdi, BLOCK
        cmp     rdi, rsi
        jne     .next
        movups  xmm0, [rsp]
        add     rsp, 24
        ret

; void page_copy(void *to, const void *from, uint64_t bytes): as page_clear; both aligned to 16
        align 16
page_copy:
        sub     rsp, 24
        movups  [rsp], xmm0
        add     rdx, rdi
.next:
%assign at 0
%rep BLOCK / 16
        movaps  xmm0, [rsi + at]
        movaps  [rdi + at], xmm0
%assign at at + 16
%endrep
        add     rdi, BLOCK
        add     rsi, BLOCK
        cmp     rdi, rdx
        jne     .next
        movups  xmm0, [rsp]
        add     rsp, 24
        ret

        section .note.GNU-stack noalloc noexec nowrite
