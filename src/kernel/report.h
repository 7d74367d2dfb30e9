/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel reports besides its self-checks, for the farm to compare: entries, usable runs, ledger, mappings. */
#ifndef ACRE_REPORT_H
#define ACRE_REPORT_H

void report(void);

#endif
