/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Archives: a table of good and bad heads, and unpacking: data at a page becomes the file's without a copy, its tail is
 * zeroed although heads of others stood there, everything else is given back, and nothing is left when the tree goes.
 */
#include "unix_host.h"
#include "unix_tree.h"

#include "tap.h"
#include "unix/directory.h"
#include "unix/newc.h"
#include "unix/path.h"
#include "unix/unpack.h"

#define PAGE LAYOUT_FRAME_SIZE
#define ROOM (64 * PAGE)

static uint8_t archive[ROOM] __attribute__((aligned(LAYOUT_FRAME_SIZE)));
static uint64_t size;

struct member {
    const char *name;
    uint32_t mode, inode, links, major;
    const char *data;
    uint64_t data_size;
    bool aligned; /* its data begins at a page */
};

static uint64_t to_four(uint64_t at)
{
    return (at + 3) & ~3ull;
}

/* Adds a member; with `aligned` NULs behind the name carry the data to a page. */
static void add(const struct member *m)
{
    uint64_t name_size = strlen(m->name) + 1, start = size;

    if (m->aligned)
        name_size = (start + 110 + name_size + PAGE - 1) / PAGE * PAGE - start - 110;
    sprintf((char *)archive + size, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", m->inode, m->mode, 0u,
            0u, m->links, 1234567u, (unsigned)m->data_size, m->major, 0u, 0u, 0u, (unsigned)name_size, 0u);
    strcpy((char *)archive + start + 110, m->name);
    size = to_four(start + 110 + name_size);
    if (m->data_size)
        memcpy(archive + size, m->data, m->data_size);
    size = to_four(size + m->data_size);
}

static void begin(void)
{
    memset(archive, 0, sizeof archive);
    size = 0;
    host.archive = archive;
    host.archive_bytes = host.archive_freed = 0;
}

static void add_trailer(void)
{
    add(&(struct member){ .name = "TRAILER!!!" });
    host.archive_bytes = (size + PAGE - 1) / PAGE * PAGE;
}

/* One archive of one member whose bytes are changed; what newc_next says of it. */
struct bad {
    const char *what;
    uint64_t offset;
    const char *bytes;
    uint64_t cut; /* the archive's size; 0: all */
    enum status status;
};

static const struct bad bads[] = {
    { "as it is", 0, "", 0, STATUS_OK },
    { "another magic number", 0, "070707", 0, STATUS_CORRUPT },
    { "the magic number with sums", 0, "070702", 0, STATUS_OK },
    { "a digit that is none", 6, "0000000g", 0, STATUS_CORRUPT },
    { "a blank for a digit", 54, " 0000003", 0, STATUS_CORRUPT },
    { "a sign", 54, "-0000003", 0, STATUS_CORRUPT },
    { "hex digits of both cases", 6, "0000aBcD", 0, STATUS_OK },
    { "a size beyond the end", 54, "00001000", 0, STATUS_CORRUPT },
    { "the largest size", 54, "ffffffff", 0, STATUS_CORRUPT },
    { "a name beyond the end", 94, "00001000", 0, STATUS_CORRUPT },
    { "the largest name", 94, "ffffffff", 0, STATUS_CORRUPT },
    { "a name of no bytes", 94, "00000000", 0, STATUS_CORRUPT },
    { "a name without an end", 94, "00000003", 0, STATUS_CORRUPT },
    { "a name that leads upwards", 110, "../x", 0, STATUS_CORRUPT },
    { "a name that leads upwards at its end", 110, "x/..", 0, STATUS_CORRUPT },
    { "two dots and more are a name", 110, "..xx", 0, STATUS_OK },
    { "slashes before it", 110, "///x", 0, STATUS_OK },
    { "cut in the head", 0, "", 109, STATUS_CORRUPT },
    { "cut in the name", 0, "", 112, STATUS_CORRUPT },
    { "cut in the data", 0, "", 118, STATUS_CORRUPT },
    { "nothing at all", 0, "", 1, STATUS_CORRUPT },
};

static void test_heads(void)
{
    for (uint32_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct newc newc;
        struct newc_member member;
        enum status status;

        begin();
        add(&(struct member){ "name", 0100644, 1, 1, 0, "abc", 3, false });
        add_trailer();
        memcpy(archive + bads[i].offset, bads[i].bytes, strlen(bads[i].bytes));
        newc_init(&newc, archive, bads[i].cut ? bads[i].cut : size);
        status = newc_next(&newc, &member);
        tap_ok(status == bads[i].status, "%s: %s%s%s", bads[i].what, status_text(status), newc.why ? ": " : "",
               newc.why ? newc.why : "");
    }
}

static void test_end(void)
{
    struct newc newc;
    struct newc_member member;
    char name[NEWC_NAME_MAX + 8];

    begin();
    add_trailer();
    newc_init(&newc, archive, size);
    tap_ok(newc_next(&newc, &member) == STATUS_NOT_FOUND && newc_next(&newc, &member) == STATUS_NOT_FOUND,
           "after the trailer there is nothing, however often one asks");
    newc_init(&newc, archive, 0);
    tap_ok(newc_next(&newc, &member) == STATUS_CORRUPT && newc_next(&newc, &member) == STATUS_CORRUPT,
           "without a trailer it is no good, however often one asks");
    memset(name, 'x', sizeof name);
    name[256] = 0;
    begin();
    add(&(struct member){ .name = name, .mode = 0100644 });
    newc_init(&newc, archive, size);
    tap_ok(newc_next(&newc, &member) == STATUS_CORRUPT, "a part of 256 bytes is too long");
    for (uint32_t i = 0; i < sizeof name; i++)
        name[i] = i % 100 == 99 ? '/' : 'x';
    name[NEWC_NAME_MAX] = 0;
    begin();
    add(&(struct member){ .name = name, .mode = 0100644 });
    newc_init(&newc, archive, size);
    tap_ok(newc_next(&newc, &member) == STATUS_CORRUPT, "and a path of 4,096");
}

static enum status unpack_it(const char **why)
{
    path_root = directory_new(NULL, 0755, FILESYSTEM_ROOT);
    path_cwd = path_root;
    return unpack(archive, host.archive_bytes, why);
}

/* All goes; whether then nothing is left. */
static bool leave(void)
{
    unix_tree_empty(path_root);
    inode_release(path_root);
    return !host.objects && !host.pages && host.archive_freed == host.archive_bytes / PAGE;
}

static struct inode *find(const char *path)
{
    struct inode *inode = NULL;

    if (path_find(path, false, &inode))
        return NULL;
    inode_release(inode); /* its name holds it */
    return inode;
}

static bool holds(const char *path, const void *bytes, uint64_t count)
{
    static uint8_t got[8 * PAGE];
    struct inode *inode = find(path);

    return inode && inode->size == count && inode_read(inode, got, sizeof got, 0) == (int64_t)count &&
           !memcmp(got, bytes, count);
}

static void test_pages(void)
{
    static char data[2 * PAGE + 100];
    const char *why = NULL;
    uint8_t *tail;
    uint64_t freed;

    for (uint32_t i = 0; i < sizeof data; i++)
        data[i] = (char)(i * 7 + 1);
    begin();
    add(&(struct member){ .name = "dir", .mode = 040750, .inode = 1, .links = 2 });
    add(&(struct member){ "dir/aligned", 0100755, 2, 1, 0, data, sizeof data, true });
    add(&(struct member){ "./small", 0100600, 3, 1, 0, "in the tail", 11, false });
    add(&(struct member){ "link", 0120777, 4, 1, 0, "dir/aligned", 11, false });
    add(&(struct member){ "/way/to/it", 0100644, 5, 1, 0, data, PAGE, true });
    add_trailer();
    tap_ok(unpack_it(&why) == STATUS_OK, "an archive is unpacked");
    freed = host.archive_freed;
    tail = inode_page(find("dir/aligned"), 2, false, NULL);
    tap_ok(tail >= archive && tail < archive + sizeof archive, "data at a page is the file's without a copy");
    tap_ok(holds("dir/aligned", data, sizeof data) && holds("link/../small", "", 0) == false &&
               holds("small", "in the tail", 11) && holds("way/to/it", data, PAGE),
           "all contents are right, also of a file that stood in another's last page");
    tap_ok(!memchr(tail + 100, 'i', PAGE - 100) && !tail[100] && !tail[PAGE - 1], "that page's rest is zero");
    tap_is_u64(freed, host.archive_bytes / PAGE - 4, "of the archive's %u pages four are files'",
               (unsigned)(host.archive_bytes / PAGE));
    tap_is_u64(host.pages, 1, "one page was made, for the small file");
    tap_ok(find("dir")->mode == 040750 && find("dir")->modified.seconds == 1234567 && find("way")->mode == 040755,
           "modes and times are the archive's, a directory without a member has 0755");
    tap_ok(find("link")->size == 11 && !strcmp(find("link")->target, "dir/aligned"), "a symbolic link");
    tap_ok(leave(), "and all pages come back, the archive's too");
}

static void test_links(void)
{
    const char *why = NULL;

    begin();
    add(&(struct member){ "a", 0100644, 9, 3, 0, NULL, 0, false });
    add(&(struct member){ "b", 0100644, 9, 3, 0, NULL, 0, false });
    add(&(struct member){ "c", 0100644, 9, 3, 0, "data at the last", 16, false });
    add(&(struct member){ "other", 0100644, 9, 2, 1, "another device", 14, false });
    add_trailer();
    tap_ok(unpack_it(&why) == STATUS_OK && find("a") == find("b") && find("b") == find("c") &&
               find("a") != find("other"),
           "hard links are one file");
    tap_ok(find("a")->links == 3 && holds("a", "data at the last", 16), "with the data that the last one has");
    tap_ok(leave(), "nothing is left");
}

/* Archives that are whole, but cannot be a tree. */
static void refuse(const char *what, const struct member *one, const struct member *other)
{
    const char *why = NULL;
    enum status status;

    begin();
    add(one);
    add(other);
    add_trailer();
    status = unpack_it(&why);
    tap_ok(status == STATUS_CORRUPT && why, "%s is refused: %s", what, why ? why : "no reason");
    tap_ok(leave(), "and nothing is left");
}

static void test_trees(void)
{
    const struct member file = { "x", 0100644, 1, 1, 0, "abc", 3, false };
    const struct member below = { "x/y", 0100644, 2, 1, 0, "abc", 3, false };
    const struct member directory = { "x", 040755, 3, 2, 0, NULL, 0, false };
    const struct member link = { "x", 0120777, 4, 1, 0, "/tmp", 4, false };
    const struct member no_link = { "y", 0120777, 4, 1, 0, NULL, 0, false };
    const char *why = NULL;

    refuse("a file below a file", &file, &below);
    refuse("a file below a link", &link, &below);
    refuse("a directory where a file is", &file, &directory);
    refuse("a file where a directory is", &directory, &file);
    refuse("a link to nothing", &file, &no_link);
    begin();
    add(&file);
    add(&(struct member){ "x", 0100600, 5, 1, 0, "later", 5, false });
    add(&(struct member){ "device", 0020600, 6, 1, 0, NULL, 0, false });
    add_trailer();
    tap_ok(unpack_it(&why) == STATUS_OK && holds("x", "later", 5), "the later of two files of one name stays");
    tap_ok(!find("device"), "a device is left out");
    tap_ok(leave(), "nothing is left");
}

/* Every allocation fails once. */
static void test_no_memory(void)
{
    static char data[PAGE];
    uint32_t failed = 0, wrong = 0;
    const char *why = NULL;
    enum status status = STATUS_NO_MEMORY;

    for (uint64_t n = 1; status == STATUS_NO_MEMORY && n < 1000; n++) {
        begin();
        add(&(struct member){ "d/e/f", 0100644, 9, 2, 0, data, sizeof data, true });
        add(&(struct member){ "d/g", 0100644, 9, 2, 0, NULL, 0, false });
        add(&(struct member){ "l", 0120777, 4, 1, 0, "/tmp", 4, false });
        add_trailer();
        host.fail_after = n;
        status = unpack_it(&why);
        host.fail_after = UINT64_MAX;
        failed += status == STATUS_NO_MEMORY;
        wrong += !leave();
    }
    tap_ok(status == STATUS_OK && failed > 5 && !wrong, "%u allocations fail, each is said and nothing is left",
           failed);
    begin();
    for (int i = 0; i < 8; i++)
        add(&(struct member){ i % 2 ? "x" : "y", 0100644, 0, 1, 0, data, sizeof data, false });
    add_trailer();
    host.page_limit = 1;
    status = unpack_it(&why);
    host.page_limit = UINT64_MAX;
    tap_ok(status == STATUS_NO_MEMORY, "no pages: %s", why ? why : "no reason");
    tap_ok(leave(), "nothing is left");
}

int main(void)
{
    tap_plan(sizeof bads / sizeof *bads + 4 + 9 + 3 + 13 + 3);
    test_heads();
    test_end();
    test_pages();
    test_links();
    test_trees();
    test_no_memory();
    return tap_done();
}
