/* SPDX-License-Identifier: Apache-2.0 */
/* What everybody's first program does, with the C library. */
#include <stdio.h>

int main(void)
{
    return puts("hello") < 0;
}
