/* SPDX-License-Identifier: Apache-2.0 */
#include "futex.h"

void futex_thread_ends(void)
{
}
