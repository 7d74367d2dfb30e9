; SPDX-License-Identifier: Apache-2.0
; torn: a clean exit after a line that is cut off in the middle.  Verdict CRASH torn.
%include "probe.inc"
	probe_start
	say PROTO_TAP_VERSION, 10, "1..2", 10, "ok 1 - the probe runs", 10, "ok 2 - the pro", 10, "# ex"
	leave_with PROTO_EXIT_OK
	probe_end
