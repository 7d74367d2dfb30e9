; SPDX-License-Identifier: Apache-2.0
;
; talk: a guest that says what it is told to say and ends as it is told to, for t/710-bad-guests.t.  The test fills in
; the two bytes at TALK_FIELDS and the text behind them.

%include "farm/probes/probe.inc"

TALK_FIELDS equ 0x80

	probe_start
	jmp talk
	times TALK_FIELDS - ($ - $$) db 0
times_left: db 1			; how often the text is said; 0 for ever
ending:	db 0				; 0 leave with status 0, 1 reset, 2 halt
text:	times 256 db 0
talk:	mov si, text
.next:	lodsb
	test al, al
	jz .said
	mov ah, LSR_THRE
	call wait_line
	mov dx, COM1_DATA
	out dx, al
	jmp .next
.said:	cmp byte [times_left], 0
	je talk
	dec byte [times_left]
	jnz talk
	mov ah, LSR_TEMT
	call wait_line
	cmp byte [ending], 1
	jb .leave
	ja .halt
	mov al, 0xfe			; the keyboard controller resets the CPU
	out 0x64, al
.halt:	cli
	hlt
	jmp .halt
.leave:
	leave_with PROTO_EXIT_OK
	probe_end
