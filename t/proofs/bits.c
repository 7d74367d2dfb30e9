/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs of ones: where they start and end, to the bit.  The lemmas are those of bits.driver.
 *
 * proves: bit_is_set bit_mask bit_lowest bit_highest bits_at_bottom bits_at_top bits_upward bits_runs bits_find_run
 */
#include "builtins.h"
#include "bits.h"
