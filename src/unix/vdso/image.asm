; SPDX-License-Identifier: Apache-2.0
;
; The vDSO's image in the kernel's rodata: whole pages, which programs see as they are.
%include "layout.inc"

section .rodata.vdso progbits alloc noexec nowrite align=LAYOUT_FRAME_SIZE
global vdso_image
global vdso_image_limit

vdso_image:
    incbin "src/unix/vdso/vdso.so"
    align LAYOUT_FRAME_SIZE, db 0
vdso_image_limit:
