/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of regions: what an allocation is cut from, what of a run of usable bytes gets into the table, and the
 * limits it is cut to.
 *
 * proves: fit normalise clip add_clipped region_low_limit region_limits_set is_span
 */
#include "x86_64/layout.h" /* whose values the contracts in region.h name */

#include "runtime/region_alloc.c"
#include "runtime/region_build.c"
#include "runtime/region.c"
