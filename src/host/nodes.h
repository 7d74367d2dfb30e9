/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for the nodes of id heaps in a process of Linux: from malloc. */
#ifndef ACRE_HOST_NODES_H
#define ACRE_HOST_NODES_H

#include "idheap.h"

/* For struct idheap_config. */
struct idheap_meta nodes_from_malloc(void);

#endif
