/* SPDX-License-Identifier: Apache-2.0 */
#include "tag.h"

#define TAG_NAME_ROW(name, NAME, number) [TAG_##NAME] = #name,

static const char *const names[TAG_COUNT] = {[TAG_NONE] = "none", TAG_LIST(TAG_NAME_ROW)};

const char *tag_name(uint32_t tag)
{
    return tag < TAG_COUNT ? names[tag] : "unlisted";
}
