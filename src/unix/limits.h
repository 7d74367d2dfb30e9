/* SPDX-License-Identifier: Apache-2.0 */
/* Resource limits of the program (struct program). */
#ifndef ACRE_LIMITS_H
#define ACRE_LIMITS_H

/* As the first program has them. */
void limits_init(void);

#endif
