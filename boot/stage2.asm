; SPDX-License-Identifier: Apache-2.0
;
; stage2's machine part: header, entry from stage1, the way to the BIOS and back, the step into 64-bit mode.  All of
; it lies
; below LAYOUT_INITMAP_LIMIT (stage2.lds.S asserts that), because the step turns paging on under itself.
; Everything else of stage2 is C, in 32-bit protected mode, flat, interrupts off.

%include "layout.inc"

        section .low progbits alloc exec write
        bits 16

extern  stage2_main, stage2_bss_base, stage2_bss_words
global  stage2_entry, bios_thunk, enter_long_mode, run_on_stack

stage2_entry:
        jmp     entry16
        times IMAGE_HDR_MAGIC - ($ - stage2_entry) db 0
global  image_header
image_header:                                   ; IMAGE_HDR_*: mkimage fills it
        times IMAGE_HDR_LIMIT - IMAGE_HDR_MAGIC db 0

CODE32  equ gdt.code32 - gdt
DATA32  equ gdt.data32 - gdt
CODE16  equ gdt.code16 - gdt
DATA16  equ gdt.data16 - gdt
CODE64  equ gdt.code64 - gdt

; What 32-bit C wants in the segment registers.  clobbers EAX
%macro FLAT_SEGMENTS 0
        mov     ax, DATA32
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        xor     eax, eax
        mov     fs, ax
        mov     gs, ax
%endmacro

; entry16: from stage1.  in: real mode, DL = boot drive, segments 0, SP = LAYOUT_RMSTACK_LIMIT.  out:
; stage2_main(drive), never returns
entry16:
        cli
        movzx   esi, dl
        lgdt    [gdt_pointer]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     CODE32:.protected
        bits 32
.protected:
        FLAT_SEGMENTS
        ; RAM is not zero at power-on (iPXE 5bda1727b poisons its bss to find out)
        mov     edi, stage2_bss_base
        mov     ecx, stage2_bss_words
        rep stosd
        mov     esp, early_stack_limit
        push    esi
        call    stage2_main
.never: hlt
        jmp     .never

; void bios_thunk(struct bios_registers *r, uint32_t vector): one BIOS call in real mode, on the real-mode stack from
; its top.
; in: 32-bit protected mode, interrupts off; r as boot/bios.h says.  out: *r = every register and the flags after the
;     call.
; The INT is made by hand (flags, CS:IP from the vector table) so that the vector can vary without changing code.
; Interrupts are on during the call as a BIOS expects; whatever it leaves of IF, DF, DS..GS is undone.
bios_thunk:
        pushad
        mov     esi, [esp + 32 + 4]             ; r
        mov     ebx, [esp + 32 + 8]             ; vector
        mov     edi, regs
        mov     ecx, REGS_SIZE / 4
        cld
        rep movsd
        mov     eax, [ebx * 4]
        mov     [vector], eax
        mov     [saved_esp], esp
        jmp     CODE16:.to_real
        bits 16
.to_real:
        mov     ax, DATA16
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, cr0
        and     al, ~1
        mov     cr0, eax
        jmp     0:.real
.real:  xor     ax, ax
        mov     ds, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax
        mov     esp, LAYOUT_RMSTACK_LIMIT
        mov     es, [regs.es]
        mov     eax, [regs.eax]
        mov     ebx, [regs.ebx]
        mov     ecx, [regs.ecx]
        mov     edx, [regs.edx]
        mov     esi, [regs.esi]
        mov     edi, [regs.edi]
        mov     ebp, [regs.ebp]
        push    word [regs.flags]
        popf
        sti
        pushf
        cli
        call    far [vector]                    ; pops the flags with its IRET, or returns its own with RETF 2
        pushf
        cli
        cld
        pop     word [cs:regs.flags]
        mov     [cs:regs.eax], eax
        xor     ax, ax
        mov     ds, ax
        mov     [regs.ebx], ebx
        mov     [regs.ecx], ecx
        mov     [regs.edx], edx
        mov     [regs.esi], esi
        mov     [regs.edi], edi
        mov     [regs.ebp], ebp
        mov     [regs.es], es
        lgdt    [gdt_pointer]                   ; a BIOS that visits protected mode leaves its own
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     CODE32:.protected
        bits 32
.protected:
        FLAT_SEGMENTS
        mov     esp, [saved_esp]
        mov     esi, regs
        mov     edi, [esp + 32 + 4]
        mov     ecx, REGS_SIZE / 4
        rep movsd
        popad
        ret

; void run_on_stack(void (*f)(void), uint32_t stack_limit): calls f on another stack; f never returns
run_on_stack:
        mov     eax, [esp + 4]
        mov     esp, [esp + 8]
        call    eax
.never: hlt
        jmp     .never

; void enter_long_mode(uint32_t cr3, uint32_t efer, const uint64_t *entry, const uint64_t *stack): the step into
; 64-bit mode.
; in: 32-bit protected mode without paging; cr3 = frame of the PML4, which maps LAYOUT_INITMAP_BASE.._LIMIT to itself;
;     efer = bits to set in EFER (LME, NXE where the CPU has it; set before CR3 so that no table has a reserved bit,
;     PT03);
;     *entry, *stack = 64-bit RIP and RSP to go on with, both mapped there.
; out: 64-bit mode at *entry with RDI = LAYOUT_HANDOFF_BASE, interrupts off, CR0.WP on
enter_long_mode:
        mov     ecx, [esp + 12]
        mov     ebx, [ecx]
        mov     [long_entry], ebx
        mov     ebx, [ecx + 4]
        mov     [long_entry + 4], ebx
        mov     ecx, [esp + 16]
        mov     ebx, [ecx]
        mov     [long_stack], ebx
        mov     ebx, [ecx + 4]
        mov     [long_stack + 4], ebx
        mov     eax, 1 << 5                     ; CR4.PAE and nothing else: PGE, LA57, PCIDE off (SDM vol. 3A 4.1.2)
        mov     cr4, eax
        mov     ecx, 0xc0000080                 ; EFER
        rdmsr
        or      eax, [esp + 8]
        wrmsr
        mov     eax, [esp + 4]
        mov     cr3, eax
        mov     eax, cr0
        and     eax, ~(1 << 30 | 1 << 29)       ; CD, NW off: caches on
        or      eax, 1 << 31 | 1 << 16          ; PG, WP
        mov     cr0, eax
        jmp     CODE64:.long
        bits 64
.long:  xor     eax, eax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax
        mov     rsp, [abs long_stack]
        mov     rdi, LAYOUT_HANDOFF_BASE
        jmp     [abs long_entry]
        bits 32

        align 8
global  gdt
gdt:            dq 0
.code32:        dq 0x00cf9b000000ffff           ; flat, 32-bit
.data32:        dq 0x00cf93000000ffff
        ; base 0, 64 KiB limit: what real mode needs in its hidden parts (SDM vol. 3A 9.9.2)
.code16:        dq 0x00009b000000ffff
.data16:        dq 0x000093000000ffff           ; the same for data
.code64:        dq 0x00209b0000000000           ; 64-bit code
.end:
gdt_pointer:    dw gdt.end - gdt - 1
                dd gdt
                align 4
saved_esp:      dd 0
vector:         dd 0                            ; offset, segment
long_entry:     dq 0
long_stack:     dq 0

global  regs
regs:                                           ; struct bios_registers: boot/bios.h asserts these offsets
.eax:           dd 0
.ebx:           dd 0
.ecx:           dd 0
.edx:           dd 0
.esi:           dd 0
.edi:           dd 0
.ebp:           dd 0
.es:            dw 0
.flags:         dw 0
REGS_SIZE       equ $ - regs

        section .bss
        alignb 16
        ; C runs here while the BIOS is still needed: A20 may be off, so not above 1 MiB
early_stack:    resb 8192
early_stack_limit:

        section .note.GNU-stack noalloc noexec nowrite
