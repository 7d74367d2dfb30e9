; SPDX-License-Identifier: Apache-2.0
;
; stage1: the MBR.  Loads stage2 to LAYOUT_STAGE2_BASE, checks it, jumps to it.
;
; in:      16-bit real mode at 0x7c00 (whatever CS:IP form), DL = whatever the BIOS passed, the rest unknown
; out:     jumps to 0:LAYOUT_STAGE2_BASE with DL = the drive that worked, DS=SS=0, SP=LAYOUT_RMSTACK_LIMIT, IF=1,
;          DF=0
; failure: PROTO_REFUSED line on COM1 and on the screen, PROTO_EXIT line, emulator exit, halt
;
; DL is not believed: FDOS/fdisk#82 saw 0 for a hard disk (Phoenix 1997).  The drives tried are DL, 0x80, 0x00, each
; with
; EDD where it is offered and then with CHS; what decides is the sum of stage2, not what the BIOS says of itself.
; One sector a read: it can cross neither a track end nor a 64 KiB boundary, and no BIOS refuses it.

%include "layout.inc"

        bits 16
        cpu 386
%ifidn __?OUTPUT_FORMAT?__, bin
        org LAYOUT_MBR_BASE
%endif

TRIES   equ 3                                   ; reads of one sector, a reset between them

start:  cli
        xor     ax, ax
        mov     ss, ax
        mov     sp, LAYOUT_RMSTACK_LIMIT
        mov     ds, ax
        sti
        cld
        jmp     0:.here
.here:  mov     [drives], dl
        mov     bp, drives
.drive: mov     di, edd_read                    ; a BIOS without 42h, or that only claims it (FDOS/fdisk#68), fails here
        call    load
        jnc     found
        mov     di, chs_read
        call    load
        jnc     found
        inc     bp
        cmp     bp, drives.end
        jb      .drive
        ; none: PROTO_REFUSED, the text at [why], the exit line, the end
        mov     dx, PROTO_COM1_PORT + 3         ; 115200 8N1: Bochs sends 5-bit characters without it
        mov     al, 0x80
        out     dx, al
        mov     dl, PROTO_COM1_PORT & 0xff
        mov     al, 1
        out     dx, al
        inc     dx
        dec     ax
        out     dx, al
        mov     dl, (PROTO_COM1_PORT + 3) & 0xff
        mov     al, 3
        out     dx, al
        mov     si, refused
        call    print
        mov     si, [why]
        call    print
        mov     si, exit
        call    print
        mov     dl, (PROTO_COM1_PORT + 5) & 0xff
.wait:  in      al, dx
        test    al, 0x40                        ; TEMT: the last byte has left
        jz      .wait
        mov     al, PROTO_DEBUGEXIT_OFFSET + PROTO_EXIT_REFUSED
        out     PROTO_DEBUGEXIT_PORT, al
        mov     dx, PROTO_BOCHS_PORT            ; SI is at shutdown
        mov     cx, shutdown.end - shutdown
        rep outsb
.halt:  cli
        hlt
        jmp     .halt

found:  mov     dl, [bp]
        jmp     LAYOUT_STAGE2_BASE              ; CS is 0

; load: all of stage2 through the reader in DI, then its sum (src/runtime/sum.h).
; in: [BP] = drive, DI = reader.  out: CF=0 stage2 is there and sound.  keeps BP, DI; clobbers the rest
load:   mov     word [packet.lba], 1
        mov     word [packet.segment], LAYOUT_STAGE2_BASE / 16
.next:  mov     bl, TRIES
.again: call    di
        jnc     .read
        xor     ah, ah
        call    int13                           ; reset, then once more
        dec     bl
        jnz     .again
        stc
        ret
.read:  add     word [packet.segment], LAYOUT_SECTOR_SIZE / 16
        inc     word [packet.lba]
        mov     cx, [packet.lba]
        cmp     ch, 1
        ja      .bad                            ; 256 KiB: a damaged count must not load over the BIOS's memory
        cmp     cx, [LAYOUT_MBR_BASE + IMAGE_MBR_STAGE2_SECTORS]
        jbe     .next
        xor     ecx, ecx                        ; a
        xor     edx, edx                        ; b
        mov     bx, LAYOUT_STAGE2_BASE / 16
.sector:
        mov     fs, bx
        xor     si, si
.word:  fs lodsd
        add     ecx, eax
        add     edx, ecx
        test    si, LAYOUT_SECTOR_SIZE
        jz      .word
        add     bx, LAYOUT_SECTOR_SIZE / 16
        cmp     bx, [packet.segment]
        jb      .sector
        cmp     ecx, [LAYOUT_MBR_BASE + IMAGE_MBR_STAGE2_SUM]
        jne     .bad
        cmp     edx, [LAYOUT_MBR_BASE + IMAGE_MBR_STAGE2_SUM + 4]
        je      .good
.bad:   mov     word [why], damaged             ; from here on that is what is wrong, if anything
        stc
.good:  ret

; readers: the sector [packet.lba] to [packet.segment]:0.  in: [BP] = drive.  out: CF=0 read.  keep all else
edd_read:
        pusha
        mov     ah, 0x42
        mov     si, packet
        mov     byte [si + packet.count - packet], 1    ; a read that failed left 0 there: what it had read (SeaBIOS)
        call    int13
        popa
        ret

chs_read:
        pusha
        mov     ah, 8
        mov     dl, [bp]
        push    bp
        int     0x13                            ; geometry: CL[5:0] sectors a track, DH = heads - 1
        pop     bp
        jc      .guess
        and     cx, 63
        jnz     .known
.guess: mov     cx, 18                          ; no answer, or zeros (Bochs): the 1.44 MB floppy that the image also is
        mov     dh, 1
.known: movzx   bx, dh
        inc     bx
        mov     ax, [packet.lba]
        cwd
        div     cx                              ; AX = track, DX = sector in it, from 0
        inc     dx
        mov     cx, dx
        cwd
        div     bx                              ; AX = cylinder, below 256 so near the disk's start; DX = head
        mov     ch, al
        mov     dh, dl
        mov     es, [packet.segment]
        xor     bx, bx
        mov     ax, 0x0201
        call    int13
        popa
        ret

; int13: a disk call.  in: as the call, but DL from [BP].  out: CF.  keeps all registers: USB BIOSes trash them
; (builder-hex0#13)
int13:  mov     dl, [bp]
        pushad
        push    ds
        push    es
        int     0x13
        pop     es
        pop     ds
        popad
        cld
        sti
        ret

; print: the NUL-ended text at SI on the screen and on COM1.  out: SI after it.  clobbers AX, BX, CX; DX = COM1
print:  lodsb
        test    al, al
        jz      .done
        pusha
        mov     ah, 0x0e
        mov     bx, 7
        int     0x10
        popa
        push    ax
        mov     dx, PROTO_COM1_PORT + 5
        xor     cx, cx                          ; 65,536 looks: a machine without COM1 must not hang here
.busy:  in      al, dx
        test    al, 0x20                        ; THRE
        loopz   .busy
        pop     ax
        mov     dl, PROTO_COM1_PORT & 0xff
        out     dx, al
        jmp     print
.done:  ret

refused:    db PROTO_REFUSED, 0
unreadable: db "disk unreadable", 0
damaged:    db "stage2 damaged", 0
exit:       db 10, PROTO_EXIT, '0' + PROTO_EXIT_REFUSED, 10, 0
shutdown:   db PROTO_BOCHS_SHUTDOWN
.end:
why:        dw unreadable
drives:     db 0, 0x80, 0                       ; first: DL as passed
.end:
packet:     db 16, 0                            ; EDD-3 disk address packet
.count:     dw 0, 0
.segment:   dw 0
.lba:       dq 0

        times IMAGE_MBR_SUMMED - ($ - $$) db 0  ; fails to assemble when the code is too long
        times 510 - ($ - $$) db 0               ; mkimage: fields, disk signature, partition table
        dw 0xaa55
