; SPDX-License-Identifier: Apache-2.0
; spin: runs for ever and says nothing more.  Verdict HANG spin.
%include "probe.inc"
	probe_start
	say PROTO_TAP_VERSION, 10, "1..1", 10
	cli
.spin:	jmp .spin
	probe_end
