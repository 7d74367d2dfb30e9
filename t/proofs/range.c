/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The arithmetic of ranges.
 *
 * proves: range_min range_max range_limit range_fits range_is_power range_align_down range_can_align_up range_align_up
 */
#include "range.h"
