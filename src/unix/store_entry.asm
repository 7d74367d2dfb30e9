; SPDX-License-Identifier: Apache-2.0
;
; Where SYSCALL goes while the store is there: entry_syscall's way and one instruction more, which counts the call.

%include "layout.inc"
%include "src/x86_64/frame.inc"
%include "src/unix/entry.inc"

        bits 64
        section .text

extern  store_calls_odd, store_calls_bound, store_calls_counts, entry_user_rsp
global  store_entry

        align 16
store_entry:
        syscall_way store_calls_bound, store_calls_odd, store_calls_counts

        section .note.GNU-stack noalloc noexec nowrite
