/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "bytes.h"

struct view_value *view_create(struct tagged *tagged, enum view_kind kind, uint64_t address, uint32_t extra)
{
    struct view_value *view = tagged_new(tagged, TAG_VIEW, sizeof *view, 0);

    if (view)
        *view = (struct view_value){{NULL}, kind, extra, address};
    return view;
}

uint32_t view_text_size(const struct view_value *view)
{
    const char *text = (const char *)(uintptr_t)view->address;
    uint32_t size = 0;

    while (size < view->extra && text[size])
        size++;
    return size;
}

uint64_t view_number(const struct view_value *view)
{
    const void *at = (const void *)(uintptr_t)view->address;

    switch (view->kind) {
    case VIEW_U8:
        return *(const uint8_t *)at;
    case VIEW_U16:
        return *(const uint16_t *)at;
    case VIEW_U32:
        return *(const uint32_t *)at;
    case VIEW_FLAG:
        return *(const uint8_t *)at != 0;
    case VIEW_HERE:
        return view->address;
    default:
        return *(const uint64_t *)at;
    }
}
