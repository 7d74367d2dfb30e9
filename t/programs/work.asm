; SPDX-License-Identifier: Apache-2.0
%macro step 1
    imul rax, rax, %1
    add rax, %1 * 3
%endmacro
global _start
section .text
_start:
    mov ecx, 10
.again:
%assign i 1
%rep 40
    step i
%assign i i + 1
%endrep
    vaddps ymm0, ymm1, [rel table]
    dec ecx
    jnz .again
    mov eax, 231
    xor edi, edi
    syscall
section .data
table: times 8 dd 1.5
text: db "text", 10, 0
section .bss
room: resb 4096
