/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mkimage: puts stage1, stage2 and the kernel's file into one disk image (src/x86_64/image.h says where and why).
 *
 *   mkimage OUT STAGE1 STAGE2 KERNEL
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/sum.h"
#include "x86_64/image.h"
#include "x86_64/layout.h"

#define SECTOR LAYOUT_SECTOR_SIZE
#define PARTITION_TABLE 0x1be /* of the MBR */
#define DISK_SIGNATURE 0x1b8
#define SIGNATURE 0x65724341u /* any fixed number: two builds give the same bytes */
#define HEADS 2 /* of a 1.44 MB floppy, which the image also is */
#define SECTORS_PER_TRACK 18

static uint8_t image[IMAGE_SIZE];

static void fail(const char *what, const char *name)
{
    fprintf(stderr, "mkimage: %s: %s\n", name, what);
    exit(2);
}

static void put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value);
    put16(p + 2, value >> 16);
}

static void put64(uint8_t *p, uint64_t value)
{
    put32(p, (uint32_t)value);
    put32(p + 4, (uint32_t)(value >> 32));
}

/* Reads the file `name` to sector `lba`; returns its bytes. */
static uint32_t add_file(const char *name, uint32_t lba)
{
    size_t room = sizeof image - (size_t)lba * SECTOR, got;
    FILE *f = fopen(name, "rb");

    if (!f)
        fail(strerror(errno), name);
    got = fread(image + (size_t)lba * SECTOR, 1, room, f);
    if (ferror(f))
        fail(strerror(errno), name);
    if (got == room && fgetc(f) != EOF)
        fail("does not fit a 1.44 MB image any more", name);
    if (got == 0)
        fail("is empty", name);
    fclose(f);
    return (uint32_t)got;
}

static uint32_t sectors_of(uint32_t bytes)
{
    return (bytes + SECTOR - 1) / SECTOR;
}

/* A cylinder, head, sector address as a partition entry has it. */
static void put_chs(uint8_t *p, uint32_t lba)
{
    uint32_t track = lba / SECTORS_PER_TRACK, cylinder = track / HEADS;

    p[0] = (uint8_t)(track % HEADS);
    p[1] = (uint8_t)((lba % SECTORS_PER_TRACK + 1) | (cylinder >> 8) << 6);
    p[2] = (uint8_t)cylinder;
}

/* Partition 1 covers all that is ours after the MBR, so that no partitioning tool takes it for free. */
static void put_partition(uint32_t sectors)
{
    uint8_t *p = image + PARTITION_TABLE;

    put_chs(p + 1, 1);
    p[4] = IMAGE_PARTITION_TYPE;
    put_chs(p + 5, sectors - 1);
    put32(p + 8, 1);
    put32(p + 12, sectors - 1);
}

/* A sum for each piece: a boot reads only those that it has a use for. */
static void put_piece_sums(uint8_t *header, uint32_t kernel, uint32_t sectors)
{
    const uint8_t *at = image + (size_t)kernel * SECTOR;
    uint32_t left = sectors * SECTOR;

    for (uint32_t i = 0; left > 0; i++) {
        uint32_t bytes = left < IMAGE_PIECE_SIZE ? left : IMAGE_PIECE_SIZE;

        put64(header + IMAGE_HDR_PIECE_SUMS + 8 * (size_t)i, sum_words(0, at, bytes));
        at += bytes;
        left -= bytes;
    }
}

static void put_header(uint8_t *header, uint32_t stage2_sectors, uint32_t kernel_bytes)
{
    uint32_t options = 1 + stage2_sectors, kernel = options + 1, kernel_sectors = sectors_of(kernel_bytes);

    put32(header + IMAGE_HDR_MAGIC, IMAGE_MAGIC);
    put32(header + IMAGE_HDR_SECTORS, kernel + kernel_sectors);
    put32(header + IMAGE_HDR_OPTIONS_LBA, options);
    put32(header + IMAGE_HDR_KERNEL_LBA, kernel);
    put32(header + IMAGE_HDR_KERNEL_BYTES, kernel_bytes);
    put32(header + IMAGE_HDR_STAGE2_SECTORS, stage2_sectors);
    put_piece_sums(header, kernel, kernel_sectors);
    put64(header + IMAGE_HDR_KERNEL_HEAD_SUM,
          sum_words(0, image + (size_t)kernel * SECTOR, IMAGE_KERNEL_HEAD_SECTORS * SECTOR));
    put64(header + IMAGE_HDR_MBR_SUM, sum_words(0, image, IMAGE_MBR_SUMMED));
    put64(image + (size_t)options * SECTOR + IMAGE_OPTIONS_SIZE,
          sum_words(0, image + (size_t)options * SECTOR, IMAGE_OPTIONS_SIZE));
    put_partition(kernel + kernel_sectors);
}

static void write_image(const char *name)
{
    FILE *f = fopen(name, "wb");

    if (!f)
        fail(strerror(errno), name);
    if (fwrite(image, 1, sizeof image, f) != sizeof image || fclose(f) != 0) {
        int error = errno;

        remove(name);
        fail(strerror(error), name);
    }
}

int main(int argc, char **argv)
{
    uint32_t stage2_sectors, kernel_bytes;

    if (argc != 5) {
        fprintf(stderr, "usage: mkimage OUT STAGE1 STAGE2 KERNEL\n");
        return 2;
    }
    if (add_file(argv[2], 0) != SECTOR)
        fail("is not one sector", argv[2]);
    stage2_sectors = sectors_of(add_file(argv[3], 1));
    kernel_bytes = add_file(argv[4], 2 + stage2_sectors);
    if (kernel_bytes > IMAGE_PIECES_MAX * IMAGE_PIECE_SIZE)
        fail("has more pieces than the image's header has sums for", argv[4]);
    put_header(image + SECTOR, stage2_sectors, kernel_bytes);
    put32(image + DISK_SIGNATURE, SIGNATURE);
    put16(image + IMAGE_MBR_STAGE2_SECTORS, stage2_sectors);
    put64(image + IMAGE_MBR_STAGE2_SUM, sum_words(0, image + SECTOR, (size_t)stage2_sectors * SECTOR));
    write_image(argv[1]);
    return 0;
}
