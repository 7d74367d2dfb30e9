/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What idheap_free looks things up in: how long a run the id in the middle of RUN_IDS makes, from these ids as they are
 * now; and the nodes that stand where there are none, so that it need not ask at each step down whether there is one.
 */
#include "idheap_node.h"

/* Free ids next to the middle one, upwards and downwards; RUN_REACH means that there may be more. */
#define BIT(w, i) ((w) >> (i)&1)
#define UP(w) (!BIT(w, 6) ? 0 : !BIT(w, 7) ? 1 : !BIT(w, 8) ? 2 : !BIT(w, 9) ? 3 : !BIT(w, 10) ? 4 : 5)
#define DOWN(w) (!BIT(w, 4) ? 0 : !BIT(w, 3) ? 1 : !BIT(w, 2) ? 2 : !BIT(w, 1) ? 3 : !BIT(w, 0) ? 4 : 5)

#define RUN(w) (BIT(w, 5) || UP(w) == 5 || DOWN(w) == 5 ? RUN_UNKNOWN : UP(w) + DOWN(w) + 1)
#define RUNS_4(w) RUN(w), RUN((w) + 1), RUN((w) + 2), RUN((w) + 3)
#define RUNS_16(w) RUNS_4(w), RUNS_4((w) + 4), RUNS_4((w) + 8), RUNS_4((w) + 12)
#define RUNS_64(w) RUNS_16(w), RUNS_16((w) + 16), RUNS_16((w) + 32), RUNS_16((w) + 48)
#define RUNS_256(w) RUNS_64(w), RUNS_64((w) + 64), RUNS_64((w) + 128), RUNS_64((w) + 192)

_Static_assert(RUN_REACH == 5, "the bits above are those of RUN_IDS ids");

const uint8_t leaf_runs[1u << RUN_IDS] = {RUNS_256(0u),    RUNS_256(256u),  RUNS_256(512u),  RUNS_256(768u),
                                          RUNS_256(1024u), RUNS_256(1280u), RUNS_256(1536u), RUNS_256(1792u)};

#define NO_LEAVES_8 &no_leaf, &no_leaf, &no_leaf, &no_leaf, &no_leaf, &no_leaf, &no_leaf, &no_leaf

const struct idheap_leaf no_leaf = {.node = {.poor = RICH}};
const struct idheap_fork no_fork = {.node = {.poor = 1},
                                    .child = {NO_LEAVES_8, NO_LEAVES_8, NO_LEAVES_8, NO_LEAVES_8, NO_LEAVES_8,
                                              NO_LEAVES_8, NO_LEAVES_8, NO_LEAVES_8}};
