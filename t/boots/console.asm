; SPDX-License-Identifier: Apache-2.0
;
; console: an MBR that behaves as a kernel with a program (doc/serial.md), for tests of the console on the host's side:
; it prints every byte value and something that looks like the end, says a line on COM3, then echoes what comes in by
; the rules of console=pipe until the end of the input, and ends with status 7.
%include "layout.inc"

	bits 16
	org LAYOUT_MBR_BASE
	xor ax, ax
	mov ds, ax
	mov ss, ax
	mov sp, LAYOUT_RMSTACK_LIMIT
	jmp 0:start
start:	cld
	mov al, 3		; 8N1: Bochs sends 5-bit characters until this is set
	mov dx, PROTO_COM1_PORT + 3
	out dx, al
	mov dx, PROTO_COM3_PORT + 3
	out dx, al
	mov si, before
	call print
	xor bx, bx
.bytes:	mov al, bl
	call put
	inc bl
	jnz .bytes
	mov si, middle
	call print
	mov word [port], PROTO_COM3_PORT
	mov si, spoken
	call print
	mov word [port], PROTO_COM1_PORT
	xor bl, bl		; whether the last byte was an escape
.echo:	mov dx, PROTO_COM1_PORT + 5
	in al, dx
	test al, 1
	jz .echo
	mov dx, PROTO_COM1_PORT
	in al, dx
	test bl, bl
	jnz .second
	cmp al, 0x10
	je .escape
.send:	call put
	jmp .echo
.escape:
	inc bl
	jmp .echo
.second:
	dec bl
	cmp al, 4
	jne .send
	mov si, after
	call print
	mov dx, PROTO_COM1_PORT + 5
.drain:	in al, dx
	test al, 0x40
	jz .drain
	mov dx, PROTO_DEBUGEXIT_PORT
	mov al, PROTO_DEBUGEXIT_OFFSET + 7
	out dx, al
	mov si, bochs
	mov dx, PROTO_BOCHS_PORT
	mov cx, 8
	rep outsb
halt:	hlt
	jmp halt

; Prints the text at SI.  Clobbers AX, DX, SI.
print:	lodsb
	test al, al
	jz .end
	call put
	jmp print
.end:	ret

; Sends AL to [port].  Clobbers DX, AH.
put:	mov ah, al
	mov dx, [port]
	add dx, 5
.wait:	in al, dx
	test al, 0x20
	jz .wait
	mov dx, [port]
	mov al, ah
	out dx, al
	ret

port:	dw PROTO_COM1_PORT
before:	db "# what is said before", 10, PROTO_PROGRAM, "/bin/fake", 10, 0
middle:	db 10, PROTO_STATUS, "9", 10, PROTO_EXIT, "9", 10, "go", 10, 0
spoken:	db "# a line on COM3", 10, 0
after:	db "bye", 10, 10, PROTO_STATUS, "7", 10, PROTO_EXIT, "7", 10, 0
bochs:	db PROTO_BOCHS_SHUTDOWN
	times 446 - ($ - $$) db 0
