/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACRE_ABSENT_H
#define ACRE_ABSENT_H
#include <stdbool.h>
#include <stdint.h>
struct fault {
    uint64_t address;
    bool write, fetch, present, user;
};
int space_fault(const struct fault *fault, int *si_code);
#endif
