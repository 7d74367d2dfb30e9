/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the kernel's meta store: for kstore*.c alone. */
#ifndef ACRE_KSTORE_GROUPS_H
#define ACRE_KSTORE_GROUPS_H

#include "kstore.h"
#include "runtime/storetags.h"
#include "x86_64/trap.h"

#define KSTORE_LOG_SIZE 8192u /* bytes of the log that are kept: a power of two */

/* The server's own, beside the counters of struct store_server: ticks of the time-stamp counter spent in it, ever, and
 * on the last request, from its first byte read to its last byte written. */
struct kstore_counters {
    uint64_t ticks, last_ticks;
};

extern struct kstore_counters kstore_counters;

/* A row of the layout. */
struct kstore_row {
    const char *name;
    uint64_t base, limit; /* limit 0: the end of the address space */
};

/* The structs that computed nodes look at (kstore_structs.c), for the anchor. */
extern const struct store_tag_row kstore_structs[];
extern const struct store_field_row kstore_fields[];
extern const uint32_t kstore_struct_count, kstore_field_count;

/* What was said last. */
const struct textring *kstore_log(void);

/* Each adds its group to kstore. */
void kstore_add_boot(void);
void kstore_add_cpu(void);
void kstore_add_memory(void);
void kstore_add_heaps(void);
void kstore_add_layout(void);
void kstore_add_tables(void);
void kstore_add_interrupts(void);
void kstore_add_log(void);
void kstore_add_config(void);
void kstore_add_counters(void);
void kstore_add_registers(void);

/* For struct store_seam: whether a page of a heap is mapped at every one of these bytes. */
bool kstore_readable(uint64_t address, uint32_t bytes, const char **heap);

/* For panic_last. */
void kstore_post_mortem(const struct trap_frame *frame);

#endif
