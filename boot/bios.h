/* SPDX-License-Identifier: Apache-2.0 */
/* The BIOS, called from stage2's 32-bit C; and the A20 gate, which a BIOS call may close. */
#ifndef ACRE_BOOT_BIOS_H
#define ACRE_BOOT_BIOS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What goes into a call and what came out.  stage2.asm's `regs` has the same shape. */
struct bios_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp;
    uint16_t es, flags;
};

_Static_assert(offsetof(struct bios_registers, ebp) == 24 && offsetof(struct bios_registers, flags) == 30 &&
                   sizeof(struct bios_registers) == 32,
               "stage2.asm's regs");

#define BIOS_CARRY 1u /* FLAGS.CF */

/* Calls interrupt `vector` with *r and stores every register and the flags back into *r.  The carry flag is preset,
 * because some BIOSes and hooks leave it alone when they do not know a call (iPXE ec7e97f45).  A20 is open when it
 * returns. */
void bios(struct bios_registers *r, uint32_t vector);

/* True if the call failed by its carry flag. */
static inline bool bios_failed(const struct bios_registers *r)
{
    return r->flags & BIOS_CARRY;
}

/* A far pointer to `p`, which must lie below 1 MiB, with an offset below 16: no buffer of ours meets a segment's end.
 */
static inline uint16_t bios_segment(const void *p)
{
    return (uint16_t)((uintptr_t)p >> 4);
}

static inline uint16_t bios_offset(const void *p)
{
    return (uint16_t)((uintptr_t)p & 15);
}

/* Opens A20, by the first of these that is seen to work: it is open; INT 15h AX=2401h; port 92h; the keyboard
 * controller. Returns the method's name, or NULL if none worked. */
const char *a20_open(void);

/* stage2.asm */
void bios_thunk(struct bios_registers *r, uint32_t vector);

#endif
