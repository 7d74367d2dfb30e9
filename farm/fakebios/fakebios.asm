; SPDX-License-Identifier: Apache-2.0
;
; The fake BIOS: an option ROM that answers the memory-map calls of INT 15h (E820h, E801h, 88h) with a map of ours and
; acts out what real BIOSes did wrong.  Any disk image meets any map this way, with no change to the image.
;
; This file makes a *template*.  farm/lib/rom.tcl turns it into a ROM without an assembler: it reads the directory at
; the end (names of fields and quirks, so that no offset and no bit number stands twice), puts the map table in the
; directory's place, fills the fields, and sets the size and checksum bytes.
;
;   0x0000  header, fields                 patched
;   rom_code...                            fixed
;   rom_table: the directory in the template; in a ROM `rom_count` entries of ENTRY_BYTES: base, length (qwords), type
;
; Rules.  A ROM is read-only once POST is over, so nothing is kept in it: the continuation value in EBX says which entry
; is next, the old vectors stand in interrupt slots that BIOSes leave to the user (60h, 61h) and so does the true EBDA
; segment (62h).  The code runs at any segment, reads through CS only, and trusts no register but SS:SP.
;
; Build: nasm -f bin.  CPU: 386, real mode.
%include "layout.inc"

        bits 16
        cpu 386
        org 0

%define SMAP 0x534d4150                 ; ACPI 6.5 ch. 15: the signature 'SMAP'
%define ENTRY_BYTES 20                  ; base, length, type; the attributes are made up on the way out
%define ERROR_UNSUPPORTED 0x86          ; AH of every BIOS that lacks a function
%define IVT(n) ((n) * 4)
%define EBDA_TRUE IVT(0x62)             ; word: the true segment, once EBDA_IS_FALSE, a byte, is 1
%define EBDA_IS_FALSE (IVT(0x62) + 2)
%define PORT_FAST_A20 0x92              ; PS/2 system control port A: bit 1 A20, bit 0 resets the machine

; What a clobbered register holds, the bytes a caller should not rely on: any value that is nobody's.
%define JUNK_ESI 0xdead5151
%define JUNK_EDI 0xdeadd1d1
%define JUNK_EBP 0xdeadb0b0
%define JUNK_EDX 0xdeaddddd
%define JUNK_SEGMENT 0xf000          ; read-only memory, so a careless store does no harm of its own
%define STACK_FILL 0x5aa5
%define STACK_BYTES 512                 ; quirk stack-512, the INT's own frame included
%define JUNK_OVERLONG 0x5a5a5a5a        ; quirk overlong-write: bit 0, "entry is valid", is clear

; ebx-random: continuation = index * RANDOM_FACTOR + RANDOM_ADD mod 2^32, a bijection; RANDOM_INVERSE undoes the factor.
; No index below 65536 gives 0, which would end the list (t/300 proves it).
%define RANDOM_FACTOR 0x9e3779b1
%define RANDOM_INVERSE 0x0e8b2f51
%define RANDOM_ADD 0x5a17c3e5

; All quirk words (farm/lib/quirks.tcl); %1 is called with NAME, 'word'.  The order gives the bit.
%macro EACH_QUIRK 1
        %1 CARRY_ON_LAST,       'carry-on-last'
        %1 CARRY_WITH_LAST,     'carry-with-last'
        %1 NO_SMAP_ON_CARRY,    'no-smap-on-carry'
        %1 SMAP_LOST_AFTER_3,   'smap-lost-after-3'
        %1 NEVER_ZERO_EBX,      'never-zero-ebx'
        %1 REPEAT_LAST,         'repeat-last'
        %1 SIZE_24,             'size-24'
        %1 ACPI_ATTR0_CLEAR,    'acpi-attr0-clear'
        %1 SHORT_ENTRY,         'short-entry'
        %1 ECX_IGNORED_20,      'ecx-ignored-20'
        %1 OVERLONG_WRITE,      'overlong-write'
        %1 NEEDS_OLD_BUFFER,    'needs-old-buffer'
        %1 NEEDS_EAX_HIGH_ZERO, 'needs-eax-high-zero'
        %1 EBX_RANDOM,          'ebx-random'
        %1 CLOBBER_ESI,         'clobber-esi'
        %1 CLOBBER_EDI,         'clobber-edi'
        %1 CLOBBER_EBP,         'clobber-ebp'
        %1 CLOBBER_EDX,         'clobber-edx'
        %1 CLOBBER_ES,          'clobber-es'
        %1 CLOBBER_FS,          'clobber-fs'
        %1 INTERRUPTS_ON,       'interrupts-on'
        %1 INTERRUPTS_OFF,      'interrupts-off'
        %1 DF_SET,              'df-set'
        %1 A20_OFF_AFTER,       'a20-off-after'
        %1 STACK_512,           'stack-512'
        %1 E820_UNSUPPORTED,    'e820-unsupported'
        %1 E820_EMPTY,          'e820-empty'
        %1 E801_UNSUPPORTED,    'e801-unsupported'
        %1 E801_CXDX,           'e801-cxdx'
        %1 88_UNSUPPORTED,      '88-unsupported'
        %1 EBDA,                'ebda'
%endmacro

%assign quirk_bit 0
%macro DEFINE_QUIRK 2
        %assign QUIRK_%1 quirk_bit
        %assign quirk_bit quirk_bit + 1
%endmacro
EACH_QUIRK DEFINE_QUIRK
%if quirk_bit > 32
        %error "more quirks than bits in rom_quirks"
%endif

; Jumps to %2 if quirk %1 is on.  Changes nothing but flags.
%macro JUMP_IF 2
        test    dword [cs:rom_quirks], 1 << QUIRK_%1
        jnz     %2
%endmacro
%macro JUMP_UNLESS 2
        test    dword [cs:rom_quirks], 1 << QUIRK_%1
        jz      %2
%endmacro

; ---------------------------------------------------------------------------------------------------------------------
; Header (PCI firmware specification 3.0, 5.1): signature, size in 512-byte units, entry at 3, pointers at 0x18
        dw      0xaa55
rom_size:
        db      0
        jmp     near init
rom_checksum:
        db      0                       ; makes all bytes sum to 0 mod 256
        times 0x18 - ($ - $$) db 0
        dw      0, 0                    ; no PCI data structure, no PnP header: an ISA ROM, initialised once
rom_directory:
        dw      rom_table               ; the one offset that rom.tcl knows by heart (28)
        align 4, db 0
rom_quirks:
        dd      0
rom_count:
        dw      0                       ; entries in rom_table
rom_attr0_entry:
        dw      0                       ; acpi-attr0-clear: entry counted from 1, 0 for all
rom_ebda:
        dw      0                       ; ebda: what the EBDA pointer shall read
rom_e801_low:
        dw      0                       ; KiB from 1 MiB, at most 0x3c00
rom_e801_high:
        dw      0                       ; blocks of 64 KiB from 16 MiB
rom_88:
        dw      0                       ; KiB from 1 MiB, at most 0xfc00
        db      'Acre fake BIOS', 0

; ROM entry, far-called by POST.  Hooks INT 15h (and INT 13h for `ebda`).  All registers kept; does nothing when called
; again.
init:
        pushf
        push    ds
        push    eax
        push    bx
        xor     bx, bx
        mov     ds, bx
        mov     bx, IVT(0x15)
        mov     ax, cs
        cmp     [bx + 2], ax
        je      .done                   ; hooked already: parking our own vector would loop for ever
        mov     eax, [bx]
        mov     [IVT(0x60)], eax
        mov     word [bx], int15
        mov     [bx + 2], cs
        JUMP_UNLESS EBDA, .done
        mov     byte [EBDA_IS_FALSE], 0
        mov     eax, [IVT(0x13)]
        mov     [IVT(0x61)], eax
        mov     word [IVT(0x13)], int13
        mov     [IVT(0x13) + 2], cs
.done:
        pop     bx
        pop     eax
        pop     ds
        popf
        retf

; Jumps to the vector parked in interrupt slot %1.  Stack and registers as they are here.
%macro JUMP_PARKED 1
        push    eax                     ; room for the far address
        push    bp
        mov     bp, sp
        push    ds
        push    eax
        xor     ax, ax
        mov     ds, ax
        mov     eax, [IVT(%1)]
        mov     [bp + 2], eax
        pop     eax
        pop     ds
        pop     bp
        retf
%endmacro

; INT 15h: ours are AX = E820h, AX = E801h, AH = 88h; the rest goes to the BIOS untouched.
int15:
        cmp     ax, 0xe820
        je      e820
        cmp     ax, 0xe801
        je      near e801
        cmp     ah, 0x88
        je      near int15_88
        JUMP_PARKED 0x60

; ---------------------------------------------------------------------------------------------------------------------
; E820: the caller's registers lie in a frame, are changed there, and come back with the interrupt's return.
struc frame
.edi    resd 1
.esi    resd 1
.ebp    resd 1
.esp    resd 1
.ebx    resd 1
.edx    resd 1
.ecx    resd 1
.eax    resd 1
.fs     resw 1
.es     resw 1
.ip     resw 1
.cs     resw 1
.flags  resw 1
endstruc
%define FRAME(field) [bp + frame. %+ field]
%define FLAG_CARRY 0x0001
%define FLAG_INTERRUPT 0x0200
%define FLAG_DIRECTION 0x0400

e820:
        push    es
        push    fs
        pushad
        mov     bp, sp
        cld
        call    ebda_falsify
        and     word FRAME(flags), ~FLAG_CARRY
        call    e820_answer
        call    e820_spoil
        popad
        pop     fs
        pop     es
        iret

; One answer, into the frame and the caller's buffer.
e820_answer:
        JUMP_IF E820_UNSUPPORTED, answer_unsupported
        JUMP_IF E820_EMPTY, answer_empty
        call    e820_check
        jc      answer_unsupported
        call    index_from_ebx
        movzx   ecx, word [cs:rom_count]
        jecxz   answer_end              ; a map without entries: carry at once
        cmp     eax, ecx
        jb      .serve
        JUMP_UNLESS REPEAT_LAST, answer_end
.serve:
        call    old_buffer_check
        jc      answer_unsupported
        call    entry_copy
        call    ebx_set_next
        jmp     answer_signature

; Carry set if the request is one a BIOS would not answer.
e820_check:
        JUMP_UNLESS NEEDS_EAX_HIGH_ZERO, .edx
        cmp     word [bp + frame.eax + 2], 0
        jne     .bad
.edx:
        cmp     dword FRAME(edx), SMAP
        jne     .bad
        JUMP_IF ECX_IGNORED_20, .good
        cmp     dword FRAME(ecx), ENTRY_BYTES
        jb      .bad
.good:
        clc
        ret
.bad:
        stc
        ret

; The function does not exist, or not for such a request: carry and AH = 86h, nothing else changed.
answer_unsupported:
        or      word FRAME(flags), FLAG_CARRY
        mov     byte [bp + frame.eax + 1], ERROR_UNSUPPORTED
        ret

; No carry, the signature, and nothing that could be an entry.
answer_empty:
        mov     dword FRAME(eax), SMAP
        mov     dword FRAME(ebx), 0
        mov     dword FRAME(ecx), 0
        ret

; There is no such entry (any more): carry; the signature comes nevertheless unless no-smap-on-carry.
answer_end:
        JUMP_IF NO_SMAP_ON_CARRY, answer_unsupported
        or      word FRAME(flags), FLAG_CARRY
        mov     dword FRAME(eax), SMAP
        ret

; An entry was served: signature, and what the quirks about the end of the list want.  EAX = index, ECX = entries.
answer_signature:
        JUMP_UNLESS CARRY_WITH_LAST, .clear
        lea     edx, [eax + 1]
        cmp     edx, ecx
        jae     answer_end
.clear:
        JUMP_UNLESS SMAP_LOST_AFTER_3, .smap
        cmp     eax, 3
        jae     .lost
.smap:
        mov     dword FRAME(eax), SMAP
.lost:                                  ; EAX comes back as the caller had it
        ret

; ---------------------------------------------------------------------------------------------------------------------
; Continuation values

; EAX = index that the caller's EBX asks for; a value that was never given out becomes an index that is too large.
index_from_ebx:
        mov     eax, FRAME(ebx)
        test    eax, eax
        jz      .done
        JUMP_UNLESS EBX_RANDOM, .done
        sub     eax, RANDOM_ADD
        imul    eax, eax, RANDOM_INVERSE
.done:
        ret

; EAX = index just served (kept): puts the next continuation value into the frame.  ECX = entries.
ebx_set_next:
        mov     edx, eax
        inc     edx
        cmp     edx, ecx
        jb      .encode
        JUMP_IF REPEAT_LAST, .repeat
        mov     edx, ecx                ; one call more, which will find no such entry
        JUMP_IF CARRY_ON_LAST, .encode
        JUMP_IF NEVER_ZERO_EBX, .encode
        xor     edx, edx
        jmp     .store
.repeat:                                ; the same value again and again, or with never-zero-ebx an ever new one
        JUMP_IF NEVER_ZERO_EBX, .encode
        mov     edx, ecx
.encode:
        JUMP_UNLESS EBX_RANDOM, .store
        imul    edx, edx, RANDOM_FACTOR
        add     edx, RANDOM_ADD
.store:
        mov     FRAME(ebx), edx
        ret

; ---------------------------------------------------------------------------------------------------------------------
; Entries

; SI = offset in the ROM of entry EAX, or of the last one if there are not so many.  ECX = entries.  Destroys EDX.
entry_find:
        mov     edx, eax
        cmp     edx, ecx
        jb      .inside
        lea     edx, [ecx - 1]
.inside:
        imul    si, dx, ENTRY_BYTES
        add     si, rom_table
        ret

; needs-old-buffer: carry set unless bytes 16..19 of the buffer still hold the type of the entry before EAX.
old_buffer_check:
        JUMP_UNLESS NEEDS_OLD_BUFFER, .good
        test    eax, eax
        jz      .good
        dec     eax
        call    entry_find
        inc     eax
        mov     edx, [cs:si + 16]
        mov     di, FRAME(edi)
        cmp     [es:di + 16], edx
        je      .good
        stc
        ret
.good:
        clc
        ret

; Copies entry EAX to the caller's buffer and sets the caller's ECX to the size a BIOS with these quirks reports.
; Keeps EAX and ECX.
entry_copy:
        push    eax
        push    ecx
        call    entry_find
        mov     di, FRAME(edi)
        mov     ebx, FRAME(ecx)         ; bytes asked for
        mov     cx, 4
        cs rep movsd                    ; base and length
        mov     dword FRAME(ecx), 16
        JUMP_IF SHORT_ENTRY, .done
        cs movsd                        ; type
        mov     dword FRAME(ecx), 20
        JUMP_UNLESS SIZE_24, .overlong
        cmp     ebx, 24
        jb      .overlong
        mov     dword FRAME(ecx), 24
        call    attributes
        stosd
        jmp     .done
.overlong:
        JUMP_UNLESS OVERLONG_WRITE, .done
        mov     eax, JUNK_OVERLONG
        stosd
.done:
        pop     ecx
        pop     eax
        ret

; EAX = ACPI 3.0 attributes of entry EAX: bit 0 says that the entry counts.  Destroys CX.
attributes:
        inc     ax                      ; counted from 1
        JUMP_UNLESS ACPI_ATTR0_CLEAR, .valid
        mov     cx, [cs:rom_attr0_entry]
        jcxz    .clear
        cmp     ax, cx
        je      .clear
.valid:
        mov     eax, 1
        ret
.clear:
        xor     eax, eax
        ret

; ---------------------------------------------------------------------------------------------------------------------
; Side effects: every E820 call has them, whatever it answers.

; Spoils frame, stack and A20 as the quirks say.  Keeps BP and SP.
e820_spoil:
        call    spoil_stack
        call    spoil_flags
        call    spoil_registers
        JUMP_UNLESS A20_OFF_AFTER, .done
        in      al, PORT_FAST_A20
        and     al, 0xfc                ; A20 off, and never the reset bit
        out     PORT_FAST_A20, al
.done:
        ret

; stack-512: writes all of the STACK_BYTES bytes below the caller's stack pointer that hold nothing of ours.
%define STACK_USED (frame.flags + 2 + 4)        ; the frame, and the returns to e820_spoil and to e820
spoil_stack:
        JUMP_UNLESS STACK_512, .done
        mov     dx, sp
        mov     cx, (STACK_BYTES - STACK_USED) / 2
.fill:
        push    word STACK_FILL
        loop    .fill
        mov     sp, dx
.done:
        ret

spoil_flags:
        JUMP_UNLESS INTERRUPTS_ON, .off
        or      word FRAME(flags), FLAG_INTERRUPT
.off:
        JUMP_UNLESS INTERRUPTS_OFF, .direction
        and     word FRAME(flags), ~FLAG_INTERRUPT
.direction:
        JUMP_UNLESS DF_SET, .done
        or      word FRAME(flags), FLAG_DIRECTION
.done:
        ret

; %1 quirk, %2 size, %3 field, %4 value
%macro CLOBBER 4
        JUMP_UNLESS %1, %%kept
        mov     %2 FRAME(%3), %4
%%kept:
%endmacro
spoil_registers:
        CLOBBER CLOBBER_ESI, dword, esi, JUNK_ESI
        CLOBBER CLOBBER_EDI, dword, edi, JUNK_EDI
        CLOBBER CLOBBER_EBP, dword, ebp, JUNK_EBP
        CLOBBER CLOBBER_EDX, dword, edx, JUNK_EDX
        CLOBBER CLOBBER_ES, word, es, JUNK_SEGMENT
        CLOBBER CLOBBER_FS, word, fs, JUNK_SEGMENT
        ret

; ---------------------------------------------------------------------------------------------------------------------
; E801 and 88h: figures that rom.tcl derived from the map

; AX = CX = KiB from 1 MiB to 16 MiB, BX = DX = 64 KiB blocks from 16 MiB; with e801-cxdx AX = BX = 0.
e801:
        call    ebda_falsify
        JUMP_IF E801_UNSUPPORTED, unsupported
        mov     cx, [cs:rom_e801_low]
        mov     dx, [cs:rom_e801_high]
        mov     ax, cx
        mov     bx, dx
        JUMP_UNLESS E801_CXDX, supported
        xor     ax, ax
        xor     bx, bx
        jmp     supported

; AX = KiB from 1 MiB.
int15_88:
        call    ebda_falsify
        JUMP_IF 88_UNSUPPORTED, unsupported
        mov     ax, [cs:rom_88]
        ; fall through

; Returns from an interrupt with carry clear.
supported:
        push    bp
        mov     bp, sp
        and     word [bp + 6], ~FLAG_CARRY
        pop     bp
        iret

; Returns from an interrupt with carry set and AH = 86h.
unsupported:
        mov     ah, ERROR_UNSUPPORTED
        push    bp
        mov     bp, sp
        or      word [bp + 6], FLAG_CARRY
        pop     bp
        iret

; ---------------------------------------------------------------------------------------------------------------------
; ebda: from the first memory call on the EBDA pointer is nonsense to all but the BIOS's disk code, which lives by it.

; From now on the pointer reads false.  The true one is taken now and not in POST, where BIOSes still move the EBDA.
; All registers kept.
ebda_falsify:
        JUMP_UNLESS EBDA, ebda_leave.return
        push    ds
        push    ax
        xor     ax, ax
        mov     ds, ax
        cmp     byte [EBDA_IS_FALSE], 1
        je      ebda_put_false
        mov     byte [EBDA_IS_FALSE], 1
        mov     ax, [LAYOUT_BDA_EBDA_BASE]
        mov     [EBDA_TRUE], ax
        ; fall through

; In: DS = 0, the caller's AX and DS on the stack.
ebda_put_false:
        mov     ax, [cs:rom_ebda]
ebda_put:
        mov     [LAYOUT_BDA_EBDA_BASE], ax
ebda_leave:
        pop     ax
        pop     ds
.return:
        ret

; The pointer reads true.  All registers kept.
ebda_restore:
        push    ds
        push    ax
        xor     ax, ax
        mov     ds, ax
        cmp     byte [EBDA_IS_FALSE], 1
        jne     ebda_leave
        mov     ax, [EBDA_TRUE]
        jmp     ebda_put

; The pointer reads false again, if it did before.  All registers and flags kept.
ebda_falsify_again:
        pushf
        call    .if_false
        popf
        ret
.if_false:
        push    ds
        push    ax
        xor     ax, ax
        mov     ds, ax
        cmp     byte [EBDA_IS_FALSE], 1
        jne     ebda_leave
        jmp     ebda_put_false

; INT 13h under the true pointer.  Returns with the BIOS's registers (BP: the caller's) and flags.
int13:
        call    ebda_restore
        push    bp
        mov     bp, sp
        push    word [bp + 6]           ; the caller's flags: the BIOS returns IF from them
        push    cs
        push    word .back
        mov     bp, [bp]
        JUMP_PARKED 0x61
.back:
        call    ebda_falsify_again
        pop     bp
        retf    2

; ---------------------------------------------------------------------------------------------------------------------
; The directory, for rom.tcl only: one record each of word value, text, 0; an empty text ends it.
%macro RECORD 2
        dw      %1
        db      %2, 0
%endmacro
%macro RECORD_QUIRK 2
        RECORD  QUIRK_%1, {'quirk ', %2}
%endmacro

rom_table:
        RECORD  rom_size, 'size'
        RECORD  rom_checksum, 'checksum'
        RECORD  rom_quirks, 'quirks'
        RECORD  rom_count, 'count'
        RECORD  rom_attr0_entry, 'attr0-entry'
        RECORD  rom_ebda, 'ebda'
        RECORD  rom_e801_low, 'e801-low'
        RECORD  rom_e801_high, 'e801-high'
        RECORD  rom_88, '88'
        RECORD  ENTRY_BYTES, 'entry-bytes'
        EACH_QUIRK RECORD_QUIRK
        RECORD  0, ''
