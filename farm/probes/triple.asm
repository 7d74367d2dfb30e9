; SPDX-License-Identifier: Apache-2.0
; triple: a triple fault, by an interrupt with an empty vector table.  Verdict CRASH triple-fault.
%include "probe.inc"
	probe_start
	say PROTO_TAP_VERSION, 10, "1..1", 10
	cli
	lidt [empty]
	mov eax, cr0
	or al, 1
	mov cr0, eax		; protected mode, where the table's limit counts for every vector
	int3
empty:	dw 0
	dd 0
	probe_end
