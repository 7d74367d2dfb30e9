; SPDX-License-Identifier: Apache-2.0
;
; rdtsc: a boot sector whose first instruction reads the time-stamp counter, which it then prints.  Under an emulator
; that counts instructions, an image of the same size is entered by the same BIOS at the same count, where t/bench
; starts to count.
;
; out: PROTO_MARK "mbr 0x" and 16 hexadecimal digits on COM1, the exit line, the end.

%include "layout.inc"

        bits 16
        cpu 586
        org LAYOUT_MBR_BASE

        rdtsc
        xor     bx, bx
        mov     ss, bx
        mov     sp, LAYOUT_MBR_BASE
        mov     ds, bx
        mov     es, bx
        jmp     0:.here
.here:  cld
        push    eax
        push    edx
        mov     dx, PROTO_COM1_PORT + 3
        mov     al, 3
        out     dx, al
        mov     si, before
        call    print
        pop     eax
        call    print_hex
        pop     eax
        call    print_hex
        mov     si, after
        call    print
        mov     dx, PROTO_COM1_PORT + 5
.wait:  in      al, dx
        test    al, 0x40
        jz      .wait
        mov     al, PROTO_DEBUGEXIT_OFFSET + PROTO_EXIT_OK
        out     PROTO_DEBUGEXIT_PORT, al
        mov     dx, PROTO_BOCHS_PORT
        mov     cx, shutdown.end - shutdown
        mov     si, shutdown
        rep outsb
.halt:  cli
        hlt
        jmp     .halt

; print_hex: EAX as eight digits.  clobbers EAX, CX, DX
print_hex:
        mov     cx, 8
.digit: rol     eax, 4
        push    eax
        and     al, 15
        add     al, '0'
        cmp     al, '9'
        jbe     .put
        add     al, 'a' - '9' - 1
.put:   call    put
        pop     eax
        loop    .digit
        ret

; print: the NUL-ended text at SI.  clobbers AL, DX, SI
print:  lodsb
        test    al, al
        jz      .done
        call    put
        jmp     print
.done:  ret

; put: AL on COM1.  clobbers DX
put:    push    ax
        mov     dx, PROTO_COM1_PORT + 5
.busy:  in      al, dx
        test    al, 0x20
        jz      .busy
        pop     ax
        mov     dl, PROTO_COM1_PORT & 0xff
        out     dx, al
        ret

before: db PROTO_MARK, "mbr 0x", 0
after:  db 10, PROTO_EXIT, '0' + PROTO_EXIT_OK, 10, 0
shutdown: db PROTO_BOCHS_SHUTDOWN
.end:
        times 510 - ($ - $$) db 0
        dw 0xaa55
