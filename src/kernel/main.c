/* SPDX-License-Identifier: Apache-2.0 */
/* kernel_main: stage3, from stage2's hand-off to the exit line. */
#include "archive.h"
#include "backed.h"
#include "bench.h"
#include "boot.h"
#include "checks.h"
#include "fail.h"
#include "kheap.h"
#include "kstore.h"
#include "ledger.h"
#include "options.h"
#include "panic.h"
#include "physical.h"
#include "program_seam.h"
#include "report.h"
#include "say.h"
#include "sections.h"
#include "tables.h"
#include "values.h"
#include "virtual.h"
#include "x86_64/com1.h"
#include "x86_64/cpu.h"
#include "x86_64/fpu.h"
#include "x86_64/protect.h"
#include "x86_64/protocol.h"

_Noreturn void kernel_main(const struct handoff *h);
void acre_audit_point(void);

/* Where the farm stops the guest from outside and looks at its tables; nothing happens here. */
__attribute__((noinline, section(".text.audit"))) void acre_audit_point(void)
{
    __asm__ volatile("");
}

static void initialise(const struct handoff *h)
{
    boot_keep(h);
    protect_enable();
    fpu_init(); /* here: code that an emulator has translated is good for one setting of CR0 and CR4 */
    options_read(boot.handoff.options);
    tables_init(h);
    tables_to_ledger();
    physical_init(&(struct region_table){ .regions = (struct region *)((uintptr_t)h + h->regions_offset),
                                          .count = h->region_count,
                                          .capacity = h->region_count });
    sections_to_ledger(h->kernel_parts);
    virtual_init();
    backed_init(&backed, "backed", OWNER_BACKED);
    kheap_init();
    archive_map(h);
    boot_dismantle(h);
    values_init();
}

static bool has_store(void)
{
    return boot.handoff.kernel_parts & IMAGE_PART_STORE;
}

static void start_store(void)
{
    if (has_store())
        kstore_start();
}

void kernel_main(const struct handoff *h)
{
    bool has_program;
    uint32_t failed;

    trap_unexpected = panic_trap;
    trap_init(); /* first of all: from here on a fault has a name */
    mark("stage3");
    initialise(h);
    if (has_store())
        kstore_listen();
    mark("init");
    has_program = boot_archive().base;
    if (has_program && !options_program.checks) {
        start_store();
        program_run();
    }
    failed = checks_run();
    start_store(); /* not before: the checks want tagged memory for themselves */
    if (options_bench())
        bench_heaps();
    options_crash();
    sections_drop_checks();
    report();
    fail_report();
    mark("checks");
    acre_audit_point();
    if (kstore_present && !has_program)
        kstore_hold();
    if (has_program && !failed)
        program_run();
    machine_end(failed ? PROTO_EXIT_FAILED : PROTO_EXIT_OK);
}
