/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_map.h"

#include "fault_symbol.h"
#include "log.h"
#include "path.h"
#include "space.h"

#define PATH_SHOWN 256 /* bytes of a path */

/* One report at a time: these are not on the stack, which may be small by now. */
static char path[PATH_SHOWN], symbol[FAULT_SYMBOL_SIZE];

static const char *name_of(const struct area *area)
{
    if (!area->file)
        return space_kind_name(area);
    return path_of(area->file, path, sizeof path) < 0 ? "(no path)" : path;
}

static const char *access_of(const struct area *area)
{
    static const char *const words[] = { "---", "r--", "-w-", "rw-", "--x", "r-x", "-wx", "rwx" };

    return words[area->flags & AREA_ACCESS];
}

void fault_map_place(const char *name, uint64_t address)
{
    const struct area *area = space_area(address);

    if (area)
        log_line("%s 0x%lx lies in 0x%lx-0x%lx %s %s", name, address, area->base, area->limit, access_of(area),
                 name_of(area));
    else
        log_line("%s 0x%lx lies in no mapping", name, address);
}

void fault_map_frame(uint32_t number, uint64_t rip)
{
    const struct area *area = space_area(rip);
    uint64_t into;

    if (!area)
        log_line("frame %u 0x%016lx ?", number, rip);
    else if (area->file && fault_symbol(area->file, rip - area->base + area->offset, symbol, &into))
        log_line("frame %u 0x%016lx %s+0x%lx %s", number, rip, symbol, into, name_of(area));
    else
        log_line("frame %u 0x%016lx %s+0x%lx", number, rip, name_of(area), rip - area->base + area->offset);
}

static void say_area(void *context, const struct area *area)
{
    (void)context;
    log_line("map 0x%lx-0x%lx %s %s", area->base, area->limit, access_of(area), name_of(area));
}

void fault_map(void)
{
    space_maps(say_area, NULL);
}
