; SPDX-License-Identifier: Apache-2.0
;
; e820dump: a boot sector that prints over COM1 (115200 8N1) what the memory-map calls of INT 15h returned, then ends
; the emulator.  It judges nothing: the host compares the lines with the map that was served.
;
;   e820 BASE LENGTH TYPE ATTR ECX EBX EAX CF     one line a call, hex without 0x; the buffer is set once to ones
;   e801 AX BX CX DX CF                           registers preset to 0
;   88 AX CF
;   e820dump end                                  nothing follows
;
; The loop ends on carry, on EBX = 0, or after CALLS_MAX calls.  Everything that must survive a call lies in memory
; at CS, because a BIOS under test may destroy any register.
;
; Build: nasm -f bin; needs layout.inc (protocol values).  Bootable as floppy and as disk; needs an 8086-style BIOS
; and a 386.
%include "layout.inc"

        bits 16
        org LAYOUT_MBR_BASE

%define STACK_TOP LAYOUT_MBR_BASE
%define BUFFER LAYOUT_STAGE2_BASE       ; 24 bytes; slack behind it for BIOSes that write more
%define SMAP 0x534d4150                 ; ACPI 6.5 ch. 15: the signature 'SMAP'
%define ENTRY_BYTES 24                  ; with the ACPI 3.0 attributes
%define CALLS_MAX 4096                  ; more than fit into the largest ROM

start:
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, STACK_TOP
        sti
        call    uart_init
        call    own_segments
        mov     di, BUFFER
        mov     cx, ENTRY_BYTES
        mov     al, 0xff
        rep stosb
.next:
        mov     eax, 0xe820
        mov     ebx, [next_ebx]
        mov     ecx, ENTRY_BYTES
        mov     edx, SMAP
        mov     di, BUFFER
        stc                             ; carry is an output: a hook that forgets it shows
        int     0x15
        call    save_result
        call    print_e820
        cmp     byte [got_carry], 0
        jne     .others
        mov     ebx, [got_ebx]
        mov     [next_ebx], ebx
        test    ebx, ebx
        jz      .others
        dec     word [calls_left]
        jnz     .next
.others:
        mov     ax, 0xe801
        call    int15_zeroed
        mov     si, text_e801
        call    print_text
        mov     al, 4
        call    print_words
        mov     ax, 0x8800
        call    int15_zeroed
        mov     si, text_88
        call    print_text
        mov     al, 1
        call    print_words
        mov     si, text_end
        call    print_text
        jmp     emulator_end

; Calls INT 15h with AX as given and BX, CX, DX 0.  Out: the got_ fields.
int15_zeroed:
        xor     bx, bx
        xor     cx, cx
        xor     dx, dx
        stc
        int     0x15
        ; fall through

; Stores EAX, EBX, ECX, EDX and carry into the got_ fields and restores DS, ES and the direction flag.
; In: nothing but CS:IP and SS:SP is trusted.
save_result:
        mov     [cs:got_eax], eax
        mov     [cs:got_ebx], ebx
        mov     [cs:got_ecx], ecx
        mov     [cs:got_edx], edx
        setc    [cs:got_carry]
        ; fall through

; DS = ES = 0, DF = 0.  Out: AX destroyed.
own_segments:
        cld
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        ret

; One "e820" line from the buffer and the got_ fields.
print_e820:
        mov     si, text_e820
        call    print_text
        mov     bx, .fields
.field:
        mov     si, [bx]
        mov     eax, [si]
        mov     cl, 8
        call    print_hex
        mov     al, [bx + 2]
        inc     bx
        inc     bx
        inc     bx
        call    print_char_if
        cmp     bx, .fields_end
        jb      .field
        jmp     print_carry
.fields:                                ; where the dword is, what follows it (0: nothing)
        dw      BUFFER + 4
        db      0
        dw      BUFFER
        db      ' '
        dw      BUFFER + 12
        db      0
        dw      BUFFER + 8
        db      ' '
        dw      BUFFER + 16
        db      ' '
        dw      BUFFER + 20
        db      ' '
        dw      got_ecx
        db      ' '
        dw      got_ebx
        db      ' '
        dw      got_eax
        db      ' '
.fields_end:

; The low words of the first AL got_ registers, then carry and the line's end.  In: AL = 1..4.
print_words:
        mov     ch, al
        mov     bx, got_eax
.word:
        mov     eax, [bx]
        shl     eax, 16
        mov     cl, 4
        call    print_hex
        mov     al, ' '
        call    print_char
        add     bx, 4
        dec     ch
        jnz     .word
        ; fall through
print_carry:
        mov     al, [got_carry]
        add     al, '0'
        call    print_char
        mov     al, 10
        jmp     print_char

; AL unless it is 0.  Destroys DX, AH.
print_char_if:
        test    al, al
        jnz     print_char
        ret

%include "uart.inc"

text_e820:      db 'e820 ', 0
text_e801:      db 'e801 ', 0
text_88:        db '88 ', 0
text_end:       db 'e820dump end', 10, 0

next_ebx:       dd 0
calls_left:     dw CALLS_MAX
got_carry:      db 0

        times 446 - ($ - $$) db 0       ; the partition table's place stays zero
        times 510 - ($ - $$) db 0
        dw      0xaa55                  ; boot signature

got_eax equ BUFFER + 0x100              ; four dwords in this order
got_ebx equ got_eax + 4
got_ecx equ got_eax + 8
got_edx equ got_eax + 12
