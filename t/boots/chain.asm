; SPDX-License-Identifier: Apache-2.0
;
; chain: a boot sector that starts the MBR of the first hard disk as an odd BIOS or another boot loader would.  It boots
; from a floppy; t/530-devices.t patches the bytes at its end.
;
; in:  real mode at 0x7c00, DL = its floppy
; out: the hard disk's first sector at 0x7c00, entered at [entry] with DL = [drive], the other registers and RAM from
;      there to 0x90000 full of junk, DF set, A20 closed if [close_a20], INT 13h or 15h hooked if [quirk]
; The resident part lies at 0x90000, where a BIOS extension could be, and keeps its offsets: CS = RESIDENT.

%include "layout.inc"

        bits 16
        cpu 386
        org LAYOUT_MBR_BASE

RESIDENT equ 0x9000 - LAYOUT_MBR_BASE / 16
JUNK    equ 0xdeadbeef
FAST_GATE equ 0x92
DISK    equ 0x80

QUIRK_NONE equ 0
QUIRK_NO_EDD equ 1                      ; 41h and up fail
QUIRK_EDD_BIT_CLEAR equ 2               ; 41h answers, CX bit 0 clear
QUIRK_EDD_READ_FAILS equ 3              ; 42h fails
QUIRK_SECTOR_4096 equ 4                 ; 48h says 4096 bytes a sector
QUIRK_SECTOR_0 equ 5                    ; 48h says 0 bytes a sector
QUIRK_TRASH equ 6                       ; reads and resets return junk in every register, carry apart
QUIRK_FLAGS equ 7                       ; returns with IF=0, DF=1
QUIRK_A20 equ 8                         ; closes A20
QUIRK_NO_GEOMETRY equ 9                 ; 08h answers zeros and no carry, as Bochs does for a drive that is not there
QUIRK_EVERY_OTHER equ 10                ; every other read fails
QUIRK_A20_BIOS equ 11                   ; INT 15h AH=24h fails

start:  xor     ax, ax
        mov     ss, ax
        mov     sp, LAYOUT_MBR_BASE
        mov     ds, ax
        mov     si, LAYOUT_MBR_BASE
        mov     di, si
        push    word RESIDENT
        pop     es
        mov     cx, LAYOUT_SECTOR_SIZE / 2
        cld
        rep movsw
        jmp     RESIDENT:.moved
.moved: push    cs
        pop     ds
        mov     ax, LAYOUT_MBR_LIMIT / 16       ; RAM is not zero at power-on
.poison:
        mov     es, ax
        xor     di, di
        mov     cx, 8
        mov     eax, JUNK
        rep stosw
        mov     ax, es
        inc     ax
        cmp     ax, 0x9000
        jb      .poison
        xor     ax, ax
        mov     es, ax
        mov     ax, 0x0201
        mov     bx, LAYOUT_MBR_BASE
        mov     cx, 1
        mov     dx, DISK
        int     0x13
        jc      no_disk
        cli
        mov     bx, 0x13 * 4
        cmp     byte [quirk], QUIRK_A20_BIOS
        jne     .disk
        mov     bx, 0x15 * 4
.disk:  cmp     byte [quirk], QUIRK_NONE
        je      .clean
        mov     eax, [es:bx]
        mov     [old], eax
        mov     word [es:bx], hook
        mov     [es:bx + 2], cs
.clean: cmp     byte [close_a20], 0
        je      .go
        call    a20_close
.go:    mov     eax, JUNK
        mov     ebx, eax
        mov     ecx, eax
        mov     esi, eax
        mov     edi, eax
        mov     ebp, eax
        mov     edx, eax
        mov     fs, ax
        mov     gs, ax
        mov     es, ax
        mov     dl, [drive]
        mov     ds, ax
        std
        sti
        jmp     far [cs:entry]

no_disk:
        mov     al, PROTO_DEBUGEXIT_OFFSET - 1
        out     PROTO_DEBUGEXIT_PORT, al
.halt:  hlt
        jmp     .halt

a20_close:
        push    ax
        in      al, FAST_GATE
        and     al, 0xfc
        out     FAST_GATE, al
        pop     ax
        ret

; hook: what the guest's INT 13h (or 15h) comes to.  Returns with its own flags (RETF 2), IF on but for QUIRK_FLAGS.
hook:   push    ax
        mov     al, [cs:quirk]
        cmp     al, QUIRK_A20_BIOS
        je      .a20_bios
        cmp     al, QUIRK_NO_EDD
        je      .no_edd
        cmp     al, QUIRK_EDD_READ_FAILS
        je      .read_fails
        cmp     al, QUIRK_NO_GEOMETRY
        je      .no_geometry
        cmp     al, QUIRK_EVERY_OTHER
        je      .every_other
        mov     [cs:quirk_now], al
        mov     [cs:asked], ah
        pop     ax
        pushf
        call    far [cs:old]
        pushf
        cmp     byte [cs:quirk_now], QUIRK_FLAGS
        je      .flags
        cmp     byte [cs:quirk_now], QUIRK_A20
        je      .a20
        cmp     byte [cs:quirk_now], QUIRK_TRASH
        je      .trash
        cmp     byte [cs:asked], 0x41
        jne     .size
        cmp     byte [cs:quirk_now], QUIRK_EDD_BIT_CLEAR
        jne     .leave
        and     cl, ~1
.size:  cmp     byte [cs:asked], 0x48
        jne     .leave
        cmp     byte [cs:quirk_now], QUIRK_SECTOR_4096
        je      .size_4096
        cmp     byte [cs:quirk_now], QUIRK_SECTOR_0
        jne     .leave
        mov     word [si + 0x18], 0
        jmp     .leave
.size_4096:
        mov     word [si + 0x18], 4096
.leave: popf
        sti
        retf    2
.a20:   call    a20_close
        jmp     .leave
.flags: popf
        std
        cli
        retf    2
.trash: test    byte [cs:asked], ~0x42          ; 00h, 02h, 42h
        jnz     .leave
        mov     eax, JUNK
        mov     ebx, eax
        mov     ecx, eax
        mov     edx, eax
        mov     esi, eax
        mov     edi, eax
        mov     ebp, eax
        mov     es, ax
        jmp     .leave

.a20_bios:
        cmp     ah, 0x24
        jmp     .if_equal
.no_edd:
        cmp     ah, 0x41
        jae     .fail
        jmp     .old
.read_fails:
        cmp     ah, 0x42
        jmp     .if_equal
.every_other:
        test    ah, ~0x42
        jnz     .old
        test    ah, ah
        jz      .old
        not     byte [cs:asked]
        test    byte [cs:asked], 1
.if_equal:
        jne     .old
.fail:  pop     ax
        mov     ah, 1
        stc
        sti
        retf    2
.no_geometry:
        cmp     ah, 8
        jne     .old
        pop     ax
        xor     ax, ax                          ; and carry clear
        xor     cx, cx
        xor     dx, dx
        sti
        retf    2
.old:   pop     ax
        jmp     far [cs:old]

old:    dd 0
asked:  db 1
quirk_now: db 0

        times 0x1f0 - ($ - $$) db 0
drive:  db DISK
close_a20: db 0
entry:  dw LAYOUT_MBR_BASE, 0
quirk:  db QUIRK_NONE
        times 510 - ($ - $$) db 0
        dw 0xaa55
