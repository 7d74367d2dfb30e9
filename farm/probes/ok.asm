; SPDX-License-Identifier: Apache-2.0
; ok: a whole report and a clean exit.  Verdict PASS.
%include "probe.inc"
	probe_start
	say PROTO_TAP_VERSION, 10, "1..2", 10, "ok 1 - the probe runs", 10, "  ---", 10, "  segment: 0x0", 10, "  ...", 10
	say "ok 2 - the probe prints", 10, PROTO_EXIT, "0", 10
	leave_with PROTO_EXIT_OK
	probe_end
