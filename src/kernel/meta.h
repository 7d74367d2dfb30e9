/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for the books of id heaps: small pieces of frames mapped one by one at LAYOUT_META_BASE. */
#ifndef ACRE_META_H
#define ACRE_META_H

#include <stdint.h>

#include "runtime/idheap.h"

/* For idheap_config.meta; several heaps may share it. */
extern const struct idheap_meta meta_source;

/* Pages mapped so far. */
uint64_t meta_pages(void);

#endif
