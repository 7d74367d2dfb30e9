/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/panic.h"
#include "program.h"

__attribute__((weak)) void program_exit(int status)
{
    panic("program ends %d", status);
}
