; SPDX-License-Identifier: Apache-2.0
;
; Accesses that may fault because somebody else chose the address or the bytes: the program's memory, a state for
; XRSTOR.  trap.c looks a fault's RIP up in access_recoveries and, if nobody resolves it, goes on at the row's third
; address; then the routine says that it failed.  The program's memory is touched between STAC and CLAC where SMAP is
; on.

        bits 64
        section .text

extern  trap_smap
global  access_copy, access_fill, access_text, access_exchange, access_recoveries
global  access_xsave, access_fxsave, access_xrstor, access_fxrstor

%macro  USER_OPEN 0
        cmp     byte [rel trap_smap], 0
        je      %%none
        stac
%%none:
%endmacro

%macro  USER_CLOSE 0
        cmp     byte [rel trap_smap], 0
        je      %%none
        clac
%%none:
%endmacro

; bool access_copy(void *to, const void *from, uint64_t size): one of both is the program's.  out: 1, or 0 if it
; faulted; then a part is copied
access_copy:
        USER_OPEN
        mov     rcx, rdx
        shr     rcx, 3
        and     edx, 7
copy_base:
        rep movsq
        mov     ecx, edx
        rep movsb
copy_limit:
        USER_CLOSE
        mov     eax, 1
        ret

; bool access_fill(void *to, uint8_t byte, uint64_t size)
access_fill:
        USER_OPEN
        mov     eax, esi
        mov     rcx, rdx
fill_base:
        rep stosb
fill_limit:
        USER_CLOSE
        mov     eax, 1
        ret

; int64_t access_text(char *to, const char *from, uint64_t room): copies up to and with the NUL.  out: the length
; without it, room if there was none, -1 if it faulted
access_text:
        USER_OPEN
        xor     eax, eax
.next:  cmp     rax, rdx
        je      .end
..@text_base:
        mov     cl, [rsi + rax]
..@text_limit:
        mov     [rdi + rax], cl
        test    cl, cl
        jz      .end
        inc     rax
        jmp     .next
.end:   USER_CLOSE
        ret

; bool access_exchange(uint32_t *at, uint32_t *expected, uint32_t wanted): *at becomes wanted if it is *expected, which
; gets what was there
access_exchange:
        USER_OPEN
        mov     eax, [rsi]
exchange_base:
        lock cmpxchg [rdi], edx
exchange_limit:
        mov     [rsi], eax
        USER_CLOSE
        mov     eax, 1
        ret

; bool access_xsave(void *state, uint64_t mask), bool access_fxsave(void *state): out: 0 if it faulted.  XSAVE leaves
; all of its header (at 512) but the first word as it is, and XRSTOR wants it to be 0
access_xsave:
        USER_OPEN
        xor     eax, eax
xsave_base:
%assign at 512
%rep 8
        mov     [rdi + at], rax
  %assign at at + 8
%endrep
        mov     eax, esi
        mov     rdx, rsi
        shr     rdx, 32
        xsave64 [rdi]
xsave_limit:
        USER_CLOSE
        mov     eax, 1
        ret

access_fxsave:
        USER_OPEN
fxsave_base:
        fxsave64 [rdi]
fxsave_limit:
        USER_CLOSE
        mov     eax, 1
        ret

; bool access_xrstor(const void *state, uint64_t mask), bool access_fxrstor(const void *state): out: 0 if it faulted or
; the CPU refuses the state
access_xrstor:
        USER_OPEN
        mov     eax, esi
        mov     rdx, rsi
        shr     rdx, 32
xrstor_base:
        xrstor64 [rdi]
xrstor_limit:
        USER_CLOSE
        mov     eax, 1
        ret

access_fxrstor:
        USER_OPEN
fxrstor_base:
        fxrstor64 [rdi]
fxrstor_limit:
        USER_CLOSE
        mov     eax, 1
        ret

failed: USER_CLOSE
        xor     eax, eax
        ret

failed_text:
        USER_CLOSE
        mov     rax, -1
        ret

        section .rodata
        align 8
access_recoveries:
        dq      copy_base, copy_limit, failed
        dq      fill_base, fill_limit, failed
        dq      ..@text_base, ..@text_limit, failed_text
        dq      exchange_base, exchange_limit, failed
        dq      xsave_base, xsave_limit, failed
        dq      fxsave_base, fxsave_limit, failed
        dq      xrstor_base, xrstor_limit, failed
        dq      fxrstor_base, fxrstor_limit, failed
        dq      0, 0, 0

        section .note.GNU-stack noalloc noexec nowrite
