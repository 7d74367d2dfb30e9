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
; segment (62h); 63h holds the INT 19h of `fill`.  The code runs at any segment, reads through CS only, and trusts no
; register but SS:SP.
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
        %1 FILL,                'fill'
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
rom_fill:
        dw      0                       ; fill: the word
        db      'Acre fake BIOS', 0

; ROM entry, far-called by POST.  Hooks INT 15h (and INT 13h for `ebda`, INT 19h for `fill`).  All registers kept; does
; nothing when called again.
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
        JUMP_UNLESS FILL, .ebda
        mov     eax, [IVT(0x19)]
        mov     [IVT(0x63)], eax
        mov     word [IVT(0x19)], int19
        mov     [IVT(0x19) + 2], cs
.ebda:
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

%include "e820.inc"

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

%include "fill.inc"

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
        RECORD  rom_fill, 'fill'
        RECORD  ENTRY_BYTES, 'entry-bytes'
        EACH_QUIRK RECORD_QUIRK
        RECORD  0, ''
