/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What tells somebody outside how to read tagged memory: the table of tags, and where which field stands in a value of
 * each.  The kernel publishes both, in the store's reply to `tags` and for who has only a dump of the memory, who finds
 * them by the anchor.
 */
#ifndef ACRE_STORETAGS_H
#define ACRE_STORETAGS_H

#include "storeout.h"
#include "tag.h"

#define STORE_NAME_SIZE 16u

/* A tag. */
struct store_tag_row {
    char name[STORE_NAME_SIZE]; /* NUL-padded */
    uint32_t number;
    uint32_t size; /* bytes of the struct */
};

/* How a field is to be read. */
enum store_field_kind {
    STORE_FIELD_U32 = 1,
    STORE_FIELD_U64,
    STORE_FIELD_SIGNED, /* int64_t */
    STORE_FIELD_ADDRESS, /* of anything, 8 bytes */
    STORE_FIELD_TEXT, /* bytes up to the value's end: `size` of them, a field before this one */
    STORE_FIELD_BYTES /* the same, not a text */
};

/* A field of the values of a tag; rows of one tag stand together, in the order of the fields. */
struct store_field_row {
    char name[STORE_NAME_SIZE];
    uint16_t tag, offset;
    uint32_t kind; /* enum store_field_kind */
};

/* A slot of an entries' memory (tuples, tables) is 24 bytes: key, value, number; a key 0 is a removed entry. */
extern const struct store_tag_row store_tag_rows[];
extern const struct store_field_row store_field_rows[];
extern const uint32_t store_tag_count, store_field_count;

#define STORE_ANCHOR_MAGIC "Acre store here" /* and its NUL: 16 bytes */
#define STORE_ANCHOR_VERSION 1u
#define STORE_STRUCT_FIRST 0x100u

/*
 * Where the store is, for who reads a dump of physical memory: found by its magic at a multiple of 16, read with the
 * page tables at cr3.
 */
struct store_anchor {
    char magic[16];
    uint32_t version, size; /* size: of this struct */
    uint64_t root; /* address of the root tuple; 0: no store yet */
    uint64_t cr3; /* physical */
    uint64_t tags, fields; /* addresses of store_tag_rows and store_field_rows */
    uint32_t tag_count, field_count;
    /* The same of the structs that computed nodes look at: numbers from STORE_STRUCT_FIRST on, which are no tags. */
    uint64_t structs, struct_fields;
    uint32_t struct_count, struct_field_count;
} __attribute__((aligned(16)));

/* Writes the table of tags as a value: {"base","shift","bits","tags":{NAME:{"number","size","fields":{...}}}}. */
void store_tags_write(struct store_out *out);

/*
 * Writes what stands at `bytes`, size of them, as a value with the tag: its fields by name, as far as they lie within
 * size.  Nothing that a field points to is looked at.  A tag without fields has none.
 */
void store_fields_write(struct store_out *out, uint32_t tag, const uint8_t *bytes, size_t size);

#endif
