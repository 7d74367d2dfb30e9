/* SPDX-License-Identifier: Apache-2.0 */
/* The program's threads as a list: what each does, its stack in the kernel, its registers. */
#ifndef ACRE_STORE_THREADS_H
#define ACRE_STORE_THREADS_H

struct store_out;

void store_threads_read(struct store_out *out, const void *context);

#endif
