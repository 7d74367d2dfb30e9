/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of levels of the id heap's tree.
 *
 * proves: child_shift child_index node_span
 */
#include "builtins.h"

#include "idheap_node.h"
