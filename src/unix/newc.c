/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every offset is checked in the form size - at < length, which cannot wrap: at never exceeds size, and no length that
 * is read has more than 32 bits.
 */
#include "newc.h"

#include <stddef.h>

#include "runtime/bytes.h"

#define HEAD_SIZE 110u
#define MAGIC_SIZE 6u
#define FIELDS 13u
#define FIELD_SIZE 8u
#define PART_MAX 255u /* bytes of one name in a directory */

enum field { INO, MODE, UID, GID, NLINK, MTIME, FILESIZE, DEVMAJOR, DEVMINOR, RDEVMAJOR, RDEVMINOR, NAMESIZE, CHECK };

void newc_init(struct newc *archive, const void *bytes, uint64_t size)
{
    *archive = (struct newc){ .bytes = bytes, .size = size };
}

static enum status refuse(struct newc *archive, const char *why)
{
    archive->why = why;
    return STATUS_CORRUPT;
}

/* Eight hex digits; false: one is none. */
static bool read_field(const uint8_t *text, uint32_t *value)
{
    *value = 0;
    for (uint32_t i = 0; i < FIELD_SIZE; i++) {
        uint8_t c = text[i], lower = c | 0x20;

        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint32_t)(c - '0');
        else if (lower >= 'a' && lower <= 'f')
            *value = *value << 4 | (uint32_t)(lower - 'a' + 10);
        else
            return false;
    }
    return true;
}

static bool read_fields(const uint8_t *head, uint32_t fields[FIELDS])
{
    for (uint32_t i = 0; i < FIELDS; i++)
        if (!read_field(head + MAGIC_SIZE + i * FIELD_SIZE, &fields[i]))
            return false;
    return true;
}

/* Moves on by `length` bytes and then to a multiple of 4; false: the archive ends before. */
static bool skip(struct newc *archive, uint64_t length)
{
    uint64_t padded;

    if (archive->size - archive->at < length)
        return false;
    padded = (archive->at + length + 3) & ~3ull;
    archive->at = padded < archive->size ? padded : archive->size; /* the last padding may be cut off */
    return true;
}

/* What is wrong with the parts of a path; NULL: nothing. */
static const char *path_fault(const char *path)
{
    while (*path) {
        uint32_t length = 0;

        while (path[length] && path[length] != '/')
            length++;
        if (length > PART_MAX)
            return "a name is too long";
        if (length == 2 && path[0] == '.' && path[1] == '.')
            return "a name leads upwards";
        path += length + (path[length] == '/');
    }
    return NULL;
}

static const char *skip_dots(const char *path)
{
    for (;;) {
        if (*path == '/')
            path++;
        else if (path[0] == '.' && path[1] == '/')
            path += 2;
        else
            return path[0] == '.' && !path[1] ? path + 1 : path;
    }
}

/* Takes the name from `size` bytes; what is wrong, or NULL. */
static const char *take_name(struct newc_member *member, const uint8_t *bytes, uint64_t size)
{
    uint64_t length = 0;

    while (length < size && bytes[length])
        length++;
    if (!size || length == size)
        return "a name has no end";
    if (length >= NEWC_NAME_MAX)
        return "a name is too long";
    for (uint64_t i = length; i < size; i++)
        if (bytes[i])
            return "bytes follow a name's end";
    member->name = skip_dots((const char *)bytes);
    member->name_length = (uint32_t)text_length(member->name);
    return path_fault(member->name);
}

static void take_numbers(struct newc_member *member, const uint32_t *fields)
{
    member->inode = fields[INO];
    member->mode = fields[MODE];
    member->uid = fields[UID];
    member->gid = fields[GID];
    member->links = fields[NLINK];
    member->time = fields[MTIME];
    member->size = fields[FILESIZE];
    member->device = fields[DEVMAJOR] << 8 | (fields[DEVMINOR] & 0xff);
    member->rdev = fields[RDEVMAJOR] << 8 | (fields[RDEVMINOR] & 0xff);
}

static enum status read_head(struct newc *archive, uint32_t fields[FIELDS])
{
    const uint8_t *head = archive->bytes + archive->at;

    if (archive->size - archive->at < HEAD_SIZE)
        return refuse(archive, "it ends before the trailer");
    if (bytes_compare(head, "07070", 5) || (head[5] != '1' && head[5] != '2'))
        return refuse(archive, "a member has no newc head");
    if (!read_fields(head, fields))
        return refuse(archive, "a number is not hexadecimal");
    archive->at += HEAD_SIZE;
    return STATUS_OK;
}

enum status newc_next(struct newc *archive, struct newc_member *member)
{
    uint32_t fields[FIELDS];
    struct newc_member next = { .size = 0 };
    enum status status;
    const char *why;

    if (archive->why || archive->ended)
        return archive->why ? STATUS_CORRUPT : STATUS_NOT_FOUND;
    status = read_head(archive, fields);
    if (status != STATUS_OK)
        return status;
    take_numbers(&next, fields);
    if (archive->size - archive->at < fields[NAMESIZE])
        return refuse(archive, "a name is not all there");
    why = take_name(&next, archive->bytes + archive->at, fields[NAMESIZE]);
    if (why)
        return refuse(archive, why);
    (void)skip(archive, fields[NAMESIZE]);
    if (text_equal(next.name, "TRAILER!!!")) {
        archive->ended = true;
        return STATUS_NOT_FOUND;
    }
    next.data = archive->at;
    if (!skip(archive, next.size))
        return refuse(archive, "data is not all there");
    *member = next;
    return STATUS_OK;
}
