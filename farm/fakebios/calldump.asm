; SPDX-License-Identifier: Apache-2.0
;
; calldump: tries many fake BIOS ROMs in one boot and prints over COM1 all that a caller of INT 15h can see.
; It judges nothing; t/310 composes the disk and compares the lines with a model of the quirks.
;
; A ROM runs here from RAM at ROM_SEGMENT, entered at its offset 3 as POST would.  A ROM that POST found is asked first.
;
; The disk or floppy: sectors 0..SECTORS-1 this file, then one directory sector: words LBA, COUNT for each ROM, ended
; by 0, then the ROMs.
;
;   bios CALL, ebda WORD          as below, INT 15h AH=C0h, before any ROM
;   rom installed                 then the lines below but for the sum: the BIOS, or the ROM that POST found
;   rom N                         the N-th of the directory, from 0
;   LABEL EAX EBX ECX EDX ESI EDI EBP DS ES FS GS FLAGS STACK A20 BUFFER
;                                 one call; hex without 0x; STACK: bytes written below the caller's stack pointer; A20:
;                                 1 on; BUFFER: eight dwords at the caller's ES:DI, PRESET_BYTE before the call
;   int13 CF WORD                 sector 0 read while the ROM is active: carry, and its last word
;   ebda WORD                     the word at 0x40e
;   sum BYTE                      sum of the ROM's bytes afterwards: 00 unless it wrote to itself
;   calldump end
;
; CALL LABELS: e820 (the loop: ECX=24, buffer preset once, ends on carry, EBX=0 or LOOP_MAX calls), then the table
; `specials`.
%include "layout.inc"

        bits 16
        org LAYOUT_MBR_BASE

%define SMAP 0x534d4150
%define LOOP_MAX 12

%define SECTORS 6
%define DIRECTORY (LAYOUT_MBR_BASE + SECTORS * LAYOUT_SECTOR_SIZE)
%define SECTOR_BUFFER 0xa000            ; free low memory, as all below
%define BUFFER_SEGMENT 0x0b00           ; ES:DI of the calls is b00:0100, with rubbish in the upper half of EDI
%define BUFFER_OFFSET 0x0100
%define BUFFER (BUFFER_SEGMENT * 16 + BUFFER_OFFSET)
%define BUFFER_BYTES 32
%define PRESET_BYTE 0xa5
%define CALL_SS 0x1000                  ; a stack of its own for each call
%define CALL_SP 0x8000
%define CALL_STACK_BYTES 0x1000         ; watched below CALL_SP
%define STACK_BYTE 0xee
%define ROM_SEGMENT 0x2000
%define A20_LOW 0x0600                  ; free word, and the address one MiB above it as segment ffff
%define A20_HIGH 0x0610

%define PIC1_MASK 0x21                  ; 8259 interrupt masks
%define PIC2_MASK 0xa1
%define PORT_FAST_A20 0x92
%define IVT_13 (0x13 * 4)
%define IVT_15 (0x15 * 4)
%define IVT_PARKED (0x60 * 4)           ; the four slots that the ROM may use

%define FLAGS_IF 0x0202                 ; bit 1 always reads 1
%define FLAGS_NO_IF 0x0002

start:
        cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, LAYOUT_MBR_BASE
        sti
        mov     ds, ax
        mov     es, ax
        cld
        push    dx
        call    uart_init
        pop     dx
        call    drive_look
        jc      .failed
        mov     ax, 1
        mov     bx, LAYOUT_MBR_LIMIT
.load:
        call    sector_read
        jc      .failed
        inc     ax
        add     bx, LAYOUT_SECTOR_SIZE
        cmp     ax, SECTORS
        jbe     .load                   ; the directory too
        jmp     main
.failed:
        mov     si, text_unreadable
        call    print_text
        jmp     emulator_end

; Remembers drive DL and its geometry.  Out: carry on error.  ES = 0.
drive_look:
        mov     [drive], dl
        mov     ah, 8
        int     0x13
        push    ds
        pop     es
        jc      .done
        and     cl, 0x3f                ; the upper two bits belong to the cylinder
        mov     [drive_sectors], cl
        inc     dh
        mov     [drive_heads], dh       ; carry is still clear
.done:
        ret

; Reads sector AX of the drive to ES:BX.  Out: carry on error.  All registers kept.
sector_read:
        pusha
        div     byte [cs:drive_sectors]
        mov     cl, ah
        inc     cl                      ; sector, from 1
        xor     ah, ah
        div     byte [cs:drive_heads]
        mov     dh, ah                  ; head
        mov     ch, al                  ; cylinder
        mov     dl, [cs:drive]
        mov     ax, 0x0201
        int     0x13
        popa
        ret

%include "uart.inc"

text_unreadable: db 'calldump: disk not readable', 10, 0
drive:          db 0
drive_sectors:  db 0                    ; of a track
drive_heads:    db 0

        times 510 - ($ - $$) db 0
        dw      0xaa55                  ; boot signature

; ---------------------------------------------------------------------------------------------------------------------
main:
        mov     cx, 4
        mov     si, IVT_PARKED
        mov     di, saved_parked
        rep movsd
        mov     eax, [IVT_15]
        mov     [saved_15], eax
        mov     eax, [IVT_13]
        mov     [saved_13], eax
        mov     ax, [LAYOUT_BDA_EBDA_BASE]
        mov     [saved_ebda], ax
        call    a20_on
        mov     si, text_bios
        call    print_text
        mov     si, special_c0
        call    special_call
        call    ebda_print
        mov     si, text_installed
        call    print_text
        call    ask
        call    vectors_restore
        mov     word [rom_entry], DIRECTORY
.rom:
        mov     si, [rom_entry]
        cmp     word [si], 0
        je      .end
        call    rom_try
        add     word [rom_entry], 4
        inc     word [rom_number]
        jmp     .rom
.end:
        mov     si, text_end
        call    print_text
        jmp     emulator_end

; Loads, enters, asks and removes the ROM of the directory entry at SI.
rom_try:
        call    rom_load
        mov     si, text_rom
        call    print_text
        mov     eax, [rom_number]
        call    print_word
        call    print_newline
        call    ROM_SEGMENT:3
        call    ask
        call    vectors_restore
        jmp     rom_sum

; All calls to the BIOS as it is now.
ask:
        call    loop_calls
        mov     si, specials
.special:
        call    special_call
        cmp     si, specials_end
        jb      .special
        call    int13_try
        jmp     ebda_print

; The ROM of the directory entry at SI to ROM_SEGMENT:0.
rom_load:
        mov     ax, [si]
        mov     cx, [si + 2]
        mov     [rom_sectors], cx
        xor     bx, bx
        push    word ROM_SEGMENT
        pop     es
.next:
        call    sector_read
        inc     ax
        add     bx, LAYOUT_SECTOR_SIZE
        loop    .next
        push    ds
        pop     es
        ret

; Puts all vectors and the EBDA pointer back.
vectors_restore:
        mov     cx, 4
        mov     si, saved_parked
        mov     di, IVT_PARKED
        rep movsd
        mov     eax, [saved_15]
        mov     [IVT_15], eax
        mov     eax, [saved_13]
        mov     [IVT_13], eax
        mov     ax, [saved_ebda]
        mov     [LAYOUT_BDA_EBDA_BASE], ax
        ret

rom_sum:
        mov     si, text_sum
        call    print_text
        mov     cx, [rom_sectors]
        shl     cx, 9                   ; 512 bytes a sector; ROMs tried here are smaller than 64 KiB
        push    ds
        push    word ROM_SEGMENT
        pop     ds
        xor     si, si
        xor     bx, bx
.byte:
        lodsb
        add     bl, al
        loop    .byte
        pop     ds
        mov     eax, ebx
        shl     eax, 24
        mov     cl, 2
        call    print_hex
        jmp     print_newline

; INT 13h through whatever the ROM left there.
int13_try:
        mov     si, text_int13
        call    print_text
        mov     word [SECTOR_BUFFER + 510], 0
        xor     ax, ax
        mov     bx, SECTOR_BUFFER
        call    sector_read
        setc    al
        add     al, '0'
        call    print_char
        call    print_space
        mov     eax, [SECTOR_BUFFER + 510]
        call    print_word
        jmp     print_newline

ebda_print:
        mov     si, text_ebda
        call    print_text
        mov     eax, [LAYOUT_BDA_EBDA_BASE]
        call    print_word
        jmp     print_newline

%include "calls.inc"

; ---------------------------------------------------------------------------------------------------------------------
; Output

; The rest of a call's line.
out_print:
        mov     si, out
.dword:
        call    print_space
        lodsd
        call    print_dword
        cmp     si, out.ds
        jb      .dword
.word:
        call    print_space
        lodsw
        call    print_word
        cmp     si, out.a20
        jb      .word
        call    print_space
        lodsb
        add     al, '0'
        call    print_char
        mov     si, BUFFER
.buffer:
        call    print_space
        lodsd
        call    print_dword
        cmp     si, BUFFER + BUFFER_BYTES
        jb      .buffer
        ; fall through
print_newline:
        mov     al, 10
        jmp     print_char
print_space:
        mov     al, ' '
        jmp     print_char
print_dword:
        mov     cl, 8
        jmp     print_hex
print_word:
        shl     eax, 16
        mov     cl, 4
        jmp     print_hex

text_bios:      db 'bios ', 0
text_installed: db 'rom installed', 10, 0
text_rom:       db 'rom ', 0
text_sum:       db 'sum ', 0
text_int13:     db 'int13 ', 0
text_ebda:      db 'ebda ', 0
text_end:       db 'calldump end', 10, 0

; %1 label, EAX, EBX, ECX, EDX, flags, how
%macro SPECIAL 7
%%at:
        db      %1
        times special.eax - ($ - %%at) db 0
        dd      %2, %3, %4, %5
        dw      %6, %7
%endmacro

        align 4, db 0
special_loop:
        SPECIAL 'e820', 0xe820, 0, 24, SMAP, FLAGS_IF, HOW_KEEP
specials:
        SPECIAL 'first', 0xe820, 0, 24, SMAP, FLAGS_NO_IF, 0
        SPECIAL 'fresh', 0xe820, 0, 24, SMAP, FLAGS_IF, HOW_FOLLOW
        SPECIAL 'high', 0x1234e820, 0, 24, SMAP, FLAGS_IF, 0
        SPECIAL 'ask16', 0xe820, 0, 16, SMAP, FLAGS_IF, 0
        SPECIAL 'ask20', 0xe820, 0, 20, SMAP, FLAGS_IF, 0
        SPECIAL 'ask64', 0xe820, 0, 64, SMAP, FLAGS_IF, 0
        SPECIAL 'badebx', 0xe820, 0xfffffff0, 24, SMAP, FLAGS_IF, 0
        SPECIAL 'badsig', 0xe820, 0, 24, 0x12345678, FLAGS_IF, 0
        SPECIAL 'e801', 0xe801, 0x5b, 0x5c, 0x5d, FLAGS_IF, 0
        SPECIAL '88', 0x88aa, 0x5b, 0x5c, 0x5d, FLAGS_IF, 0
special_c0:
        SPECIAL 'c0', 0xc000, 0x5b, 0x5c, 0x5d, FLAGS_IF, 0
specials_end:

out:                                    ; in the order they are printed in
.eax    dd 0
.ebx    dd 0
.ecx    dd 0
.edx    dd 0
.esi    dd 0
.edi    dd 0
.ebp    dd 0
.ds     dw 0
.es     dw 0
.fs     dw 0
.gs     dw 0
.flags  dw 0
.stack  dw 0
.a20    db 0

        align 4, db 0
rom_number:     dd 0
rom_entry:      dw 0
rom_sectors:    dw 0
calls:          dw 0
own_sp:         dw 0
saved_masks:    db 0, 0
saved_ebda:     dw 0
saved_13:       dd 0
saved_15:       dd 0
saved_parked:   times 4 dd 0

        times SECTORS * LAYOUT_SECTOR_SIZE - ($ - $$) db 0
