/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What marking a range of a leaf's ids changes: these ids, and what the masks say of their words.
 *
 * proves: leaf_word word_set word_clear words_fill words_free words_use mark_free mark_used
 * proves: leaf_mark_free leaf_mark_used
 * modulo: part_of mask_of mask_drop mask_less
 */
#include "builtins.h"

#include "runtime/idheap_leaf.c"
