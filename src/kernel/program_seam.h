/* SPDX-License-Identifier: Apache-2.0 */
/* The seam to the program that an image carries: the kernel calls it, src/unix defines it. */
#ifndef ACRE_PROGRAM_SEAM_H
#define ACRE_PROGRAM_SEAM_H

/* Runs the program of the boot's archive and ends the machine as it ended. */
_Noreturn void program_run(void);

#endif
