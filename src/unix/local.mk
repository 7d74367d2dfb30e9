# SPDX-License-Identifier: Apache-2.0
# The Linux program's view.  What is portable is in both lists: the unit tests have it in a host process, too.

# ELF, layout, start and end of the program
runtime_C += src/unix/aslr.c src/unix/elfuser.c src/unix/script.c src/unix/userstack.c
kernel_C += src/unix/aslr.c src/unix/elfuser.c src/unix/script.c src/unix/userstack.c src/runtime/elf.c
