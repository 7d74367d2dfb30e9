/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bios_read_sectors: the boot drive, through the bounce buffer.
 *
 * EDD where the BIOS has it (INT 13h AH=42h), else CHS, a track at a time.  The buffer lies inside one 64 KiB window,
 * so no DMA boundary is crossed (syslinux 183c9f12), and a read is 51 sectors at most, below every limit seen (127:
 * ae197a98).
 */
#include "bios.h"
#include "x86_64/layout.h"
#include "stage2.h"

#define TRIES 3
#define EDD_ASK 0x55aa /* BX of AH=41h, and what it becomes (EDD-3 8.3.1) */
#define EDD_ANSWER 0xaa55 /* the same, its bytes swapped */
#define EDD_FIXED_DISK_SUBSET 1 /* CX bit 0 of the answer to AH=41h */

struct address_packet { /* EDD-3 table 1 */
    uint8_t size, zero;
    uint16_t count, offset, segment;
    uint64_t lba;
};

struct drive_parameters { /* EDD-3 table 3, as much as any version gives */
    uint16_t size, flags;
    uint32_t cylinders, heads, sectors_per_track;
    uint64_t sectors;
    uint16_t bytes_per_sector;
};

/* Without the compiler's padding: EDD-1 BIOSes answer just this. */
#define PARAMETERS_SIZE (offsetof(struct drive_parameters, bytes_per_sector) + sizeof(uint16_t))
_Static_assert(PARAMETERS_SIZE == 26, "EDD-1's table");

static struct {
    uint32_t drive;
    bool edd;
    uint32_t heads, sectors_per_track;
    struct handoff *handoff;
} disk;

/* DS is 0 in a call, so these must lie below 64 KiB: in .data, which is on the disk and small, not in .bss. */
#define BELOW_64K __attribute__((section(".data")))
static struct address_packet packet BELOW_64K;
static struct drive_parameters parameters BELOW_64K;

#define DISK_CHUNK ((LAYOUT_BOUNCE_LIMIT - LAYOUT_BOUNCE_BASE) / LAYOUT_SECTOR_SIZE)

/* A disk call: DL anew each time (syslinux 2702e0bd), the rest of EDX zero (88d17d13). */
static bool disk_call(struct bios_registers *r)
{
    r->edx = (r->edx & 0xff00) | disk.drive;
    bios(r, 0x13);
    return !bios_failed(r);
}

static bool has_edd(void)
{
    struct bios_registers r = { .eax = 0x4100, .ebx = EDD_ASK };

    return disk_call(&r) && (r.ebx & 0xffff) == EDD_ANSWER && (r.ecx & EDD_FIXED_DISK_SUBSET);
}

/* 4 KiB sectors would be read to eight times the room: refuse them by name (Limine#294).  0 is a BIOS that does not
 * say. */
static void check_sector_size(void)
{
    struct bios_registers r = { .eax = 0x4800, .esi = (uint32_t)(uintptr_t)&parameters };

    parameters.size = PARAMETERS_SIZE;
    if (!disk_call(&r) || parameters.size < PARAMETERS_SIZE)
        return;
    if (parameters.bytes_per_sector != 0 && parameters.bytes_per_sector != LAYOUT_SECTOR_SIZE)
        refuse("disk 0x%x has sectors of %u bytes; Acre needs %u", disk.drive, parameters.bytes_per_sector,
               LAYOUT_SECTOR_SIZE);
}

static void read_geometry(void)
{
    struct bios_registers r = { .eax = 0x0800 };

    disk.heads = 2; /* no answer: the 1.44 MB floppy that the image also is */
    disk.sectors_per_track = 18;
    if (!disk_call(&r) || !(r.ecx & 63))
        return;
    disk.sectors_per_track = r.ecx & 63;
    disk.heads = (r.edx >> 8 & 0xff) + 1;
}

void disk_open(uint32_t drive, struct handoff *h)
{
    disk.drive = drive & 0xff;
    disk.handoff = h;
    h->boot_drive = disk.drive;
    disk.edd = has_edd();
    if (disk.edd) {
        h->features |= HANDOFF_EDD;
        check_sector_size();
    }
    read_geometry();
}

static bool read_edd(uint32_t lba, uint32_t *sectors)
{
    struct bios_registers r = { .eax = 0x4200, .esi = (uint32_t)(uintptr_t)&packet };

    packet = (struct address_packet){
        .size = 16, .count = (uint16_t)*sectors, .segment = LAYOUT_BOUNCE_BASE >> 4, .lba = lba
    };
    return disk_call(&r);
}

/* As far as the end of the track: no BIOS need cross it. */
static bool read_chs(uint32_t lba, uint32_t *sectors)
{
    uint32_t sector = lba % disk.sectors_per_track, track = lba / disk.sectors_per_track;
    uint32_t head = track % disk.heads, cylinder = track / disk.heads;
    struct bios_registers r = { .ebx = 0, .es = LAYOUT_BOUNCE_BASE >> 4 };

    if (cylinder > 1023)
        return false;
    if (*sectors > disk.sectors_per_track - sector)
        *sectors = disk.sectors_per_track - sector;
    r.eax = 0x0200 | *sectors;
    r.ecx = (cylinder & 0xff) << 8 | (cylinder >> 8) << 6 | (sector + 1);
    r.edx = head << 8;
    return disk_call(&r);
}

static void reset_drive(void)
{
    struct bios_registers r = { .eax = 0 };

    disk_call(&r);
    disk.handoff->disk_retries++;
}

/* EDD first, CHS when EDD fails for good (syslinux 22c96d21).  `*sectors` changes only when it was read. */
static bool read_tries(uint32_t lba, uint32_t *sectors)
{
    uint32_t part = *sectors;

    for (int i = 0; disk.edd && i < TRIES; i++) {
        if (read_edd(lba, sectors))
            return true;
        reset_drive();
    }
    for (int i = 0; i < TRIES; i++) {
        if (read_chs(lba, &part)) {
            *sectors = part;
            return true;
        }
        reset_drive();
    }
    return false;
}

/* Reads `*sectors` or fewer: half of them after each failure, so that what is refused in the end is the one bad
 * sector. */
static bool read_some(uint32_t lba, uint32_t *sectors)
{
    while (!read_tries(lba, sectors)) {
        if (*sectors == 1)
            return false;
        *sectors /= 2;
    }
    return true;
}

const void *disk_read(uint32_t lba, uint32_t *sectors)
{
    if (*sectors > DISK_CHUNK)
        *sectors = DISK_CHUNK;
    if (!read_some(lba, sectors))
        refuse("disk 0x%x cannot be read at sector %u (%u tries by %s)", disk.drive, lba, TRIES,
               disk.edd ? "EDD and CHS" : "CHS");
    disk.handoff->sectors_read += *sectors;
    disk.handoff->bounce_bytes = *sectors * LAYOUT_SECTOR_SIZE;
    return (const void *)(uintptr_t)LAYOUT_BOUNCE_BASE;
}
