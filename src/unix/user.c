/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A range is checked once, here; the rest is access.asm's.  A range of no bytes is good wherever it lies, as on Linux.
 */
#include "user.h"

#include "errno.h"
#include "x86_64/access.h"
#include "x86_64/layout.h"

bool user_range(uint64_t from, uint64_t size)
{
    return from <= LAYOUT_USER_LIMIT && size <= LAYOUT_USER_LIMIT - from;
}

bool user_read(void *to, uint64_t from, uint64_t size)
{
    return user_range(from, size) && access_copy(to, (const void *)from, size);
}

bool user_write(uint64_t to, const void *from, uint64_t size)
{
    return user_range(to, size) && access_copy((void *)to, from, size);
}

bool user_fill(uint64_t to, uint8_t byte, uint64_t size)
{
    return user_range(to, size) && access_fill((void *)to, byte, size);
}

int64_t user_text(char *to, uint64_t from, uint64_t room)
{
    uint64_t most = from < LAYOUT_USER_LIMIT ? LAYOUT_USER_LIMIT - from : 0;
    int64_t length = access_text(to, (const char *)from, room < most ? room : most);

    if (length < 0 || (uint64_t)length == most)
        return -EFAULT;
    return (uint64_t)length < room ? length : -ENAMETOOLONG;
}

bool user_exchange(uint64_t at, uint32_t *expected, uint32_t wanted)
{
    return at % sizeof wanted == 0 && user_range(at, sizeof wanted) &&
           access_exchange((uint32_t *)at, expected, wanted);
}
