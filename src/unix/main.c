/* SPDX-License-Identifier: Apache-2.0 */
/* From a kernel that has its heaps to the first program. */
#include "commands.h"
#include "files_boot.h"
#include "kernel/archive.h"
#include "kernel/kstore.h"
#include "kernel/options.h"
#include "kernel/program_seam.h"
#include "limits.h"
#include "program.h"
#include "random.h"
#include "space.h"
#include "store_serve.h"
#include "syscalls.h"
#include "thread.h"
#include "vdso.h"

void program_run(void)
{
    struct archive archive = boot_archive();

    threads_init();
    random_init(options_program.seeded, options_program.seed);
    vdso_init();
    space_wxorx = options_program.wxorx;
    syscalls_trace(options_program.trace);
    program_reset();
    limits_init(); /* before there are descriptors */
    files_boot(archive.base, archive.bytes);
    commands_init();
    if (kstore_present)
        store_serve_begin();
    commands_next();
}
