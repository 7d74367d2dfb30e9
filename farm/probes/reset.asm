; SPDX-License-Identifier: Apache-2.0
; reset: a reset through the keyboard controller.  Verdict CRASH reset.
%include "probe.inc"
%define KBC_PORT 0x64
%define KBC_PULSE_RESET 0xfe	; pulse output line 0, which is the CPU's reset
	probe_start
	say PROTO_TAP_VERSION, 10, "1..1", 10
	cli
	mov al, KBC_PULSE_RESET
	out KBC_PORT, al
.wait:	jmp .wait
	probe_end
