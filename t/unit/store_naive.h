/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A naive client of the store, which shares no code with it: reads JSON into nodes by recursion, does to them what a
 * query asks for (doc/store.md), and looks through frames.  For t/unit/177-store-random.c and t/fuzz/store.c.
 */
#ifndef ACRE_STORE_NAIVE_H
#define ACRE_STORE_NAIVE_H

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAIVE_NODES 20000
#define NAIVE_TEXT 200000

struct naive_node {
    char what; /* '{', '[' or 'l' for a leaf */
    const char *name, *raw; /* of a member; of a leaf */
    int name_size, raw_size;
    int first, next; /* child, sibling; -1: none */
    int count; /* children */
};

struct naive_tree {
    struct naive_node nodes[NAIVE_NODES];
    int count;
    const char *at;
};

struct naive_text {
    size_t size;
    char bytes[NAIVE_TEXT];
};

/* ---- reading */

/* Behind a JSON text; NULL: it is none, or has a byte that must be escaped. */
static const char *naive_string(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20 || (unsigned char)*at > 0x7e)
            return NULL;
        if (*at != '\\')
            continue;
        at++;
        if (*at == 'u' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]) &&
            isxdigit((unsigned char)at[3]) && isxdigit((unsigned char)at[4]))
            at += 4;
        else if (*at != '"' && *at != '\\')
            return NULL;
    }
    return at + 1;
}

static const char *naive_leaf(const char *at)
{
    static const char *const words[] = {"true", "false", "null"};
    const char *first;

    if (*at == '"')
        return naive_string(at);
    for (int i = 0; i < 3; i++)
        if (!strncmp(at, words[i], strlen(words[i])))
            return at + strlen(words[i]);
    first = at += *at == '-';
    while (isdigit((unsigned char)*at))
        at++;
    return at == first || (*first == '0' && at > first + 1) ? NULL : at;
}

static int naive_value(struct naive_tree *tree);

/* The children of a container at tree->at, whose bracket is taken; false: it is none. */
static bool naive_children(struct naive_tree *tree, struct naive_node *node)
{
    char end = node->what == '{' ? '}' : ']';
    int *place = &node->first, child;

    for (; *tree->at != end; node->count++) {
        const char *name = tree->at;

        if (node->count && *tree->at++ != ',')
            return false;
        if (node->what == '{') {
            name = tree->at;
            tree->at = naive_string(tree->at);
            if (!tree->at || *tree->at++ != ':')
                return false;
        }
        child = naive_value(tree);
        if (child < 0)
            return false;
        if (node->what == '{') {
            tree->nodes[child].name = name + 1;
            tree->nodes[child].name_size = (int)(strchr(name + 1, '"') - name - 1);
        }
        *place = child;
        place = &tree->nodes[child].next;
    }
    tree->at++;
    return true;
}

/* The number of the node; -1: no value stands there. */
static int naive_value(struct naive_tree *tree)
{
    int number = tree->count++;
    struct naive_node *node = &tree->nodes[number];

    if (number == NAIVE_NODES)
        return -1;
    *node = (struct naive_node){.what = *tree->at, .raw = tree->at, .first = -1, .next = -1};
    if (*tree->at == '{' || *tree->at == '[') {
        tree->at++;
        return naive_children(tree, node) ? number : -1;
    }
    node->what = 'l';
    tree->at = naive_leaf(tree->at);
    if (!tree->at)
        return -1;
    node->raw_size = (int)(tree->at - node->raw);
    return number;
}

/* Reads a JSON text that is all of it; the text stays where it is. */
static bool naive_read(struct naive_tree *tree, const char *json)
{
    tree->count = 0;
    tree->at = json;
    return naive_value(tree) == 0 && !*tree->at;
}

/* ---- queries */

struct naive_query {
    const char *path;
    int depth;
    char mode; /* 'v'alues, 't'ypes, 'l'ist */
    const char *fields[16];
    int field_count;
};

static void naive_put(struct naive_text *out, const char *bytes, int size)
{
    if (out->size + (size_t)size < NAIVE_TEXT) {
        memcpy(out->bytes + out->size, bytes, (size_t)size);
        out->size += (size_t)size;
    }
    out->bytes[out->size] = '\0';
}

static void naive_word(struct naive_text *out, const char *word)
{
    naive_put(out, word, (int)strlen(word));
}

/* The node at a path; -1: none. */
static int naive_find(const struct naive_tree *tree, int number, const char *path)
{
    while (number >= 0 && *path) {
        const char *end = strchr(path, '.');
        int size = end ? (int)(end - path) : (int)strlen(path), at = 0, child = tree->nodes[number].first;
        char index[16];

        for (; child >= 0; child = tree->nodes[child].next, at++) {
            const struct naive_node *node = &tree->nodes[child];

            snprintf(index, sizeof index, "%d", at);
            if (tree->nodes[number].what == '{' ? node->name_size == size && !memcmp(node->name, path, (size_t)size) :
                (int)strlen(index) == size && !memcmp(index, path, (size_t)size))
                break;
        }
        number = child;
        if (number >= 0 && end && !end[1])
            return -1;
        path = end ? end + 1 : path + size;
    }
    return number;
}

static bool naive_is_field(const struct naive_query *query, const struct naive_node *node)
{
    for (int i = 0; node->name && i < query->field_count; i++)
        if ((int)strlen(query->fields[i]) == node->name_size && !memcmp(query->fields[i], node->name,
                                                                        (size_t)node->name_size))
            return true;
    return false;
}

static const char *naive_type(const struct naive_node *node)
{
    if (node->what != 'l')
        return node->what == '{' ? "\"object\"" : "\"list\"";
    if (*node->raw == '"')
        return strncmp(node->raw, "\"0x", 3) ? "\"text\"" : "\"address\"";
    return *node->raw == 't' || *node->raw == 'f' ? "\"flag\"" : *node->raw == '-' ? "\"signed\"" : "\"number\"";
}

/* What a query gives of a node, which is open containers deep. */
static void naive_give(const struct naive_tree *tree, int number, const struct naive_query *query, int open, bool all,
                       struct naive_text *out)
{
    const struct naive_node *node = &tree->nodes[number];
    char count[32];
    int given = 0, seen = 0;

    if (node->what == 'l' && query->mode == 'v') {
        naive_put(out, node->raw, node->raw_size);
        return;
    }
    if (node->what == 'l' || (open == query->depth && query->mode != 'v')) {
        naive_word(out, naive_type(node));
        return;
    }
    if (open == query->depth) {
        snprintf(count, sizeof count, "{\"+\":%d}", node->count);
        naive_word(out, count);
        return;
    }
    naive_word(out, node->what == '{' ? "{" : "[");
    for (int child = node->first; child >= 0; child = tree->nodes[child].next) {
        const struct naive_node *below = &tree->nodes[child];
        bool chosen = all || naive_is_field(query, below);

        if ((below->what == 'l' && !chosen) || (node->what == '[' && query->mode == 't' && seen++))
            continue;
        naive_word(out, given++ ? "," : "");
        if (node->what == '{') {
            naive_put(out, below->name - 1, below->name_size + 2);
            naive_word(out, ":");
        }
        naive_give(tree, child, query, open + 1, chosen, out);
    }
    naive_word(out, node->what == '{' ? "}" : "]");
}

/* The value of the reply; "" where there is nothing at the path. */
__attribute__((unused)) static const char *naive_reply(const struct naive_tree *tree, const struct naive_query *query,
                                                       struct naive_text *out)
{
    int number = naive_find(tree, 0, query->path);

    out->size = 0;
    out->bytes[0] = '\0';
    if (number >= 0)
        naive_give(tree, number, query, 0, !query->field_count, out);
    return out->bytes;
}

/* ---- frames */

static uint32_t naive_crc(const char *bytes, size_t size)
{
    uint32_t crc = 0xffffffff;

    while (size--) {
        crc ^= (unsigned char)*bytes++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    return ~crc;
}

/*
 * The JSON of the frame at bytes + *at, NUL-ended where its line end was, and steps over it.  NULL: no whole frame
 * stands there.
 */
__attribute__((unused)) static const char *naive_next(char *bytes, size_t size, size_t *at)
{
    char *frame = bytes + *at, head[24];
    size_t json_size;

    if (size - *at < 17 || sscanf(frame, "$%5zx:", &json_size) != 1 || size - *at < json_size + 17)
        return NULL;
    snprintf(head, sizeof head, "$%05zx:%08x:", json_size, naive_crc(frame + 16, json_size));
    if (memcmp(frame, head, 16) || frame[16 + json_size] != '\n')
        return NULL;
    frame[16 + json_size] = '\0';
    *at += json_size + 17;
    return frame + 16;
}

/* Makes a frame; returns its bytes. */
__attribute__((unused)) static size_t naive_frame(const char *json, char *frame)
{
    size_t size = strlen(json);

    sprintf(frame, "$%05zx:%08x:", size, naive_crc(json, size));
    memcpy(frame + 16, json, size);
    frame[16 + size] = '\n';
    return size + 17;
}

#endif
