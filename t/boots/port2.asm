; SPDX-License-Identifier: Apache-2.0
;
; port2: a guest that says "port2" on COM1 and then sends back each byte that comes over COM2, for t/740-meta-port.t;
; one of 4 ends it.

%include "farm/probes/probe.inc"

COM2 equ 0x2f8				; the PC's place for it: data, and above it interrupts, line control, line status
COM2_CONTROL equ COM2 + 3
COM2_STATUS equ COM2 + 5
DIVISOR_OPEN equ 0x80			; in line control: data and interrupts are the divisor
BITS_8N1 equ 3
END_BYTE equ 4

	probe_start
	mov dx, COM2_CONTROL
	mov al, DIVISOR_OPEN
	out dx, al
	mov dx, COM2
	mov al, 1
	out dx, al
	inc dx
	xor al, al
	out dx, al
	mov dx, COM2_CONTROL
	mov al, BITS_8N1
	out dx, al
	say "port2", 10
.hear:	mov dx, COM2_STATUS
	in al, dx
	test al, 1
	jz .hear
	mov dx, COM2
	in al, dx
	mov bl, al
	mov dx, COM2_STATUS
.room:	in al, dx
	test al, LSR_THRE
	jz .room
	mov dx, COM2
	mov al, bl
	out dx, al
	cmp al, END_BYTE
	jne .hear
	mov dx, COM2_STATUS
.sent:	in al, dx
	test al, LSR_TEMT
	jz .sent
	leave_with PROTO_EXIT_OK
	probe_end
