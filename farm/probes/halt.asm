; SPDX-License-Identifier: Apache-2.0
; halt: halted with interrupts off, which nothing ends.  Verdict HANG dead-halt.
%include "probe.inc"
	probe_start
	say PROTO_TAP_VERSION, 10, "1..1", 10
.halt:	cli
	hlt
	jmp .halt
	probe_end
