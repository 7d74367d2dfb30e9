/* SPDX-License-Identifier: Apache-2.0 */
#include "absent.h"
#include "kernel/panic.h"
#include "program.h"

__attribute__((weak)) int space_fault(const struct fault *fault, int *si_code)
{
    (void)fault;
    (void)si_code;
    return 11;
}

__attribute__((weak)) void program_exit(int status)
{
    panic("program ends %d", status);
}
