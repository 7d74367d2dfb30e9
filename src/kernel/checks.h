/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Self-checks: TAP on COM1, one point a fact, its figures in YAML.  A check looks at what is, by walking tables, by
 * reading the books anew, by touching what must fault; it does not repeat what the code meant to do.
 */
#ifndef ACRE_CHECKS_H
#define ACRE_CHECKS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtime/fmt.h"

struct check {
    const char *name; /* reads as a sentence; says which row of doc/memory-map.md it proves */
    bool (*run)(void);
};

struct check_list {
    const struct check *checks;
    uint32_t count;
};

extern const struct check_list checks_boot, checks_layout, checks_memory, checks_heaps, checks_tagged, checks_pressure,
    checks_ledger;

/* Defined by the layer above, src/unix. */
extern const struct check_list checks_ring3;

/* Remembers the ledger as it is before the first check. */
void checks_ledger_begin(void);

/* Runs all; prints version, plan, points; returns how many failed. */
uint32_t checks_run(void);

/* For a check: a line of its point's YAML, "key: value". */
void figure(const char *format, ...) FMT_PRINTF(1, 2);

#endif
