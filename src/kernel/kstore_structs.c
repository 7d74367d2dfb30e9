/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the computed nodes of the tree look at: structs that are no values, in rows as those of the tags, so that who
 * has only a dump of memory can compute the same (farm/lib/dumphost.tcl).  A node's function_value has the context that
 * its function is called with: the address of one of these.
 */
#include "backed.h"
#include "boot.h"
#include "kstore_groups.h"
#include "runtime/idheap.h"
#include "runtime/storetags.h"
#include "say.h"
#include "sections.h"

/* X(name, NAME, its type) */
#define STRUCT_LIST(X) \
    X(heap, HEAP, struct heap) \
    X(idheap, IDHEAP, struct idheap) \
    X(backed, BACKED, struct backed) \
    X(boot, BOOT, struct boot) \
    X(entry, ENTRY, struct map_entry) \
    X(region, REGION, struct region) \
    X(row, ROW, struct kstore_row) \
    X(section, SECTION, struct section) \
    X(sections, SECTIONS, sections) \
    X(mark, MARK, struct say_mark) \
    X(marks, MARKS, say_marks) \
    X(config, CONFIG, struct store_config_row) \
    X(registers, REGISTERS, struct trap_frame)

#define STRUCT_ENUM_ROW(name, NAME, type) STRUCT_##NAME,
enum { STRUCT_BEFORE = STORE_STRUCT_FIRST - 1, STRUCT_LIST(STRUCT_ENUM_ROW) };

#define STRUCT_ROW(name, NAME, type) { #name, STRUCT_##NAME, sizeof(type) },
#define FIELD_AT(NAME, name, offset, kind) { name, STRUCT_##NAME, (uint16_t)(offset), STORE_FIELD_##kind }
#define FIELD(NAME, type, member, kind) FIELD_AT(NAME, #member, offsetof(struct type, member), kind)
#define REGISTER(name) FIELD(REGISTERS, trap_frame, name, ADDRESS)

const struct store_tag_row kstore_structs[] = { STRUCT_LIST(STRUCT_ROW) };
const uint32_t kstore_struct_count = sizeof kstore_structs / sizeof *kstore_structs;

const struct store_field_row kstore_fields[] = {
    FIELD(HEAP, heap, name, ADDRESS),
    FIELD(HEAP, heap, parent, ADDRESS),
    FIELD(HEAP, heap, failures, U64),
    FIELD(HEAP, heap, live, U64),
    FIELD(HEAP, heap, peak, U64),
    FIELD(IDHEAP, idheap, total, U64),
    FIELD(IDHEAP, idheap, free, U64),
    FIELD(IDHEAP, idheap, failures, U64),
    FIELD(BACKED, backed, pages, U64),
    FIELD(BACKED, backed, spans, U64),
    FIELD(BACKED, backed, peak, U64),
    FIELD_AT(BOOT, "tsc_stage2", offsetof(struct boot, handoff.tsc_stage2), U64),
    FIELD_AT(BOOT, "tsc_loaded", offsetof(struct boot, handoff.tsc_loaded), U64),
    FIELD_AT(BOOT, "entry_count", offsetof(struct boot, handoff.entry_count), U32),
    FIELD(BOOT, boot, entries, ADDRESS),
    FIELD_AT(BOOT, "region_count", offsetof(struct boot, table.count), U32),
    FIELD_AT(BOOT, "regions", offsetof(struct boot, table.regions), ADDRESS),
    FIELD(ENTRY, map_entry, base, ADDRESS),
    FIELD(ENTRY, map_entry, length, ADDRESS),
    FIELD(ENTRY, map_entry, type, U32),
    FIELD(ENTRY, map_entry, attributes, U32),
    FIELD(REGION, region, base, ADDRESS),
    FIELD(REGION, region, limit, ADDRESS),
    FIELD(REGION, region, type, U32),
    FIELD(ROW, kstore_row, name, ADDRESS),
    FIELD(ROW, kstore_row, base, ADDRESS),
    FIELD(ROW, kstore_row, limit, ADDRESS),
    FIELD(SECTION, section, name, ADDRESS),
    FIELD(SECTION, section, base, ADDRESS),
    FIELD(SECTION, section, limit, ADDRESS),
    FIELD(MARK, say_mark, name, ADDRESS),
    FIELD(MARK, say_mark, tsc, U64),
    FIELD(CONFIG, store_config_row, name, ADDRESS),
    FIELD(CONFIG, store_config_row, type, U32),
    FIELD(CONFIG, store_config_row, when, U32),
    FIELD(CONFIG, store_config_row, least, U64),
    FIELD(CONFIG, store_config_row, most, U64),
    FIELD(CONFIG, store_config_row, words, ADDRESS),
    FIELD(CONFIG, store_config_row, standard, U64),
    FIELD(CONFIG, store_config_row, text, ADDRESS),
    FIELD(CONFIG, store_config_row, get, ADDRESS),
    FIELD(CONFIG, store_config_row, place, ADDRESS),
    REGISTER(rax), REGISTER(rbx), REGISTER(rcx), REGISTER(rdx), REGISTER(rsi), REGISTER(rdi), REGISTER(rbp),
    REGISTER(rsp), REGISTER(r8), REGISTER(r9), REGISTER(r10), REGISTER(r11), REGISTER(r12), REGISTER(r13),
    REGISTER(r14), REGISTER(r15), REGISTER(rip), REGISTER(rflags), REGISTER(cs), REGISTER(ss), REGISTER(vector),
    REGISTER(error),
};
const uint32_t kstore_field_count = sizeof kstore_fields / sizeof *kstore_fields;
