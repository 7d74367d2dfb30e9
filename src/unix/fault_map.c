/* SPDX-License-Identifier: Apache-2.0 */
#include "fault_map.h"

#include "log.h"

void fault_map_place(const char *name, uint64_t address)
{
    log_line("%s 0x%lx", name, address);
}

void fault_map_frame(uint32_t number, uint64_t rip)
{
    log_line("frame %u 0x%016lx", number, rip);
}

void fault_map(void)
{
}
