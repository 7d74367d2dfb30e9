/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The meta store in the kernel: its tree in the kernel's tagged memory, its server on COM2.
 *
 * All of it but kstore_present is a part of the kernel that stage2 loads only where COM2 is there and memory is not
 * short (kernel.lds.S).  So nobody calls anything here unless kstore_present says so; main.c, which knows what is
 * loaded, makes it true.
 *
 * Kernel code is never interrupted: who calls these is alone.  The layer above adds its own groups to the tree and
 * serves while a program runs:
 *
 *     if (kstore_present)
 *         store_number_at(&kstore, store_group(&kstore, kstore.root, "program"), "faults", &faults);
 *     kstore_added();                                     once, after all of them
 *
 *     on an interrupt of COM2:   kstore_disarm();  while (kstore_work() && there is time);  kstore_arm();
 *     when kstore_due() is past: kstore_tick();  and then the same
 */
#ifndef ACRE_KSTORE_H
#define ACRE_KSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/store.h"
#include "runtime/storeserver.h"

#define KSTORE_NEVER UINT64_MAX

/* Whether there is a tree and somebody to serve it. */
extern bool kstore_present;

extern struct store kstore;
extern struct store_server kstore_server;

/* Takes COM2 and keeps what the kernel says from now on.  For main.c, if the part is loaded, before anything else. */
void kstore_listen(void);

/* Builds the kernel's part of the tree; kstore_present is true after that, unless memory was too short. */
void kstore_start(void);

/* To be called when a layer above has added its groups.  If one of them had no memory, that is said, and stays out. */
void kstore_added(void);

/*
 * One step of the server: what COM2 has received is taken, as far as the server takes it, or what waits is sent, as far
 * as COM2 takes it; a request is answered within the step that brings its end.  It never waits.  Whether there was
 * anything to do: then there may be more.
 */
bool kstore_work(void);

/* Lets COM2 raise its interrupt as soon as kstore_work has something to do; or not any more. */
void kstore_arm(void);
void kstore_disarm(void);

/* The time in ms from any start, never less than before: by the time-stamp counter, measured when first asked. */
uint64_t kstore_now_ms(void);

/* When kstore_tick is due, in kstore_now_ms; KSTORE_NEVER: no timer need run. */
uint64_t kstore_due(void);

/* Delivers to the watches. */
void kstore_tick(void);

/* With the option hold=1: serves by polling until a client says bye. */
void kstore_hold(void);

#endif
