/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives.  The input is the archive, but that a byte 0xff and a count stand for 16 NULs times the count, so that a
 * small input reaches the next page.  What newc_next gives must keep each of the header's promises; then the archive is
 * unpacked, and however that ends, all of its pages must have come back once the tree goes, and nothing may be left.
 */
#include "unit/unix_host.h"
#include "unit/unix_tree.h"

#include "fuzz.h"

#include "unix/directory.h"
#include "unix/newc.h"
#include "unix/path.h"
#include "unix/unpack.h"

#define ROOM (16 * LAYOUT_FRAME_SIZE)
#define GAP 0xff
#define GAP_BYTES 16

static uint8_t archive[ROOM] __attribute__((aligned(LAYOUT_FRAME_SIZE)));

static size_t expand(const uint8_t *data, size_t size)
{
    size_t at = 0;

    memset(archive, 0, sizeof archive);
    for (size_t i = 0; i < size && at < ROOM; i++) {
        if (data[i] != GAP)
            archive[at++] = data[i];
        else if (++i < size)
            at += (size_t)data[i] * GAP_BYTES;
    }
    return at < ROOM ? at : ROOM;
}

static void look_at_name(const struct newc_member *member)
{
    const char *name = member->name;

    if ((const uint8_t *)name < archive || (const uint8_t *)name + member->name_length >= archive + ROOM)
        fuzz_fail("a name outside the archive");
    if (strlen(name) != member->name_length || member->name_length >= NEWC_NAME_MAX)
        fuzz_fail("a name of another length");
    if (*name == '/')
        fuzz_fail("a slash before a name");
    while (*name) {
        size_t length = strcspn(name, "/");

        if (length > 255 || (length == 2 && !memcmp(name, "..", 2)))
            fuzz_fail("a part of a name that is not allowed");
        name += length + (name[length] == '/');
    }
}

static void look_at_members(size_t size)
{
    struct newc newc;
    struct newc_member member;
    enum status status;

    newc_init(&newc, archive, size);
    while ((status = newc_next(&newc, &member)) == STATUS_OK) {
        look_at_name(&member);
        if (member.data > size || member.size > size - member.data)
            fuzz_fail("data outside the archive");
        if (newc.at > size)
            fuzz_fail("it goes on behind its end");
        fuzz_outcome(member.mode & 0100000 ? "a file or a link" : "another member");
    }
    if (status == STATUS_CORRUPT && !newc.why)
        fuzz_fail("refused without a reason");
    fuzz_outcome(status == STATUS_CORRUPT ? newc.why : "whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t bytes = expand(data, size), pages = (bytes + LAYOUT_FRAME_SIZE - 1) / LAYOUT_FRAME_SIZE;
    const char *why;
    enum status status;

    look_at_members(bytes);
    host.archive = archive;
    host.archive_bytes = pages * LAYOUT_FRAME_SIZE;
    host.archive_freed = 0;
    path_root = path_cwd = directory_new(NULL, 0755, FILESYSTEM_ROOT);
    status = unpack(archive, bytes, &why);
    if (status == STATUS_OK ? why != NULL : !why)
        fuzz_fail("a reason that does not fit");
    fuzz_outcome_of("unpacked", why ? why : "well");
    unix_tree_empty(path_root);
    inode_release(path_root);
    if (host.objects || host.pages || host.archive_freed != pages)
        fuzz_fail("%u objects, %u pages are left, %u of %u pages came back", (unsigned)host.objects,
                  (unsigned)host.pages, (unsigned)host.archive_freed, (unsigned)pages);
    return 0;
}
