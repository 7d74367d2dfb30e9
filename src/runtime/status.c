/* SPDX-License-Identifier: Apache-2.0 */
#include "status.h"

static const char *const texts[STATUS_COUNT] = {
    [STATUS_OK] = "ok",
    [STATUS_NO_MEMORY] = "no memory for bookkeeping",
    [STATUS_FULL] = "no room left",
    [STATUS_INVALID] = "argument out of range",
    [STATUS_NOT_FOUND] = "not found",
    [STATUS_OVERLAP] = "overlaps what is there",
    [STATUS_NOT_OWNED] = "not owned",
    [STATUS_NOT_ALLOCATED] = "not allocated",
    [STATUS_CORRUPT] = "corrupt",
};

const char *status_text(enum status status)
{
    return (unsigned)status < STATUS_COUNT ? texts[status] : "unknown status";
}
