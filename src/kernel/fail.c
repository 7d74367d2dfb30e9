/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `left` counts down from `start`, so start - left allocations have been.  Where all from one on are refused, both are
 * put up by one at each, and the next one finds 1 left again.
 */
#include "fail.h"

#include "panic.h"
#include "runtime/bytes.h"
#include "say.h"
#include "x86_64/protocol.h"

uint64_t fail_left, fail_refused;

static uint64_t start;
static bool asked, onwards;

bool fail_reached(void)
{
    if (!fail_refused++) {
        say(PROTO_FAILING "%lu\n", start);
        panic_frames((uint64_t)__builtin_return_address(0), *(const uint64_t *)__builtin_frame_address(0));
    }
    start += onwards;
    fail_left += onwards;
    return true;
}

bool fail_read(const char *value)
{
    const char *at = value;
    uint64_t number = 0;

    for (; *at >= '0' && *at <= '9' && number < UINT64_MAX / 10; at++)
        number = 10 * number + (uint64_t)(*at - '0');
    onwards = number && text_equal(at, "-");
    if (at == value || (*at && !onwards))
        return false;
    asked = true;
    start = fail_left = number;
    return true;
}

void fail_report(void)
{
    if (asked)
        say(PROTO_ALLOCATIONS "%lu %lu\n", start - fail_left, fail_refused);
}
