/* SPDX-License-Identifier: Apache-2.0 */
/* For the programs of t/user that are about memory. */
#ifndef ACRE_USER_MAP_H
#define ACRE_USER_MAP_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* mmap that ends the program where it fails. */
static char *map(size_t size, int prot, int flags, int fd)
{
    char *p = mmap(NULL, size, prot, flags, fd, 0);

    if (p == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    return p;
}

#endif
