/* SPDX-License-Identifier: Apache-2.0 */
#include "checks.h"

#include <stdarg.h>

#include "boot.h"
#include "fail.h"
#include "say.h"
#include "x86_64/image.h"
#include "x86_64/protocol.h"

#define FIGURES_SIZE 2048 /* a figure that has no room is left out as a whole: half a line would be none of YAML */

/* A point's line comes before its YAML, but whether it is ok is known after: the figures wait here. */
static char figures[FIGURES_SIZE];
static size_t figures_length;

void figure(const char *format, ...)
{
    size_t before = figures_length;
    va_list arguments;

    if (figures_length >= sizeof figures - 2)
        return;
    figures_length += fmt_text(figures + figures_length, sizeof figures - figures_length, "  ");
    va_start(arguments, format);
    figures_length += fmt_vtext(figures + figures_length, sizeof figures - figures_length, format, arguments);
    va_end(arguments);
    if (figures_length <= sizeof figures - 2)
        figures[figures_length++] = '\n';
    else
        figures_length = before;
    figures[figures_length] = 0;
}

static bool run_one(const struct check *check, uint32_t number)
{
    uint64_t refused = fail_refused;
    bool ok;

    figures_length = 0;
    ok = check->run();
    if (fail_refused != refused)
        figure(PROTO_REFUSED_KEY ": %lu", fail_refused - refused);
    say("%s %u - %s\n", ok ? "ok" : "not ok", number, check->name);
    if (figures_length)
        say("  ---\n%s  ...\n", figures);
    return ok;
}

/* Ring 3 is entered by what is loaded only with a program. */
static bool can_run(const struct check_list *list)
{
    return list != &checks_ring3 || (boot.handoff.kernel_parts & IMAGE_PART_PROGRAM);
}

uint32_t checks_run(void)
{
    static const struct check_list *const lists[] = { &checks_boot,   &checks_layout,   &checks_memory, &checks_heaps,
                                                     &checks_tagged, &checks_pressure, &checks_ring3, &checks_ledger };
    uint32_t planned = 0, number = 0, failed = 0;

    for (uint32_t i = 0; i < sizeof lists / sizeof *lists; i++)
        planned += can_run(lists[i]) ? lists[i]->count : 0;
    checks_ledger_begin();
    say(PROTO_TAP_VERSION "\n1..%u\n", planned);
    for (uint32_t i = 0; i < sizeof lists / sizeof *lists; i++)
        for (uint32_t k = 0; can_run(lists[i]) && k < lists[i]->count; k++)
            failed += !run_one(&lists[i]->checks[k], ++number);
    return failed;
}
