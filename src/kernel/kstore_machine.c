/* SPDX-License-Identifier: Apache-2.0 */
/* interrupts, log and store: counters and text that stand in memory. */
#include "kstore_groups.h"
#include "runtime/bytes.h"
#include "x86_64/pic.h"

#define NAME_SIZE 32

/* A trap's name as a path's: "page fault" is "page-fault". */
static void name_of(uint64_t vector, char name[NAME_SIZE])
{
    const char *text = trap_name(vector);
    size_t i;

    for (i = 0; i < NAME_SIZE - 1 && text[i]; i++)
        name[i] = text[i] == ' ' ? '-' : text[i];
    name[i] = 0;
}

static void add_lines(struct tuple_value *group)
{
    static const char *const names[TRAP_LINES] = { [PIC_LINE_TIMER] = "timer", [PIC_LINE_COM2] = "com2",
                                                   [PIC_LINE_COM1] = "com1" };
    struct tuple_value *lines = store_group(&kstore, group, "lines");

    for (uint32_t i = 0; i < TRAP_LINES; i++)
        if (names[i])
            store_number_at(&kstore, lines, names[i], &trap_counts[TRAP_COUNT + i]);
}

void kstore_add_interrupts(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "interrupts");
    struct tuple_value *exceptions = store_group(&kstore, group, "exceptions");
    char name[NAME_SIZE];

    for (uint32_t vector = 0; vector < TRAP_COUNT; vector++) {
        name_of(vector, name);
        if (!text_equal(name, "reserved"))
            store_number_at(&kstore, exceptions, name, &trap_counts[vector]);
    }
    add_lines(group);
}

void kstore_add_log(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "log");

    store_number_at(&kstore, group, "written", &kstore_log()->written);
    store_word_at(&kstore, group, "size", &kstore_log()->capacity);
    store_ring_at(&kstore, group, "lines", kstore_log());
}

void kstore_add_counters(void)
{
    struct tuple_value *group = store_group(&kstore, kstore.root, "store");

    store_number_at(&kstore, group, "ticks", &kstore_counters.ticks);
    store_number_at(&kstore, group, "last-ticks", &kstore_counters.last_ticks);
}
