/* SPDX-License-Identifier: Apache-2.0 */
#include "vdso.h"

#include "clock.h"
#include "space.h"
#include "x86_64/layout.h"

/* vdso/image.asm */
extern const uint8_t vdso_image[], vdso_image_limit[];

/* A page of its own: a program sees all of it. */
static union {
    struct clock_scale scale;
    uint8_t bytes[LAYOUT_FRAME_SIZE];
} page __attribute__((aligned(LAYOUT_FRAME_SIZE)));

void vdso_init(void)
{
    clock_publish(&page.scale);
}

int64_t vdso_map(uint64_t base)
{
    uint64_t image = base + sizeof page, size = (uint64_t)(vdso_image_limit - vdso_image);
    int64_t result = space_map_kernel(base, sizeof page, SPACE_PROT_READ, &page);

    if (result >= 0)
        result = space_map_kernel(image, size, SPACE_PROT_READ | SPACE_PROT_EXEC, vdso_image);
    return result < 0 ? result : (int64_t)image;
}
