/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every map file of farm/maps/zoo goes through region_build as a 40-bit machine with 1 MiB of BIOS would see it, and
 * the usable frames above 1 MiB are those that the file's "# pages-above-1m:" line says.  These figures were worked out
 * apart from this code, when the maps were collected.
 */
#include "tap.h"

#include <dirent.h>

#include "runtime/region.h"

#define ENTRIES 1100
#define FILES 400
#define M 0x100000ull

static struct map_entry entries[ENTRIES];
static struct region regions[ENTRIES + 1];
static uint16_t order[ENTRIES];

struct file {
    uint32_t count;
    uint64_t pages;
    bool has_pages;
};

/* One line of a map file; anything but an entry and the figure is passed over. */
static void read_line(struct file *file, const char *line)
{
    unsigned __int128 limit = 0;
    uint64_t base;
    char text[64];
    uint32_t type;

    if (sscanf(line, "# pages-above-1m: %" SCNu64, &file->pages) == 1)
        file->has_pages = true;
    if (line[0] == '#' || sscanf(line, "%" SCNx64 " 0x%63[0-9a-fA-F] %" SCNu32, &base, text, &type) != 3)
        return;
    for (const char *digit = text; *digit; digit++) /* a limit may be 2^64 and more */
        limit = limit * 16 + strtoul((char[]){*digit, '\0'}, NULL, 16);
    entries[file->count++] = (struct map_entry){base, (uint64_t)(limit - base), type, MAP_ATTRIBUTE_ENABLED};
}

static bool read_file(struct file *file, const char *directory, const char *name)
{
    char path[4096], line[512];
    FILE *stream;

    snprintf(path, sizeof path, "%s/%s", directory, name);
    stream = fopen(path, "r");
    *file = (struct file){0};
    if (!stream)
        return false;
    while (fgets(line, sizeof line, stream) && file->count < ENTRIES)
        read_line(file, line);
    fclose(stream);
    return true;
}

static void test_file(const struct file *file, const char *name)
{
    struct region_table table = {regions, 0, ENTRIES + 1};
    struct map map = {entries, file->count, order, false};
    struct region_limits limits;
    enum status status;

    region_limits_set(&limits, 0x9f000, 40);
    status = region_build(&table, &map, &limits);
    if (status == STATUS_OK)
        status = region_check(&table);
    if (!tap_ok(status == STATUS_OK && region_total(&table, REGION_USABLE, M, UINT64_MAX) / 4096 == file->pages,
                "%s: %" PRIu64 " frames above 1 MiB", name, file->pages))
        tap_note("%s, %" PRIu64 " frames", status_text(status),
                 region_total(&table, REGION_USABLE, M, UINT64_MAX) / 4096);
}

static int is_map(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && !strcmp(dot, ".map");
}

int main(void)
{
    struct dirent **names;
    struct file file;
    char directory[4000];
    int count, figures = 0;
    bool has_figure[FILES];

    snprintf(directory, sizeof directory, "%s/farm/maps/zoo", getenv("top_srcdir") ? getenv("top_srcdir") : "..");
    count = scandir(directory, &names, is_map, alphasort);
    if (count < 0 || count > FILES)
        tap_skip_all("no map files in %s", directory);
    for (int i = 0; i < count; i++) {
        has_figure[i] = read_file(&file, directory, names[i]->d_name) && file.has_pages;
        figures += has_figure[i];
    }
    tap_plan((unsigned)figures + 1);
    tap_ok(figures >= 80, "%d map files have a figure", figures);
    for (int i = 0; i < count; i++)
        if (has_figure[i] && read_file(&file, directory, names[i]->d_name))
            test_file(&file, names[i]->d_name);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return tap_done();
}
