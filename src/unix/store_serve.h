/* SPDX-License-Identifier: Apache-2.0 */
/* The store while programs run: their groups in its tree, their calls counted, COM2 served by interrupt. */
#ifndef ACRE_STORE_SERVE_H
#define ACRE_STORE_SERVE_H

/* Begins all that; once, before the first program, when threads and files are there.  Only if kstore_present. */
void store_serve_begin(void);

/* With the option hold=1: idles, and serves, until a client says bye.  Only if kstore_present. */
void store_serve_hold(void);

#endif
